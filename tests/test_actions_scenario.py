"""Scenarios: kept beside the plan without changing it, compared, and adopted as one more recalibration."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.actions import (
    adopt_scenario,
    check,
    keep_scenario,
    lock,
    recalibrate,
    scenarios,
    verify,
)
from targetcal_xl.calibration import Key
from targetcal_xl.problems import DataProblems, Refused
from tests.support.desks import Case, fresh, submitted

HQ: Key = (None, None, "hq_target")
SEARCH: Key = (None, "R1-1/search", "reading.now")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return fresh(tmp_path)


def typed(case: Case, key: Key) -> object:
    """What a cell of the book holds."""
    return case.reading().typed[key].value


def codes(refused: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[DataProblems]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_scenario_changes_nothing_of_the_plan(case: Case) -> None:
    before = case.run(scenarios).seen[0]
    case.type({HQ: 500})
    report = case.run(keep_scenario, "ambitious")
    assert report.kept == "ambitious"
    assert report.seen[0] == before
    assert [entry.action for entry in case.entries()][-1] == "scenario"
    assert typed(case, HQ) == 500, "the cells stay as finance typed them"


def test_scenarios_stand_side_by_side_with_what_they_come_to(case: Case) -> None:
    case.type({HQ: 420})
    case.run(keep_scenario, "ambitious")
    case.type({HQ: 420, SEARCH: 9000})
    plan, ambitious, searched = case.run(keep_scenario, "searched").seen
    assert (plan.name, ambitious.name, searched.name) == ("", "ambitious", "searched")
    assert (plan.changes, ambitious.changes, searched.changes) == (0, 1, 2)
    assert (plan.hq_target, ambitious.hq_target, searched.hq_target) == (330, 420, 420)
    assert ambitious.odds < searched.odds < plan.odds
    assert ambitious.suggested == plan.suggested < searched.suggested
    for seen in (plan, ambitious, searched):
        assert sum(allotted for *_, allotted in seen.regions) == seen.hq_target
        assert sum(suggested for _, suggested, _ in seen.regions) == seen.suggested


def test_what_a_scenario_promises_is_what_adopting_it_brings(case: Case) -> None:
    case.type({HQ: 500, SEARCH: 9000})
    promised = case.run(keep_scenario, "ambitious").seen[1]
    case.type({HQ: 330, SEARCH: 7})
    case.run(keep_scenario, "as before")
    report = case.run(adopt_scenario, "ambitious", "the board agreed")
    assert report.suggested_total == promised.suggested
    now = case.run(scenarios).seen[0]
    assert (now.hq_target, now.suggested, now.odds, now.regions) == (
        *(promised.hq_target, promised.suggested),
        *(promised.odds, promised.regions),
    )
    assert typed(case, HQ) == 500 and typed(case, SEARCH) == 9000
    assert {entry.reason for entry in case.entries()[-3:]} == {"ambitious: the board agreed"}
    assert case.run(verify).verified


def test_adopting_what_the_plan_is_already_puts_the_cells_back_and_records_nothing(case: Case) -> None:
    kept = [case.run(keep_scenario, "as before")]
    case.type({HQ: 500})
    kept.append(case.run(keep_scenario, "ambitious"))
    first = [next(report.tell("en")) for report in kept]
    assert ["hold up" in str(sentence) for sentence in first] == [False, True], "only where cells differ"
    count = len(case.entries())
    case.run(adopt_scenario, "as before", "the board did not agree")
    assert (typed(case, HQ), len(case.entries())) == (330, count)
    assert case.run(verify).verified


def test_a_scenario_kept_again_under_its_name_takes_the_place_of_the_first(case: Case) -> None:
    for target in (500, 600):
        case.type({HQ: target})
        case.run(keep_scenario, "ambitious")
    assert [one.hq_target for one in case.run(scenarios).seen[1:]] == [600]
    count = len(case.entries())
    case.run(keep_scenario, " ambitious ")
    assert len(case.entries()) == count, "the same once more is no news"


def test_changes_that_are_kept_nowhere_are_not_overwritten(case: Case) -> None:
    case.type({HQ: 500})
    case.run(keep_scenario, "ambitious")
    case.type({HQ: 501})
    with pytest.raises(Refused) as refused:
        case.run(adopt_scenario, "ambitious", "the board agreed")
    assert codes(refused) == ["scenario_unkept"]
    assert typed(case, HQ) == 501


@pytest.mark.parametrize(
    ("name", "reason", "code"), [("none", "why", "scenario_unknown"), ("a", "-", "reason_missing")]
)
def test_adopting_needs_a_scenario_and_a_reason(case: Case, name: str, reason: str, code: str) -> None:
    case.run(keep_scenario, "a")
    with pytest.raises(Refused) as refused:
        case.run(adopt_scenario, name, reason)
    assert codes(refused) == [code]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_scenario_has_a_name_of_reasonable_length(case: Case, name: str) -> None:
    with pytest.raises(Refused) as refused:
        case.run(keep_scenario, name)
    assert codes(refused) == ["scenario_name"]


def test_cells_that_make_no_plan_are_told_by_cell_and_nothing_is_kept(case: Case) -> None:
    case.type({HQ: "viel"})
    with pytest.raises(DataProblems) as refused:
        case.run(keep_scenario, "a")
    assert all(problem.where for problem in refused.value.problems)
    assert len(case.run(scenarios).seen) == 1


def test_a_kept_scenario_does_not_hold_up_what_comes_after_the_cells_are_put_back(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({HQ: 500})
    case.run(keep_scenario, "ambitious")
    case.type({HQ: 330})
    assert not case.run(check).problems
    assert case.run(lock).locked
    case.run(recalibrate, "nothing new")
    assert case.run(verify).verified
