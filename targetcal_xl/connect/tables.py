"""Tables as people keep them: CSV as Chinese and other offices write it, or the first sheet of an .xlsx."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from itertools import chain, islice

import numpy as np
from openpyxl.utils import get_column_letter

from ..log import step
from ..problems import DataProblems, Found, Place, Problem
from .decoding import content_within, decoded, too_big
from .delimited import DelimitedText, delimited
from .plain import DistinctWords, TableRows, distinct, plain_table
from .sheet import Grid, NotASheet, TooBig, read_sheet
from .table_file import TableFile
from .titles import TITLES_WITHIN, TitleRow, Titles, columns_called, title_problems, title_row

_LOG = logging.getLogger(__name__)

_ZIPPED, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin: those that can be read, and old or encrypted ones."""


@step(_LOG, "read a table")
def read_table(
    source: Traversable,
    required: Sequence[str],
    optional: Sequence[str] = (),
    called: Mapping[str, str] | None = None,
) -> TableFile:
    """Read the named columns of a .csv or .xlsx file, in any order; optional ones may be missing.

    Titles are the names of the columns or what they are called in either language, or else as `called` by
    column; a few rows of other words may stand above them. Raise DataProblems when the file or a required
    column is missing, or the file cannot be read.
    """
    if not source.is_file():
        raise DataProblems([Problem("csv_missing_file", source.name)])
    columns = columns_called((*required, *optional), called or {})
    try:
        return _titled(source.name, _read(source, columns), required, columns)
    except csv.Error as error:
        raise DataProblems([Problem("csv_broken", source.name, {"said": error})]) from error


def table_in(file: str, grid: Grid, required: Sequence[str], optional: Sequence[str] = ()) -> TableFile:
    """The same of a sheet that has been read; raise DataProblems likewise."""
    columns = columns_called((*required, *optional), {})
    return _titled(file, grid, required, columns)


_Row = tuple[int, list[str]]
"""What a row says, by its number."""


def _titled(file: str, read: DelimitedText | Grid, required: Sequence[str], columns: Titles) -> TableFile:
    rows: Iterator[_Row] = iter(sorted(read.rows.items())) if isinstance(read, Grid) else read.rows
    first = list(islice(rows, TITLES_WITHIN))
    head = title_row(first, required, columns)
    if problems := list(title_problems(file, head, required, columns)):
        raise DataProblems(problems)
    below = chain((each for each in first if each[0] > head.row), rows)
    return _table(file, read, head, below, columns)


def _read(source: Traversable, columns: Titles) -> DelimitedText | Grid:
    """What a file holds, which is what its first bytes say, not its name."""
    content = content_within(source)
    if content.startswith(_ZIPPED):
        return _sheet(content, source.name)
    if content.startswith(_COMPOUND) or source.name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise DataProblems([Problem("csv_not_a_workbook", source.name)])
    return delimited(decoded(content, source.name), columns)


def _sheet(content: bytes, file: str) -> Grid:
    try:
        return read_sheet(content)
    except NotASheet as error:
        raise DataProblems([Problem("csv_not_a_workbook", file)]) from error
    except TooBig as error:
        raise DataProblems([too_big(file)]) from error


def _table(
    file: str, read: DelimitedText | Grid, head: TitleRow, rows: Iterable[_Row], columns: Titles
) -> TableFile:
    """The rows below the titles; raise DataProblems where one has more cells than there are titles."""
    places = {name: head.columns.index(name) for name in columns if name in head.columns}
    width = len(head.titles)
    wanted = tuple(places.values())
    plain = None if isinstance(read, Grid) else plain_table(*read, head.row, (width, wanted))
    found = _one_by_one(file, rows, wanted, width) if plain is None else plain
    nothing = DistinctWords(
        np.zeros(len(found.rows), np.intp), np.array([""][: len(found.rows)], dtype=object)
    )
    told = {name: found.columns[places[name]] if name in places else nothing for name in columns}
    others = (t.strip() for t, name in zip(head.titles, head.columns, strict=True) if t.strip() and not name)
    titles = {name: head.titles[place].strip() for name, place in places.items()}
    table = TableFile(file, found.rows, told, tuple(others), titles)
    if isinstance(read, Grid):
        return _of_sheet(table, read, head.row, places)
    return replace(table, comma_is_clear=read.comma_is_clear)


def _one_by_one(file: str, rows: Iterable[_Row], places: Iterable[int], width: int) -> TableRows:
    """The cells at these places of each row that says anything, stripped, by the rows' numbers."""
    said, found = {place: list[str]() for place in places}, Found()
    numbers, same = list[int](), dict[str, str]()
    for row, cells in rows:
        if len(cells) > width and any(cells[width:]):
            where = Place("connect.place.row", {"file": file, "row": row})
            found.add(Problem("csv_row_too_long", where, {"cells": len(cells), "columns": width}))
        if any(map(str.strip, cells)):
            numbers.append(row)
            for place, column in said.items():
                each = cells[place].strip() if place < len(cells) else ""
                column.append(same.setdefault(each, each))
    if found:
        raise DataProblems(list(found))
    columns = {place: distinct(column) for place, column in said.items()}
    return TableRows(np.array(numbers, dtype=np.intp), columns)


def _of_sheet(table: TableFile, grid: Grid, head: int, places: Mapping[str, int]) -> TableFile:
    """The table with what only a sheet can tell: letters of columns, cells without a value, merged ones."""
    names = {place: name for name, place in places.items()}
    table.letters = {name: get_column_letter(place + 1) for name, place in places.items()}
    rows, unread = {head, *table.rows.tolist()}, set[tuple[int, str]]()
    for (row, place), (code, said) in sorted(grid.faults.items()):
        if place in names and row in rows:
            table.report(code, row, names[place], value=said)
            unread.add((row, names[place]))
    table.unread = frozenset(unread)
    table.merged = frozenset((row, names[at]) for row, at in grid.merged if at in names and row in rows)
    return table
