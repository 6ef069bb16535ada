"""`recalibrate` makes new suggestions of what finance changed, and records each change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import lock, new, recalibrate, verify
from targetcal_xl.calibration import Key, Limits, Value
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import DataProblems
from targetcal_xl.workbook import open_book, read
from tests.support.desks import Case, Said, fresh, locked, submitted, told
from tests.support.samples import sample_inputs


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A new plan."""
    return fresh(tmp_path)


def test_nothing_changed_is_nothing_recorded(case: Case) -> None:
    before, book = case.entries(), case.path.read_bytes()
    report = case.run(recalibrate)
    assert report.changes == ()
    assert report.suggested_total == 85 + 130 + 198
    assert all(line.before == line.after for line in report.lines)
    assert case.entries() == before
    assert case.path.read_bytes() == book


def _past(case: Case) -> Key:
    """A recent quarter of the first line."""
    return max(key for key in case.typed() if key[:2] == ("R1", "R1-1") and key[2].startswith("history."))


def test_a_changed_history_moves_the_suggestion(case: Case) -> None:
    key = _past(case)
    old = case.typed()[key]
    case.type({key: 150.0})
    report = case.run(recalibrate, "补录两家大客户")
    [change] = report.changes
    assert (change.where, change.old, change.new) == (case.where(key), old, 150)
    first = next(line for line in report.lines if line.line == "华东1组")
    assert first.after > first.before == 85
    assert case.suggested("R1-1") == first.after
    assert case.run(verify).problems == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ((None, None, "hq_target"), 360.0),
        ((None, "pipeline", "driver.weight"), 0.9),
        ((None, None, "objection"), 0.2),
        (("R1", None, "region.superior"), "周总"),
        ((None, "leads", "indicator.direction"), "lower"),
    ],
)
def test_every_change_is_recorded_with_its_reason(case: Case, key: Key, value: Value) -> None:
    old = case.typed()[key]
    case.type({key: value})
    case.run(recalibrate, "季度复盘")
    [entry] = [entry for entry in case.entries("recalibrate") if entry.key == key]
    assert (entry.old, entry.new, entry.reason) == (old, value, "季度复盘")
    assert {entry.reason for entry in case.entries("recalibrate")} == {"季度复盘"}
    with case.desk() as desk:
        assert read(open_book(desk.path), case.inputs, "zh-CN").values[key] == value
    assert case.run(verify).problems == ()


def test_the_hq_target_is_split_anew(case: Case) -> None:
    case.type({(None, None, "hq_target"): 400.0})
    case.run(recalibrate)
    reading = case.reading()
    spots = [reading.places.find((line[:2], line, "allotment")) for line in ("R1-1", "R1-2", "R2-1")]
    assert sum(float(reading.grids[sheet][spot].value or 0) for sheet, spot in spots) == 400


def test_a_named_event_is_taken_out_of_the_history(case: Case) -> None:
    key = _past(case)
    event: Said = {(None, "E05", "event.line"): "华东1组", (None, "E05", "event.amount"): 40.0}
    event[None, "E05", "event.period"] = key[2].removeprefix("history.")
    case.type({(None, "E01", f"event.{code}"): None for code in ("line", "period", "amount")})
    case.type(event)
    report = case.run(recalibrate, "一次性大单")
    assert next(line for line in report.lines if line.line == "华东1组").after < 85
    assert {entry.row for entry in case.entries("recalibrate")} >= {"E01", "E05"}


def test_every_unusable_cell_is_named_and_nothing_is_recorded(case: Case) -> None:
    wrong: Said = {
        _past(case): "两百",
        (None, None, "hq_target"): -1.0,
        (None, None, "objection"): 15.0,
        (None, "pipeline", "driver.weight"): None,
        ("R1", None, "region.head"): None,
        (None, "leads", "indicator.direction"): "反向",
        (None, "M01", "milestone.date"): "二月底",
        (None, "E01", "event.period"): "去年",
    }
    case.type(wrong)
    before = case.entries()
    with pytest.raises(DataProblems) as problems:
        case.run(recalibrate)
    assert {place for _, place in told(problems.value.problems)} == {case.where(key) for key in wrong}
    assert {code for code, _ in told(problems.value.problems)} == {
        "number_unreadable",
        "number_outside",
        "name_missing",
        "choice_unknown",
        "date_unreadable",
    }
    assert case.entries() == before


def test_a_renewed_suggestion_does_not_break_a_seal(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type({_past(case): 150.0})
    case.run(recalibrate, "补录")
    assert case.value("R1", "R1-1", "declared") == 84
    assert case.run(verify).problems == ()


def test_what_managers_typed_is_kept(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({_past(case): 150.0})
    typed = case.typed()
    case.run(recalibrate)
    assert case.typed() == typed
    assert set(case.run(lock).locked) == {"华东大区", "华南大区"}


def test_finance_may_compute_what_it_enters(case: Case) -> None:
    case.type({(None, None, "hq_target"): Cell(360.0, "300+60")})
    case.run(recalibrate)
    assert case.value(None, None, "hq_target") == 360
    assert case.run(verify).problems == ()


@pytest.mark.parametrize(
    ("target", "code"), [(10_000.0, "limits_of_total"), (150.0, "limits_of_total"), (330.5, "plan_steps")]
)
def test_a_target_that_limits_or_steps_forbid_is_named_and_nothing_is_recorded(
    tmp_path: Path, target: float, code: str
) -> None:
    inputs = sample_inputs((2, 1))
    lines = tuple(replace(line, limits=Limits(60, 300)) for line in inputs.plan.lines)
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, lines=lines)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    before = case.entries()
    case.type({(None, None, "hq_target"): target})
    with pytest.raises(DataProblems) as caught:
        case.run(recalibrate)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert case.entries() == before
