"""The switch of the baseline sheet: worksheet functions that compute anew, or the values recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..desk import Desk, take_stock
from ..ledger import Event

State = Literal["frozen", "live"]


@dataclass(frozen=True)
class FunctionsReport:
    """What the baseline sheet shows now, and whether that is new."""

    state: State
    changed: bool


def switch_functions(desk: Desk, state: State) -> FunctionsReport:
    """Have the baseline sheet computed by functions (`live`), or show what was recorded (`frozen`)."""
    stock = take_stock(desk)
    before = stock.standing.value(None, None, "functions") or "frozen"
    if before != state:
        stock.settle([Event("functions", None, None, "functions", before, state)])
    return FunctionsReport(state, before != state)
