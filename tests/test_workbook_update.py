"""An existing workbook is brought to what it should show by the cells that differ, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ledger import standing
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import content, differing, is_formula, rows_below, same_shown
from tests.support.desks import fresh


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("SUM(A1:B2)", "SUM( $A$1:$B$2 )"),
        ("_xlfn.CONCAT(A1,B1)", "CONCAT(A1,B1)"),
        ("'East'!A1+1", "East!A1+1"),
        ("=IF(A1,TRUE(),FALSE())", "IF(A1,TRUE,FALSE)"),
    ],
)
def test_a_formula_is_the_same_however_a_program_writes_it(found: str, wanted: str) -> None:
    assert is_formula(Cell(1.0, found), Cell(2.0, wanted))


@pytest.mark.parametrize("found", [Cell(1.0), Cell(1.0, "A1+2"), Cell(1.0, "SUM(A1:B3)")])
def test_another_formula_is_not_the_same(found: Cell) -> None:
    assert not is_formula(found, Cell(1.0, "SUM(A1:B2)"))


@given(st.floats(-1e9, 1e9), st.floats(-1, 1))
def test_numbers_are_the_same_to_twelve_digits(number: float, share: float) -> None:
    assert same_shown(Cell(number), Cell(number * (1 + share * 9e-13)))
    assert not same_shown(Cell(number + 1), Cell(number))


def test_empty_text_and_an_empty_cell_show_the_same() -> None:
    assert same_shown(Cell(""), Cell(None))
    assert not same_shown(Cell("0"), Cell(0.0))
    assert not same_shown(Cell(None), Cell(0.0))


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with case.desk() as desk:
        now = standing(desk.ledger)
    reading = case.reading()
    assert differing(reading, content(now, reading.values, reading.places)) == {}
    case.type({("R1", "R1-1", "low"): 1.0, ("R1", "R1-2", "deviation"): Cell(0.0)})
    reading = case.reading()
    found = differing(reading, content(now, reading.values, reading.places))
    spots = {reading.places.find(("R1", *key))[1] for key in (("R1-1", "low"), ("R1-2", "deviation"))}
    assert {sheet: set(cells) for sheet, cells in found.items()} == {"region:R1": spots}


def test_a_sheet_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    reading = fresh(tmp_path).reading()
    assert differing(reading, {"region:R9": {(1, 1): Cell("x")}}) == {}


def test_new_rows_stand_below_the_last_with_their_code(tmp_path: Path) -> None:
    reading = fresh(tmp_path).reading()
    place = reading.places.table("audit", "audit")
    last = max(place.rows.values())
    cells = rows_below(
        reading, "audit", "audit", [{"number": 4, "field": "declared"}, {"number": 5, "new": 84}]
    )
    assert cells == {
        (last + 1, 1): Cell("4"),
        (last + 1, place.columns["number"]): Cell(4.0),
        (last + 1, place.columns["field"]): Cell("declared"),
        (last + 2, 1): Cell("5"),
        (last + 2, place.columns["number"]): Cell(5.0),
        (last + 2, place.columns["new"]): Cell(84.0),
    }


def test_the_first_row_of_an_empty_table_stands_under_its_head(tmp_path: Path) -> None:
    reading = fresh(tmp_path).reading()
    place = reading.places.table("letters", "letters")
    assert place.rows == {}
    cells = rows_below(reading, "letters", "letters", [{"number": "L1", "signed": False}])
    assert cells[place.head + 1, 1] == Cell("L1")
    assert cells[place.head + 1, place.columns["signed"]] == Cell("否")
