"""What is being targeted: its unit, which way is better, and how it adds up over lines."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["sum", "mean", "ratio"]


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
    kind: Kind = "sum"
    step: float = 1.0

    @property
    def decimals(self) -> int:
        """How many decimals a target is shown with: those of its step."""
        return len(f"{self.step:.6f}".rstrip("0").partition(".")[2])

    def to_step(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The nearest multiples of `step`, half up, never below 0."""
        steps = np.floor(values / self.step + 0.5)
        return np.maximum(np.round(steps * self.step, 9), 0.0)

    def together(self, values: Iterable[float | None]) -> float | None:
        """Values of several lines together: their sum, or for what does not add up their mean.

        Unknown ones are passed over; None when there are no others.
        """
        known = [value for value in values if value is not None]
        if not known:
            return None
        total = math.fsum(known)
        return total if self.kind == "sum" else total / len(known)
