from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike

from targetcal_xl.calibration import History, Period, clean, last_year

NAN = np.nan


def _history(values: ArrayLike, one_off: ArrayLike | None = None, per_year: int = 4) -> History:
    seen = np.atleast_2d(np.asarray(values, float))
    periods = tuple(Period(2020, 1, per_year).shift(k) for k in range(seen.shape[1]))
    taken = np.zeros_like(seen) if one_off is None else np.atleast_2d(np.asarray(one_off, float))
    return History(periods, seen, taken)


VALUE = st.one_of(st.floats(0.01, 1e6), st.sampled_from([0.0, NAN, -3.0]))
HISTORIES = st.builds(
    lambda values, per_year: _history(values, per_year=per_year),
    st.tuples(st.integers(1, 4), st.integers(0, 40)).flatmap(lambda s: arrays(float, s, elements=VALUE)),
    st.sampled_from([4, 12]),
)


@given(HISTORIES)
def test_a_cleaned_history_has_no_hole_and_keeps_what_is_known(history: History) -> None:
    cleaned = clean(history)
    assert np.isfinite(cleaned.values).all() and np.isfinite(cleaned.logs).all()
    assert np.all(cleaned.values >= 0)
    assert np.array_equal(cleaned.known, np.isfinite(history.values))
    assert np.array_equal(cleaned.values[cleaned.known], np.maximum(history.values[cleaned.known], 0))


@given(HISTORIES, st.sampled_from([0.25, 1024.0]))
def test_cleaning_does_not_depend_on_the_unit(history: History, factor: float) -> None:
    scaled = History(history.periods, history.values * factor, history.one_off)
    assert clean(scaled).values == pytest.approx(clean(history).values * factor, rel=1e-9)


def test_a_one_off_of_known_size_is_taken_out() -> None:
    cleaned = clean(_history([100, 110, 250, 120], one_off=[0, 0, 130, -30]))
    assert cleaned.values[0].tolist() == [100, 110, 120, 150]
    assert cleaned.logs == pytest.approx(np.log(cleaned.values))


def test_a_one_off_of_unknown_size_is_filled_like_a_gap() -> None:
    values = np.tile([80.0, 100, 120, 140], 3)
    one_off = np.zeros(12)
    one_off[6] = NAN
    masked = clean(_history(values, one_off))
    missing = clean(_history(np.where(np.isnan(one_off), NAN, values)))
    assert not masked.known[0, 6]
    assert np.array_equal(masked.values, missing.values)


def test_a_gap_is_filled_by_level_trend_and_season_of_the_line() -> None:
    t = np.arange(16)
    truth = 100 * 1.02**t * np.tile([0.8, 1.0, 1.1, 1.1], 4)
    seen = np.where(np.isin(t, [5, 12]), NAN, truth)
    filled = clean(_history(seen)).values[0]
    assert filled == pytest.approx(truth, rel=0.08)


def test_few_values_do_not_run_away() -> None:
    values = np.full((2, 40), NAN)
    values[:, 0] = 10
    values[1, 4] = 20
    filled = clean(_history(values)).values
    assert filled[0] == pytest.approx(10)
    assert np.all((filled[1] > 5) & (filled[1] < 200)), "doubling for nine more years would be 10,000"


def test_a_line_with_zeros_keeps_them_and_is_moved_up_by_its_mean() -> None:
    cleaned = clean(_history([0, 3, 0, 5]))
    assert cleaned.values[0].tolist() == [0, 3, 0, 5]
    assert cleaned.offset.tolist() == [2]
    assert cleaned.logs[0] == pytest.approx(np.log([2, 5, 2, 7]))


def test_a_line_of_which_nothing_is_known_is_marked_so() -> None:
    cleaned = clean(_history(np.array([[NAN] * 5, [1, 2, 3, 4, 5]])))
    assert not cleaned.known[0].any() and not cleaned.values[0].any()


@pytest.mark.parametrize("per_year", [4, 12])
@pytest.mark.parametrize("length", [0, 3, 4, 11, 12, 13])
def test_last_year_is_the_same_period_of_the_year_before(per_year: int, length: int) -> None:
    found = last_year(_history(np.arange(length, dtype=float), per_year=per_year))
    enough = length >= per_year and length > 0
    assert found.tolist() == [length - per_year] if enough else np.isnan(found).all()


def test_last_year_is_told_as_it_happened() -> None:
    assert last_year(_history([210, 1, 1, NAN], one_off=[60, 0, 0, 0])).tolist() == [210]


def test_a_history_is_brought_to_the_eve_of_the_period() -> None:
    history = _history([1, 2, 3, 4, 5, 6])
    shorter, longer = history.before(Period(2021, 1)), history.before(Period(2022, 1))
    assert shorter.values[0].tolist() == [1, 2, 3, 4]
    assert np.array_equal(longer.values[0], [1, 2, 3, 4, 5, 6, NAN, NAN], equal_nan=True)
    for brought, eve in ((shorter, Period(2020, 4)), (longer, Period(2021, 4))):
        assert brought.periods[-1] == eve
        assert brought.values.shape == brought.one_off.shape == (1, len(brought.periods))


def test_a_period_before_all_history_has_none() -> None:
    assert _history([1, 2]).before(Period(2019, 1)).values.shape == (1, 0)


def test_months_are_not_compared_with_quarters() -> None:
    with pytest.raises(ValueError, match="2021M01 and 2020Q1"):
        _history([1, 2]).before(Period(2021, 1, 12))
