"""Turned round, everything is its own mirror image: what is better when higher, and when lower.

The method counts in logarithms, so the mirror of a value is one over it; that of a share is what it lacks
to 1, and that of a day of a mean its reflection in the target.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Floats,
    History,
    Inputs,
    Metric,
    Thresholds,
    compute_baseline,
    deviation,
    follow_lines,
    is_objection,
    odds,
    period_weights,
    spread,
)
from targetcal_xl.calibration.arrays import Flags
from tests.support.samples import sample_inputs

_HIGHER = Metric("m", "m", "m", "d", 1, "mean", 1e-6)
_LOWER = replace(_HIGHER, direction=-1)
_SEEDS = st.integers(0, 10_000)
_LINES = 9


def _company(seed: int, periods: int) -> Inputs:
    """Nine lines that grow, swing with the year and scatter, and some of whose values are not known."""
    chance = np.random.default_rng(seed)
    level, growth = chance.normal(0, 0.5, (_LINES, 1)), chance.normal(0, 0.02, (_LINES, 1))
    season = np.resize([0, 0.1, -0.05, -0.05], periods)
    values = np.exp(level + growth * np.arange(periods) + season + chance.normal(0, 0.06, (_LINES, periods)))
    values[chance.random(values.shape) < 0.05] = np.nan
    values[:, -1] = np.exp(level[:, 0])
    made = sample_inputs((3, 2, 4), periods, _HIGHER)
    return replace(made, history=History(made.history.periods, values, np.zeros_like(values)))


def _turned(inputs: Inputs) -> Inputs:
    """The same company, which counts one over it; what raised the metric lowers it."""
    drivers = tuple(replace(one, direction=-one.direction) for one in inputs.plan.drivers)
    history = replace(inputs.history, values=1 / inputs.history.values)
    return replace(inputs, plan=replace(inputs.plan, metric=_LOWER, drivers=drivers), history=history)


@given(_SEEDS, st.integers(2, 14))
@settings(max_examples=8)
def test_suggestions_and_intervals_of_what_is_turned_round_are_one_over_them(seed: int, periods: int) -> None:
    inputs = _company(seed, periods)
    one, other = compute_baseline(inputs), compute_baseline(_turned(inputs))
    assert one.expected * other.expected == pytest.approx(np.ones(_LINES), rel=1e-9)
    assert one.low * other.high == pytest.approx(np.ones(_LINES), rel=1e-9)
    assert one.high * other.low == pytest.approx(np.ones(_LINES), rel=1e-9)
    assert one.effects == pytest.approx(-other.effects, abs=1e-12)
    assert [each.line for each in one.questions] == [each.line for each in other.questions]


@given(_SEEDS)
@settings(max_examples=5)
def test_the_odds_of_what_is_turned_round_are_the_same_and_against_it_what_is_left(seed: int) -> None:
    inputs = _company(seed, 12)
    one, other = compute_baseline(inputs), compute_baseline(_turned(inputs))
    targets = one.expected * np.exp(np.random.default_rng(seed).normal(0, 0.05, _LINES))
    ours = odds(targets, one.expected, spread(one, 0.8), 1)
    assert odds(1 / targets, other.expected, spread(other, 0.8), -1) == pytest.approx(ours, abs=1e-9)
    assert odds(targets, one.expected, spread(one, 0.8), -1) == pytest.approx(1 - ours, abs=1e-9)


@given(
    st.lists(st.tuples(st.floats(0.02, 0.98), st.floats(-0.3, 0.3)), min_size=1, max_size=12),
    st.floats(0.01, 0.5),
)
@settings(max_examples=40)
def test_departures_and_objections_are_mirrored_whatever_they_are_shares_of(
    said: list[tuple[float, float]], limit: float
) -> None:
    suggested, steps = (np.array(column) for column in zip(*said, strict=True))
    declared = np.clip(suggested + steps, 0, 1)
    share = replace(_HIGHER, distance="shortfall")
    higher = deviation(declared, suggested, share)
    lower = deviation(1 - declared, 1 - suggested, replace(share, direction=-1))
    assert lower == pytest.approx(higher, abs=1e-9)
    reflected = deviation(2 * suggested - declared, suggested, replace(_HIGHER, direction=-1))
    assert reflected == pytest.approx(deviation(declared, suggested, _HIGHER), abs=1e-9)
    sure = np.abs(higher + limit) > 1e-6
    assert (is_objection(higher, limit) == is_objection(lower, limit))[sure].all()


@given(st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 1e6)), min_size=1, max_size=12))
@settings(max_examples=40)
def test_attainment_of_one_over_it_is_the_same_up_to_the_most_that_is_told(
    said: list[tuple[float, float]],
) -> None:
    actual, due = (np.array(column) for column in zip(*said, strict=True))
    higher, lower = _HIGHER.attainment(actual, due), _LOWER.attainment(1 / actual, 1 / due)
    assert lower == pytest.approx(np.minimum(higher, 9.99), rel=1e-9)


_DAYS = 90
_WEIGHTS = period_weights(np.arange(_DAYS) % 7 < 5)


def _progress(agreed: Floats, daily: Floats, metric: Metric, milestone: float) -> tuple[Floats, Flags]:
    thresholds = replace(Thresholds(), milestone=milestone)
    found = follow_lines(agreed, daily, _WEIGHTS, metric, thresholds)
    return found.odds, found.warned


@given(_SEEDS, st.integers(12, 75))
@settings(max_examples=10)
def test_a_mean_that_is_reflected_in_its_target_is_warned_of_alike(seed: int, day: int) -> None:
    """A day scatters by so much of its level, and levels differ by a few percent: so do the odds."""
    chance = np.random.default_rng(seed)
    agreed = np.exp(chance.normal(3, 0.5, _LINES))
    off = chance.normal(0, 0.03, (_LINES, 1)) + chance.normal(0, 0.1, (_LINES, day))
    daily = agreed[:, None] * (1 + off)
    odds_of, warned = _progress(agreed, daily, _HIGHER, 0.98)
    mirrored, warned_too = _progress(agreed, 2 * agreed[:, None] - daily, _LOWER, 0.98)
    assert mirrored == pytest.approx(odds_of, abs=0.06)
    sure = np.abs(odds_of - 0.5) > 0.06
    assert warned[sure].tolist() == warned_too[sure].tolist() == (odds_of[sure] >= 0.5).tolist()


@given(_SEEDS, st.integers(12, 80))
@settings(max_examples=10)
def test_a_sum_that_has_to_stay_below_is_at_risk_where_one_that_has_to_rise_is_not(
    seed: int, day: int
) -> None:
    """What is not exactly the target is missed by one of the two."""
    chance = np.random.default_rng(seed)
    agreed = np.round(np.exp(chance.normal(5, 0.5, _LINES)))
    daily = chance.poisson(agreed[:, None] * _WEIGHTS[:day] * np.exp(chance.normal(0, 0.1, (_LINES, 1))))
    metric = replace(_HIGHER, kind="sum", step=1.0)
    rising, _ = _progress(agreed, daily.astype(float), metric, 1 - 1e-9)
    staying, _ = _progress(agreed, daily.astype(float), replace(metric, direction=-1), 1 - 1e-9)
    both = rising + staying
    assert (both <= 1 + 1e-9).all() and (both >= 0.75).all()
