# make demo: the article's case, all steps. make test: everything we promise, with real programs.
# Every path is relative, so the project may stand in a directory of any name.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
INSTALL ?= $(PY) -m pip install --quiet --disable-pip-version-check

# Another Python gets another environment: the mark of one that is made names version and home of its Python.
IDENTITY := 'import sys, zlib; print("%s-%x" % (sys.version.split()[0], zlib.crc32(sys.base_prefix.encode())))'
MADE := $(VENV)/of-$(shell $(PYTHON) -c $(IDENTITY))

# Where nothing may be kept of what was compiled, each of the many processes of the tests compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

# A text file that is opened in the locale's encoding is a fault of ours.
PYTEST := PYTHONWARNDEFAULTENCODING=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
TESTS ?= not gui and not exhaustive
SUITE ?= suite

.PHONY: demo test suite covered explore test-gui lint bench docs clean
.DELETE_ON_ERROR:

demo: $(VENV)/demo
	rm -rf demo
	$(VENV)/bin/targetcal demo demo

# `make test SUITE=covered` measures, too.
test: lint $(SUITE)

suite: $(VENV)/test
	$(PY) -m tests.support.parts
	$(PYTEST) -m "$(TESTS)"

# The same, and every line and branch has to be reached; setup.cfg says how many, and which need not.
covered: $(VENV)/test
	$(PY) -m tests.support.parts
	$(PYTEST) -m "$(TESTS)" --cov

# `make test` tries the same examples every time, and of many plays that are alike a few; here are other examples, and
# more of them, death at every single write, and every play.
explore: $(VENV)/test
	$(PY) -m tests.support.parts
	$(PYTEST) -m "(hypothesis or explored) and not gui" --hypothesis-profile explore --timeout 1800

# Real clicks on a screen nobody looks at; LibreOffice's build with windows takes the place of the one without.
test-gui: $(VENV)/test
	$(PY) -m tests.support.parts gui
	$(PY) -m pytest -m gui

lint: $(VENV)/test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: $(VENV)/test .venv-bench/made
	$(PY) -m bench.start
	$(PY) -m bench.workbook
	$(PY) -m bench.alignment
	$(PY) -m bench.live
	$(PY) -m bench.drivers
	$(PY) -m bench.udf
	$(PY) -m bench.ledger
	$(PY) -m bench.collect
	$(PY) -m bench.imports
	$(PY) -m bench.letters
	$(PY) -m bench.warning
	$(PY) -m bench.judgement
	$(PY) -m bench.totals
	.venv-bench/bin/python -m bench.baseline_speed
	.venv-bench/bin/python -m bench.accuracy
	$(PY) -m bench.ratchet

docs: $(VENV)/test
	$(PY) -m tests.support.parts
	$(PY) -m docs.pictures

clean:
	rm -rf .venv .venv-* .coverage* build demo *.egg-info tests/support/node_modules

$(MADE):
	$(PYTHON) .ci/environment.py $(VENV)
	touch $@

# Installed as a link to this directory: edited code is at work at once.
$(VENV)/demo: $(MADE) setup.cfg pyproject.toml
	$(INSTALL) --editable .
	touch $@

$(VENV)/test: $(MADE) setup.cfg pyproject.toml
	$(INSTALL) --editable '.[test]'
	touch $(VENV)/demo $@

# The rivals want a pandas of their own.
.venv-bench/made: setup.cfg pyproject.toml
	$(PYTHON) .ci/environment.py .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@
