"""What lies in the current folder, or beside the workbook, never runs in place of what we start."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from targetcal_xl.buttons import macros
from targetcal_xl.libreoffice import build_extension, install, status
from targetcal_xl.machine import find_program
from tests.support import calc
from tests.support.planted import has_run, plant
from tests.support.source import modules, nodes

_SAFELY = "import sys; sys.path[:] = filter(None, sys.path); "
_ASKED = '{"function": "TC_DEVIATION", "cells": [90, 100]}\n'


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with packages of somebody else's in it."""
    folder = tmp_path / "planted"
    folder.mkdir()
    monkeypatch.chdir(plant(folder))
    return folder


def _plain() -> dict[str, str]:
    """The environment as LibreOffice's part hands it on."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def test_they_would_run_if_anybody_looked_for_them_here(planted: Path) -> None:
    subprocess.run([sys.executable, "-m", "targetcal_xl"], env=_plain(), capture_output=True, check=False)
    assert has_run(planted)


def test_the_server_of_functions_is_ours_alone(planted: Path, tmp_path: Path) -> None:
    build_extension(tmp_path / "e.oxt", "en")
    settings = json.loads(zipfile.ZipFile(tmp_path / "e.oxt").read("python/settings.json"))
    line = [settings["python"], *settings["server"]]
    done = subprocess.run(line, input=_ASKED.encode(), env=_plain(), capture_output=True, check=True)
    assert done.stdout.strip() == b"[[-0.1]]"
    assert not has_run(planted)


def test_the_runner_of_buttons_is_ours_alone(planted: Path, tmp_path: Path) -> None:
    build_extension(tmp_path / "e.oxt", "en")
    settings = json.loads(zipfile.ZipFile(tmp_path / "e.oxt").read("python/settings.json"))
    line = [settings["python"], *settings["runner"]]
    done = subprocess.run(line, input=b"", env=_plain(), capture_output=True, check=False)
    assert b"No module named" not in done.stderr
    assert not has_run(planted)


def test_an_extension_put_in_and_used_from_there_computes_all_the_same(planted: Path, tmp_path: Path) -> None:
    place = tmp_path / "profile"
    assert install("en", place, patience=calc.PATIENCE, rest=calc.REST).problems == ()
    assert status(place).problems == ()
    with calc.running(place) as office, calc.document(office) as book:
        cell = calc.sheet(book)
        cell("A1").setFormula("=TC_DEVIATION(90;100)")
        assert cell("A1").getValue() == pytest.approx(-0.1)
    assert not has_run(planted)


@pytest.mark.parametrize(
    "command",
    [
        f"{_SAFELY}from targetcal_xl.excel import pressed; import numpy, json",
        "import xlwings, json, numpy, targetcal_xl.excel.functions",
    ],
)
def test_a_button_and_a_function_of_excel_run_what_is_installed(planted: Path, command: str) -> None:
    """The lines that xlwings' VBA composes of our settings (`ExecuteWindows`, `XLPyCommand`)."""
    settings = macros("en").settings
    book = str(planted / "plan.xlsm")
    path = ";".join([settings["ADD_WORKBOOK_TO_PYTHONPATH"], book, book, "", "", "", settings["PYTHONPATH"]])
    first = f"import xlwings.utils;xlwings.utils.prepare_sys_path({path!r}); "
    env = {**_plain(), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", first + command], env=env, capture_output=True, check=False
    )
    assert not has_run(planted)
    assert done.returncode == 0, done.stderr


def test_a_program_of_the_current_folder_is_none(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (planted / "soffice").write_text("#!/bin/sh\n", "utf-8")
    (planted / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", ".")
    assert find_program("soffice") is None


@pytest.mark.parametrize("module", modules())
def test_every_python_that_we_start_leaves_the_current_folder_alone(module: str) -> None:
    lines = (
        [part.value for part in node.elts if isinstance(part, ast.Constant)]
        for node in nodes(module)
        if isinstance(node, ast.List | ast.Tuple)
    )
    assert [line for line in lines if {"-m", "-c"} & {*map(str, line)} and "-P" not in line] == []
