"""What each day brought: results, and where they are known the leads and people behind them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from ..calibration import Floats, Plan, Resources
from .tables import Table, read_table


@dataclass(frozen=True)
class Actuals:
    """Results of n lines on the first D days of a period, NaN where not reported, all (n, D).

    `value` is what was new that day, in the metric's unit. `leads` and `capacity` say how much of the leads
    and of the people that the plan counts on by that day are there, as a share (1 = as planned).
    """

    dates: tuple[dt.date, ...]
    value: Floats
    leads: Floats
    capacity: Floats

    def until(self, day: dt.date) -> Actuals:
        """What was known at the end of that day."""
        length = sum(date <= day for date in self.dates)
        parts = (part[:, :length] for part in (self.value, self.leads, self.capacity))
        return Actuals(self.dates[:length], *parts)

    @property
    def resources(self) -> Resources | None:
        """The last known shares of leads and people, None when none were ever reported."""
        if np.isnan([self.leads, self.capacity]).all():
            return None
        return Resources(_last_known(self.leads), _last_known(self.capacity))


def read_actuals(source: Traversable, plan: Plan) -> Actuals:
    """Read columns date, line, value and, where there are, leads and capacity from .csv or .xlsx.

    The days run from the period's first to the last one reported. Raise DataProblems with every fault.
    """
    table = read_table(source, ("date", "line", "value"), ("leads", "capacity"))
    days = _days(table, plan)
    lines = table.codes("line", {line.code: line.name for line in plan.lines})
    found = [table.numbers(column, low=0) for column in ("value", "leads", "capacity")]
    table.unique(("date", "line"))
    table.done()
    length = int(days.max(initial=-1)) + 1
    value, leads, capacity = (_spread(part, lines, days, (len(plan.lines), length)) for part in found)
    return Actuals(plan.period.days[:length], value, leads, capacity)


def _days(table: Table, plan: Plan) -> NDArray[np.intp]:
    """Each row's day of the period, from 0, (n,); report days outside it."""
    since = (table.dates("date") - np.datetime64(plan.period.start)) / np.timedelta64(1, "D")
    outside = (since < 0) | (since >= len(plan.period.days))
    table.report_where("csv_date_outside", outside, "date", period=plan.period)
    return np.asarray(np.nan_to_num(since), dtype=np.intp)


def _spread(part: Floats, lines: NDArray[np.intp], days: NDArray[np.intp], shape: tuple[int, int]) -> Floats:
    whole = np.full(shape, np.nan)
    whole[lines, days] = part
    return whole


def _last_known(shares: Floats) -> Floats:
    """The last number of each row, NaN where there is none."""
    known = np.isfinite(shares)
    last = shares.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), shares[np.arange(len(shares)), last], np.nan)
