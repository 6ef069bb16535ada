"""The functions of spreadsheets that our formulas use: each writes itself and computes at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from ...figures import MINUS, spell
from ...language import FALLBACK
from .expression import Expression, Operand, by_content, call, expressed, joined
from .values import contents, finite, floats, known, numbers, rounded, single, texts

FormulaFunction = Callable[..., Expression]

_lengths, _found = floats(len), floats(lambda part, said: said.find(part) + 1 or math.nan, 2)
_are_texts = np.frompyfunc(lambda said: isinstance(said, str), 1, 1)

_UNPRINTED = dict.fromkeys(range(32))
_PIECE = 120


def if_(condition: Expression, yes: Operand, no: Operand) -> Expression:
    """One or the other."""
    pair = expressed(yes), expressed(no)
    is_text = any(one.values.dtype == object for one in pair)
    sides = [contents(one.values) if is_text else numbers(one.values) for one in pair]
    return call("IF", [condition, *pair], np.where(condition.values, *sides))


def and_(*conditions: Expression) -> Expression:
    """Whether all hold."""
    return call("AND", conditions, reduce(np.logical_and, [one.values for one in conditions]))


def or_(*conditions: Expression) -> Expression:
    """Whether any holds."""
    return call("OR", conditions, reduce(np.logical_or, [one.values for one in conditions]))


def is_number(value: Expression) -> Expression:
    """Whether a cell holds a number."""
    return call("ISNUMBER", [value], known(value.values))


def count(*cells: Expression) -> Expression:
    """How many of a row's cells hold numbers."""
    return call("COUNT", cells, np.sum([known(one.values) for one in cells], axis=0, dtype=np.float64))


def _of_numbers(name: str, op: Callable[..., Any]) -> FormulaFunction:
    def function(*arguments: Operand) -> Expression:
        given = [expressed(one) for one in arguments]
        return call(name, given, finite(op)(*(one.values for one in given)))

    return function


def _of_texts(name: str, op: Callable[..., str], count: int = 1) -> FormulaFunction:
    each = np.frompyfunc(op, count, 1)

    def function(*arguments: Operand) -> Expression:
        given = [expressed(one) for one in arguments]
        found = each(*(texts(one.values) for one in given))
        return call(name, given, np.asarray(found, object))

    return function


max_: Final = _of_numbers("MAX", lambda *given: reduce(np.maximum, given))
min_: Final = _of_numbers("MIN", lambda *given: reduce(np.minimum, given))
abs_: Final = _of_numbers("ABS", np.abs)
sign: Final = _of_numbers("SIGN", np.sign)
int_: Final = _of_numbers("INT", np.floor)
exp: Final = _of_numbers("EXP", np.exp)
ln: Final = _of_numbers("LN", np.log)
tanh: Final = _of_numbers("TANH", np.tanh)
sqrt: Final = _of_numbers("SQRT", np.sqrt)
round_: Final = _of_numbers("ROUND", lambda x, digits: rounded(x, int(digits)))
normal_share: Final = _of_numbers("NORMSDIST", floats(lambda x: 0.5 * math.erfc(-x / math.sqrt(2))))
normal_quantile: Final = _of_numbers("NORMSINV", floats(NormalDist().inv_cdf))

lower: Final = _of_texts("LOWER", str.lower)
trim: Final = _of_texts("TRIM", lambda said: " ".join(filter(None, said.split(" "))))
clean: Final = _of_texts("CLEAN", lambda said: said.translate(_UNPRINTED))
substitute: Final = _of_texts("SUBSTITUTE", lambda said, old, new: said.replace(old, new), 3)
left: Final = _of_texts("LEFT", lambda said, most: said[: int(most)], 2)


def ln_ratio(part: Expression, whole: Expression) -> Expression:
    """The logarithm of a ratio, as the difference of logarithms that the method takes."""
    found = finite(lambda a, b: np.log(a) - np.log(b))(part.values, whole.values)
    return call("LN", [part / whole], found)


def number_or_0(value: Expression) -> Expression:
    """A cell's number, 0 for text."""
    return call("N", [value], np.nan_to_num(numbers(value.values)))


def text_or_none(value: Expression) -> Expression:
    """A cell's text, none for a number."""
    is_text = np.asarray(_are_texts(value.values), bool)
    return call("T", [value], np.where(is_text, contents(value.values), ""))


def length(text: Expression) -> Expression:
    """How long a text is."""
    return call("LEN", [text], _lengths(texts(text.values)))


def find(part: Operand, text: Operand) -> Expression:
    """Where a part of a text begins; no number where it is none."""
    pair = expressed(part), expressed(text)
    return call("FIND", pair, _found(*(texts(one.values) for one in pair)))


def fixed(value: Expression, decimals: int) -> Expression:
    """A number in words, with so many decimals."""

    def told(x: float) -> str:
        return "" if math.isnan(x) else spell(x, FALLBACK, decimals).replace(MINUS, "-")

    spelt = np.frompyfunc(told, 1, 1)(numbers(value.values))
    return call("FIXED", [value, expressed(decimals)], np.asarray(spelt, object))


def sum_(column: Expression) -> Expression:
    """The numbers of a column together."""
    return call("SUM", [column], np.asarray(math.fsum(_given(column))))


def average(column: Expression) -> Expression:
    """The mean of the numbers of a column."""
    given = _given(column)
    return call("AVERAGE", [column], np.asarray(math.fsum(given) / len(given) if given else np.nan))


def counted(column: Expression) -> Expression:
    """How many cells of a column hold numbers."""
    return call("COUNT", [column], np.asarray(float(known(column.values).sum())))


def rows(column: Expression) -> Expression:
    """How many cells a column has."""
    return call("ROWS", [column], np.asarray(float(len(column.values))))


def sum_product(*columns: Expression) -> Expression:
    """The products of the columns' cells together; what is no number counts for nothing."""
    parts = [np.where(known(one.values), numbers(one.values), 0.0) for one in columns]
    return call("SUMPRODUCT", columns, np.asarray(math.fsum(np.atleast_1d(reduce(np.multiply, parts)))))


def link(target: str, shown: str) -> Expression:
    """A text that leads to a file; a formula holds no text of more than 255 signs in one piece."""
    pieces = [expressed(target[at : at + _PIECE]) for at in range(0, len(target), _PIECE)]
    return call("HYPERLINK", [joined(pieces), expressed(shown)], single(shown))


def how_many(*conditions: Expression) -> Expression:
    """In how many rows all hold; some programs compute COUNTIF over formulas one calculation late."""
    return sum_product(*(one_or_0(one) for one in conditions))


def one_or_0(condition: Expression) -> Expression:
    """1 where a condition holds, else 0."""
    positive = -condition
    return -positive


def says(cell: Expression, captions: Iterable[str]) -> Expression:
    """Whether a cell has one of these captions."""
    return by_content(cell, _is_one_of, *captions)


def _is_one_of(cell: Expression, *captions: str) -> Expression:
    return or_(*(trim(cell).equals(said) for said in captions))


def _given(column: Expression) -> list[float]:
    values: list[float] = numbers(column.values)[known(column.values)].tolist()
    return values
