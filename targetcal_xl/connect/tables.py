"""Tables as people keep them: CSV as Chinese and other offices write it, or the first sheet of an .xlsx."""

from __future__ import annotations

import codecs
import csv
import difflib
import logging
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from itertools import chain, islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from ..calibration import Floats, composed
from ..calibration.values import LARGEST, SMALLEST
from ..figures import typed
from ..language import LANGUAGES, text
from ..log import step
from ..problems import DataProblems, Found, Place, Problem
from .amounts import amounts_told, currencies_in, money_of
from .plain import DistinctWords, TableRows, distinct, plain_table
from .sheet import MOST_CELLS, Grid, NotASheet, TooBig, read_sheet
from .spelt import date_told, multiple_of, normal, number_told

_LOG = logging.getLogger(__name__)

MOST_BYTES = 100_000_000
"""A text file that is bigger is not read."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_ZIPPED, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How workbooks begin: those that can be read, and old or encrypted ones."""
_SEPARATORS = ",;\t|，；"
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_TITLES_WITHIN = 20
"""Above the titles there may be a few rows of other words."""
_TITLES_TOLD = 12
"""As many titles of a strange table are named."""
_SUGGESTIONS = 20
"""Only so many unknown codes are looked up: each search goes through all the known ones."""


@dataclass
class TableFile:
    """A table of text that collects what is wrong with it, by row and column as people count them.

    `rows` are the numbers of the rows in the file, (n,); `columns` what each column asked for says there
    ("" where empty); `others` are the titles of the columns that nobody asked for.
    """

    file: str
    rows: NDArray[np.intp]
    columns: Mapping[str, DistinctWords]
    others: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the columns are called there: faults are told in the file's own words."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """In a sheet, the letter of each column."""
    unread: frozenset[tuple[int, str]] = frozenset()
    """Cells of a sheet that have no value, which has been reported."""
    merged: frozenset[tuple[int, str]] = frozenset()
    """Cells of a sheet that say what the first of a merged range says."""
    comma_is_clear: bool = True
    """Whether a comma in a number can only part thousands."""
    problems: Found = field(default_factory=Found)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The columns with all their cells, indexed by row."""
        return pd.DataFrame(
            {name: words.whole for name, words in self.columns.items()}, self.rows, dtype=object
        )

    def saying(self, column: str, cells: Sequence[str]) -> TableFile:
        """The table whose column says something else, (n,); what is wrong is noted for both."""
        return replace(self, columns={**self.columns, column: distinct(cells)})

    def report(self, code: str, row: int, column: str, **fields: object) -> None:
        """Note a fault in one cell, unless it has no value to speak of."""
        self._report(code, row, column, fields)

    def _report(self, code: str, row: int, column: str, fields: Mapping[str, object], more: int = 0) -> None:
        """Note a fault in one cell, and in so many more below it."""
        if (row, column) not in self.unread:
            letter = f" ({self.letters[column]}{row})" if column in self.letters else ""
            said = {"file": self.file, "row": row, "column": f"{self.called(column)}{letter}", "more": more}
            place = Place(f"connect.place.{'cells' if more else 'cell'}", said)
            self.problems.add(Problem(code, place, fields))

    def called(self, column: str) -> str:
        """What a column is called in the file."""
        return self.titles.get(column, column)

    def report_where(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note a fault in each cell of a column where `bad` (n,) is true, quoting the cell."""
        if not bad.any():
            return
        places, said = self.columns[column]
        told = np.flatnonzero(bad)[: self.problems.room(code) + len(self.unread)]
        for row, each in zip(self.rows[told].tolist(), said[places[told]].tolist(), strict=True):
            self.report(code, row, column, value=each, **fields)
        self.problems.add_unseen(code, int(bad.sum()) - len(told))

    def numbers(
        self,
        column: str,
        low: float = -math.inf,
        high: float = math.inf,
        unknown: Sequence[str] = ("",),
        unit: str = "",
    ) -> Floats:
        """The column as numbers (n,), NaN where it says `unknown`; report all else outside [low, high].

        Multiples and amounts that name their currency count in the `unit`: 1.2万, as 1.2万元, is 1.2 in 万元
        and 12,000 in 元.
        """
        places, said = self.columns[column]
        found = pd.to_numeric(said, errors="coerce").astype(np.float64)
        odd = ~np.isfinite(found)
        found[odd] = [number_told(each, unit) for each in said[odd]]
        empty = said == ""
        mixed = self._amounts(column, said, found, unit)
        wrong = np.isnan(found) & ~mixed & ~np.isin(said, list(unknown))
        size = np.abs(found)
        absurd = (size > LARGEST) | ((size > 0) & (size < SMALLEST))
        code = "csv_negative" if (low, high) == (0, math.inf) else "csv_out_of_range"
        limits = {"low": typed(low), "high": typed(high)}
        self.report_words("csv_empty", wrong & empty, column)
        self.report_words("csv_not_a_number", wrong & ~empty, column)
        if not self.comma_is_clear:
            commas = np.array(["," in each or "，" in each for each in said], dtype=bool)
            self.report_words("csv_comma", commas & ~wrong, column)
        self.report_where("csv_merged", self._among(self.merged, column), column)
        self.report_words("csv_absurd", absurd, column)
        outside = ((found < low) | (found > high)) & ~absurd
        self.report_words(code, outside, column, **limits)
        return np.asarray(found[places])

    def report_words(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note a fault in each cell that says one of a column's `bad` (m,) words."""
        if bad.any():
            self.report_where(code, bad[self.columns[column].places], column, **fields)

    def _report_once(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note each of a column's `bad` (m,) words once, by its first row and how many more say it."""
        places, said = self.columns[column]
        words, first, times = np.unique(places, return_index=True, return_counts=True)
        order = np.argsort(first)
        found = [at for at in order.tolist() if bad[words[at]]]
        told = found[: self.problems.room(code)]
        for at in told:
            word = {"value": said[words[at]], **fields}
            self._report(code, int(self.rows[first[at]]), column, word, int(times[at]) - 1)
        self.problems.add_unseen(code, len(found) - len(told))

    def _amounts(self, column: str, said: NDArray[np.object_], found: Floats, unit: str) -> NDArray[np.bool_]:
        """Put in what words (m,) come to whose currency is named, if all are of one; which are not, (m,).

        Reported once is a column of several currencies, of amounts with one and others without, or of
        another than the unit's.
        """
        amounts = amounts_told(said[np.isnan(found)])
        if not amounts:  # the names of all currencies take longer to load than most tables to read
            return np.zeros_like(said, dtype=bool)
        plain = np.isfinite(found) & (found != 0)
        marked, there = np.array([each in amounts for each in said], dtype=bool), currencies_in(amounts)
        money = money_of(unit)
        strange = bool(money and not money & there[0].codes)
        if len(there) + bool(plain.any()) == 1 and not strange:
            size = multiple_of(unit)
            found[marked] = [amounts[each].value / size for each in said[marked]]
            return np.zeros_like(marked)
        examples = [self._example("amount", column, one.example, currency=one.name) for one in there]
        if plain.any():
            examples.append(self._example("plain", column, said[plain][0]))
        where = Place("connect.place.column", {"file": self.file, "column": self.called(column)})
        if len(examples) == 1:
            self.problems.add(Problem("csv_other_currency", where, {"found": examples, "unit": unit}))
        else:
            self.problems.add(Problem("csv_currencies", where, {"found": examples}))
        return marked

    def _example(self, kind: str, column: str, said: str, **fields: object) -> Place:
        """The first cell of a column that says this, with its row."""
        places, words = self.columns[column]
        row = int(self.rows[(words == said)[places].argmax()])
        return Place(f"connect.example.{kind}", {"row": row, "value": said, **fields})

    def codes(self, column: str, known: Mapping[str, str]) -> NDArray[np.intp]:
        """The column as positions among the `known` codes (code -> name), (n,); report the others (-1).

        A name that only one of them has stands for its code, and the column says the code from then on.
        """
        self._say_codes(column, known)
        places, said = self.columns[column]
        found = pd.Index(list(known), dtype=object).get_indexer(pd.Index(said, dtype=object))
        strange, empty = found < 0, said == ""
        hints = {each: nearest(each, known) for each in said[strange][:_SUGGESTIONS]}
        hinted = np.array([bool(hints.get(each)) for each in said], dtype=bool)
        for each, hint in hints.items():
            if hint:
                self._report_once("csv_unknown_code_hint", said == each, column, hint=hint)
        self.report_words("csv_empty", strange & empty, column)
        self._report_once("csv_unknown_code", strange & ~empty & ~hinted, column)
        return np.asarray(found[places], dtype=np.intp)

    def _say_codes(self, column: str, known: Mapping[str, str]) -> None:
        """Let names of a column be codes, so that a line's name and its code are told to be the same."""
        places, said = self.columns[column]
        if known.keys() >= {*said.tolist()}:
            return
        plain = {code: like(name) for code, name in known.items()}
        times = Counter(plain.values())
        names = {name: code for code, name in plain.items() if times[name] == 1}
        meant = [each if each in known else names.get(like(each), each) for each in said.tolist()]
        if meant != said.tolist():
            self.columns = {**self.columns, column: distinct(np.array(meant, dtype=object)[places])}
            self.__dict__.pop("cells", None)

    def dates(self, column: str) -> NDArray[np.datetime64]:
        """The column as days (n,), NaT and reported where it says no date such as 2025-01-31."""
        places, said = self.columns[column]
        days = np.array([date_told(each) for each in said], dtype="datetime64[D]")
        self.report_words("csv_not_a_date", np.isnat(days), column)
        return np.asarray(days[places])

    def unique(self, columns: Sequence[str]) -> None:
        """Report each row that says in these columns what an earlier row has said."""
        if not (again := _again([self.columns[name] for name in columns])).any():
            return
        keys = self.cells[list(columns)]
        told = keys[again].iloc[: self.problems.room("csv_duplicate") + len(self.unread)]
        for row, key in zip(told.index.tolist(), told.itertuples(index=False, name=None), strict=True):
            same = [(keys[name] == said).to_numpy() for name, said in zip(columns, key, strict=True)]
            first = keys.index[int(np.argmax(np.logical_and.reduce(same)))]
            self.report("csv_duplicate", row, columns[-1], value=key, first=first)
        self.problems.add_unseen("csv_duplicate", int(again.sum()) - len(told))

    def done(self) -> None:
        """Raise DataProblems when anything was reported."""
        if self.problems:
            raise DataProblems(list(self.problems))

    def _among(self, cells: frozenset[tuple[int, str]], column: str) -> NDArray[np.bool_]:
        """Which rows have one of these cells in a column, (n,)."""
        rows = [row for row, name in cells if name == column]
        return np.isin(self.rows, rows)


def _again(columns: Sequence[DistinctWords]) -> NDArray[np.bool_]:
    """Which rows (n,) say in all columns what an earlier row has said."""
    rows, sizes = [words.places for words in columns], [len(words.said) for words in columns]
    if math.prod(sizes) <= np.iinfo(np.intp).max:
        return pd.Series(np.ravel_multi_index(rows, sizes)).duplicated().to_numpy()
    return pd.DataFrame(dict(enumerate(rows))).duplicated().to_numpy()


@dataclass(frozen=True)
class _Source:
    """The rows of a file, by number, and what is known of it beside."""

    rows: Iterable[tuple[int, list[str]]]
    grid: Grid | None = None
    comma_is_clear: bool = True
    text: str = ""
    """Of a text file, what it says, and the sign between its cells."""
    separator: str = ","


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
    columns = _by_title((*required, *optional), called or {})
    try:
        return _titled(source.name, _read(source, columns), required, columns)
    except csv.Error as error:
        raise DataProblems([Problem("csv_broken", source.name, {"said": error})]) from error


def table_in(file: str, grid: Grid, required: Sequence[str], optional: Sequence[str] = ()) -> TableFile:
    """The same of a sheet that has been read; raise DataProblems likewise."""
    columns = _by_title((*required, *optional), {})
    return _titled(file, _Source(sorted(grid.rows.items()), grid), required, columns)


_Titles = Mapping[str, frozenset[str]]
"""The columns that are read, and what each may be called."""


def _by_title(columns: Sequence[str], called: Mapping[str, str]) -> _Titles:
    own = {column: normal(title).casefold() for column, title in called.items()}
    taken = frozenset(own.values())
    return {one: frozenset([own[one]]) if one in own else _headings(one) - taken for one in columns}


def _titled(file: str, read: _Source, required: Sequence[str], columns: _Titles) -> TableFile:
    rows = iter(read.rows)
    first = list(islice(rows, _TITLES_WITHIN))
    head = _head(first, required, columns)
    if problems := list(_header_problems(file, head, required, columns)):
        raise DataProblems(problems)
    below = chain((each for each in first if each[0] > head.row), rows)
    return _table(file, read, head, below, columns)


def like(name: str) -> str:
    """A name as it is compared with others."""
    return composed(normal(name)).casefold()


def nearest(said: str, known: Mapping[str, str]) -> str | None:
    """What was probably meant of `known` (code -> name): a name with its code, or a code; else None."""
    plain = normal(said).casefold()
    named = {name.casefold(): f"{name} ({code})" for code, name in known.items() if name != code}
    told = named | {code.casefold(): code for code in known}
    close = difflib.get_close_matches(plain, told, n=1)
    return told[close[0]] if close else None


def decode(source: Traversable) -> str:
    """The text of a file in UTF-8, GB18030 or marked UTF-16; raise DataProblems for what is none."""
    return _decoded(_content(source), source.name)


def _content(source: Traversable) -> bytes:
    with source.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DataProblems([too_big(source.name)])
    return content


def too_big(file: str) -> Problem:
    """That a file is larger than we read."""
    return Problem("csv_too_big", file, {"megabytes": MOST_BYTES // 1_000_000, "cells": MOST_CELLS})


def _decoded(content: bytes, file: str) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            said = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in said:
            return said
    raise DataProblems([Problem("csv_encoding", file)])


def _read(source: Traversable, columns: _Titles) -> _Source:
    """The rows of a file, which is what its first bytes say, not its name."""
    content = _content(source)
    if content.startswith(_ZIPPED):
        return _sheet(content, source.name)
    if content.startswith(_COMPOUND) or source.name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise DataProblems([Problem("csv_not_a_workbook", source.name)])
    said = _decoded(content, source.name)
    named = _SEP_LINE.match(said)
    if named:
        said = said[named.end() :]
    separator = named[1] if named else _separator(said, columns)
    rows = csv.reader(_lines(said), delimiter=separator, strict=True)
    return _Source(enumerate(rows, start=1), None, separator in (",", "，", "\t"), said, separator)


def _sheet(content: bytes, file: str) -> _Source:
    try:
        grid = read_sheet(content)
    except NotASheet as error:
        raise DataProblems([Problem("csv_not_a_workbook", file)]) from error
    except TooBig as error:
        raise DataProblems([too_big(file)]) from error
    return _Source(sorted(grid.rows.items()), grid)


def _separator(said: str, columns: _Titles) -> str:
    """The sign between the cells: the one that makes most titles out of one of the first lines."""
    lines = [line.rstrip() for line in islice(_lines(said), _TITLES_WITHIN)]

    def titles(separator: str) -> int:
        return max((_known(line.split(separator), columns) for line in lines), default=0)

    return max(_SEPARATORS, key=titles)


def _lines(said: str) -> Iterator[str]:
    """The lines of a text with their ends, one by one: it is not held twice."""
    return (found[0] for found in _LINE.finditer(said))


def _known(titles: Iterable[str], columns: _Titles) -> int:
    """How many of the columns are among the titles."""
    return len({_column_of(title.strip('"'), columns) for title in titles} - {""})


def _column_of(title: str, columns: _Titles) -> str:
    """The column that a title means, in either language; empty for another one."""
    said = normal(title).casefold()
    return next((column for column, titles in columns.items() if said in titles), "")


@cache
def _headings(column: str) -> frozenset[str]:
    """What a column is called, in every language."""
    names = (text(f"connect.heading.{column}", language).split(" | ") for language in LANGUAGES)
    return frozenset([column, *(normal(name).casefold() for each in names for name in each)])


@dataclass(frozen=True)
class _Head:
    """The row of titles: its number, what it says, and the column that each title means."""

    row: int
    titles: Sequence[str]
    columns: Sequence[str]


def _head(rows: Sequence[tuple[int, list[str]]], required: Sequence[str], columns: _Titles) -> _Head:
    """The first row that names every required column, else the one that names most."""
    heads = [_Head(row, said, [_column_of(title, columns) for title in said]) for row, said in rows]
    best = max(heads, key=lambda head: len(set(required) & set(head.columns)), default=_Head(1, [], []))
    return best if set(required) & set(best.columns) else next(iter(heads), best)


def _header_problems(file: str, head: _Head, required: Sequence[str], columns: _Titles) -> Iterator[Problem]:
    where = Place("connect.place.row", {"file": file, "row": head.row})
    titles = [title.strip() for title in head.titles if title.strip()]
    missing = [name for name in required if name not in head.columns]
    if not titles:
        yield Problem("csv_nothing", file, {"columns": [*columns]})
    elif missing:
        fields = {"missing": missing, "columns": [*columns], "found": titles[:_TITLES_TOLD]}
        yield Problem("csv_missing_column", where, fields)
    for name in columns:
        if head.columns.count(name) > 1:
            yield Problem("csv_column_twice", where, {"column": name})


def _table(
    file: str, read: _Source, head: _Head, rows: Iterable[tuple[int, list[str]]], columns: _Titles
) -> TableFile:
    """The rows below the titles; raise DataProblems where one has more cells than there are titles."""
    places = {name: head.columns.index(name) for name in columns if name in head.columns}
    width = len(head.titles)
    wanted = tuple(places.values())
    plain = plain_table(read.text, read.separator, head.row, (width, wanted)) if read.text else None
    found = _one_by_one(file, rows, wanted, width) if plain is None else plain
    nothing = DistinctWords(
        np.zeros(len(found.rows), np.intp), np.array([""][: len(found.rows)], dtype=object)
    )
    told = {name: found.columns[places[name]] if name in places else nothing for name in columns}
    others = (t.strip() for t, name in zip(head.titles, head.columns, strict=True) if t.strip() and not name)
    titles = {name: head.titles[place].strip() for name, place in places.items()}
    table = TableFile(file, found.rows, told, tuple(others), titles, comma_is_clear=read.comma_is_clear)
    return _of_sheet(table, read.grid, head.row, places) if read.grid else table


def _one_by_one(
    file: str, rows: Iterable[tuple[int, list[str]]], places: Iterable[int], width: int
) -> TableRows:
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
