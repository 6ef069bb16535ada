"""The formulas of a sheet as JavaScript, for pages that show and check what the sheet does.

What is printed calls the functions of `pages/templates/sheet.js`, which compute as spreadsheets do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ...ooxml import Scalar, Spot, block

Elsewhere = Callable[[str, Spot], Scalar]
"""What a cell of another sheet holds, by the name of its tab."""

KNOWN: Final = frozenset(
    {
        *("ABS", "AND", "AVERAGE", "CLEAN", "COUNT", "EXP", "FIND", "FIXED", "HYPERLINK", "IF", "INT"),
        *("ISNUMBER", "LEFT", "LEN", "LN", "LOWER", "MAX", "MIN", "N", "NORMSDIST", "OR", "ROUND", "ROWS"),
        *("SIGN", "SQRT", "SUBSTITUTE", "SUM", "SUMPRODUCT", "T", "TRIM"),
    }
)
"""The functions that pages can compute."""

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<place>(?:'(?:[^']|'')+'!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![\w(])"""
    r"""|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[A-Z]+)\("""
    r"""|(?P<truth>TRUE|FALSE)"""
    r"""|(?P<sign><=|>=|<>|[-+*/^&=<>(),])"""
)
_PLACE = re.compile(r"(?:'((?:[^']|'')+)'!)?(\$?[A-Z]+)(\$?)(\d+)(?::(\$?[A-Z]+)(\$?)(\d+))?")
_LEVELS: Final = (
    {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"},
    {"&": "cat"},
    {"+": "add", "-": "sub"},
    {"*": "mul", "/": "div"},
    {"^": "pow"},
)
"""The signs between two sides, from the loosest."""


class _Token(NamedTuple):
    kind: str
    said: str


def as_javascript(formula: str, row: int, elsewhere: Elsewhere) -> str:
    """An expression in `r`, the row of the cell, that gives what its formula does in this `row`.

    Raise ValueError for what is no formula of ours.
    """
    printer = _Printer(list(_tokens(formula)), row, elsewhere)
    printed = printer.compared()
    if printer.rest:
        raise ValueError(f"after the end: {printer.rest[0].said}")
    return printed


def _tokens(formula: str) -> Iterator[_Token]:
    at = 0
    while at < len(formula):
        found = _TOKEN.match(formula, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"no formula from here on: {formula[at : at + 20]}")
        yield _Token(found.lastgroup, found[found.lastgroup])
        at = found.end()


class _Printer:
    """Reads tokens from the left, and prints calls."""

    def __init__(self, rest: list[_Token], row: int, elsewhere: Elsewhere) -> None:
        self.rest, self._row, self._elsewhere = rest, row, elsewhere

    def compared(self, level: int = 0) -> str:
        """Sides with signs of this level or tighter between."""
        if level == len(_LEVELS):
            return self._signed()
        left = self.compared(level + 1)
        while self.rest and self.rest[0].kind == "sign" and self.rest[0].said in _LEVELS[level]:
            name = _LEVELS[level][self.rest.pop(0).said]
            left = f"{name}({left},{self.compared(level + 1)})"
        return left

    def _signed(self) -> str:
        """A sign binds tighter than any between two sides, as in spreadsheets."""
        if self._takes("-"):
            return f"neg({self._signed()})"
        return self._one()

    def _one(self) -> str:
        kind, said = self.rest.pop(0) if self.rest else _Token("end", "")
        if kind == "name":
            return self._call(said)
        if said == "(":
            inner = self.compared()
            self._wants(")")
            return inner
        if kind == "text":
            return json.dumps(said[1:-1].replace('""', '"'), ensure_ascii=False)
        if kind in ("number", "truth", "place"):
            return self._place(said) if kind == "place" else said.lower()
        raise ValueError(f"no value: {said}")

    def _call(self, name: str) -> str:
        if name not in KNOWN:
            raise ValueError(f"no function that pages know: {name}")
        arguments = [self.compared()]
        while self._takes(","):
            arguments.append(self.compared())
        self._wants(")")
        return f"{name}({','.join(arguments)})"

    def _place(self, said: str) -> str:
        """A cell or a column of the sheet, or what a cell of another one holds."""
        match = _PLACE.fullmatch(said)
        if match is None:
            raise ValueError(f"no place: {said}")
        tab, column, pin, row, last_column, last_pin, last = match.groups()
        if tab is not None:
            spot = (int(row), _column(column))
            return json.dumps(self._elsewhere(tab.replace("''", "'"), spot), ensure_ascii=False)
        first = f"{self._at(pin, row)},{_column(column)}"
        if last is None:
            return f"at({first})"
        return f"over({first},{self._at(last_pin, last)},{_column(last_column)})"

    def _at(self, pin: str, row: str) -> str:
        """A row: where it is not pinned, as far from the cell's own as in this formula."""
        if pin:
            return row
        away = int(row) - self._row
        return f"r{away:+d}" if away else "r"

    def _takes(self, sign: str) -> bool:
        """Whether the next token is this sign; then it is read."""
        if self.rest and self.rest[0] == ("sign", sign):
            self.rest.pop(0)
            return True
        return False

    def _wants(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"no {sign} where one is wanted")


def _column(letters: str) -> int:
    return block(letters.strip("$") + "1")[0][1]
