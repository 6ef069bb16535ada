"""What is being targeted: its unit, which way is better, and how it adds up over lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
