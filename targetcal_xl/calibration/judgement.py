"""Whether departures from suggestions were right, and declarations without their habits.

Forecast value added: Fildes, Goodwin, Lawrence and Nikolopoulos (2009), International Journal of Forecasting
25, 3-23. Correcting judgement: Goodwin (2000), International Journal of Forecasting 16, 85-99, after Theil.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .metric import reference
from .negotiation import departs
from .plan import Plan
from .review import weighted_error, what_it_did

FEWEST_PERIODS: Final = 4
"""From so many periods on habits are told from chance."""
KEPT_PERIODS: Final = 12
_SWEEPS: Final = 30
_FAR: Final = 4.0
_LEAST_SPREAD: Final = 0.05
"""What lies `_FAR` spreads beside the middle is a slip of the pen; no spread is less than this."""
_USUAL_BIAS: Final = 0.02
"""What suggestions miss for years on end, as a standard deviation: panels of `bench.unseen` have it."""

_Way = Literal["above", "below"]
_Places = NDArray[np.signedinteger]


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
        """Whether departures helped, hurt or did neither; empty where nobody knows."""
        return "" if math.isnan(self.pooled) else what_it_did(self.pooled)


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


def departures(plan: Plan, suggested: Floats, declared: Floats, actual: Floats) -> tuple[Departure, ...]:
    """Lines (n,), in the metric's unit, that departed and whose result is known; NaN is unknown.

    A suggestion of 0 is no measure.
    """
    told = suggested, declared, actual, reference(suggested, plan.metric.distance)
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


def pool(values: Mapping[str, Floats]) -> dict[str, float]:
    """The mean of each group, (k,) values of any unit, drawn towards that of all; NaN where there is none.

    Empirical Bayes by moments: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188, with one
    variance within all groups.
    """
    known = [own for own in values.values() if len(own)]
    if not known:
        return dict.fromkeys(values, math.nan)
    sizes, middle = np.array([len(own) for own in known]), float(np.concatenate(known).mean())
    within, between = _variances(known, sizes, middle)
    return {
        code: middle + _trust(within, between, len(own)) * (float(own.mean()) - middle)
        if len(own)
        else middle
        for code, own in values.items()
    }


def _variances(known: Sequence[Floats], sizes: Floats, middle: float) -> tuple[float, float]:
    """Within groups, and between their true means; the latter is 0 where nothing tells both apart."""
    free, room = float(sizes.sum()) - len(known), sizes.sum() - (sizes**2).sum() / sizes.sum()
    if free < 1 or room <= 0:
        return 1.0, 0.0
    within = sum(float(((own - own.mean()) ** 2).sum()) for own in known) / free
    apart = sum(len(own) * (float(own.mean()) - middle) ** 2 for own in known)
    return within, max(0.0, float((apart - (len(known) - 1) * within) / room))


def _trust(within: float, between: float, count: int) -> float:
    return between / (between + within / count) if between > 0 else 0.0


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
    scales = reference(suggested, plan.metric.distance).tolist()
    told = []
    for line, said, own, scale in zip(plan.lines, suggested.tolist(), declared.tolist(), scales, strict=True):
        if scale > 0 and math.isfinite(own) and departs(own, said):
            share = habit.of(line.region, (own - said) / scale)
            told.append(CorrectedDeclaration(line.region, line.code, said, own, said + scale * share))
    meant = plan.metric.target(np.array([one.corrected for one in told]), past).tolist()
    return tuple(replace(one, corrected=value) for one, value in zip(told, meant, strict=True))
