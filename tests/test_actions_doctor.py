"""The doctor on computers that are not here: their registry, marks and folders, made up at the boundary."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import pytest

from targetcal_xl.actions import DoctorReport, doctor
from targetcal_xl.language import LANGUAGES
from targetcal_xl.machine.computer import Computer, this_computer
from targetcal_xl.problems import Refused
from tests.support import desks

_SERVER = r"HKCR\CLSID\{00024500-0000-0000-C000-000000000046}\LocalServer32"
_SECURITY = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
_POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"
_EXCEL = r"C:\Program Files\Microsoft Office\Root\Office16\EXCEL.EXE"
_WPS = r"C:\Program Files\Kingsoft\WPS Office\office6\et.exe"
_MARK = "[ZoneTransfer]\r\nZoneId=3\r\n"


@dataclass(frozen=True)
class _Computer(Computer):
    """A computer whose registry is made up; `(key, name)` -> value."""

    values: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def registry(self, key: str, name: str = "") -> str | None:
        return self.values.get((key, name))


def _windows(folder: Path, values: Mapping[tuple[str, str], str] | None = None) -> _Computer:
    """Windows with Excel, xlwings' library beside Python, and what else is said about its registry."""
    python = folder / "环境 venv" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True, exist_ok=True)
    (python.parent.parent / f"xlwings64-{version('xlwings')}.dll").touch()
    held = {(_SERVER, ""): f'"{_EXCEL}" /automation', **(values or {})}
    return _Computer("win32", folder / "home", python, "gb18030", folder, held)


def _mac(folder: Path, with_excel: bool = True) -> _Computer:
    if with_excel:
        (folder / "Microsoft Excel.app").mkdir()
    return _Computer("darwin", folder / "home", folder / "venv/bin/python", "utf-8", folder)


def _codes(report: DoctorReport) -> list[str]:
    return [problem.code for problem in report.problems]


def test_a_computer_that_was_mended_once_is_in_order(tmp_path: Path) -> None:
    computer = _windows(tmp_path)
    assert _codes(doctor("en", computer=computer)) == ["interpreter_other"]
    mended = doctor("en", fix=True, computer=computer)
    assert len(mended.mended) == 1 and mended.problems == ()
    again = doctor("en", fix=True, computer=computer)
    assert again.mended == () and again.findings == mended.findings


def test_xlwings_settings_are_written_as_excel_reads_them_and_others_stay(tmp_path: Path) -> None:
    computer = _windows(tmp_path)
    settings = computer.home / ".xlwings" / "xlwings.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text('"SHOW CONSOLE","True"\n"interpreter_win","C:\\old\\python.exe"\n', "gb18030")
    doctor("en", fix=True, computer=computer)
    with settings.open(encoding="gb18030", newline="") as file:
        rows = {row[0]: row[1] for row in csv.reader(file)}
    assert rows == {"SHOW CONSOLE": "True", "INTERPRETER_WIN": str(computer.python)}
    assert all(line.startswith('"') for line in settings.read_text("gb18030").splitlines())


def test_xlwings_itself_finds_the_python_that_was_set(tmp_path: Path) -> None:
    """By its own reader of that file, which its command line uses; it reads in the encoding of its locale."""
    computer = replace(_windows(tmp_path), encoding="utf-8")
    doctor("en", fix=True, computer=computer)
    asked = (
        "import xlwings.utils; xlwings.USER_CONFIG_FILE = 'home/.xlwings/xlwings.conf';"
        "print(xlwings.utils.read_user_config()['interpreter_win'])"
    )
    program = [sys.executable, "-X", "utf8", "-c", asked]
    said = subprocess.run(program, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert said.stdout.strip() == str(computer.python)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({(_SERVER, ""): f'"{_WPS}" /automation'}, "excel_replaced"),
        ({(_SERVER, ""): rf"{_WPS} /automation"}, "excel_replaced"),
        ({(_SECURITY, "VBAWarnings"): "4"}, "macros_disabled"),
        ({(_POLICY, "VBAWarnings"): "4", (_SECURITY, "VBAWarnings"): "2"}, "macros_disabled"),
    ],
)  # fmt: skip
def test_what_keeps_buttons_from_working_is_named(
    values: Mapping[tuple[str, str], str], code: str, tmp_path: Path
) -> None:
    computer = _windows(tmp_path, values)
    doctor("en", fix=True, computer=computer)
    assert _codes(doctor("en", computer=computer)) == [code]


@pytest.mark.parametrize(
    "values",
    [
        {(_SECURITY, "VBAWarnings"): "2"},
        {(_POLICY, "VBAWarnings"): "1", (_SECURITY, "VBAWarnings"): "4"},
        {(_SERVER, ""): rf"{_EXCEL} /automation"},
    ],
)  # fmt: skip
def test_what_is_in_order_is_no_problem(values: Mapping[tuple[str, str], str], tmp_path: Path) -> None:
    computer = _windows(tmp_path, values)
    doctor("en", fix=True, computer=computer)
    assert _codes(doctor("en", computer=computer)) == []


def test_a_missing_library_for_functions_is_named(tmp_path: Path) -> None:
    computer = _windows(tmp_path)
    doctor("en", fix=True, computer=computer)
    (computer.python.parent.parent / f"xlwings64-{version('xlwings')}.dll").unlink()
    assert _codes(doctor("en", computer=computer)) == ["xlwings_library_missing"]


def test_without_excel_nothing_of_it_is_missed(tmp_path: Path) -> None:
    on_windows = _windows(tmp_path, {(_SERVER, ""): ""})
    for computer in (on_windows, _mac(tmp_path / "mac", with_excel=False)):
        assert _codes(doctor("en", computer=computer)) == []


def test_a_book_from_the_internet_is_unblocked_on_request_only(tmp_path: Path) -> None:
    computer, book = _windows(tmp_path), desks.fresh(tmp_path).path
    mark = book.with_name(f"{book.name}:Zone.Identifier")
    mark.write_text(_MARK, "utf-8")
    assert "book_blocked" in _codes(doctor("en", book, computer=computer))
    assert mark.exists()
    report = doctor("en", book, fix=True, computer=computer)
    assert report.problems == () and len(report.mended) == 2
    assert not mark.exists()


@pytest.mark.parametrize("zone", ["0", "1", "2"])
def test_a_book_from_inside_the_house_is_not_blocked(zone: str, tmp_path: Path) -> None:
    computer, book = _windows(tmp_path), desks.fresh(tmp_path).path
    book.with_name(f"{book.name}:Zone.Identifier").write_text(_MARK.replace("3", zone), "utf-8")
    assert "book_blocked" not in _codes(doctor("en", book, computer=computer))


@pytest.mark.parametrize(
    ("above", "deep", "trusted"), [(0, "", True), (1, "1", True), (1, "", False), (1, "0", False)]
)
def test_a_trusted_location_counts_with_its_folders_where_that_is_allowed(
    above: int, deep: str, trusted: bool, tmp_path: Path
) -> None:
    book = desks.fresh(tmp_path / "inner").path.rename(tmp_path / "inner" / "targets.xlsm")
    place = str(book.parents[above])
    key = rf"{_SECURITY}\Trusted Locations\Location7"
    computer = _windows(tmp_path, {(key, "Path"): place, (key, "AllowSubFolders"): deep})
    findings = " ".join(doctor("en", book, computer=computer).findings)
    assert ("is a trusted location" in findings) == trusted
    assert ("is not a trusted location" in findings) != trusted


def test_a_book_s_ledger_is_looked_through(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    found = [f"{len(case.entries())} entries" in said for said in doctor("en", case.path).findings]
    assert found.count(True) == 1
    (tmp_path / "targets.ledger.sqlite").unlink()
    assert len(doctor("en", case.path).problems) == 1


def test_a_book_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        doctor("en", tmp_path / "none.xlsm")


def test_excel_on_macos_is_given_leave_to_start_python(tmp_path: Path) -> None:
    computer = _mac(tmp_path)
    assert _codes(doctor("en", computer=computer)) == ["xlwings_script_missing", "interpreter_other"]
    report = doctor("en", fix=True, computer=computer)
    assert len(report.mended) == 2 and report.problems == ()
    folder = computer.home / "Library"
    assert (
        folder / f"Application Scripts/com.microsoft.Excel/xlwings-{version('xlwings')}.applescript"
    ).exists()
    settings = folder / "Containers/com.microsoft.Excel/Data/xlwings.conf"
    assert settings.read_text("utf-8") == f'"INTERPRETER_MAC","{computer.python}"\n'


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_can_be_read(language: str, tmp_path: Path) -> None:
    computer, book = _windows(tmp_path, {(_SECURITY, "VBAWarnings"): "4"}), desks.fresh(tmp_path).path
    book.with_name(f"{book.name}:Zone.Identifier").write_text(_MARK, "utf-8")
    report = doctor(language, book, computer=computer)
    assert len(report.problems) == 3
    assert all(problem.sentence(language) for problem in report.problems)


def test_this_computer_has_no_registry_and_no_marks_where_it_is_not_windows(tmp_path: Path) -> None:
    computer = this_computer()
    assert computer.registry(_SERVER) is None
    assert computer.mark(tmp_path / "plan.xlsm") is None


@pytest.mark.parametrize("made", [_windows, _mac])
def test_settings_beside_a_workbook_that_stop_its_buttons_are_told(
    made: Callable[[Path], _Computer], tmp_path: Path
) -> None:
    computer, folder = made(tmp_path), tmp_path / "plans"
    folder.mkdir()
    book = folder / "targets.xlsm"
    book.touch()
    assert "settings_beside" not in _codes(doctor("en", book, computer=computer))
    (folder / "xlwings.conf").touch()
    assert "settings_beside" in _codes(doctor("en", book, computer=computer))
