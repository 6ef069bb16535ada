"""Where a plan stands: the sum of everything that has been said and decided so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .arrays import Flags, Floats
from .baseline import Baseline, Inputs
from .course import Course, parse_course
from .foresight import eventful
from .history import last_year
from .odds import PRIOR_SHARE
from .plan import Line
from .states import OPEN_STAGES, stage_of
from .vocabulary import DecisionKind, ObjectionState, Stage, State

Value = str | int | float | bool | None
"""What a cell, a ledger entry or a decision holds; dates are ISO text."""

Key = tuple[str | None, str | None, str]
"""(region code, row code, field code). The row is a line, a support item or None; both codes are
None for what belongs to the whole plan."""


DECIDED_NOW = "decided_now"
"""The field of a region that says how often its superior decided since it was locked."""


def as_number(value: Value) -> float | None:
    """A value as the number that a spreadsheet takes it for; None where it takes it for none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class Standing:
    """The last word on every field, beside what the suggestions were computed from."""

    inputs: Inputs
    baseline: Baseline
    allotment: Floats
    """The HQ target split over the lines, (n,), in whole steps."""
    values: Mapping[Key, Value] = field(default_factory=dict)
    shared: float = PRIOR_SHARE
    """How much of the lines' error is common to all."""

    @property
    def language(self) -> str:
        """The language that the plan's workbook is written in."""
        return str(self.value(None, None, "language"))

    def value(self, region: str | None, row: str | None, code: str) -> Value:
        """The last value of a field, None when it was never set."""
        return self.values.get((region, row, code))

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Line code -> place in every array of the plan."""
        return {line.code: row for row, line in enumerate(self.inputs.plan.lines)}

    @cached_property
    def rows(self) -> Mapping[str, tuple[str, ...]]:
        """Region code -> the rows that anything was said of, in the order of their codes."""
        found: dict[str, set[str]] = {}
        for region, row, _ in self.values:
            if region is not None and row is not None:
                found.setdefault(region, set()).add(row)
        return {region: tuple(sorted(rows)) for region, rows in found.items()}

    @cached_property
    def stages(self) -> Mapping[str, Stage]:
        """Region code -> where it is in its negotiation."""
        plan = self.inputs.plan
        return {region.code: self._stage(region.code, plan.lines_of(region.code)) for region in plan.regions}

    def _stage(self, region: str, lines: Sequence[Line]) -> Stage:
        back = (DecisionKind.COUNTER, DecisionKind.RETURN)
        waits = (line for line in lines if self.value(region, line.code, "agreed") is None)
        return stage_of(
            State(str(self.value(region, None, "state") or State.OPEN)),
            objects=any(self.value(region, line.code, "objection") == ObjectionState.OPEN for line in lines),
            decided=bool(self.value(region, None, DECIDED_NOW)),
            returned=any(self.value(region, line.code, "decision") in back for line in waits),
            changed=any(self.value(region, line.code, "course") is not None for line in lines),
        )

    def is_sealed(self, region: str, line: str | None) -> bool:
        """Whether the word of a region's head on a line counts as submitted, or on anything else.

        It does until the region is handed back, and on a line that is agreed for good.
        """
        return self.stages[region] not in OPEN_STAGES or self.value(region, line, "agreed") is not None

    @cached_property
    def last_year(self) -> Floats:
        """The same period last year as it happened, (n,) in the metric's unit; NaN where unknown."""
        return last_year(self.inputs.history.before(self.inputs.plan.period))

    @cached_property
    def eventful(self) -> Flags:
        """Which values of the history up to the plan's period, (n, T), hold a one-off event."""
        plan, answers = self.inputs.plan, self.inputs.answers
        lines = [line.code for line in plan.lines]
        return eventful(self.inputs.history.before(plan.period), lines, answers)

    def suggested(self, line: str) -> float:
        """The suggested target of a line."""
        return float(self.baseline.suggested[self.row_of[line]])

    def in_force(self, line: Line) -> float | None:
        """The target of a line that was confirmed last, which holds until another one is."""
        value = self.value(line.region, line.code, "in_force")
        if value is None and self.value(line.region, None, "state") == State.CONFIRMED:
            value = self.value(line.region, line.code, "agreed")  # confirmed before this was recorded apart
        return as_number(value)

    def course(self, line: Line) -> Course | None:
        """What a line's confirmed target has become since, None while it is what was confirmed."""
        said = self.value(line.region, line.code, "course")
        return parse_course(said) if isinstance(said, str) else None
