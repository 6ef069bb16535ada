"""What is asked of Excel, in what words and order, while it has a book open.

No Excel was here: these are the words of xlwings' and Excel's own references, and docs/verified.md
says what a person with Excel should look at.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
import xlwings.mac_dict
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.actions import lock
from targetcal_xl.desk import open_live_desk
from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import LiveBook, at_work, open_book, path_of
from targetcal_xl.workbook.engines.blocks import blocks
from targetcal_xl.workbook.engines.native import Apple, native
from tests.support import excel
from tests.support.desks import FINANCE, Case, submitted, told

TAB = "华东 大区"
COURTESY = ["AllowFiltering", "AllowFormattingColumns", "AllowFormattingRows"]


@pytest.fixture
def book(tmp_path: Path) -> excel.Book:
    """A book with one tab, some cells and a name."""
    path = tmp_path / "targets.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet(TAB)
        sheet.write_row("B2", ["text", 1.5, True])
        sheet.write_formula("B3", "=C2*2", None, 3.0)
        workbook.define_name("tc.here", f"='{TAB}'!$C$2")
        workbook.define_name("tc.block", f"='{TAB}'!$A$1:$C$2")
    return excel.Book(open_book(path), str(path))


def _live(book: excel.Book, password: str = "geheim") -> LiveBook:
    return LiveBook(excel.as_xlwings(book), path_of(excel.as_xlwings(book)), password)


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_an_open_book_is_read_as_its_file(book: excel.Book) -> None:
    live, file = _live(book), open_book(Path(book.api.FullName))
    assert live.sheets == file.sheets
    assert live.names == file.names == {"tc.here": (TAB, (2, 3))}
    assert live.grid(TAB) == file.grid(TAB)


def test_dates_money_and_errors_are_read_as_a_file_holds_them(book: excel.Book) -> None:
    sheet = book.sheets[TAB]
    sheet.cells |= {(5, 1): Cell(45688.5), (5, 2): Cell("#REF!", "1/0"), (5, 3): Cell("=no formula")}
    sheet.dates.add((5, 1))
    money: Any = Decimal("1.25")
    sheet.cells[5, 4] = Cell(money)
    grid = _live(book).grid(TAB)
    assert grid[5, 1] == Cell(45688.5)
    assert grid[5, 2] == Cell("#REF!", "1/0")
    assert grid[5, 3] == Cell("=no formula")
    assert isinstance(grid[5, 4].value, float)


@pytest.mark.parametrize(
    "said",
    ["文字", "007", "2025-01-31", "=1+1", "+86 21", "-", "@me", "TRUE", "false", "'quoted'", "1月5日", "1/2",
     "5%", 3.5, -2.0, True, None],
)  # fmt: skip
def test_what_is_written_arrives_as_it_was_meant(book: excel.Book, said: Any) -> None:
    live = _live(book)
    live.set(TAB, {(9, 2): Cell(said)})
    live.save()
    held = book.sheets[TAB].cells.get((9, 2), Cell())
    assert (held, type(held.value)) == (Cell(said), type(said))
    assert _live(book).grid(TAB).get((9, 2), Cell()) == Cell(said)


def test_neighbours_are_written_by_one_call_and_what_stands_there_by_none(book: excel.Book) -> None:
    live = _live(book)
    cells = {(2, 2): Cell("text"), (5, 1): Cell(1.0), (5, 2): Cell(2.0), (6, 1): Cell(3.0), (6, 2): Cell(4.0)}
    live.set(TAB, {**cells, (7, 1): Cell(6.0, "A5*6")})
    assert book.log == []
    live.save()
    assert book.log[:-1] == [
        ("value", TAB, (5, 1), (6, 2), [[1.0, 2.0], [3.0, 4.0]]),
        ("formula", TAB, (7, 1), (7, 1), [["=A5*6"]]),
    ]


SPOTS = st.sets(st.tuples(st.integers(1, 12), st.integers(1, 8)), max_size=60)


@given(SPOTS)
def test_blocks_hold_every_cell_once_and_no_other(spots: set[Spot]) -> None:
    held = [
        (row, column)
        for top, left, bottom, right in blocks(spots)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    assert sorted(held) == sorted(spots)


def test_a_protected_sheet_is_opened_written_shut_and_only_then_saved(book: excel.Book) -> None:
    book.sheets[TAB].password = ""
    with at_work(excel.as_xlwings(book), "geheim") as live:
        live.set(TAB, {(5, 1): Cell(1.0)})
        live.save()
    assert book.log == [
        ("screen", False),
        ("Unprotect", TAB, "-"),
        ("value", TAB, (5, 1), (5, 1), [[1.0]]),
        ("Protect", TAB, "", COURTESY),
        ("save",),
        ("status bar", False),
        ("screen", True),
    ]


def test_a_locked_tab_is_opened_with_its_password_and_locked_with_it_again(book: excel.Book) -> None:
    book.sheets[TAB].password = "geheim"
    live = _live(book)
    assert live.is_protected(TAB)
    live.set(TAB, {(5, 1): Cell(1.0)})
    live.save()
    assert book.log[-2:] == [("Protect", TAB, "geheim", COURTESY), ("save",)]
    assert book.sheets[TAB].password == "geheim"


def test_locking_and_handing_back_set_flags_and_password(book: excel.Book) -> None:
    book.sheets[TAB].password = ""
    live = _live(book)
    assert not live.is_protected(TAB)
    live.lock_cells(TAB, [(2, 2), (2, 3), (4, 1)], False)
    live.protect(TAB, "geheim")
    live.save()
    assert [call for call in book.log if call[0] == "Locked"] == [
        ("Locked", TAB, (2, 2), (2, 3), False),
        ("Locked", TAB, (4, 1), (4, 1), False),
    ]
    assert book.sheets[TAB].password == "geheim"
    live.protect(TAB, None)
    live.save()
    assert book.sheets[TAB].password == ""


def test_a_sheet_with_somebody_elses_password_is_named_and_stays_shut(book: excel.Book) -> None:
    book.sheets[TAB].password = "theirs"
    with pytest.raises(Refused) as refused, at_work(excel.as_xlwings(book), "geheim") as live:
        live.set(TAB, {(5, 1): Cell(1.0)})
        with live.prepared():
            raise AssertionError("it should not open")
    assert told(refused.value.problems) == [("live_password", TAB)]
    assert book.sheets[TAB].password == "theirs"
    assert book.app.screen_updating


def test_nothing_changed_is_nothing_saved(book: excel.Book) -> None:
    live = _live(book)
    live.set(TAB, {(2, 2): Cell("text")})
    live.save()
    assert book.log == []


def test_a_formula_with_an_old_value_is_computed_again_and_not_written(book: excel.Book) -> None:
    live = _live(book)
    live.set(TAB, {(3, 2): Cell(4.0, "C2*2")})
    live.save()
    assert book.log == [("calculate",), ("save",)]


def test_screen_and_protection_are_given_back_when_an_action_fails(book: excel.Book) -> None:
    book.sheets[TAB].password = ""
    with pytest.raises(ZeroDivisionError), at_work(excel.as_xlwings(book), "") as live:
        live.say("锁定：1/3")
        live.set(TAB, {(5, 1): Cell(1.0)})
        raise ZeroDivisionError
    assert book.sheets[TAB].password == ""
    assert book.app.screen_updating
    assert book.app.status_bar is False
    assert ("save",) not in book.log


BUSY = [excel.ComError(excel.BUSY), excel.ComError(excel.SAID_NO, excel.IGNORED)]


@pytest.mark.parametrize("trouble", BUSY)
def test_a_cell_being_edited_is_waited_for(
    book: excel.Book, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    book.troubles = [trouble, trouble]
    assert _live(book).grid(TAB)
    assert len(waited) == 2


@pytest.mark.parametrize("trouble", BUSY)
def test_a_cell_edited_for_ever_is_told_after_a_while(
    book: excel.Book, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr("targetcal_xl.workbook.engines.patience.SECONDS", 0.05)
    monkeypatch.setattr("targetcal_xl.workbook.engines.patience.PAUSE", 0.01)
    book.troubles = [trouble] * 1000
    with pytest.raises(Refused) as refused:
        _live(book).grid(TAB)
    assert told(refused.value.problems) == [("live_busy", TAB)]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(excel.ComError(excel.GONE), "live_gone"), (excel.ComError(excel.SAID_NO, -2146827284), "live_failed")],
)
def test_an_excel_that_is_gone_or_says_no_is_told_in_words(
    book: excel.Book, trouble: Exception, code: str
) -> None:
    book.troubles = [trouble] * 10
    with pytest.raises(Refused) as refused:
        _live(book).grid(TAB)
    assert told(refused.value.problems) == [(code, TAB)]


def test_xlwings_is_kept_from_trying_without_end(book: excel.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = SimpleNamespace(N_COM_ATTEMPTS=0)
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", windows)
    seen: list[int] = []
    monkeypatch.setattr(book, "asked", lambda: seen.append(windows.N_COM_ATTEMPTS))
    _live(book).grid(TAB)
    assert set(seen) == {1}
    assert windows.N_COM_ATTEMPTS == 0


@pytest.mark.parametrize(
    ("full_name", "code"),
    [("https://contoso.sharepoint.com/plan/targets.xlsx", "live_online"), ("Book1", "live_unsaved")],
)
def test_a_book_that_is_in_no_folder_is_refused(book: excel.Book, full_name: str, code: str) -> None:
    book.api.FullName = full_name
    with pytest.raises(Refused) as refused:
        path_of(excel.as_xlwings(book))
    assert _codes(refused) == [code]


@pytest.mark.parametrize(
    ("engine", "name", "code"),
    [("excel", "a.xlsm", "live_read_only"), ("libreoffice", "a.xlsm", "live_macros"),
     ("libreoffice", "a.xlsx", "live_read_only")],
)  # fmt: skip
def test_a_book_that_would_not_be_saved_is_refused(
    book: excel.Book, tmp_path: Path, engine: str, name: str, code: str
) -> None:
    book.app.engine.name = engine
    book.api = SimpleNamespace(FullName=str(tmp_path / name), ReadOnly=True)
    with pytest.raises(Refused) as refused, at_work(excel.as_xlwings(book), ""):
        raise AssertionError("nothing may be done")
    assert _codes(refused) == [code]
    assert book.log == []


class Words:
    """An appscript object that notes what it is asked; what it answers is always itself, or a 1."""

    def __init__(self, log: list[Any], path: str = "") -> None:
        self._log, self._path = log, path

    def __getattr__(self, name: str) -> Words:
        return Words(self._log, f"{self._path}.{name}".lstrip("."))

    def __call__(self, *said: Any, **more: Any) -> int:
        self._log.append((self._path, *said, more))
        return 1


def test_on_a_mac_excel_is_asked_in_its_scripting_words(
    book: excel.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    said: list[Any] = []
    thing: Any = SimpleNamespace(api=Words(said))
    apple = native(excel.as_xlwings(book))
    assert isinstance(apple, Apple)
    apple.full_name(thing)
    apple.is_read_only(thing)
    apple.is_protected(thing)
    apple.unprotect(thing, "geheim")
    apple.protect(thing, "geheim", apple.liberties(thing))
    apple.set_locked(thing, True)
    words = {word for path, *_ in said for word in path.split(".")} - {"get", "set"}
    given = {word for _, *_, more in said for word in more}
    mac = xlwings.mac_dict
    known = {name for name, _ in mac.properties} | {name for name, *_ in (*mac.commands, *mac.elements)}
    arguments = {name for command in mac.commands for name, _ in command[2]}
    assert words - known == set()
    assert given - arguments == set()
    assert ("unprotect", {"password": "geheim"}) in said


def test_an_action_on_excel_records_what_it_records_on_the_file(tmp_path: Path) -> None:
    on_file, in_excel = submitted(tmp_path / "file"), submitted(tmp_path / "excel")
    on_file.run(lock)
    fake = excel.Book(open_book(in_excel.path), str(in_excel.path))
    for sheet in fake.sheets.values():
        sheet.password = ""
    in_excel.clock.advance(hours=1)
    with open_live_desk(
        excel.as_xlwings(fake),
        actor=FINANCE,
        clock=in_excel.clock,
        source="test",
        language="zh-CN",
        chance=bytes,
    ) as desk:
        lock(desk)
    assert in_excel.entries() == on_file.entries()
    assert ("status bar", "锁定：1/2") in fake.log
    assert fake.log.index(("save",)) > max(k for k, call in enumerate(fake.log) if call[0] == "Protect")
    assert _typed_cells(fake) == _typed_cells(excel.Book(open_book(on_file.path), "x"))
    with in_excel.desk() as desk:
        assert fake.sheets["华东大区"].password == desk.ledger.secret


def _typed_cells(book: excel.Book) -> dict[str, dict[Spot, object]]:
    """What stands in cells without formulas: the fake computes none."""
    return {
        sheet.name: {
            spot: cell.value
            for spot, cell in sheet.cells.items()
            if cell.formula is None and cell.value not in (None, "")
        }
        for sheet in book.sheets
    }


def test_a_book_that_is_open_elsewhere_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    case: Case = submitted(tmp_path)
    before = case.entries()
    case.path.with_name(f".~lock.{case.path.name}#").write_text("王芳,wang,pc,,;", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        case.run(lock)
    assert _codes(refused) == ["file_open_elsewhere"]
    assert case.entries() == before
