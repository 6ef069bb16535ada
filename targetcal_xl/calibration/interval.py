"""How sure a suggestion is: how often the panel was so many sigmas off before."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from .arrays import Floats

PRIOR_SCORES: Final = 20
"""The normal quantile weighs as much as this many of the panel's errors."""


@dataclass(frozen=True)
class Inside:
    """How many of so many results (`of`) fell inside their intervals, and how many should have (`due`)."""

    count: int
    of: int
    due: float


def count_inside(low: Floats, high: Floats, actual: Floats, level: float) -> Inside:
    """The same of n lines, (n,) each; results that nobody knows are NaN, and count for nothing."""
    known = np.isfinite(actual)
    hits = known & (low <= actual) & (actual <= high)
    return Inside(int(hits.sum()), int(known.sum()), float(known.sum() * level))


def reach(errors: Floats, sigmas: Floats, level: float) -> float:
    """How many sigmas a central interval of that level reaches: the quantile of |error| / sigma.

    Split conformal prediction (Lei et al. 2018, JASA 113, 1094-1111), drawn to the normal quantile
    while errors are few. `errors` and `sigmas` (n, k) are those of past periods, NaN where unknown.
    """
    scores = np.sort((np.abs(errors) / sigmas)[np.isfinite(errors)])
    normal = NormalDist().inv_cdf((1 + level) / 2)
    rank = int(np.ceil((len(scores) + 1) * level))
    if rank > len(scores):
        return normal
    return float((len(scores) * scores[rank - 1] + PRIOR_SCORES * normal) / (len(scores) + PRIOR_SCORES))
