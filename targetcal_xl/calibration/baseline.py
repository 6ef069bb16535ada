"""The suggested target: history and drivers in; value, interval and exact explanation out."""

from __future__ import annotations

from dataclasses import dataclass

from .drivers import Readings
from .history import Floats, History
from .plan import Plan


@dataclass(frozen=True)
class Inputs:
    """Everything a baseline is computed from."""

    plan: Plan
    history: History
    readings: Readings


@dataclass(frozen=True)
class Baseline:
    """Suggestions for n lines, in the metric's unit, in the order of `Plan.lines`.

    `last_year` + the row sum of `contributions` = `expected`, to 1e-9. `suggested` is `expected`
    to the metric's step. `base` is the suggestion before drivers; `effects` (n, drivers) are the
    log effects, so that `expected` = `base` * exp(row sum of `effects`). `sigma` is the standard
    deviation of the log error; `inertial` is what last year's growth alone would say.
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
