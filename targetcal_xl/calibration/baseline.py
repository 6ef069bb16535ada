"""The suggested target: history and drivers in; value, interval and exact explanation out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .drivers import Readings, effects, signals
from .foresight import Foresight, look_ahead
from .history import Floats, History, last_year
from .interval import reach
from .plan import Plan
from .question import Answer, Question

PARTS: Final = ("events", "trend", "season")
"""Codes of the contributions before the drivers'."""


ASKED_BEYOND: Final = 0.98
"""A newest value outside the interval of this level is asked about ..."""
ASKED_SHARE: Final = 0.1
"""... when it is off by so much of what was expected ..."""
ASKED_FROM: Final = 6
"""... and there are so many periods to tell from."""
_TINY: Final = 1e-300


@dataclass(frozen=True)
class Inputs:
    """Everything a baseline is computed from."""

    plan: Plan
    history: History
    readings: Readings
    answers: tuple[Answer, ...] = ()
    """What people said to the questions about a newest period."""


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
    """Newest values that stand away from what the periods before them led to expect."""


def compute_baseline(inputs: Inputs, weights: Floats | None = None) -> Baseline:
    """Suggest a target for every line; `weights` (drivers,) replace the plan's elasticities.

    Raise ValueError when the history counts in other periods than the plan.
    """
    plan = inputs.plan
    history = inputs.history.before(plan.period)
    lines = [line.code for line in plan.lines]
    foresight = look_ahead(history, lines, inputs.answers)
    if weights is None:
        weights = np.array([driver.weight for driver in plan.drivers])
    moved = signals(inputs.readings, plan)
    worth = effects(moved, weights)
    expected = foresight.base * np.exp(worth.sum(axis=1))
    spread = np.exp(reach(foresight.errors, foresight.sigmas, plan.thresholds.confidence) * foresight.sigma)
    return Baseline(
        parts=(*PARTS, *(driver.code for driver in plan.drivers)),
        last_year=np.nan_to_num(last_year(history)),
        contributions=_contributions(history, foresight, worth),
        base=foresight.base,
        signals=moved,
        effects=worth,
        expected=expected,
        suggested=plan.metric.to_step(expected),
        low=np.maximum((expected + foresight.offset) / spread - foresight.offset, 0.0),
        high=(expected + foresight.offset) * spread - foresight.offset,
        sigma=foresight.sigma,
        inertial=_inertial(history),
        growth=foresight.growth,
        season=foresight.season,
        questions=tuple(_questions(history, foresight, lines, inputs.answers)),
    )


def _contributions(history: History, foresight: Foresight, worth: Floats) -> Floats:
    """Every step from last year's figure to the suggestion, (n, parts), in the metric's unit.

    Factors share a step by the logarithmic mean (LMDI, Ang 2004, Energy Policy 32, 1131-1139): L * log
    effect, with L = (end - start) / log(end / start). What the level's growth leaves of the step is the
    season's: what this time of year is worth beside what it was last year. A line without a figure of
    last year grows from nothing.
    """
    past = last_year(history)
    known = np.isfinite(past)
    base, ordinary = foresight.base, foresight.ordinary
    end = np.maximum(base + foresight.offset, _TINY)
    start = np.where(known, np.maximum(ordinary + foresight.offset, _TINY), end)
    trend = np.where(known, _logarithmic_mean(start, np.log(end / start)) * foresight.growth, base)
    season = np.where(known, base - ordinary - trend, 0.0)
    drivers = _logarithmic_mean(base, worth.sum(axis=1))[:, None] * worth
    return np.column_stack([ordinary - np.nan_to_num(past), trend, season, drivers])


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


def _questions(
    history: History, foresight: Foresight, lines: Sequence[str], answers: Sequence[Answer]
) -> Iterator[Question]:
    """Newest values that are as far off as one in fifty, and those about which somebody has spoken."""
    errors, sigmas = foresight.errors, foresight.sigmas
    if len(history.periods) < ASKED_FROM or not errors.shape[1]:
        return
    newest, one_off = history.periods[-1], history.one_off[:, -1]
    value = np.maximum(history.values[:, -1] - one_off, 0.0)
    asked = np.isfinite(value) & (foresight.foreseen > 0)
    value, foreseen = np.where(asked, value, 1.0), np.where(asked, foresight.foreseen, 1.0)
    share = value / foreseen - 1.0
    far = np.abs(np.log((value + foresight.offset) / (foreseen + foresight.offset) + _TINY))
    beyond = far > reach(errors[:, :-1], sigmas[:, :-1], ASKED_BEYOND) * sigmas[:, -1]
    spoken = {answer.line for answer in answers if answer.period == newest}
    for row in np.flatnonzero(asked).tolist():
        if lines[row] in spoken or (beyond[row] and abs(share[row]) >= ASKED_SHARE):
            yield Question(lines[row], newest, float(share[row]))
