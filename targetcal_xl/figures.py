"""Numbers as people read them: the one place that says how, for messages, letters and sheets."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from .language import record, text
from .units import multiple_of

if TYPE_CHECKING:
    from .calibration import Metric

UNKNOWN: Final = "–"
"""What stands for a number that nobody knows."""
MINUS: Final = "−"

_POWERS = {3: "thousand", 4: "ten_thousand", 6: "million", 8: "hundred_million", 9: "billion"}
_ROOM = 9
"""What columns and pictures are made for: 1,234,567. A longer number is told shorter, in a larger unit."""
_MOST_DECIMALS = 2
"""A larger unit in which a target would need more decimals than this says no more than the smaller one."""
_DIGITS = 4
"""How many digits a rounded number keeps."""
_BEYOND = 1e18
"""Nobody reads so many noughts; somebody has typed it that way."""
_MOST_PLAIN = 6
"""Decimals of a number of which no step is known."""


@dataclass(frozen=True)
class Figures:
    """A metric's numbers in a language, all in one unit: ten to the power of `power` of the metric's own.

    Decimals are those of the metric's step. A number that is rounded to nothing has no sign.
    """

    metric: Metric
    language: str
    power: int = 0

    @property
    def unit(self) -> str:
        """What the numbers count: 元, 万元, million yuan."""
        return counted_in(self.metric.unit, self.language, self.power)

    def number(self, value: float | None) -> str:
        """A target, or what is compared with one."""
        return self._told(value, 0)

    def total(self, value: float | None) -> str:
        """What lines come to together: of a mean with one decimal more than its lines."""
        return self._told(value, 0 if self.metric.adds_up else 1)

    def signed(self, value: float | None) -> str:
        """A difference, with its sign."""
        return self._told(value, 0, True)

    def told(self, value: float | None) -> str:
        """A number with its unit."""
        return f"{self.number(value)} {self.unit}".strip()

    def interval(self, low: float, high: float) -> str:
        """From a number to a number."""
        return f"{self.number(low)} {UNKNOWN} {self.number(high)}"

    def _told(self, value: float | None, more: int, signed: bool = False) -> str:
        if value is None or math.isnan(value):
            return UNKNOWN
        decimals = max(self.metric.places + more + self.power, 0)
        return spell(value, self.language, decimals, power=self.power, signed=signed)


def figures(metric: Metric, language: str, values: Iterable[float] = ()) -> Figures:
    """How these values are told together: in a larger unit where one of them would have no room.

    No target loses a digit by it.
    """
    largest = _largest(values)
    found = [Figures(metric, language)]
    if multiple_of(metric.unit) == 1:  # nobody counts in ten thousands of 万元
        powers = (power for power in record(language).scales if metric.places + power <= _MOST_DECIMALS)
        found += [Figures(metric, language, power) for power in powers if largest >= 10**power]
    lengths = [len(one.number(largest)) for one in found]
    rooms = (_ROOM, *[_ROOM - 1] * (len(found) - 1))
    fits = [length <= room for length, room in zip(lengths, rooms, strict=True)]
    return found[fits.index(True) if any(fits) else lengths.index(min(lengths))]


def _largest(values: Iterable[float]) -> float:
    return max((abs(value) for value in values if math.isfinite(value)), default=0.0)


def counted_in(unit: str, language: str, power: int) -> str:
    """A unit's multiple by name."""
    return text(f"calibration.unit.{_POWERS[power]}", language, unit=unit).strip() if power else unit


def rounded(values: Iterable[float], told: Figures, differences: Container[int] = ()) -> list[str]:
    """Numbers for a picture beside a table that has them in full, all in one unit.

    They are those of the table where these are short, else a few digits with the sign of a larger unit. At
    the places of `differences` a number says whether it is more or less.
    """
    given, language = list(values), told.language
    largest = _largest(given)
    if len(told.number(largest)) < _ROOM:
        return [told.signed(one) if k in differences else told.number(one) for k, one in enumerate(given)]
    power = max(power for power in (0, *record(language).scales) if largest >= 10**power)
    before = len(f"{largest / 10**power:.0f}")
    decimals = max(min(_DIGITS - before, told.metric.places + power), 0)
    sign = text(f"calibration.sign.{_POWERS[power]}", language) if power else ""
    return [
        spell(value, language, decimals, power=power, signed=k in differences) + sign
        if math.isfinite(value)
        else UNKNOWN
        for k, value in enumerate(given)
    ]


def percent(share: float | None, language: str, decimals: int = 0, *, signed: bool = False) -> str:
    """A share of 1 in percent."""
    if share is None or math.isnan(share):
        return UNKNOWN
    if math.isinf(share):
        return ("+" if signed and share > 0 else MINUS if share < 0 else "") + "∞"
    return spell(share, language, decimals, power=-2, signed=signed) + "%"


def plain(value: float | None, language: str, decimals: int = _MOST_PLAIN) -> str:
    """A number of which nothing is known but its size: no digits that arithmetic left, never as 1e+09."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if abs(value) >= _BEYOND:
        return f"{value:g}"
    return spell(float(f"{value:.12g}"), language, decimals, trimmed=True)


_EXACT = 1e15
"""Whole numbers below it have no digit to round."""
_ANY_FLOAT = Context(prec=400)
"""Digits enough for every float and its decimals."""


def typed(value: float) -> str:
    """A number as somebody would type it into a cell or a file: all digits, nothing between them."""
    if not math.isfinite(value):
        return str(value)
    import numpy as np

    return np.format_float_positional(float(f"{value:.15g}"), trim="-")


def spell(
    value: float, language: str, decimals: int, *, power: int = 0, signed: bool = False, trimmed: bool = False
) -> str:
    """A number in ten to the `power`, rounded half up in the 15 digits that programs keep of it.

    Without the sign of what is rounded to nothing; `trimmed`, without noughts at its end.
    """
    if power == 0 <= decimals and abs(value) < _EXACT and value % 1 == 0:
        whole, said = Decimal(value), f"{abs(value):,.{decimals}f}"
    else:
        exact = Decimal(f"{value:.15g}").scaleb(-power)
        whole = exact.quantize(_last_place(decimals), ROUND_HALF_UP, _ANY_FLOAT)
        said = f"{abs(whole):,f}"
    if trimmed and decimals:
        said = said.rstrip("0").rstrip(".")
    if others := _separators(language):
        said = said.translate(others)
    return (MINUS if whole < 0 else "+" * signed) + said if whole else said


@cache
def _last_place(decimals: int) -> Decimal:
    """One of the last decimal place that is told."""
    return Decimal(1).scaleb(-decimals)


@cache
def _separators(language: str) -> dict[int, str]:
    """Python's separators to those of a language, where these are others.

    Babel's own formatting takes ten times as long, and a sheet has tens of thousands of numbers.
    """
    own = record(language)
    others = {",": own.thousands, ".": own.point}
    return {ord(sign): other for sign, other in others.items() if sign != other}
