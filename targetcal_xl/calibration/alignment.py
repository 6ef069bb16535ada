"""One total over many lines: everybody gets a target with the same odds, in whole steps."""

from __future__ import annotations

from typing import Final

import numpy as np

from .baseline import Baseline
from .history import Floats
from .plan import Plan

SMALLEST: Final = 1e-3
"""What a zero centre counts, as a share of the smallest, and the least sigma, as one of the largest."""
WIDEST: Final = 2.0**20
"""At so many sigmas every line stands at a bound, at nothing or beyond counting."""
HALVINGS: Final = 80
"""From there to the last digit of z."""


class InfeasibleTotal(ValueError):
    """The bounds of the lines leave no way to add up to the total in whole steps.

    `lowest` and `highest` are what the lines can add up to; `stuck` are the lines (from 0) that
    have no multiple of the step between their own bounds.
    """

    def __init__(
        self, total: float, step: float, lowest: float, highest: float, stuck: tuple[int, ...] = ()
    ) -> None:
        reason = f"the lines take from {lowest:g} to {highest:g}"
        if stuck:
            reason = f"no step lies between the bounds of {len(stuck)} lines, the first being {stuck[0]}"
        super().__init__(f"{total:g} cannot be split in steps of {step:g}: {reason}")
        self.total, self.step, self.lowest, self.highest, self.stuck = total, step, lowest, highest, stuck


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
    stuck = tuple(np.flatnonzero(~(lowest <= highest)).tolist())
    off_step = abs(whole * step - total) > 1e-9 * max(abs(total), step)
    if stuck or off_step or not lowest.sum() <= whole <= highest.sum():
        raise InfeasibleTotal(total, step, lowest.sum() * step, highest.sum() * step, stuck)
    shares = _equal_odds(whole, _positive(centre / step), _relative(sigma), lowest, highest)
    return np.round(_to_whole(shares, whole) * step, 9)


def _equal_odds(total: int, centre: Floats, sigma: Floats, low: Floats, high: Floats) -> Floats:
    """clip(centre e^(z sigma), low, high) that adds up: bisection on z, in which the sum only rises."""
    below, above = -WIDEST, WIDEST
    shares = low
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        with np.errstate(over="ignore"):
            shares = np.clip(centre * np.exp(middle * sigma), low, high)
        missing = total - shares.sum()
        if abs(missing) <= 1e-6:
            break
        below, above = (middle, above) if missing > 0 else (below, middle)
    return shares


def _positive(centre: Floats) -> Floats:
    """Centres that can grow: one that is zero comes far behind the smallest of the others."""
    known = _known(centre)
    least = known.min(where=known > 0, initial=np.inf)
    return np.where(known > 0, known, SMALLEST * least if np.isfinite(least) else 1.0)


def _relative(sigma: Floats) -> Floats:
    """Sigmas as shares of the largest, none so small that its line could not move."""
    known = _known(sigma)
    largest = known.max(initial=0.0)
    return np.maximum(known / largest, SMALLEST) if largest > 0 else np.ones_like(known)


def _known(sizes: Floats) -> Floats:
    """The unknown become the median of the others."""
    known = np.isfinite(sizes)
    return np.where(known, sizes, np.median(sizes[known]) if known.any() else 0.0)


def _to_whole(shares: Floats, total: int) -> Floats:
    """Whole numbers that add up to the total, each next to its share: largest remainder (Hamilton)."""
    floors = np.floor(shares)
    missing = total - int(floors.sum())
    first = np.lexsort((-shares, floors - shares))[:missing]
    floors[first] += 1
    return floors
