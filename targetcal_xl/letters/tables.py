"""Word's tables as Typst markup: widths, spans, borders, shading, repeated header rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lxml import etree

from .blocks import shaped
from .moulds import Mould, shared
from .package import W
from .styles import WordStyles, colour, is_on, points, value_of
from .supported import Unsupported, examine

_SIDES = {"top": ("top",), "bottom": ("bottom",), "left": ("left", "start"), "right": ("right", "end")}
_INSIDE = ("insideH", "insideV")
_VERTICAL = {"center": "horizon", "bottom": "bottom"}
_MARGIN = 5.4
_HAIR = 0.5
LEAST = """#let least(height, width, body) = {
  body
  context v(calc.max(0pt, height - measure(block(width: width, body)).height))
}"""
"""A row's minimal height, which Typst has not got: the rest of it below the contents."""


@dataclass(frozen=True)
class TableLook:
    """A table's own properties before those of its style."""

    widths: tuple[float, ...]
    properties: tuple[etree._Element, ...]

    @cached_property
    def borders(self) -> Mapping[str, etree._Element | None]:
        """The table's border of each side, and of `insideH`, `insideV`."""
        return {side: _first(self.properties, "tblBorders", side) for side in (*_SIDES, *_INSIDE)}

    @cached_property
    def margins(self) -> Mapping[str, float]:
        """The cells' margin of each side in points."""
        found = {side: _first(self.properties, "tblCellMar", side) for side in _SIDES}
        default = {side: _MARGIN if side in ("left", "right") else 0.0 for side in _SIDES}
        return {
            side: default[side] if one is None else points(one.get(f"{W}w")) for side, one in found.items()
        }


Contents = Callable[[etree._Element, float], str]
"""What makes the markup of a cell's contents, which has so many points from side to side."""


class SetRow(NamedTuple):
    """A row's mould, whether it is a head, and whether it stays with the next one."""

    mould: Mould
    is_head: bool
    is_kept: bool


class TableFrame:
    """A table without its rows; raise Unsupported for what has no equal."""

    def __init__(self, shape: str, styles: WordStyles) -> None:
        examine(element := shaped(shape))
        self._shape, self._styles = shape, styles
        self._table = read_table(element, styles)

    @cached_property
    def _placed(self) -> str:
        """How the table stands on the page, around its markup."""
        own = self._table.properties[0]
        where = value_of(own, "jc")
        if where in ("center", "right", "end"):
            return f"align({'center' if where == 'center' else 'right'}, "
        if not self._styles.is_of_2013:
            raise Unsupported("tbl compatibilityMode")
        return f"pad(left: {points(value_of(own, 'tblInd', 'w'))}pt, "

    def row(self, shape: str, ends: tuple[bool, bool], contents: Contents) -> SetRow:
        """A row by its shape, and whether it is the first and the last one."""
        examine(row := shaped(shape, self._shape))
        mould = Mould.of(_row(self._table, row, ends, contents))
        kept = all(self._styles.paragraph(paragraph).keep_next for paragraph in row.iter(f"{W}p"))
        return SetRow(mould, _switch(row, "tblHeader"), kept)

    def markup(self, rows: Sequence[SetRow], filled: Sequence[str]) -> str:
        """The table of these rows."""
        head = next((place for place, row in enumerate(rows) if not row.is_head), len(rows))
        kept = _is_kept(rows[head:-1])
        if head:
            repeat = f"repeat: {str(not kept).lower()}"
            filled = [f"table.header({repeat}, {', '.join(filled[:head])})", *filled[head:]]
        columns = ", ".join(f"{width}pt" for width in self._table.widths)
        markup = f"table(columns: ({columns},), stroke: none, {', '.join(filled)})"
        return f"#block(width: 100%, breakable: {str(not kept).lower()}, {self._placed}{markup}))\n"


def _is_kept(rows: Sequence[SetRow]) -> bool:
    """Whether the rows stay on one page; a head that is repeated stays with the next in any case.

    Raise Unsupported where some of them do, and others not.
    """
    kept = {row.is_kept for row in rows}
    if len(kept) > 1:
        raise Unsupported("keepNext in tbl")
    return True in kept


def read_table(element: etree._Element, styles: WordStyles) -> TableLook:
    """How a table looks; raise Unsupported for one whose columns do not say how wide they are."""
    own = element.find(f"{W}tblPr")
    grid = element.find(f"{W}tblGrid")
    if own is None or grid is None:
        raise Unsupported("tbl")
    if own.find(f"{W}tblLayout") is None:
        raise Unsupported("autofit")
    inherited = styles.table(value_of(own, "tblStyle"))
    widths = tuple(points(column.get(f"{W}w")) for column in grid)
    _agree(own, "tblW", sum(widths))
    return TableLook(widths, (own, *reversed(inherited)))


def _row(table: TableLook, row: etree._Element, ends: tuple[bool, bool], contents: Contents) -> str:
    cells, column = [], 0
    for cell in row.iter(f"{W}tc"):
        span = int(points(value_of(cell.find(f"{W}tcPr"), "gridSpan"), 1)) or 1
        own, width = cell.find(f"{W}tcPr"), sum(table.widths[column : column + span])
        room = width - sum(cell_margin(table, own, side) for side in ("left", "right"))
        cells.append(_cell(table, _Place(ends, column, span, row, cell), contents(cell, room)))
        column += span
    if column != len(table.widths):
        raise Unsupported("gridBefore")
    return ", ".join(cells)


@dataclass(frozen=True)
class _Place:
    """A cell and where it is; `ends`: whether its row is the first and the last one."""

    ends: tuple[bool, bool]
    column: int
    span: int
    parent: etree._Element
    cell: etree._Element


def _cell(table: TableLook, place: _Place, body: str) -> str:
    own = place.cell.find(f"{W}tcPr")
    if next(place.cell.iter(f"{W}tbl"), None) is not None:
        raise Unsupported("tbl in tc")
    width = sum(table.widths[place.column : place.column + place.span])
    _agree(own, "tcW", width)
    margins = {side: cell_margin(table, own, side) for side in _SIDES}
    lines = {side: _line(table, place, own, side) for side in _SIDES}
    margins["top"] += _width(lines["top"])  # a line takes room, in Writer too
    options = [
        *([f"colspan: {place.span}"] if place.span > 1 else []),
        f"align: left + {_VERTICAL.get(value_of(own, 'vAlign') or '', 'top')}",
        f"inset: ({', '.join(f'{side}: {margin}pt' for side, margin in margins.items())})",
        f"stroke: ({', '.join(f'{side}: {_stroke(line)}' for side, line in lines.items())})",
    ]
    fill = value_of(own, "shd", "fill") or "auto"
    if fill != "auto" and value_of(own, "shd") == "clear":
        options.append(f'fill: rgb("#{colour(fill)}")')
    if _switch(place.parent, "cantSplit"):
        options.append("breakable: false")
    cell = shared(f"table.cell.with({', '.join(options)})")
    return f"{cell}[{_at_least(place.parent, width, margins, body)}]"


def cell_margin(table: TableLook, own: etree._Element | None, side: str) -> float:
    """How far a cell's contents stay from its side, in points."""
    direct = None if own is None else own.find(f"{W}tcMar/{W}{side}")
    return table.margins[side] if direct is None else points(direct.get(f"{W}w"))


def _line(table: TableLook, place: _Place, own: etree._Element | None, side: str) -> etree._Element | None:
    """A cell's line on one side: its own, or the table's outer or inner one; None where none is drawn."""
    direct = None if own is None else _first((own,), "tcBorders", side)
    line = table.borders[_line_name(table, place, side)] if direct is None else direct
    kind = "nil" if line is None else line.get(f"{W}val", "nil")
    if kind not in ("nil", "none", "single"):
        raise Unsupported(f"{kind} border")
    return line if kind == "single" else None


def _stroke(line: etree._Element | None) -> str:
    return "none" if line is None else f'{_width(line)}pt + rgb("#{colour(line.get(f"{W}color"))}")'


def _width(line: etree._Element | None) -> float:
    return 0.0 if line is None else points(line.get(f"{W}sz"), 8)


def _line_name(table: TableLook, place: _Place, side: str) -> str:
    outer = {
        "top": place.ends[0],
        "bottom": place.ends[1],
        "left": place.column == 0,
        "right": place.column + place.span == len(table.widths),
    }
    return side if outer[side] else "insideH" if side in ("top", "bottom") else "insideV"


def _at_least(row: etree._Element, width: float, margins: dict[str, float], body: str) -> str:
    """The contents, or the contents in the row's minimal height."""
    height = value_of(row.find(f"{W}trPr"), "trHeight")
    if not height:
        return body
    return f"#least({points(height)}pt, {width - margins['left'] - margins['right']}pt)[{body}]"


def _agree(properties: etree._Element | None, name: str, width: float) -> None:
    """Raise Unsupported where a width is said otherwise than by the columns."""
    said = points(value_of(properties, name, "w"))
    if said and value_of(properties, name, "type") != "auto" and abs(said - width) > _HAIR:
        raise Unsupported(name)


def _first(holders: tuple[etree._Element, ...], group: str, side: str) -> etree._Element | None:
    """The first definition of a side in a group of borders or margins."""
    groups = (found for holder in holders if (found := holder.find(f"{W}{group}")) is not None)
    for found in groups:
        for name in _SIDES.get(side, (side,)):
            if (line := found.find(f"{W}{name}")) is not None:
                return line
    return None


def _switch(row: etree._Element, name: str) -> bool:
    found = row.find(f"{W}trPr/{W}{name}")
    return found is not None and is_on(found)
