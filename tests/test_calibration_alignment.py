from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq

from targetcal_xl.calibration import (
    Baseline,
    Floats,
    Group,
    InfeasibleTotal,
    Limits,
    Line,
    Plan,
    Region,
    allot,
    compute_baseline,
    flat,
    split_sum,
)
from targetcal_xl.calibration.alignment import is_plain
from tests.support.samples import METRIC, sample_inputs, sample_standing

Node = TypeVar("Node", Line, Region, Group)
SIZES = st.integers(1, 30)
CENTRE = st.one_of(st.floats(0.1, 1e4), st.sampled_from([0.0, np.nan]))
SIGMA = st.one_of(st.floats(0.01, 1.0), st.sampled_from([0.0, np.nan]))
LINES = SIZES.flatmap(
    lambda n: st.tuples(arrays(float, n, elements=CENTRE), arrays(float, n, elements=SIGMA))
)
BOUNDED = SIZES.flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=CENTRE),
        arrays(float, n, elements=SIGMA),
        arrays(float, n, elements=st.integers(0, 50)),
        arrays(float, n, elements=st.integers(0, 500)),
    )
)


@given(LINES, st.integers(0, 10**6), st.sampled_from([1.0, 0.5, 10.0]))
def test_any_total_adds_up_in_whole_steps(lines: tuple[Floats, Floats], steps: int, step: float) -> None:
    found = split_sum(steps * step, *lines, step=step)
    assert found.sum() == steps * step
    assert np.all(found >= 0) and np.all(found % step == 0)


@given(BOUNDED, st.floats(0, 1))
def test_bounds_hold_and_the_total_still_adds_up(
    lines: tuple[Floats, Floats, Floats, Floats], share: float
) -> None:
    centre, sigma, low, room = lines
    total = float(round(low.sum() + share * room.sum()))
    found = split_sum(total, centre, sigma, [flat(len(low), low, low + room)])
    assert found.sum() == total
    assert np.all((low <= found) & (found <= low + room))


@given(SIZES, st.randoms(use_true_random=False))
def test_every_line_stands_next_to_equal_odds_as_scipy_finds_them(n: int, random: Random) -> None:
    rng = np.random.default_rng(random.getrandbits(32))
    centre, sigma = rng.uniform(20, 400, n), rng.uniform(0.03, 0.5, n)
    low, high = np.floor(centre * 0.7), np.ceil(centre * rng.uniform(1.0, 1.6, n))
    total = round(rng.uniform(low.sum() + 1, high.sum() - 1))
    z = brentq(lambda z: np.clip(centre * np.exp(z * sigma), low, high).sum() - total, -200, 200, xtol=1e-13)
    shares = np.clip(centre * np.exp(z * sigma), low, high)
    assert np.all(np.abs(split_sum(total, centre, sigma, [flat(n, low, high)]) - shares) < 1)


@given(SIZES.flatmap(lambda n: arrays(float, n, elements=st.integers(1, 10**6))))
def test_what_already_adds_up_is_left_alone(centre: Floats) -> None:
    assert np.array_equal(split_sum(centre.sum(), centre, np.full(len(centre), 0.2)), centre)


def test_the_surer_line_moves_less() -> None:
    sure, unsure = split_sum(260, np.array([100.0, 100.0]), np.array([0.05, 0.30]))
    assert 100 < sure < unsure


def test_the_unknown_is_taken_for_the_median_and_zero_stays_behind() -> None:
    found = split_sum(9000, np.array([2.0, 2, np.nan, 0]), np.array([0.1, 0.1, np.nan, 0.1]))
    assert found[:3].min() >= 2997 and found[3] < 10


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_without_any_centre_all_get_the_same(nothing: float) -> None:
    assert split_sum(12, np.full(4, nothing), np.full(4, nothing)).tolist() == [3, 3, 3, 3]


def test_a_small_line_among_giants_keeps_its_size() -> None:
    assert split_sum(10**7 + 5, np.array([10.0**7, 5.0]), np.array([0.1, 0.1])).tolist() == [10**7, 5]


@pytest.mark.parametrize("total", [5, 301])
def test_a_total_beyond_the_bounds_names_what_they_allow(total: int) -> None:
    with pytest.raises(InfeasibleTotal, match=r"the total must be .* takes from 10 to 300") as caught:
        split_sum(total, np.ones(10), np.ones(10), [flat(10, np.ones(10), np.full(10, 30.0))])
    assert [(one.level, one.least, one.most) for one in caught.value.conflicts] == [(-1, 10, 300)]


def test_a_line_without_a_step_between_its_bounds_is_named() -> None:
    with pytest.raises(InfeasibleTotal, match=r"node 1 must be from 0.2 to 0.8, and no step lies") as caught:
        split_sum(5, np.ones(2), np.ones(2), [flat(2, np.array([0, 0.2]), np.array([9, 0.8]))])
    assert [(one.level, one.place) for one in caught.value.conflicts] == [(0, 1)]


@pytest.mark.parametrize("total", [-1.0, 10.5])
def test_a_total_that_no_steps_make_is_refused(total: float) -> None:
    with pytest.raises(InfeasibleTotal, match="steps of 1"):
        split_sum(total, np.ones(2), np.ones(2))


def test_no_lines_take_nothing() -> None:
    assert split_sum(0, np.empty(0), np.empty(0)).shape == (0,)


def test_a_hundred_thousand_lines_add_up() -> None:
    rng = np.random.default_rng(7)
    centre, sigma = rng.lognormal(3, 1, 100_000), rng.uniform(0.02, 0.4, 100_000)
    low, high = np.floor(centre * 0.8), np.ceil(centre * 1.3)
    total = round(centre.sum() * 1.05)
    found = split_sum(total, centre, sigma, [flat(100_000, low, high)])
    assert found.sum() == total and np.all((low <= found) & (found <= high))


def test_the_head_office_target_is_allotted_whole() -> None:
    standing = sample_standing()
    assert allot(standing.inputs.plan, standing.baseline).sum() == standing.inputs.plan.hq_target


def test_lines_that_do_not_add_up_are_allotted_the_target_on_average() -> None:
    standing = sample_standing()
    plan = replace(standing.inputs.plan, metric=replace(METRIC, kind="mean", step=0.1), hq_target=95.5)
    assert allot(plan, standing.baseline).mean() == pytest.approx(95.5, abs=0.1)


def _grouped() -> tuple[Plan, Baseline]:
    """The sample's nine lines: R1 and R2 form the east, and R3's first two lines a group of their own."""
    standing = sample_standing()
    plan = standing.inputs.plan
    regions = (*(replace(region, group="east") for region in plan.regions[:2]), plan.regions[2])
    lines = tuple(
        replace(line, group="twins") if line.code in ("R3-1", "R3-2") else line for line in plan.lines
    )
    groups = (Group("china", "全国"), Group("east", "东部", "china"), Group("twins", "双子", "R3"))
    return replace(plan, regions=regions, lines=lines, groups=groups), standing.baseline


def _limited(plan: Plan, **limits: Limits) -> Plan:
    """The plan with limits for lines, regions and groups by code, R1_1 for R1-1."""

    def told(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(replace(one, limits=limits.get(one.code.replace("-", "_"), one.limits)) for one in nodes)

    return replace(plan, lines=told(plan.lines), regions=told(plan.regions), groups=told(plan.groups))


def test_limits_hold_at_every_depth_and_locked_lines_are_left_alone() -> None:
    plan, baseline = _grouped()
    plan = _limited(plan, R1_2=Limits(50, 50), R2=Limits(150), east=Limits(high=480), twins=Limits(260, 261))
    found = dict(zip((line.code for line in plan.lines), allot(plan, baseline).tolist(), strict=True))
    assert sum(found.values()) == plan.hq_target
    assert found["R1-2"] == 50
    assert found["R2-1"] + found["R2-2"] >= 150
    assert sum(value for code, value in found.items() if code[:2] in ("R1", "R2")) <= 480
    assert found["R3-1"] + found["R3-2"] in (260, 261)


def test_groups_without_limits_change_nothing() -> None:
    plan, baseline = _grouped()
    bare = sample_standing().inputs.plan
    assert is_plain(plan) and np.array_equal(allot(plan, baseline), allot(bare, baseline))
    assert not is_plain(_limited(plan, R1_1=Limits(low=5)))
    assert not is_plain(_limited(plan, china=Limits(high=9e9)))
    assert not is_plain(replace(plan, split="pro_rata"))


def test_pro_rata_gives_every_line_the_same_share_of_its_suggestion() -> None:
    plan, baseline = _grouped()
    found = allot(replace(plan, split="pro_rata"), baseline)
    wanted = baseline.expected * plan.hq_target / baseline.expected.sum()
    assert np.abs(found - wanted).max() < 1
    assert np.abs(allot(plan, baseline) - wanted).max() > 1


def test_limits_that_cannot_be_met_are_named_by_code_with_what_is_possible() -> None:
    plan, baseline = _grouped()
    plan = _limited(plan, R1_1=Limits(high=10), R1_2=Limits(high=20), R1_3=Limits(7, 7), R1=Limits(low=90))
    plan = _limited(plan, twins=Limits(0.2, 0.8))
    with pytest.raises(InfeasibleTotal) as caught:
        allot(plan, baseline)
    named = {one.code: (one.low, one.high, one.least, one.most) for one in caught.value.conflicts}
    assert named == {"R1": (90, np.inf, 7, 37), "twins": (0.2, 0.8, 1, 0)}


def test_limits_of_what_does_not_add_up_are_about_the_mean() -> None:
    plan, baseline = _grouped()
    plan = _limited(replace(plan, metric=replace(METRIC, kind="mean"), hq_target=110.0), R2=Limits(140, 145))
    found = allot(plan, baseline)
    assert 140 <= found[3:5].mean() <= 145
    assert found.mean() == pytest.approx(110)


def test_the_step_left_over_goes_to_the_line_that_lacks_most() -> None:
    sigma = np.full(3, 0.2)
    assert split_sum(4, np.array([1.5, 1.2, 1.3]), sigma).tolist() == [2, 1, 1]
    assert split_sum(8, np.array([1.6, 3.7, 2.7]), sigma).tolist() == [1, 4, 3]


@pytest.mark.parametrize("wanted", [0.85, 1.02, 1.1, 1.3])
def test_a_line_without_history_is_moved_as_far_as_others_and_no_further(wanted: float) -> None:
    inputs = sample_inputs((12,))
    values = inputs.history.values.copy()
    values[5] = np.nan
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    baseline = compute_baseline(replace(inputs, history=history))
    target = float(round(baseline.suggested.sum() * wanted))
    moved = allot(replace(inputs.plan, hq_target=target), baseline) / baseline.suggested
    assert baseline.new == (5,) and baseline.sigma[5] > 3 * np.median(baseline.sigma)
    assert abs(moved[5] - 1) <= abs(wanted - 1) + 0.01
    assert moved[5] == pytest.approx(wanted, abs=0.06)
