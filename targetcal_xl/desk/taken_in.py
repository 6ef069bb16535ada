"""What finance typed, beside what was taken in of it: a change counts once it is recalibrated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..calibration import same_value
from ..figures import typed
from ..ooxml import cell_name
from ..problems import Problem
from ..workbook import Owner, Typed
from .recalibrated import recorded
from .stock import Stock


def finance_cells(stock: Stock) -> list[Typed]:
    """Finance's cells, of all sheets."""
    return [cell for cell in stock.reading.typed.values() if cell.owner is Owner.FINANCE]


def not_taken_in(stock: Stock) -> Iterator[Problem]:
    """Cells of finance's that hold something else than was recorded of them."""
    cells = finance_cells(stock)
    known = recorded(stock.standing, [cell.key for cell in cells])
    for cell in cells:
        if not same_value(cell.value, known.get(cell.key)):
            fields = {"found": said(cell.value), "recorded": said(known.get(cell.key))}
            yield Problem("not_taken_in", where(stock, cell), fields)


def where(stock: Stock, cell: Typed) -> str:
    """A cell's place in a person's words: `华东大区!H7`."""
    return f"{stock.reading.places.tabs[cell.sheet]}!{cell_name(cell.spot)}"


def formula_faults(stock: Stock, cells: Iterable[Typed]) -> Iterator[Problem]:
    """Cells whose content is computed: what is sealed must not be something else tomorrow."""
    for cell in cells:
        if cell.has_formula and cell.key[2] != "declared":
            yield Problem("text_formula", where(stock, cell))


def said(value: object) -> str:
    """A value in a sentence, cut when it is long."""
    shown = "" if value is None else typed(value) if isinstance(value, float) else str(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
