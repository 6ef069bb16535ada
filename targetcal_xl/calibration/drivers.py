"""Market activity, pipeline health, resources: how far each has moved, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats
from .plan import Plan

SIGNAL_LIMIT = 0.35
"""No indicator counts for more than this log change: beyond it readings are mostly noise."""
EFFECT_LIMIT = 0.25
"""All drivers together move a suggestion by no more than this log change."""


@dataclass(frozen=True)
class Readings:
    """Indicator readings of n lines, (n, number of indicators), NaN where unknown.

    `now` is what counts for the plan's period, `reference` the same a year before. `past_now` and
    `past_reference` (T, n, indicators) are those of the history's periods, None when nobody kept them.
    """

    now: Floats
    reference: Floats
    past_now: Floats | None = None
    past_reference: Floats | None = None

    def past(self, place: int) -> Readings | None:
        """The readings of one period of the history, counted from 0; None when nobody kept any."""
        if self.past_now is None or self.past_reference is None or place >= len(self.past_now):
            return None
        return Readings(self.past_now[place], self.past_reference[place])


def signals(readings: Readings, plan: Plan) -> Floats:
    """How far each driver has moved since last year so as to raise the metric, (n, drivers), in log units.

    An indicator counts c * tanh(log(now / reference) / c) in its own direction and its driver's,
    weighted by its share; what is unknown or negative counts 0.
    """
    moved = log_changes(readings) * np.array([indicator.direction for indicator in plan.indicators])
    soft = SIGNAL_LIMIT * np.tanh(moved / SIGNAL_LIMIT)
    total: Floats = soft @ _shares(plan)
    return total


def effects(signals: Floats, weights: Floats) -> Floats:
    """What the signals are worth, (n, drivers), in log units of the metric.

    `weights` (drivers,) are elasticities. Where the sum leaves +-EFFECT_LIMIT, all effects of the
    line shrink alike, so that the drivers keep their shares.
    """
    full = signals * weights
    total = np.abs(full.sum(axis=1, keepdims=True))
    limited: Floats = full * (EFFECT_LIMIT / np.maximum(total, EFFECT_LIMIT))
    return limited


def log_changes(readings: Readings) -> Floats:
    """Log changes since last year, (n, indicators): infinite from or to 0, and 0 where unknown."""
    now, reference = readings.now, readings.reference
    usable = (now >= 0) & (reference >= 0) & (now + reference > 0)
    with np.errstate(divide="ignore"):
        changes: Floats = np.log(np.where(usable, now, 1.0)) - np.log(np.where(usable, reference, 1.0))
    return changes


def _shares(plan: Plan) -> Floats:
    """(indicators, drivers): the share, in the driver's direction, where the indicator is its own, else 0."""
    shares = [
        [driver.direction * indicator.share * (indicator.driver == driver.code) for driver in plan.drivers]
        for indicator in plan.indicators
    ]
    return np.array(shares).reshape(len(plan.indicators), len(plan.drivers))
