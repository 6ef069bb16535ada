"""What cells hold, by the rules of spreadsheets: an empty one is 0 or no text, texts are alike in any case.

Values are arrays over a table's rows, or single ones: floats, NaN where a cell shows nothing; truths; or
objects as cells hold them, None for an empty one. What is no number stays none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...ooxml import Scalar

Values = NDArray[Any]


def single(value: Scalar) -> Values:
    """One cell."""
    found = np.empty((), object)
    found[()] = value
    return found


def known(values: Values) -> NDArray[np.bool_]:
    """Where there are numbers, in values of any shape."""
    if values.dtype == object:
        return np.asarray(_each_is_number(values), bool)
    return np.zeros(values.shape, bool) if values.dtype == bool else ~np.isnan(values)


def numbers(values: Values) -> Values:
    """Cells as arithmetic takes them: an empty one is 0, a text none."""
    return np.asarray(_each_number(values) if values.dtype == object else values, np.float64)


def texts(values: Values) -> Values:
    """Cells as texts are joined: numbers without noughts at their end."""
    return np.asarray(_each_text(values), object)


def contents(values: Values) -> Values:
    """Cells as they are; what shows nothing is an empty text."""
    found: Values = values.astype(object)
    return np.where(np.isnan(values), "", found) if values.dtype == np.float64 else found


def alike(one: Values, other: Values) -> Values:
    """Where two cells are equal."""
    if object in (one.dtype, other.dtype):
        return np.asarray(_each_same(contents(one), contents(other)), bool)
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def rounded(values: Values, digits: int) -> Values:
    """To so many decimals: half away from 0, in the digits that spreadsheets keep."""
    scaled = values * 10.0**digits
    whole = np.trunc(scaled)
    slack = np.minimum(np.abs(scaled) * 2.0**-51, 0.01)
    up = np.abs(scaled - whole) >= 0.5 - slack
    return np.asarray((whole + np.where(up, np.sign(scaled), 0.0)) / 10.0**digits)


def finite(op: Callable[..., Any]) -> Callable[..., Values]:
    """An operation on numbers that gives NaN for what spreadsheets call an error."""

    def over(*values: Values) -> Values:
        with np.errstate(all="ignore"):
            found = np.asarray(op(*map(numbers, values)))
        return found if found.dtype == bool else np.where(np.isfinite(found), found, np.nan)

    return over


def floats(op: Callable[..., float], count: int = 1) -> Callable[..., Values]:
    """An operation on so many of Python's own values, cell by cell."""
    each = np.frompyfunc(op, count, 1)
    return lambda *values: np.asarray(each(*values), np.float64)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _number(value: Scalar) -> float:
    return math.nan if isinstance(value, str) else float(value or 0.0)


def _text(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None or math.isnan(value) else f"{value:.15g}"


def _same(one: Scalar, other: Scalar) -> bool:
    a, b = _beside(one, other), _beside(other, one)
    return _kind(a) == _kind(b) and a == b


def _beside(value: Scalar, other: Scalar) -> Scalar:
    """A value as it is compared with another: texts in any case, an empty one like the other."""
    if value is None:
        return "" if isinstance(other, str) else 0.0
    return value.lower() if isinstance(value, str) else value


def _kind(value: Scalar) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


_each_is_number, _each_number, _each_text = (np.frompyfunc(op, 1, 1) for op in (_is_number, _number, _text))
_each_same = np.frompyfunc(_same, 2, 1)
