"""The cells of one worksheet part: read and edited in place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from xml.sax.saxutils import quoteattr

from .book import BLANK, Block, Cell, Spot
from .cells import attributes, column_number, damaged, reference, text_of, value_of
from .formula import moved
from .markup import patterns, plain, rich_text, root_prefix
from .splice import ATTRIBUTES, Edit, Element, attribute_edit, insertion, outline, splice

Write = Callable[[Spot, str, bytes], bytes]
"""(spot, style index, the cell's present XML or nothing) -> the XML to stand there."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]*)\Z")


class Sheet:
    """A worksheet part that is well-formed; what an edit does not touch keeps its bytes."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data, self.part = plain(data, part), part
        self._prefix = root_prefix(data, "worksheet", part)
        self._looks = patterns(self._prefix)

    @property
    def prefix(self) -> str:
        """The namespace prefix of the part's elements with its colon, or nothing."""
        return self._prefix.decode()

    @cached_property
    def body(self) -> Element:
        """Where `<sheetData>` stands."""
        tag = self._prefix + b"sheetData"
        opening = re.search(rb"<" + re.escape(tag) + rb"(?=[\s/>])" + ATTRIBUTES + rb"(/?)>", self.data)
        if opening is None:
            raise damaged(self.part, "sheetData")
        return self._placed_element(tag, {}, opening)

    @cached_property
    def frame(self) -> Element:
        """The worksheet's outline, without the rows."""
        gap, start = self.body.close - self.body.inside, self.body.inside
        root = outline(self.data[:start] + self.data[self.body.close :], self.part)
        shifted = [root]
        for element in shifted:
            shifted += element.children
            for edge in ("start", "inside", "close", "end"):
                if getattr(element, edge) > start:
                    setattr(element, edge, getattr(element, edge) + gap)
        return root

    @cached_property
    def rows(self) -> dict[int, Element]:
        """Where each row stands, by number, in ascending order."""
        found: dict[int, Element] = {}
        number = 0
        for match in self._looks.row.finditer(self.data, self.body.inside, self.body.close):
            marks = attributes(match[2])
            before, number = number, int(match[1] or marks.get("r", number + 1))
            if number <= before:
                raise damaged(self.part, f"row {number}")
            found[number] = self._placed_element(self._prefix + b"row", marks, match)
        return found

    @property
    def protection(self) -> dict[str, str]:
        """The attributes of `<sheetProtection>`; none where the sheet was never protected."""
        element = self.frame.child("sheetProtection")
        return element.attributes if element else {}

    def cells(self, strings: list[str]) -> dict[Spot, Cell]:
        """Every cell that holds a value or a formula; `strings` are the workbook's shared ones."""
        found: dict[Spot, Cell] = {}
        masters: dict[str, tuple[Spot, str]] = {}
        try:
            for number, row in self.rows.items():
                self._read_row(number, row, strings, masters, found)
        except (ValueError, LookupError) as error:
            raise damaged(self.part, error) from error
        for array in self._array_formulas:
            formula = found.get(array[0], BLANK).formula
            found |= {spot: Cell(found[spot].value, formula, array) for spot in inside(array, found)}
        return found

    def cut_arrays(self, cells: Mapping[Spot, Cell]) -> list[Spot]:
        """The cells whose writing would cut up an array formula or a data table.

        They change as a whole only; a cell of the same array may have another value.
        """
        return [
            spot
            for array in self._arrays
            if (within := inside(array, cells))
            and (len(within) < size(array) or array not in self._array_formulas)
            for spot in within
            if cells[spot].array != array
        ]

    def sharing(self, spots: Iterable[Spot]) -> set[Spot]:
        """Every cell whose shared formula has one of the spots as a member, too."""
        groups = {self._shared[spot] for spot in spots if spot in self._shared}
        return {spot for spot, group in self._shared.items() if group in groups}

    def edited(self, spots: Iterable[Spot], write: Write) -> Sheet:
        """The sheet with `write` called for each spot, new rows and cells standing in order."""
        by_row: defaultdict[int, list[int]] = defaultdict(list)
        for row, column in sorted(spots):
            by_row[row].append(column)
        edits: list[Edit] = []
        fresh: dict[int, bytes] = {}
        for number, columns in by_row.items():
            present = self.rows.get(number)
            if present is None:
                fresh[number] = self._new_row(number, columns, write)
            else:
                edits += self._row_edits(number, present, columns, write)
        edits += self._placed_rows({number: row for number, row in fresh.items() if row})
        return Sheet(splice(self.data, edits + self._dimension(by_row)), self.part) if edits else self

    def protected(self, marks: Mapping[str, str]) -> Sheet:
        """The sheet with these attributes of `<sheetProtection>`."""
        said = "".join(f" {name}={quoteattr(value)}" for name, value in marks.items())
        new = f"<{self.prefix}sheetProtection{said}/>".encode()
        present = self.frame.child("sheetProtection")
        before = self.frame.child("sheetCalcPr") or self.body
        edit = (present.start, present.end, new) if present else (before.end, before.end, new)
        return Sheet(splice(self.data, [edit]), self.part)

    def _placed_element(self, tag: bytes, marks: dict[str, str], opening: re.Match[bytes]) -> Element:
        """An element that cannot hold itself, from the match of its start tag (last group: `/` if empty)."""
        close = end = inside = opening.end()
        if not opening[opening.re.groups]:
            close = self.data.index(b"</" + tag, inside)
            end = self.data.index(b">", close) + 1
        return Element(tag.decode(), marks, opening.start(), inside, close, end)

    def _read_row(
        self,
        number: int,
        row: Element,
        strings: list[str],
        masters: dict[str, tuple[Spot, str]],
        found: dict[Spot, Cell],
    ) -> None:
        column = 0
        for letters, _, rest, sharing, said, held, other in self._looks.cell.findall(
            self.data, row.inside, row.close
        ):
            column = column_number(letters) if letters else _column(attributes(rest), column)
            kind = _kind(rest)
            formula = text_of(said) if said else None
            if sharing:
                formula = _shared_formula(attributes(sharing), formula, (number, column), masters)
            if kind == "inlineStr":
                found[number, column] = Cell(rich_text(other, self._looks), formula)
            elif held or kind == "str":
                found[number, column] = Cell(value_of(kind, held, strings), formula)
            elif formula is not None:
                found[number, column] = Cell(None, formula)

    @cached_property
    def _formulas(self) -> list[tuple[Spot, dict[str, str]]]:
        """The attributes of every formula that says how it is kept; few sheets have any."""
        if not re.search(rb"""["'](?:array|dataTable|shared)["']""", self.data):
            return []
        return [
            ((number, column), attributes(match[4]))
            for number, row in self.rows.items()
            for column, match in self._present(row).items()
            if match[4]
        ]

    @cached_property
    def _arrays(self) -> list[Block]:
        """The blocks that one array formula or data table fills."""
        return [
            block(marks["ref"]) for _, marks in self._formulas if marks.get("t") in ("array", "dataTable")
        ]

    @cached_property
    def _array_formulas(self) -> list[Block]:
        """The blocks of array formulas, without data tables."""
        return [block(marks["ref"]) for _, marks in self._formulas if marks.get("t") == "array"]

    @cached_property
    def _shared(self) -> dict[Spot, str]:
        """The group of each cell that has a shared formula."""
        return {spot: marks["si"] for spot, marks in self._formulas if marks.get("t") == "shared"}

    def _new_row(self, number: int, columns: list[int], write: Write) -> bytes:
        inner = b"".join([write((number, column), self._column_style(column), b"") for column in columns])
        opening, closing = f'<{self.prefix}row r="{number}">'.encode(), f"</{self.prefix}row>".encode()
        return opening + inner + closing if inner else b""

    def _placed_rows(self, fresh: Mapping[int, bytes]) -> list[Edit]:
        """New rows, each after the row before it."""
        numbers = list(self.rows)
        if fresh and not numbers:
            return [insertion(self.body, self.body.inside, b"".join(fresh.values()))]
        edits = []
        for number, row in fresh.items():
            before = bisect_left(numbers, number)
            at = self.rows[numbers[before - 1]].end if before else self.body.inside
            edits.append((at, at, row))
        return edits

    def _row_edits(self, number: int, row: Element, columns: list[int], write: Write) -> list[Edit]:
        """The edits of a row that stands; what is written as it was is no edit."""
        present = self._present(row)
        taken = list(present)
        edits: list[Edit] = []
        added: list[Edit] = []
        for column in columns:
            match = present.get(column)
            if match:
                old, style = match[0], attributes(match[3]).get("s", "0")
                new = write((number, column), style, old)
                edits += [(*match.span(), new)] if new != old else []
            elif new := write((number, column), self._style(row, column), b""):
                before = bisect_left(taken, column)
                at = present[taken[before - 1]].end() if before else row.inside
                added.append((at, at, new))
        return edits + self._added(row, added)

    def _added(self, row: Element, added: list[Edit]) -> list[Edit]:
        """New cells in a row; its `spans`, an optional hint, would no longer hold."""
        if not added:
            return []
        start, end, tag = attribute_edit(self.data, row, "spans", None)
        if not row.empty:
            return [(start, end, tag), *added]
        inner = b"".join([new for _, _, new in added])
        return [(start, end, tag.removesuffix(b"/>") + b">" + inner + f"</{row.tag}>".encode())]

    def _present(self, row: Element) -> dict[int, re.Match[bytes]]:
        """The cells that a row has, by column."""
        found: dict[int, re.Match[bytes]] = {}
        column = 0
        for match in self._looks.cell.finditer(self.data, row.inside, row.close):
            letters = match[1]
            column = column_number(letters) if letters else _column(attributes(match[3]), column)
            found[column] = match
        return found

    def _style(self, row: Element, column: int) -> str:
        """The style that a new cell of a row takes: the row's, else the column's."""
        if row.attributes.get("customFormat") in ("1", "true"):
            return row.attributes.get("s", "0")
        return self._column_style(column)

    def _column_style(self, column: int) -> str:
        for first, last, style in self._column_styles:
            if first <= column <= last:
                return style
        return "0"

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, str]]:
        """First column, last column and style of every group of columns."""
        columns = self.frame.child("cols")
        marks = [element.attributes for element in columns.children] if columns else []
        return [(int(mark["min"]), int(mark["max"]), mark.get("style", "0")) for mark in marks]

    def _dimension(self, by_row: Mapping[int, list[int]]) -> list[Edit]:
        """The stated extent, grown to hold the spots."""
        element = self.frame.child("dimension")
        if element is None:
            return []
        (top, left), (bottom, right) = block(element.attributes["ref"])
        first = reference((min(top, *by_row), min(left, *(row[0] for row in by_row.values()))))
        last = reference((max(bottom, *by_row), max(right, *(row[-1] for row in by_row.values()))))
        return [attribute_edit(self.data, element, "ref", first if first == last else f"{first}:{last}")]


def size(array: Block) -> int:
    """How many cells a block has."""
    (top, left), (bottom, right) = array
    return (bottom - top + 1) * (right - left + 1)


def inside(array: Block, spots: Iterable[Spot]) -> list[Spot]:
    """Which of some cells are in a block."""
    (top, left), (bottom, right) = array
    return [(row, column) for row, column in spots if top <= row <= bottom and left <= column <= right]


def block(ref: str) -> Block:
    """A1:C3 or A1 -> its first and last spot; raise ValueError for anything else."""
    first, _, last = ref.partition(":")
    found = [_REFERENCE.match(corner) for corner in (first, last or first)]
    spots = [(int(corner[2]), column_number(corner[1].encode())) for corner in found if corner]
    if len(spots) != 2:
        raise ValueError(f"not a block of cells: {ref}")
    return spots[0], spots[1]


@lru_cache(8192)
def _kind(marks: bytes) -> str:
    """The type of a cell with these attributes: a number unless they say otherwise."""
    return attributes(marks).get("t", "n")


def _column(marks: Mapping[str, str], before: int) -> int:
    """The column of a cell whose reference does not come first; without one it stands right of the last."""
    return column_number(marks["r"].rstrip("0123456789").encode()) if "r" in marks else before + 1


def _shared_formula(
    marks: Mapping[str, str], said: str | None, spot: Spot, masters: dict[str, tuple[Spot, str]]
) -> str | None:
    """The formula of a cell; a member of a shared one gets its own text."""
    if marks.get("t") != "shared":
        return said
    if said is not None:
        masters[marks["si"]] = spot, said
    (row, column), text = masters[marks["si"]]
    return moved(text, spot[0] - row, spot[1] - column)
