from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Period

PERIODS = st.sampled_from([4, 12]).flatmap(
    lambda per_year: st.builds(Period, st.integers(1990, 2090), st.integers(1, per_year), st.just(per_year))
)


@given(PERIODS)
def test_what_a_period_prints_is_read_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize("text", ["2025Q1", "2025-q1", " 2025-Q01 "])
def test_people_may_write_a_quarter_as_they_like(text: str) -> None:
    assert Period.parse(text) == Period(2025, 1)


@pytest.mark.parametrize("text", ["2025Q5", "2025M13", "2025Q0", "2025", "Q1 2025", "", "2025M1x"])
def test_what_is_no_period_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(text)


@given(PERIODS, st.integers(-500, 500), st.integers(-500, 500))
def test_shifts_add_up_and_keep_time_in_order(period: Period, there: int, further: int) -> None:
    assert period.shift(there).shift(further) == period.shift(there + further)
    assert (period.shift(there) < period) == (there < 0)


@given(PERIODS)
def test_the_days_run_from_the_start_to_the_eve_of_the_next(period: Period) -> None:
    days = period.days
    assert days[0] == period.start and days[-1] == period.end
    assert period.end + dt.timedelta(days=1) == period.shift(1).start
    assert len(days) == len(set(days)) == (days[-1] - days[0]).days + 1


def test_a_year_of_periods_is_a_year_of_days() -> None:
    for per_year in (4, 12):
        assert sum(len(Period(2024, number, per_year).days) for number in range(1, per_year + 1)) == 366
