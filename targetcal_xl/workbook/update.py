"""Bringing an existing workbook to what it should show, without touching what people typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from targetcal_xl import calibration

from ..calibration import Value
from ..ooxml import BLANK, Cell, Spot, new_cell, same_cell
from .captions import shown
from .reading import Reading


def differing(reading: Reading, wanted: Mapping[str, Mapping[Spot, Cell]]) -> dict[str, dict[Spot, Cell]]:
    """The cells among `wanted` (by sheet code and spot) that do not hold what they should."""
    found = {
        sheet: {spot: cell for spot, cell in cells.items() if not _same(grid.get(spot, BLANK), cell)}
        for sheet, cells in wanted.items()
        if (grid := reading.grids.get(sheet)) is not None
    }
    return {sheet: cells for sheet, cells in found.items() if cells}


def rows_below(
    reading: Reading, sheet: str, table: str, rows: Iterable[Mapping[str, Value]]
) -> dict[Spot, Cell]:
    """Cells for new rows under a growing table; the first value of each is also its row's code."""
    place = reading.places.table(sheet, table)
    kinds = {column.code: column.kind for column in reading.places.sheets[sheet].table(table).columns}
    across, language, cells = place.columns, reading.places.language, dict[Spot, Cell]()
    for at, row in enumerate(rows, max(place.rows.values(), default=place.head) + 1):
        cells[at, 1] = Cell(str(next(iter(row.values()))))
        for code, value in row.items():
            cells[at, across[code]] = new_cell((shown(value, kinds[code], language), None, None))
    return cells


def is_formula(found: Cell, wanted: Cell) -> bool:
    """Whether a cell still computes what it should, however the program that saved it writes formulas."""
    if found.formula is None or found.formula == wanted.formula:
        return found.formula is not None
    # openpyxl takes a third of a second to import, which a book that nobody saved anew need not cost.
    from ..ooxml.spelling import same_formula  # noqa: PLC0415

    return same_formula(found.formula, wanted.formula or "")


def same_shown(found: Cell, wanted: Cell) -> bool:
    """Whether two cells show the same; an empty text shows nothing."""
    a, b = found.value, wanted.value
    return calibration.same_value(None if a == "" else a, None if b == "" else b)


def _same(found: Cell, wanted: Cell) -> bool:
    if same_cell(found, wanted):
        return True
    if wanted.formula is None:
        return found.formula is None and same_shown(found, wanted)
    return is_formula(found, wanted) and same_shown(found, wanted)
