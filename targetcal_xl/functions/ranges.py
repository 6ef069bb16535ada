"""What stands in the cells that a formula points to: numbers, texts and tables with headings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ..calibration import Floats
from ..language import LANGUAGES, find
from ..problems import Problem

RangeValue = str | float | bool | None
RangeValues = tuple[tuple[RangeValue, ...], ...]
ArgumentKind = Literal["Number", "Text", "Numbers", "Texts", "RangeTable", "Cells"]
"""One number or text; a block of numbers; texts in a row or column; a table with headings; anything."""

Number = float
Text = str
Numbers = Floats
Texts = tuple[str, ...]
Cells = RangeValues

_EPOCH = dt.datetime(1899, 12, 30)
_PLAIN = {float, int, type(None)}
_CODES = "#"
"""How the row of codes over a table of our own begins."""


@dataclass(frozen=True)
class ErrorValue:
    """A cell of a result that holds an error such as `#N/A`, and the reason."""

    error: str
    problem: Problem


class Unanswerable(Exception):
    """A function has no answer at all; `errors` are all the reasons, the first the one that shows."""

    def __init__(self, errors: Iterable[ErrorValue]) -> None:
        super().__init__()
        self.errors = tuple(errors)


def refuse(code: str, where: str = "", error: str = "#VALUE!", **fields: object) -> Unanswerable:
    """The refusal of a whole answer for one reason."""
    return Unanswerable([ErrorValue(error, Problem(code, where, fields))])


def place(argument: str, row: int, column: int) -> str:
    """Where in an argument's range, from 1, as spreadsheets count: `history R2C5`."""
    return f"{argument} R{row}C{column}"


def grid_of(cells: object) -> RangeValues:
    """What a program hands over for an argument as rows of cells; nothing for what was left out."""
    if cells is None:
        return ()
    if not isinstance(cells, list | tuple):
        return ((_scalar(cells),),)
    rows = [row if isinstance(row, list | tuple) else (row,) for row in cells]
    return tuple(
        tuple(row) if {*map(type, row)} <= {float, str, type(None)} else tuple(map(_scalar, row))
        for row in rows
    )


def _scalar(cell: object) -> RangeValue:
    """A cell's value: numbers are floats, dates their serial numbers."""
    if isinstance(cell, dt.datetime):
        return (cell.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    return cell if isinstance(cell, bool) or cell is None else str(cell)


def is_blank(cell: RangeValue) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_left_out(grid: RangeValues, kind: ArgumentKind, optional: bool) -> bool:
    """Whether an argument is not given; for one number or text an empty cell is not, either.

    An optional 0 is not given: LibreOffice hands over 0 where a formula leaves out an argument before
    others, and there is none for which 0 says more.
    """
    if not grid:
        return True
    single = len(grid) == len(grid[0]) == 1
    zero = optional and kind != "Cells" and grid[0][0] == 0 and not isinstance(grid[0][0], bool)
    return single and (zero or (kind in ("Number", "Text") and is_blank(grid[0][0])))


def said(cell: RangeValue) -> str:
    """A cell as the text of a code or name."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else str(cell).strip()


def read_numbers(argument: str, grid: RangeValues) -> Floats:
    """A block of numbers, (rows, columns), NaN where a cell is blank.

    Raise Unanswerable with every cell that is something else.
    """
    if {type(cell) for row in grid for cell in row} <= _PLAIN:
        return np.array(grid, dtype=np.float64)
    errors: list[ErrorValue] = []
    found = np.full((len(grid), len(grid[0])), np.nan)
    for i, row in enumerate(grid):
        for j, cell in enumerate(row):
            if isinstance(cell, float):
                found[i, j] = cell
            elif not is_blank(cell):
                errors.append(not_a_number(place(argument, i + 1, j + 1), cell))
    if errors:
        raise Unanswerable(errors)
    return found


def not_a_number(where: str, cell: RangeValue) -> ErrorValue:
    """What stands in for a number that is none."""
    return ErrorValue("#VALUE!", Problem("udf_not_a_number", where, {"found": said(cell)}))


def read_number(argument: str, grid: RangeValues) -> float:
    """The number of the only cell; raise Unanswerable for several cells, and for one without a number."""
    cell = _only(argument, grid)
    if not isinstance(cell, float):
        raise Unanswerable([not_a_number(argument, cell)])
    return cell


def read_text(argument: str, grid: RangeValues) -> str:
    """The text of the only cell."""
    return said(_only(argument, grid))


def _only(argument: str, grid: RangeValues) -> RangeValue:
    if len(grid) * len(grid[0]) != 1:
        raise refuse("udf_one_cell", argument)
    return grid[0][0]


def read_texts(_argument: str, grid: RangeValues) -> tuple[str, ...]:
    """The texts of a row or column, empty where a cell is blank."""
    return tuple(said(cell) for row in grid for cell in row)


@dataclass(frozen=True)
class RangeTable:
    """A range with headings in its first row and, unless a column says so, what a row is about in its first.

    Headings are captions of either language, or codes. A table of one of our own sheets may be
    given from its hidden row and column of codes on: then the row below, of captions, is passed over.
    """

    argument: str
    grid: RangeValues

    @property
    def is_coded(self) -> bool:
        """Whether the range begins at the codes of a table of ours."""
        return said(self.grid[0][0]).startswith(_CODES)

    @cached_property
    def body(self) -> tuple[tuple[int, tuple[RangeValue, ...]], ...]:
        """(row of the range from 1, its cells) for every row that is about something."""
        top = 2 if self.is_coded else 1
        rows = enumerate(self.grid[top:], top + 1)
        if self.is_coded:
            return tuple((number, row) for number, row in rows if not is_blank(row[0]))
        return tuple((number, row) for number, row in rows if not all(map(is_blank, row)))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The headings as they stand there, but for their case."""
        return tuple(said(cell).casefold() for cell in self.grid[0])

    def column(self, code: str) -> int | None:
        """Where the column of this code is, from 0."""
        return next((self.headings.index(name) for name in _names(code) if name in self.headings), None)

    def needed(self, *codes: str) -> list[int]:
        """Where these columns are; raise Unanswerable for those that are missing."""
        found = {code: self.column(code) for code in codes}
        if missing := [code for code, at in found.items() if at is None]:
            problems = (Problem("udf_no_column", self.argument, {"column": code}) for code in missing)
            raise Unanswerable(ErrorValue("#VALUE!", problem) for problem in problems)
        return [at for at in found.values() if at is not None]

    def numbers(self, columns: Sequence[int]) -> Floats:
        """These columns of every row as numbers, (rows, columns), NaN where a cell is blank.

        Raise Unanswerable with every cell that is something else.
        """
        if not self.body:
            return np.zeros((0, len(columns)))
        block = tuple(tuple(row[at] for at in columns) for _, row in self.body)
        if columns and {type(cell) for row in block for cell in row} <= _PLAIN:
            return np.array(block, dtype=np.float64)
        errors = [
            not_a_number(self.where(k, at), row[at])
            for k, (_, row) in enumerate(self.body)
            for at in columns
            if not isinstance(row[at], float) and not is_blank(row[at])
        ]
        if errors:
            raise Unanswerable(errors)
        numbers = [[cell if isinstance(cell, float) else np.nan for cell in row] for row in block]
        return np.array(numbers, dtype=np.float64).reshape(len(block), len(columns))

    def texts(self, column: int) -> list[str]:
        """A column of every row as texts."""
        return [said(row[column]) for _, row in self.body]

    def where(self, row: int, column: int) -> str:
        """Where a cell stands, from its row's place in `body` and its column from 0."""
        return place(self.argument, self.body[row][0], column + 1)


def read_table(argument: str, grid: RangeValues) -> RangeTable:
    """A table, which has a row of headings at least."""
    return RangeTable(argument, grid)


def _names(code: str) -> tuple[str, ...]:
    """How a heading may name the column of a code."""
    captions = (find(f"workbook.column.{code}", language) for language in LANGUAGES)
    return (code, *(caption.casefold() for caption in captions if caption))


READERS: Mapping[str, Callable[[str, RangeValues], object]] = {
    "Number": read_number,
    "Text": read_text,
    "Numbers": read_numbers,
    "Texts": read_texts,
    "RangeTable": read_table,
    "Cells": lambda _argument, grid: grid,
}
"""What makes of an argument's cells what a function takes."""
