"""More is assigned than head office needs: by so much that chance, played out, keeps the chosen odds."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Floats,
    Group,
    InfeasibleTotal,
    Limits,
    Metric,
    MetricKind,
    Standing,
    allot,
    assigned,
    over_assign,
    over_assign_region,
    spread,
)
from tests.support.samples import sample_standing

STANDING = sample_standing()
PLAN, BASELINE = STANDING.inputs.plan, STANDING.baseline
ROWS = range(len(PLAN.lines))
ODDS, SHARED = st.floats(0.05, 0.95), st.floats(0, 1)


def _followed(targets: Floats, shared: float, standing: Standing = STANDING) -> float:
    plan = standing.inputs.plan
    return assigned(plan, standing.baseline, plan.hq_target, targets, shared, ROWS).followed


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("chosen", [0.3, 0.6, 0.8, 0.9])
def test_results_drawn_about_the_targets_reach_what_is_asked_as_often_as_was_chosen(
    shared: float, chosen: float
) -> None:
    targets = over_assign(PLAN, BASELINE, shared, chosen)
    rng, times = np.random.default_rng(14), 40_000
    common, own = rng.standard_normal((times, 1)), rng.standard_normal((times, len(targets)))
    errors = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    results = targets * np.exp(errors * spread(BASELINE, PLAN.thresholds.confidence))
    reached = float((results.sum(axis=1) >= PLAN.hq_target).mean())
    step = PLAN.metric.step
    worth = _followed(targets * (1 + step / targets.sum()), shared) - _followed(targets, shared)
    assert reached == pytest.approx(chosen, abs=0.02 + worth)


@given(ODDS, SHARED)
@settings(max_examples=30, deadline=None)
def test_the_odds_are_kept_by_whole_steps_and_no_more_than_they_take(chosen: float, shared: float) -> None:
    targets, step = over_assign(PLAN, BASELINE, shared, chosen), PLAN.metric.step
    assert (targets / step == np.round(targets / step)).all()
    assert _followed(targets, shared) >= chosen - 1e-9
    less = allot(replace(PLAN, hq_target=float(targets.sum()) - 2 * step), BASELINE)
    assert _followed(less, shared) < chosen


@given(st.lists(ODDS, min_size=2, max_size=2), SHARED)
@settings(max_examples=20, deadline=None)
def test_better_odds_never_take_less(pair: list[float], shared: float) -> None:
    low, high = (over_assign(PLAN, BASELINE, shared, one).sum() for one in sorted(pair))
    assert low <= high


@given(SHARED)
@settings(max_examples=20, deadline=None)
def test_the_odds_of_the_plan_itself_take_the_plan_itself(shared: float) -> None:
    plain = allot(PLAN, BASELINE)
    found = over_assign(PLAN, BASELINE, shared, _followed(plain, shared))
    assert found.tolist() == plain.tolist()


def test_what_is_foreseen_does_not_hang_on_what_is_assigned() -> None:
    plain = allot(PLAN, BASELINE)
    some, more = (assigned(PLAN, BASELINE, PLAN.hq_target, plain * k, 0.2, ROWS) for k in (1.0, 1.2))
    assert some.foreseen == more.foreseen and some.followed < more.followed
    assert more.share == pytest.approx(1.2 * some.share)


def test_more_common_risk_takes_more_for_the_same_good_odds() -> None:
    sums = [over_assign(PLAN, BASELINE, shared, 0.9).sum() for shared in (0.0, 0.3, 0.9)]
    assert sums == sorted(sums) and sums[0] < sums[-1]


def test_where_less_is_better_lines_get_less_than_is_asked() -> None:
    plan = replace(PLAN, metric=replace(PLAN.metric, direction=-1))
    targets = over_assign(plan, BASELINE, 0.2, 0.95)
    assert targets.sum() < plan.hq_target
    assert assigned(plan, BASELINE, plan.hq_target, targets, 0.2, ROWS).followed >= 0.95


def test_a_line_at_its_limit_leaves_the_cushion_to_the_others() -> None:
    plain = allot(PLAN, BASELINE)
    held = replace(PLAN.lines[0], limits=Limits(None, float(plain[0])))
    plan = replace(PLAN, lines=(held, *PLAN.lines[1:]))
    targets = over_assign(plan, BASELINE, 0.2, 0.9)
    assert targets[0] == plain[0] and targets.sum() > plan.hq_target
    closed = tuple(
        replace(line, limits=Limits(None, float(most))) for line, most in zip(PLAN.lines, plain, strict=True)
    )
    with pytest.raises(InfeasibleTotal):
        over_assign(replace(PLAN, lines=closed), BASELINE, 0.2, 0.9)


@pytest.mark.parametrize("beyond", [0.0, 0.995, 1.0, float("nan")])
def test_odds_that_nobody_can_tell_are_refused(beyond: float) -> None:
    with pytest.raises(ValueError, match=r"odds are from 0\.01 to 0\.99"):
        over_assign(PLAN, BASELINE, 0.2, beyond)


@pytest.mark.parametrize(("kind", "direction"), [("mean", 1), ("mean", -1), ("ratio", 1)])
def test_what_does_not_add_up_keeps_the_odds_by_its_volumes(
    kind: MetricKind, direction: Literal[1, -1]
) -> None:
    """Drawn as events would happen: a result for every line, then their mean by volumes."""
    volumes, rng = np.array([400.0, 50.0, 120.0, 900.0, 30.0, 210.0]), np.random.default_rng(7)
    unit, step = (0.01, 0.001) if kind == "ratio" else (1.0, 0.5)
    metric = Metric("m", "M", "m", "", direction=direction, kind=kind, step=step)
    centre, wide = np.array([70.0, 55.0, 80.0, 62.0, 40.0, 77.0]) * unit, np.linspace(0.05, 0.2, 6)
    lines = tuple(
        replace(line, volume=float(volume)) for line, volume in zip(PLAN.lines[:6], volumes, strict=True)
    )
    asked = round(float((centre * volumes).sum() / volumes.sum()) / step) * step
    plan = replace(PLAN, metric=metric, lines=lines, hq_target=asked)
    reach = np.exp(NormalDist().inv_cdf((1 + plan.thresholds.confidence) / 2) * wide)
    baseline = replace(BASELINE, expected=centre, suggested=centre, sigma=wide, new=())
    baseline = replace(baseline, low=centre / reach, high=centre * reach)
    shared, chosen, times = 0.3, 0.8, 40_000
    targets = over_assign(plan, baseline, shared, chosen)
    common, own = rng.standard_normal((times, 1)), rng.standard_normal((times, 6))
    drawn = targets * np.exp((np.sqrt(shared) * common + np.sqrt(1 - shared) * own) * wide)
    mean = (drawn * volumes).sum(axis=1) / volumes.sum()
    assert float((direction * (mean - asked) >= 0).mean()) == pytest.approx(chosen, abs=0.03)
    found = assigned(plan, baseline, asked, targets, shared, range(6))
    assert found.followed >= chosen - 1e-9
    assert found.assigned == pytest.approx((targets * volumes).sum() / volumes.sum())
    assert (found.share > 1) == (direction > 0)


def test_a_region_gets_its_own_odds_whatever_holds_the_group_above_it() -> None:
    (region, *_), plain = PLAN.regions, allot(PLAN, BASELINE)
    above = Group("all", "All", limits=Limits(float(plain.sum()), float(plain.sum())))
    regions = tuple(replace(one, group="all") for one in PLAN.regions)
    plan = replace(PLAN, groups=(above,), regions=regions)
    rows = [row for row, line in enumerate(PLAN.lines) if line.region == region.code]
    asked, targets = float(plain[rows].sum()), plain.copy()
    targets[rows] = over_assign_region(plan, BASELINE, 0.2, 0.8, region.code, asked)
    assert assigned(plan, BASELINE, asked, targets, 0.2, rows).followed >= 0.8
    assert targets[rows].sum() > asked


def test_a_group_of_lines_within_the_region_keeps_its_limits() -> None:
    (region, *_), plain = PLAN.regions, allot(PLAN, BASELINE)
    rows = [row for row, line in enumerate(PLAN.lines) if line.region == region.code]
    some = Group("some", "Some", region.code, Limits(None, float(plain[rows[0]])))
    held = replace(PLAN.lines[rows[0]], group="some")
    lines = tuple(held if row == rows[0] else line for row, line in enumerate(PLAN.lines))
    plan, asked = replace(PLAN, groups=(some,), lines=lines), float(plain[rows].sum())
    found = over_assign_region(plan, BASELINE, 0.2, 0.8, region.code, asked)
    assert found[0] == plain[rows[0]] and found.sum() > asked
