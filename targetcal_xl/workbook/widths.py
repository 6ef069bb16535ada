"""How wide columns have to be for the numbers that stand in them, now and later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from ..calibration.metric import Metric
from ..calibration.standing import Key, Value
from ..figures import percent, spell
from .book import BLANK, Cell, Spot
from .facts import as_number
from .shapes import Kind, Sheet, Table

_DIGIT, _SIGN, _EDGE = 1.2, 0.7, 2.2
"""What a digit, another sign and the edges take of a column, in its widths, in whatever font there is."""
_BOLD = 1.3
"""How much more a figure takes in a card, where it is larger and bold."""
_MORE = 10.0
"""How many times the largest figure of the book may be typed, or be suggested later."""
_SHORT: dict[str, tuple[tuple[float, str, float], ...]] = {
    "en": ((1e10, '#,##0.0,,,"bn"', 1e8), (1e7, '#,##0.0,,"M"', 1e5)),
    "zh-CN": ((1e9, '0\\.00,,"亿"', 1e6), (1e7, '0\\.0,"万"', 1e3)),
}
"""Formats of pictures, by the number they begin with, and the least that they tell from nothing."""
_IN_UNIT: tuple[Kind, ...] = ("number", "amount")


def number_format(metric: Metric, kind: Kind = "number") -> str:
    """How a spreadsheet shows a value of the metric, or a part of one: separators, and decimals."""
    places = decimals_of(metric, kind)
    return "#,##0" + "." * bool(places) + "0" * places


def short_format(metric: Metric, largest: float, language: str) -> tuple[str, float]:
    """The same where numbers as large as this have little room, and the least that it tells from nothing.

    Commas at the end divide by thousands; a point written after that divides by ten or a hundred more.
    """
    for begins, form, least in _SHORT[language]:
        if largest >= begins:
            return form, least
    return number_format(metric), 10.0**-metric.decimals


def decimals_of(metric: Metric, kind: Kind) -> int:
    """With how many decimals numbers of a kind are shown: parts of a value are finer than its step."""
    if kind == "amount":
        return max(metric.finer, 0)
    return {"number": metric.decimals, "decimal": 2, "percent": 1}.get(kind, 0)


class Widths:
    """The widths that the numbers of one book ask for."""

    def __init__(
        self,
        metric: Metric,
        sheets: Mapping[str, Sheet],
        cells: Mapping[str, Mapping[Spot, Cell]],
        typed: Mapping[Key, Value],
    ) -> None:
        self._metric, self._sheets, self._cells, self._typed = metric, sheets, cells, typed

    def of(self, code: str) -> dict[int, float]:
        """The width that each column of a sheet needs, by its place."""
        widths: dict[int, float] = {}
        for at, kind, values, factor in self._columns(code):
            reach = self._reach if kind in _IN_UNIT else 0.0
            longest = max((self._told(value, kind) for value in (*values, reach)), key=_room)
            widths[at] = max(widths.get(at, 0.0), factor * _room(longest) + _EDGE)
        return widths

    @cached_property
    def _reach(self) -> float:
        """The largest figure that there will be room for."""
        known = (
            abs(value)
            for code in self._sheets
            for _, kind, values, _ in self._columns(code)
            if kind in _IN_UNIT
            for value in values
        )
        return _MORE * max(known, default=1.0)

    def _columns(self, code: str) -> Iterator[tuple[int, Kind, list[float], float]]:
        """Columns and cards with numbers: where, of what kind, the numbers, and how much larger they are."""
        sheet, cells = self._sheets[code], self._cells.get(code, {})
        for field in sheet.fields:
            if field.span == 1 and field.card and _is_numeric(field.kind):
                cell = cells.get(field.spot, BLANK)
                yield field.spot[1], field.kind, _numbers([cell.value]), _BOLD
        for table in sheet.tables:
            for column in table.columns:
                if column.span == 1 and _is_numeric(column.kind):
                    at = table.spots[column.code]
                    yield at, column.kind, self._in(table, column.code, cells, at), 1.0

    def _in(self, table: Table, column: str, cells: Mapping[Spot, Cell], at: int) -> list[float]:
        """The numbers of a table's column, ours or people's."""
        ours = (cells.get((row, at), BLANK).value for row in range(table.top + 2, table.bottom + 1))
        people = (self._typed.get(table.key(row, column)) for row in table.rows)
        return _numbers([*ours, *people])

    def _told(self, value: float, kind: Kind) -> str:
        places = decimals_of(self._metric, kind)
        return percent(value, "en", places) if kind == "percent" else spell(value, "en", places)


def _is_numeric(kind: Kind) -> bool:
    return kind in (*_IN_UNIT, "decimal", "count", "percent")


def _numbers(values: list[Value]) -> list[float]:
    return [number for value in values if (number := as_number(value)) is not None]


def _room(said: str) -> float:
    """What a number takes of a column's width."""
    return sum(_DIGIT if sign.isdigit() else _SIGN for sign in said)
