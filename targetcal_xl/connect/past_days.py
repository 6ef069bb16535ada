"""Daily results of past periods, and the rhythm of days that they teach."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..calibration import Floats, Plan, Rhythm
from ..log import step
from ..workdays import past_rhythm
from .columns import DAYS_COLUMNS
from .tables import read_table

_LOG = logging.getLogger(__name__)

DAYS = "days"
MOST_YEARS = 6
"""What lies further back is another company's rhythm, or a slip of the pen."""


@dataclass(frozen=True)
class PastResults:
    """What lines brought on past days, all (m,): the day, how the line is called, and how much, NaN where
    nobody knows; in the metric's unit, or of a mean or ratio in what it rests on."""

    days: NDArray[np.datetime64]
    lines: NDArray[np.object_]
    amounts: Floats


def read_past_days(source: Traversable, plan: Plan) -> Rhythm | None:
    """What the past days of a file teach of a plan's rhythm; None without the file, and where it teaches
    nothing. Raise DataProblems with every fault."""
    return past_days_rhythm([past_results(source, plan)], plan) if source.is_file() else None


@step(_LOG, "read past days")
def past_results(source: Traversable, plan: Plan, called: Mapping[str, str] | None = None) -> PastResults:
    """Results of days before a plan's period: columns date, line, value and, where there is one, volume.

    The columns are those of daily results, so a period's results can teach the next one. Lines may be others
    than the plan's. Of a mean or ratio only volumes tell how much a day brings. Columns may be `called`
    otherwise. Raise DataProblems with every fault.
    """
    table = read_table(source, *DAYS_COLUMNS, called)
    days, start = table.dates("date"), np.datetime64(plan.period.start)
    table.report_where("csv_day_not_past", days >= start, "date", period=plan.period)
    far = days < start - np.timedelta64(366 * MOST_YEARS, "D")
    table.report_where("csv_day_far", far, "date", years=MOST_YEARS, period=plan.period)
    lines = table.columns["line"]
    table.report_words("csv_empty", lines.said == "", "line")
    least = -math.inf if plan.metric.adds_up else 0.0
    value = table.numbers("value", least, unit=plan.metric.unit)
    volume = table.numbers("volume", low=0)
    table.unique(("date", "line"))
    table.done()
    return PastResults(days, lines.whole, value if plan.metric.adds_up else volume)


def past_days_rhythm(found: Sequence[PastResults], plan: Plan) -> Rhythm | None:
    """What past days teach of a plan's rhythm; of the same line and day the later results hold.

    None where they teach nothing: they are empty, or of a mean or ratio without volumes.
    """
    days, names, amounts = (
        np.concatenate([getattr(each, part) for each in found]) for part in ("days", "lines", "amounts")
    )
    lines, _ = pd.factorize(names)
    last = ~pd.DataFrame({"day": days, "line": lines}).duplicated(keep="last").to_numpy()
    return past_rhythm(days[last], lines[last], amounts[last], plan)
