"""What people typed is read by key, whatever the language, the order and the place of their cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Key, Value
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import Owner, as_typed, entered, open_book
from tests.support.desks import Case, delete_tab, fresh, rename_tab, submitted

TEXT: Key = ("R1", "R1-1", "comment")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A new plan."""
    return fresh(tmp_path)


def test_a_new_book_holds_finances_inputs_and_nothing_else(case: Case) -> None:
    assert case.typed() == entered(case.inputs)


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        (("R1", None, "status"), "已提交", "submitted"),
        (("R1", None, "status"), " SUBMITTED ", "submitted"),
        (("R1", None, "status"), "基本好了", "基本好了"),
        (("R1", None, "submitted_on"), 45664.0, "2025-01-07"),
        (("R1", None, "submitted_on"), "一月七日", "一月七日"),
        (("R1", "R1-1", "declared"), "九十", "九十"),
        (("R1", "R1-1", "declared"), 90.0, 90.0),
        (("R1", "R1-1", "decision"), "Accept", "accept"),
        (("R1", "S01", "line"), "华东1组", "R1-1"),
        (("R1", "S01", "line"), "别的组", "别的组"),
        (("R1", "S01", "kind"), "预算", "budget"),
        (("R1", "R1-1", "basis"), "   ", None),
        (("R1", "R1-1", "basis"), " 两端有空格 ", " 两端有空格 "),
    ],
)
def test_captions_dates_and_names_are_read_as_what_they_mean(
    case: Case, key: Key, cell: Value, value: Value
) -> None:
    case.type({key: Cell(cell)})
    assert case.typed().get(key) == value


def test_a_formula_is_noticed(case: Case) -> None:
    key = ("R1", "R1-1", "declared")
    case.type({key: Cell(84.0, "80+4")})
    typed = case.reading().typed[key]
    assert (typed.value, typed.has_formula) == (84, True)


def test_whose_a_cell_is_says_the_layout(case: Case) -> None:
    reading = case.reading()
    codes = {cell.key[2] for cell in reading.of_region("R1", Owner.SUPERIOR)}
    assert codes == {"decision", "counter", "decision_reason", "granted", "owner"}
    managers = list(reading.of_region("R1", Owner.MANAGER))
    assert {cell.sheet for cell in managers} == {"region:R1"}
    assert {"declared", "status", "due"} <= {cell.key[2] for cell in managers}
    assert list(reading.of_region("R9", Owner.MANAGER)) == []


def test_a_renamed_tab_is_read_as_before(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    typed = case.typed()
    rename_tab(case.path, "华东大区", "East 1")
    assert case.typed() == typed


def test_a_deleted_tab_leaves_the_others_readable(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    typed = case.typed()
    delete_tab(case.path, "华东大区")
    left = case.typed()
    assert left == {key: value for key, value in typed.items() if key in left}
    assert ("R2", "R2-1", "declared") in left
    assert ("R1", "R1-1", "declared") not in left


def test_what_is_typed_reads_back_as_it_was_meant(case: Case) -> None:
    reading = case.reading()
    meant: dict[Key, Value] = {
        ("R1", None, "status"): "submitted",
        ("R1", None, "submitted_on"): "2025-01-07",
        ("R1", "S01", "line"): "R1-2",
        ("R1", "S01", "kind"): "headcount",
        ("R1", "S01", "quantity"): 2.5,
        (None, "E02", "event.line"): "R2-1",
    }
    for key, value in meant.items():
        cell = reading.typed[key]
        book = open_book(case.path)
        book.set(reading.places.tabs[cell.sheet], {cell.spot: Cell(as_typed(cell, value, reading.places))})
        book.save()
    assert {key: case.typed()[key] for key in meant} == meant


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), min_size=1, max_size=60)
)
def test_any_words_survive_the_file_unchanged(case: Case, words: str) -> None:
    case.type({TEXT: words})
    assert case.typed().get(TEXT) == (words if words.strip() else None)
