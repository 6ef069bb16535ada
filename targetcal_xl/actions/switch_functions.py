"""The switch of the baseline sheet: worksheet functions that compute anew, or the values recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..desk import Desk, take_stock
from ..language import text
from ..ledger import Event
from ..telling import DONE, QUIET, Part, Report, Sentence

FunctionsState = Literal["frozen", "live"]


@dataclass(frozen=True)
class FunctionsReport(Report):
    """What the baseline sheet shows now, and whether that is new."""

    state: FunctionsState
    changed: bool

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text(f"telling.functions.{self.state}", language), DONE if self.changed else QUIET)


def switch_functions(desk: Desk, state: FunctionsState) -> FunctionsReport:
    """Have the baseline sheet computed by functions (`live`), or show what was recorded (`frozen`)."""
    stock = take_stock(desk)
    before = stock.standing.value(None, None, "functions") or "frozen"
    if before != state:
        stock.settle([Event("functions", None, None, "functions", before, state)])
    return FunctionsReport(state, before != state)
