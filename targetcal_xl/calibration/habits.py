"""Declarations without the habits of those who declare.

Correcting judgement: Goodwin (2000), International Journal of Forecasting 16, 85-99, after Theil.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .judgement import JudgementRecord
from .negotiation import departs
from .plan import Plan
from .pooling import pool

FEWEST_PERIODS: Final = 4
"""From so many periods on habits are told from chance."""
_SWEEPS: Final = 30
_FAR: Final = 4.0
_LEAST_SPREAD: Final = 0.05
"""What lies `_FAR` spreads beside the middle is a slip of the pen; no spread is less than this."""
_USUAL_BIAS: Final = 0.02
"""What suggestions miss for years on end, as a standard deviation: panels of `bench.unseen` have it."""

_Places = NDArray[np.signedinteger]


@dataclass(frozen=True)
class CorrectedDeclaration:
    """A declaration that departs from its suggestion, and what it would be without its region's habit."""

    region: str
    line: str
    suggested: float
    declared: float
    corrected: float

    @property
    def amounts(self) -> tuple[float, float, float]:
        """What was suggested, what is declared, and that without the habit."""
        return self.suggested, self.declared, self.corrected


@dataclass(frozen=True)
class Correction:
    """What departures lack, as shares: `slope` times themselves, `level` for all, and a region's `own`."""

    slope: float = 0.0
    level: float = 0.0
    own: Mapping[str, float] | None = None

    def of(self, region: str, departed: float) -> float:
        """The departure of a region's declaration, without habits."""
        return departed * (1 + self.slope) + self.lift(region)

    def lift(self, region: str) -> float:
        """What a region's departures lack whatever they are, as a share."""
        return self.level + (self.own or {}).get(region, 0.0)


def correction(record: JudgementRecord) -> Correction:
    """What departures lacked, each part drawn to nothing as far as the record leaves it open.

    Theil's linear correction: errors on departures beside what is common to a region and to a period, then
    what all lack (`_level`), then regions beside their periods. Nothing is corrected by fewer than
    FEWEST_PERIODS.
    """
    short = np.array([one.short for one in record.departures])
    kept = [one for one, is_far in zip(record.departures, _far(short), strict=True) if not is_far]
    if len({one.period for one in kept}) < FEWEST_PERIODS:
        return Correction()
    error, departed = np.array([one.short for one in kept]), np.array([one.departed for one in kept])
    regions, region = np.unique([one.region for one in kept], return_inverse=True)
    _, period = np.unique([one.period for one in kept], return_inverse=True)
    slope = _slope(_beside(error, region, period), _beside(departed, region, period))
    left = error - slope * departed
    lacked = _means(left, period)
    rest = left - lacked[period]
    own = {str(code): _region_means(rest[region == k], period[region == k]) for k, code in enumerate(regions)}
    return Correction(slope, _level(lacked, _means(error + departed, period)), pool(own))


def _level(lacked: Floats, missed: Floats) -> float:
    """What all declarations lack, from what they and the suggestions beside them did in each period, (T,).

    A shock moves both alike, so what one lacks beside the other is free of it. What suggestions themselves
    miss on average is a shock, as far as `_USUAL_BIAS` does not account for it.
    """
    beside = lacked - missed
    apart, shocked = (float(values.var(ddof=1)) / len(values) for values in (beside, missed))
    share = _USUAL_BIAS**2 / (_USUAL_BIAS**2 + shocked)
    return _drawn(float(beside.mean() + share * missed.mean()), apart + share * shocked)


def _far(values: Floats) -> Sequence[bool]:
    if not len(values):
        return []
    beside = np.abs(values - np.median(values))
    found: list[bool] = (beside > _FAR * max(_LEAST_SPREAD, 1.4826 * float(np.median(beside)))).tolist()
    return found


def _slope(error: Floats, departed: Floats) -> float:
    """Of errors on departures, (n,), both beside what is common; never beyond taking all of it back."""
    square = float(departed @ departed)
    if square <= 1e-12:
        return 0.0
    found = float(error @ departed) / square
    spread = float(((error - found * departed) ** 2).sum()) / max(1, len(error) // 2) / square
    return max(-1.0, min(1.0, _drawn(found, spread)))


def _drawn(found: float, variance: float) -> float:
    """An estimate drawn to 0 by its own variance (the positive part of James and Stein's rule)."""
    return found * max(0.0, 1 - variance / found**2) if found else 0.0


def _beside(values: Floats, region: _Places, period: _Places) -> Floats:
    """Values (n,) beside their regions' and periods' means, by turns until both are nothing."""
    found = values
    for _ in range(_SWEEPS):
        for group in (region, period):
            found = found - _means(found, group)[group]
    return found


def _means(values: Floats, group: _Places) -> Floats:
    found: Floats = np.bincount(group, values) / np.bincount(group)
    return found


def _region_means(values: Floats, period: _Places) -> Floats:
    """A region's mean in each of its periods."""
    return np.array([values[period == one].mean() for one in np.unique(period)])


def opinions(
    plan: Plan, habit: Correction, suggested: Floats, declared: Floats, past: Floats
) -> tuple[CorrectedDeclaration, ...]:
    """Declarations (n,) that depart, with what they would be without habits, as targets in the metric's unit.

    NaN is not declared; `past` is the history, (n, T), which says whether more than all of a whole can be.
    """
    scales = plan.metric.reference(suggested).tolist()
    told = []
    for line, said, own, scale in zip(plan.lines, suggested.tolist(), declared.tolist(), scales, strict=True):
        if scale > 0 and math.isfinite(own) and departs(own, said):
            share = habit.of(line.region, (own - said) / scale)
            told.append(CorrectedDeclaration(line.region, line.code, said, own, said + scale * share))
    meant = plan.metric.target(np.array([one.corrected for one in told]), past).tolist()
    return tuple(replace(one, corrected=value) for one, value in zip(told, meant, strict=True))
