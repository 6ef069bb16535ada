"""The suggested target: history and drivers in; value, interval and exact explanation out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .drivers import Readings, effects, signals
from .foresight import BACK, Foresight, eventful, look_ahead, stir
from .history import History, last_year, latest
from .interval import reach
from .plan import ADDED, Plan
from .question import Answer, Question
from .rhythm import Rhythm
from .surprise import questions

PARTS: Final = ("events", "trend", "season")
"""Codes of the contributions before the drivers'."""
LEVEL: Final = ("trend", "season")
"""Those that make up what stands in for last year's figure where it is unknown."""
WIDEST: Final = 100.0
"""No interval is computed further than this log: what history can carry ends long before."""

LEAST_FREEDOM: Final = 2
"""Fewer steps from one period to the next tell nothing of the noise: then it is our judgement."""
_TINY: Final = 1e-300


@dataclass(frozen=True)
class Inputs:
    """Everything a baseline is computed from."""

    plan: Plan
    history: History
    readings: Readings
    answers: tuple[Answer, ...] = ()
    """What people said to the questions about a last value."""
    rhythm: Rhythm | None = field(default=None, metadata=ADDED)
    """What past days teach of the plan's; None where there are none."""


@dataclass(frozen=True)
class Baseline:
    """Suggestions for n lines, in the metric's unit, in the order of `Plan.lines`.

    `last_year` + the row sum of `contributions` = `expected`, to 1e-9. `suggested` is `expected`
    to the metric's step. `base` is the suggestion before drivers; `effects` (n, drivers) are the
    log effects, so that `expected` = `base` * exp(row sum of `effects`). `sigma` is the standard
    deviation of the log error; `inertial` is what last year's growth alone would say. Nothing is
    NaN: `last_year` and `inertial` are 0 where they are unknown.
    """

    parts: tuple[str, ...]
    """Codes of the columns of `contributions`: `events`, `trend`, `season`, then driver codes."""
    last_year: Floats
    contributions: Floats
    base: Floats
    signals: Floats
    effects: Floats
    expected: Floats
    suggested: Floats
    low: Floats
    high: Floats
    sigma: Floats
    inertial: Floats
    growth: Floats
    """How far the level moves from a year before the plan's period to that period, as a log."""
    season: Floats
    """How far the plan's period stands from the level for its time of year, as a log."""
    questions: tuple[Question, ...] = ()
    """Last values that stand away from what the periods before them led to expect."""
    held: tuple[str, ...] = field(default=(), metadata=ADDED)
    """Lines whose interval was cut off where their history no longer carries it."""
    new: tuple[int, ...] = field(default=(), metadata=ADDED)
    """The places of lines without history: nothing that counts is known of them."""
    asked: tuple[float, ...] = field(default=(), metadata=ADDED)
    """What the split starts from, line by line, where the plan limits the ratchet and that binds."""

    @property
    def centre(self) -> Floats:
        """What the split of the HQ target starts from, (n,), in the metric's unit."""
        return np.array(self.asked) if self.asked else self.expected

    @property
    def stretch(self) -> Floats:
        """How far a line may be moved by odds, (n,): its sigma; without history that of the median line.

        That nobody knows what it can do is no reason to ask more of it: by its own sigma it would carry
        most of what head office wants beyond the suggestions.
        """
        new = np.isin(np.arange(len(self.sigma)), self.new)
        if not new.any() or new.all():
            return self.sigma
        return np.where(new, np.minimum(self.sigma, np.median(self.sigma[~new])), self.sigma)


def compute_baseline(inputs: Inputs, weights: Floats | None = None) -> Baseline:
    """Suggest a target for every line; `weights` (drivers,) replace the plan's elasticities.

    Raise ValueError when the history counts in other periods than the plan.
    """
    plan = inputs.plan
    history = inputs.history.before(plan.period)
    lines = [line.code for line in plan.lines]
    foresight = look_ahead(history, lines, inputs.answers, max(BACK, _silent(history)))
    stirred = stir(history, lines, inputs.answers, foresight)
    if weights is None:
        weights = np.array([driver.weight for driver in plan.drivers])
    moved = signals(inputs.readings, plan)
    worth = effects(moved, weights)
    expected = foresight.base * np.exp(worth.sum(axis=1))
    suggested = plan.metric.target(expected, history.values)
    past, year = last_year(history), len(history.periods) - history.per_year
    own = np.asarray(eventful(history, lines, inputs.answers)[:, max(year, 0) : year + 1].any(axis=1))
    low, high, held = _interval(plan, history, foresight, expected)
    return Baseline(
        parts=(*PARTS, *(driver.code for driver in plan.drivers)),
        last_year=np.nan_to_num(past),
        contributions=_contributions(past, own, foresight, stirred, worth),
        base=foresight.base,
        signals=moved,
        effects=worth,
        expected=expected,
        suggested=suggested,
        low=np.minimum(low, suggested),
        high=np.maximum(high, suggested),
        sigma=foresight.sigma,
        inertial=_inertial(history),
        growth=foresight.growth,
        season=foresight.season,
        questions=tuple(questions(history, foresight, lines, inputs.answers)),
        held=tuple(lines[row] for row in np.flatnonzero(held)),
        new=tuple(np.flatnonzero(~np.isfinite(history.values - history.one_off).any(axis=1)).tolist()),
    )


def _silent(history: History) -> int:
    """How many of the last periods have to be foreseen again to reach every line's last value."""
    last, length = latest(history), len(history.periods)
    return length - int(last[last >= 0].min(initial=length))


def _interval(
    plan: Plan, history: History, foresight: Foresight, expected: Floats
) -> tuple[Floats, Floats, Flags]:
    """Both ends of every interval, (n,), and where they were cut off because no history carries them.

    A short history knows its own noise badly, and has few errors to learn from: it reaches as far as
    Student's distribution with a degree of freedom for each step from one period to the next. Nothing that
    lies far beyond all that a line has ever been can be told from it. A share of 1 or less is never more
    than all.
    """
    errors, sigmas = foresight.errors[:, -BACK:], foresight.sigmas[:, -BACK:]
    steps = len(history.periods) - 1
    freedom = steps if steps >= LEAST_FREEDOM else math.inf
    logs = np.minimum(reach(errors, sigmas, plan.thresholds.confidence, freedom) * foresight.sigma, WIDEST)
    moved = expected + foresight.offset
    low = np.maximum(moved * np.exp(-logs) - foresight.offset, 0.0)
    high = moved * np.exp(logs) - foresight.offset
    least, most = np.minimum(foresight.least, expected), np.maximum(foresight.most, expected)
    held = (low < least) | (high > most)
    end = plan.metric.most(history.values)
    return np.minimum(np.maximum(low, least), end), np.minimum(np.minimum(high, most), end), held


def _contributions(
    past: Floats, own: Flags, foresight: Foresight, stirred: Foresight, worth: Floats
) -> Floats:
    """Every step from last year's figure to the suggestion, (n, parts), in the metric's unit.

    `past` (n,) is last year's figure, `own` whether it holds an event; `stirred` is the foresight that leaves
    all other events in. Events are what taking
    them out changes: in last year's figure (`ordinary` - figure), and by all that the others would have done
    to level, trend and season (`base` without them - `base` with them). Trend and season are those with them,
    so that a reader sees what the events would have made of both.

    Factors share a step by the logarithmic mean (LMDI, Ang 2004, Energy Policy 32, 1131-1139): L * log
    effect, with L = (end - start) / log(end / start). What the level's growth leaves of the step is the
    season's: what this time of year is worth beside what it was last year. A line without a figure of
    last year grows from nothing.
    """
    known = np.isfinite(past)
    base, ordinary = stirred.base, np.where(known, stirred.ordinary, 0.0)
    end = np.maximum(base + stirred.offset, _TINY)
    start = np.where(known, np.maximum(ordinary + stirred.offset, _TINY), end)
    trend = np.where(known, _logarithmic_mean(start, np.log(end / start)) * stirred.growth, base)
    out = np.where(known & own, ordinary - np.nan_to_num(past), 0.0)
    season = np.where(known, base - np.nan_to_num(past) - out - trend, 0.0)
    events = out + (foresight.base - base)
    drivers = _logarithmic_mean(foresight.base, worth.sum(axis=1))[:, None] * worth
    return np.column_stack([events, trend, season, drivers])


def _logarithmic_mean(start: Floats, logs: Floats) -> Floats:
    """(end - start) / logs with end = start * exp(logs), (n,); the start itself where nothing moves."""
    still = np.abs(logs) < 1e-12
    safe = np.where(still, 1.0, logs)
    mean: Floats = np.where(still, start, start * np.expm1(safe) / safe)
    return mean


def _inertial(history: History) -> Floats:
    """Last year's same period times the latest year-on-year ratio, both as they happened, (n,)."""
    past = np.nan_to_num(last_year(history))
    if len(history.periods) <= history.per_year:
        return past
    before, latest = history.values[:, -1 - history.per_year], history.values[:, -1]
    usable = np.isfinite(latest) & (before > 0)
    return past * np.where(usable, latest, 1.0) / np.where(usable, before, 1.0)
