"""Whether departures from suggestions were right.

Forecast value added: Fildes, Goodwin, Lawrence and Nikolopoulos (2009), International Journal of Forecasting
25, 3-23.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from .arrays import Floats
from .negotiation import departs
from .plan import Plan
from .pooling import pool
from .review import weighted_error, what_it_did

KEPT_PERIODS: Final = 12

_Way = Literal["above", "below"]


@dataclass(frozen=True)
class Departure:
    """A line whose first declaration was not the suggestion, and what came, in the metric's unit.

    `period` is the plan's, as text; `volume` is what the line weighs, `scale` what its departure is a share
    of.
    """

    period: str
    region: str
    line: str
    suggested: float
    declared: float
    actual: float
    volume: float
    scale: float

    @property
    def departed(self) -> float:
        """How far the declaration is above the suggestion, as a share."""
        return (self.declared - self.suggested) / self.scale

    @property
    def short(self) -> float:
        """How far the declaration was below what came, as a share."""
        return (self.actual - self.declared) / self.scale

    @property
    def way(self) -> _Way:
        """On which side of the suggestion the declaration is."""
        return "above" if self.departed > 0 else "below"

    @property
    def closer(self) -> bool:
        """Whether the declaration was nearer to what came than the suggestion."""
        return abs(self.actual - self.declared) < abs(self.actual - self.suggested)


@dataclass(frozen=True)
class JudgementRecord:
    """Departures of periods that are over, the oldest first."""

    departures: tuple[Departure, ...] = ()

    @property
    def periods(self) -> tuple[str, ...]:
        """Those in which somebody departed, the oldest first."""
        return tuple(dict.fromkeys(one.period for one in self.departures))


@dataclass(frozen=True)
class ValueAdded:
    """How departures of a region, or to one side, did.

    `short` is how far they were too low on average, `added` what they took off the suggestion's error, as
    shares; `pooled` is the latter drawn towards that of all, NaN where nothing came.
    """

    code: str
    departures: int
    periods: int
    closer: int
    short: float
    added: float
    pooled: float

    @property
    def did(self) -> str:
        """Whether departures helped, hurt or did neither, by `pooled`; empty where nobody knows.

        It is open where that says they helped or hurt and their own point the other way, however little.
        """
        if math.isnan(self.pooled):
            return ""
        drawn = what_it_did(self.pooled)
        return "open" if drawn in ("helped", "hurt") and self.added * self.pooled < 0 else drawn


def departures(plan: Plan, suggested: Floats, declared: Floats, actual: Floats) -> tuple[Departure, ...]:
    """Lines (n,), in the metric's unit, that departed and whose result is known; NaN is unknown.

    A suggestion of 0 is no measure.
    """
    told = suggested, declared, actual, plan.metric.reference(suggested)
    return tuple(
        Departure(str(plan.period), line.region, line.code, said, own, came, weight, scale)
        for line, weight, said, own, came, scale in zip(
            plan.lines, plan.volumes, *(one.tolist() for one in told), strict=True
        )
        if scale > 0 and math.isfinite(came) and math.isfinite(own) and departs(own, said)
    )


def going_on(record: JudgementRecord, later: Iterable[Departure]) -> JudgementRecord:
    """The record with those of a later period, without what is too long ago to speak of anybody's habits."""
    told = JudgementRecord((*record.departures, *later))
    kept = told.periods[-KEPT_PERIODS:]
    return JudgementRecord(tuple(one for one in told.departures if one.period in kept))


def values_added(record: JudgementRecord, by: Literal["region", "way"]) -> tuple[ValueAdded, ...]:
    """How departures did, by region or by the side they were to, in the order of codes.

    Those above a suggestion and those below go wrong in ways of their own (Fildes et al. 2009).
    """
    groups: dict[str, list[Departure]] = {}
    for one in record.departures:
        groups.setdefault(getattr(one, by), []).append(one)
    pooled = pool({code: _by_period(own) for code, own in groups.items()})
    return tuple(_verdict(code, own, pooled[code]) for code, own in sorted(groups.items()))


def _verdict(code: str, own: Sequence[Departure], pooled: float) -> ValueAdded:
    periods, closer = len({one.period for one in own}), sum(one.closer for one in own)
    short = math.fsum(one.short for one in own) / len(own)
    return ValueAdded(code, len(own), periods, closer, short, _added(own), pooled)


def _added(own: Sequence[Departure]) -> float:
    told = np.array([(one.volume, one.actual, one.suggested, one.declared) for one in own]).T
    return weighted_error(told[0], told[1], told[2]) - weighted_error(told[0], told[1], told[3])


def _by_period(own: Sequence[Departure]) -> Floats:
    """What departures added, period by period, where anything came."""
    periods = dict.fromkeys(one.period for one in own)
    found = np.array([_added([one for one in own if one.period == period]) for period in periods])
    return found[np.isfinite(found)]
