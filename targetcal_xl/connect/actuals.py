"""What each day brought: results, and where they are known the leads and people behind them."""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from ..calibration import Floats, Plan, Resources
from ..log import step
from .columns import ACTUALS_COLUMNS
from .table_file import TableFile
from .tables import read_table

_LOG = logging.getLogger(__name__)

_MOST_SHARE = 10.0
"""Ten times what was planned is more than anybody has; 95 is meant to be 0.95."""


@dataclass(frozen=True)
class Actuals:
    """Results of n lines on the first D days of a period, NaN where not reported, all (n, D).

    `value` is what was new that day, in the metric's unit. `leads` and `capacity` say how much of the leads
    and of the people that the plan counts on by that day are there, as a share (1 = as planned). `volume`
    is what a day's mean or ratio rests on: its orders, or its denominator; None where nobody says.
    """

    dates: tuple[dt.date, ...]
    value: Floats
    leads: Floats
    capacity: Floats
    volume: Floats | None = None

    def until(self, day: dt.date) -> Actuals:
        """What was known at the end of that day."""
        length = sum(date <= day for date in self.dates)
        value, leads, capacity = (part[:, :length] for part in (self.value, self.leads, self.capacity))
        volume = None if self.volume is None else self.volume[:, :length]
        return Actuals(self.dates[:length], value, leads, capacity, volume)

    def as_reported(self, plan: Plan, day: dt.date) -> Actuals:
        """What the results say at the end of that day; without any until then, nothing.

        Where the plan takes a missing day for one without a result, 0 stands for each up to that day; a
        mean or ratio has no such day. After the period's last day nothing is to come, whatever the plan
        takes it for.
        """
        known = self.until(day)
        zero = plan.counts_missing
        if not known.dates or not (zero or day == plan.period.end):
            return known
        days = tuple(each for each in plan.period.days if each <= day)
        more = ((0, 0), (0, len(days) - len(known.dates)))
        value, leads, capacity = (
            np.pad(part, more, constant_values=np.nan) for part in (known.value, known.leads, known.capacity)
        )
        volume = None if known.volume is None else np.pad(known.volume, more, constant_values=np.nan)
        return Actuals(days, np.nan_to_num(value) if zero else value, leads, capacity, volume)

    @property
    def resources(self) -> Resources | None:
        """The last known shares of leads and people, None when none were ever reported."""
        if np.isnan([self.leads, self.capacity]).all():
            return None
        return Resources(_last_known(self.leads), _last_known(self.capacity))


@step(_LOG, "read results")
def read_actuals(source: Traversable, plan: Plan, called: Mapping[str, str] | None = None) -> Actuals:
    """Read columns date, line, value and, where there are, leads, capacity and volume from .csv or .xlsx.

    The days run from the period's first to the last one reported. Values of a metric that adds up may be
    negative: returns and cancellations. Where a mean or ratio has volumes, every value needs one. Columns
    may be `called` otherwise. Raise DataProblems with every fault.
    """
    table = read_table(source, *ACTUALS_COLUMNS, called)
    days = _days(table, plan)
    lines = table.codes("line", {line.code: line.name for line in plan.lines})
    least = -math.inf if plan.metric.adds_up else 0.0
    found = [table.numbers("value", least, unit=plan.metric.unit)]
    table.report_where("csv_not_a_share", found[0] > plan.most_meant, "value")
    if plan.is_in_percent and np.nanmax(found[0], initial=0.0) <= 1:
        table.report_where("csv_not_in_percent", found[0] > 0, "value")
    found += [table.numbers(column, low=0) for column in ("leads", "capacity", "volume")]
    for column, shares in zip(("leads", "capacity"), found[1:3], strict=True):
        table.report_where("csv_share", shares > _MOST_SHARE, column)
    weighed = not plan.metric.adds_up and bool(np.isfinite(found[3]).any())
    table.report_where("csv_no_volume", weighed & np.isfinite(found[0]) & np.isnan(found[3]), "volume")
    table.unique(("date", "line"))
    table.done()
    length = int(days.max(initial=-1)) + 1
    shape = len(plan.lines), length
    value, leads, capacity, volume = (_spread(part, lines, days, shape) for part in found)
    return Actuals(plan.period.days[:length], value, leads, capacity, volume if weighed else None)


def _days(table: TableFile, plan: Plan) -> NDArray[np.intp]:
    """Each row's day of the period, from 0, (n,); report days outside it."""
    since = (table.dates("date") - np.datetime64(plan.period.start)) / np.timedelta64(1, "D")
    outside = (since < 0) | (since >= len(plan.period.days))
    table.report_where("csv_date_outside", outside, "date", period=plan.period)
    return np.asarray(np.nan_to_num(since), dtype=np.intp)


def _spread(part: Floats, lines: NDArray[np.intp], days: NDArray[np.intp], shape: tuple[int, int]) -> Floats:
    whole, known = np.full(shape, np.nan), np.isfinite(part)
    whole[lines[known], days[known]] = part[known]
    return whole


def _last_known(shares: Floats) -> Floats:
    """The last number of each row, NaN where there is none."""
    known = np.isfinite(shares)
    last = shares.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), shares[np.arange(len(shares)), last], np.nan)
