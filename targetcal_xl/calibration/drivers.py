"""Market activity, pipeline health, resources: how far each has moved, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass

from .history import Floats


@dataclass(frozen=True)
class Readings:
    """Indicator readings of n lines: `now` for the plan's period, `reference` for the same period
    a year before; both (n, number of indicators), NaN where unknown."""

    now: Floats
    reference: Floats
