"""A line's trace: all that was recorded about it and nothing about another, each entry in its round."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.actions import TraceReport, decide, lock, recalibrate, trace
from targetcal_xl.calibration import Key
from targetcal_xl.problems import Refused
from tests.support.desks import REASONS, confirmed, fresh, locked, submitted


def steps(report: TraceReport) -> list[tuple[int, str | None, str, object, object]]:
    """Round, row, field, old and new of every step."""
    entries = [(step.round, step.entry) for step in report.steps]
    return [(number, entry.row, entry.field, entry.old, entry.new) for number, entry in entries]


def test_a_trace_holds_every_entry_about_the_line(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    found = {step.entry.number for step in case.run(trace, "R1-1").steps}
    own = {entry.number for entry in case.entries() if (entry.region, entry.row) == ("R1", "R1-1")}
    assert own and own <= found
    others = {entry.number for entry in case.entries() if entry.row not in (None, "R1-1")}
    assert not found & others


def test_a_trace_begins_with_the_suggestion_and_who_computed_it(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    [first] = case.run(trace, "R1-1").steps
    assert (first.entry.field, first.entry.old, first.entry.new) == ("suggested", None, 85)
    assert first.entry.hash in [entry.hash for entry in case.entries() if entry.field == "baseline"]


def test_a_recalibration_shows_with_the_suggestion_before_and_after(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({(None, "R1-1/heads", "reading.now"): 12})
    case.run(recalibrate, "more people than ever")
    first, second = (step.entry for step in case.run(trace, "R1-1").steps if step.entry.field == "suggested")
    assert first.new == second.old and second.old != second.new
    assert (second.action, second.reason) == ("recalibrate", "more people than ever")


def test_a_step_knows_its_round(tmp_path: Path) -> None:
    case = locked(tmp_path)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "return", reason="部分商机已流失", by="superior1")
    case.type({("R1", "R1-1", "declared"): 99, ("R1", None, "status"): "submitted"})
    case.run(lock)
    rounds = [number for number, row, field, *_ in steps(case.run(trace, "R1-1")) if field == "declared"]
    assert rounds == [1, 2]


def test_supports_for_the_line_are_part_of_its_trace(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    item: dict[Key, str | float] = {
        ("R1", "S01", "line"): "R1-1",
        ("R1", "S01", "kind"): "people",
        ("R1", "S01", "what"): "售前工程师",
        ("R1", "S01", "quantity"): 1,
        ("R1", "S01", "unit"): "名",
        ("R1", "S01", "due"): "2025-02-01",
        ("R1", "S02", "line"): "R1-2",
        ("R1", "S02", "kind"): "people",
        ("R1", "S02", "what"): "讲师",
        ("R1", "S02", "quantity"): 1,
        ("R1", "S02", "unit"): "名",
        ("R1", "S02", "due"): "2025-02-01",
    }
    case.type(item)
    assert case.run(lock).locked
    rows = {row for _, row, *_ in steps(case.run(trace, "R1-1", "R1"))}
    assert "S01" in rows and "S02" not in rows


def test_words_are_those_of_the_audit_sheet(tmp_path: Path) -> None:
    case = locked(tmp_path)
    [step] = [step for step in case.run(trace, "R1-1").steps if step.entry.field == "basis"]
    assert (step.said["field"], step.said["new"], step.said["row"]) == (
        "调整依据",
        REASONS["basis"],
        "华东1组",
    )


@pytest.mark.parametrize(("line", "region"), [("R9-9", ""), ("R2-1", "R1"), ("R1-1", "R9")])
def test_a_line_that_the_plan_has_not_is_refused_by_name(tmp_path: Path, line: str, region: str) -> None:
    case = locked(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(trace, line, region)
    assert refused.value.problems[0].fields["said"] in (line, region)
