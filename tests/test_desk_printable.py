"""What no letter can print is refused where it is typed: in a plan, on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import decide, decide_support
from targetcal_xl.calibration import Plan
from targetcal_xl.desk.printable import plan_faults
from targetcal_xl.problems import DataProblems
from tests.support.desks import locked
from tests.support.samples import sample_plan

ODD = "华东\u200b大区 🙂"


def _with(name: str) -> Plan:
    plan = sample_plan((1,))
    region, line = plan.regions[0], plan.lines[0]
    return {
        "company": replace(plan, company=ODD),
        "metric.name": replace(plan, metric=replace(plan.metric, name=ODD)),
        "metric.unit": replace(plan, metric=replace(plan.metric, unit=ODD)),
        "metric.definition": replace(plan, metric=replace(plan.metric, definition=ODD)),
        "regions R1, name": replace(plan, regions=(replace(region, name=ODD), *plan.regions[1:])),
        "regions R1, head.name": replace(
            plan, regions=(replace(region, head=replace(region.head, name=ODD)), *plan.regions[1:])
        ),
        "regions R1, superior.name": replace(
            plan, regions=(replace(region, superior=replace(region.superior, name=ODD)), *plan.regions[1:])
        ),
        "lines R1-1, name": replace(plan, lines=(replace(line, name=ODD), *plan.lines[1:])),
        "drivers": replace(plan, drivers=(replace(plan.drivers[0], name=ODD), *plan.drivers[1:])),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        *("company", "metric.name", "metric.unit", "metric.definition", "regions R1, name"),
        *("regions R1, head.name", "regions R1, superior.name", "lines R1-1, name", "drivers"),
    ],
)
def test_names_of_a_plan_that_no_letter_can_print_are_told_by_their_place(name: str) -> None:
    (problem,) = plan_faults(_with(name))
    assert problem.code == "text_unprintable"
    assert problem.where.startswith(f"plan.toml, {name}")
    assert problem.fields["characters"] == ["U+200B", "U+1F642 🙂"]


def test_an_ordinary_plan_has_none() -> None:
    assert plan_faults(sample_plan((1, 2))) == []


def test_reasons_on_the_command_line_are_refused_at_once(tmp_path: Path) -> None:
    case = locked(tmp_path)
    with pytest.raises(DataProblems) as refusal:
        case.run(decide, "R1", "R1-1", "accept", reason=ODD, by="superior1")
    assert [one.code for one in refusal.value.problems] == ["text_unprintable"]


@pytest.mark.parametrize("answer", ["no", "yes"])
def test_reasons_about_supports_are_too(answer: str, tmp_path: Path) -> None:
    case = locked(tmp_path)
    with pytest.raises(DataProblems) as refusal:
        case.run(decide_support, "R1", "S01", answer, reason=ODD, by="superior1")
    assert [one.code for one in refusal.value.problems] == ["text_unprintable"]
