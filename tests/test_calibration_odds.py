from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

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
    errors, tried = _errors(rng, wide, 1_500, shared), rng.random((30, 1_500)) < 0.9
    assert shared_error(errors, tried, centre, wide) == pytest.approx(shared, abs=0.05)


@pytest.mark.parametrize("errors", [np.empty((9, 0)), np.zeros((9, 3))])
def test_without_periods_or_lines_to_compare_the_prior_stands(errors: Floats) -> None:
    tried, even = np.zeros(errors.shape, bool), np.ones(9)
    assert shared_error(errors, tried, even, even) == pytest.approx(0.2)
    assert shared_error(errors[:1], tried[:1], even[:1], even[:1]) == 0.2


def test_few_periods_move_the_prior_a_little_only() -> None:
    errors, tried = np.full((9, 1), 0.2), np.ones((9, 1), bool)
    one = shared_error(errors, tried, np.ones(9), np.full(9, 0.2))
    assert one == pytest.approx((1 + 4 * 0.2) / 5)
