"""Books that other programs have saved anew are read as they were, and nobody is blamed for spelling."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from targetcal_xl.actions import lock, repair, verify
from targetcal_xl.calibration import same_value
from targetcal_xl.formats import BOOK
from targetcal_xl.ledger import standing
from targetcal_xl.workbook import book_format, content, is_formula, open_book
from tests.support.books import OTHER, TAB, rich_book
from tests.support.desks import Case, submitted
from tests.support.resave import SAVERS, pandas_save

EVERYBODY = {**SAVERS, "pandas": pandas_save}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return submitted(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def saved_by(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The case's book as a program has saved it; each saves it once."""
    folder = tmp_path_factory.mktemp("saved")

    @cache
    def saved(program: str) -> Path:
        EVERYBODY[program](case.path, folder / f"{program}.xlsx")
        return folder / f"{program}.xlsx"

    return saved


@pytest.mark.parametrize("program", SAVERS)
def test_what_people_typed_is_the_same_after_any_program_saved_it(
    program: str, case: Case, saved_by: Callable[[str], Path], tmp_path: Path
) -> None:
    before = case.typed()
    again = submitted(tmp_path)
    shutil.copy(saved_by(program), again.path)
    after = again.typed()
    assert after.keys() == before.keys()
    assert [key for key in before if not same_value(before[key], after[key])] == []
    assert [key for key in before if type(before[key]) is not type(after[key])] == []


@pytest.mark.parametrize("program", SAVERS)
def test_every_formula_still_says_the_same_after_any_program_saved_it(
    program: str, saved_by: Callable[[str], Path], tmp_path: Path
) -> None:
    case = submitted(tmp_path)
    with case.desk() as desk:
        now = standing(desk.ledger)
    before = case.reading()
    shutil.copy(saved_by(program), case.path)
    after = case.reading()
    wanted = content(now, before.values, before.places)
    overwritten = [
        (sheet, spot, after.grids[sheet].get(spot), cell.formula)
        for sheet, cells in wanted.items()
        for spot, cell in cells.items()
        if cell.formula is not None and not is_formula(after.grids[sheet][spot], cell)
    ]
    assert overwritten == []


@pytest.mark.parametrize("program", SAVERS)
def test_every_kind_of_cell_is_the_same_after_any_program_saved_it(program: str, tmp_path: Path) -> None:
    path = rich_book(tmp_path / "rich.xlsx")
    SAVERS[program](path, tmp_path / "saved.xlsx")
    before, after = open_book(path), open_book(tmp_path / "saved.xlsx")
    for tab in (TAB, OTHER):
        for spot, cell in before.grid(tab).items():
            # Only LibreOffice keeps what XML cannot hold, and what looks like the escape of that.
            if cell.formula is None and cell.value not in ("_x0041_", "a\x01b"):
                found = after.grid(tab).get(spot)
                assert found is not None, (tab, spot)
                assert same_value(found.value, cell.value), (tab, spot)


@pytest.mark.parametrize("program", EVERYBODY)
def test_the_mark_outlives_what_programs_do_to_a_book(program: str, saved_by: Callable[[str], Path]) -> None:
    assert book_format(open_book(saved_by(program))) == BOOK


@pytest.mark.parametrize("program", EVERYBODY)
def test_a_book_that_another_program_saved_goes_on_with_every_word(
    program: str, saved_by: Callable[[str], Path], tmp_path: Path
) -> None:
    """Whatever it drops: names, formulas, results."""
    case = submitted(tmp_path)
    typed = case.typed()
    shutil.copy(saved_by(program), case.path)
    assert case.run(repair).unread == ()
    assert case.typed() == typed
    assert case.run(verify).verified
    assert case.run(lock).locked == ("华东大区", "华南大区")


def test_a_book_that_pandas_saved_is_opened_and_has_lost_its_names(
    case: Case, saved_by: Callable[[str], Path]
) -> None:
    before, after = open_book(case.path), open_book(saved_by("pandas"))
    assert after.sheets == before.sheets
    assert after.names == {}
    assert all(after.grid(sheet) for sheet in before.sheets if before.grid(sheet))
