"""Tables as people keep them: CSV as Chinese and other offices write it, or the first sheet of an .xlsx."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from python_calamine import CalamineError, CalamineWorkbook

from ..calibration import Floats
from ..problems import DataProblems, Problem

_ENCODINGS = ("utf-8-sig", "gb18030")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?%?")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?%?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SUGGESTIONS = 20
"""Only so many unknown codes are looked up: each search goes through all the known ones."""


@dataclass
class Table:
    """A table of text that collects what is wrong with it, by row and column as people count them.

    `cells` has one column per column asked for ("" where empty), indexed by the row number in the file;
    `others` are the titles of the columns that nobody asked for.
    """

    file: str
    cells: pd.DataFrame
    others: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def report(self, code: str, row: int, column: str, **fields: object) -> None:
        """Note a fault in one cell."""
        self.problems.append(Problem(code, f"{self.file}, row {row}, column {column}", fields))

    def report_where(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note a fault in each cell of a column where `bad` (n,) is true, quoting the cell."""
        for row, said in self._quoted(bad, column):
            self.report(code, row, column, value=said, **fields)

    def numbers(
        self, column: str, low: float = -math.inf, high: float = math.inf, unknown: Sequence[str] = ("",)
    ) -> Floats:
        """The column as numbers (n,), NaN where it says `unknown`; report all else outside [low, high]."""
        said = self.cells[column]
        found = pd.to_numeric(said, errors="coerce").to_numpy(dtype=float, copy=True)
        odd = said[~np.isfinite(found)]
        found[~np.isfinite(found)] = odd.map({each: number(each) for each in odd.unique()})
        empty = (said == "").to_numpy(dtype=bool)
        wrong = np.isnan(found) & ~said.isin(list(unknown)).to_numpy(dtype=bool)
        self.report_where("csv_empty", wrong & empty, column)
        self.report_where("csv_not_a_number", wrong & ~empty, column)
        code = "csv_negative" if (low, high) == (0, math.inf) else "csv_out_of_range"
        limits = {"low": f"{low:g}", "high": f"{high:g}"}
        self.report_where(code, (found < low) | (found > high), column, **limits)
        return found

    def codes(self, column: str, known: Mapping[str, str]) -> NDArray[np.intp]:
        """The column as positions among the `known` codes (code -> name), (n,); report the others (-1)."""
        said = self.cells[column]
        places = pd.Index(list(known), dtype=str).get_indexer(pd.Index(said))
        unknown = said[places < 0].unique()
        hints = {each: nearest(each, known) for each in unknown[:_SUGGESTIONS]}
        for row, each in self._quoted(places < 0, column):
            hint = hints.get(each)
            code = "csv_empty" if not each else "csv_unknown_code_hint" if hint else "csv_unknown_code"
            self.report(code, row, column, value=each, hint=hint)
        return np.asarray(places, dtype=np.intp)

    def dates(self, column: str) -> NDArray[np.datetime64]:
        """The column as days (n,), NaT and reported where it says no date such as 2025-01-31."""
        said = self.cells[column]
        days = {each: np.datetime64(_date(each) or "NaT", "D") for each in said.unique()}
        found = np.array([days[each] for each in said], dtype="datetime64[D]")
        self.report_where("csv_not_a_date", np.isnat(found), column)
        return found

    def unique(self, columns: Sequence[str]) -> None:
        """Report each row that says in these columns what an earlier row has said."""
        keys = self.cells[list(columns)]
        again = keys.duplicated().to_numpy(dtype=bool)
        if not again.any():
            return
        said = list(zip(self.cells.index.tolist(), keys.itertuples(index=False, name=None), strict=True))
        first = {key: row for row, key in reversed(said)}
        for row, key in (each for each, repeated in zip(said, again, strict=True) if repeated):
            self.report("csv_duplicate", row, columns[-1], value=", ".join(key), first=first[key])

    def done(self) -> None:
        """Raise DataProblems when anything was reported."""
        if self.problems:
            raise DataProblems(self.problems)

    def _quoted(self, chosen: NDArray[np.bool_], column: str) -> Iterator[tuple[int, str]]:
        """Row numbers and texts of the chosen cells of a column."""
        said = self.cells.loc[chosen, column]
        return zip(said.index.tolist(), said.tolist(), strict=True)


def read_table(source: Traversable, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read the named columns of a .csv or .xlsx file, in any order; optional ones may be missing.

    Raise DataProblems when the file or a required column is missing or the file cannot be read.
    """
    if not source.is_file():
        raise DataProblems([Problem("csv_missing_file", source.name)])
    titles, *rows = _rows(source) or [[]]
    names = [normal(title).casefold() for title in titles]
    problems = [
        *_header_problems(source.name, names, required, optional),
        *_too_long(source.name, rows, len(names)),
    ]
    if problems:
        raise DataProblems(problems)
    cells = pd.DataFrame(
        {name: _column(rows, names, name) for name in (*required, *optional)},
        index=pd.RangeIndex(2, len(rows) + 2),
        dtype=str,
    )
    filled = np.array(["".join(row).strip() != "" for row in rows], dtype=bool)
    others = (title.strip() for title, name in zip(titles, names, strict=True) if name and name not in cells)
    return Table(source.name, cells[filled], tuple(others))


def _column(rows: Sequence[Sequence[str]], names: Sequence[str], name: str) -> list[str]:
    """One cell of each row without the space around it, "" where there is none."""
    if name not in names:
        return [""] * len(rows)
    place = names.index(name)
    return [row[place].strip() if place < len(row) else "" for row in rows]


def normal(said: str) -> str:
    """Text with full-width letters, digits and signs made plain, and no space around it."""
    return unicodedata.normalize("NFKC", said).replace("−", "-").strip()


def number(said: str) -> float:
    """The value of `1,200`, `１２％` or `-3.5`; NaN for anything that is not a finite number."""
    plain = normal(said)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(plain):
        return math.nan
    value = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    return value if math.isfinite(value) else math.nan


def nearest(said: str, known: Mapping[str, str]) -> str | None:
    """The known code (code -> name) that was probably meant, None when nothing is like it."""
    plain = normal(said).casefold()
    codes = {word.casefold(): code for code, name in known.items() for word in (name, code)}
    close = difflib.get_close_matches(plain, codes, n=1)
    return codes[close[0]] if close else None


def decode(source: Traversable) -> str:
    """The text of a file in UTF-8 or GB18030; raise DataProblems for other encodings."""
    content = source.read_bytes()
    for encoding in _ENCODINGS:
        try:
            said = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in said:
            return said
    raise DataProblems([Problem("csv_encoding", source.name)])


def _rows(source: Traversable) -> list[list[str]]:
    if source.name.lower().endswith(".xlsx"):
        return _sheet_rows(source)
    try:
        return list(csv.reader(io.StringIO(decode(source), newline=""), strict=True))
    except csv.Error as error:
        raise DataProblems([Problem("csv_broken", source.name, {"said": error})]) from error


def _sheet_rows(source: Traversable) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source.read_bytes()))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise DataProblems([Problem("csv_not_a_workbook", source.name)]) from error
    return [[_typed(value) for value in row] for row in rows]


def _typed(value: object) -> str:
    """What a cell of a sheet would say in a CSV file."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _header_problems(
    file: str, names: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> Iterator[Problem]:
    where = f"{file}, row 1"
    for name in required:
        if name not in names:
            fields = {"column": name, "columns": ", ".join((*required, *optional))}
            yield Problem("csv_missing_column", where, fields)
    for name in (*required, *optional):
        if names.count(name) > 1:
            yield Problem("csv_column_twice", where, {"column": name})


def _too_long(file: str, rows: Sequence[Sequence[str]], width: int) -> Iterator[Problem]:
    for place, row in enumerate(rows, start=2):
        if len(row) > width and any(row[width:]):
            fields = {"cells": len(row), "columns": width}
            yield Problem("csv_row_too_long", f"{file}, row {place}", fields)


def _date(said: str) -> dt.date | None:
    parts = _DATE.fullmatch(normal(said))
    try:
        return dt.date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None
