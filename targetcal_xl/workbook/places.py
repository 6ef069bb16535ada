"""Where everything stands: in a workbook about to be written, and in one that people have worked on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..calibration.baseline import Inputs
from ..calibration.standing import Key
from ..language import LANGUAGES
from ..problems import Problem
from .book import BLANK, Book, Cell, Spot
from .captions import tab_names
from .cells import reference
from .layout import layout, name_of
from .shapes import Sheet, Table

SHEET_MARK = "sheet:"
TABLE_MARK = "#"


@dataclass(frozen=True)
class TablePlace:
    """A table's rows and columns in its sheet, by code; `head` is the row of its captions."""

    head: int
    rows: Mapping[str, int]
    columns: Mapping[str, int]


@dataclass(frozen=True)
class Places:
    """Where the sheets, tables and fields of a plan are, and what was wrong about that.

    `tabs` is sheet code -> tab name, `tables` (sheet code, table code) -> place, `fields`
    (region or None, field code) -> (sheet code, spot). What a book has lost is in none of them.
    """

    inputs: Inputs
    language: str
    tabs: Mapping[str, str]
    tables: Mapping[tuple[str, str], TablePlace]
    fields: Mapping[tuple[str | None, str], tuple[str, Spot]]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def sheets(self) -> Mapping[str, Sheet]:
        """What the layout says about every sheet, by code."""
        return {sheet.code: sheet for sheet in layout(self.inputs)}

    def sheet_name(self, sheet: str) -> str:
        """The tab name of a sheet; raise KeyError when the book has lost it."""
        return self.tabs[sheet]

    def table(self, sheet: str, table: str) -> TablePlace:
        """Where a table is; raise KeyError when the book has lost it."""
        return self.tables[sheet, table]

    def spot(self, sheet: str, table: str, row: str, column: str) -> Spot:
        """Where a table's cell is; raise KeyError when the book has lost it."""
        place = self.tables[sheet, table]
        return place.rows[row], place.columns[column]

    def field(self, code: str, region: str | None = None) -> tuple[str, Spot]:
        """Sheet code and spot of a field; raise KeyError when the book has lost it."""
        return self.fields[region, code]

    def find(self, key: Key) -> tuple[str, Spot]:
        """Sheet code and spot of a key's cell; raise KeyError when it has none or the book lost it."""
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


def default_places(inputs: Inputs, language: str) -> Places:
    """Where everything stands in a new workbook."""
    tabs = tab_names(inputs.plan, language)
    tables: dict[tuple[str, str], TablePlace] = {}
    fields: dict[tuple[str | None, str], tuple[str, Spot]] = {}
    for sheet in layout(inputs):
        for item in sheet.fields:
            fields[sheet.region, item.code] = (sheet.code, item.spot)
        for table in sheet.tables:
            rows = {row: table.top + 2 + k for k, row in enumerate(table.rows)}
            tables[sheet.code, table.code] = TablePlace(table.top + 1, rows, table.spots)
    return Places(inputs, language, tabs, tables, fields)


def find_places(book: Book, inputs: Inputs) -> Places:
    """Where everything stands in a book that people have worked on, by code, with all that is amiss.

    Inserted rows and columns, renamed tabs and sorted tables are all found; `problems` names what
    is lost, doubled or out of its place.
    """
    language = _language(book)
    names = tab_names(inputs.plan, language)
    tabs, problems = _tabs(book, names)
    codes = {tab: code for code, tab in tabs.items()}
    tables: dict[tuple[str, str], TablePlace] = {}
    fields: dict[tuple[str | None, str], tuple[str, Spot]] = {}
    for sheet in layout(inputs):
        for item in sheet.fields:
            tab, spot = book.names.get(name_of(item.code, sheet.region), ("", (0, 0)))
            if tab in codes:
                fields[sheet.region, item.code] = (codes[tab], spot)
            elif sheet.code in tabs:
                problems.append(Problem("field_missing", tabs[sheet.code], {"field": item.code}))
        if sheet.code in tabs:
            found = _Finder(tabs[sheet.code], book.grid(tabs[sheet.code]))
            tables |= {(sheet.code, table.code): place for table, place in found.places(sheet)}
            problems += found.problems
    return Places(inputs, language, tabs, tables, fields, tuple(problems))


def _language(book: Book) -> str:
    """The language a book was written in, as its settings say; Chinese when they say nothing."""
    tab, spot = book.names.get(name_of("language"), ("", (0, 0)))
    said = book.grid(tab).get(spot, BLANK).value if tab in book.sheets else None
    return str(said) if said in LANGUAGES else LANGUAGES[0]


def _tabs(book: Book, names: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Sheet code -> tab name for the sheets that are there, and what is wrong with them."""
    tabs: dict[str, str] = {}
    problems = []
    for tab in book.sheets:
        mark = book.grid(tab).get((1, 1), BLANK).value
        code = mark.removeprefix(SHEET_MARK) if isinstance(mark, str) else ""
        if code not in names:
            continue
        if code in tabs:
            problems.append(Problem("sheet_twice", tab, {"sheet": tabs[code]}))
            continue
        tabs[code] = tab
        if tab != names[code]:
            problems.append(Problem("sheet_renamed", tab, {"sheet": names[code]}))
    lost = (name for code, name in names.items() if code not in tabs)
    return tabs, problems + [Problem("sheet_missing", "", {"sheet": name}) for name in lost]


class _Finder:
    """Finds the tables of one sheet by the marks in column A and the codes beside them."""

    def __init__(self, tab: str, grid: Mapping[Spot, Cell]) -> None:
        self.tab, self.problems = tab, list[Problem]()
        marks = sorted((row, str(cell.value)) for (row, column), cell in grid.items() if column == 1)
        heads = {row: mark[1:] for row, mark in marks if mark.startswith(TABLE_MARK)}
        self.heads: dict[str, int] = {}
        for row, code in heads.items():
            self.heads.setdefault(code, row)
        self._rows = self._by_table(marks, heads)
        self._codes: dict[int, dict[str, int]] = defaultdict(dict)
        for (row, column), cell in grid.items():
            if row in heads and column > 1 and isinstance(cell.value, str):
                self._codes[row].setdefault(cell.value, column)

    @staticmethod
    def _by_table(
        marks: Iterable[tuple[int, str]], heads: Mapping[int, str]
    ) -> dict[int, list[tuple[str, int]]]:
        """Head row -> the (row code, row)s below it, in order; rows without a code are passed over."""
        rows: dict[int, list[tuple[str, int]]] = defaultdict(list)
        head = 0
        for row, mark in marks:
            if row in heads:
                head = row
            elif head:
                rows[head].append((mark, row))
        return rows

    def places(self, sheet: Sheet) -> Iterator[tuple[Table, TablePlace]]:
        """Every table of the sheet that is there, with its place."""
        for table in sheet.tables:
            if (head := self.heads.get(table.code)) is None:
                self._say("table_missing", None, table=table.code)
                continue
            columns = {column.code: self._codes[head].get(column.code, 0) for column in table.columns}
            for code in [code for code, at in columns.items() if not at]:
                self._say("column_missing", (head, 1), column=code)
                del columns[code]
            yield table, TablePlace(head + 1, self._rows_of(table, head), columns)

    def _rows_of(self, table: Table, head: int) -> dict[str, int]:
        """Row code -> row, the first of doubles; says what is unknown, double, moved or missing."""
        order = {code: k for k, code in enumerate(table.rows)}
        rows: dict[str, int] = {}
        furthest = -1
        for code, row in self._rows[head]:
            if code in rows:
                self._say("row_twice", (row, 1), row=code)
                continue
            if code not in order and not table.growing:
                self._say("row_unknown", (row, 1), row=code)
                continue
            rows[code] = row
            if order.get(code, furthest) < furthest:
                self._say("row_moved", (row, 1), row=code)
            furthest = max(furthest, order.get(code, furthest))
        for code in order:
            if code not in rows and not table.growing:
                self._say("row_missing", None, row=code)
        return rows

    def _say(self, code: str, spot: Spot | None, **fields: object) -> None:
        where = self.tab if spot is None else f"{self.tab}!{reference(spot)}"
        self.problems.append(Problem(code, where, fields))
