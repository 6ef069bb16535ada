"""One total over many lines: everybody gets a target with the same odds, in whole steps."""

from __future__ import annotations

from typing import Final

import numpy as np

from .baseline import Baseline
from .history import Floats
from .plan import Plan

SMALLEST: Final = 1e-3
"""The least centre and the least sigma of a line, as a share of the largest: all lines can move."""
WIDEST: Final = 2.0**20
"""Odds beyond this many sigmas are certainty: every line stands at a bound or beyond counting."""
HALVINGS: Final = 80
"""From there to the last digit of z."""


class InfeasibleTotal(ValueError):
    """The bounds of the lines, or the step, leave no way to add up to the total."""

    def __init__(self, total: float, lowest: float, highest: float, step: float) -> None:
        super().__init__(
            f"{total:g} cannot be split in steps of {step:g}: the lines take from {lowest:g} to {highest:g}"
        )
        self.total, self.lowest, self.highest, self.step = total, lowest, highest, step


def allot(plan: Plan, baseline: Baseline) -> Floats:
    """The head office target over the lines, (n,), in whole steps of the metric.

    Lines that do not add up get what makes the head office target on average, to the nearest step.
    Raise InfeasibleTotal when a target to be added up is no multiple of the step.
    """
    metric, total = plan.metric, plan.hq_target
    if metric.kind != "sum":
        total = float(metric.to_step(np.array(total * len(plan.lines))))
    return split(total, baseline.expected, baseline.sigma, step=metric.step)


def split(
    total: float,
    centre: Floats,
    sigma: Floats,
    low: Floats | None = None,
    high: Floats | None = None,
    step: float = 1.0,
) -> Floats:
    """Split a total over n lines in multiples of `step`, between `low` and `high`, adding up exactly.

    Every line has the same odds: x = clip(b e^(z sigma), low, high) with one z for all, where b is
    the centre and sigma the standard deviation of the log error. A centre or sigma that is unknown
    is taken for the median of the others. Raise InfeasibleTotal where no such split exists.
    """
    lines = len(centre)
    lowest = np.zeros(lines) if low is None else np.ceil(np.maximum(low, 0.0) / step - 1e-9)
    highest = np.full(lines, np.inf) if high is None else np.floor(high / step + 1e-9)
    whole = round(total / step)
    feasible = lowest.sum() <= whole <= highest.sum() and bool((lowest <= highest).all())
    if not feasible or abs(whole * step - total) > 1e-9 * max(abs(total), step):
        raise InfeasibleTotal(total, lowest.sum() * step, highest.sum() * step, step)
    shares = _equal_odds(whole, _usable(centre / step), _usable(sigma), lowest, highest)
    return np.round(_to_whole(shares, whole) * step, 9)


def _usable(sizes: Floats) -> Floats:
    """Positive numbers: the unknown become the median, the tiny a small share of the largest."""
    known = np.isfinite(sizes)
    typical = np.median(sizes[known]) if known.any() else 1.0
    filled = np.where(known, sizes, typical)
    largest = filled.max(initial=0.0)
    return np.maximum(filled, SMALLEST * largest) if largest > 0 else np.ones_like(filled)


def _equal_odds(total: int, centre: Floats, sigma: Floats, low: Floats, high: Floats) -> Floats:
    """clip(centre e^(z sigma), low, high) that adds up: bisection on z, in which the sum only rises."""
    relative = sigma / sigma.max(initial=SMALLEST)
    below, above = -WIDEST, WIDEST
    shares = low
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        with np.errstate(over="ignore"):
            shares = np.clip(centre * np.exp(middle * relative), low, high)
        missing = total - shares.sum()
        if abs(missing) <= 1e-6:
            break
        below, above = (middle, above) if missing > 0 else (below, middle)
    return shares


def _to_whole(shares: Floats, total: int) -> Floats:
    """Whole numbers that add up to the total, each next to its share: largest remainder (Hamilton)."""
    floors = np.floor(shares)
    missing = total - int(floors.sum())
    first = np.lexsort((-shares, floors - shares))[:missing]
    floors[first] += 1
    return floors
