"""Following a period day by day: the path to the target, where it leads, and warning in time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats
from .level import LevelOutlook, level_outlook, mean_so_far
from .metric import Metric
from .plan import ADDED, Plan, Thresholds
from .rhythm import World
from .vocabulary import Hope

LineCode = TypeVar("LineCode")


FIRST_DAYS = 7
"""Days at the start of a period in which nothing is called a deviation."""
HALF_LIFE = 25.0
"""Days after which a day's evidence counts half: the pace of selling drifts."""
PRIOR_SIGMA = 0.10
"""Standard deviation of actual over expected before the period begins, when the caller knows no better."""
FREEDOM = 3.5
"""Student's degrees of freedom of suggestions' errors: as panels have them, see docs/benchmarks.md."""
PANEL_DAYS = 30.0
"""Days of its own that a line needs before its scatter counts as much as the panel's."""
DAY_SCATTER = 0.30
"""Standard deviation of a day's result over its mean, beyond that of counting: a judgement."""
LEAD_WEIGHT = 0.40
"""How far the leads in hand move the log of the expected pace."""
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
SHORT_BELOW = 0.95
"""A resource under this share of its plan is short."""
_TINY = 1e-12


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
class Resources:
    """What feeds the result of n lines so far, each as a share of its plan; NaN where unknown."""

    leads: Floats
    capacity: Floats


@dataclass(frozen=True)
class Shortage:
    """`leads`, `conversion` or `capacity` at a `share` of its plan.

    The code names the sentence `calibration.suggestion.<code>` of the catalogue; for a warned line
    without any there is `calibration.suggestion.unexplained`, with its expected attainment as `share`.
    """

    code: Literal["leads", "conversion", "capacity"]
    share: float


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
    short = _shortages_of_warned(warned, outlook.actual, due, resources)
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


def has_resources(metric: Metric) -> bool:
    """Whether leads and people feed a metric, so that they can be short for it."""
    return metric.adds_up and metric.direction > 0


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


@dataclass(frozen=True)
class _Outlook:
    """A Gamma belief about the pace (actual over path) of n lines, and what it means for the days unseen.

    Given the pace, what comes is quasi-Poisson with variance `dispersion` x mean: Gamma-Poisson,
    Gelman et al., Bayesian Data Analysis, ch. 2, with evidence discounted by age.
    """

    path: Floats
    actual: Floats
    unseen: Floats
    """Exposure (n, D), added up over the days, of every day without a result."""
    pace: Floats
    shape: Floats
    dispersion: Floats

    def mean(self, day: int) -> Floats:
        """Expected sum of what is unseen up to the end of that day (from 1)."""
        return self.pace * self.unseen[:, day - 1]

    def expected(self, day: int) -> Floats:
        """Expected total at the end of that day."""
        return self.actual + self.mean(day)

    def odds_of_miss(self, day: int, milestone: float, metric: Metric) -> Floats:
        """Probability (n,) that the total at the end of that day is off the path by over 1 - `milestone`."""
        limit = (1.0 - metric.direction * (1.0 - milestone)) * self.path[:, day - 1]
        steps = np.round((limit - self.actual) / metric.step, 9)
        mean = self.mean(day)
        variance = self.dispersion * mean + mean**2 / self.shape
        if metric.direction > 0:
            return _gamma_cdf((np.ceil(steps) - 0.5) * metric.step, mean, variance)
        return 1.0 - _gamma_cdf((np.floor(steps) + 0.5) * metric.step, mean, variance)


@dataclass(frozen=True)
class _Worlds:
    """An outlook for each shape that the days may have, with its chance."""

    worlds: tuple[tuple[float, _Outlook], ...]

    @property
    def actual(self) -> Floats:
        return self.worlds[0][1].actual

    def expected(self, day: int) -> Floats:
        """Expected total at the end of that day."""
        return _mixed((chance, outlook.expected(day)) for chance, outlook in self.worlds)

    def odds_of_miss(self, day: int, milestone: float, metric: Metric) -> Floats:
        """Probability (n,) of a miss, as each outlook has it."""
        odds = ((chance, outlook.odds_of_miss(day, milestone, metric)) for chance, outlook in self.worlds)
        return np.clip(_mixed(odds), 0.0, 1.0)


def _mixed(parts: Iterable[tuple[float, Floats]]) -> Floats:
    """The mean by their chances; where all say the same, exactly that."""
    (_, first), *others = parts
    return np.asarray(first + sum(chance * (part - first) for chance, part in others))


def _ahead(
    path: Floats,
    daily: Floats,
    volumes: Floats | None,
    days: tuple[Floats, Sequence[World]],
    metric: Metric,
    belief: tuple[ArrayLike, ArrayLike],
    resources: Resources | None,
) -> _Worlds | LevelOutlook:
    """What the days so far say of the rest, as the metric adds up; `days` are their weights and worlds."""
    expected, (weights, worlds) = (np.asarray(belief[0]), np.asarray(belief[1])), days
    if not metric.adds_up:
        return level_outlook(path[:, -1], daily, volumes, weights, expected)
    exposure = np.diff(path, axis=1, prepend=0.0)
    leans = worlds or ((1.0, np.ones(path.shape[1])),)
    heard = [(chance, _evidence(_leant(exposure, lean), daily, metric.step)) for chance, lean in leans]
    pace = expected[0], _worth(heard, daily.shape[1], *expected)
    return _Worlds(tuple((chance, _outlook(path, daily, one, pace, resources)) for chance, one in heard))


def _leant(exposure: Floats, lean: Floats) -> Floats:
    """The same amounts, (n, D), shared out to days that bring so many times as much each, (D,)."""
    leant = exposure * lean
    whole = exposure.sum(axis=1, keepdims=True)
    return leant * _ratio(whole, leant.sum(axis=1, keepdims=True), otherwise=1.0)


@dataclass(frozen=True)
class _Evidence:
    """What the days so far tell of the pace of n lines, if days bring what one world says.

    `came` and `due` (n,) are discounted by age and counted in results that tell one by one; `unseen` and
    `dispersion` are as in _Outlook.
    """

    came: Floats
    due: Floats
    unseen: Floats
    dispersion: Floats


def _evidence(exposure: Floats, daily: Floats, step: float) -> _Evidence:
    """The evidence of `daily` (n, days so far), where each day should bring its `exposure` (n, D)."""
    known = np.zeros(exposure.shape, dtype=bool)
    known[:, : daily.shape[1]] = np.isfinite(daily)
    # When the period is over nothing more will come: what was not reported did not happen.
    known |= daily.shape[1] == exposure.shape[1]
    seen = np.where(known, exposure, 0.0)[:, : daily.shape[1]]
    results = np.where(np.isfinite(daily), daily, 0.0)
    dispersion = _dispersion(results, seen, step)
    discount = 0.5 ** (np.arange(daily.shape[1])[::-1] / HALF_LIFE)
    return _Evidence(
        came=np.maximum(results @ discount, 0.0) / dispersion,
        due=(seen @ discount) / dispersion,
        unseen=np.cumsum(np.where(known, 0.0, exposure), axis=1),
        dispersion=dispersion,
    )


def _worth(heard: Sequence[tuple[float, _Evidence]], days: int, prior: Floats, sigma: Floats) -> Floats:
    """How many results what was foreseen counts for after so many days, (n,).

    Suggestions' errors are Student's with FREEDOM degrees and a variance of sigma squared, so of a line that
    lies far outside the foresight counts less (Lange, Little and Taylor 1989, JASA 84, 881-896), and never
    more than with a normal error. Far is told beside the middle line: what all are off by together is as
    well the rhythm of the days.
    """
    belief = 0.5 ** (days / HALF_LIFE) / sigma**2
    off = _mixed((chance, _beside(one.came, one.due * prior)) for chance, one in heard)
    unsure = _mixed((chance, 1.0 / np.maximum(one.due * prior, _TINY)) for chance, one in heard)
    trust = (FREEDOM + 1.0) / (FREEDOM - 2.0 + off**2 / (unsure + 1.0 / belief))
    return np.asarray(belief * np.minimum(trust, 1.0))


def _beside(came: Floats, due: Floats) -> Floats:
    """How far what came is off beside the middle line, (n,), as shares of what was due; 0 where that is 0."""
    off = _ratio(came, due, otherwise=math.nan)
    return np.nan_to_num(off - (np.nanmedian(off) if np.isfinite(off).any() else 0.0))


def _outlook(
    path: Floats, daily: Floats, heard: _Evidence, pace: tuple[Floats, Floats], resources: Resources | None
) -> _Outlook:
    """What the days so far say about the pace of each line, `pace` with (mean, results it counts for)."""
    prior, worth = pace
    shape = worth + heard.came
    return _Outlook(
        path=path,
        actual=np.where(np.isfinite(daily), daily, 0.0).sum(axis=1),
        unseen=heard.unseen,
        pace=_led(shape / (worth / prior + heard.due), resources),
        shape=shape,
        dispersion=heard.dispersion,
    )


def _dispersion(results: Floats, exposure: Floats, step: float) -> Floats:
    """Variance over mean of a day's result, (n,), drawn towards the panel's; never under one step.

    What one day tells of scatter, which is nothing, is judged: that of counting, and DAY_SCATTER.
    """
    mean = exposure * _ratio(results.sum(axis=1), exposure.sum(axis=1), otherwise=0.0)[:, None]
    scatter, total = ((results - mean) ** 2).sum(axis=1), mean.sum(axis=1)
    day = np.maximum(total, 0.0) / results.shape[1]
    judged = (step + DAY_SCATTER**2 * day) * day
    panel = float((scatter.sum() + judged.sum()) / max(total.sum(), step))
    days = results.shape[1]
    own = _ratio(scatter, total, otherwise=panel)
    drawn: Floats = np.maximum((days * own + PANEL_DAYS * panel) / (days + PANEL_DAYS), step)
    return drawn


def _led(pace: Floats, resources: Resources | None) -> Floats:
    """The pace, drawn towards the share of planned leads in hand where that is known."""
    if resources is None:
        return pace
    leads = np.where(np.isfinite(resources.leads), np.clip(resources.leads, 0.3, 2.0), pace)
    led: Floats = pace ** (1.0 - LEAD_WEIGHT) * leads**LEAD_WEIGHT
    return led


_normal_cdf = np.frompyfunc(lambda z: 0.5 * math.erfc(-z / math.sqrt(2.0)), 1, 1)


def _gamma_cdf(value: Floats, mean: Floats, variance: Floats) -> Floats:
    """P(G <= value), (n,), for a Gamma of that mean and variance; a mean of 0 is certainly 0.

    The cube root of a Gamma is nearly normal: Wilson and Hilferty (1931), PNAS 17, 684-688.
    """
    sure = mean <= 1e-9
    shape = np.where(sure, 1.0, mean**2 / np.where(sure, 1.0, variance))
    root = np.cbrt(np.maximum(value, 0.0) / np.where(sure, 1.0, mean))
    z = (root - (1.0 - 1.0 / (9.0 * shape))) * 3.0 * np.sqrt(shape)
    chance: Floats = _normal_cdf(z).astype(np.float64)
    return np.where(value < 0, 0.0, np.where(sure, 1.0, chance))


def _ratio(part: Floats, whole: Floats, otherwise: float = math.nan) -> Floats:
    """Elementwise quotient, `otherwise` where the whole is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(np.shape(part), otherwise), where=whole != 0)
    return quotient


def shortages(leads: float, conversion: float, capacity: float) -> tuple[Shortage, ...]:
    """What is short, the scarcest first; arguments are shares of plan, NaN where unknown.

    Results are leads x conversion, and capacity bounds both: the smallest share explains most.
    """
    shares = (Shortage("leads", leads), Shortage("conversion", conversion), Shortage("capacity", capacity))
    short = (Shortage(each.code, float(each.share)) for each in shares if each.share < SHORT_BELOW)
    return tuple(sorted(short, key=lambda shortage: shortage.share))


def _shortages_of_warned(
    warned: Flags, actual: Floats, path: Floats, resources: Resources | None
) -> tuple[tuple[Shortage, ...], ...]:
    """Shortages of each warned line; conversion is what attainment of the path leaves beside the leads."""
    if resources is None:
        return ((),) * len(warned)
    conversion = _ratio(_ratio(actual, path), resources.leads)
    shares = zip(warned, resources.leads, conversion, resources.capacity, strict=True)
    return tuple(shortages(*share) if flag else () for flag, *share in shares)


def episodes(
    still_open: Set[LineCode], warned: Set[LineCode]
) -> tuple[frozenset[LineCode], frozenset[LineCode]]:
    """Deviations that a check (opens, closes): newly warned lines, and open ones no longer warned."""
    return frozenset(warned) - frozenset(still_open), frozenset(still_open) - frozenset(warned)
