"""Which days people work: China's calendar with its holidays and make-up days, weekends elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from .calibration import Period

_SATURDAY = 5


@dataclass(frozen=True)
class WorkingDays:
    """Whether each day of a period (D,) is worked; without `holidays_known` only weekends are free."""

    days: NDArray[np.bool_]
    holidays_known: bool


def working_days(period: Period, country: str = "CN") -> WorkingDays:
    """The working days of a period; all but the weekends for other countries and years not published."""
    try:
        if country != "CN":
            raise NotImplementedError(country)
        return WorkingDays(np.array([chinese_calendar.is_workday(day) for day in period.days]), True)
    except NotImplementedError:
        return WorkingDays(np.array([day.weekday() < _SATURDAY for day in period.days]), False)
