"""A plan in which some are asked for more than others says so, and changes nothing by saying it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import FairnessReport, fairness
from targetcal_xl.calibration.plan import Group
from targetcal_xl.calibration.vocabulary import Leaning
from targetcal_xl.connect import find_plan, read_plan
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Rows, Sentence
from tests.support import desks
from tests.support.desks import Case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Twelve lines of three regions, of which nobody has declared anything."""
    made = Case(tmp_path_factory.mktemp("fairness"), read_plan(find_plan("saas")))
    desks.begin(made)
    return made


def _leans(report: FairnessReport, outcome: str) -> dict[str, Leaning]:
    return {one.trait: one.leaning for one in report.found.leans if one.outcome == outcome}


def _declared(case: Case, share: float) -> FairnessReport:
    """The verdict where the larger half of the lines is asked for so much beside its suggestion."""
    lines = sorted(case.inputs.plan.lines, key=lambda line: case.suggested(line.code))
    large = {line.code for line in lines[len(lines) // 2 :]}
    for line in lines:
        said = round(case.suggested(line.code) * (share if line.code in large else 2 - share))
        case.type({(line.region, line.code, "declared"): said})
    return case.run(fairness)


def test_the_split_is_judged_until_everybody_has_declared(case: Case) -> None:
    report = case.run(fairness)
    assert report.targets == "allotment"
    assert _leans(report, "odds") == {"size": Leaning.EVEN, "growth": Leaning.EVEN}


def test_targets_that_are_hard_for_the_large_are_called_so_and_the_other_way_round(case: Case) -> None:
    before = case.entries()
    hard, easy = _declared(case, 1.4), _declared(case, 0.6)
    assert (hard.targets, _leans(hard, "odds")["size"]) == ("declared", Leaning.HARDER)
    assert _leans(easy, "odds")["size"] == Leaning.EASIER
    assert case.entries() == before


def test_a_region_that_is_asked_for_the_impossible_is_named(case: Case) -> None:
    for line in case.inputs.plan.lines:
        share = 1.8 if line.region == case.inputs.plan.regions[0].code else 0.9
        case.type({(line.region, line.code, "declared"): round(case.suggested(line.code) * share)})
    told = [part.said for part in case.run(fairness).tell("en") if isinstance(part, Sentence)]
    assert any("Odds differ between regions by more than chance: worst in 华东大区" in said for said in told)


def test_groups_are_compared_where_the_plan_has_some(tmp_path: Path) -> None:
    inputs = desks.case_inputs()
    regions = tuple(replace(one, group="coast" if one.code == "R1" else "") for one in inputs.plan.regions)
    plan = replace(inputs.plan, regions=regions, groups=(Group("coast", "沿海"),))
    case = Case(tmp_path, replace(inputs, plan=plan))
    desks.begin(case)
    region, group = case.run(fairness).found.divisions
    assert ([camp.code for camp in region.camps], [camp.code for camp in group.camps]) == (
        ["R1", "R2"],
        ["coast", ""],
    )


def test_what_is_agreed_is_judged_once_it_is(tmp_path: Path) -> None:
    assert desks.confirmed(tmp_path).run(fairness).targets == "agreed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_can_be_told(language: str, case: Case) -> None:
    report = _declared(case, 1.4)
    every = [replace(one, leaning=leaning) for one in report.found.leans for leaning in Leaning]
    chances = [{"odds": chance, "attained": chance} for chance in (0.01, 0.5, float("nan"))]
    (division,) = report.found.divisions
    for kind in ("region", "group"):
        for chance in chances:
            other = replace(division, kind=kind, uneven=chance)
            told = replace(report, found=replace(report.found, leans=tuple(every), divisions=(other,)))
            parts = list(told.tell(language))
            assert sum(isinstance(part, Rows) for part in parts) == 1
            assert len(parts) == 1 + len(every) + 2 + 1
