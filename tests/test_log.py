"""A log that a person can send: it says what failed where, and nothing of a plan."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NoReturn

import pytest

from targetcal_xl import log
from targetcal_xl.cli.app import app, told
from targetcal_xl.excel import functions as excel_functions
from targetcal_xl.functions import FUNCTIONS, Function, computed, reasons
from targetcal_xl.problems import Problem, Refused
from targetcal_xl.workbook import reading
from tests.support.desks import fresh
from tests.support.logs import logged, own_log
from tests.support.source import modules, nodes

SECRETS = (
    "Zyzzyva",
    "Quxland",
    "Wolpertinger",
    "秘密",
    "7654",
    "9137",
    "4321",
    "hunter2",
    "Geheim",
    "Przybylski",
)
_PLAN = """
code = "2025Q1"
company = "Zyzzyva Ltd"
period = "2025Q1"
hq_target = 76543
lines = [
    { code = "QX", name = "Quxland 秘密", region = "WO" },
    { code = "QY", name = "Upper Quxland", region = "WO" },
    { code = "QZ", name = "Lower Quxland", region = "WO" },
]
[metric]
code = "new"
name = "Wolpertinger sales"
definition = "Wolpertinger sold."
unit = "heads"
direction = 1
kind = "sum"
step = 1
[[regions]]
code = "WO"
name = "Wolpertinger"
head = { name = "Przybylski", mail = "przybylski@example.com" }
superior = { name = "Chen Li", mail = "chen@example.com" }
hrbp = { name = "Zhou Ning", mail = "zhou@example.com" }
"""


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "logs"
    folder.mkdir()
    with own_log(folder):
        yield folder


def _fail(*_: object, **__: object) -> NoReturn:
    try:
        raise KeyError("Quxland 秘密")
    except KeyError as error:
        error.add_note("7654 for Przybylski")
        raise RuntimeError("Zyzzyva declared 9137 in Geheim.xlsx") from error


def _no_secret_in(said: str) -> bool:
    return [secret for secret in SECRETS if secret.lower() in said.lower()] == []


def _targetcal(*words: str | Path, cwd: Path, logs: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "TMPDIR": str(logs), "TEMP": str(logs), "TMP": str(logs), "TARGETCAL_LANG": "en"}
    return subprocess.run(
        [sys.executable, "-c", "from targetcal_xl.cli import run; run()", *words],
        cwd=cwd,
        env={**env, "TARGETCAL_PASSWORD": "hunter2", "TARGETCAL_USER": "Przybylski"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_plan_with_odd_names_and_numbers_leaves_none_of_them_in_the_log(tmp_path: Path) -> None:
    home, logs = tmp_path / "Geheim 秘密", tmp_path / "logs"
    (home / "Zyzzyva").mkdir(parents=True)
    logs.mkdir()
    (home / "Zyzzyva" / "plan.toml").write_text(_PLAN, "utf-8")
    past = [(line, quarter) for line in ("QX", "QY", "QZ") for quarter in range(1, 5)]
    history = "".join(f"{line},2024Q{quarter},9137{quarter},\n" for line, quarter in past)
    (home / "Zyzzyva" / "history.csv").write_text("line,period,value,one_off\n" + history, "utf-8")
    (home / "Quxland.csv").write_text("date,line,value\n2025-01-02,Quxland,4321\n", "utf-8")
    commands = (
        ("new", "Geheim.xlsx", "--from", "Zyzzyva", "--lang", "en"),
        ("check", "Geheim.xlsx"),
        ("lock", "Geheim.xlsx"),
        ("unlock", "Geheim.xlsx", "--region", "Quxland", "--reason", "Wolpertinger 4321"),
        ("decide", "Geheim.xlsx", "-r", "WO", "-l", "QX", "counter", "4321"),
        ("follow", "Geheim.xlsx", "--actuals", "Quxland.csv"),
        ("audit", "Geheim.xlsx", "--verify"),
        ("check", "Wolpertinger.xlsx"),
        ("Przybylski", "Geheim.xlsx"),
    )
    for words, comes_first in zip(commands, cycle([True, False]), strict=False):
        asked = ("--debug", *words) if comes_first else (*words, "--debug")
        done = _targetcal(*asked, cwd=home, logs=logs)
        assert "Traceback" not in done.stderr
        assert ("The log is" in done.stderr) == (words[0] != "Przybylski")
    said = logged(logs)
    for expected in (
        "command new",
        "command check",
        "read a plan folder",
        "write to the ledger",
        "refused: ",
    ):
        assert expected in said
    assert _no_secret_in(said)
    assert str(tmp_path) not in said


def test_what_nobody_foresaw_is_told_with_the_place_of_its_log(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = fresh(tmp_path)
    monkeypatch.setattr(reading, "_fields", _fail, raising=True)
    assert told(lambda: app(["check", str(case.path), "--as", "Przybylski"], standalone_mode=False)) == 2
    said = capsys.readouterr().err
    (path,) = logs.glob("*.log")
    assert path.name in said.replace("\n", "") and "Traceback" not in said
    written = logged(logs)
    assert "targetcal_xl/actions/check.py:" in written
    assert "builtins.KeyError" in written and "builtins.RuntimeError" in written
    assert written.index("builtins.KeyError") < written.index("builtins.RuntimeError")
    assert "numpy " in written and "Python 3." in written
    assert _no_secret_in(written)


def test_a_log_of_an_error_has_no_message_note_or_foreign_code(tmp_path: Path) -> None:
    code = compile(
        "def Quxland():\n    raise OSError(2, 'Zyzzyva', 'Geheim.xlsx')\nQuxland()\n", "Geheim.py", "exec"
    )
    with pytest.raises(FileNotFoundError) as found:
        exec(code, {})
    assert list(log.trace(found.value))[-1] == "  builtins.FileNotFoundError ENOENT"
    assert _no_secret_in("\n".join(log.trace(found.value)))


def test_a_chain_of_errors_that_bites_its_tail_has_an_end() -> None:
    one, other = ValueError("Zyzzyva"), TypeError("Quxland")
    one.__cause__, other.__cause__ = other, one
    assert [*log.trace(one)] == ["  builtins.TypeError", "  builtins.ValueError"]


def test_without_a_place_for_a_log_the_sentence_names_none(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as nowhere:
        nowhere.setattr("tempfile.tempdir", str(logs / "not there"))
        assert log.unexpected(RuntimeError("why")).code == "unexpected_unlogged"


@pytest.mark.parametrize("said", ["", "0"])
def test_nothing_is_written_where_nobody_asks_and_nothing_fails(
    said: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_DEBUG", said)
    log.heed()
    assert computed("TC_DEVIATION", [[[90.0]], [[100.0]], None]) == [[-0.1]]
    assert list(logs.iterdir()) == []


@pytest.mark.parametrize("face", ["server", "excel"])
def test_a_bug_in_a_worksheet_function_is_logged_once_for_all_cells_that_fail_of_it(
    face: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = FUNCTIONS["TC_DEVIATION"]
    monkeypatch.setitem(FUNCTIONS, "TC_DEVIATION", Function(offered.name, offered.arguments, _fail))
    cells = [[[9137.0]], [[7654.0]], None]
    for _ in range(1_000):
        if face == "server":
            assert computed("TC_DEVIATION", cells) == [["#VALUE!"]]
        else:
            assert excel_functions.__getattr__("TC_DEVIATION")(*cells) == [["#VALUE!"]]  # type: ignore[operator]
    written = logged(logs)
    assert written.count("builtins.RuntimeError") == 1 and "targetcal_xl/functions/registry.py:" in written
    assert _no_secret_in(written)
    (why,) = reasons("TC_DEVIATION", cells, "en")
    assert next(logs.glob("*.log")).name in why


def test_the_server_of_worksheet_functions_logs_which_it_was_asked_for(tmp_path: Path) -> None:
    asked = '{"function": "TC_DEVIATION", "cells": [[[7654.0]], [[9137.0]], null]}\n'
    asked += '{"function": "Quxland", "cells": []}\n'
    subprocess.run(
        [sys.executable, "-m", "targetcal_xl.libreoffice.server"],
        input=asked,
        env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TARGETCAL_DEBUG": "1"},
        encoding="utf-8",
        capture_output=True,
        check=True,
    )
    assert "function TC_DEVIATION" in logged(tmp_path) and "function ?" in logged(tmp_path)
    assert _no_secret_in(logged(tmp_path))


def test_a_step_that_fails_is_logged_by_the_kind_of_its_error(logs: Path) -> None:
    log.begin()
    with pytest.raises(Refused), log.step(log._LOG, "a step"):
        raise Refused([Problem("file_missing", "Geheim.xlsx")])
    assert "a step: Refused after" in logged(logs)


@pytest.mark.parametrize("module", [name for name in modules() if name != "targetcal_xl.log"])
def test_messages_are_fixed_words_and_say_codes_of_ours_only(module: str) -> None:
    calls = [node for node in nodes(module) if isinstance(node, ast.Call)]
    for call in calls:
        named = ast.unparse(call.func)
        if named.startswith("_LOG.") or named in ("step", "log.step"):
            said = call.args if named.startswith("_LOG.") else call.args[1:]
            assert call.keywords == [] and all(map(_is_ours, said)), ast.unparse(call)
            assert not named.endswith(("exception", "log"))


def _is_ours(argument: ast.expr) -> bool:
    if isinstance(argument, ast.IfExp):
        return _is_ours(argument.body) and _is_ours(argument.orelse)
    if isinstance(argument, ast.Call):
        return ast.unparse(argument.func) in ("log.one_of", "log.codes", "len")
    return isinstance(argument, ast.Constant)


_OUTSIDE = [
    "buttons.press",
    "cli.app",
    "connect.actuals",
    "connect.plan_folder",
    "connect.survey",
    "connect.tables",
    "desk.desk",
    "ledger.ledger",
    "letters.office",
    "letters.pdf",
    "letters.render",
    "libreoffice.bridge",
    "libreoffice.runner",
    "libreoffice.server",
    "machine.excel",
    "machine.soffice",
    "ooxml.disk",
    "outbox.robots",
    "outbox.smtp",
    "workbook.engines.closed",
    "workbook.engines.live",
    "workbook.engines.patience",
]


@pytest.mark.parametrize("module", _OUTSIDE)
def test_every_room_that_talks_to_the_outside_has_a_log(module: str) -> None:
    name = f"targetcal_xl.{module}"
    begun = ("_LOG = logging.getLogger(__name__)", f"_LOG = logging.getLogger('{name}')")
    assert any(line in begun for line in ast.unparse(modules()[name]).splitlines())
