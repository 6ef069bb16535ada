"""Targets as objectives and key results: where each began, where it is to come, and how it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Floats
from .metric import Metric
from .plan import Plan, Thresholds
from .progress import Progress, beside, reached, too_few
from .standing import Standing, as_number
from .vocabulary import KeyStatus


@dataclass(frozen=True)
class KeyResult:
    """What is measured of a line, a region or a plan; None where it is not known (yet)."""

    code: str
    name: str
    start: float | None
    """Where it began: nothing where days add up, else last year's value."""
    target: float
    current: float | None
    progress: float | None
    """How much of the way from start to target is done, as a share."""
    odds: float | None
    """How likely it is to end below the milestone's share of the target."""
    status: KeyStatus


@dataclass(frozen=True)
class Objective:
    """What a plan, or a region, is to reach, by the key results that it is made of."""

    result: KeyResult
    """The same figures of all together."""
    key_results: tuple[KeyResult, ...]


def objectives(standing: Standing, agreed: Floats, progress: Progress | None) -> tuple[Objective, ...]:
    """The plan with its regions as key results, then each region with its lines.

    `agreed` (n,) are targets in the metric's unit; without progress nothing has been measured yet.
    """
    plan, measured = standing.inputs.plan, _Measured(standing, agreed, progress)
    lines = [measured.line(row) for row in range(len(plan.lines))]
    regions = [
        Objective(
            measured.result(region.code, region.name, rows, measured.group(region.code)),
            tuple(lines[row] for row in rows),
        )
        for region in plan.regions
        if (rows := [row for row, line in enumerate(plan.lines) if line.region == region.code])
    ]
    whole = measured.result(plan.code, plan.metric.name, range(len(lines)), measured.group(None))
    return Objective(whole, tuple(region.result for region in regions)), *regions


def status_of(pace: float, at_risk: bool, thresholds: Thresholds) -> KeyStatus:
    """How a key result stands, by its result over its path (above 1 is better), and what is ahead of it.

    It is delayed below the milestone's share of the path, and at risk where it is warned of or has not come
    half way from there to the path: what lights tell in two colours, warnings in a third.
    """
    if math.isnan(pace):
        return KeyStatus.UNTOLD
    if pace < thresholds.milestone:
        return KeyStatus.DELAYED
    return KeyStatus.AT_RISK if at_risk or pace < (1 + thresholds.milestone) / 2 else KeyStatus.NORMAL


def headway(metric: Metric, start: float, target: float, current: float, due: float) -> float:
    """How much of the way from start to target is done; `due` is what is due by now.

    What adds up and is better when higher has come so far as its result; a mean or ratio by the change that
    was agreed, where there is one for the better. Of all else there is no way, only its attainment.
    """
    if metric.adds_up and metric.direction > 0:
        return current / target if target else math.nan
    if not metric.adds_up and (target - start) * metric.direction > 0:
        return max((current - start) / (target - start), 0.0)
    return metric.attained(current, due)


_Ahead = tuple[float | None, bool]
"""The odds of missing, where somebody works them out, and whether there is a warning."""


@dataclass(frozen=True)
class _Measured:
    """The figures of some lines together."""

    standing: Standing
    agreed: Floats
    progress: Progress | None

    def line(self, row: int) -> KeyResult:
        """One line."""
        line, progress = self.standing.inputs.plan.lines[row], self.progress
        ahead = None if progress is None else (float(progress.odds_end[row]), bool(progress.warned[row]))
        return self.result(line.code, line.name, [row], ahead or (None, False))

    def group(self, region: str | None) -> _Ahead:
        """The odds of a region, or of the whole, and whether it is warned of; None of a plan from before."""
        said = self.standing.value
        odds = as_number(said(region, None, "progress.odds_end"))
        return odds, said(region, None, "progress.warned") is True

    def result(self, code: str, name: str, rows: Sequence[int], ahead: _Ahead) -> KeyResult:
        """What these lines come to; `ahead` are the odds, and whether there is a warning."""
        plan, progress = self.standing.inputs.plan, self.progress
        start = 0.0 if plan.metric.adds_up else plan.total_of(self.standing.last_year, rows)
        if progress is None:
            target = plan.total_of(self.agreed, rows)
            return KeyResult(code, name, known(start), target, None, None, None, KeyStatus.UNTOLD)
        told = plan, progress.volumes, progress.actual
        current, target = reached(*told, rows), beside(*told, self.agreed, rows)
        target = plan.total_of(self.agreed, rows) if math.isnan(target) else target
        due = beside(*told, plan.metric.due(self.agreed, progress.path), rows)
        way = headway(plan.metric, start, target, current, due)
        status = self._status(progress, rows, ahead[1])
        return KeyResult(code, name, known(start), target, known(current), known(way), ahead[0], status)

    def _status(self, progress: Progress, rows: Sequence[int], is_warned: bool) -> KeyStatus:
        """Of what is too small to tell there is none until the period is over."""
        plan = self.standing.inputs.plan
        is_over = progress.as_of >= len(plan.period.days)
        if not is_over and too_few(np.array([plan.total_of(self.agreed, rows)]), plan.metric)[0]:
            return KeyStatus.UNTOLD
        told = plan, progress.volumes, progress.actual
        pace = plan.metric.attained(reached(*told, rows), beside(*told, progress.path, rows))
        at_risk = not is_over and (is_warned or any(bool(progress.warned[row]) for row in rows))
        return status_of(pace, at_risk, plan.thresholds)


def known(value: float) -> float | None:
    """A number, or None for one that nobody knows."""
    return None if math.isnan(value) else float(value)


def keyed(plan: Plan) -> dict[str, str]:
    """Everything that can be an objective or key result: code -> name."""
    regions = {region.code: region.name for region in plan.regions}
    return {plan.code: plan.metric.name} | regions | {line.code: line.name for line in plan.lines}
