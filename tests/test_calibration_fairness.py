"""Ranks say what they say in other programs, and verdicts claim no more than they do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from targetcal_xl.calibration import fairness_of, past_attainment, rank_correlation, rank_interval
from targetcal_xl.calibration.backtest import METHODS, Backtest
from targetcal_xl.calibration.fairness import FEWEST_LINES, lean, leaning, ranks, uneven
from targetcal_xl.calibration.period import Period
from targetcal_xl.calibration.vocabulary import Leaning
from tests.support.samples import sample_inputs

FEW_VALUES = arrays(float, 12, elements=st.integers(0, 6).map(float))
"""Twelve lines, with ties."""
CAMPS = arrays(np.int_, 12, elements=st.integers(0, 3))


@given(FEW_VALUES)
def test_ranks_are_those_of_scipy(values: np.ndarray) -> None:
    assert ranks(values).tolist() == stats.rankdata(values).tolist()


@given(FEW_VALUES, FEW_VALUES)
def test_the_correlation_is_spearmans(one: np.ndarray, other: np.ndarray) -> None:
    flat = np.ptp(one) == 0 or np.ptp(other) == 0
    found = rank_correlation(one, other)
    assert math.isnan(found) if flat else found == pytest.approx(stats.spearmanr(one, other).statistic)


@given(FEW_VALUES, FEW_VALUES)
def test_only_the_order_counts(one: np.ndarray, other: np.ndarray) -> None:
    found = rank_correlation(one, other)
    assert rank_correlation(np.exp(one), other) == pytest.approx(found, nan_ok=True)
    assert rank_correlation(-one, other) == pytest.approx(-found, nan_ok=True)


@given(FEW_VALUES, CAMPS)
def test_camps_are_compared_as_kruskal_and_wallis_do(values: np.ndarray, members: np.ndarray) -> None:
    camps = [values[members == camp] for camp in np.unique(members)]
    found = uneven(values, members)
    if len(camps) < 2:
        assert math.isnan(found)
    elif np.ptp(values) == 0:
        assert found == 1.0
    else:
        assert found == pytest.approx(stats.kruskal(*camps).pvalue, abs=1e-9)


def test_the_interval_holds_what_it_promises() -> None:
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        one, noise = chance.normal(size=(2, 60))
        other = 0.5 * one + math.sqrt(0.75) * noise
        low, high = rank_interval(rank_correlation(one, other), 60)
        held += low <= 6 / math.pi * math.asin(0.5 / 2) <= high  # Spearman's of a normal pair (Pearson 1907)
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.parametrize(
    ("correlation", "low", "high", "verdict"),
    [
        (math.nan, math.nan, math.nan, Leaning.UNSURE),
        (0.3, -0.1, 0.6, Leaning.EVEN),
        (0.09, 0.02, 0.16, Leaning.EVEN),
        (0.3, 0.1, 0.5, Leaning.EASIER),
        (-0.3, -0.5, -0.1, Leaning.HARDER),
    ],
)
def test_what_may_be_chance_or_is_slight_is_called_even(
    correlation: float, low: float, high: float, verdict: Leaning
) -> None:
    assert leaning(correlation, low, high) == verdict


def test_lines_of_which_something_is_unknown_do_not_count() -> None:
    size = np.arange(1.0, 21.0)
    odds = np.where(size % 2, 1 / size, np.nan)
    found = lean("odds", "size", odds, size)
    assert (found.count, found.leaning) == (10, Leaning.HARDER)
    assert found.correlation == pytest.approx(-1)
    few = lean("odds", "size", odds[: 2 * FEWEST_LINES - 2], size[: 2 * FEWEST_LINES - 2])
    assert (few.count, few.leaning) == (FEWEST_LINES - 1, Leaning.UNSURE)


def test_camps_are_told_by_their_medians() -> None:
    odds = np.array([0.2, 0.4, 0.9, np.nan] * 3)
    attained = np.full(12, np.nan)
    found = fairness_of({"odds": odds, "attained": attained}, {}, {"region": ["N", "N", "S", "S"] * 3})
    north, south = found.divisions[0].camps
    assert (north.code, north.lines) == ("N", 6)
    assert north.odds == pytest.approx(0.3)
    assert (south.odds, math.isnan(south.attained)) == (0.9, True)


@pytest.mark.parametrize("direction", [1, -1])
def test_past_attainment_is_the_median_share_of_what_was_foreseen(direction: Literal[1, -1]) -> None:
    metric = replace(sample_inputs().plan.metric, direction=direction)
    actual = np.array([[90.0, 120.0, 100.0], [np.nan, np.nan, np.nan]])
    forecasts = {method: np.full((2, 3), 100.0) for method in METHODS}
    periods = tuple(Period(2024, number) for number in (1, 2, 3))
    found = past_attainment(Backtest(periods, actual, forecasts, actual, actual), metric)
    assert found[0] == 1.0
    assert math.isnan(found[1])


def test_without_any_past_nothing_is_said_of_it() -> None:
    none = np.empty((2, 0))
    found = past_attainment(
        Backtest((), none, dict.fromkeys(METHODS, none), none, none), sample_inputs().plan.metric
    )
    assert np.isnan(found).all()
