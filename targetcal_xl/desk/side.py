"""What has been said and decided about a region, read from the standing."""

from __future__ import annotations

from dataclasses import dataclass

from ..calibration import Key, Line, Region, Standing, Value, allows, as_number, is_support
from ..calibration.vocabulary import Move, ObjectionState, Stage, State
from ..workbook import Owner


@dataclass(frozen=True)
class Side:
    """One region's side of the standing."""

    standing: Standing
    region: Region

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines, in plan order."""
        return self.standing.inputs.plan.lines_of(self.region.code)

    @property
    def state(self) -> State:
        """What is recorded of where it is."""
        return State(str(self.own("state") or State.OPEN))

    @property
    def stage(self) -> Stage:
        """Where it is."""
        return self.standing.stages[self.region.code]

    def allows(self, move: Move) -> bool:
        """Whether this may happen to it now."""
        return allows(self.stage, move)

    @property
    def is_open(self) -> bool:
        """Whether its head may type: what is submitted can be locked."""
        return self.allows("lock")

    @property
    def is_confirmed(self) -> bool:
        """Whether its targets are confirmed, changed since or not."""
        return self.allows("change")

    @property
    def round(self) -> int:
        """The round of declarations it is in, from 1."""
        return int(float(self.own("round") or 1))

    @property
    def submitter(self) -> str:
        """Who submitted the last locked declaration."""
        return str(self.own("submitter") or "")

    @property
    def objecting(self) -> tuple[Line, ...]:
        """Its lines with an objection that is open."""
        return tuple(line for line in self.lines if self.of(line.code, "objection") == ObjectionState.OPEN)

    def own(self, field: str) -> Value:
        """A field of the region itself."""
        return self.standing.value(self.region.code, None, field)

    def of(self, line: str, field: str) -> Value:
        """A field of one of its lines."""
        return self.standing.value(self.region.code, line, field)

    def number(self, line: str, field: str) -> float | None:
        """A numeric field of a line; None where there is none."""
        value = self.of(line, field)
        return as_number(value)

    def is_agreed(self, line: str) -> bool:
        """Whether both sides stand by a value for this line."""
        return self.number(line, "agreed") is not None

    def is_sealed(self, key: Key) -> bool:
        """Whether a cell of the head's counts as submitted."""
        return self.standing.is_sealed(self.region.code, None if is_support(key[2]) else key[1])

    def is_free(self, key: Key, owner: Owner) -> bool:
        """Whether a person's cell on the region's tab may be typed in now.

        The head's while the region is open, but for lines that are agreed; the superior's while it is
        locked, and what is granted until it is confirmed.
        """
        if owner is Owner.SUPERIOR:
            return self.allows("grant" if is_support(key[2]) else "decide")
        return not self.is_sealed(key)
