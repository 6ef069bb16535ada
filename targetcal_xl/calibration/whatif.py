"""What if a reading were another: suggestion, interval and odds before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .arrays import Floats
from .baseline import Baseline, Inputs, compute_baseline
from .odds import PRIOR_SHARE, plan_odds


class UnknownReading(ValueError):
    """A reading that no plan has, or that cannot be: `line` and `indicator` are its codes."""

    def __init__(self, line: str, indicator: str, why: str) -> None:
        super().__init__(f"{line}, {indicator}: {why}")
        self.line, self.indicator, self.why = line, indicator, why


@dataclass(frozen=True)
class Outlook:
    """What the model says of n lines, and the odds that each, and all together, reach `targets`."""

    baseline: Baseline
    targets: Floats
    odds: Floats
    total_odds: float


@dataclass(frozen=True)
class WhatIf:
    """The outlook as it is and as it would be."""

    before: Outlook
    after: Outlook


def what_if(
    inputs: Inputs,
    changes: Mapping[tuple[str, str], float],
    targets: Floats,
    *,
    weights: Floats | None = None,
    shared: float = PRIOR_SHARE,
) -> WhatIf:
    """Suggest anew with other readings of the plan's period: (line code, indicator code) -> reading.

    `targets` (n,) are what the odds are about, `weights` (drivers,) the elasticities if not the
    plan's, `shared` the part of the lines' error that is common to all. Raise UnknownReading.
    """
    return WhatIf(
        _outlook(inputs, targets, weights, shared),
        _outlook(_with_readings(inputs, changes), targets, weights, shared),
    )


def _with_readings(inputs: Inputs, changes: Mapping[tuple[str, str], float]) -> Inputs:
    rows = {line.code: row for row, line in enumerate(inputs.plan.lines)}
    columns = {item.code: column for column, item in enumerate(inputs.plan.indicators)}
    now = inputs.readings.now.copy()
    for (line, indicator), reading in changes.items():
        if line not in rows or indicator not in columns:
            raise UnknownReading(line, indicator, "no such reading")
        if not 0 <= reading < float("inf"):
            raise UnknownReading(line, indicator, "a reading is a number from 0 up")
        now[rows[line], columns[indicator]] = reading
    return replace(inputs, readings=replace(inputs.readings, now=now))


def _outlook(inputs: Inputs, targets: Floats, weights: Floats | None, shared: float) -> Outlook:
    baseline = compute_baseline(inputs, weights)
    return Outlook(baseline, targets, *plan_odds(inputs.plan, baseline, targets, shared))
