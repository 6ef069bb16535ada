from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from targetcal_xl.calibration import Floats, Readings, effects, signals
from targetcal_xl.calibration.drivers import EFFECT_LIMIT, SIGNAL_LIMIT
from tests.support.samples import INDICATORS, sample_plan

PLAN = sample_plan((2, 1))
WIDTH = len(INDICATORS)
READING = st.one_of(st.floats(1e-3, 1e6), st.sampled_from([0.0, np.nan, -5.0]))
READINGS = st.builds(Readings, *[arrays(float, (3, WIDTH), elements=READING)] * 2)
SIGNALS = arrays(float, (3, 3), elements=st.floats(-SIGNAL_LIMIT, SIGNAL_LIMIT))
WEIGHTS = arrays(float, 3, elements=st.floats(0, 3))


def _moved(indicator: int, ratio: float) -> Floats:
    now = np.full((3, WIDTH), 100.0)
    now[:, indicator] *= ratio
    return signals(Readings(now, np.full((3, WIDTH), 100.0)), PLAN)


@given(READINGS)
def test_signals_are_finite_and_never_beyond_their_limit(readings: Readings) -> None:
    assert np.all(np.abs(signals(readings, PLAN)) <= SIGNAL_LIMIT + 1e-12)


def test_a_small_move_counts_its_log_times_its_share() -> None:
    assert _moved(0, 1.02)[0] == pytest.approx([0.6 * np.log(1.02), 0, 0], rel=2e-3)


def test_a_shorter_cycle_is_good_news() -> None:
    assert _moved(3, 0.9)[0, 1] > 0 > _moved(3, 1.1)[0, 1]


@given(st.floats(1.01, 1e6))
def test_rising_and_falling_by_the_same_factor_weigh_the_same(ratio: float) -> None:
    assert _moved(2, ratio) == pytest.approx(-_moved(2, 1 / ratio))


@pytest.mark.parametrize(("now", "reference"), [(np.nan, 5), (5, np.nan), (-1, 5), (5, -1), (0, 0)])
def test_an_unusable_reading_counts_nothing(now: float, reference: float) -> None:
    readings = Readings(np.full((3, WIDTH), now), np.full((3, WIDTH), reference))
    assert np.all(signals(readings, PLAN) == 0)


def test_an_indicator_that_fell_to_zero_counts_its_limit() -> None:
    assert _moved(4, 0.0)[:, 2] == pytest.approx(-SIGNAL_LIMIT)


def test_a_plan_without_drivers_has_no_signals() -> None:
    bare = replace(PLAN, drivers=(), indicators=())
    none = signals(Readings(np.empty((3, 0)), np.empty((3, 0))), bare)
    assert none.shape == effects(none, np.empty(0)).shape == (3, 0)


@given(SIGNALS, WEIGHTS)
def test_all_drivers_together_stay_within_the_limit_and_keep_their_shares(
    moved: Floats, weights: Floats
) -> None:
    limited, full = effects(moved, weights), moved * weights
    assert np.all(np.abs(limited.sum(axis=1)) <= EFFECT_LIMIT + 1e-12)
    within = np.abs(full.sum(axis=1)) <= EFFECT_LIMIT
    assert np.array_equal(limited[within], full[within])
    assert limited * full.sum(axis=1, keepdims=True) == pytest.approx(
        full * limited.sum(axis=1, keepdims=True), abs=1e-12
    )
