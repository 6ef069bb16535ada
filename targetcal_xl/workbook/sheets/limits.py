"""Groups and limits: as the settings tell them, and beside what was agreed on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from ...calibration.limits import Bounded, bounded, side_of
from ...ooxml import BLANK, Cell
from ..facts import Facts
from ..part import Columns


class Reached:
    """Writes the rows of groups, and of regions and lines with limits."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._nodes: Sequence[Bounded] = bounded(facts.plan)
        self._names = {**facts.region_names, **{group.code: group.name for group in facts.plan.groups}}

    def settings(self) -> Columns:
        """Each node, what it belongs to, and its limits."""
        return {
            **self._limits,
            "parent": [Cell(self._names.get(one.parent)) for one in self._nodes],
            "locked": [Cell(self._facts.caption(_is_locked(one))) for one in self._nodes],
        }

    def overview(self) -> Columns:
        """Each node's limits beside its part of the HQ target and beside what was agreed."""
        plan, figures = self._facts.plan, self._facts.figures
        agreed = [one.reached(plan, self._facts.agreed) for one in self._nodes]
        sides = (
            None if value is None else side_of(value, plan.bounds(one.node))
            for one, value in zip(self._nodes, agreed, strict=True)
        )
        return {
            **self._limits,
            "allotment": [Cell(one.reached(plan, figures["allotment"])) for one in self._nodes],
            "agreed": [Cell(value) for value in agreed],
            "side": [BLANK if side is None else Cell(self._facts.caption(side)) for side in sides],
        }

    @property
    def _limits(self) -> Columns:
        nodes = [one.node for one in self._nodes]
        ends = {code: [Cell(getattr(node.limits, code)) for node in nodes] for code in ("low", "high")}
        most = self._facts.plan.ceilings
        capacity = {"capacity": [Cell(most.get(one.place)) for one in self._nodes]} if most else {}
        return {"name": [Cell(node.name) for node in nodes], **ends, **capacity}


def _is_locked(one: Bounded) -> str:
    limits = one.node.limits
    return "yes" if limits.low is not None and limits.low == limits.high else "no"
