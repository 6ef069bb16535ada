"""Finance's cells and the inputs say the same, both ways."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.calibration import Answer, AnswerCode, Inputs, Key, Person, Value, usual_rhythm
from targetcal_xl.ledger import dump
from targetcal_xl.workbook import entered, revised
from tests.support.samples import sample_inputs

INPUTS = sample_inputs((2, 1), 8)


def _revised(changes: dict[Key, Value], inputs: Inputs = INPUTS) -> tuple[Inputs, list[tuple[Key, str]]]:
    cells = {**entered(inputs), **changes}
    new, faults = revised(inputs, {key: value for key, value in cells.items() if value is not None})
    return new, [(fault.key, fault.code) for fault in faults]


def test_untouched_cells_give_the_same_inputs_back() -> None:
    new, faults = _revised({})
    assert faults == []
    assert dump(new) == dump(INPUTS)


@given(st.integers(0, 2), st.integers(0, 7), st.one_of(st.none(), st.just(0.0), st.floats(1e-6, 1e6)))
@example(0, 7, 0.0)
def test_any_result_of_the_past_can_be_changed_or_emptied(row: int, column: int, value: float | None) -> None:
    line, period = INPUTS.plan.lines[row], INPUTS.history.periods[column]
    new, faults = _revised({(line.region, line.code, f"history.{period}"): value})
    if value is not None and value < INPUTS.history.one_off[row, column]:
        assert [code for _, code in faults] == ["event_too_big"], "more was a one-off than there is now"
        return
    wanted = INPUTS.history.values.copy()
    wanted[row, column] = math.nan if value is None else value
    assert faults == []
    np.testing.assert_array_equal(new.history.values, wanted)
    assert entered(new) == entered(replace(INPUTS, history=replace(INPUTS.history, values=wanted)))


def test_an_event_of_unknown_size_is_kept_as_unknown() -> None:
    event: dict[Key, Value] = {(None, "E03", "event.line"): "R2-1", (None, "E03", "event.amount"): "？"}
    new, faults = _revised(event | {(None, "E03", "event.period"): str(INPUTS.history.periods[2])})
    assert faults == []
    assert math.isnan(new.history.one_off[2, 2])
    assert entered(new)[None, "E02", "event.amount"] == "?"


NEWEST = INPUTS.history.periods[-1]
ANSWERED = replace(
    INPUTS,
    answers=(Answer("R1-2", NEWEST.shift(-1), "one_off"), Answer("R2-1", NEWEST, "new_level")),
)


def test_an_answer_stands_beside_its_line_and_one_to_an_earlier_question_is_kept() -> None:
    said = {key: value for key, value in entered(ANSWERED).items() if key[2] == "history.answer"}
    assert said == {("R2", "R2-1", "history.answer"): "new_level"}
    assert dump(_revised({}, ANSWERED)[0]) == dump(ANSWERED)


@given(st.sampled_from([None, "one_off", "new_level"]))
def test_a_question_can_be_answered_anew_or_not_at_all(code: AnswerCode | None) -> None:
    new, faults = _revised({("R2", "R2-1", "history.answer"): code}, ANSWERED)
    assert faults == []
    assert new.answers[:1] == ANSWERED.answers[:1]
    assert [answer.code for answer in new.answers[1:]] == ([code] if code else [])
    assert all(answer.period == NEWEST for answer in new.answers[1:])


def test_people_and_milestones_can_change() -> None:
    changes: dict[Key, Value] = {
        ("R1", None, "region.superior"): " 周总 ",
        ("R1", None, "region.superior_mail"): None,
        (None, "M03", "milestone.date"): "2025-01-31",
    }
    new, faults = _revised(changes)
    assert faults == []
    assert new.plan.regions[0].superior == Person("周总")
    assert new.plan.milestones == (dt.date(2025, 1, 31), *INPUTS.plan.milestones)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ((None, None, "hq_target"), "1,200", "number_unreadable"),
        ((None, None, "hq_target"), True, "number_unreadable"),
        ((None, None, "hq_target"), None, "number_unreadable"),
        ((None, None, "hq_target"), -1.0, "number_outside"),
        ((None, None, "objection"), 0.0, "number_outside"),
        ((None, None, "confidence"), 1.0, "number_outside"),
        ((None, None, "survey_minimum"), 2.0, "number_outside"),
        ((None, None, "warning_days"), 61.0, "number_outside"),
        ((None, None, "hq_tolerance"), -0.1, "number_outside"),
        ((None, None, "warning_days"), 13.5, "number_not_whole"),
        ((None, "M01", "milestone.date"), "2025-04-01", "milestone_outside"),
        (("R1", None, "region.deputy"), "superior1", "same_person"),
        (("R2", None, "region.hrbp"), None, "name_missing"),
        ((None, "market", "driver.weight"), -0.1, "number_outside"),
        ((None, "search", "indicator.driver"), "weather", "choice_unknown"),
        ((None, "search", "indicator.share"), 1.1, "number_outside"),
        ((None, "M01", "milestone.date"), "2025-02-30", "date_unreadable"),
        ((None, "E01", "event.line"), "R9-9", "choice_unknown"),
        ((None, "E01", "event.amount"), "很多", "number_unreadable"),
        (("R1", "R1-1", "history.2024Q4"), "很多", "number_unreadable"),
        ((None, "R1-1/search", "reading.now"), "-", "number_unreadable"),
        (("R1", "R1-1", "history.answer"), "perhaps", "choice_unknown"),
        ((None, None, "weights"), None, "choice_unknown"),
        (("R1", "R1-1", "history.2024Q4"), -1.0, "number_outside"),
        (("R1", "R1-1", "history.2024Q4"), 1e300, "number_outside"),
        (("R1", "R1-1", "history.2024Q4"), 1e-9, "number_outside"),
        ((None, "R1-1/search", "reading.now"), -1.0, "number_outside"),
        ((None, "R1-1/search", "reading.reference"), 1e300, "number_outside"),
        ((None, "market", "driver.weight"), 1e300, "number_outside"),
        ((None, None, "survey_minimum"), 1e300, "number_outside"),
        ((None, "E01", "event.amount"), 1e300, "number_outside"),
        ((None, "E01", "event.amount"), 9999.0, "event_too_big"),
        (("R1", None, "region.head"), 45000.0, "name_unreadable"),
        (("R1", None, "region.deputy"), True, "name_unreadable"),
        (("R1", None, "region.superior"), "#N/A", "name_unreadable"),
        ((None, "search", "indicator.name"), 1.0, "name_unreadable"),
        (("R1", None, "region.head_mail"), "no mail", "mail_unreadable"),
        (("R1", None, "region.deputy_mail"), 1.0, "mail_unreadable"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_key(key: Key, value: Value, code: str) -> None:
    if key[2].startswith("history.2"):
        key = (key[0], key[1], f"history.{INPUTS.history.periods[-1]}")
    new, faults = _revised({key: value})
    assert faults == [(key, code)]
    assert new.plan.hq_target == INPUTS.plan.hq_target


_METRIC = INPUTS.plan.metric
_IN_PERCENT = replace(_METRIC, kind="ratio", unit="%", step=0.1, distance="shortfall", whole=100.0)
_PERCENT = replace(INPUTS, plan=replace(INPUTS.plan, metric=_IN_PERCENT, hq_target=93.0))
_PAST = f"history.{NEWEST}"


@pytest.mark.parametrize(
    ("key", "value", "faults"),
    [
        ((None, None, "hq_target"), 0.94, ["number_outside"]),
        ((None, None, "hq_target"), 94.0, []),
        (("R1", "R1-1", _PAST), 0.94, ["number_outside"]),
        (("R1", "R1-1", _PAST), 0.0, []),
        (("R1", "R1-1", _PAST), 94.0, []),
    ],
)
def test_what_a_spreadsheet_makes_of_a_typed_94_percent_is_no_percentage(
    key: Key, value: Value, faults: list[str]
) -> None:
    """Into a cell that shows numbers it puts 0.94."""
    assert [code for at, code in _revised({key: value}, _PERCENT)[1] if at == key] == faults


def test_everything_unusable_is_named_at_once() -> None:
    wrong: dict[Key, Value] = {(None, None, code): "?" for code in ("hq_target", "objection", "milestone")}
    assert {key for key, _ in _revised(wrong)[1]} == set(wrong)


def test_a_past_of_shares_takes_no_percentages() -> None:
    plan = replace(INPUTS.plan, metric=replace(INPUTS.plan.metric, kind="ratio", step=0.001), hq_target=0.93)
    past = replace(INPUTS.history, values=INPUTS.history.values / 1000, one_off=INPUTS.history.one_off / 1000)
    shares = replace(INPUTS, plan=plan, history=past)
    key = ("R1", "R1-1", f"history.{INPUTS.history.periods[-1]}")
    assert _revised({key: 0.95}, shares)[1] == []
    assert _revised({key: 95.0}, shares)[1] == [(key, "number_outside")]


def test_what_past_days_taught_stays_when_something_else_changes() -> None:
    taught = replace(INPUTS, rhythm=usual_rhythm())
    new, faults = _revised({(None, None, "hq_target"): 500.0}, taught)
    assert faults == [] and new.plan.hq_target == 500
    assert new.rhythm is taught.rhythm
