"""Reading cells and shared strings at half of a parser's time, where they stand as programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ..problems import Refused
from . import limits
from .cells import COLUMNS, MAX_ROW, Cell, Scalar, cell_xml, is_index, new_cell, resolved
from .limits import Counted
from .markup import MAIN, Declared, SheetReader, Told, parsed_cells, parsed_strings

_OPENS, _CLOSES, _ROW_CLOSES = b"<sheetData>", b"</sheetData>", b"</row>"
_ROW = re.compile(r'<row r="([0-9]{1,7}+)"([^<>/]*+)(/?)>')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3}+)([0-9]++)"(?: s="[0-9]++")?+((?: t="[A-Za-z]++")?+)(?:>'
    r"(?:<f( [^<>]*?)?(?:/>|>([^<]*+)</f>))?"
    r"(?:<v>([0-9+.-]{1,40}+(?:[eE][+-]?[0-9]{1,2}+)?+)</v>"
    r'|((?:<v>[^<]*+</v>|<v ?/>|<is><t(?: xml:space="preserve")?+>[^<]*+</t></is>)?+))</c>| ?/>)'
    "|(.)",
    re.DOTALL,
)
"""A cell: its column, its row, its type as it is written, its formula's attributes and text, its value, any
other content.

Whatever is no such cell is the last group, so that nothing is passed over. What was taken is never tried
another way (`++`), which saves a quarter of what the pattern takes; Python gets that wrong around a group.
"""
_SHARED, _TEXT = ' t="s"', ' t="str"'
"""Types of cells, as they are written."""
_CELL_OPENS, _ROW_CLOSED = '<c r="', _ROW_CLOSES.decode()
_OPENING = re.compile('"(?: s="([0-9]+)")?( t="[A-Za-z]+")? ?(/?>)')
"""What follows on the name of a cell: its format, its type."""
_SPANS = re.compile(' spans="[^"]*"')
_ATTRIBUTE = re.compile(r""" ([A-Za-z][A-Za-z0-9]*(?::[A-Za-z][A-Za-z0-9]*)?)="([ !#-%'-;=-~]*)\"""")
_CONTROLS = bytes([*range(9), *range(11, 32)])
"""What no XML may hold, and the carriage return, which a parser changes."""
_EMPTY = "<v></v>"
_STRANGE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[1-9][0-9]{1,6});)")
_SPELT = re.compile("&[^;]+;")
_STRINGS = re.compile(
    rb'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")?\?>[ \t\r\n]*)?'
    rb'<sst((?: [A-Za-z]+="[!#-%\'-;=-~]*")*)>'
)
"""What stands before the first shared string."""
_ITEM, _SPACED, _ITEM_CLOSES = "<si><t>", '<si><t xml:space="preserve">', "</t></si>"


def sheet_cells(data: bytes, part: str, strings: Sequence[str], counted: Counted) -> Told:
    """The cells of a worksheet; raise Refused for what makes no sense or could be read in two ways.

    What the scanner is not sure of, the parser reads; only the parser refuses.
    """
    found = scanned_cells(data, part, strings, counted)
    return parsed_cells(data, part, strings, counted) if found is None else found


def scanned_cells(data: bytes, part: str, strings: Sequence[str], counted: Counted) -> Told | None:
    """What the parser reads of a worksheet that is written as programs write it; None for any other."""
    try:
        scanner = _Scanner(data, part, strings, Counted(counted.cells, counted.text))
        scanner.scan()
    except (_Unusual, Declared, Refused, ValueError, LookupError, OverflowError):
        return None
    counted.cells, counted.text = scanner.counted.cells, scanner.counted.text
    return replace(scanner.told, scanned=True)


def shared_strings(data: bytes, part: str, counted: Counted) -> list[str]:
    """The workbook's shared strings, in order; raise Refused as `sheet_cells` does."""
    found = scanned_strings(data, part, counted)
    return parsed_strings(data, part, counted) if found is None else found


def scanned_strings(data: bytes, part: str, counted: Counted) -> list[str] | None:
    """The shared strings of a part that is written as programs write it; None for any other."""
    try:
        found = _scanned_strings(data)
        total = Counted(counted.cells, counted.text)
        total.add(part, 0, sum(map(len, found)))
    except (_Unusual, Refused, ValueError, OverflowError):
        return None
    counted.text = total.text
    return found


def _scanned_strings(data: bytes) -> list[str]:
    """The strings, cut where they end; raise one of many errors where they are not for us to read."""
    opening = _STRINGS.match(data)
    marks = _marks(opening[1].decode()) if opening else {}
    if opening is None or marks.get("xmlns") != MAIN or marks.keys() - {"xmlns", "count", "uniqueCount"}:
        raise _Unusual
    body = data[opening.end() :].rstrip(b" \t\r\n")
    _expect_plain(body)
    *items, rest = body.decode().split(_ITEM_CLOSES)
    if rest != "</sst>" or len(items) > limits.MOST_STRINGS:
        raise _Unusual
    return [_string(item) for item in items]


def _string(item: str) -> str:
    """The text of a shared string that is written so, up to its end."""
    is_bare = item.startswith(_ITEM)
    if not is_bare and not item.startswith(_SPACED):
        raise _Unusual
    text = item[len(_ITEM if is_bare else _SPACED) :]
    if "<" in text or len(text) > limits.MOST_IN_TEXT or "\ufffe" in text or "\uffff" in text:
        raise _Unusual
    return resolved(_spelt_out(text))


class Openings(dict[str, tuple[str, str]]):
    """What follows on a cell's name -> its new format, and the same with that: a sheet has few of them."""

    def __init__(self, restyled: Callable[[str], str]) -> None:
        super().__init__()
        self._restyled = restyled

    def __missing__(self, opening: str) -> tuple[str, str]:
        if (found := _OPENING.fullmatch(opening)) is None:
            raise _Unusual
        said, kind, end = found.groups(default="")
        style = said if is_index(said) else "0"
        wanted, new = self._restyled(style), opening
        if wanted != style:
            # What was not there before comes last.
            marks = f' s="{wanted}"{kind}' if said else f'{kind} s="{wanted}"'
            new = f'"{marks}{end}'
        self[opening] = wanted, new
        return wanted, new


class CutRow:
    """A row of a scanned sheet, cut where its cells begin, so that some can be written anew."""

    def __init__(self, data: bytes, number: int) -> None:
        self._said, width = data.decode(), len(str(number))
        self._opening, *cells = self._said.removesuffix(_ROW_CLOSED).split(_CELL_OPENS)
        self.cells = {COLUMNS[cell[: cell.index('"') - width]]: cell for cell in cells}
        """Column -> the cell as it is written, from its name on."""
        self._count = len(cells)

    @property
    def marks(self) -> Mapping[str, str]:
        """The attributes of the row."""
        return _marks(self._opening.removeprefix("<row").rstrip("/>"))

    def add(self, column: int, cell: str) -> None:
        """Have a cell that is not there yet."""
        self.cells[column] = cell.removeprefix(_CELL_OPENS)

    def change(self, column: int, openings: Openings, cell: Cell | None) -> None:
        """Give a cell another format, made of its own, and another content unless that stays."""
        told = self.cells[column]
        at, end = told.index('"'), told.index(">") + 1
        style, opening = openings[told[at:end]]
        if cell is not None:
            self.add(column, cell_xml("", told[:at], style, cell))
        else:
            self.cells[column] = told[:at] + opening + told[end:]

    def written(self) -> bytes:
        """The row as it is now."""
        if len(self.cells) == self._count:
            return self._joined(self._opening, self._said[len(self._said.removesuffix(_ROW_CLOSED)) :])
        self.cells = dict(sorted(self.cells.items()))
        # `spans`, an optional hint, would no longer hold.
        return self._joined(_SPANS.sub("", self._opening.rstrip("/>")) + ">", _ROW_CLOSED)

    def _joined(self, opening: str, closing: str) -> bytes:
        return (_CELL_OPENS.join((opening, *self.cells.values())) + closing).encode()


class _Unusual(Exception):
    """Something is written as programs do not write it."""


class _Numbers(dict[str, Cell]):
    """A number as it is written -> the cell that holds it and no more, one for all that are alike."""

    def __missing__(self, said: str) -> Cell:
        cell = self[said] = new_cell((float(said), None, None))
        return cell


class _Texts(dict[str, Cell]):
    """The place of a shared string as it is written -> the cell that holds it and no more."""

    def __init__(self, strings: Sequence[str]) -> None:
        super().__init__()
        self._strings = strings

    def __missing__(self, said: str) -> Cell:
        if not said.isdigit():
            raise _Unusual
        cell = self[said] = new_cell((self._strings[int(said)], None, None))
        return cell


class _Scanner(SheetReader):
    """Reads a sheet without its rows by the parser, and its rows by patterns that account for every byte."""

    def __init__(self, data: bytes, part: str, strings: Sequence[str], counted: Counted) -> None:
        self._from = data.index(_OPENS) + len(_OPENS)
        self._to = data.rindex(_CLOSES, self._from)
        self._body = data[self._from : self._to]
        self._of_numbers, self._of_texts, self._last = _Numbers(), _Texts(strings), 0
        super().__init__(data[: self._from] + data[self._to :], part, strings, counted, None)

    def scan(self) -> None:
        """Read the whole part; raise one of many errors where it is not for us to read."""
        self.parse("worksheet")
        # Where the parser ends the rows at our cut, nothing around them can be a comment or the like.
        if self.told.close != [self._from] or b"ascii" in self._data[: self._from].lower():
            raise _Unusual
        self.told.close[0] = self._to
        _expect_plain(self._body)
        *pieces, rest = self._body.split(_ROW_CLOSES)
        at = self._from
        for piece in pieces:
            said = piece.decode()
            self._scan_row(said, self._open_row(said, at))
            at += len(piece) + len(_ROW_CLOSES)
        if self._open_row(rest.decode(), at):
            raise _Unusual

    def _open_row(self, said: str, at: int) -> int:
        """Note the rows that begin here, all but the last one empty; where its cells are, 0 for nowhere."""
        end = 0
        while row := _ROW.match(said, end):
            if "r" in _marks(row[2]):
                raise _Unusual
            self._begin_row(int(row[1]), at + end)
            end = row.end()
            if not row[3]:
                return end
            self._row = 0
        if said[end:]:
            raise _Unusual
        return 0

    def _begin_row(self, number: int, at: int) -> None:
        """Note a row that begins at a byte."""
        if not self._last < number <= MAX_ROW:
            raise _Unusual
        self._last = self._row = number
        self._digits = str(number)
        self.told.rows[number] = at

    def _scan_row(self, said: str, begin: int) -> None:
        """Take in the cells of a row, one pass for what is short; what is longer is the parser's."""
        is_long = len(said) > min(limits.MOST_IN_TEXT, limits.MOST_IN_TAG)
        if not begin or is_long or "\ufffe" in said or "\uffff" in said:
            raise _Unusual
        row, digits, found = self._row, self._digits, self._found
        numbers, texts = self._of_numbers, self._of_texts
        before = text = 0
        cells = _CELL.findall(said, begin)
        for letters, numeral, kind, marks, spelt, number, other, stray in cells:
            column = COLUMNS[letters]
            if stray or numeral != digits or column <= before:
                raise _Unusual
            before = column
            if number and not spelt and not marks and kind in ("", _SHARED):
                found[row, column] = texts[number] if kind else numbers[number]
                continue
            held: Scalar = None
            if number:
                held = self._held(kind[4:-1], number) if kind else float(number)
            elif other and (kind or other != _EMPTY):
                held = self._held(kind[4:-1] or "n", other)
            elif spelt and kind == _TEXT:
                held = ""
            formula = spelt or None
            if formula:
                if "&" in formula:
                    formula = _spelt_out(formula)
                text += len(formula)
                if "_x" in formula:
                    formula = resolved(formula)
            if marks:
                self._formula = formula
                formula = self._kept(_marks(marks), column)
            if formula or held is not None:
                found[row, column] = new_cell((held, formula or None, None))
        self.counted.add(self.part, len(cells), text + self._text)
        self._row = self._text = 0

    def _held(self, kind: str, other: str) -> Scalar:
        """What rarer content holds: a text of its own, nothing, or a value of any type."""
        if other.startswith("<is>"):
            if kind != "inlineStr":
                raise _Unusual
            said = resolved(_spelt_out(other[other.index(">", 4) + 1 : -len("</t></is>")]))
            self._text += len(said)
            return said
        said = "" if other.endswith("/>") else _spelt_out(other.removeprefix("<v>").removesuffix("</v>"))
        return self._read(kind, said)


def _expect_plain(rows: bytes) -> None:
    """Raise an error for what no XML may hold, or what says more than the patterns ask for."""
    if len(rows.translate(None, _CONTROLS)) < len(rows) or _STRANGE.search(rows):
        raise _Unusual
    if b"]]>" in rows or b"xmlns" in rows:
        raise _Unusual


@lru_cache(1024)
def _marks(said: str) -> dict[str, str]:
    """Attributes by name, from where they are written one after the other."""
    marks = dict(_ATTRIBUTE.findall(said))
    if "".join(f' {name}="{value}"' for name, value in marks.items()) != said:
        raise _Unusual
    return marks


def _spelt_out(said: str) -> str:
    """A text of the file with what stands for a sign replaced by that sign."""
    if "&#" in said:
        return _SPELT.sub(lambda found: _SIGNS[found[0]], said)
    if "&" in said:
        said = said.replace("&lt;", "<").replace("&gt;", ">")
    if "&" in said:  # the last of them begins all others
        said = said.replace("&quot;", '"').replace("&apos;", "'").replace("&amp;", "&")
    return said


class _Signs(dict[str, str]):
    """What stands for a sign -> the sign, `&#34920;` as openpyxl writes 表 among them."""

    def __missing__(self, said: str) -> str:
        sign = chr(int(said[2:-1]))
        if not sign.isprintable():
            raise _Unusual
        return sign


_SIGNS = _Signs({"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"})
