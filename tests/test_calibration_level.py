"""Means and ratios through a period: the level so far, where it leads, and warnings in time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Floats,
    Progress,
    Resources,
    Thresholds,
    beside,
    follow_lines,
    period_weights,
    reached,
)
from targetcal_xl.calibration.metric import Metric
from tests.support.samples import sample_plan

DAYS = Metric("delivery_days", "Order-to-delivery time", "Mean", "days", -1, "mean", 0.5)
CSAT = Metric("csat", "Satisfaction", "Share of fours and fives", "", 1, "ratio", 0.001)
WEIGHTS = period_weights(
    np.array([(dt.date(2026, 10, 1) + dt.timedelta(k)).weekday() < 5 for k in range(92)])
)
LAST = len(WEIGHTS)


def _check(daily: Floats, target: float = 21.0, metric: Metric = DAYS, **more: Any) -> Progress:
    return follow_lines(np.full(len(daily), target), daily, WEIGHTS, metric, Thresholds(), **more)


def _noisy(level: float, days: int, scatter: float = 0.05, seed: int = 3) -> Floats:
    return level * np.random.default_rng(seed).lognormal(0, scatter, (1, days))


def test_the_result_so_far_is_the_mean_of_the_days_by_their_volumes() -> None:
    daily = np.array([[20.0, np.nan, 30.0], [10.0, 14.0, np.nan]])
    volumes = np.array([[30.0, np.nan, 10.0], [1.0, 3.0, np.nan]])
    weighed, plain = _check(daily, volumes=volumes), _check(daily)
    assert weighed.actual == pytest.approx([22.5, 13.0]) and weighed.volumes == (40.0, 4.0)
    assert plain.actual == pytest.approx([25.0, 12.0]) and plain.volumes == ()


def test_on_every_day_a_mean_should_be_its_target_and_attainment_knows_which_way_is_better() -> None:
    seen = _check(np.vstack([np.full(40, 24.0), np.full(40, 18.0)]))
    assert seen.path.tolist() == [21.0, 21.0]
    assert seen.attainment == pytest.approx([21 / 24, 21 / 18])


def test_what_is_still_to_come_is_drawn_to_what_was_expected_the_more_the_less_is_seen() -> None:
    days = np.tile([[22.0, 32.0]], 40)
    ends = [_check(days[:, :seen]).expected_final[0] for seen in (2, 10, 40, 80)]
    assert 21.0 < ends[0] < ends[1] < ends[2] < ends[3] < 27.0
    foreseen = _check(days[:, :10], prior=np.array([25 / 21])).expected_final[0]
    assert foreseen > ends[1]


@pytest.mark.parametrize(("metric", "target", "bad"), [(DAYS, 21.0, 26.0), (CSAT, 0.93, 0.80)])
def test_a_line_far_off_is_warned_of_and_one_at_or_beyond_its_target_is_not(
    metric: Metric, target: float, bad: float
) -> None:
    good = 2 * target - bad if metric.direction < 0 else 0.97
    daily = np.vstack([_noisy(level, 40, 0.02) for level in (bad, target, good)])
    seen = _check(daily, target, metric)
    assert seen.warned.tolist() == [True, False, False]
    assert seen.odds[0] > 0.9 and seen.odds_end[1] < 0.1
    assert _check(daily[:, :5], target, metric).warned.tolist() == [False] * 3, (
        "the first days are no deviation"
    )


def test_days_that_jump_about_leave_more_open_than_steady_ones() -> None:
    steady, erratic = (_noisy(25.0, 30, scatter) for scatter in (0.01, 0.6))
    erratic *= steady.mean() / erratic.mean()
    calm, wild = (_check(daily).odds_end[0] for daily in (steady, erratic))
    assert wild < calm and wild > 0


def test_when_the_period_is_over_the_result_is_the_result() -> None:
    daily = np.vstack([_noisy(24.0, LAST), np.full((1, LAST), np.nan)])
    over = _check(daily)
    assert over.expected_final[0] == over.actual[0]
    assert over.odds_end[0] in (0.0, 1.0)
    for part in (over.actual, over.attainment, over.expected_final, over.odds_end):
        assert np.isnan(part[1])
    assert not over.warned[1]


def test_a_line_nobody_reported_of_ends_as_expected() -> None:
    seen = _check(np.full((1, 20), np.nan), prior=np.array([22 / 21]))
    assert np.isnan(seen.actual[0]) and np.isnan(seen.attainment[0])
    assert seen.expected_final[0] == pytest.approx(22.0)
    assert not seen.warned[0]


@given(st.floats(1e-4, 1e7), st.integers(1, LAST))
def test_the_unit_changes_nothing(unit: float, days: int) -> None:
    daily = np.vstack([_noisy(23.0, days), _noisy(20.0, days, seed=4)])
    one, other = _check(daily), _check(daily * unit, 21.0 * unit)
    assert other.odds == pytest.approx(one.odds, abs=1e-6)
    assert other.expected_final / unit == pytest.approx(one.expected_final, rel=1e-6)


def test_the_odds_are_about_right() -> None:
    """Levels drawn from what is believed, and days about them: misses come as often as they are foretold."""
    rng, lines, days = np.random.default_rng(11), 8000, 12
    volumes = np.tile(1000 * WEIGHTS, (lines, 1))
    level = 21.0 * (1 + 0.10 * rng.standard_normal(lines))
    noise = 0.15 * np.sqrt(WEIGHTS.mean() / WEIGHTS) * rng.standard_normal((lines, LAST))
    daily = level[:, None] * (1 + noise)
    seen = _check(daily[:, :days], volumes=volumes[:, :days])
    missed = _check(daily, volumes=volumes).actual > 21.0 * 1.1
    for low, high in ((0.05, 0.35), (0.35, 0.65), (0.65, 0.95)):
        band = (seen.odds_end >= low) & (seen.odds_end < high)
        assert missed[band].mean() == pytest.approx(seen.odds_end[band].mean(), abs=0.06)


def test_leads_and_people_say_nothing_of_a_mean() -> None:
    with pytest.raises(ValueError, match="is a mean: no resources are short"):
        _check(
            _noisy(21, 20),
            metric=dataclasses.replace(DAYS, direction=1),
            resources=Resources(*np.ones((2, 1))),
        )


_AMOUNT = st.floats(0.01, 1e4)
_METRICS = [DAYS, CSAT, dataclasses.replace(CSAT, direction=-1), dataclasses.replace(DAYS, direction=1)]
_SUMS = [dataclasses.replace(DAYS, kind="sum"), dataclasses.replace(DAYS, kind="sum", direction=1)]


@given(
    st.sampled_from([*_METRICS, *_SUMS]),
    st.lists(st.tuples(_AMOUNT, _AMOUNT | st.none(), st.floats(0.01, 1e6), st.floats(0.01, 1e6)), min_size=1),
)
def test_the_attainment_of_a_total_lies_between_those_of_its_lines_however_volumes_shift(
    metric: Metric, lines: list[tuple[float, float | None, float, float]]
) -> None:
    targets, results, came, planned = (np.array(side, dtype=float) for side in zip(*lines, strict=True))
    results = np.nan_to_num(results) if metric.adds_up else results
    plan = dataclasses.replace(
        sample_plan((len(lines),), metric),
        lines=tuple(
            dataclasses.replace(line, volume=float(volume))
            for line, volume in zip(sample_plan((len(lines),)).lines, planned, strict=True)
        ),
    )
    volumes = () if metric.adds_up else tuple(np.where(np.isnan(results), 0.0, came).tolist())
    together = reached(plan, volumes, results), beside(plan, volumes, results, targets)
    known = ~np.isnan(results)
    if not known.any():
        assert np.isnan(together).all()
        return
    each = metric.attainment(results[known], targets[known])
    share = metric.attained(*together)
    assert each.min() * (1 - 1e-9) <= share <= each.max() * (1 + 1e-9)


def test_a_shift_to_an_easy_line_does_not_make_a_plan_of_misses_a_success() -> None:
    """Days: 80 to 102 % by line, once told as 147 % because the target weighed as was planned."""
    plan = dataclasses.replace(sample_plan((2,), DAYS))
    plan = dataclasses.replace(
        plan,
        lines=tuple(
            dataclasses.replace(line, volume=volume)
            for line, volume in zip(plan.lines, (9000.0, 1000.0), strict=True)
        ),
    )
    targets, results, volumes = np.array([20.0, 10.0]), np.array([25.0, 9.8]), (1000.0, 9000.0)
    assert beside(plan, volumes, results, targets) == pytest.approx(11.0)
    share = DAYS.attained(reached(plan, volumes, results), beside(plan, volumes, results, targets))
    assert 0.8 < share < 10 / 9.8
    assert DAYS.attained(reached(plan, volumes, results), plan.total_of(targets)) > 1.6
