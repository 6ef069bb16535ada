"""The suggested target: history and drivers in; value, interval and exact explanation out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .drivers import Readings, effects, signals
from .history import Cleaned, Floats, History, clean, last_year
from .interval import interval
from .plan import Plan
from .projection import Projection, project
from .question import Answer, Question

PARTS: Final = ("events", "trend", "season")
"""Codes of the contributions before the drivers'."""


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
    questions: tuple[Question, ...] = ()
    """Newest values that stand away from what the periods before them led to expect."""


def compute_baseline(inputs: Inputs, weights: Floats | None = None) -> Baseline:
    """Suggest a target for every line; `weights` (drivers,) replace the plan's elasticities.

    Raise ValueError when the history counts in other periods than the plan.
    """
    plan = inputs.plan
    history = inputs.history.before(plan.period)
    cleaned = clean(history)
    projection = project(cleaned, history.per_year)
    if weights is None:
        weights = np.array([driver.weight for driver in plan.drivers])
    moved = signals(inputs.readings, plan)
    worth = effects(moved, weights)
    expected = projection.base * np.exp(worth.sum(axis=1))
    level = plan.thresholds.confidence
    sigma, low, high = interval(cleaned, history.per_year, projection.base, expected, level)
    return Baseline(
        parts=(*PARTS, *(driver.code for driver in plan.drivers)),
        last_year=np.nan_to_num(last_year(history)),
        contributions=_contributions(history, cleaned, projection, worth),
        base=projection.base,
        signals=moved,
        effects=worth,
        expected=expected,
        suggested=plan.metric.to_step(expected),
        low=low,
        high=high,
        sigma=sigma,
        inertial=_inertial(history),
    )


def _contributions(history: History, cleaned: Cleaned, projection: Projection, worth: Floats) -> Floats:
    """Every step from last year's figure to the suggestion, (n, parts), in the metric's unit.

    Drivers share their step by the logarithmic mean (LMDI, Ang 2004): L * effect, with
    L = (expected - base) / total effect, and L = base where the total is 0.
    """
    past = last_year(history)
    known = np.isfinite(past)
    ordinary = np.zeros(len(past))
    if known.any():
        ordinary = np.where(known, cleaned.values[:, -history.per_year], 0.0)
    base, total = projection.base, worth.sum(axis=1)
    safe = np.where(total == 0, 1.0, total)
    mean = np.where(total == 0, base, base * np.expm1(safe) / safe)
    steps = (ordinary - np.nan_to_num(past), base - projection.anchor, projection.anchor - ordinary)
    return np.column_stack([*steps, mean[:, None] * worth])


def _inertial(history: History) -> Floats:
    """Last year's same period times the latest year-on-year ratio, both as they happened, (n,)."""
    past = np.nan_to_num(last_year(history))
    if len(history.periods) <= history.per_year:
        return past
    before, latest = history.values[:, -1 - history.per_year], history.values[:, -1]
    usable = np.isfinite(latest) & (before > 0)
    return past * np.where(usable, latest, 1.0) / np.where(usable, before, 1.0)
