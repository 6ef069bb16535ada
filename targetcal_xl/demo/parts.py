"""The made-up numbers of later quarters: no luck, no hidden truth, only lines that change their roles.

In the k-th quarter after a case's first, each line does as the k-th line after it did in the first: its
readings move against a year before as that one's did, so does its result, and its days come in that one's
rhythm, working day by working day. Whatever the first quarter's readings had to do with its results, they
have to do with them again, beside other lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..calibration import Floats, Inputs, Period, Plan
from ..connect import Actuals
from ..workdays import working_days

_HABITS = (-0.05, 0.0, 0.03)
"""What heads declare beside what they know, as shares, region by region: cautious, straight, hopeful."""
_KNOWN = 0.5
"""How much heads know of what a result will be beside its suggestion."""
_FAR = 0.1
"""Nobody departs further, as a share: nothing is objected to."""


@dataclass(frozen=True)
class LinePart:
    """What is known of a case's first quarter, and how many places further each line looks for its part."""

    first: Inputs
    days: Actuals
    places: int

    @cached_property
    def parts(self) -> NDArray[np.intp]:
        """The line whose part each line plays, (n,)."""
        return np.roll(np.arange(len(self.first.plan.lines)), -self.places)

    @property
    def period(self) -> Period:
        """The quarter that is made up."""
        return self.first.plan.period.shift(self.places)

    def hq_target(self, inputs: Inputs) -> float:
        """What head office wants: as far from the year before as it wanted in the first quarter."""
        plan, first = self.first.plan, self.first.plan.period
        before, now = (_a_year_before(inputs, period) for period in (first, self.period))
        moved = plan.total_of(now) / plan.total_of(before)
        return float(plan.metric.to_step(np.array(plan.hq_target * moved)))

    def readings(self, inputs: Inputs) -> tuple[Floats, Floats]:
        """What is read of each line's indicators, (n, indicators): a year ago, and now.

        What nobody read a year ago is taken to have been what it was a year before the first quarter.
        """
        known, first = inputs.readings.reference, self.first.readings
        reference = np.where(np.isfinite(known), known, first.reference)
        moved = first.now / np.where(first.reference > 0, first.reference, np.nan)
        return reference, reference * np.nan_to_num(moved, nan=1.0)[self.parts]

    def results(self, inputs: Inputs) -> Floats:
        """What each line brings, (n,), in the metric's unit; `inputs` know how the first quarter ended."""
        first, metric = self.first.plan.period, self.first.plan.metric
        brought = inputs.history.values[:, inputs.history.periods.index(first)]
        moved = brought / _a_year_before(inputs, first)
        results = _a_year_before(inputs, self.period) * moved[self.parts]
        return np.minimum(results, metric.whole) if metric.is_share else results

    def declared(self, inputs: Inputs, suggested: Floats) -> Floats:
        """What heads declare, (n,): of every other line the suggestion, of the rest what they know of it with
        their region's habit."""
        plan, results = inputs.plan, self.results(inputs)
        places = {region.code: k for k, region in enumerate(plan.regions)}
        habits = [_HABITS[places[line.region] % len(_HABITS)] for line in plan.lines]
        scale = plan.metric.reference(suggested)
        knows = _KNOWN * (results - suggested) / np.where(scale > 0, scale, 1.0)
        beside = np.clip(knows + plan.metric.direction * np.array(habits), -_FAR, _FAR)
        said = plan.metric.target(suggested + scale * beside, inputs.history.values)
        is_near = np.abs(said - suggested) <= _FAR * scale
        departs = (np.arange(len(results)) + self.places) % 2 == 0
        return np.where(is_near & departs, said, suggested)

    def actuals(self, inputs: Inputs) -> Actuals:
        """What each day brings, so that all of them come to the results."""
        plan, at = self.first.plan, self._same_days()
        length = len(self.days.dates)
        at = np.minimum(at, length - 1)
        value, leads, capacity = (
            part[self.parts][:, at] for part in (self.days.value, self.days.leads, self.days.capacity)
        )
        volume = None if self.days.volume is None else self.days.volume[self.parts][:, at]
        wanted = self.results(inputs)
        days = _spread_out(value, wanted, plan) if plan.metric.adds_up else _lifted(value, volume, wanted)
        if plan.metric.is_share:
            days = np.minimum(days, plan.metric.whole)
        return Actuals(tuple(self.period.days), days, leads, capacity, volume)

    def _same_days(self) -> NDArray[np.intp]:
        """Of each day of the period, (D,), the day of the first quarter that is as far among its like."""
        calendar = self.first.plan.calendar
        worked, once = (working_days(one, calendar).days for one in (self.period, self.first.plan.period))
        found = np.zeros(len(worked), np.intp)
        for kind in (True, False):
            days, like = np.flatnonzero(worked == kind), np.flatnonzero(once == kind)
            found[days] = like[np.linspace(0, len(like) - 1, len(days)).round().astype(np.intp)]
        return found


def _a_year_before(inputs: Inputs, period: Period) -> Floats:
    """What each line brought a year before a period, (n,), without one-off events."""
    history = inputs.history
    at = history.periods.index(period.shift(-period.per_year))
    found: Floats = history.values[:, at] - np.nan_to_num(history.one_off[:, at])
    return found


def _spread_out(value: Floats, wanted: Floats, plan: Plan) -> Floats:
    """Days (n, D) that add up to what is wanted, (n,), as these do to their sum: in whole steps."""
    step = plan.metric.step
    shares = np.nan_to_num(value)
    reached = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    steps = np.round(reached * (wanted / step)[:, None])
    return np.diff(steps, axis=1, prepend=0.0) * step


def _lifted(value: Floats, volume: Floats | None, wanted: Floats) -> Floats:
    """Days (n, D) whose mean is what is wanted, (n,)."""
    weights = np.isfinite(value) * (1.0 if volume is None else np.nan_to_num(volume))
    level = (np.nan_to_num(value) * weights).sum(axis=1) / weights.sum(axis=1)
    return value * (wanted / level)[:, None]
