from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from targetcal_xl.calibration import (
    Floats,
    above_middles,
    odds,
    shared_error,
    spread,
    total_odds,
    total_spread,
)
from tests.support.samples import sample_standing

CENTRE, SPREAD = st.floats(0.5, 1e5), st.floats(0.01, 0.8)


@given(CENTRE, SPREAD, st.floats(0.05, 20))
def test_the_odds_are_those_of_the_lognormal_that_scipy_has(centre: float, wide: float, share: float) -> None:
    target = centre * share
    lines = [np.array([one]) for one in (target, centre, wide)]
    more, less = (float(odds(lines[0], lines[1], lines[2], way)[0]) for way in (1, -1))
    lognormal = stats.lognorm(wide, scale=centre)
    assert more == pytest.approx(np.clip(lognormal.sf(target), 0.01, 0.99), abs=1e-9)
    assert less == pytest.approx(np.clip(lognormal.cdf(target), 0.01, 0.99), abs=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_both_ends_of_an_interval_have_the_odds_that_its_level_says(level: float) -> None:
    standing = sample_standing()
    baseline = standing.baseline
    factor = np.exp(stats.norm.ppf((1 + level) / 2) * np.linspace(0.05, 0.4, len(baseline.expected)))
    baseline = replace(baseline, low=baseline.expected / factor, high=baseline.expected * factor)
    wide = spread(baseline, level)
    at_ends = (odds(end, baseline.expected, wide, 1) for end in (baseline.low, baseline.high))
    for found, sure in zip(at_ends, ((1 + level) / 2, (1 - level) / 2), strict=True):
        assert found == pytest.approx(np.full(len(found), sure), abs=1e-12)


def test_an_interval_that_begins_at_nothing_tells_by_its_upper_half() -> None:
    baseline = sample_standing().baseline
    floor = replace(baseline, low=np.zeros_like(baseline.low), high=2 * baseline.expected)
    at_high = odds(floor.high, floor.expected, spread(floor, 0.8), 1)
    assert at_high == pytest.approx(np.full(len(at_high), 0.1), abs=1e-12)


@given(st.lists(st.floats(1, 1e4), min_size=2, max_size=8, unique=True), st.sampled_from([1, -1]))
def test_a_harder_target_has_smaller_odds(targets: list[float], way: int) -> None:
    easy_first = np.array(sorted(targets, reverse=way < 0))
    found = odds(easy_first, np.full(len(targets), 100.0), np.full(len(targets), 0.3), way)
    assert all(before >= after for before, after in pairwise(found))


def test_nothing_is_surer_than_few_periods_can_tell_and_what_is_unknown_has_no_odds() -> None:
    found = odds(np.array([0, 0, np.nan, 5]), np.array([9, 9, 9, 0.0]), np.full(4, 0.2), 1)
    assert found[:2].tolist() == [0.99, 0.99] and np.isnan(found[2:]).all()
    assert odds(np.zeros(1), np.ones(1), np.ones(1), -1).tolist() == [1 - 0.99]
    assert odds(np.array([1.0, 2.0]), np.ones(2), np.zeros(2), 1).tolist() == [0.99, 1 - 0.99]


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("asked", [0.95, 1.0, 1.05])
def test_the_odds_of_all_together_are_what_lognormal_lines_with_a_common_shock_come_to(
    shared: float, asked: float
) -> None:
    middles, wide = np.array([100.0, 300, 50, 80]), np.array([0.1, 0.2, 0.4, 0.3])
    random = np.random.default_rng(9)

    def moved(share: float) -> Floats:
        """The middles, lines (200,000 times, 4), by so much of the whole variance."""
        common, own = random.standard_normal((200_000, 1)), random.standard_normal((200_000, 4))
        shocks = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
        return np.asarray(middles * np.exp(wide * np.sqrt(share) * shocks))

    foreseen, came = moved(1 / 8).sum(1), moved(7 / 8).sum(1)
    assert above_middles(middles, wide) * foreseen.mean() == pytest.approx(came.mean(), rel=0.003)
    told = total_odds(asked * middles, middles, wide, 1, shared)
    assert told == pytest.approx((came >= asked * foreseen).mean(), abs=0.02)


def test_there_are_no_odds_of_all_together_without_every_target() -> None:
    centre, wide = np.array([100.0, 300, 50]), np.array([0.1, 0.2, 0.4])
    assert np.isnan(total_odds(np.array([1, np.nan, 3]), centre, wide, 1, 0.3))
    assert np.isnan(total_odds(np.zeros(2), np.zeros(2), np.zeros(2), 1, 0.3))


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_the_total_is_as_unsure_as_a_simulated_one(shared: float) -> None:
    rng = np.random.default_rng(3)
    centre, wide = rng.uniform(50, 400, 40), rng.uniform(0.05, 0.3, 40)
    errors = _errors(rng, wide, 20_000, shared)
    total = (errors * (centre / centre.sum())[:, None]).sum(axis=0)
    assert total_spread(centre, wide, shared) == pytest.approx(total.std(), rel=0.03)


def _errors(rng: np.random.Generator, wide: Floats, periods: int, shared: float) -> Floats:
    """Log errors of the lines in some periods, with a common shock."""
    common, own = rng.standard_normal(periods), rng.standard_normal((len(wide), periods))
    errors: Floats = wide[:, None] * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    return errors


@pytest.mark.parametrize("shared", [0.0, 0.15, 0.6])
def test_a_common_shock_is_found_by_many_periods(shared: float) -> None:
    rng = np.random.default_rng(11)
    centre, wide = rng.uniform(50, 400, 30), rng.uniform(0.05, 0.3, 30)
    errors = np.where(rng.random((30, 1_500)) < 0.9, _errors(rng, wide, 1_500, shared), np.nan)
    assert shared_error(errors, np.tile(wide[:, None], 1_500), centre) == pytest.approx(shared, abs=0.05)


@pytest.mark.parametrize("errors", [np.empty((9, 0)), np.full((9, 3), np.nan)])
def test_without_periods_or_lines_to_compare_a_third_is_common(errors: Floats) -> None:
    assert shared_error(errors, np.ones(errors.shape), np.ones(9)) == pytest.approx(1 / 3, abs=1e-3)
    one = np.full((1, 3), 0.7)
    assert shared_error(one, np.ones(one.shape), np.ones(1)) == pytest.approx(1 / 3, abs=1e-3)
    assert shared_error(one, np.ones(one.shape), np.zeros(1)) == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize("together", [(0.01,), (0.2,), (0.15, -0.02, 0.1, -0.2)])
def test_of_few_periods_the_share_is_what_bayes_makes_of_an_even_correlation(together: tuple[float]) -> None:
    def weight(way: float) -> float:
        variance = 0.1**2 * (way**2 + (1 - way**2) / 9)
        return float(np.prod(stats.norm.pdf(together, 0, np.sqrt(variance))))

    whole, _ = integrate.quad(weight, 0, 1)
    share, _ = integrate.quad(lambda way: way**2 * weight(way), 0, 1)
    errors = np.tile(np.array(together), (9, 1))
    found = shared_error(errors, np.full(errors.shape, 0.1), np.ones(9))
    assert found == pytest.approx(share / whole, abs=1e-3)


def test_a_period_that_was_foreseen_half_as_surely_tells_the_same_by_twice_the_errors() -> None:
    rng = np.random.default_rng(5)
    centre, spreads = rng.uniform(50, 400, 6), rng.uniform(0.05, 0.3, (6, 3))
    errors, times = rng.normal(0, spreads), np.array([1.0, 2.0, 1.0])
    assert shared_error(errors * times, spreads * times, centre) == pytest.approx(
        shared_error(errors, spreads, centre)
    )
