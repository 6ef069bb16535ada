from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq

from targetcal_xl.calibration import Floats, InfeasibleTotal, allot, split
from tests.support.samples import METRIC, sample_standing

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
    found = split(steps * step, *lines, step=step)
    assert found.sum() == steps * step
    assert np.all(found >= 0) and np.all(found % step == 0)


@given(BOUNDED, st.floats(0, 1))
def test_bounds_hold_and_the_total_still_adds_up(
    lines: tuple[Floats, Floats, Floats, Floats], share: float
) -> None:
    centre, sigma, low, room = lines
    total = float(round(low.sum() + share * room.sum()))
    found = split(total, centre, sigma, low, low + room)
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
    assert np.all(np.abs(split(total, centre, sigma, low, high) - shares) < 1)


@given(SIZES.flatmap(lambda n: arrays(float, n, elements=st.integers(1, 10**6))))
def test_what_already_adds_up_is_left_alone(centre: Floats) -> None:
    assert np.array_equal(split(centre.sum(), centre, np.full(len(centre), 0.2)), centre)


def test_the_surer_line_moves_less() -> None:
    sure, unsure = split(260, np.array([100.0, 100.0]), np.array([0.05, 0.30]))
    assert 100 < sure < unsure


def test_the_unknown_is_taken_for_the_median_and_zero_stays_behind() -> None:
    found = split(9000, np.array([2.0, 2, np.nan, 0]), np.array([0.1, 0.1, np.nan, 0.1]))
    assert found[:3].min() >= 2997 and found[3] < 10


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_without_any_centre_all_get_the_same(nothing: float) -> None:
    assert split(12, np.full(4, nothing), np.full(4, nothing)).tolist() == [3, 3, 3, 3]


def test_a_small_line_among_giants_keeps_its_size() -> None:
    assert split(10**7 + 5, np.array([10.0**7, 5.0]), np.array([0.1, 0.1])).tolist() == [10**7, 5]


@pytest.mark.parametrize("total", [5, 301])
def test_a_total_beyond_the_bounds_names_what_they_allow(total: int) -> None:
    with pytest.raises(InfeasibleTotal, match="from 10 to 300") as caught:
        split(total, np.ones(10), np.ones(10), np.ones(10), np.full(10, 30.0))
    assert (caught.value.lowest, caught.value.highest) == (10, 300)


def test_a_line_without_a_step_between_its_bounds_is_named() -> None:
    with pytest.raises(InfeasibleTotal, match="bounds of 1 lines, the first being 1") as caught:
        split(5, np.ones(2), np.ones(2), np.array([0, 0.2]), np.array([9, 0.8]))
    assert caught.value.stuck == (1,)


@pytest.mark.parametrize("total", [-1.0, 10.5])
def test_a_total_that_no_steps_make_is_refused(total: float) -> None:
    with pytest.raises(InfeasibleTotal, match="steps of 1"):
        split(total, np.ones(2), np.ones(2))


def test_no_lines_take_nothing() -> None:
    assert split(0, np.empty(0), np.empty(0)).shape == (0,)


def test_a_hundred_thousand_lines_add_up() -> None:
    rng = np.random.default_rng(7)
    centre, sigma = rng.lognormal(3, 1, 100_000), rng.uniform(0.02, 0.4, 100_000)
    low, high = np.floor(centre * 0.8), np.ceil(centre * 1.3)
    total = round(centre.sum() * 1.05)
    found = split(total, centre, sigma, low, high)
    assert found.sum() == total and np.all((low <= found) & (found <= high))


def test_the_head_office_target_is_allotted_whole() -> None:
    standing = sample_standing()
    assert allot(standing.inputs.plan, standing.baseline).sum() == standing.inputs.plan.hq_target


def test_lines_that_do_not_add_up_are_allotted_the_target_on_average() -> None:
    standing = sample_standing()
    plan = replace(standing.inputs.plan, metric=replace(METRIC, kind="mean", step=0.1), hq_target=95.5)
    assert allot(plan, standing.baseline).mean() == pytest.approx(95.5, abs=0.1)
