"""Finding everything in a workbook that people have worked on: by code, wherever it stands now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from ..calibration.baseline import Inputs
from ..ooxml import BLANK, Cell, Spot, cell_name
from ..problems import Problem
from .book import Book
from .captions import tab_names
from .layout import layout
from .places import SHEET_MARK, TABLE_MARK, Located, Places, TablePlace
from .shapes import Sheet, Table, name_of


def find_places(book: Book, inputs: Inputs, language: str, laid_out: Sequence[Sheet] | None = None) -> Places:
    """Where everything stands in a book that people have worked on, by code, with all that is amiss.

    It was laid out with these sheets, or with all of the plan's.

    Inserted rows and columns, renamed tabs and sorted tables are all found; `problems` names what
    is lost, stands twice, or is hidden behind something that looks like it.
    """
    sheets = {sheet.code: sheet for sheet in (layout(inputs) if laid_out is None else laid_out)}
    names = {code: tab for code, tab in tab_names(inputs.plan, language).items() if code in sheets}
    tabs, problems = _tabs(book, names)
    tables: Located[tuple[str, str], TablePlace] = Located()
    fields: Located[tuple[str | None, str], tuple[str, Spot]] = Located()
    for sheet in sheets.values():
        if sheet.code not in tabs:
            continue
        tab = tabs[sheet.code]
        own = dict(_own_fields(book, sheet, tab))
        problems += _field_problems(sheet, tab, own)
        fields |= {(sheet.region, code): (sheet.code, spot) for code, spot in own.items()}
        found = _Finder(tab, book.grid(tab))
        tables |= {(sheet.code, table.code): place for table, place in found.places(sheet)}
        problems += found.problems
    return Places(inputs, language, sheets, tabs, tables, fields, tuple(problems))


def _own_fields(book: Book, sheet: Sheet, tab: str) -> Iterator[tuple[str, Spot]]:
    """The fields of a sheet whose names point to a cell of its own."""
    for item in sheet.fields:
        at, spot = book.names.get(name_of(item.code, sheet.region), ("", (0, 0)))
        if at == tab:
            yield item.code, spot


def _field_problems(sheet: Sheet, tab: str, own: Mapping[str, Spot]) -> Iterator[Problem]:
    """Fields whose name is gone or points elsewhere, and those that share a cell with another."""
    often = Counter(own.values())
    for item in sheet.fields:
        if item.code not in own:
            yield Problem("field_missing", tab, {"field": name_of(item.code, sheet.region)})
        elif often[own[item.code]] > 1:
            where = f"{tab}!{cell_name(own[item.code])}"
            yield Problem("field_twice", where, {"field": name_of(item.code, sheet.region)})


def _tabs(book: Book, names: Mapping[str, str]) -> tuple[Located[str, str], list[Problem]]:
    """Sheet code -> tab name for the sheets that are there, and what is wrong with them."""
    tabs: Located[str, str] = Located()
    problems = []
    codes = {name: code for code, name in names.items()}
    for tab in book.sheets:
        code = _code(book.grid(tab).get((1, 1), BLANK)).removeprefix(SHEET_MARK)
        if code not in names:
            continue
        if code in tabs:
            problems.append(Problem("sheet_twice", tab, {"sheet": tabs[code]}))
            continue
        tabs[code] = tab
        if codes.get(tab, code) != code:
            problems.append(Problem("sheet_misnamed", tab, {"sheet": names[code]}))
    if set(book.sheets) - set(tabs.values()) - book.hidden:
        problems += [Problem("sheet_hidden", tab) for tab in tabs.values() if tab in book.hidden]
    lost = (name for code, name in names.items() if code not in tabs)
    return tabs, problems + [Problem("sheet_missing", "", {"sheet": name}) for name in lost]


class _Finder:
    """Finds the tables of one sheet by the marks in column A and the codes beside them."""

    def __init__(self, tab: str, grid: Mapping[Spot, Cell]) -> None:
        self.tab, self.problems = tab, list[Problem]()
        marks = sorted((row, _code(cell)) for (row, column), cell in grid.items() if column == 1)
        heads = {row: mark[1:] for row, mark in marks if mark.startswith(TABLE_MARK)}
        self.heads: dict[str, int] = {}
        for row, code in heads.items():
            if self.heads.setdefault(code, row) != row:
                self._say("table_twice", (row, 1), table=code)
        self._rows = self._by_table(marks, heads)
        self._codes: dict[int, dict[str, int]] = defaultdict(dict)
        for row, column in sorted(spot for spot in grid if spot[0] in heads and spot[1] > 1):
            code = _code(grid[row, column])
            if self._codes[row].setdefault(code, column) != column:
                self._say("column_twice", (row, column), column=code)

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
            elif head and mark:
                rows[head].append((mark, row))
        return rows

    def places(self, sheet: Sheet) -> Iterator[tuple[Table, TablePlace]]:
        """Every table of the sheet that is there, with its place."""
        for table in sheet.tables:
            if (head := self.heads.get(table.code)) is None:
                self._say("table_missing", None, table=table.code)
                continue
            known = self._codes[head]
            codes = [column.code for column in table.columns if column.code in known]
            columns = Located({code: known[code] for code in codes})
            for column in table.columns:
                if column.code not in columns:
                    self._say("column_missing", (head, 1), column=column.code)
            yield table, TablePlace(head + 1, self._rows_of(table, head), columns)

    def _rows_of(self, table: Table, head: int) -> Located[str, int]:
        """Row code -> row, the first of doubles; says what is unknown, double or missing."""
        known, rows, there = frozenset(table.rows), Located[str, int](), self._rows[head]
        meant = {} if all(said in known for said, _ in there) else _meant(table)
        for said, row in there:
            code = meant.get(said, said)
            if code in rows:
                self._say("row_twice", (row, 1), row=code)
            elif code not in known and not table.growing:
                self._say("row_unknown", (row, 1), row=code)
            else:
                rows[code] = row
        for code in table.rows:
            if code not in rows and not table.growing:
                self._say("row_missing", None, row=code)
        return rows

    def _say(self, code: str, spot: Spot | None, **fields: object) -> None:
        where = self.tab if spot is None else f"{self.tab}!{cell_name(spot)}"
        self.problems.append(Problem(code, where, fields))


def _code(cell: Cell) -> str:
    """What stands in a cell of codes; some programs make numbers of codes that look like some.

    A formula is no code: what it shows may be another tomorrow.
    """
    if cell.formula is not None:
        return ""
    return f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value or "")


def _meant(table: Table) -> Mapping[str, str]:
    """Which row a number stands for that was a code before some program took it for a number."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in table.rows:
        with suppress(ValueError, OverflowError):
            found[f"{float(code):.15g}"].append(code)
    return {said: codes[0] for said, codes in found.items() if len(codes) == 1 and said not in table.rows}
