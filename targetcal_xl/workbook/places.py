"""Where everything stands in a workbook, by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn, TypeVar

from ..calibration.baseline import Inputs
from ..calibration.standing import Key
from ..ooxml import Spot
from ..problems import Problem
from .shapes import Sheet

SHEET_MARK = "sheet:"
TABLE_MARK = "#"


Code = TypeVar("Code")
PlaceOf = TypeVar("PlaceOf")


class Lost(LookupError):
    """A sheet, table, row, column or field that the book no longer has."""


class Located(dict[Code, PlaceOf]):
    """What a book has, by code; what it has lost raises `Lost`."""

    def __missing__(self, code: Code) -> NoReturn:
        raise Lost(code)


@dataclass(frozen=True)
class TablePlace:
    """A table's rows and columns in its sheet, by code; `head` is the row of its captions."""

    head: int
    rows: Mapping[str, int]
    columns: Mapping[str, int]

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The first row and the last; raise Lost where there is none."""
        if not self.rows:
            raise Lost("rows")
        return min(self.rows.values()), max(self.rows.values())


@dataclass(frozen=True)
class Places:
    """Where the sheets, tables and fields of a plan are, and what was wrong about that.

    `sheets` are those of the layout, by code; `tabs` is sheet code -> tab name, `tables` (sheet code,
    table code) -> place, `fields` (region or None, field code) -> (sheet code, spot).
    What a book has lost is in none of them.
    """

    inputs: Inputs
    language: str
    sheets: Mapping[str, Sheet]
    tabs: Mapping[str, str]
    tables: Mapping[tuple[str, str], TablePlace]
    fields: Mapping[tuple[str | None, str], tuple[str, Spot]]
    problems: tuple[Problem, ...] = ()

    def sheet_name(self, sheet: str) -> str:
        """The tab name of a sheet; raise Lost when the book has lost it."""
        return self.tabs[sheet]

    def table(self, sheet: str, table: str) -> TablePlace:
        """Where a table is; raise Lost when the book has lost it."""
        return self.tables[sheet, table]

    def spot(self, sheet: str, table: str, row: str, column: str) -> Spot:
        """Where a table's cell is; raise Lost when the book has lost it."""
        place = self.tables[sheet, table]
        return place.rows[row], place.columns[column]

    def field(self, code: str, region: str | None = None) -> tuple[str, Spot]:
        """Sheet code and spot of a field; raise Lost when the book has lost it."""
        return self.fields[region, code]

    def find(self, key: Key) -> tuple[str, Spot]:
        """Sheet code and spot of a key's cell; raise Lost for a lost one, KeyError where a key has none."""
        region, row, code = key
        if (region, code) in self.fields and row is None:
            return self.fields[region, code]
        sheet, table, column = self._columns.get((region, code)) or self._columns[None, code]
        return sheet, self.spot(sheet, table, str(row or region), column)

    @cached_property
    def _columns(self) -> Mapping[tuple[str | None, str], tuple[str, str, str]]:
        return {
            (sheet.region, table.prefix + column.code): (sheet.code, table.code, column.code)
            for sheet in self.sheets.values()
            for table in sheet.tables
            for column in table.columns
        }
