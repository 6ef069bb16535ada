"""What groups, regions and lines come to, beside their limits and beside what head office wants."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Group, Limits, Plan, bounded, hq_gap, is_tolerable, side_of
from tests.support.samples import sample_plan


def _tree() -> Plan:
    """R1's first two lines are a group in it, which is in a group with R2; all codes are alike."""
    plan = sample_plan((3, 2))
    lines = tuple(
        replace(line, code=code, group="G" if k < 2 else "")
        for k, (line, code) in enumerate(zip(plan.lines, ("G", "R1", "R2", "W", "L"), strict=True))
    )
    limited = tuple(replace(line, limits=Limits(5, 5)) if line.code == "W" else line for line in lines)
    regions = tuple(replace(region, group="W", limits=Limits(high=9)) for region in plan.regions)
    groups = (Group("G", "组", "R1", Limits(low=2)), Group("W", "全部"))
    return replace(plan, lines=limited, regions=regions, groups=groups)


@given(st.lists(st.integers(0, 99), min_size=5, max_size=5), st.sampled_from(["sum", "mean"]))
def test_every_node_comes_to_what_the_lines_below_it_do(values: list[int], kind: str) -> None:
    plan = _tree()
    plan = replace(plan, metric=replace(plan.metric, kind="sum" if kind == "sum" else "mean"))
    below = {
        "group:G": values[:2],
        "group:W": values,
        "region:R1": values[:3],
        "region:R2": values[3:],
        "line:W": values[3:4],
    }
    wanted = {code: sum(own) / (1 if kind == "sum" else len(own)) for code, own in below.items()}
    found = {one.code: one.reached(plan, [float(value) for value in values]) for one in bounded(plan)}
    assert found == pytest.approx(wanted)


def test_a_node_comes_to_nothing_until_all_its_lines_are_known() -> None:
    plan = _tree()
    found = {one.code: one.reached(plan, [1.0, None, 3.0, 4.0, 5.0]) for one in bounded(plan)}
    assert found == {"group:G": None, "group:W": None, "region:R1": None, "region:R2": 9.0, "line:W": 4.0}


def test_a_node_says_what_it_belongs_to() -> None:
    parents = {one.code: one.parent for one in bounded(_tree())}
    assert parents == {"group:G": "R1", "group:W": "", "region:R1": "W", "region:R2": "W", "line:W": "R2"}


@pytest.mark.parametrize(
    ("value", "limits", "side"),
    [
        (5.0, Limits(), "within"),
        (5.0, Limits(5, 5), "within"),
        (0.1 + 0.2, Limits(0.3, 0.3), "within"),
        (4.0, Limits(low=5), "below"),
        (6.0, Limits(high=5), "above"),
        (0.0, Limits(high=5), "within"),
    ],
)
def test_a_limit_belongs_to_what_it_allows(value: float, limits: Limits, side: str) -> None:
    assert side_of(value, limits) == side


@pytest.mark.parametrize(
    ("agreed", "tolerable"), [(1176, True), (1175, False), (1224, True), (1225, False), (1200, True)]
)
def test_the_tolerance_is_on_both_sides_of_the_hq_target(agreed: float, tolerable: bool) -> None:
    assert is_tolerable(hq_gap(1200, agreed), 0.02) is tolerable
