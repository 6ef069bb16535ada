"""Damaged files: one sentence or a sound result, never a library's error and never a stuck plan."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from targetcal_xl.actions import check
from targetcal_xl.ooxml.cells import Cell
from targetcal_xl.problems import TargetcalError
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support.bare import bare, parts
from tests.support.books import rich_book
from tests.support.desks import Case, submitted
from tests.support.exploring import few
from tests.support.mutants import mutants

_ROWS = (
    '<row r="1" spans="1:3"><c r="A1" t="s" s="1"><v>0</v></c><c r="B1"><f>A2*2</f><v>2</v></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:B3" si="0">A2+1</f><v>2</v></c></row>'
    '<row r="3" s="1" customFormat="1"><c r="B3"><f t="shared" si="0"/><v>1</v></c>'
    '<c r="C3"><f t="array" ref="C3:C4">A1:A2</f><v>2</v></c></row>'
    '<row r="4"><c r="C4"><v>3</v></c><c r="D4" t="inlineStr"><is><r><t>x</t></r></is></c></row>'
)


def use(path: Path) -> None:
    """Everything that actions ask of a book: read all, write, lock, protect, save, and read again."""
    book = open_closed(path)
    assert book.names is not None
    for sheet in book.sheets:
        grid = book.grid(sheet)
        book.verify_password(sheet, "x")
        free = [spot for spot, cell in grid.items() if cell.formula is None][:3]
        book.set(sheet, {spot: Cell(7.0) for spot in free} | {(2, 2): Cell(8.0), (90, 3): Cell("x", "A1")})
        book.lock_cells(sheet, [*free, (91, 2)], False)
        book.protect(sheet, "geheim")
    with book.prepared():
        book.save()
    again = open_closed(path)
    assert {sheet: again.grid(sheet) for sheet in book.sheets} == {
        sheet: book.grid(sheet) for sheet in book.sheets
    }


def _survive(path: Path, raw: bytes, what: str) -> str:
    """Use a damaged file; its code, or nothing where it was read after all."""
    path.write_bytes(raw)
    try:
        use(path)
    except TargetcalError as told:
        assert all(problem.sentence("zh-CN") and problem.sentence("en") for problem in told.problems), what
        return told.problems[0].code
    except BaseException as error:
        error.add_note(f"mutant {what}")
        raise
    return ""


@pytest.mark.parametrize("seed", few(range(4), {"0", "3"}))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    raw = (bare(path, parts(_ROWS, '<dimension ref="A1:C4"/>')) if seed % 2 else rich_book(path)).read_bytes()
    codes = {_survive(path, mutant, what) for what, mutant in mutants(raw, seed, 90)}
    assert {"", "file_damaged", "file_not_workbook"} < codes


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return submitted(tmp_path_factory.mktemp("plan"))


@pytest.mark.parametrize("seed", few(range(2), {"1"}))
def test_check_tells_of_a_damaged_book_in_words(seed: int, played: Case) -> None:
    raw = played.path.read_bytes()
    try:
        for what, mutant in mutants(raw, 100 + seed, 20):
            played.path.write_bytes(mutant)
            try:
                played.run(check)
            except TargetcalError as told:
                assert all(problem.sentence("zh-CN") for problem in told.problems), what
            except BaseException as error:
                error.add_note(f"mutant {what}")
                raise
    finally:
        played.path.write_bytes(raw)


def test_the_zip_that_mutants_are_made_from_is_sound(tmp_path: Path) -> None:
    path = bare(tmp_path / "plan.xlsx", parts(_ROWS))
    use(path)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
