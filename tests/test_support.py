"""The tools of the tests, where a silent one would let everything pass."""

from __future__ import annotations

import importlib
import re
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import office, parts, validator
from tests.support.clock import Clock


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "一本 book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write("A1", 20)
        sheet.write_formula("A2", "=A1*2", value=99)
    return path


def _break(path: Path, part: str, old: bytes, new: bytes) -> Path:
    broken = path.with_name("broken.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == part else content)
    return broken


def test_the_validator_finds_nothing_in_a_sound_file(book: Path) -> None:
    assert validator.faults(book) == []


def test_the_validator_names_the_file_and_the_part_of_each_fault(book: Path) -> None:
    broken = _break(book, "xl/worksheets/sheet1.xml", b'<c r="A1"', b'<c r="A1" nonsense="1"')
    found = validator.faults(book, broken)
    assert found and all(fault.startswith("broken.xlsx, /xl/worksheets/sheet1.xml: ") for fault in found)


def test_the_validator_finds_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.xlsx"
    nothing.write_bytes(b"not a zip")
    assert validator.faults(nothing)


def test_a_validator_that_does_not_run_is_an_error(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validator, "_VALIDATOR", "false")
    with pytest.raises((RuntimeError, ValueError)):
        validator.faults(book)


def test_a_hung_libreoffice_is_ended(book: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        office.convert(book, "pdf", seconds=0.05)


def test_libreoffice_recalculates_what_it_converts(book: Path) -> None:
    recalculated = openpyxl.load_workbook(office.convert(book, "xlsx"), data_only=True)
    assert recalculated.active is not None
    assert recalculated.active["A2"].value == 40


def test_libreoffice_without_a_result_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"missing\.xlsx"):
        office.convert(tmp_path / "missing.xlsx", "pdf", tmp_path)


def test_a_missing_program_is_named_with_its_install_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(parts.PACKAGES, "poppler-utils", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert parts.main() == 1
    assert "apt-get install -y --no-install-recommends poppler-utils" in capsys.readouterr().out


def test_every_program_that_a_test_wants_is_installed_with_the_others() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.rglob("test*.py")))
    sources += "\n".join(
        path.read_text("utf-8") for path in sorted(Path(office.__file__).parent.glob("*.py"))
    )
    wanted = re.findall(r'apt-get install (?:-y --no-install-recommends )?([a-z][a-z0-9-]*)"', sources)
    assert {"softhsm2", "openssl"} <= {*wanted} <= {*parts.PACKAGES}


def test_a_frozen_clock_moves_when_told() -> None:
    clock = Clock()
    before = clock()
    assert clock() == before
    assert (clock.advance(hours=2) - before).total_seconds() == 7200


def test_examples_do_not_depend_on_what_code_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = {12345.5 + k / 1024 for k in range(50)}
    (tmp_path / "strange_numbers.py").write_text(f"ALL = {sorted(strange)}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("strange_numbers")
    tried = set[float]()

    @settings(max_examples=500)
    @given(st.floats(12_300, 12_400))
    def take(value: float) -> None:
        tried.add(value)

    take()
    assert len(tried) > 100 and not tried & strange
