"""What a plan's workbook could need at most, asked for before memory or time is spent on more."""

from __future__ import annotations

from dataclasses import dataclass

from ..problems import Problem, Refused

MOST_PARTS, MOST_UNPACKED = 30_000, 1 << 30
"""Of a package, by what it says of itself; a region's tab has six parts, and more once a program saves it."""

MOST_IN_PART = 256 << 20
"""Bytes of one part, counted while it is unpacked."""

MOST_CELLS, MOST_STRINGS, MOST_ELEMENTS = 4_000_000, 1_000_000, 500_000
"""Cells of a workbook, blank ones included; its shared strings; elements and texts of any other part.

200 regions x 50 lines are 1.9 million cells when new, and 0.3 million more in the audit sheet each round.
"""

MOST_TEXT = 96 << 20
"""Characters of all strings, and of all formulas and texts in cells."""

MOST_IN_TEXT, MOST_IN_TAG, MOST_DEPTH = 1 << 20, 1 << 20, 256
"""Characters between two tags, bytes of one tag, elements within one another."""


@dataclass
class Counted:
    """What has been taken in of one workbook so far; raise Refused as soon as it is too much."""

    cells: int = 0
    text: int = 0

    def add(self, part: str, cells: int, text: int) -> None:
        """Count what a stretch of a part holds; raise Refused where all together is too much."""
        self.cells += cells
        self.text += text
        if self.cells > MOST_CELLS:
            raise too_much("cells", part, MOST_CELLS)
        if self.text > MOST_TEXT:
            raise too_much("text", part, MOST_TEXT)


def too_much(what: str, part: str, most: int) -> Refused:
    """The refusal of a part that holds more than a plan could need; `what` ends the sentence's code."""
    return Refused([Problem(f"file_much_{what}", part, {"most": most})])
