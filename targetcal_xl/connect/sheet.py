"""Sheets of an .xlsx file as rows of text, with what cannot be read as a value told apart."""

from __future__ import annotations

import datetime as dt
import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO
from xml.parsers import expat

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from .number_format import as_shown

MOST_UNPACKED, MOST_LISTED, MOST_CELLS, MOST_COLUMNS = 200_000_000, 5_000_000, 2_000_000, 200
"""Bytes of a file, bytes of one of its lists, cells, and how far to the right columns are looked at."""
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
"""As spreadsheet programs write numbers; Python would read `2_20`, too."""
_UNCLEAR = "csv_cell_unclear"
"""The code of a cell that programs read differently, or not at all."""
_ROWS = 1_048_576


_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError),
    *(expat.ExpatError, etree.XMLSyntaxError, StopIteration, LookupError, ValueError, OverflowError),
)
"""How those who read a package say that it is cut off, encrypted, or made by no spreadsheet program."""


class NotASheet(Exception):
    """The file is damaged, encrypted, or of another kind."""


class TooBig(Exception):
    """The file unpacks to more than we read."""


@dataclass
class Grid:
    """Rows of text by row number, both as people count them; columns count from 0.

    `faults` are cells that have no value to be read, with the code of a problem and what they show; `merged`
    are the cells that say what the first of a merged range says.
    """

    rows: dict[int, list[str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    merged: set[tuple[int, int]] = field(default_factory=set)


def read_sheet(content: bytes) -> Grid:
    """The first visible sheet of a workbook; raise NotASheet or TooBig."""
    try:
        return _Book(content).grid()
    except _DAMAGE as error:
        raise NotASheet(str(error)) from error


def read_sheets(content: bytes) -> dict[str, Grid]:
    """Every sheet of a workbook by its name; raise NotASheet or TooBig."""
    try:
        return _Book(content).grids()
    except _DAMAGE as error:
        raise NotASheet(str(error)) from error


class _Book:
    """A package whose parts are found by their relationships, whatever they are called."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        parts = self._zip.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooBig
        self._parts = {_plain(part.filename): part for part in parts}

    def grid(self) -> Grid:
        """The first visible sheet, else the first."""
        there = self._sheets()
        seen = [sheet for sheet in there if sheet.get("state", "visible") == "visible"]
        return self._grid((seen or there)[0])

    def grids(self) -> dict[str, Grid]:
        """All sheets, in their order."""
        return {sheet.get("name", ""): self._grid(sheet) for sheet in self._sheets()}

    def _sheets(self) -> list[etree._Element]:
        return [one for one in self._book.iterfind("{*}sheets/{*}sheet") if _id(one) in self._places]

    def _grid(self, sheet: etree._Element) -> Grid:
        cells = _Cells(self._shared, self._styled, self._epoch)
        with self._open(self._places[_id(sheet)]) as file:
            _parse(file, cells)
        return cells.grid()

    @cached_property
    def _main(self) -> str:
        return next(iter(self._related("", "officeDocument").values()))

    @cached_property
    def _book(self) -> etree._Element:
        return self._tree(self._main)

    @cached_property
    def _places(self) -> Mapping[str, str]:
        """The part of each sheet, by its relationship."""
        return self._related(self._main, "worksheet")

    @cached_property
    def _shared(self) -> list[str]:
        parts = self._related(self._main, "sharedStrings").values()
        return [text for part in parts for text in self._strings(part)]

    @cached_property
    def _styled(self) -> list[_Format]:
        return [one for part in self._related(self._main, "styles").values() for one in self._formats(part)]

    @property
    def _epoch(self) -> dt.datetime:
        settings = self._book.find("{*}workbookPr")
        old = settings is not None and settings.get("date1904") in ("1", "true")
        epoch: dt.datetime = CALENDAR_MAC_1904 if old else CALENDAR_WINDOWS_1900
        return epoch

    def _related(self, part: str, kind: str) -> Mapping[str, str]:
        """Id -> name of the parts of a kind that a part names."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if _plain(rels) not in self._parts:
            return {}
        found = (one for one in self._tree(rels) if one.get("Type", "").rpartition("/")[2] == kind)
        return {one.get("Id", ""): posixpath.join("/", folder, one.get("Target", "")) for one in found}

    def _open(self, part: str) -> IO[bytes]:
        return self._zip.open(self._parts[_plain(part)])

    def _tree(self, part: str) -> etree._Element:
        if self._parts[_plain(part)].file_size > MOST_LISTED:
            raise TooBig
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        with self._open(part) as file:
            return etree.fromstring(file.read(), parser)

    def _strings(self, part: str) -> list[str]:
        strings = _Strings()
        with self._open(part) as file:
            _parse(file, strings)
        return strings.found

    def _formats(self, part: str) -> Iterator[_Format]:
        """How each cell style shows a number; built-in ones show each reader the own currency: none."""
        tree = self._tree(part)
        own = {
            int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in tree.iterfind(".//{*}numFmt")
        }
        for style in tree.iterfind("{*}cellXfs/{*}xf"):
            number = int(style.get("numFmtId", 0))
            code = own.get(number, "")
            yield _Format(bool(is_date_format(code or BUILTIN_FORMATS.get(number, ""))), code)


@dataclass(frozen=True)
class _Format:
    """How a cell style shows a number: as a date, or by a code of the book's own."""

    is_date: bool
    code: str


class _Listener:
    """Hears a part being read, element by element, so that nothing of it has to be kept."""

    def __init__(self) -> None:
        self.said: list[str] | None = None
        """The text of the element that is being listened to."""
        self.guided = False
        """Whether this is a phonetic guide, which is no part of a text."""

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        """An element begins, as a parser says; what is in a guide is not heard."""
        self.guided = self.guided or name == "rPh"
        if not self.guided:
            self.start(name, given)

    def finish(self, name: str) -> None:
        """An element ends, as a parser says."""
        if not self.guided:
            self.end(name)
        self.guided = self.guided and name != "rPh"

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self) -> str:
        """What was heard, once."""
        said, self.said = self.said, None
        return "".join(said or ())


def _parse(file: IO[bytes], listener: _Listener) -> None:
    """Read a part of any size; raise ValueError where it is no XML of a spreadsheet program."""

    def refuse(*_: object) -> None:
        raise ValueError("document type")

    def hear(said: str) -> None:
        if listener.said is not None:
            listener.said.append(said)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.CharacterDataHandler = hear
    parser.StartElementHandler = lambda name, given: listener.begin(name.rpartition(" ")[2], given)
    parser.EndElementHandler = lambda name: listener.finish(name.rpartition(" ")[2])
    parser.ParseFile(file)


class _Strings(_Listener):
    """The shared strings, without their phonetic guides."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._runs = list[str]()

    def start(self, name: str, given: Mapping[str, str]) -> None:
        if name == "t":
            self.said = []

    def end(self, name: str) -> None:
        if name == "t":
            self._runs.append(self.text())
        elif name == "si":
            self.found.append("".join(self._runs))
            self._runs = []
            if len(self.found) > MOST_CELLS:
                raise TooBig


class _Cells(_Listener):
    """The cells of a sheet, with the strings and styles of their book."""

    def __init__(self, strings: Sequence[str], formats: Sequence[_Format], epoch: dt.datetime) -> None:
        super().__init__()
        self._strings, self._formats, self._epoch = strings, formats, epoch
        self._grid, self._merges = Grid(), list[str]()
        self._row, self._column, self._counted = 0, -1, 0
        self._cell: Mapping[str, str] = {}
        self._parts: dict[str, str] = {}
        self._is_clear, self._had = True, set[int]()
        """Whether the cell's content can be one thing only, and the columns that its row has had."""

    def grid(self) -> Grid:
        """What was heard."""
        for ref in self._merges:
            self._merge(ref)
        return self._grid

    def start(self, name: str, given: Mapping[str, str]) -> None:
        if name == "row":
            self._row, self._column = _index(given.get("r", str(self._row + 1))), -1
            if not 0 < self._row <= _ROWS or self._row in self._grid.rows:
                raise ValueError(f"row {self._row}")
            self._had = set()
        elif name == "c":
            self._cell, self._parts = given, {}
            self._column, is_here = _place(given.get("r", ""), self._row, self._column + 1)
            self._is_clear = is_here and self._column not in self._had
            self._had.add(self._column)
            self._count(1)
        elif name in ("v", "f", "t"):
            self.said = []
        elif name == "mergeCell":
            self._count(1)
            self._merges.append(given.get("ref", ""))

    def end(self, name: str) -> None:
        if name in ("v", "f", "t"):
            self._is_clear = self._is_clear and (name == "t" or name not in self._parts)
            self._parts[name] = self._parts.get(name, "") + self.text()
        elif name == "c" and self._column < MOST_COLUMNS:
            said, fault = self._told()
            if said:
                self._put(self._row, self._column, said)
            if fault:
                self._grid.faults[self._row, self._column] = fault, said

    def _told(self) -> tuple[str, str]:
        """What the cell says, and the code of what is wrong with it."""
        unclear = " ".join(self._parts.values()), _UNCLEAR
        try:
            return self._value(self._cell.get("t", "n")) if self._is_clear else unclear
        except (ValueError, LookupError, OverflowError):
            return unclear

    def _put(self, row: int, column: int, said: str) -> None:
        cells = self._grid.rows.setdefault(row, [])
        cells += [""] * (column + 1 - len(cells))
        cells[column] = said

    def _value(self, kind: str) -> tuple[str, str]:
        """What the cell would say in a CSV file, and the code of what is wrong with it."""
        text, formula = self._parts.get("v", ""), self._parts.get("f")
        if kind == "e":
            return text or "#N/A", "csv_error_value"
        if formula is not None and not text and ("v" not in self._parts or kind != "str"):
            return f"={formula}", "csv_formula_without_value"
        if kind == "inlineStr":
            return self._parts.get("t", ""), ""
        return (self._plain(kind, text) if text else ""), ""

    def _plain(self, kind: str, text: str) -> str:
        if kind == "s":
            return self._strings[_index(text)]
        if kind == "b":
            return "FALSE" if text in ("0", "false") else "TRUE"
        if kind == "d":
            return text.partition("T")[0]
        return text if kind == "str" else self._number(_finite(text), _index(self._cell.get("s", "0")))

    def _number(self, value: float, style: int) -> str:
        shown = self._formats[style] if style < len(self._formats) else _Format(False, "")
        if shown.is_date:
            when = from_excel(value, self._epoch)
            return (when.date() if isinstance(when, dt.datetime) else when).isoformat()
        if shown.code and (said := as_shown(value, shown.code)):
            return said
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)

    def _merge(self, ref: str) -> None:
        """Let every cell of a merged range in our columns say what its first one says."""
        ends = zip(range_boundaries(ref), (1, 1, MOST_COLUMNS, _ROWS), strict=True)
        left, top, right, bottom = (end or otherwise for end, otherwise in ends)
        said = self._grid.rows.get(top, [])[left - 1 : left]
        if not said or not said[0]:
            return
        few = bottom - top < len(self._grid.rows)
        for row in range(top, bottom + 1) if few else list(self._grid.rows):
            for column in range(left - 1, min(right, MOST_COLUMNS)):
                self._count(1)
                if top <= row <= bottom and (row, column) != (top, left - 1) and row in self._grid.rows:
                    self._put(row, column, said[0])
                    self._grid.merged.add((row, column))

    def _count(self, cells: int) -> None:
        self._counted += cells
        if self._counted > MOST_CELLS:
            raise TooBig


def _plain(name: str) -> str:
    """The name of a part as all programs take it: case, slashes and a first slash mean nothing."""
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").casefold()


def _id(sheet: etree._Element) -> str:
    """The relationship that a sheet names, in either dialect of the format."""
    return next((str(value) for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")


def _place(reference: str, row: int, otherwise: int) -> tuple[int, bool]:
    """The column of `C5`, from 0, and whether it is of this row; raise ValueError for no reference."""
    if not reference:
        return otherwise, True
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if not found:
        raise ValueError(reference)
    return int(column_index_from_string(found[1].upper())) - 1, int(found[2]) == row


def _finite(said: str) -> float:
    """A number as a spreadsheet program writes it; raise ValueError for any other."""
    value = float(said) if _NUMBER.fullmatch(said) else math.inf
    if not math.isfinite(value):
        raise ValueError(said)
    return value


def _index(said: str) -> int:
    """A position in a list, from 0; raise ValueError for what is none."""
    if not (said.isascii() and said.strip().isdigit()):
        raise ValueError(said)
    return int(said)
