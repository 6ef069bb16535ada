# make demo: the article's case, all steps. make test: everything we promise, with real programs.
# Every path is relative, so the project may stand in a directory of any name.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-gui lint bench docs clean
.DELETE_ON_ERROR:

demo: .venv/demo
	rm -rf demo
	.venv/bin/targetcal demo demo

test: .venv/test
	$(PY) -m tests.support.parts
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest

# Real clicks on a screen nobody looks at; LibreOffice's build with windows takes the place of the one without.
test-gui: .venv/test
	$(PY) -m tests.support.parts gui
	$(PY) -m pytest -m gui

lint: .venv/test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: .venv/test .venv-bench/made
	$(PY) -m bench.workbook
	$(PY) -m bench.alignment
	$(PY) -m bench.live
	$(PY) -m bench.drivers
	$(PY) -m bench.udf
	.venv-bench/bin/python -m bench.baseline_speed
	.venv-bench/bin/python -m bench.accuracy

docs: .venv/test
	$(PY) -m tests.support.parts
	$(PY) -m docs.pictures

clean:
	rm -rf .venv .venv-bench build demo *.egg-info tests/support/node_modules

# Installed as a link to this directory: edited code is at work at once.
.venv/demo: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --editable .
	touch $@

.venv/test: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --editable '.[test]'
	touch .venv/demo $@

# The rivals want a pandas of their own.
.venv-bench/made: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@
