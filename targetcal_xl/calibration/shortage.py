"""What feeds results, and which of it is short where a line is behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .arrays import Flags, Floats, quotient
from .metric import Metric

SHORT_BELOW = 0.95
"""A resource under this share of its plan is short."""


@dataclass(frozen=True)
class Resources:
    """What feeds the result of n lines so far, each as a share of its plan; NaN where unknown."""

    leads: Floats
    capacity: Floats


@dataclass(frozen=True)
class Shortage:
    """`leads`, `conversion` or `capacity` at a `share` of its plan.

    The code names the sentence `calibration.suggestion.<code>` of the catalogue; for a warned line
    without any there is `calibration.suggestion.unexplained`, with its expected attainment as `share`.
    """

    code: Literal["leads", "conversion", "capacity"]
    share: float


def has_resources(metric: Metric) -> bool:
    """Whether leads and people feed a metric, so that they can be short for it."""
    return metric.adds_up and metric.direction > 0


def shortages(leads: float, conversion: float, capacity: float) -> tuple[Shortage, ...]:
    """What is short, the scarcest first; arguments are shares of plan, NaN where unknown.

    Results are leads x conversion, and capacity bounds both: the smallest share explains most.
    """
    shares = (Shortage("leads", leads), Shortage("conversion", conversion), Shortage("capacity", capacity))
    short = (Shortage(each.code, float(each.share)) for each in shares if each.share < SHORT_BELOW)
    return tuple(sorted(short, key=lambda shortage: shortage.share))


def shortages_of_warned(
    warned: Flags, actual: Floats, path: Floats, resources: Resources | None
) -> tuple[tuple[Shortage, ...], ...]:
    """Shortages of each line that is `warned` (n,), from what came and was due (n,) in the metric's unit.

    Conversion is what attainment of the path leaves beside the leads.
    """
    if resources is None:
        return ((),) * len(warned)
    conversion = quotient(quotient(actual, path), resources.leads)
    shares = zip(warned, resources.leads, conversion, resources.capacity, strict=True)
    return tuple(shortages(*share) if flag else () for flag, *share in shares)
