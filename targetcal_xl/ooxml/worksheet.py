"""The cells of one worksheet part: read and edited in place."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from . import limits
from .cells import BLANK, COLUMNS, Block, Cell, Spot, block, cell_name, cell_xml, damaged, is_index
from .limits import Counted, too_much
from .scanner import CutRow, Openings, sheet_cells
from .splice import Edit, Element, attribute_edit, empty_tag, insertion, outline, splice, start_tag, twice

_AT_ONCE = 500
"""How many rows are outlined together: a parser for each would take longer than the rows."""

_NOT_EDITED = ("conditionalFormatting", "dataValidations", "hyperlinks", "mergeCells")
"""What a sheet has a lot of besides cells, and we never look into."""

Restyle = Callable[[int], int]
"""The index of a cell's format -> that of the format it is to have."""


class Worksheet:
    """A worksheet part as it was read, and what is to be changed in it; all else keeps its bytes.

    `read` gives these: once now, and once more where the part is composed, as most sheets never are.
    """

    def __init__(
        self, read: Callable[[], bytes], part: str, strings: Sequence[str], counted: Counted
    ) -> None:
        self._read, self.part = read, part
        told = sheet_cells(data := read(), part, strings, counted)
        self._rows, self._numbers, (self._close,) = told.rows, list(told.rows), told.close
        self._first = min(self._rows.values(), default=self._close)
        self._around = data[: self._first] + data[self._close :]
        self._is_scanned = told.scanned
        self._sharing = {spot: marks["si"] for spot, marks in told.kept if marks["t"] == "shared"}
        kept = [self._array(*one) for one in told.kept if one[1]["t"] != "shared"]
        self._arrays = {array for array, kind in kept if kind == "array"}
        self._tables = {array for array, kind in kept if kind == "dataTable"}
        self.grid = self._with_arrays(told.cells)
        self._cells: dict[Spot, Cell] = {}
        self._styles: dict[Spot, Restyle] = {}
        self._known_styles: dict[tuple[Restyle, str], str] = {}
        self._openings: dict[Restyle | None, Openings] = {}
        self._of_columns: dict[int, str] = {}
        self._protection: Mapping[str, str] | None = None

    @property
    def edited(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self._cells or self._styles or self._protection is not None)

    @property
    def protection(self) -> Mapping[str, str]:
        """The attributes of `<sheetProtection>`; none where the sheet was never protected."""
        if self._protection is not None:
            return self._protection
        element = self._frame.child("sheetProtection")
        return element.attributes if element else {}

    def cut_arrays(self, cells: Mapping[Spot, Cell]) -> list[Spot]:
        """The cells whose writing would cut up an array formula or a data table.

        They change as a whole only; a cell of the same array may have another value.
        """
        return [
            spot
            for array in self._arrays | self._tables
            if (within := inside(array, cells)) and (len(within) < size(array) or array in self._tables)
            for spot in within
            if cells[spot].array != array
        ]

    def sharing(self, spots: Iterable[Spot]) -> set[Spot]:
        """Every cell whose shared formula has one of the spots as a member, too."""
        groups = {self._sharing[spot] for spot in spots if spot in self._sharing}
        return {spot for spot, group in self._sharing.items() if group in groups}

    def write(self, cells: Mapping[Spot, Cell]) -> None:
        """Have cells hold something else, in the formats that they have."""
        self._cells.update(cells)
        if self._sharing:
            for spot in cells:
                self._sharing.pop(spot, None)
        self._arrays = {array for array in self._arrays if not inside(array, cells)}
        self._arrays |= {cell.array for cell in cells.values() if cell.array}

    def restyle(self, spots: Iterable[Spot], restyle: Restyle) -> None:
        """Give cells other formats."""
        self._styles.update(dict.fromkeys(spots, restyle))

    def protect(self, marks: Mapping[str, str]) -> None:
        """Give `<sheetProtection>` these attributes."""
        self._protection = marks

    def composed(self) -> bytes:
        """The part with everything changed that is to be changed."""
        data, by_row = self._read(), _by_row(self._cells.keys() | self._styles.keys())
        edits = self._new_rows({n: columns for n, columns in by_row.items() if n not in self._rows})
        present = [number for number in by_row if number in self._rows]
        if self._is_scanned:
            edits += [edit for number in present if (edit := self._row_edit(data, number, by_row[number]))]
        else:
            for number, row, at in self._outlined(data, present):
                placed = self._row_edits(number, row, at, by_row[number])
                edits += [edit for edit in placed if data[edit[0] : edit[1]] != edit[2]]
        if edits:
            edits += self._extent(by_row)
        if self._protection is not None:
            edits.append(self._protection_edit(self._protection))
        return splice(data, edits)

    def _array(self, spot: Spot, marks: Mapping[str, str]) -> tuple[Block, str]:
        """The block that a formula fills: the one that it names, else its own cell."""
        place = f"{self.part}!{cell_name(spot)}"
        try:
            found = block(marks["ref"]) if "ref" in marks else (spot, spot)
        except ValueError as error:
            raise damaged(place, error) from error
        if marks["t"] == "array" and found[0] != spot:
            raise damaged(place, f"ref {marks['ref']}")
        return found, marks["t"]

    def _with_arrays(self, cells: dict[Spot, Cell]) -> dict[Spot, Cell]:
        """The cells; those of an array formula all have it, and none has another."""
        if sum(min(size(array), len(cells)) for array in self._arrays) > 16 * limits.MOST_CELLS:
            raise too_much("cells", self.part, limits.MOST_CELLS)
        for array in self._arrays:
            formula = cells.get(array[0], BLANK).formula
            for spot in inside(array, cells):
                if cells[spot].array or (cells[spot].formula and spot != array[0]):
                    raise twice(self.part, f"{cell_name(spot)}: f")
                cells[spot] = Cell(cells[spot].value, formula, array)
        return cells

    @cached_property
    def _frame(self) -> Element:
        """The worksheet's outline, without the rows."""
        root, gap = outline(self._around, self.part, without=_NOT_EDITED), self._close - self._first
        shifted = [root]
        for element in shifted:
            shifted += element.children
            for edge in ("start", "inside", "close", "end"):
                if getattr(element, edge) >= self._first:
                    setattr(element, edge, getattr(element, edge) + gap)
        return root

    @cached_property
    def _body(self) -> Element:
        body = self._frame.child("sheetData")
        if body is None:
            raise damaged(self.part, "sheetData")
        return body

    def _after(self, number: int) -> int:
        """The byte where the first row below one begins, or the rows end."""
        place = bisect_left(self._numbers, number + 1)
        return self._rows[self._numbers[place]] if place < len(self._numbers) else self._close

    def _outlined(self, data: bytes, numbers: Sequence[int]) -> Iterator[tuple[int, Element, int]]:
        """Rows with their cells, each with how far it stands behind the bytes that its elements tell."""
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            cut = [data[self._rows[number] : self._after(number)] for number in some]
            root = outline(b"".join((b"<rows>", *cut, b"</rows>")), self.part)
            rows = (child for child in root.children if child.name == "row")
            for number, row in zip(some, rows, strict=True):
                yield number, row, self._rows[number] - row.start

    def _new_rows(self, by_row: Mapping[int, list[int]]) -> list[Edit]:
        """New rows, each before the one that follows it."""
        rows = {number: row for number, columns in by_row.items() if (row := self._new_row(number, columns))}
        if rows and not self._rows:
            return [insertion(self._body, self._body.inside, b"".join(rows.values()))]
        return [(at, at, row) for number, row in rows.items() for at in [self._after(number)]]

    def _new_row(self, number: int, columns: list[int]) -> bytes:
        prefix = self._body.prefix
        inner = "".join([self._new_cell(prefix, {}, (number, column)) for column in columns]).encode()
        opening, closing = f'<{prefix}row r="{number}">'.encode(), f"</{prefix}row>".encode()
        return opening + inner + closing if inner else b""

    def _new_cell(self, prefix: str, row: Mapping[str, str], spot: Spot) -> str:
        """A cell that is not there yet; nothing where it would hold nothing and look like its row.

        `row` are the attributes of its row.
        """
        cell = self._cells.get(spot, BLANK)
        style = self._style(row, spot[1]) if row else self._column_style(spot[1])
        wanted = self._restyled(spot, style) if self._styles else style
        if cell == BLANK and wanted == style:
            return ""
        return cell_xml(prefix, cell_name(spot), wanted, cell)

    def _restyled(self, spot: Spot, style: str) -> str:
        return self._made_of(self._styles.get(spot), style)

    def _made_of(self, restyle: Restyle | None, style: str) -> str:
        """The index of a format that another is made into."""
        if restyle is None:
            return style
        if (known := self._known_styles.get((restyle, style))) is None:
            known = self._known_styles[restyle, style] = str(restyle(int(style)))
        return known

    def _row_edit(self, data: bytes, number: int, columns: list[int]) -> Edit | None:
        """The edit of a row that is written as programs write it; none where it stays as it is."""
        at, end = self._rows[number], self._after(number)
        before = data[at:end]
        row = CutRow(before, number)
        for column in columns:
            spot = number, column
            if column in row.cells:
                row.change(column, self._opening(self._styles.get(spot)), self._cells.get(spot))
            elif new := self._new_cell("", row.marks, spot):
                row.add(column, new)
        after = row.written()
        return None if after == before else (at, end, after)

    def _opening(self, restyle: Restyle | None) -> Openings:
        """How cells open that are given another format."""
        if (known := self._openings.get(restyle)) is None:
            known = self._openings[restyle] = Openings(partial(self._made_of, restyle))
        return known

    def _row_edits(self, number: int, row: Element, at: int, columns: list[int]) -> list[Edit]:
        present, prefix = _cells_of(row, number), row.prefix
        taken = list(present)
        edits: list[Edit] = []
        added: list[Edit] = []
        for column in columns:
            if column in present:
                edits += self._changed(prefix, present[column], (number, column))
            elif new := self._new_cell(prefix, row.attributes, (number, column)):
                before = bisect_left(taken, column)
                place = present[taken[before - 1]].end if before else row.inside
                added.append((place, place, new.encode()))
        return [(at + start, at + end, new) for start, end, new in edits + _added(row, added)]

    def _changed(self, prefix: str, present: Element, spot: Spot) -> list[Edit]:
        """The edit of a cell that stands; none where it stays as it is."""
        said = present.attributes.get("s", "0")
        style = said if is_index(said) else "0"
        wanted = self._restyled(spot, style)
        if spot in self._cells:
            new = cell_xml(prefix, cell_name(spot), wanted, self._cells[spot])
            return [(present.start, present.end, new.encode())]
        return [attribute_edit(present, s=wanted)] if wanted != style else []

    def _style(self, row: Mapping[str, str], column: int) -> str:
        """A new cell's format: the row's, else the column's."""
        if row.get("customFormat") not in ("1", "true"):
            return self._column_style(column)
        said = row.get("s", "0")
        return said if is_index(said) else "0"

    def _column_style(self, column: int) -> str:
        """The format of a column, kept: there are many rows."""
        if (known := self._of_columns.get(column)) is None:
            styles = (style for first, last, style in self._column_styles if first <= column <= last)
            said = next(styles, "0")
            known = self._of_columns[column] = said if is_index(said) else "0"
        return known

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, str]]:
        """First column, last column and style of every group of columns."""
        columns = self._frame.child("cols")
        marks = [element.attributes for element in columns.children] if columns else []
        return [
            (int(mark["min"]), int(mark["max"]), mark.get("style", "0"))
            for mark in marks
            if all(is_index(mark.get(end, "")) for end in ("min", "max"))
        ]

    def _extent(self, by_row: Mapping[int, list[int]]) -> list[Edit]:
        """The stated extent, grown to hold the spots; from all cells where it was none."""
        element = self._frame.child("dimension")
        if element is None:
            return []
        spots = [(row, column) for row, columns in by_row.items() for column in (columns[0], columns[-1])]
        try:
            spots += block(element.attributes.get("ref", ""))
        except ValueError:
            spots += self.grid
        rows, columns = [row for row, _ in spots], [column for _, column in spots]
        first, last = cell_name((min(rows), min(columns))), cell_name((max(rows), max(columns)))
        return [attribute_edit(element, ref=first if first == last else f"{first}:{last}")]

    def _protection_edit(self, marks: Mapping[str, str]) -> Edit:
        new = empty_tag(f"{self._frame.prefix}sheetProtection", marks)
        present = self._frame.child("sheetProtection")
        before = self._frame.child("sheetCalcPr") or self._body
        return (present.start, present.end, new) if present else (before.end, before.end, new)


def _by_row(spots: Iterable[Spot]) -> dict[int, list[int]]:
    """Row -> columns, both ascending."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, column in spots:
        found[row].append(column)
    return {row: sorted(found[row]) for row in sorted(found)}


def _cells_of(row: Element, number: int) -> dict[int, Element]:
    """The cells that a row has, by column."""
    found: dict[int, Element] = {}
    column = 0
    for cell in row.children:
        if cell.name == "c":
            ref = cell.attributes.get("r")
            column = column + 1 if ref is None else COLUMNS[ref.removesuffix(str(number))]
            found[column] = cell
    return found


def _added(row: Element, added: list[Edit]) -> list[Edit]:
    """New cells in a row; its `spans`, an optional hint, would no longer hold."""
    if not added:
        return []
    marks = {name: value for name, value in row.attributes.items() if name != "spans"}
    tag = start_tag(row, marks)
    if not row.empty:
        return [(row.start, row.inside, tag), *added]
    inner = b"".join(new for _, _, new in added)
    return [(row.start, row.end, tag.removesuffix(b"/>") + b">" + inner + f"</{row.tag}>".encode())]


def size(array: Block) -> int:
    """How many cells a block has."""
    (top, left), (bottom, right) = array
    return (bottom - top + 1) * (right - left + 1)


def inside(array: Block, cells: Mapping[Spot, Cell]) -> list[Spot]:
    """Which of some cells are in a block, found from the fewer of both."""
    (top, left), (bottom, right) = array
    if size(array) > len(cells):
        return [(row, column) for row, column in cells if top <= row <= bottom and left <= column <= right]
    spots = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return [spot for spot in spots if spot in cells]
