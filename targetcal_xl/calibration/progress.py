"""Following a period day by day: the path to the target, where it leads, and warning in time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats
from .level import LevelOutlook, level_outlook, mean_so_far
from .metric import Metric
from .pace import PaceOutlook, pace_outlook
from .plan import ADDED, Plan, Thresholds
from .rhythm import World
from .shortage import Resources, Shortage, has_resources, shortages_of_warned
from .vocabulary import Hope

LineCode = TypeVar("LineCode")


FIRST_DAYS = 7
"""Days at the start of a period in which nothing is called a deviation."""
PRIOR_SIGMA = 0.10
"""Standard deviation of actual over expected before the period begins, when the caller knows no better."""
RECENT_DAYS = 14
"""Days at the end of those so far that show which way a line is going."""
FEWEST_STEPS = 10.0
"""A target of fewer steps of the metric is reached or missed by one more or less: too few to tell."""
LOST_BEYOND = 2.0
"""A line is lost when the days left would have to bring over so many times what they were planned to ..."""
LOST_ODDS = 0.99
"""... or, of a mean or ratio, when a miss is as sure as this."""
CALM = 0.7
"""A warning ends when the odds of a miss are below so much of those at which it began: it does not flap."""


def target_path(targets: Floats, day_weights: Floats, metric: Metric) -> Floats:
    """Where each of n lines should be at the end of each of D days (n, D), in the metric's unit.

    What adds up comes day by day; a mean or ratio should be its target on any day.
    """
    if metric.adds_up:
        return cumulative_path(targets, day_weights)
    return np.repeat(targets[:, None], len(day_weights), axis=1)


def cumulative_path(targets: Floats, day_weights: Floats) -> Floats:
    """Where n lines should be at the end of D days (n, D), in the metric's unit; the last is the target.

    Raise ValueError when `day_weights` (D,) are negative or bring nothing.
    """
    total = np.cumsum(day_weights)
    if np.any(day_weights < 0) or not total[-1] > 0:
        raise ValueError("day weights must be 0 or more, with a sum above 0")
    path: Floats = targets[:, None] * (total / total[-1])
    return path


@dataclass(frozen=True)
class Progress:
    """How n lines stand after `as_of` days of their period; amounts in the metric's unit.

    `attainment` is as `Metric.attainment`. The odds are those of missing the path by more than the
    milestone allows: on the day `warning_days` ahead, at the next milestone, at the period's end.
    """

    as_of: int
    actual: Floats
    path: Floats
    attainment: Floats
    expected_final: Floats
    odds: Floats
    odds_milestone: Floats
    odds_end: Floats
    warned: Flags
    shortages: tuple[tuple[Shortage, ...], ...]
    """Of each warned line, the scarcest first; empty for the others."""
    volumes: tuple[float, ...] = field(default=(), metadata=ADDED)
    """What each line's days weigh together, where the metric is a mean or ratio and they were reported."""


def follow_lines(
    agreed: Floats,
    daily: Floats,
    day_weights: Floats,
    metric: Metric,
    thresholds: Thresholds,
    *,
    path: Floats | None = None,
    worlds: Sequence[World] = (),
    still: Flags | None = None,
    volumes: Floats | None = None,
    milestones: Sequence[int] = (),
    prior: ArrayLike = 1.0,
    sigma: ArrayLike = PRIOR_SIGMA,
    resources: Resources | None = None,
) -> Progress:
    """Progress of n lines from the results `daily` (n, days so far), NaN where not reported.

    `path` (n, D) is where lines should be if not on the `target_path`. What the days of a metric that adds
    up may bring is told by `worlds` (`Shape.worlds`); without any they bring what the path says. Who was
    warned of before, `still` (n,), is so until a miss is much less likely.
    Days of a mean or ratio weigh by `volumes` (n, days so far). `milestones` are days from 1; without one
    ahead the period's end is next.
    `prior` is what was expected, as a share of `agreed`, and `sigma` its standard deviation. Raise
    ValueError for too many days, or resources that feed nothing."""
    as_of, last = _days_that_make_sense(daily, day_weights, metric, resources)
    path = target_path(agreed, day_weights, metric) if path is None else path
    outlook = _ahead(path, daily, volumes, (day_weights, worlds), metric, (prior, sigma), resources)
    days = ahead, milestone, _ = _watched_days(as_of, last, milestones, thresholds)
    odds, near, end = (outlook.odds_of_miss(day, thresholds.milestone, metric) for day in days)
    watched, due = (np.maximum(odds, near) if milestone <= ahead else odds), path[:, as_of - 1]
    warned = is_warned(watched, thresholds, still) & (as_of > FIRST_DAYS) & ~too_few(agreed, metric)
    attainment = metric.attainment(outlook.actual, metric.due(agreed, due))
    short = shortages_of_warned(warned, outlook.actual, due, resources)
    final, weights = outlook.expected(last), _weights(daily, volumes, metric)
    return Progress(
        as_of, outlook.actual, due, attainment, final, odds, near, end, warned, short, volumes=weights
    )


def is_warned(odds: Floats, thresholds: Thresholds, still: Flags | None = None) -> Flags:
    """Whether to warn at these odds of a miss, (n,): from `warning_odds` on, and then until they are CALM."""
    least = np.where(False if still is None else still, CALM, 1.0) * thresholds.warning_odds
    return np.asarray(odds >= least)


def too_few(agreed: Floats, metric: Metric) -> Flags:
    """Which targets, (n,) in the metric's unit, are so small that chance decides whether they are reached."""
    return np.asarray(agreed < FEWEST_STEPS * metric.step) & metric.adds_up


def hope(progress: Progress, row: int, agreed: float, plan: Plan) -> Hope:
    """Whether something can still be done for a line, and where not, why."""
    if progress.as_of >= len(plan.period.days):
        return "over"
    if too_few(np.array([agreed]), plan.metric)[0]:
        return "few"
    return "lost" if _is_lost(progress, row, agreed, plan) else "open"


def _is_lost(progress: Progress, row: int, agreed: float, plan: Plan) -> bool:
    metric, allowed = plan.metric, 1.0 - plan.thresholds.milestone
    if not metric.adds_up:
        return bool(progress.odds_end[row] >= LOST_ODDS)
    wanted = (1.0 - metric.direction * allowed) * agreed - float(progress.actual[row])
    if metric.direction < 0:
        return wanted < 0
    return wanted > LOST_BEYOND * (agreed - float(progress.path[row]))


def recent_pace(daily: Floats, volumes: Floats | None, path: Floats, metric: Metric) -> Floats:
    """What the last days brought, (n,) as a share of what they should have: above 1 is always better.

    `path` (n, D) is that of `target_path`; NaN where there is nothing to tell from.
    """
    as_of, first = daily.shape[1], max(daily.shape[1] - RECENT_DAYS, 0)
    if metric.adds_up:
        came = np.nansum(daily[:, first:], axis=1)
        due = path[:, as_of - 1] - (path[:, first - 1] if first else 0.0)
    else:
        came, _ = mean_so_far(daily[:, first:], None if volumes is None else volumes[:, first:])
        due = path[:, as_of - 1]
    part, whole = (came, due) if metric.direction > 0 else (due, came)
    pace: Floats = np.divide(part, whole, out=np.full(len(daily), math.nan), where=whole > 0)
    return pace


def _watched_days(
    as_of: int, last: int, milestones: Sequence[int], thresholds: Thresholds
) -> tuple[int, int, int]:
    """The day `warning_days` ahead, the next milestone, and the last day."""
    milestone = min((day for day in milestones if as_of < day <= last), default=last)
    return min(as_of + thresholds.warning_days, last), milestone, last


def so_far(daily: Floats, volumes: Floats | None, plan: Plan) -> float:
    """What the days, (n, days so far) in the metric's unit, come to over all lines; NaN without any."""
    if plan.metric.adds_up:
        return plan.total_of(np.nansum(daily, axis=1))
    return reached(plan, _weights(daily, volumes, plan.metric), mean_so_far(daily, volumes)[0])


def due_so_far(daily: Floats, volumes: Floats | None, path: Floats, plan: Plan) -> float:
    """What is due beside `so_far`: the `path` (n,) of that day in the metric's unit, or as planned."""
    if plan.metric.adds_up:
        return plan.total_of(path)
    results, weights = mean_so_far(daily, volumes)[0], _weights(daily, volumes, plan.metric)
    due = beside(plan, weights, results, path)
    return plan.total_of(path) if math.isnan(due) else due


def reached(plan: Plan, volumes: Sequence[float], values: Floats, rows: Iterable[int] | None = None) -> float:
    """Results, (n,) in the metric's unit, of all lines or those at these places together; NaN without any.

    They weigh by the `volumes` of their days where those were reported (`Progress.volumes`), else as planned.
    """
    places = range(len(values)) if rows is None else list(rows)
    weights, known = volumes or plan.volumes, [None if math.isnan(each) else each for each in values.tolist()]
    total = plan.metric.total((known[k] for k in places), (weights[k] for k in places))
    return math.nan if total is None else total


def beside(
    plan: Plan,
    volumes: Sequence[float],
    results: Floats,
    targets: Floats,
    rows: Iterable[int] | None = None,
) -> float:
    """Targets (n,) in the metric's unit together, as `reached` takes their `results` (n,); NaN without any.

    Each weighs what its result weighs, and one without a result nothing: so a total's attainment lies
    between those of its lines, however the volumes have shifted. Sums take all targets.
    """
    known = targets if plan.metric.adds_up else np.where(np.isnan(results), math.nan, targets)
    return reached(plan, volumes, known, rows)


def _weights(daily: Floats, volumes: Floats | None, metric: Metric) -> tuple[float, ...]:
    """What each line's days weigh together, where somebody says."""
    if volumes is None or metric.adds_up:
        return ()
    return tuple(mean_so_far(daily, volumes)[1].sum(axis=1).tolist())


def _ahead(
    path: Floats,
    daily: Floats,
    volumes: Floats | None,
    days: tuple[Floats, Sequence[World]],
    metric: Metric,
    belief: tuple[ArrayLike, ArrayLike],
    resources: Resources | None,
) -> PaceOutlook | LevelOutlook:
    """What the days so far say of the rest, as the metric adds up; `days` are their weights and worlds."""
    expected, (weights, worlds) = (np.asarray(belief[0]), np.asarray(belief[1])), days
    if not metric.adds_up:
        return level_outlook(path[:, -1], daily, volumes, weights, expected)
    return pace_outlook(path, daily, worlds, metric.step, expected, resources)


def _days_that_make_sense(
    daily: Floats, day_weights: Floats, metric: Metric, resources: Resources | None
) -> tuple[int, int]:
    """Days so far and in all; raise ValueError where they, or leads, would make no sense."""
    as_of, last = daily.shape[1], len(day_weights)
    if not 0 < as_of <= last:
        raise ValueError(f"{as_of} days of results in a period of {last} days")
    if resources is not None and not has_resources(metric):
        why = "is better when lower" if metric.adds_up else f"is a {metric.kind}"
        raise ValueError(f"{metric.code} {why}: no resources are short for it")
    return as_of, last


def episodes(
    still_open: Set[LineCode], warned: Set[LineCode]
) -> tuple[frozenset[LineCode], frozenset[LineCode]]:
    """Deviations that a check (opens, closes): newly warned lines, and open ones no longer warned."""
    return frozenset(warned) - frozenset(still_open), frozenset(still_open) - frozenset(warned)
