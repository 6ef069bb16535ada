"""What a start loads: nothing that it does not need, as everybody waits for it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from targetcal_xl.actions.outbox import outbox
from tests.support.desks import FINANCE, _submit, fresh
from tests.support.noticed import noticed

_SAY = "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
_COMMAND = "from targetcal_xl.cli.app import app; app({words!r}, standalone_mode=False)"
_ASK = '{"function": "TC_DEVIATION", "cells": [[[90.0]], [[100.0]], null]}\n'

HEAVY = {"PIL", "babel", "docx", "docxtpl", "fontTools", "jinja2", "lxml", "matplotlib", "numpy", "openpyxl"}
HEAVY |= {
    "pandas",
    "pikepdf",
    "pydantic",
    "pydantic_core",
    "pypdfium2",
    "pypdfium2_cfg",
    "pypdfium2_cli",
    "pypdfium2_raw",
}
HEAVY |= {"rich", "click", "msoffcrypto", "segno", "typst", "watchfiles", "xlsxwriter", "xlwings"}
HEAVY |= {"asyncio", "filelock", "httpx", "keyring", "holidays", "smtplib", "sqlite3", "uno"}
HEAVY |= {"asn1crypto", "cryptography", "pyhanko", "pyhanko_certvalidator"}
HEAVY |= {"fsspec", "s3fs", "sshfs", "webdav4"}
"""What takes long to load, of others and of Python's own."""
LIGHT = {"manimgx_fonts_cjk", "markupsafe", "tomli_w"}

SHELL = {"rich", "click"}
TABLES = {"numpy"}
BOOKS = TABLES | {"asyncio", "filelock", "pydantic", "pydantic_core", "sqlite3"}
"""What reading a book and its ledger takes; older versions of filelock bring asyncio along."""


def test_every_library_that_we_use_is_judged() -> None:
    required = importlib.metadata.requires("targetcal-xl") or []
    ours = {_plain(re.split(r"[^\w.-]", line)[0]) for line in required if "extra ==" not in line}
    providers = importlib.metadata.packages_distributions()
    libraries = {name for name, homes in providers.items() if {_plain(home) for home in homes} & ours}
    assert {name for name in libraries if not name.startswith("_")} <= HEAVY | LIGHT


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("start", "needs"),
    [
        ("import targetcal_xl", set()),
        ("import targetcal_xl.cli", SHELL),
        ("import targetcal_xl.actions, targetcal_xl.desk, targetcal_xl.workbook", set()),
        ("import targetcal_xl.connect, targetcal_xl.letters, targetcal_xl.libreoffice", set()),
        ("import targetcal_xl.signing", set()),
        ("import targetcal_xl.buttons, targetcal_xl.ledger, targetcal_xl.machine, targetcal_xl.ooxml", set()),
        ("import targetcal_xl.calibration", TABLES),
        ("import targetcal_xl.actions.collect, targetcal_xl.actions.lock", BOOKS),
        ("import targetcal_xl.functions", TABLES),
        (_COMMAND.format(words=["--version"]), SHELL),
        (_COMMAND.format(words=["--help"]), SHELL),
    ],
)
def test_a_start_loads_nothing_heavy_but_what_it_needs(start: str, needs: set[str]) -> None:
    assert _loaded(start) & HEAVY <= needs


def test_checking_a_book_loads_ledger_and_numbers_and_nothing_to_write_with(tmp_path: Path) -> None:
    book = fresh(tmp_path).path
    started = _COMMAND.format(words=["check", str(book)])
    assert _loaded(started) & HEAVY <= SHELL | BOOKS


def test_a_lock_that_enters_a_mail_loads_nothing_to_send_it_with_where_there_is_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGETCAL_SMTP", raising=False)
    case = noticed(tmp_path)
    _submit(case)
    started = _COMMAND.format(words=["lock", str(case.path), "--as", FINANCE])
    assert _loaded(started) & HEAVY <= SHELL | BOOKS
    assert [row.kind for row in case.run(outbox, listed=True).messages] == ["objection_raised"]


def test_the_server_of_worksheet_functions_loads_the_method_and_no_spreadsheet() -> None:
    started = "from targetcal_xl.libreoffice.server import main; main()"
    assert _loaded(started, _ASK, answer="[[-0.1]]\n") & HEAVY <= TABLES


def _loaded(start: str, said: str = "", answer: str = "") -> set[str]:
    """The libraries that a new Python has loaded once it did what it was told."""
    script = f"import json, sys\n{start}\n{_SAY}"
    command = [sys.executable, "-c", script]
    # Where lines are counted, the counting loads libraries, too.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(command, input=said, capture_output=True, encoding="utf-8", check=True, env=env)
    assert done.stdout.endswith(answer)
    return set(json.loads(done.stderr.splitlines()[-1]))
