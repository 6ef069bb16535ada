"""One cell between XML and value: text escapes, types, references, what Excel cannot hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from html import escape
from math import isfinite
from typing import NamedTuple

from ..problems import Problem, Refused

Scalar = str | float | bool | None
"""What a cell holds. Numbers are floats; dates are Excel serial numbers; errors are text (`#REF!`)."""

Spot = tuple[int, int]
"""(row, column), both from 1."""


Block = tuple[Spot, Spot]
"""A rectangle of cells, by its first and its last."""


class Cell(NamedTuple):
    """One cell: its value (cached, where there is a formula) and its formula without `=`.

    `array` is the block that one array formula fills; every cell of it carries that formula.
    A tuple, because a large plan has a million of them.
    """

    value: Scalar = None
    formula: str | None = None
    array: Block | None = None


new_cell: Callable[[tuple[Scalar, str | None, Block | None]], Cell] = partial(tuple.__new__, Cell)
"""What `Cell(...)` comes to, without half of the way there."""

BLANK = Cell()
"""A cell that holds nothing."""


MAX_TEXT, MAX_FORMULA, MAX_ROW, MAX_COLUMN = 32_767, 8_192, 1_048_576, 16_384
ERRORS = frozenset(
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"]
)

_ONE_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\](),]+))!\$([A-Za-z]{1,3})\$([1-9][0-9]{0,6})\Z")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z", re.ASCII)
_NUMBER = "0123456789+-.eE"
"""All that a spreadsheet writes a number with; Python's float would take `2_20` and ` nan`, too."""
VALUE_TYPES = frozenset(["n", "s", "b", "e", "str", "d"])
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What XML cannot hold (a carriage return would come back as a newline).
_UNFIT = "\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"
# An underscore that would start an escape, be it by what follows or by the escape we write after it.
_NEEDS_ESCAPE = re.compile(f"[{_UNFIT}]|_(?=x[0-9A-Fa-f]{{4}}[_{_UNFIT}])")
_TO_SPELL = re.compile(f"[{_UNFIT}_&<>]")
"""What stands otherwise in XML; few texts hold any."""
_ISO = re.compile(r"(?=.*[-:])([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]|\Z))?([0-9]{2}:[0-9:.]+Z?)?\Z", re.ASCII)
_EPOCH, _SURE = datetime(1899, 12, 30), datetime(1900, 3, 1)
"""Before the second, programs count days differently: some have a 29 February 1900."""


class _Columns(dict[str, int]):
    """Letters of any case -> number, 0 for what names no column; what does is kept."""

    def __missing__(self, letters: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            return 0
        number = column_number(letters.upper().encode())
        if number > MAX_COLUMN:
            return 0
        self[letters] = number
        return number


COLUMNS = _Columns()


@cache
def column_number(letters: bytes) -> int:
    """A -> 1, XFD -> 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@cache
def column_letters(number: int) -> str:
    """1 -> A, 16384 -> XFD."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(spot: Spot) -> str:
    """(2, 3) -> C2."""
    return f"{column_letters(spot[1])}{spot[0]}"


def block(said: str) -> Block:
    """A1:C3 or A1, in any case -> its first and last spot; raise ValueError for anything else."""
    first, _, last = said.partition(":")
    found = [_REFERENCE.match(corner) for corner in (first, last or first)]
    spots = [(int(corner[2]), COLUMNS[corner[1]]) for corner in found if corner]
    if len(spots) != 2 or not (0 < spots[0][1] <= spots[1][1] and spots[0][0] <= spots[1][0] <= MAX_ROW):
        raise ValueError(f"ref {said}")
    return spots[0], spots[1]


def one_cell(said: str) -> tuple[str, Spot] | None:
    """The sheet and spot that `'My tab'!$C$2` refers to; None for anything but one cell."""
    found = _ONE_CELL.match(said.strip())
    if found is None:
        return None
    sheet = found[1].replace("''", "'") if found[1] else found[2]
    return sheet, (int(found[4]), COLUMNS[found[3]])


def same_cell(one: Cell, other: Cell) -> bool:
    """Equal, and both truth values or neither: to a sheet TRUE is not 1."""
    return one == other and isinstance(one.value, bool) == isinstance(other.value, bool)


def resolved(said: str) -> str:
    """A text of the file with Excel's `_xHHHH_` resolved."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), said) if "_x" in said else said


def xml_of(said: str) -> str:
    """XML content that spreadsheet programs read back as exactly this text."""
    if _TO_SPELL.search(said) is None:
        return said
    if "_x" in said or not said.isprintable():  # looked for sign by sign in few texts
        said = _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", said)
    return escape(said, quote=False)


def number_of(said: str) -> float:
    """The number that a cell holds; raise ValueError for what no spreadsheet writes."""
    if said.strip(_NUMBER) or not isfinite(number := float(said)):
        raise ValueError(said)
    return number


def is_index(said: str) -> bool:
    """Whether a text is a place in a list, from 0."""
    return said.isascii() and said.isdigit() and len(said) < 10


def value_of(kind: str, said: str) -> Scalar:
    """What `<v>` of a cell holds that is no number and no shared string; raise ValueError or LookupError."""
    if kind == "b":
        return _TRUTH[said]
    if kind == "d":
        return _serial(said)
    if kind in ("str", "e") and (said or kind == "str"):
        return resolved(said)
    raise ValueError(said)


def _serial(said: str) -> float:
    """Days since the epoch of an ISO date, with or without a time; of a time alone the fraction of a day."""
    moment = datetime.fromisoformat(said if "-" in said else f"{_EPOCH:%Y-%m-%d}T{said}")
    if not _ISO.match(said) or moment.utcoffset() or ("-" in said and moment.replace(tzinfo=None) < _SURE):
        raise ValueError(said)
    return (moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)


def cell_xml(prefix: str, ref: str, style: str, cell: Cell) -> str:
    """A `<c>` element that holds the cell; a formula stands with its cached value."""
    p = prefix
    head = f'<{p}c r="{ref}"' + (f' s="{style}"' if style != "0" else "")
    if cell.formula is None and isinstance(cell.value, str):
        text = f'<{p}is><{p}t xml:space="preserve">{xml_of(cell.value)}</{p}t></{p}is>'
        return f'{head} t="inlineStr">{text}</{p}c>'
    formula = "" if cell.formula is None else _formula_xml(p, ref, cell.formula, cell.array)
    kind, value = _typed(cell.value)
    inner = formula + ("" if value is None else f"<{p}v>{value}</{p}v>")
    return f"{head}{kind}>{inner}</{p}c>" if inner else f"{head}/>"


def _formula_xml(p: str, ref: str, formula: str, array: Block | None) -> str:
    """The `<f>` element; that of an array stands in its first cell, for all of them."""
    if array is None:
        return f"<{p}f>{xml_of(formula)}</{p}f>"
    first, last = map(cell_name, array)
    if ref != first:
        return ""
    ends = first if first == last else f"{first}:{last}"
    return f'<{p}f t="array" ref="{ends}">{xml_of(formula)}</{p}f>'


def check_cell(sheet: str, spot: Spot, cell: Cell) -> list[Problem]:
    """Why Excel could not hold this cell at this spot; few texts are so long that they have to be counted."""
    row, column = spot
    if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
        return [Problem("file_cell_outside", sheet, {"row": row, "column": column})]
    found: list[tuple[str, dict[str, object]]] = []
    value, formula, _ = cell
    if isinstance(value, str):
        if 2 * len(value) > MAX_TEXT and (length := _length(value)) > MAX_TEXT:
            found.append(("file_text_too_long", {"length": length, "most": MAX_TEXT}))
    elif isinstance(value, float) and not isfinite(value):
        found.append(("file_not_a_number", {"value": value}))
    if formula and 2 * len(formula) > MAX_FORMULA and (length := _length(formula)) > MAX_FORMULA:
        found.append(("file_formula_too_long", {"length": length, "most": MAX_FORMULA}))
    return [Problem(code, f"{sheet}!{cell_name(spot)}", fields) for code, fields in found] if found else []


def damaged(part: str, detail: object) -> Refused:
    """The refusal of a part whose content makes no sense."""
    return Refused([Problem("file_damaged", part, {"detail": detail})])


def _typed(value: Scalar) -> tuple[str, str | None]:
    """The type attribute and the `<v>` content of a number, truth value or formula's result."""
    if value is None:
        return "", None
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return (' t="e"' if value in ERRORS else ' t="str"'), xml_of(value)
    return "", repr(float(value)).removesuffix(".0")


def _length(said: str) -> int:
    """Characters as Excel counts them: UTF-16 units."""
    return len(said.encode("utf-16-le", "surrogatepass")) // 2
