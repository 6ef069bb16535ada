"""What SpreadsheetML says: the cells of a sheet and the shared strings, as an XML parser reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from ..problems import Problem, Refused
from . import limits
from .cells import (
    COLUMNS,
    MAX_COLUMN,
    MAX_ROW,
    VALUE_TYPES,
    Cell,
    Scalar,
    Spot,
    cell_name,
    damaged,
    new_cell,
    number_of,
    resolved,
    value_of,
)
from .formula import moved
from .limits import Counted
from .splice import feed, guarded

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"

_BETWEEN = "}"


@dataclass(frozen=True)
class Told:
    """What a sheet says of its cells, and where."""

    cells: dict[Spot, Cell] = field(default_factory=dict)
    """Those that hold a value or a formula."""
    rows: dict[int, int] = field(default_factory=dict)
    """The first byte of each row, by number, ascending."""
    kept: list[tuple[Spot, dict[str, str]]] = field(default_factory=list)
    """The attributes of every formula that says how it is kept: shared, array, data table."""
    close: list[int] = field(default_factory=list)
    """The byte where `</sheetData>` stands."""
    scanned: bool = field(default=False, compare=False)
    """Whether every row is written as programs write it."""


def parsed_cells(data: bytes, part: str, strings: Sequence[str], counted: Counted) -> Told:
    """The cells of a worksheet; raise Refused for what makes no sense or could be read in two ways."""
    for separator in (None, _BETWEEN):
        # Names without their namespaces are half as long to read, and as good while none is declared inside.
        reader = SheetReader(data, part, strings, replace(counted), separator)
        try:
            reader.parse("worksheet")
        except (Declared, Refused):
            if separator or not reader.unsure:
                raise
            continue
        if reader.told.close:
            counted.cells, counted.text = reader.counted.cells, reader.counted.text
            return reader.told
    raise damaged(part, "sheetData")


def readable_cells(data: bytes, part: str, strings: Sequence[str]) -> tuple[dict[Spot, Cell], set[Spot]]:
    """The cells of a damaged worksheet that have one meaning, and the spots that have not."""
    reader = _ForgivingReader(data, part, strings, Counted(), _BETWEEN)
    reader.parse("worksheet")
    return {spot: cell for spot, cell in reader.told.cells.items() if spot not in reader.lost}, reader.lost


def parsed_strings(data: bytes, part: str, counted: Counted) -> list[str]:
    """The workbook's shared strings, in order; raise Refused as `parsed_cells` does."""
    reader = _StringsReader(data, part, counted, _BETWEEN)
    reader.parse("sst")
    return reader.found


class Declared(Exception):
    """A namespace is declared among the cells."""


class _Reader:
    """What both have in common: the root, the text between two tags, the text of a string item."""

    def __init__(self, data: bytes, part: str, counted: Counted, separator: str | None) -> None:
        self.part, self._data, self.counted, self._separator = part, data, counted, separator
        self._pieces: list[str] = []
        self._leaf, self._interruptions = "", 0
        self._path, self._texts = list[str](), list[str]()
        self._parser = parser = guarded(part, separator)
        parser.buffer_text = True
        parser.CharacterDataHandler = self._pieces.append
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._interrupted

    def parse(self, root: str) -> None:
        """Read the whole part; raise Refused unless this is its root element, and all makes sense."""

        def start(tag: str, marks: dict[str, str]) -> None:
            space, before, name = self._told(tag, marks)
            if space == STRICT:
                raise Refused([Problem("file_strict", self.part)])
            if space != MAIN or name != root:
                raise damaged(self.part, name)
            self._name(before)
            self._into(self._outer_start, self._outer_end)

        self._into(start, None)
        feed(self._parser, self._data, self.part)

    def _told(self, tag: str, marks: Mapping[str, str]) -> tuple[str, str, str]:
        """The namespace of the root, what stands before the names of its kind, and its own."""
        if self._separator:
            space, _, name = tag.rpartition(self._separator)
            return space, f"{space}{self._separator}", name
        prefix, colon, name = tag.rpartition(":")
        return marks.get(f"xmlns{colon and ':'}{prefix}", ""), prefix + colon, name

    def _name(self, before: str) -> None:
        """Know the elements by the names that the parser tells."""
        self._data_tag, self._row_tag, self._c, self._v, self._f, self._is = (
            before + name for name in ("sheetData", "row", "c", "v", "f", "is")
        )
        self._t, self._r, self._rph, self._si, self._ext = (
            before + name for name in ("t", "r", "rPh", "si", "extLst")
        )

    def where(self) -> str:
        """The place in a person's words."""
        return self.part

    def refuse(self, code: str, **fields: object) -> NoReturn:
        """Give up on the part: raise Refused, naming the place."""
        raise Refused([Problem(code, self.where(), fields)])

    def misplaced(self, tag: str) -> NoReturn:
        """Give up because of an element that has no business here: raise Refused."""
        self.refuse("file_misplaced", what=tag.rpartition(self._separator or ":")[2])

    def _outer_start(self, tag: str, marks: dict[str, str]) -> None:
        raise NotImplementedError

    def _outer_end(self, tag: str) -> None:
        raise NotImplementedError

    def _into(self, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] | None) -> None:
        self._parser.StartElementHandler, self._parser.EndElementHandler = start, end

    def _interrupted(self, *_: object) -> None:
        """Programs differ in what they make of a text with a comment in its middle."""
        if self._leaf:
            self.refuse("file_unusual")
        self._interruptions += 1
        if self._interruptions > limits.MOST_ELEMENTS:
            raise limits.too_much("elements", self.part, limits.MOST_ELEMENTS)

    def _joined(self) -> str:
        """The text that ends here."""
        said = "".join(self._pieces)
        if len(said) > limits.MOST_IN_TEXT:
            raise limits.too_much("text", self.where(), limits.MOST_IN_TEXT)
        return said

    def _skip(self, after: tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]) -> None:
        """Pass over the element that has just begun."""
        depth = 1

        def start(_tag: str, _marks: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > limits.MOST_DEPTH:
                raise limits.too_much("depth", self.part, limits.MOST_DEPTH)

        def end(_tag: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                self._into(*after)

        self._into(start, end)

    def _item(self, root: str) -> None:
        """Read the string item that has just begun: its runs joined, the phonetic guide left out."""
        self._path, self._texts = [root], []
        self._into(self._item_start, self._item_end)

    def _item_start(self, tag: str, _marks: dict[str, str]) -> None:
        path, within = self._path, self._path[-1]
        if within == self._t or (tag == self._t and len(path) > 1 and within not in (self._r, self._rph)):
            self.misplaced(tag)
        if len(path) > limits.MOST_DEPTH:
            raise limits.too_much("depth", self.part, limits.MOST_DEPTH)
        path.append(tag)
        if tag == self._t:
            self._leaf = tag
            self._pieces.clear()

    def _item_end(self, tag: str) -> None:
        path = self._path
        path.pop()
        if tag == self._t:
            self._leaf = ""
            if self._rph not in path:
                self._texts.append(self._joined())
        if not path:
            self._done(resolved("".join(self._texts)))

    def _done(self, said: str) -> None:
        """Take the text of a string item."""
        raise NotImplementedError


class _StringsReader(_Reader):
    """Reads `<sst>`."""

    def __init__(self, data: bytes, part: str, counted: Counted, separator: str | None) -> None:
        super().__init__(data, part, counted, separator)
        self.found: list[str] = []

    def _outer_start(self, tag: str, _marks: dict[str, str]) -> None:
        if tag == self._si:
            self._item(self._si)
        elif tag == self._ext:
            self._skip((self._outer_start, self._outer_end))
        else:
            self.misplaced(tag)

    def _outer_end(self, _tag: str) -> None:
        """The root's end."""

    def _done(self, said: str) -> None:
        self.found.append(said)
        self.counted.add(self.part, 0, len(said))
        if len(self.found) > limits.MOST_STRINGS:
            raise limits.too_much("strings", self.part, limits.MOST_STRINGS)
        self._into(self._outer_start, self._outer_end)


class SheetReader(_Reader):
    """Reads `<worksheet>`: outside `<sheetData>` nothing, inside every row and cell.

    Cells come by the million, so the two handlers inside spell out what is short.
    """

    def __init__(
        self, data: bytes, part: str, strings: Sequence[str], counted: Counted, separator: str | None
    ) -> None:
        super().__init__(data, part, counted, separator)
        self._declared, self._begun = -1, False
        self.told = Told()
        self._strings, self._found = strings, self.told.cells
        self._masters: dict[str, tuple[Spot, str]] = {}
        self._depth = 1
        self._row = self._column = self._width = self._cells = self._text = 0
        self._digits = ""
        self._marks: dict[str, str] | None = None
        self._sharing: dict[str, str] | None = None
        self._value: str | None = None
        self._inline: str | None = None
        self._formula: str | None = None

    @property
    def unsure(self) -> bool:
        """Whether names may mean something else than they seem to, as a namespace is declared."""
        return self._declared >= 0 or not self._begun

    def where(self) -> str:
        """The cell or the row that is being read, or the part."""
        if self._marks is not None:
            return f"{self.part}!{self._marks.get('r') or cell_name((self._row, self._column + 1))}"
        return f"{self.part}!{self._row}:{self._row}" if self._row else self.part

    def _outer_start(self, tag: str, _marks: dict[str, str]) -> None:
        self._depth += 1
        self._pieces.clear()
        if self._depth > limits.MOST_DEPTH:
            raise limits.too_much("depth", self.part, limits.MOST_DEPTH)
        if tag != self._data_tag:
            return
        if self._depth > 2:
            self.misplaced(tag)
        if self.told.close:
            self.refuse("file_twice", what="sheetData")
        self._begun = True
        if not self._separator:
            self._declared = self._data.find(b"xmlns", self._parser.CurrentByteIndex)
        self._into(self._start, self._end)

    def _outer_end(self, _tag: str) -> None:
        self._depth -= 1

    def _start(self, tag: str, marks: dict[str, str]) -> None:
        if tag == self._v:
            if self._leaf or self._marks is None:
                self.misplaced(tag)
            if self._value is not None or self._inline is not None:
                self.refuse("file_twice", what="v")
            self._leaf = tag
            self._pieces.clear()
        elif tag == self._c:
            if self._marks is not None or not self._row:
                self.misplaced(tag)
            self._marks = marks
        elif tag == self._f:
            if self._leaf or self._marks is None:
                self.misplaced(tag)
            if self._sharing is not None:
                self.refuse("file_twice", what="f")
            self._leaf = tag
            self._sharing = marks
            self._pieces.clear()
        else:
            self._start_rarer(tag, marks)

    def _start_rarer(self, tag: str, marks: dict[str, str]) -> None:
        if self._leaf:
            self.misplaced(tag)
        if tag == self._row_tag and not self._row:
            self._start_row(marks, self._parser.CurrentByteIndex)
        elif tag == self._ext and self._row:
            self._skip((self._start, self._end))
        elif tag == self._is and self._marks is not None:
            if self._marks.get("t") != "inlineStr" or self._value is not None:
                self.misplaced(tag)
            if self._inline is not None:
                self.refuse("file_twice", what="is")
            self._item(self._is)
        else:
            self.misplaced(tag)

    def _end(self, tag: str) -> None:
        if tag == self._v:
            self._leaf = ""
            self._value = self._pieces[0] if len(self._pieces) == 1 else self._joined()
        elif tag == self._c:
            self._end_cell()
        elif tag == self._f:
            self._leaf = ""
            said = self._pieces[0] if len(self._pieces) == 1 else self._joined()
            self._formula = resolved(said) if "_x" in said else said
            self._text += len(said)
        elif tag == self._row_tag:
            self.counted.add(self.part, self._cells, self._text)
            self._row = self._cells = self._text = 0
        else:
            self.told.close.append(self._parser.CurrentByteIndex)
            if 0 <= self._declared < self.told.close[0]:
                raise Declared
            self._depth -= 1
            self._into(self._outer_start, self._outer_end)

    def _start_row(self, marks: Mapping[str, str], at: int) -> None:
        before = next(reversed(self.told.rows), 0)
        said = marks.get("r")
        number = before + 1 if said is None else int(said) if said.isascii() and said.isdigit() else 0
        if number in self.told.rows:
            self.refuse("file_twice", what=f"{number}:{number}")
        if not before < number <= MAX_ROW:
            self.refuse("file_disorder")
        self._row, self._column, self._digits = number, 0, str(number)
        self._width = len(self._digits)
        self.told.rows[number] = at

    def _done(self, said: str) -> None:
        self._inline = said
        self._into(self._start, self._end)

    def _end_cell(self) -> None:
        marks, said, formula, before = self._marks or {}, self._value, self._formula, self._column
        ref = marks.get("r")
        if ref is None:
            column = before + 1
        else:
            column = COLUMNS[ref[: -self._width]] if ref.endswith(self._digits) else 0
        if not before < column <= MAX_COLUMN:
            self._out_of_order(column)
        kind = marks.get("t")
        held: Scalar = None
        if said is not None:
            held = self._read(kind or "n", said)
        elif kind:
            held = self._without_value(kind)
        if self._sharing:
            formula = self._kept(self._sharing, column)
        if held is not None or formula:
            self._found[self._row, column] = new_cell((held, formula or None, None))
        self._column = column
        self._cells += 1
        self._marks = self._value = self._formula = self._sharing = None

    def _read(self, kind: str, said: str) -> Scalar:
        """What `<v>` holds; what no spreadsheet writes into a cell of this type is not guessed."""
        try:
            if kind == "n":
                return number_of(said)
            if kind == "s" and said.isascii() and said.isdigit():
                return self._strings[int(said)]
            self._text += len(said)
            return value_of(kind, said)
        except (ValueError, LookupError, OverflowError):
            if not said and kind in VALUE_TYPES:
                return None
            self.refuse("file_no_value", value=said[:40], kind=kind)

    def _without_value(self, kind: str) -> Scalar:
        """What a cell without `<v>` holds: an inline string, or the empty text of a formula."""
        if self._inline is not None:
            said, self._inline = self._inline, None
            self._text += len(said)
            return said
        return "" if kind == "str" and self._formula else None

    def _out_of_order(self, column: int) -> NoReturn:
        if column and column == self._column:
            self.refuse("file_twice", what=cell_name((self._row, column)))
        self.refuse("file_disorder")

    def _kept(self, marks: dict[str, str], column: int) -> str | None:
        """The formula, with a note how it is kept; a member of a shared one gets its own text."""
        kind, spot = marks.get("t", "normal"), (self._row, column)
        if kind not in ("normal", "array", "dataTable", "shared"):
            self.refuse("file_no_value", value=kind, kind="f")
        if kind == "normal":
            return self._formula
        self.told.kept.append((spot, marks))
        return self._shared(marks, spot) if kind == "shared" else self._formula

    def _shared(self, marks: dict[str, str], spot: Spot) -> str:
        group = marks.get("si")
        if group is None or not (self._formula or group in self._masters):
            self.refuse("file_shared_formula")
        if self._formula and (group not in self._masters or "ref" in marks):
            self._masters[group] = spot, self._formula
        (row, column), text = self._masters[group]
        said = moved(text, spot[0] - row, spot[1] - column)
        if self._formula and self._formula != said:
            self.refuse("file_shared_formula")
        return said


class _ForgivingReader(SheetReader):
    """Passes over cells that have no meaning, or two; for a book of which not all can be saved."""

    def __init__(
        self, data: bytes, part: str, strings: Sequence[str], counted: Counted, separator: str | None
    ) -> None:
        super().__init__(data, part, strings, counted, separator)
        self.lost: set[Spot] = set()
        self._is_lost = False

    def _start(self, tag: str, marks: dict[str, str]) -> None:
        if tag == self._v and self._value is not None:
            self._is_lost, self._value = True, None
        if tag == self._f and self._sharing is not None:
            self._is_lost, self._sharing = True, None
        super()._start(tag, marks)

    def _read(self, kind: str, said: str) -> Scalar:
        try:
            return super()._read(kind, said)
        except Refused:
            self._is_lost = True
            return None

    def _end_cell(self) -> None:
        before = self._column
        try:
            super()._end_cell()
        except Refused:
            self._is_lost, self._column = True, before
        if self._is_lost:
            self.lost.add((self._row, self._column))
        self._marks = self._value = self._formula = self._sharing = self._inline = None
        self._is_lost = False
