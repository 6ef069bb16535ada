"""The engine for xlwings and its bridge, against a real LibreOffice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwings as xw
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl import libreoffice
from targetcal_xl.actions import lock, new
from targetcal_xl.desk import open_live_desk
from targetcal_xl.libreoffice import bridge
from targetcal_xl.libreoffice.formula import to_excel, to_uno
from targetcal_xl.libreoffice.mend import mended
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import is_formula, open_book
from tests.support.books import as_openpyxl, changed_parts, parts_of
from tests.support.clock import Clock
from tests.support.desks import FINANCE, Case, submitted, told
from tests.support.live import office, opened
from tests.support.samples import sample_inputs
from tests.support.source import ROOT

pytestmark = pytest.mark.usefixtures("nothing_left_open")

OTHER = "O'Neill & <区>.x"
FORMULAS = [
    "SUM(A1:B2,{1,2;3,4})",
    f"'{OTHER.replace(chr(39), chr(39) * 2)}'!$A$1*2",
    "SUM('My tab'!A1:B2)",
    'IF(A1=1,"a,b;""c""","x|~")&"\'d\'!e"',
    "IF(ISNA(#N/A),-A1^2,10%)",
    "SUM(A:A)+SUM($1:$2)",
    "tc.R1.state&tc.hq",
    "IF(TRUE,ROUND(1/3,2),FALSE)",
    "0.000000001+A1",
]


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    """A small workbook that LibreOffice has open, with tabs and names that are hard to spell."""
    path = tmp_path / "小 book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name in ("My tab", OTHER):
            workbook.add_worksheet(name).write_row("A1", [1, 2])
        workbook.define_name("tc.R1.state", "='My tab'!$A$1")
        workbook.define_name("tc.hq", "='My tab'!$B$1")
    return office().books.open(str(path))


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_mean_the_same_to_both(book: xw.Book, formula: str) -> None:
    """LibreOffice's own file is the word on what it understood."""
    cell = book.sheets["My tab"].range((5, 3), (5, 3))
    cell.formula = f"={formula}"
    assert is_formula(Cell(None, cell.formula[1:]), Cell(None, formula))
    book.save()
    saved = open_book(Path(book.fullname)).grid("My tab")[5, 3]
    assert is_formula(saved, Cell(None, formula)), saved.formula
    assert saved.value not in ("#NAME?", "#REF!", "#VALUE!")


PIECES = st.sampled_from(
    ["A1", "$B$2", "'T,;.'!C3", '"a,;""b"', "{1,2;3,4}", "#N/A", "1.5", "tc.R1.x", "'区'!A1:B2"]
)
FORMULA = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.builds("{}+{}".format, inner, inner),
        st.builds("SUM({},{})".format, inner, inner),
        st.builds("({},{})".format, inner, inner),
    ),
    max_leaves=8,
)


@given(FORMULA)
def test_a_formula_comes_back_from_its_other_spelling(formula: str) -> None:
    assert to_excel(to_uno(f"={formula}")) == f"={formula}"


@pytest.mark.parametrize(
    "said", ["007", "'007", "文字 & <b>", "1/2", "", 3.0, -2.5, True, None, float("nan")]
)
def test_values_arrive_as_they_are(book: xw.Book, said: Any) -> None:
    cell = book.sheets[OTHER].range("C4")
    cell.value = "before"
    cell.value = said
    wanted = said.removeprefix("'") if isinstance(said, str) else said
    assert cell.value == (None if str(wanted) in ("", "None", "nan") else wanted)
    book.save()
    saved = open_book(Path(book.fullname)).grid(OTHER).get((4, 3), Cell())
    assert saved.value == cell.value


def test_errors_are_told_as_excel_tells_them(book: xw.Book) -> None:
    cells = book.sheets[0].range("D1:D5")
    wanted = ["#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "#NUM!"]
    cells.formula = [["=1/0"], ["=NA()"], ["=NO_SUCH(1)"], ['="a"*1'], ["=10^300*10^300"]]
    assert [row[0] for row in cells.options(ndim=2, err_to_str=True).value] == wanted
    assert cells.value == [None] * 5


def test_a_locked_cell_is_not_written_behind_its_protection(book: xw.Book) -> None:
    sheet = book.sheets[0]
    sheet.range("B2").api.Locked = False
    sheet.api.Protect("geheim")
    sheet.range("B2").value = 1
    for address in ("A1", "A1:B2"):
        with pytest.raises(xw.XlwingsError, match="locked"):
            sheet.range(address).value = 2
    sheet.api.Unprotect("geheim")
    sheet.range("A1").value = 2
    assert sheet.range("A1").value == 2


def test_what_the_engine_lacks_is_named(book: xw.Book) -> None:
    with pytest.raises(NotImplementedError, match=r"Sheet\.charts is not part"):
        _ = book.sheets[0].charts
    with pytest.raises(NotImplementedError, match=r"App\.run is not part"):
        book.app.macro("Module1.main")()


def test_books_sheets_and_names_are_found(book: xw.Book) -> None:
    assert xw.engines[libreoffice.NAME].apps[book.app.pid].books[book.name] == book
    assert [sheet.name for sheet in book.sheets] == ["My tab", OTHER]
    assert book.names["tc.hq"].refers_to_range.get_address() == "$B$1"
    with pytest.raises(KeyError):
        _ = book.sheets["gone"]


def test_a_book_that_was_closed_is_told_and_its_libreoffice_goes_on(book: xw.Book) -> None:
    book.impl.uno.close(True)
    with pytest.raises(Refused) as refused:
        _ = book.name
    assert [problem.code for problem in refused.value.problems] == ["live_closed"]
    assert len(office().books) == 0


def _refusal(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        office().books.open(str(path))
    return told(refused.value.problems)


def test_a_file_that_somebody_has_open_is_not_opened_beside_them(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.path.with_name(f".~lock.{case.path.name}#").write_text("王芳,wang,pc,,;", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        opened(case)
    assert refused.value.problems[0].fields["who"] == "王芳"
    assert len(office().books) == 0


@pytest.mark.parametrize("name", ["garbage.xlsx", "plan.ods"])
def test_what_is_no_workbook_is_not_shown_as_a_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("no workbook", encoding="utf-8")
    assert _refusal(path) == [("file_not_workbook", name)]


def test_a_book_with_macros_is_opened_to_read_and_points_to_its_twin(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1)), book="targets.xlsm")
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    before = case.path.read_bytes()
    live = opened(case)
    with pytest.raises(Refused) as refused:
        live.run(lock)
    (problem,) = refused.value.problems
    assert (problem.code, problem.fields["twin"]) == ("live_macros", "targets.xlsx")
    assert case.path.read_bytes() == before


def _look(path: Path) -> list[tuple[object, ...]]:
    """What LibreOffice would lose, by an independent reader."""
    book = as_openpyxl(path)
    return [
        (sheet.title, sheet.freeze_panes, sheet.sheet_view.showGridLines, sheet.sheet_properties.tabColor.rgb,
         len(sheet.conditional_formatting), len(sheet.data_validations.dataValidation), len(sheet._charts),
         sheet.column_dimensions["A"].hidden, sheet.row_dimensions[1].hidden, sheet.print_title_rows,
         sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.protection.formatColumns)
        for sheet in book
    ]  # fmt: skip


def test_what_libreoffice_loses_is_put_back(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    listed = parts_of(case.path)["xl/workbook.xml"]
    shut = listed.replace(b"<bookViews>", b'<workbookProtection lockStructure="1"/><bookViews>')
    changed_parts(case.path, {"xl/workbook.xml": shut})
    before = _look(case.path)
    live = opened(case)
    live.run(lock)
    saved = _look(case.path)
    assert saved == before
    assert as_openpyxl(case.path).security.lockStructure
    assert live.cell("R1", "R1-1", "comment").value is None
    live.type({("R1", "R1-1", "decision_reason"): "第二次保存"})
    assert live.workbook is not None
    live.workbook.save()
    assert case.typed()["R1", "R1-1", "decision_reason"] == "第二次保存"
    assert _look(case.path) == before


def test_a_mended_file_is_as_old_as_the_save(tmp_path: Path) -> None:
    """LibreOffice asks about a file that somebody has changed since it saved it."""
    path = submitted(tmp_path).path
    sheet = "xl/worksheets/sheet2.xml"
    whole = parts_of(path)[sheet]
    with mended(path):
        changed_parts(path, {sheet: re.sub(rb"<tabColor[^>]*/>", b"", whole)})
        os.utime(path, ns=(1_700_000_000_123_456_789,) * 2)
    assert path.stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert b"<tabColor" in parts_of(path)[sheet]


def test_a_chart_whose_cells_have_moved_stays_as_libreoffice_drew_it(tmp_path: Path) -> None:
    path = submitted(tmp_path).path
    parts = parts_of(path)
    chart = next(name for name in parts if name.startswith("xl/charts/chart"))
    moved = re.sub(rb"\$(\d+)</c:f>", lambda found: b"$%d</c:f>" % (int(found[1]) + 1), parts[chart])
    restyled = parts[chart].replace(b"<c:chart>", b"<c:chart><!-- drawn anew -->")
    for written, kept in ((moved, moved), (restyled, parts[chart])):
        with mended(path):
            changed_parts(path, {chart: written})
        assert parts_of(path)[chart] == kept
        changed_parts(path, {chart: parts[chart]})


@pytest.fixture
def fresh_bridge(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The bridge as it is before it is first used, and afterwards as it was."""
    before = {name: sys.modules.get(name) for name in ("uno", "pyuno")}
    bridge.uno()
    loaded = {name: sys.modules[name] for name in before}
    bridge.uno.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    sys.modules.update(loaded)
    bridge.uno.cache_clear()
    bridge.uno()


def _installation(folder: Path, uno: str | None = None, soffice: str = "exit 1") -> None:
    """A LibreOffice that is a folder, with or without a bridge."""
    (folder / "soffice").write_text(f"#!/bin/sh\n{soffice}\n", encoding="utf-8")
    (folder / "soffice").chmod(0o755)
    if uno is not None:
        (folder / "uno.py").write_text(uno, encoding="utf-8")


@pytest.mark.parametrize(
    ("uno", "outside", "code"),
    [
        (None, False, "office_no_bridge"),
        ("import no_such_pyuno", False, "office_other_python"),
        (None, True, "office_two"),
    ],
)
def test_a_bridge_that_is_missing_or_does_not_fit_is_told(
    tmp_path: Path, fresh_bridge: pytest.MonkeyPatch, uno: str | None, outside: bool, code: str
) -> None:
    _installation(tmp_path, uno)
    fresh_bridge.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    if not outside:
        fresh_bridge.setattr(bridge, "_OUTSIDE", ())
    with pytest.raises(Refused) as refused:
        libreoffice.start()
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_missing_libreoffice_is_told(fresh_bridge: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fresh_bridge.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        libreoffice.start()
    assert [problem.code for problem in refused.value.problems] == ["office_missing"]


def test_a_libreoffice_that_does_not_come_up_or_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.uno()
    _installation(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(Refused) as refused:
        libreoffice.start()
    assert [problem.code for problem in refused.value.problems] == ["office_not_started"]
    with pytest.raises(Refused) as refused:
        libreoffice.connect("nobody-is-here")
    assert [problem.code for problem in refused.value.problems] == ["office_not_listening"]


def test_no_libreoffice_is_left_behind() -> None:
    """Neither when it is quit nor when our process just ends."""
    script = "from targetcal_xl import libreoffice\napps = [libreoffice.start() for _ in range(2)]\n"
    script += "quit, left = (app.impl.office.process for app in apps)\napps[0].quit()\n"
    script += "print(quit.pid, left.pid, quit.poll() is not None, left.poll() is None)"
    line = [sys.executable, "-W", "ignore::EncodingWarning", "-c", script]
    run = subprocess.run(line, capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    *pids, has_quit, was_left = run.stdout.split()
    assert (has_quit, was_left) == ("True", "True")
    assert run.stderr == ""
    assert not any(Path("/proc", pid).exists() for pid in pids)


def test_progress_is_shown_in_the_status_bar_and_taken_away(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    assert case.workbook is not None
    with open_live_desk(case.workbook, actor=FINANCE, clock=Clock(), source="test", language="en") as desk:
        desk.progress("lock", 1, 2)
        assert office().impl.office.indicator is not None
        assert not office().screen_updating
    assert office().impl.office.indicator is None
    assert office().screen_updating
