"""Finance sees how much more is assigned than head office needs, and gets the split for chosen odds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import overassign
from targetcal_xl.calibration import Limits
from targetcal_xl.connect import find_plan, read_plan
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Sentence
from tests.support import desks
from tests.support.desks import Case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A plan of which nobody has declared anything."""
    made = Case(tmp_path_factory.mktemp("overassign"), read_plan(find_plan("saas")))
    desks.begin(made)
    return made


def test_the_split_of_the_plan_is_all_of_it_and_regions_add_up(case: Case) -> None:
    before = case.entries()
    found = case.run(overassign)
    assert (found.targets, found.whole.found.share) == ("allotment", 1.0)
    assert len(found.below) == len(case.inputs.plan.regions)
    assert sum(one.found.asked for one in found.below) == case.inputs.plan.hq_target
    assert case.entries() == before


def test_chosen_odds_are_had_by_all_together(case: Case) -> None:
    whole = case.run(overassign, 0.8).whole.found
    assert whole.followed >= 0.8 and whole.assigned > whole.asked
    assert whole.foreseen == case.run(overassign).whole.found.foreseen


def test_odds_chosen_for_a_region_are_had_by_it_while_the_others_keep_their_parts(case: Case) -> None:
    found = case.run(overassign, 0.9, "HD")
    whole, region, *lines = (one.found for one in (found.whole, *found.below))
    assert region.followed >= 0.9 and region.assigned > region.asked
    assert sum(one.assigned for one in lines) == region.assigned
    assert whole.assigned - whole.asked == pytest.approx(region.assigned - region.asked)
    told = next(part.said for part in found.tell("en") if isinstance(part, Sentence))
    assert f"{found.below[0].name} reaches its part" in told


def test_what_the_cushion_bears_is_told_in_words(case: Case) -> None:
    found = case.run(overassign, 0.8)
    told = " ".join(part.said for part in found.tell("en") if isinstance(part, Sentence))
    bears = found.whole.found.asked / found.whole.found.assigned
    assert f"together attain {100 * bears:.0f}% of their targets" in told and bears < 1


def test_declared_targets_are_held_against_what_head_office_asks(tmp_path: Path) -> None:
    found = desks.locked(tmp_path).run(overassign)
    assert found.targets == "declared"
    assert found.whole.found.share == pytest.approx(found.whole.found.assigned / found.whole.found.asked)


@pytest.mark.parametrize("odds", [0.0, 1.0, 80.0])
def test_odds_that_cannot_be_chosen_are_refused_in_words(case: Case, odds: float) -> None:
    with pytest.raises(Refused) as refused:
        case.run(overassign, odds)
    assert [problem.code for problem in refused.value.problems] == ["overassign_odds"]


def test_limits_that_leave_no_cushion_are_named_with_what_to_do(tmp_path: Path) -> None:
    inputs = read_plan(find_plan("saas"))
    first, *others = inputs.plan.regions
    held = tuple(replace(one, limits=Limits(None, 405.0)) for one in (first, *others))
    made = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, regions=held)))
    desks.begin(made)
    with pytest.raises(Refused) as refused:
        made.run(overassign, 0.95)
    first_said, *named = refused.value.problems
    assert first_said.code == "overassign_limits" and named
