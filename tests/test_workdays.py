"""Working days: China's holidays and make-up days, and what happens where they are not known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from targetcal_xl.calibration.period import Period
from targetcal_xl.workdays import working_days


def test_spring_festival_is_free_and_its_make_up_days_are_worked() -> None:
    found = working_days(Period(2025, 1))
    worked = dict(zip(Period(2025, 1).days, found.days.tolist(), strict=True))
    assert found.holidays_known
    assert not any(worked[dt.date(2025, 1, 28) + dt.timedelta(k)] for k in range(8))
    assert worked[dt.date(2025, 1, 26)]  # a Sunday
    assert worked[dt.date(2025, 2, 8)]  # a Saturday
    assert sum(found.days) == 59


@pytest.mark.parametrize(
    ("period", "country"), [(Period(2031, 2), "CN"), (Period(2003, 4), "CN"), (Period(2025, 1), "DE")]
)
def test_without_known_holidays_only_weekends_are_free_and_it_says_so(period: Period, country: str) -> None:
    found = working_days(period, country)
    assert not found.holidays_known
    start, end = np.datetime64(period.start), np.datetime64(period.end + dt.timedelta(days=1))
    assert sum(found.days) == np.busday_count(start, end)
