"""What is being targeted: its unit, which way is better, and how it adds up over lines."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, TypeVar

import numpy as np

from .arrays import Floats, quotient
from .vocabulary import Distance, MetricKind

IN_PERCENT: Final = 10.0
"""Beside shares of 1, what is larger than this is told in percent."""
PERCENT: Final = 100.0
"""The whole of what is told in percent."""
LEAST_SHORTFALL: Final = 0.01
"""What a share lacks to its whole counts as this part of it at the least: less tells nothing."""

BEST_ATTAINED: Final = 9.99
"""The highest attainment that is told of what is better when lower, also of a result of 0."""

T = TypeVar("T")


@dataclass(frozen=True)
class Metric:
    """A metric with its stated definition.

    `direction` is 1 when more is better and -1 when less is; `kind` says how lines combine:
    sums add, means weigh, ratios are numerator over denominator. Targets are multiples of `step`.
    """

    code: str
    name: str
    definition: str
    unit: str
    direction: Literal[1, -1] = 1
    kind: MetricKind = "sum"
    step: float = 1.0
    distance: Distance = field(default="value", metadata={"added": True})
    whole: float = field(default=1.0, metadata={"added": True})
    """What a ratio's values are parts of: 1, or 100 where they are told in percent."""

    @property
    def decimals(self) -> int:
        """How many decimals a target is shown with: those of its step."""
        return max(self.places, 0)

    @cached_property
    def places(self) -> int:
        """How many decimals the step has; below 0, how many noughts it ends in: -4 for 10,000."""
        digits, _, fraction = f"{self.step:.6f}".rstrip("0").partition(".")
        return len(fraction) or len(digits.rstrip("0")) - len(digits)

    @property
    def finer(self) -> int:
        """How many decimals a part of a value is shown with: two places beyond the step, in tens."""
        return 2 - math.ceil(math.log10(self.step) - 1e-9)

    def to_step(self, values: Floats) -> Floats:
        """The nearest multiples of `step`, half up, never below 0, of any shape."""
        steps = np.floor(values / self.step + 0.5)
        return np.maximum(np.round(steps * self.step, 9), 0.0)

    def most(self, past: Floats) -> float:
        """No value is more: the whole for a ratio whose `past`, shares, any shape, never was; else no end."""
        return self.whole if self.is_share and np.nanmax(past, initial=0.0) <= self.whole else math.inf

    def target(self, expected: Floats, past: Floats) -> Floats:
        """What is expected as targets, of any shape: multiples of `step`, none beyond `most`."""
        return np.minimum(self.to_step(expected), self.last_step(past))

    def last_step(self, past: Floats) -> float:
        """The last multiple of `step` that is not beyond `most`; `past` is of any shape."""
        most = self.most(past)
        return most if math.isinf(most) else round(math.floor(most / self.step + 1e-9) * self.step, 9)

    @property
    def adds_up(self) -> bool:
        """Whether lines and days add up to a total; else they make a mean."""
        return self.kind == "sum"

    def total(self, values: Iterable[float | None], volumes: Iterable[float] | None = None) -> float | None:
        """Values of several lines together: the only rule of how they add up.

        A sum adds. A mean weighs by `volumes` and a ratio by its denominators, which are its volumes;
        without any all weigh the same. None is passed over; None when there is nothing else.
        """
        given = list(values)
        weights = [1.0] * len(given) if volumes is None else list(volumes)
        known = [(float(v), float(w)) for v, w in zip(given, weights, strict=True) if v is not None]
        if self.adds_up:
            return math.fsum(value for value, _ in known) if known else None
        whole = math.fsum(weight for _, weight in known)
        return math.fsum(value * weight for value, weight in known) / whole if whole > 0 else None

    @property
    def is_share(self) -> bool:
        """Whether values are parts of a whole, so that more than all of it is seldom meant."""
        return self.kind == "ratio"

    @property
    def in_percent(self) -> bool:
        """Whether a ratio's values are told in percent."""
        return self.whole > 1

    @property
    def is_turned(self) -> bool:
        """Whether attainment is what was due over the actual, as of all that is better when lower."""
        return self.direction < 0

    def due(self, agreed: T, path: T) -> T:
        """What a result so far is measured by: the agreed target, or how far its path allows to have come."""
        return path if self.is_turned else agreed

    def attainment(self, actual: Floats, due: Floats) -> Floats:
        """How much of what was due was reached, as a share, of any shape; NaN where that says nothing.

        What is better when lower is reached in full at what was due, and less so above it; a result of next
        to nothing counts as BEST_ATTAINED.
        """
        part, whole = (due, actual) if self.is_turned else (actual, due)
        share = quotient(part, whole)
        if not self.is_turned:
            return share
        nothing = np.where(due > 0, BEST_ATTAINED, 1.0)
        return np.minimum(np.where(actual == 0, nothing, share), BEST_ATTAINED)

    def attained(self, actual: float, due: float) -> float:
        """The same of one pair."""
        return float(self.attainment(np.array([actual]), np.array([due]))[0])

    def reference(self, suggested: Floats) -> Floats:
        """What departures from suggestions are shares of, of any shape; 0 where there is nothing.

        It is the value; or, by `shortfall`, what a share lacks to its whole where that is less. From 0.94 to
        0.88 the shortfall doubles. A suggestion above the whole is no share.
        """
        value: Floats = np.abs(suggested)
        if self.distance == "value":
            return value
        lacking = np.maximum(np.minimum(value, self.whole - value), LEAST_SHORTFALL * self.whole)
        return np.where(value > self.whole, value, lacking)

    def shown(self, value: float) -> float:
        """A total as it is told: a mean with one decimal more than its lines."""
        return value if self.adds_up else round(value, self.decimals + 1)


def usual_distance(kind: MetricKind, direction: int) -> Distance:
    """What departures are shares of, where a plan does not say: a share that should be high aims at all."""
    return "shortfall" if kind == "ratio" and direction > 0 else "value"


def is_percent(unit: str) -> bool:
    """Whether a unit is a percentage, however wide its sign is typed."""
    return unicodedata.normalize("NFKC", unit).strip() == "%"


def usual_whole(kind: MetricKind, unit: str, target: float) -> float:
    """What values are parts of: 100 for a ratio in % whose HQ target is no share of 1."""
    return PERCENT if kind == "ratio" and is_percent(unit) and target > Metric.whole else Metric.whole
