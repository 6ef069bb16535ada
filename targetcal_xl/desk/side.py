"""What has been said and decided about a region, read from the standing."""

from __future__ import annotations

from dataclasses import dataclass

from ..calibration import Key, Line, Region, Standing, Value, as_number, is_support
from ..calibration.vocabulary import State
from ..workbook import Owner

FINAL = ("decided", "confirmed")
"""States in which every line is agreed."""


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
    def state(self) -> str:
        """open, locked, decided or confirmed."""
        return str(self.own("state") or "open")

    @property
    def round(self) -> int:
        """The round of declarations it is in, from 1."""
        return int(float(self.own("round") or 1))

    @property
    def submitter(self) -> str:
        """Who submitted the last locked declaration."""
        return str(self.own("submitter") or "")

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

    def is_agreed_cell(self, key: Key) -> bool:
        """Whether a cell is about a line that both sides have agreed on."""
        return key[1] is not None and not is_support(key[2]) and self.is_agreed(key[1])

    def is_free(self, key: Key, owner: Owner) -> bool:
        """Whether a person's cell on the region's tab may be typed in now.

        The head's while the region is open, but for lines that are agreed; the superior's while it is
        locked, and what is granted until it is confirmed.
        """
        if owner is Owner.SUPERIOR:
            return self.state == State.LOCKED or (self.state == State.DECIDED and is_support(key[2]))
        return self.state == State.OPEN and not self.is_agreed_cell(key)
