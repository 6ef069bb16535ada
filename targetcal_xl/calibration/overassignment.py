"""Over-assignment: what lines' targets come to beside head office's, and the odds that go with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from .alignment import allot
from .arrays import Floats
from .baseline import Baseline
from .hierarchy import CLOSE, InfeasibleTotal, paths
from .metric import Metric
from .odds import SUREST, above_middles, spread, total_odds, total_spread
from .plan import Group, Limits, Plan, Region

_ROUNDS: Final = 50
"""More than it takes until the split no longer moves the spread, and steps make up what they round off."""


@dataclass(frozen=True)
class Assigned:
    """Lines' targets together beside their part of the HQ target, both as the metric adds up.

    `share` is the over-assignment, assigned / asked. `foreseen` is the chance that what is asked is
    reached, by the forecast and whatever was assigned. `followed` is the same where results fall about the
    targets as they have fallen about what was foreseen: it holds only as far as targets move results.
    """

    asked: float
    assigned: float
    share: float
    foreseen: float
    followed: float


def assigned(
    plan: Plan, baseline: Baseline, asked: float, targets: Floats, shared: float, rows: Sequence[int]
) -> Assigned:
    """What the targets, (n,) in the metric's unit, of some lines come to beside what is asked of these."""
    places = np.array(rows, np.intp)
    volumes, wide = np.array(plan.volumes)[places], _risk(plan, baseline)[places]
    centres = baseline.expected[places], targets[places]
    return beside_asked(plan.metric, asked, centres, wide, volumes, shared)


def beside_asked(
    metric: Metric, asked: float, centres: tuple[Floats, Floats], wide: Floats, volumes: Floats, shared: float
) -> Assigned:
    """What targets come to beside what is asked of their lines, (n,) each, in the metric's unit.

    `centres` are what was foreseen and the targets, `wide` the standard deviations of log errors, `volumes`
    what lines weigh (1 where they add up), `shared` how much of their error is common to all.
    """
    given = metric.total(centres[1].tolist(), volumes.tolist())
    whole = np.array([asked * (1.0 if metric.adds_up else float(volumes.sum()))])
    foreseen, followed = (
        total_odds(whole, centre * volumes, wide, metric.direction, shared) for centre in centres
    )
    known = math.nan if given is None else given
    return Assigned(asked, known, known / asked if asked else math.nan, foreseen, followed)


def over_assign(plan: Plan, baseline: Baseline, shared: float, chosen: float) -> Floats:
    """Targets, (n,) in whole steps within all limits, at which the HQ target has the chosen odds.

    The odds are those of `Assigned.followed`. Of lognormal lines of one factor (Vasicek 2002) the targets
    have to come to HQ x e^(z s) (1 + s^2 / 2) / m: z is the normal quantile of the odds, s the total's
    standard deviation, m how far means lie above middles. Where less is better, z turns: lines get less.
    Both s and m hang on the split, which is made anew until it holds; steps are rounded to the safe side.
    Raise ValueError for odds beyond SUREST and its complement, InfeasibleTotal where limits leave no way.
    """
    way, grain = plan.metric.direction, _grain(plan)
    targets, steps = allot(plan, baseline), math.nan
    for _ in range(_ROUNDS):
        parts, each = targets * np.array(plan.volumes), _risk(plan, baseline)
        wanted = plan.hq_target * cushion(parts, each, way, shared, chosen) / grain
        rounded = way * math.ceil(way * wanted - CLOSE)
        if rounded == steps:
            break
        steps = rounded
        targets = _split(plan, baseline, steps * grain)
    return _made_sure(plan, baseline, shared, chosen, targets, steps)


def over_assign_region(
    plan: Plan, baseline: Baseline, shared: float, chosen: float, region: str, asked: float
) -> Floats:
    """Targets of a region's lines, (m,) in plan order, at which what is asked of the region has chosen odds.

    Limits of groups that hold more than the region do not count. Raise as `over_assign` does.
    """
    rows = [row for row, line in enumerate(plan.lines) if line.region == region]
    inside = {node.code for row in rows for node in _below(paths(plan)[row], region)}
    groups = tuple(one if one.code in inside else replace(one, limits=Limits()) for one in plan.groups)
    part = replace(plan, lines=tuple(plan.lines[row] for row in rows), groups=groups, hq_target=asked)
    return over_assign(part, _of_rows(baseline, rows), shared, chosen)


def _below(way: tuple[Group | Region, ...], region: str) -> tuple[Group | Region, ...]:
    """The nodes above a line that are within its region."""
    codes = [node.code for node in way]
    return way[codes.index(region) + 1 :] if region in codes else ()


def _of_rows(baseline: Baseline, rows: list[int]) -> Baseline:
    """The baseline of some lines alone."""
    held = ((one.name, getattr(baseline, one.name)) for one in fields(baseline))
    parts: dict[str, Any] = {name: value[rows] for name, value in held if isinstance(value, np.ndarray)}
    parts["new"] = tuple(k for k, row in enumerate(rows) if row in baseline.new)
    parts["asked"] = tuple(baseline.asked[row] for row in rows) if baseline.asked else ()
    return replace(baseline, **parts)


def _made_sure(
    plan: Plan, baseline: Baseline, shared: float, chosen: float, targets: Floats, steps: float
) -> Floats:
    """The targets, or those some steps further, where rounding has left them short of the chosen odds."""
    rows = range(len(plan.lines))
    for _ in range(_ROUNDS):
        if not assigned(plan, baseline, plan.hq_target, targets, shared, rows).followed < chosen - CLOSE:
            break
        steps += plan.metric.direction
        targets = _split(plan, baseline, steps * _grain(plan))
    return targets


def cushion(parts: Floats, each: Floats, direction: int, shared: float, chosen: float) -> float:
    """How many times what is asked targets have to come to for chosen odds, while they are split as these.

    `parts`, (n,), are the targets times what their lines weigh, `each` the deviations of log errors. Raise
    ValueError for odds beyond SUREST and its complement.
    """
    if not 1 - SUREST <= chosen <= SUREST:
        raise ValueError(f"odds are from {1 - SUREST:g} to {SUREST:g}, not {chosen:g}")
    wide = total_spread(parts, each, shared)
    lead = direction * NormalDist().inv_cdf(chosen) * wide
    return math.exp(lead) * (1 + wide**2 / 2) / above_middles(parts, each)


def _split(plan: Plan, baseline: Baseline, total: float) -> Floats:
    """Another total over the lines, (n,); no share of a whole is more than all of it."""
    metric = plan.metric
    if metric.is_share and plan.hq_target <= metric.whole < total:
        raise InfeasibleTotal(total, metric.step, (), 0.0, metric.whole)
    return allot(replace(plan, hq_target=total), baseline)


def _grain(plan: Plan) -> float:
    """What the lines together move by when one line moves by a step."""
    return plan.metric.step / (1 if plan.metric.adds_up else len(plan.lines))


def _risk(plan: Plan, baseline: Baseline) -> Floats:
    return known_risk(baseline.expected, spread(baseline, plan.thresholds.confidence))


def known_risk(expected: Floats, wide: Floats) -> Floats:
    """Standard deviation of each line's log error, (n,): of a line of which nothing is known, the median."""
    known = expected > 0
    return np.where(known, wide, np.median(wide[known]) if known.any() else 0.0)
