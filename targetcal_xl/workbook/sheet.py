"""The cells of one worksheet part: read and edited in place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from targetcal_xl.problems import Problem, Refused

from .book import Cell, Spot
from .cells import (
    attributes,
    column_number,
    damaged,
    reference,
    text_of,
    value_of,
)
from .formula import moved
from .splice import ATTRIBUTES, Edit, Element, attribute_edit, insertion, outline, splice, with_attribute

Write = Callable[[Spot, str, "bytes | None"], bytes]
"""(spot, style index, the cell's present XML if it has any) -> the XML to stand there."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]*)\Z")
_OPENING = re.compile(rb"<[^\s/>]+" + ATTRIBUTES + rb"/?>")
_ROOT = re.compile(rb"<([^\s<>/!?]*:)?worksheet(?=[\s/>])")


class _Patterns(NamedTuple):
    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]
    phonetic: re.Pattern[bytes]
    text: re.Pattern[bytes]
    item: re.Pattern[bytes]


class _Present(NamedTuple):
    """A cell that a row has: first byte, byte after the last, style index."""

    start: int
    end: int
    style: str


@cache
def patterns(prefix: bytes) -> _Patterns:
    """How rows and cells look in a part whose elements have this prefix.

    They are exact on well-formed XML without comments, CDATA and processing instructions.
    """
    p = re.escape(prefix)

    def element(name: bytes) -> bytes:
        inner = rb"((?:[^<]++|<(?!/" + p + name + rb"[\s>]))*+)"
        return ATTRIBUTES + rb"(?:/>|>" + inner + rb"</" + p + name + rb"\s*>)"

    def whole(name: bytes) -> re.Pattern[bytes]:
        return re.compile(rb"<" + p + name + rb"(?=[\s/>])" + element(name))

    return _Patterns(
        row=re.compile(rb"<" + p + rb"row(?=[\s/>])" + ATTRIBUTES + rb"(/?)>"),
        cell=re.compile(rb"<" + p + rb"""c(?:\s+r=["']([A-Z]+)[0-9]+["'])?(?=[\s/>])""" + element(b"c")),
        formula=whole(b"f"),
        value=whole(b"v"),
        phonetic=whole(b"rPh"),
        text=whole(b"t"),
        item=whole(b"si"),
    )


def rich_text(inner: bytes, prefix: bytes) -> str:
    """The text of a shared or inline string: its runs joined, the phonetic guide left out."""
    looks = patterns(prefix)
    if b"rPh" in inner:
        inner = looks.phonetic.sub(b"", inner)
    return "".join(text_of(raw) for _, raw in looks.text.findall(inner))


def plain_markup(data: bytes, part: str) -> bytes:
    """The part itself; raise Refused where comments, CDATA or instructions stand between its elements."""
    if b"<!" in data or data.find(b"<?", 6) >= 0:
        raise Refused([Problem("file_unusual", fields={"part": part})])
    return data


def shared_strings(data: bytes, part: str) -> list[str]:
    """The workbook's shared strings, in order; raise Refused for markup we cannot read exactly."""
    root = re.search(rb"<([^\s<>/!?]*:)?sst(?=[\s/>])", plain_markup(data, part))
    if root is None:
        raise damaged(part, "sst")
    prefix = root[1] or b""
    return [rich_text(inner, prefix) for _, inner in patterns(prefix).item.findall(data)]


def restyled(cell: bytes, style: str) -> bytes:
    """A cell's XML with another style index."""
    tag = _OPENING.match(cell)
    end = tag.end() if tag else len(cell)
    return with_attribute(cell[:end], "s", style) + cell[end:]


class Sheet:
    """A worksheet part that is well-formed; what an edit does not touch keeps its bytes."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data, self.part = plain_markup(data, part), part
        root = _ROOT.search(data)
        if root is None:
            raise damaged(part, "worksheet")
        self._prefix: bytes = root[1] or b""
        self._looks = patterns(self._prefix)
        self._masters: dict[str, tuple[Spot, str]] = {}

    @property
    def prefix(self) -> str:
        """The namespace prefix of the part's elements with its colon, or nothing."""
        return self._prefix.decode()

    @cached_property
    def body(self) -> Element:
        """Where `<sheetData>` stands."""
        tag = self._prefix + b"sheetData"
        opening = re.compile(rb"<" + re.escape(tag) + rb"(?=[\s/>])" + ATTRIBUTES + rb"(/?)>").search(
            self.data
        )
        if opening is None:
            raise damaged(self.part, "sheetData")
        inside = opening.end()
        if opening[2]:
            return Element(tag.decode(), {}, opening.start(), inside, inside, inside)
        close = self.data.index(b"</" + tag, inside)
        return Element(tag.decode(), {}, opening.start(), inside, close, self.data.index(b">", close) + 1)

    @cached_property
    def frame(self) -> Element:
        """The worksheet's outline, without the rows."""
        gap, start = self.body.close - self.body.inside, self.body.inside
        root = outline(self.data[:start] + self.data[self.body.close :], self.part)
        stack = [root]
        while stack:
            element = stack.pop()
            stack += element.children
            for edge in ("start", "inside", "close", "end"):
                if getattr(element, edge) > start:
                    setattr(element, edge, getattr(element, edge) + gap)
        return root

    @cached_property
    def rows(self) -> dict[int, Element]:
        """Where each row stands, by number, in ascending order."""
        found: dict[int, Element] = {}
        closing, number = b"</" + self._prefix + b"row", 0
        for match in self._looks.row.finditer(self.data, self.body.inside, self.body.close):
            marks, inside = attributes(match[1]), match.end()
            before, number = number, int(marks.get("r", number + 1))
            if number <= before:
                raise damaged(self.part, f"row {number}")
            close = inside if match[2] else self.data.index(closing, inside)
            end = inside if match[2] else self.data.index(b">", close) + 1
            found[number] = Element(
                (self._prefix + b"row").decode(), marks, match.start(), inside, close, end
            )
        return found

    def cells(self, strings: list[str]) -> dict[Spot, Cell]:
        """Every cell that holds a value or a formula; `strings` are the workbook's shared ones."""
        found: dict[Spot, Cell] = {}
        self._masters.clear()
        try:
            for number, row in self.rows.items():
                self._read_row(number, row, strings, found)
        except (ValueError, LookupError) as error:
            raise damaged(self.part, error) from error
        return found

    def _read_row(self, number: int, row: Element, strings: list[str], found: dict[Spot, Cell]) -> None:
        looks, column = self._looks, 0
        for letters, rest, inner in looks.cell.findall(self.data, row.inside, row.close):
            marks = attributes(rest)
            column = _column(letters, marks, column)
            if not inner:
                continue
            kind = marks.get("t", "n")
            if kind == "inlineStr":
                found[number, column] = Cell(rich_text(inner, self._prefix))
                continue
            value = looks.value.search(inner)
            known = value is not None and (value[2] or kind == "str")
            held = value_of(kind, value[2] or b"", strings) if value is not None and known else None
            formula = self._formula(inner, (number, column))
            if known or formula is not None:
                found[number, column] = Cell(held, formula)

    def _formula(self, inner: bytes, spot: Spot) -> str | None:
        """The formula of a cell; a member of a shared one gets its own text."""
        found = self._looks.formula.search(inner)
        if found is None:
            return None
        marks = attributes(found[1])
        if marks.get("t") != "shared":
            return text_of(found[2] or b"")
        group = marks["si"]
        if found[2]:
            self._masters[group] = spot, text_of(found[2])
        (row, column), said = self._masters[group]
        return moved(said, spot[0] - row, spot[1] - column)

    @cached_property
    def _shared(self) -> dict[Spot, str]:
        """The group of each cell that has a shared formula."""
        found: dict[Spot, str] = {}
        if not re.search(rb"[\"']shared[\"']", self.data):
            return found
        for number, row in self.rows.items():
            for column, cell in self._present(row).items():
                formula = self._looks.formula.search(self.data, cell.start, cell.end)
                marks = attributes(formula[1]) if formula else {}
                if marks.get("t") == "shared":
                    found[number, column] = marks["si"]
        return found

    def sharing(self, spots: Iterable[Spot]) -> set[Spot]:
        """Every cell whose shared formula has one of the spots as a member, too."""
        groups = {self._shared[spot] for spot in spots if spot in self._shared}
        return {spot for spot, group in self._shared.items() if group in groups}

    @cached_property
    def _arrays(self) -> list[tuple[Spot, Spot]]:
        """The blocks that one array formula or data table fills."""
        if not re.search(rb"[\"'](?:array|dataTable)[\"']", self.data):
            return []
        found = self._looks.formula.finditer(self.data, self.body.inside, self.body.close)
        marks = [attributes(match[1]) for match in found]
        return [block(mark["ref"]) for mark in marks if mark.get("t") in ("array", "dataTable")]

    def in_array(self, spot: Spot) -> bool:
        """Whether a cell belongs to an array formula or a data table, which changes as a whole only."""
        return any(
            first[0] <= spot[0] <= last[0] and first[1] <= spot[1] <= last[1] for first, last in self._arrays
        )

    def edited(self, spots: Iterable[Spot], write: Write) -> Sheet:
        """The sheet with `write` called for each spot, new rows and cells standing in order."""
        by_row: defaultdict[int, list[int]] = defaultdict(list)
        for row, column in sorted(spots):
            by_row[row].append(column)
        edits: list[Edit] = []
        fresh: list[tuple[int, bytes]] = []
        for number, columns in by_row.items():
            present = self.rows.get(number)
            if present is None:
                fresh += self._new_row(number, columns, write)
            else:
                edits += self._row_edits(number, present, columns, write)
        edits += self._placed(fresh)
        return Sheet(splice(self.data, edits + self._dimension(by_row)), self.part) if edits else self

    @property
    def protection(self) -> dict[str, str]:
        """The attributes of `<sheetProtection>`; none where the sheet was never protected."""
        element = self.frame.child("sheetProtection")
        return element.attributes if element else {}

    def protected(self, marks: Mapping[str, str]) -> Sheet:
        """The sheet with these attributes of `<sheetProtection>`."""
        said = "".join(f" {name}={quoteattr(value)}" for name, value in marks.items())
        new = f"<{self.prefix}sheetProtection{said}/>".encode()
        present = self.frame.child("sheetProtection")
        before = self.frame.child("sheetCalcPr") or self.body
        edit = (present.start, present.end, new) if present else (before.end, before.end, new)
        return Sheet(splice(self.data, [edit]), self.part)

    def _new_row(self, number: int, columns: list[int], write: Write) -> list[tuple[int, bytes]]:
        inner = b"".join(write((number, column), self._column_style(column), None) for column in columns)
        opening, closing = f'<{self.prefix}row r="{number}">'.encode(), f"</{self.prefix}row>".encode()
        return [(number, opening + inner + closing)] if inner else []

    def _placed(self, fresh: list[tuple[int, bytes]]) -> list[Edit]:
        """New rows, each after the row before it."""
        numbers = list(self.rows)
        if not numbers:
            inner = b"".join(row for _, row in fresh)
            return [insertion(self.body, self.body.inside, inner)] if fresh else []
        places = [(bisect_left(numbers, number), row) for number, row in fresh]
        return [
            (at, at, row)
            for before, row in places
            for at in [self.rows[numbers[before - 1]].end if before else self.body.inside]
        ]

    def _row_edits(self, number: int, row: Element, columns: list[int], write: Write) -> list[Edit]:
        present = self._present(row)
        taken = list(present)
        edits: list[Edit] = []
        added: list[tuple[int, bytes]] = []
        row_style = row.attributes.get("s") if row.attributes.get("customFormat") in ("1", "true") else None
        for column in columns:
            old = present.get(column)
            if old:
                held = self.data[old.start : old.end]
                new = write((number, column), old.style, held)
                edits += [(old.start, old.end, new)] if new != held else []
                continue
            before = bisect_left(taken, column)
            at = present[taken[before - 1]].end if before else row.inside
            added.append((at, write((number, column), row_style or self._column_style(column), None)))
        return edits + self._added(row, [(at, new) for at, new in added if new])

    def _added(self, row: Element, added: list[tuple[int, bytes]]) -> list[Edit]:
        """New cells in a row; its `spans`, an optional hint, would no longer hold."""
        if not added:
            return []
        tag = attribute_edit(self.data, row, "spans", None)
        if row.empty:
            inner = b"".join(new for _, new in added)
            opened = tag[2].removesuffix(b"/>") + b">" + inner + f"</{row.tag}>".encode()
            return [(tag[0], tag[1], opened)]
        return [tag, *((at, at, new) for at, new in added)]

    def _present(self, row: Element) -> dict[int, _Present]:
        """The cells that a row has, by column."""
        found: dict[int, _Present] = {}
        column = 0
        for match in self._looks.cell.finditer(self.data, row.inside, row.close):
            marks = attributes(match[2])
            column = _column(match[1], marks, column)
            found[column] = _Present(match.start(), match.end(), marks.get("s", "0"))
        return found

    @cached_property
    def _columns(self) -> list[dict[str, str]]:
        columns = self.frame.child("cols")
        return [column.attributes for column in columns.children] if columns else []

    def _column_style(self, column: int) -> str:
        ours = (marks for marks in self._columns if int(marks["min"]) <= column <= int(marks["max"]))
        return next(ours, {}).get("style", "0")

    def _dimension(self, by_row: Mapping[int, list[int]]) -> list[Edit]:
        """The stated extent, grown to hold the spots."""
        element = self.frame.child("dimension")
        if element is None or not by_row:
            return []
        (top, left), (bottom, right) = block(element.attributes["ref"])
        columns = [column for row in by_row.values() for column in row]
        first = reference((min(top, *by_row), min(left, *columns)))
        last = reference((max(bottom, *by_row), max(right, *columns)))
        return [attribute_edit(self.data, element, "ref", first if first == last else f"{first}:{last}")]


def block(ref: str) -> tuple[Spot, Spot]:
    """A1:C3 or A1 -> its first and last spot; raise ValueError for anything else."""
    first, _, last = ref.partition(":")
    found = [_REFERENCE.match(corner) for corner in (first, last or first)]
    spots = [(int(corner[2]), column_number(corner[1].encode())) for corner in found if corner]
    if len(spots) != 2:
        raise ValueError(f"not a block of cells: {ref}")
    return spots[0], spots[1]


def _column(letters: bytes, marks: Mapping[str, str], before: int) -> int:
    """A cell's column; one without a reference stands right of the cell before it."""
    if letters:
        return column_number(letters)
    return column_number(marks["r"].rstrip("0123456789").encode()) if "r" in marks else before + 1
