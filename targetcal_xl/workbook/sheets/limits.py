"""Groups and limits: as the settings tell them, and beside what was agreed."""

from __future__ import annotations

from collections.abc import Mapping

from ...calibration.limits import Bounded, bounded, side_of
from ...ooxml import BLANK, Cell
from ..facts import Facts, Row


class Reached:
    """Writes the rows of groups, and of regions and lines with limits."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._nodes: Mapping[str, Bounded] = {one.code: one for one in bounded(facts.plan)}
        self._names = {**facts.region_names, **{group.code: group.name for group in facts.plan.groups}}

    def setting(self, row: str) -> Row:
        """A node, what it belongs to, and its limits."""
        one = self._nodes[row]
        limits = one.node.limits
        is_locked = limits.low is not None and limits.low == limits.high
        locked = self._facts.caption("yes" if is_locked else "no")
        return {**self._limits(one), "parent": Cell(self._names.get(one.parent)), "locked": Cell(locked)}

    def overview(self, row: str) -> Row:
        """A node's limits beside its part of the HQ target and beside what was agreed."""
        one = self._nodes[row]
        agreed = one.reached(self._facts.plan, self._facts.agreed)
        side = BLANK if agreed is None else Cell(self._facts.caption(side_of(agreed, one.node.limits)))
        allotment = one.reached(self._facts.plan, self._facts.figures["allotment"])
        return {**self._limits(one), "allotment": Cell(allotment), "agreed": Cell(agreed), "side": side}

    def _limits(self, one: Bounded) -> Row:
        limits = one.node.limits
        return {"name": Cell(one.node.name), "low": Cell(limits.low), "high": Cell(limits.high)}
