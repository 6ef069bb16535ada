"""What groups, regions and lines may come to, beside what they did come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .hierarchy import paths
from .plan import Group, Limits, Line, Plan, Region
from .vocabulary import IntervalSide

TOLERANCE = 1e-9

Node = Group | Region | Line


@dataclass(frozen=True)
class Bounded:
    """A group, or a region or line with limits, and the places of its lines in the plan's arrays."""

    code: str
    """`group:coast`, `region:HD`, `line:HD-JS`: another for every node, whatever their codes."""
    node: Node
    lines: tuple[int, ...]

    @property
    def place(self) -> tuple[str, str]:
        """What kind of node it is (`group`, `region`, `line`), and its code."""
        kind, _, code = self.code.partition(":")
        return kind, code

    @property
    def parent(self) -> str:
        """The code of the group or region it belongs to; empty under the total."""
        if isinstance(self.node, Group):
            return self.node.parent
        return self.node.group or (self.node.region if isinstance(self.node, Line) else "")

    def reached(self, plan: Plan, values: Sequence[float | None]) -> float | None:
        """What the values of its lines, in plan order, come to together; None until all are known."""
        return None if any(values[k] is None for k in self.lines) else plan.total(values, self.lines)


def bounded(plan: Plan) -> tuple[Bounded, ...]:
    """Every group, then the regions and lines with limits of their own, in plan order."""
    below: dict[str, list[int]] = {}
    for k, (line, above) in enumerate(zip(plan.lines, paths(plan), strict=True)):
        chain: tuple[Node, ...] = (*above, line)
        for node in chain:
            below.setdefault(_code(node), []).append(k)
    nodes: list[Node] = [*plan.groups]
    nodes += [region for region in plan.regions if plan.bounds(region) != Limits()]
    nodes += [line for line in plan.lines if plan.bounds(line) != Limits()]
    return tuple(Bounded(_code(node), node, tuple(below.get(_code(node), ()))) for node in nodes)


def _code(node: Node) -> str:
    return f"{type(node).__name__.lower()}:{node.code}"


def side_of(value: float, limits: Limits) -> IntervalSide:
    """Where a value is, beside limits."""
    slack = TOLERANCE * max(1.0, abs(value))
    if limits.low is not None and value < limits.low - slack:
        return "below"
    return "above" if limits.high is not None and value > limits.high + slack else "within"


def hq_gap(hq_target: float, agreed: float) -> float:
    """How far an agreed total is from the head office target, as a share of that; negative below."""
    return agreed / hq_target - 1


def is_tolerable(gap: float, tolerance: float) -> bool:
    """Whether a total so far from the head office target may be confirmed without a reason."""
    return abs(gap) <= tolerance + TOLERANCE
