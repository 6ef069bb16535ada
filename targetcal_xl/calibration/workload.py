"""How much of a month's result its days make, where the lines' own past says that they do."""

from __future__ import annotations

from typing import Final

import numpy as np

from .arrays import Floats
from .history import History
from .projection import evidence

MONTHS: Final = 12
"""Periods a year in which days differ enough: quarters are all but equally long."""
FEWEST_YEARS: Final = 2
"""Shorter histories cannot tell days from seasons."""
WITHOUT: Final = 0.5
"""How likely it is, before anything is seen, that days do not matter; all other ways share the rest."""


def in_days(logs: Floats, history: History) -> Floats:
    """What the days of each period (T,) and of the one after add to its logs, (T + 1,); 0 where nothing does.

    Results may follow no days, all days, working days or both in halves. Each is weighed by how likely it
    makes what all lines (n, T) do together, which is one history however many lines there are: days are the
    same for all of them, so their number is no evidence. (Bayesian model averaging, Hoeting et al. 1999.)
    """
    length = logs.shape[1]
    nothing = np.zeros(length + 1)
    worked = np.array(history.worked[: length + 1], float)
    enough = history.per_year == MONTHS and length >= FEWEST_YEARS * MONTHS
    if not enough or len(worked) <= length or worked.min() <= 0:
        return nothing
    after = history.periods[-1].shift(1)
    all_days = np.log([len(period.days) for period in (*history.periods, after)])
    working = np.log(worked)
    ways = np.array([way - way[:length].mean() for way in (all_days, working, (all_days + working) / 2)])
    common = logs.mean(axis=0)
    likely = np.array([evidence(common - way[:length], history.per_year) for way in (nothing, *ways)])
    weights = np.exp(likely - likely.max()) * [WITHOUT, *[(1 - WITHOUT) / len(ways)] * len(ways)]
    found: Floats = weights[1:] @ ways / weights.sum()
    return found
