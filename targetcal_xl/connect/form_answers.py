"""What one sheet of a form says: its answers, the cell of each, and those that mean nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from openpyxl.utils import get_column_letter

from ..calibration import Period
from ..calibration.values import LARGEST
from ..problems import Place, Problem, Words
from .amounts import is_strange, number_in
from .form import PLAN, FormItem, FormSheet, ItemKind
from .form_writing import NOBODY
from .sheet import Grid
from .spelt import date_told, normal, number_told

_HEAD_WITHIN = 20
"""Headings stand in one of the first rows."""
_BETWEEN = re.compile(r"[,;，；、\n]+")


@dataclass
class SheetAnswers:
    """What was read of one sheet, with the cell of each answer; places in lists count the sheet's rows."""

    file: str
    tab: str
    unit: str = ""
    """What the plan's amounts are counted in."""
    rows: list[dict[str, object]] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)
    """For each row the cell of each item, by the item's code."""
    captions: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[tuple[int, str]] = field(default_factory=set)
    """Answers that could not be taken, which nobody misses any more."""

    def place(self, row: int | None = None, code: str = "") -> str:
        """Where an answer stands, or should; or where a row begins, or the sheet."""
        fields = {"file": self.file, "sheet": self.tab}
        if row is None or row >= len(self.cells):
            return Place("connect.place.sheet", fields)
        cells = self.cells[row]
        code = code if code in cells else next((one for one in cells if one.startswith(f"{code}.")), "")
        code = code or next(iter(cells))
        return Place("connect.place.form", {**fields, "cell": cells[code], "name": self.captions[code]})

    def report(self, fault: str, row: int, code: str, **fields: object) -> None:
        """Note what is wrong with an answer."""
        self.problems.append(Problem(fault, self.place(row, code), fields))
        self.refused.add((row, code))

    def take(self, item: FormItem, said: str) -> None:
        """The answer to an item, in the row that is being read."""
        row = len(self.rows) - 1
        if said == NOBODY and item.many:
            self.rows[row][item.code] = []
        elif item.many:
            parts = [part for part in map(str.strip, _BETWEEN.split(said)) if part]
            self.rows[row][item.code] = [value for part in parts for value in self._one(row, item, part)]
        else:
            self.rows[row].update((item.code, value) for value in self._one(row, item, said))

    def _one(self, row: int, item: FormItem, said: str) -> Iterator[object]:
        """What an answer means; nothing, and a problem, where it means nothing."""
        value, fault = answer_meant(item, said, self.unit)
        if fault:
            known = {"known": [Words(f"connect.form.choice.{one}") for one in item.choices]}
            self.report(fault, row, item.code, value=said, found=[said], unit=self.unit, **known)
        else:
            yield value


def answer_meant(item: FormItem, said: str, unit: str = "") -> tuple[object, str]:
    """What a text means to an item, and the code of what is wrong with it.

    Of what counts in the metric's unit, multiples and amounts do so, too: 1.2万 is 1.2 in 万元.
    """
    if item.is_amount:
        return (None, "csv_other_currency") if is_strange(said, unit) else _amount(number_in(said, unit))
    taken, fault = _TAKEN[item.kind]
    value = taken(item, said)
    return value, fault if value is None else ""


def _period(_: FormItem, said: str) -> str | None:
    with suppress(ValueError):
        return str(Period.parse(re.sub(r"\s", "", normal(said))))
    return None


def _amount(found: float) -> tuple[float | None, str]:
    """Whole numbers as such: a plan file says 1200, and not 1200.0."""
    if math.isnan(found):
        return None, "csv_not_a_number"
    return int(found) if found.is_integer() and abs(found) < LARGEST else found, ""


def _plain_number(_: FormItem, said: str) -> float | None:
    return _amount(number_told(said))[0]


_TAKEN: Final[Mapping[ItemKind, tuple[Callable[[FormItem, str], object], str]]] = {
    "text": (lambda _, said: said, ""),
    "choice": (FormItem.chosen, "form_choice"),
    "day": (lambda _, said: date_told(said), "csv_not_a_date"),
    "period": (_period, "form_period"),
    **dict.fromkeys(("number", "whole"), (_plain_number, "csv_not_a_number")),
}
"""How an answer is taken, None where it means nothing, and the code of that fault."""


def unit_in(grid: Grid) -> str:
    """What the plan's amounts are counted in, as its first sheet says."""
    (asked,) = _below_each_other(grid, PLAN, SheetAnswers("", ""))
    return next((said for item, _, said in asked if item.path == ("metric", "unit")), "")


def answers_in(file: str, tab: str, grid: Grid, sheet: FormSheet, unit: str) -> SheetAnswers:
    """What a sheet says, and what cannot be read of it."""
    found = SheetAnswers(file, tab, unit)
    cells = _in_columns(grid, sheet, found) if sheet.is_table else _below_each_other(grid, sheet, found)
    for row in cells:
        found.rows.append({})
        found.cells.append({item.code: _name(spot) for item, spot, _ in row})
        for item, spot, said in row:
            fault, shown = grid.faults.get(spot, ("", ""))
            merged = spot in grid.merged and item.kind in ("number", "whole")
            if fault or merged:
                found.report(fault or "csv_merged", len(found.rows) - 1, item.code, value=shown or said)
            elif said:
                found.take(item, said)
    return found


_Asked = list[tuple[FormItem, tuple[int, int], str]]
"""The items of a row, with the cell of each and what stands there."""


def _below_each_other(grid: Grid, sheet: FormSheet, found: SheetAnswers) -> Iterator[_Asked]:
    """The only row of a sheet that has its captions in the first column, and the answers in the second."""
    asked: dict[str, tuple[FormItem, tuple[int, int], str]] = {}
    for row, said in sorted(grid.rows.items()):
        item = sheet.meant(said[0]) if said else None
        if item and item.code not in asked:
            found.captions[item.code] = said[0]
            asked[item.code] = item, (row, 1), said[1].strip() if len(said) > 1 else ""
    yield list(asked.values())


def _in_columns(grid: Grid, sheet: FormSheet, found: SheetAnswers) -> Iterator[_Asked]:
    """The rows below the headings that have anything in them."""
    heads = {
        row: {column: item for column, said in enumerate(cells) if (item := sheet.meant(said))}
        for row, cells in sorted(grid.rows.items())[:_HEAD_WITHIN]
    }
    head = max(heads, key=lambda row: len(heads[row]), default=0)
    columns = heads.get(head, {})
    found.captions |= {item.code: grid.rows[head][column] for column, item in columns.items()}
    for row, cells in sorted(grid.rows.items()):
        said = {column: cells[column].strip() if column < len(cells) else "" for column in columns}
        has_fault = any((row, column) in grid.faults for column in columns)
        if row > head and (any(said.values()) or has_fault):
            yield [(item, (row, column), said[column]) for column, item in columns.items()]


def _name(spot: tuple[int, int]) -> str:
    return f"{get_column_letter(spot[1] + 1)}{spot[0]}"
