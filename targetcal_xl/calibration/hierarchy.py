"""Lines under areas, regions and groups: how they hang together, and what they can take together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Indices
from .plan import Group, Limits, Line, Plan, Region

CLOSE: Final = 1e-9
"""A bound this close to a whole number of steps is one."""


@dataclass(frozen=True)
class Level:
    """Nodes of one depth: `parents` (m,) are places in the level above, all 0 under the total.

    A node takes from `low` to `high`, each (m,); `codes` name the nodes that have bounds.
    """

    parents: Indices
    low: Floats
    high: Floats
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """A node that must be from `low` to `high`, which its children, from `least` to `most`, cannot make.

    `place` counts from 0 in `level`, which does from the top; level -1 is the total. Where no multiple
    of the step lies between the bounds, they stand in `least` and `most` in steps: `least` is above.
    """

    level: int
    place: int
    code: str
    low: float
    high: float
    least: float
    most: float


class InfeasibleTotal(ValueError):
    """The bounds leave no way to add up to the total in whole steps; `conflicts` says where.

    From `least` to `most` is what all together can take.
    """

    def __init__(
        self, total: float, step: float, conflicts: Sequence[Conflict], least: float, most: float
    ) -> None:
        reasons = "; ".join(map(_reason, conflicts))
        super().__init__(f"{total:g} cannot be split in steps of {step:g}: {reasons}")
        self.total, self.step, self.conflicts = total, step, tuple(conflicts)
        self.least, self.most = least, most


def flat(lines: int, low: Floats | None = None, high: Floats | None = None) -> Level:
    """Lines directly under the total, free where no bounds, (lines,) each in any unit, are given."""
    low = np.zeros(lines) if low is None else low
    high = np.full(lines, np.inf) if high is None else high
    return Level(np.zeros(lines, np.intp), low, high)


def hierarchy(plan: Plan) -> tuple[Level, ...]:
    """The levels of a plan, from its top groups to its lines in the order of `Plan.lines`."""
    ways = paths(plan)
    above, levels = [""] * len(ways), []
    for depth in range(max(map(len, ways))):
        nodes = [path[min(depth, len(path) - 1)] for path in ways]
        here = [node.code if depth < len(path) else "" for node, path in zip(nodes, ways, strict=True)]
        # Where a branch is shorter than others, a free node hands on what its last one gets.
        keys = [code or f"{node.code}@{depth}" for code, node in zip(here, nodes, strict=True)]
        levels.append(_level(plan, keys, above, dict(zip(keys, nodes, strict=True)), set(here)))
        above = keys
    lines = {line.code: line for line in plan.lines}
    return (*levels, _level(plan, list(lines), above, lines, set(lines)))


def limited(levels: Sequence[Level]) -> tuple[Level, ...]:
    """The same without the levels, but the lines', in which no node has bounds."""
    kept: list[Level] = []
    up: Indices | None = None
    for level in levels:
        parents = level.parents if up is None else up[level.parents]
        if level is levels[-1] or level.low.any() or np.isfinite(level.high).any():
            kept.append(replace(level, parents=parents))
            up = None
        else:
            up = parents
    return tuple(kept)


def sums(values: Floats, levels: Sequence[Level]) -> list[Floats]:
    """What the lines' values, (n,) in any unit, add up to at every level, (m,) of m nodes each."""
    found = [values]
    for above, level in zip(levels[-2::-1], levels[:0:-1], strict=True):
        found.insert(0, added(level, found[0], len(above.low)))
    return found


def added(level: Level, values: Floats, parents: int) -> Floats:
    """The sum of the values, in any unit, below each node of the level above, (parents,)."""
    return np.asarray(np.bincount(level.parents, values, minlength=parents), np.float64)


def whole_steps(total: float, levels: Sequence[Level], step: float) -> tuple[Level, ...]:
    """The levels with bounds in whole steps, each as narrow as the levels below it allow.

    Raise InfeasibleTotal with every node that cannot be satisfied.
    """
    conflicts: list[Conflict] = []
    narrowed: list[Level] = []
    low, high = _in_steps(levels[-1], step)
    for at in range(len(levels) - 1, -1, -1):
        level, (below, above) = levels[at], (low, high)
        low, high = _in_steps(level, step)
        bad = np.maximum(low, below) > np.minimum(high, above)
        told = (np.where(low > high, *pair) * step for pair in ((low, below), (high, above)))
        conflicts += _conflicts(level, at, bad, *told)
        # A fault is told once: above it, the node counts as able to take whatever either side allows.
        low, high = (
            np.where(bad, np.minimum(low, below), np.maximum(low, below)),
            np.where(bad, np.maximum(high, above), np.minimum(high, above)),
        )
        narrowed.insert(0, replace(level, low=low, high=high))
        parents = len(levels[at - 1].low) if at else 1
        low, high = added(level, low, parents), added(level, high, parents)
    least, most = float(low[0]) * step, float(high[0]) * step
    whole, off = round(total / step), abs(round(total / step) * step - total)
    if off > CLOSE * max(abs(total), step) or not low[0] <= whole <= high[0]:
        conflicts.append(Conflict(-1, 0, "", total, total, least, most))
    if conflicts:
        raise InfeasibleTotal(total, step, conflicts, least, most)
    return tuple(narrowed)


def _in_steps(level: Level, step: float) -> tuple[Floats, Floats]:
    low = np.ceil(np.maximum(level.low, 0.0) / step - CLOSE)
    return low, np.floor(level.high / step + CLOSE)


def _conflicts(
    level: Level, depth: int, bad: NDArray[np.bool_], least: Floats, most: Floats
) -> list[Conflict]:
    return [
        Conflict(
            depth,
            place,
            level.codes[place] if level.codes else "",
            *(float(bound[place]) for bound in (level.low, level.high, least, most)),
        )
        for place in np.flatnonzero(bad).tolist()
    ]


def _reason(conflict: Conflict) -> str:
    node = conflict.code or ("the total" if conflict.level < 0 else f"node {conflict.place}")
    bounds = f"{node} must be from {conflict.low:g} to {conflict.high:g}"
    if conflict.least > conflict.most:
        return f"{bounds}, and no step lies there"
    return f"{bounds}, and what is below takes from {conflict.least:g} to {conflict.most:g}"


def paths(plan: Plan) -> list[tuple[Group | Region, ...]]:
    """For every line, the nodes above it from the top."""
    nodes: dict[str, Group | Region] = {group.code: group for group in plan.groups}
    nodes |= {region.code: region for region in plan.regions}
    known: dict[str, tuple[Group | Region, ...]] = {"": ()}

    def path(code: str) -> tuple[Group | Region, ...]:
        if code not in known:
            node = nodes[code]
            known[code] = (*path(node.parent if isinstance(node, Group) else node.group), node)
        return known[code]

    return [path(line.group or line.region) for line in plan.lines]


def _level(
    plan: Plan,
    keys: Sequence[str],
    above: Sequence[str],
    nodes: Mapping[str, Group | Region | Line],
    bounded: set[str],
) -> Level:
    """One level: `keys` and `above` are each line's node here and in the level above."""
    order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    parents = {key: place for place, key in enumerate(dict.fromkeys(above))}
    under = dict(zip(keys, above, strict=True))
    limits = [plan.bounds(nodes[key]) if key in bounded else Limits() for key in order]
    # The bounds of what does not add up are about the mean of its lines.
    times: Floats = np.ones(len(order))
    if not plan.metric.adds_up:
        times = np.asarray(np.bincount([order[key] for key in keys], plan.volumes), np.float64)
    return Level(
        np.array([parents[under[key]] for key in order], np.intp),
        np.array([0.0 if limit.low is None else limit.low for limit in limits]) * times,
        np.array([np.inf if limit.high is None else limit.high for limit in limits]) * times,
        tuple(nodes[key].code for key in order),
    )
