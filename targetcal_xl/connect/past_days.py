"""Daily results of past periods, and the rhythm of days that they teach."""

from __future__ import annotations

import logging
import math
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Plan, Rhythm
from ..log import step
from ..workdays import past_rhythm
from .tables import read_table

_LOG = logging.getLogger(__name__)

DAYS = "days"
MOST_YEARS = 6
"""What lies further back is another company's rhythm, or a slip of the pen."""


@step(_LOG, "read past days")
def read_past_days(source: Traversable, plan: Plan) -> Rhythm | None:
    """What past days teach of a plan's rhythm: columns date, line, value and, where there is one, volume.

    The columns are those of daily results, so a period's results can teach the next one. Lines may be others
    than the plan's. Of a mean or ratio only volumes tell how much a day brings: None where there are none, as
    without such a file. Raise DataProblems with every fault.
    """
    if not source.is_file():
        return None
    table = read_table(source, ("date", "line", "value"), ("volume",))
    days, start = table.dates("date"), np.datetime64(plan.period.start)
    table.report_where("csv_day_not_past", days >= start, "date", period=plan.period)
    far = days < start - np.timedelta64(366 * MOST_YEARS, "D")
    table.report_where("csv_day_far", far, "date", years=MOST_YEARS, period=plan.period)
    lines, said = table.columns["line"]
    table.report_words("csv_empty", said == "", "line")
    least = -math.inf if plan.metric.adds_up else 0.0
    value = table.numbers("value", least, unit=plan.metric.unit)
    volume = table.numbers("volume", low=0)
    table.unique(("date", "line"))
    table.done()
    amount = value if plan.metric.adds_up else volume
    return past_rhythm(days, lines, amount, plan)
