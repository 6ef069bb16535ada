"""Ranges of a workbook as a formula hands them to a function."""

from __future__ import annotations

from pathlib import Path

from targetcal_xl.calibration import Inputs
from targetcal_xl.functions.ranges import RangeValues
from targetcal_xl.workbook import open_book, read
from targetcal_xl.workbook.reading import Reading


def book_tables(path: Path, inputs: Inputs) -> dict[str, RangeValues]:
    """The tables that a suggestion is computed from, from their codes on, by argument."""
    reading = read(open_book(path), inputs, "zh-CN")
    places = {"history": "history", "events": "history", "readings": "drivers"}
    places |= {"indicators": "settings", "drivers": "settings"}
    return {table: table_range(reading, sheet, table) for table, sheet in places.items()}


def table_range(reading: Reading, sheet: str, table: str) -> RangeValues:
    """A table with its hidden row and column of codes."""
    place, grid = reading.places.table(sheet, table), reading.grids[sheet]
    rows = range(place.head - 1, max(place.rows.values()) + 1)
    columns = range(1, max(place.columns.values()) + 1)
    return tuple(
        tuple(grid[row, column].value if (row, column) in grid else None for column in columns)
        for row in rows
    )
