"""How wide columns have to be for the numbers that stand in them, now and later."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..calibration.baseline import Inputs
from ..calibration.standing import Key, Value, as_number
from ..calibration.vocabulary import JUSTIFICATION
from ..figures import spell
from ..language import FALLBACK, Shortened, record
from ..ooxml import BLANK, Cell, Spot
from .places import Places
from .shapes import Kind, Owner, Table

_DIGIT, _SIGN, _CHINESE, _EDGE = 1.2, 0.7, 2.0, 2.2
"""What a digit, another sign and the edges take of a column, in its widths, in whatever font there is."""
_LATIN = 0x2E7F
"""Signs after it are as wide as two letters."""
_LETTER = 1.2
"""What a bold letter takes."""
_LONGEST_NAME = 24.0
"""A longer name is cut where it stands beside others."""
_BOLD = 1.3
"""How much more a figure takes in a card, where it is larger and bold."""
_MORE = 2.0
"""How many times a column's largest figure, or the sheet's, may come before it is told smaller."""
SCREEN = 153.5
"""The widths that a screen of 1366 pixels has room for, between row numbers and LibreOffice's side bar."""
_NARROWEST = 13.0
"""The least that a reason can be read in."""
_IN_UNIT: tuple[Kind, ...] = ("number", "amount")


@dataclass(frozen=True)
class Form:
    """A number format by its code, and what it makes of a number: in ten to `power`, with a sign behind."""

    code: str
    places: int
    power: int = 0
    sign: str = ""

    @property
    def least(self) -> float:
        """The least that it tells from nothing."""
        return 10.0 ** (self.power - self.places)

    def told(self, value: float) -> str:
        """A number as its cell shows it."""
        return spell(value, FALLBACK, self.places, power=self.power) + self.sign


_LARGE = 1e8


def form_of(inputs: Inputs, kind: Kind, language: str) -> Form:
    """How cells of a kind show a number: in a larger unit where no target loses a digit, else in full."""
    metric, largest = inputs.plan.metric, largest_of(inputs)
    if kind == "percent":
        return Form("0.0%", 1, -2, "%")
    if kind in _IN_UNIT and largest >= _LARGE:
        for form in map(_shortened, record(language).cells):
            if metric.places + form.power <= form.places:
                return form
    places = {"amount": max(metric.finer, 0), "number": metric.decimals, "decimal": 2}.get(kind, 0)
    return Form("#,##0" + "." * bool(places) + "0" * places, places)


def _shortened(form: Shortened) -> Form:
    return Form(form.code, form.places, form.power, form.sign)


def largest_of(inputs: Inputs) -> float:
    """The largest figure to be told: what head office wants, or the lines of a past period together."""
    history = np.abs(np.nan_to_num(inputs.history.values))
    together = history.sum(axis=0) if inputs.plan.metric.adds_up else history.max(axis=0)
    return max(float(together.max(initial=0.0)), inputs.plan.hq_target)


def short_form(inputs: Inputs, language: str) -> Form:
    """The same where there is little room.

    Commas at the end divide by thousands; a point written after that divides by ten or a hundred more.
    """
    largest = largest_of(inputs)
    for form in record(language).pictures:
        if largest >= form.begins:
            return _shortened(form)
    return form_of(inputs, "number", language)


class Widths:
    """The widths that the numbers of one book ask for."""

    def __init__(
        self,
        places: Places,
        cells: Mapping[str, Mapping[Spot, Cell]],
        typed: Mapping[Key, Value],
    ) -> None:
        self._places, self._sheets, self._cells, self._typed = places, places.sheets, cells, typed

    def of(self, code: str) -> dict[int, float]:
        """The width that each column of a sheet needs, by its place."""
        widths: dict[int, float] = {}
        columns = list(self._columns(code))
        known = (abs(value) for _, kind, values, _ in columns if kind in _IN_UNIT for value in values)
        largest = max(known, default=1.0)
        for at, kind, values, factor in columns:
            own = max(map(abs, values), default=largest)
            reach = _MORE * own if kind in _IN_UNIT else 0.0
            form = form_of(self._places.inputs, kind, self._places.language)
            longest = max((form.told(value) for value in (*values, reach)), key=_room)
            widths[at] = max(widths.get(at, 0.0), factor * _room(longest) + _EDGE)
        for at, named in self._names(code):
            widths[at] = max(widths.get(at, 0.0), min(named, _LONGEST_NAME))
        return widths

    def _names(self, code: str) -> Iterator[tuple[int, float]]:
        """Columns with names of ours: where, and what the longest takes."""
        cells = self._cells.get(code, {})
        for table in self._sheets[code].tables:
            for column in table.columns:
                if column.owner is Owner.LABEL and column.span == 1:
                    at = table.spots[column.code]
                    said = (
                        cells.get((row, at), BLANK).value for row in range(table.top + 2, table.bottom + 1)
                    )
                    yield at, max((_units(str(words)) for words in said), default=0) + _EDGE

    def _columns(self, code: str) -> Iterator[tuple[int, Kind, list[float], float]]:
        """Columns and cards with numbers: where, of what kind, the numbers, and how much larger they are."""
        sheet, cells = self._sheets[code], self._cells.get(code, {})
        for field in sheet.fields:
            if field.span == 1 and field.card and is_numeric(field.kind):
                cell = cells.get(field.spot, BLANK)
                yield field.spot[1], field.kind, _numbers([cell.value]), _BOLD
        for table in sheet.tables:
            for column in table.columns if not table.growing or table.rows else ():
                if column.span == 1 and is_numeric(column.kind):
                    at = table.spots[column.code]
                    yield at, column.kind, self._in(table, column.code, cells, at), 1.0

    def _in(self, table: Table, column: str, cells: Mapping[Spot, Cell], at: int) -> list[float]:
        """The numbers of a table's column, ours or people's."""
        ours = (cells.get((row, at), BLANK).value for row in range(table.top + 2, table.bottom + 1))
        people = (self._typed.get(table.key(row, column)) for row in table.rows)
        return _numbers([*ours, *people])


def on_screen(widths: Mapping[int, float], needed: Mapping[int, float], lines: Table) -> dict[int, float]:
    """The reasons give way to numbers, so that all a region works with stands on one screen."""
    reasons = [lines.spots[code] for code in JUSTIFICATION]
    wide = sum(widths[at] for at in range(2, max(reasons) + 1)) - SCREEN
    shares = {at: widths[at] - max(wide, 0.0) / len(reasons) for at in reasons}
    return {**widths, **{at: max(share, _NARROWEST, needed.get(at, 0.0)) for at, share in shares.items()}}


def lines_of(words: str, width: float) -> int:
    """How many lines bold words take in a column; a Chinese sign takes two letters' room."""
    return math.ceil(_LETTER * _units(words) / (width - 1))


def _units(words: str) -> int:
    return sum(1 + (ord(sign) > _LATIN) for sign in words)


def is_numeric(kind: Kind) -> bool:
    """Whether cells of a kind hold numbers."""
    return kind in (*_IN_UNIT, "decimal", "count", "percent")


def _numbers(values: list[Value]) -> list[float]:
    return [number for value in values if (number := as_number(value)) is not None]


def _room(said: str) -> float:
    """What a number takes of a column's width."""
    return sum(_DIGIT if sign.isdigit() else _CHINESE if ord(sign) > _LATIN else _SIGN for sign in said)
