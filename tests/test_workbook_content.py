"""Every cell that is not a person's holds what the ledger and the typed cells make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    JUSTIFICATION,
    Key,
    Standing,
    Value,
    compute_baseline,
    declaration_fault,
    deviation,
    is_objection,
)
from targetcal_xl.language import LANGUAGES, is_placeholder, text
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import Known, content, entered, region_sheet
from targetcal_xl.workbook.formulas import cell_at
from targetcal_xl.workbook.layout import default_places
from targetcal_xl.workbook.places import Located, Places
from targetcal_xl.workbook.shapes import Owner
from targetcal_xl.workbook.sheets.drivers import reading_row
from targetcal_xl.workbook.sheets.region_lines import EMPTY_WORDS, says_nothing
from tests.support.samples import METRIC, sample_standing, with_values

_STANDING = sample_standing()
_LINE = _STANDING.inputs.plan.lines[0]
_DAYS = replace(METRIC, direction=-1, kind="mean")


def _cells(
    standing: Standing, typed: Mapping[Key, Value] | None = None, language: str = "en"
) -> tuple[Places, Mapping[str, Mapping[tuple[int, int], Cell]]]:
    places = default_places(standing.inputs, language)
    return places, content(standing, {**entered(standing.inputs), **(typed or {})}, places)


def _line(column: str, typed: Mapping[str, Value], standing: Standing = _STANDING) -> Value:
    """What a column of the first line shows once this is typed in its row."""
    said: dict[Key, Value] = {(_LINE.region, _LINE.code, code): value for code, value in typed.items()}
    places, cells = _cells(standing, said)
    sheet = region_sheet(_LINE.region)
    return cells[sheet][places.spot(sheet, "lines", _LINE.code, column)].value


def _field(code: str, typed: Mapping[Key, Value], standing: Standing = _STANDING) -> Value:
    """What a field of the first region's tab shows once this is typed."""
    places, cells = _cells(standing, typed)
    sheet, spot = places.field(code, _LINE.region)
    return cells[sheet][spot].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_that_is_nobody_s_is_told_and_no_person_s_is(language: str) -> None:
    places, cells = _cells(_STANDING, language=language)
    for sheet in places.sheets.values():
        wanted = {field.spot for field in sheet.fields if not field.owner.is_person}
        for table in () if sheet.code in ("letters", "audit") else sheet.tables:
            columns = [column for column in table.columns if not column.owner.is_person]
            at = places.table(sheet.code, table.code)
            wanted |= {(row, at.columns[column.code]) for row in at.rows.values() for column in columns}
        assert set(cells[sheet.code]) == wanted, sheet.code


def test_formulas_stand_exactly_where_the_layout_has_them() -> None:
    places, cells = _cells(_STANDING)
    for sheet in places.sheets.values():
        formulas = {field.spot for field in sheet.fields if field.owner is Owner.FORMULA}
        for table in sheet.tables:
            at = places.table(sheet.code, table.code)
            codes = [column.code for column in table.columns if column.owner is Owner.FORMULA]
            formulas |= {(row, at.columns[code]) for row in at.rows.values() for code in codes}
        assert {spot for spot, cell in cells[sheet.code].items() if cell.formula} == formulas


@given(st.integers(0, 400).map(float), st.sampled_from([METRIC, _DAYS]))
def test_the_sheet_calls_an_objection_what_the_rules_call_one(declared: float, metric: object) -> None:
    standing = _STANDING if metric is METRIC else _OTHER_WAY
    suggested = float(standing.baseline.suggested[0])
    away = float(deviation(declared, suggested, standing.inputs.plan.metric))
    shown = _line("deviation", {"declared": declared}, standing)
    assert shown == pytest.approx(away)
    objects = _line("flag", {"declared": declared}, standing) == text("workbook.flag.objection", "en")
    fault = declaration_fault(declared, False, standing.inputs.plan.metric, suggested)
    assert objects == (not fault and bool(is_objection(away, standing.inputs.plan.thresholds.objection)))


_OTHER_WAY = sample_standing(metric=_DAYS)


@given(
    st.lists(
        st.sampled_from(["", "无", " N/A ", "---", "TBD.", "渠道更替", "hire two"]), min_size=3, max_size=3
    )
)
def test_a_departing_line_is_told_which_reasons_it_lacks(said: list[str]) -> None:
    suggested = float(_STANDING.baseline.suggested[0])
    reasons = dict(zip(JUSTIFICATION, said, strict=True))
    shown = str(_line("missing", {"declared": suggested + 1, **reasons}))
    lacking = [code for code, words in reasons.items() if is_placeholder(words)]
    assert [code for code in JUSTIFICATION if text(f"workbook.column.{code}", "en") in shown] == lacking
    assert _line("missing", {"declared": suggested, **reasons}) == ""


@given(st.text(), st.sampled_from(["", " ", "　", "-", "…", "\n"]))
def test_what_a_formula_takes_for_nothing_is_nothing_to_the_rules(words: str, around: str) -> None:
    said = around + words + around
    (is_nothing,) = says_nothing(cell_at("A1", said), cell_at("B1", EMPTY_WORDS)).told
    assert not is_nothing or is_placeholder(said)


@pytest.mark.parametrize("value", ["about 80", True, None, "80"])
def test_what_is_no_number_is_not_declared(value: Value) -> None:
    assert _line("deviation", {"declared": value}) == ""
    assert text("workbook.column.declared", "en") in str(_line("missing", {"declared": value}))
    assert _field("declared", {(_LINE.region, _LINE.code, "declared"): value}) == ""


def test_a_manager_is_told_how_much_is_left_and_what_to_do_next() -> None:
    suggested = _STANDING.baseline.suggested.tolist()
    lines = _STANDING.inputs.plan.lines_of(_LINE.region)
    whole: dict[Key, Value] = {
        (line.region, line.code, "declared"): target for line, target in zip(lines, suggested, strict=False)
    }
    assert _field("checks", {}) == len(lines) + 1
    assert _field("checks", whole) == 1
    whole[_LINE.region, None, "submitter"] = "head1"
    assert _field("advice", whole) == text("workbook.advice.ready", "en")
    begun = {**whole, (_LINE.region, "S03", "unit"): "人"}
    assert _field("advice", begun) == text("workbook.advice.todo", "en", count=1)
    done = {**whole, (_LINE.region, None, "status"): "submitted"}
    assert _field("advice", done) == text("workbook.advice.submitted", "en")
    locked = with_values(_STANDING, {(_LINE.region, None, "state"): "locked"})
    closed = text("workbook.advice.closed", "en", state=text("workbook.choice.submitted", "en"))
    assert _field("advice", done, locked) == closed


def test_the_explanation_adds_up_to_the_suggestion_in_the_sheet_s_own_steps() -> None:
    places, cells = _cells(_STANDING)
    place = places.table("baseline", "baseline")
    for k, row in enumerate(place.rows.values()):
        held = {code: cells["baseline"][row, at].value for code, at in place.columns.items()}
        shown = {code: value for code, value in held.items() if isinstance(value, float)}
        parts = [shown["last_year"], *(shown[f"part.{part}"] for part in _STANDING.baseline.parts)]
        assert sum(parts) == pytest.approx(_STANDING.baseline.expected[k], abs=1e-9)
        assert shown["sum"] == pytest.approx(shown["expected"], abs=1e-9)
        assert shown["suggested"] == _STANDING.baseline.suggested[k]


def test_a_changed_reading_shows_on_the_sheet_what_recalibrating_would_make_of_it() -> None:
    inputs = _STANDING.inputs
    now = inputs.readings.now.copy()
    now[0, 0], now[1, 2] = now[0, 0] * 1.4, np.nan
    item, other = inputs.plan.indicators[0].code, inputs.plan.indicators[2].code
    typed: dict[Key, Value] = {
        (None, reading_row(_LINE.code, item), "reading.now"): float(now[0, 0]),
        (None, reading_row(inputs.plan.lines[1].code, other), "reading.now"): None,
    }
    expected = compute_baseline(replace(inputs, readings=replace(inputs.readings, now=now))).expected
    places, cells = _cells(_STANDING, typed)
    place = places.table("baseline", "baseline")
    shown = [cells["baseline"][row, place.columns["expected"]].value for row in place.rows.values()]
    assert shown == pytest.approx(expected.tolist())
    assert shown != pytest.approx(_STANDING.baseline.expected.tolist())


def _suggesting(target: float) -> Standing:
    """The standing, with one suggestion for every line."""
    baseline = _STANDING.baseline
    return replace(_STANDING, baseline=replace(baseline, suggested=np.full_like(baseline.suggested, target)))


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        *[(8500.0, "objection"), (8501.0, "departs"), (10000.0, "same"), (12000.0, "departs")],
        *[(8500.5, "unusable"), (30000.0, "unusable"), (3333.0, "unusable"), (3334.0, "objection")],
    ],
)
def test_fifteen_percent_worse_is_an_objection_and_a_little_less_is_not(declared: float, said: str) -> None:
    assert _line("flag", {"declared": declared}, _suggesting(10000.0)) == text(f"workbook.flag.{said}", "en")


def test_beside_a_suggestion_of_nothing_any_shortfall_is_an_objection() -> None:
    nothing = _suggesting(0.0)
    assert _line("deviation", {"declared": 5.0}, nothing) == 9.99
    assert _line("deviation", {"declared": 0.0}, nothing) == 0
    worse = replace(nothing, inputs=_OTHER_WAY.inputs)
    assert _line("flag", {"declared": 5.0}, worse) == text("workbook.flag.objection", "en")


def test_what_a_book_has_lost_is_left_out_with_every_formula_that_would_point_to_it() -> None:
    places, _ = _cells(_STANDING)
    lost = region_sheet("R2")
    kept = replace(
        places,
        tabs=Located({code: tab for code, tab in places.tabs.items() if code != lost}),
        tables=Located({at: place for at, place in places.tables.items() if at[0] != lost}),
        fields=Located({at: place for at, place in places.fields.items() if place[0] != lost}),
    )
    cells = content(_STANDING, entered(_STANDING.inputs), kept)
    assert lost not in cells
    formulas = [cell.formula or "" for sheet in cells.values() for cell in sheet.values()]
    assert not any(places.tabs[lost] in formula for formula in formulas)
    assert any(places.tabs[region_sheet("R1")] in formula for formula in formulas)


@pytest.mark.parametrize("lost", [None, "R2"])
def test_what_was_computed_of_a_suggestion_holds_whatever_is_said_of_its_region(lost: str | None) -> None:
    places, typed = default_places(_STANDING.inputs, "en"), entered(_STANDING.inputs)
    tabs = [tab for tab in places.tabs if lost is None or tab != region_sheet(lost)]
    lines = _STANDING.inputs.plan.lines
    words: dict[str, Value] = {
        "declared": 1.0,
        "agreed": 2.0,
        "round": 2.0,
        "objection": "open",
        "in_force": 3.0,
        "decision": "accept",
    }
    said: dict[Key, Value] = {
        (one.region, one.code, code): word for one in lines for code, word in words.items()
    }
    said |= {(one.code, None, "state"): "locked" for one in _STANDING.inputs.plan.regions}
    known = Known()
    content(_STANDING, typed, places, tabs, known)
    now, then = with_values(_STANDING, said), {**typed, **said}
    assert content(now, then, places, known=known) == content(now, then, places)
    assert known.declarations.keys() == {one.code for one in _STANDING.inputs.plan.regions}
    grounds = content(now, then, places, known=known), content(now, then, places, known=known, grounds=False)
    for sheet, cells in grounds[0].items():
        left_out = {spot: cell for spot, cell in cells.items() if spot not in grounds[1][sheet]}
        assert left_out.items() <= content(_STANDING, typed, places)[sheet].items(), "no word changes these"
        assert bool(left_out) == sheet.startswith("region:")


def test_formulas_use_nothing_newer_than_excel_2007() -> None:
    known = {
        *("ABS", "AND", "AVERAGE", "COUNT", "COUNTIF", "EXP", "FIND", "IF", "INT", "ISNUMBER", "LEN", "LN"),
        *("MIN", "NORMSDIST", "NORMSINV", "SQRT"),
        *("LOWER", "MAX", "N", "OR", "ROUND", "ROWS", "SIGN", "SUBSTITUTE", "SUM", "SUMPRODUCT", "T", "TANH"),
        *("TRIM", "CHAR", "CLEAN", "DATE", "ISTEXT", "LEFT", "FIXED"),
    }
    for standing in (_STANDING, _OTHER_WAY):
        _, cells = _cells(standing)
        formulas = " ".join(cell.formula or "" for sheet in cells.values() for cell in sheet.values())
        plain = re.sub(r'"[^"]*"|\'[^\']*\'', "", formulas)
        assert set(re.findall(r"([A-Z][A-Z.0-9]*)\(", plain)) <= known
