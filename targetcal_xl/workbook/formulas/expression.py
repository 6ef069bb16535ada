"""Formulas together with what they give: one description writes a cell's formula and computes its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import repeat
from typing import Any, Final, TypeAlias, Union

import numpy as np

from ...figures import typed
from ...ooxml import Cell, Scalar, new_cell
from .values import Values, alike, finite, numbers, single, texts

ROW: Final = "{row}"
"""Where the row's number goes in a formula that many rows share."""
Written = str | None | tuple[str | None, ...]
"""One text for all rows or one for each; None where the book has lost what it would point to."""
Operand: TypeAlias = Union["Expression", float, str]

_COMPARES, _JOINS, _ADDS, _MULTIPLIES, _RAISES, _SIGNS, _WHOLE = range(7)
"""How tightly signs bind."""


@dataclass(eq=False, slots=True)
class Expression:
    """A formula as it is written, and its value in every row.

    Nobody changes one; frozen it would take three times as long to make, and there are hundreds in a tab.
    """

    written: Written
    values: Values
    binds: int = _WHOLE
    is_plain: bool = False
    """Whether by itself it is no formula: cells hold the values."""

    def __add__(self, other: Operand) -> Expression:
        return _infix(self, "+", other, _ADDS, np.add, True)

    def __radd__(self, other: Operand) -> Expression:
        return expressed(other) + self

    def __sub__(self, other: Operand) -> Expression:
        return _infix(self, "-", other, _ADDS, np.subtract)

    def __rsub__(self, other: Operand) -> Expression:
        return expressed(other) - self

    def __mul__(self, other: Operand) -> Expression:
        return _infix(self, "*", other, _MULTIPLIES, np.multiply, True)

    def __rmul__(self, other: Operand) -> Expression:
        return expressed(other) * self

    def __truediv__(self, other: Operand) -> Expression:
        return _infix(self, "/", other, _MULTIPLIES, np.divide)

    def __rtruediv__(self, other: Operand) -> Expression:
        return expressed(other) / self

    def __pow__(self, other: Operand) -> Expression:
        return _infix(self, "^", other, _RAISES, np.power)

    def __lt__(self, other: Operand) -> Expression:
        return _infix(self, "<", other, _COMPARES, np.less)

    def __le__(self, other: Operand) -> Expression:
        return _infix(self, "<=", other, _COMPARES, np.less_equal)

    def __gt__(self, other: Operand) -> Expression:
        return _infix(self, ">", other, _COMPARES, np.greater)

    def __ge__(self, other: Operand) -> Expression:
        return _infix(self, ">=", other, _COMPARES, np.greater_equal)

    def __neg__(self) -> Expression:
        return Expression(write("-{}", self.beside(_SIGNS)), -numbers(self.values), _SIGNS)

    def __and__(self, other: Operand) -> Expression:
        """Texts, one after the other."""
        right = expressed(other)
        values = texts(self.values) + texts(right.values)
        return Expression(
            write("{}&{}", self.beside(_JOINS), right.beside(_JOINS)), np.asarray(values, object), _JOINS
        )

    def equals(self, other: Operand) -> Expression:
        """Whether both are alike."""
        right = expressed(other)
        written = write("{}={}", self.beside(_COMPARES), right.beside(_COMPARES + 1))
        return Expression(written, alike(self.values, right.values), _COMPARES)

    @property
    def told(self) -> list[Scalar]:
        """What the cells show, row by row."""
        values = self.values if self.values.dtype == object else self.values + 0.0  # no program shows -0
        told = np.atleast_1d(values).tolist()
        return ["" if isinstance(value, float) and math.isnan(value) else value for value in told]

    def cells(self, rows: Sequence[int | None]) -> list[Cell | None]:
        """A cell for each of these rows of a sheet; None where the book has lost it, or what it points to."""
        told = self.told if self.values.ndim else self.told * len(rows)
        if self.is_plain:
            return [None if at is None else Cell(value) for at, value in zip(rows, told, strict=True)]
        return [
            None if at is None or formula is None else new_cell((value, formula, None))
            for at, value, formula in zip(rows, told, self._formulas(rows), strict=True)
        ]

    def _formulas(self, rows: Sequence[int | None]) -> Iterable[str | None]:
        """The formula of each row; where all rows share it, it is taken apart once."""
        if isinstance(self.written, str):
            parts = self.written.split(ROW)
            return [str(at).join(parts) for at in rows]
        written = self.written or (None,) * len(rows)
        return [formula and formula.replace(ROW, str(at)) for formula, at in zip(written, rows, strict=True)]

    def found(self, values: Values | float) -> Expression:
        """The same formula, with what another way to add finds: the method's, alike to the last bit."""
        return Expression(self.written, np.asarray(values), self.binds)

    def in_row(self, place: int, at: int | None) -> Expression:
        """The same of one row: of that place among the values, and of that row of the sheet."""
        written = _of(self.written, place)
        is_lost = at is None or written is None
        return Expression(
            None if is_lost else str(written).replace(ROW, str(at)),
            self.values[place : place + 1].reshape(()),
        )

    def beside(self, binding: int) -> Written:
        """The formula as a part of one that binds as tightly as that."""
        return self.written if self.binds >= binding else write("({})", self.written)


def expressed(value: Operand) -> Expression:
    """A number or a text as a formula has it; what is an expression already stays one."""
    return value if isinstance(value, Expression) else _constant(value)


@lru_cache(4096)
def _constant(value: float | str) -> Expression:
    if isinstance(value, str):
        return Expression('"' + value.replace('"', '""') + '"', single(value))
    return Expression(typed(value), np.asarray(float(value)))


def number(value: float, written: str) -> Expression:
    """A number that is written in its own way."""
    return Expression(written, np.asarray(value))


def constants(values: Values) -> Expression:
    """Numbers, row by row, as they are: in a formula written out, and nothing where there is none."""
    written = tuple('""' if math.isnan(value) else typed(value) for value in values.tolist())
    return Expression(written, values, is_plain=True)


def cell_at(written: str | None, value: Scalar) -> Expression:
    """One cell of a sheet and what it holds."""
    return Expression(written, single(value))


NOTHING: Final = Expression('""', np.asarray(np.nan))
FALSE: Final = Expression("FALSE", np.asarray(False))


def listed(rows: Sequence[Expression]) -> Expression:
    """A column whose rows are formulas of their own."""
    kind = object if any(one.values.dtype == object for one in rows) else np.float64
    values = np.array([one.values.reshape(())[()] for one in rows], kind)
    return Expression(tuple(_of(one.written, 0) for one in rows), values)


def grouped(inner: Expression) -> Expression:
    """The same in brackets."""
    return Expression(write("({})", inner.written), inner.values)


def added(terms: Iterable[Expression]) -> Expression:
    """All terms together; 0 when there are none."""
    return _chain("+", [*terms] or [expressed(0)], _ADDS, finite(lambda *each: reduce(np.add, each)))


def joined(said: Iterable[Expression]) -> Expression:
    """All texts, one after the other."""
    return _chain("&", [*said] or [expressed("")], _JOINS, _one_after_the_other)


def _one_after_the_other(*values: Values) -> Values:
    return np.asarray(reduce(np.add, map(texts, values)), object)


def _chain(between: str, terms: Sequence[Expression], binding: int, op: Callable[..., Values]) -> Expression:
    """All terms with a sign between them, of a kind that needs no brackets; a single one as it is."""
    if len(terms) == 1:
        return terms[0]
    form = between.join(["{}"] * len(terms))
    written = write(form, *(term.beside(binding) for term in terms))
    return Expression(written, op(*(term.values for term in terms)), binding)


CellRule = Callable[..., Expression]
"""What a formula makes of one cell, which comes first, and of what else is given."""


def by_content(cells: Expression, rule: CellRule, *given: Hashable) -> Expression:
    """A rule that looks at one cell, computed once for each content: many cells are alike, on all tabs.

    It asks nothing but the cell's content and what is given.
    """
    written, binds, kind = _as_written(rule, given, cells.written)
    held = [_of_content(rule, given, value) for value in cells.values.ravel().tolist()]
    return Expression(written, np.array(held, kind).reshape(cells.values.shape), binds)


@lru_cache(1024)
def _as_written(
    rule: CellRule, given: tuple[Hashable, ...], cell: Written
) -> tuple[Written, int, np.dtype[Any]]:
    found = rule(Expression(cell, single(None)), *given)
    return found.written, found.binds, found.values.dtype


@lru_cache(8192, typed=True)
def _of_content(rule: CellRule, given: tuple[Hashable, ...], content: Scalar) -> Any:
    return rule(Expression("", single(content)), *given).values[()]


def picked(where: Sequence[bool], yes: Expression, no: Expression) -> Expression:
    """One formula in some rows, and another in the others."""
    written = tuple(_of(one.written, k) for k, one in enumerate(yes if is_so else no for is_so in where))
    return Expression(written, np.where(np.array(where, bool), yes.values, no.values))


def _infix(
    one: Expression, between: str, other: Operand, binding: int, op: Callable[..., Any], same: bool = False
) -> Expression:
    """Two sides with a sign between; brackets on the right where they would change something."""
    right = expressed(other)
    sides = one.beside(binding), right.beside(binding + (not same))
    return Expression(write(f"{{}}{between}{{}}", *sides), finite(op)(one.values, right.values), binding)


def call(name: str, arguments: Sequence[Expression], values: Values) -> Expression:
    """A function of a spreadsheet, and what it gives."""
    form = f"{name}({','.join(['{}'] * len(arguments))})"
    return Expression(write(form, *[one.written for one in arguments]), np.asarray(values))


def write(form: str, *parts: Written) -> Written:
    """One text where all parts are the same in all rows, else one for each row."""
    if None in parts:
        return None
    if tuple not in map(type, parts):
        return form.format(*parts)
    columns = zip(*(part if isinstance(part, tuple) else repeat(part) for part in parts), strict=False)
    return tuple(None if None in row else form.format(*row) for row in columns)


def _of(written: Written, row: int) -> str | None:
    return written[row] if isinstance(written, tuple) else written
