"""The switch of the baseline sheet: functions and values show the same, and neither loses anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl.worksheet.formula
import pytest

from targetcal_xl.actions import check, lock, recalibrate, repair, switch_functions, verify
from targetcal_xl.calibration import Key
from targetcal_xl.desk import open_live_desk
from targetcal_xl.libreoffice import connect, engine
from targetcal_xl.libreoffice.bridge import Office, values
from targetcal_xl.workbook import open_book
from targetcal_xl.workbook.sheets.baseline_live import EXPLAINED
from tests.support import calc
from tests.support.books import as_openpyxl
from tests.support.desks import Case, fresh, submitted, told
from tests.support.validator import sound

LINE: Key = ("R1", "R1-1", "history.2024Q4")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return fresh(tmp_path)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with calc.running(calc.with_extension(tmp_path_factory.mktemp("switch") / "profile")) as running:
        yield running


def _baseline(case: Case) -> dict[tuple[str, str], float]:
    """The numbers of the baseline sheet, by line and column."""
    reading = case.reading()
    place, grid = reading.places.table("baseline", "baseline"), reading.grids["baseline"]
    shown = {
        (line, code): grid[row, column].value
        for line, row in place.rows.items()
        for code, column in place.columns.items()
        if (row, column) in grid
    }
    return {key: value for key, value in shown.items() if isinstance(value, float)}


def _same(one: dict[tuple[str, str], float], other: dict[tuple[str, str], float]) -> bool:
    """Whether two baseline sheets show the same, to the last digits that files keep."""
    return one == pytest.approx(other, rel=1e-12, abs=1e-12)


def _formulas(case: Case) -> set[str]:
    """The functions on the baseline sheet."""
    grid = case.reading().grids["baseline"]
    return {cell.formula for cell in grid.values() if cell.formula and cell.formula.startswith("TC_")}


def test_a_new_book_has_values_only(case: Case) -> None:
    assert _formulas(case) == set()
    assert not case.run(switch_functions, "frozen").changed


def test_live_shows_the_same_values_by_functions_and_frozen_brings_the_values_back(case: Case) -> None:
    shown = _baseline(case)
    assert case.run(switch_functions, "live").changed
    assert len(_formulas(case)) == 3
    assert _same(_baseline(case), shown)
    assert sound(case.path)
    assert case.run(verify).verified
    assert not case.run(repair).changed
    assert not case.run(switch_functions, "live").changed
    assert case.run(switch_functions, "frozen").changed
    assert _formulas(case) == set()
    assert _same(_baseline(case), shown)
    assert sound(case.path)
    assert case.run(verify).verified
    assert [entry.new for entry in case.entries("functions")] == ["live", "frozen"]


def test_openpyxl_reads_one_array_formula_for_each_block(case: Case) -> None:
    case.run(switch_functions, "live")
    found = [
        cell.value
        for row in as_openpyxl(case.path)[case.reading().places.tabs["baseline"]].iter_rows()
        for cell in row
        if isinstance(cell.value, openpyxl.worksheet.formula.ArrayFormula)
    ]
    assert [str(array.text).partition("(")[0] for array in found] == ["=TC_EXPLAIN"] * 2 + ["=TC_SPLIT"]


def test_live_values_follow_what_finance_types_before_it_is_recalibrated(case: Case) -> None:
    case.run(switch_functions, "live")
    before = _baseline(case)
    case.type({LINE: 300.0})
    assert {code for code, _ in told(case.run(check).problems)} == {"declared_missing", "not_taken_in"}
    case.run(repair)
    after = _baseline(case)
    assert after["R1-1", "base"] != before["R1-1", "base"]
    assert case.suggested("R1-1") == before["R1-1", "suggested"], "the region's own tab waits for finance"
    assert sum(after[line, "allotment"] for line, code in after if code == "allotment") == pytest.approx(
        case.inputs.plan.hq_target
    )
    case.run(recalibrate)
    assert _same(_baseline(case), after)
    assert case.suggested("R1-1") == after["R1-1", "suggested"]


def test_actions_on_a_live_book_change_nothing_on_the_baseline_sheet(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.run(switch_functions, "live")
    before = _baseline(case)
    case.run(lock)
    assert _same(_baseline(case), before)
    assert len(_formulas(case)) == 3
    assert sound(case.path)
    assert case.run(verify).verified


def test_a_live_book_that_was_lost_is_written_anew_with_its_functions(case: Case) -> None:
    case.run(switch_functions, "live")
    shown = _baseline(case)
    case.path.unlink()
    assert case.run(repair).rewritten
    assert len(_formulas(case)) == 3
    assert _same(_baseline(case), shown)
    assert sound(case.path)


def test_a_function_that_somebody_has_overwritten_is_found_and_mended(case: Case) -> None:
    case.run(switch_functions, "live")
    frozen = Case(case.folder, case.inputs, case.clock)
    book, reading = open_book(case.path), frozen.reading()
    tab, place = reading.places.tabs["baseline"], reading.places.table("baseline", "baseline")
    grid = book.grid(tab)
    block = [spot for spot, cell in grid.items() if cell.formula and cell.formula.startswith("TC_SPLIT")]
    book.set(tab, {spot: type(grid[spot])(1.0) for spot in block})
    book.save()
    codes = {code for code, _ in told(case.run(verify).problems)}
    assert codes == {"formula_overwritten"}
    assert case.run(repair).changed
    assert case.run(verify).verified
    assert place.columns["allotment"] == block[0][1]


def test_calc_computes_the_very_values_that_stand_in_the_file(case: Case, office: Office) -> None:
    case.run(switch_functions, "live")
    shown = _baseline(case)
    reading = case.reading()
    place = reading.places.table("baseline", "baseline")
    with calc.document(office, case.path) as book:
        sheet = book.getSheets().getByName(reading.places.tabs["baseline"])
        book.calculateAll()
        for line, row in place.rows.items():
            for code in (*EXPLAINED, "allotment", "suggested", "sum"):
                found = sheet.getCellByPosition(place.columns[code] - 1, row - 1)
                assert found.getError() == 0, (line, code)
                assert found.getValue() == pytest.approx(shown[line, code], rel=1e-12, abs=1e-9), (line, code)
        saved = case.folder / "saved.xlsx"
        book.storeToURL(saved.as_uri(), values(FilterName="Calc MS Excel 2007 XML"))
    case.path.write_bytes(saved.read_bytes())
    assert len(_formulas(case)) == 3
    assert case.run(verify).verified
    assert case.run(switch_functions, "frozen").changed
    assert _formulas(case) == set()


def test_the_switch_works_on_the_open_book_and_values_follow_there(case: Case, office: Office) -> None:
    engine()
    with calc.document(office, case.path):
        book = connect(office.pipe).books[0]

        def switch(state: str) -> None:
            with open_live_desk(
                book, actor="林静", clock=case.clock, source="test", language="zh-CN"
            ) as desk:
                switch_functions(desk, state)  # type: ignore[arg-type]

        switch("live")
        assert len(_formulas(case)) == 3
        shown = _baseline(case)
        places = case.reading().places
        sheet, spot = places.find(LINE)
        book.sheets[places.tabs[sheet]].range(spot).value = 300.0
        base = places.spot("baseline", "baseline", "R1-1", "base")
        assert book.sheets[places.tabs["baseline"]].range(base).value != shown["R1-1", "base"]
        switch("frozen")
        assert _formulas(case) == set()
        assert _same(_baseline(case), shown)
    assert [problem.code for problem in case.run(verify).problems] == ["not_taken_in"]
