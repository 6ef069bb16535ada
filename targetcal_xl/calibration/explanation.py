"""Why a suggestion is what it is: the way from last year's figure, in the numbers that are shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import accumulate
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .baseline import LEVEL
from .capacity import Capacity, capacity_of
from .plan import ADDED
from .standing import Standing
from .values import SMALLEST
from .vocabulary import EventsCode, Origin

MOST_NAMED: Final = 3
"""How many steps are named; all that matter less are one number, unless that is a single one."""
EVENTS: Final = "events"
ROUNDING: Final = "rounding"
"""Code of the step from what the method expects to a target in whole steps of the metric."""
NOTHING: Final = 1e-6
"""A part smaller than this share of what is shown is the trace of an addition."""


@dataclass(frozen=True)
class Step:
    """What one part adds, in the metric's unit; `code` is one of `Baseline.parts`, or ROUNDING.

    A driver's step has the driver's `name`; the method's own parts have none.
    """

    code: str
    amount: float
    name: str = ""


@dataclass(frozen=True)
class Relief:
    """What the split starts from, in the metric's unit, and how much of a surplus it may ask again."""

    asked: float
    limit: float


@dataclass(frozen=True)
class Explanation:
    """`start` + the amounts of all `steps` = `suggested`, each as exact as the metric's step.

    `happened` says where the events were; `held` that the interval of a single line was cut off, `full` that
    the suggestion was, at all of a share.
    """

    origin: Origin
    start: float
    steps: tuple[Step, ...]
    suggested: float
    happened: EventsCode = "past"
    held: bool = False
    full: bool = False
    capacity: Capacity | None = field(default=None, metadata=ADDED)
    """What the planned people of the line, or of its region, can bring."""
    beyond: bool = field(default=False, metadata=ADDED)
    """Whether the suggestion is more than that."""
    relief: Relief | None = field(default=None, metadata=ADDED)
    """What the split starts from instead, where the plan's limit of the ratchet binds."""

    @property
    def events(self) -> float:
        """What taking one-off events out changes."""
        return math.fsum(step.amount for step in self.steps if step.code == EVENTS)

    @cached_property
    def named(self) -> tuple[Step, ...]:
        """The steps that matter most, the largest first, beside the events."""
        steps = [step for step in self.steps if step.amount and step.code not in (EVENTS, ROUNDING)]
        steps.sort(key=lambda step: -abs(step.amount))
        return tuple(steps if len(steps) <= MOST_NAMED + 1 else steps[:MOST_NAMED])

    @property
    def rest(self) -> float:
        """What all other steps add together."""
        named = (EVENTS, *(step.code for step in self.named))
        return math.fsum(step.amount for step in self.steps if step.code not in named)


def axis_floor(heights: Sequence[float]) -> float:
    """Where a picture of the way begins: near what it reaches, so that its steps can be seen, never above it.

    There is room below for a way that moves: one and a half times its range, or a tenth of what it reaches.
    """
    lowest, highest = min(heights), max(heights)
    if lowest < SMALLEST:
        return min(lowest, 0.0)
    room = lowest - max(1.5 * (highest - lowest), 0.1 * lowest)
    unit = 10.0 ** math.floor(math.log10(lowest)) / 10
    return max(math.floor(room / unit) * unit, 0.0)


def explain(standing: Standing, lines: Sequence[int]) -> Explanation:
    """Explain one line by its place in the plan, or several together.

    Sums add up; means and ratios are weighed by the lines' volumes. Steps have the order of
    `Baseline.parts`, with ROUNDING at the end.
    """
    (said,) = _explained(standing, [list(lines)])
    return said


def explain_each(standing: Standing, lines: Iterable[int]) -> Iterator[Explanation]:
    """Explain lines one by one, as `explain` does each; computed all at once."""
    return _explained(standing, [[line] for line in lines])


def _explained(standing: Standing, groups: Sequence[list[int]]) -> Iterator[Explanation]:
    """Explain the lines of each group together."""
    plan, baseline = standing.inputs.plan, standing.baseline
    names = {driver.code: driver.name for driver in plan.drivers}
    places, codes = plan.metric.places, (*baseline.parts, ROUNDING)
    unit, shown = 10.0**-places, partial(_of_units, places=places)
    for rows, start, suggested, amounts in _ways(standing, groups):
        first, last = round(start / unit), round(suggested / unit)
        whole = _adding_up([amount / unit for amount in amounts], last - first)
        steps = (Step(code, shown(n), names.get(code, "")) for code, n in zip(codes, whole, strict=True))
        yield Explanation(
            origin=_origin(standing, rows),
            start=shown(first),
            steps=tuple(steps),
            suggested=shown(last),
            happened=_happened(standing, rows),
            held=len(rows) == 1 and plan.lines[rows[0]].code in baseline.held,
            full=plan.metric.is_share
            and bool((baseline.suggested[rows] < baseline.expected[rows] - plan.metric.step).any()),
            capacity=(most := capacity_of(plan, rows)),
            beyond=most is not None and _reach(standing, rows, most) > most.most + plan.metric.step * NOTHING,
            relief=_relief(standing, rows),
        )


def _ways(
    standing: Standing, groups: Sequence[list[int]]
) -> Iterable[tuple[list[int], float, float, list[float]]]:
    """Each group with where it starts, what is suggested, and what the steps add, in the metric's unit."""
    if not groups:
        return ()
    plan, baseline = standing.inputs.plan, standing.baseline
    rows = [row for group in groups for row in group]
    begins = [0, *accumulate(map(len, groups[:-1]))]
    share = np.concatenate([plan.shares(group) for group in groups])[:, None]

    def together(values: Floats) -> Floats:
        return np.add.reduceat(values * share, begins)

    parts, known = baseline.contributions[rows], np.isfinite(standing.last_year[rows])
    level = _levels(baseline.parts) & ~known[:, None]
    ends = (baseline.last_year[rows], baseline.suggested[rows], baseline.expected[rows])
    last_year, suggested, expected = together(np.column_stack(ends)).T
    start = last_year + together(np.where(level, parts, 0.0)).sum(axis=1)
    amounts = np.column_stack((together(np.where(level, 0.0, parts)), suggested - expected))
    return zip(groups, start.tolist(), suggested.tolist(), amounts.tolist(), strict=True)


def _of_units(units: int, places: int) -> float:
    """So many units of the last decimal place, which may lie before the point."""
    return float(units / 10**places if places > 0 else units * 10**-places)


def _relief(standing: Standing, rows: list[int]) -> Relief | None:
    """What the split starts from, where that is so much beside what is expected that it shows."""
    plan, baseline = standing.inputs.plan, standing.baseline
    if plan.ratchet_limit is None or not baseline.asked:
        return None
    asked, expected = (plan.total_of(one, rows) for one in (baseline.centre, baseline.expected))
    return Relief(asked, plan.ratchet_limit) if abs(asked - expected) >= plan.metric.step / 2 else None


def _reach(standing: Standing, rows: Sequence[int], capacity: Capacity) -> float:
    """What is suggested to all whom a capacity holds."""
    plan = standing.inputs.plan
    region = plan.lines[rows[0]].region
    held = [k for k, line in enumerate(plan.lines) if line.region == region] if capacity.of_region else rows
    return plan.total_of(standing.baseline.suggested, held)


@cache
def _levels(parts: tuple[str, ...]) -> Flags:
    """Which parts lead to the level."""
    return np.array([part in LEVEL for part in parts])


def _happened(standing: Standing, rows: list[int]) -> EventsCode:
    events = standing.eventful[rows]
    if not events.any():
        return "trend"
    marked = events.any(axis=0)
    year = max(len(marked) - standing.inputs.history.per_year, 0)
    past, others = marked[year : year + 1].any(), marked[:year].any() or marked[year + 1 :].any()
    if past and others:
        return "both"
    return "past" if past else "trend"


def _origin(standing: Standing, rows: list[int]) -> Origin:
    known = np.isfinite(standing.last_year[rows])
    if known.all():
        return "last_year"
    if known.any():
        return "partly"
    return "history" if np.isfinite(standing.inputs.history.values[rows]).any() else "panel"


def _adding_up(amounts: Sequence[float], total: int) -> list[int]:
    """Whole numbers next to the amounts that add up to the total: largest remainder (Hamilton).

    What is nothing stays nothing, but the last amount when all are.
    """
    whole = [math.floor(amount) for amount in amounts]
    moving = [k for k, amount in enumerate(amounts) if abs(amount) > NOTHING] or [len(amounts) - 1]
    moving.sort(key=lambda k: whole[k] - amounts[k])
    each, more = divmod(total - sum(whole), len(moving))
    for place, k in enumerate(moving):
        whole[k] += each + (place < more)
    return whole
