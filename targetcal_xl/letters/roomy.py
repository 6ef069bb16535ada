"""Long numbers in a Word table of fixed columns: other columns make room, then the numbers become smaller.

A number does not break, so one that is wider than its cell runs into its neighbour. The Word file itself is
changed, so that every program shows the same. Where no number is too wide, nothing is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from .font import text_width
from .package import W, parse_xml
from .styles import Look, WordStyles, points, styles_of, value_of
from .supported import Unsupported
from .tables import cell_margin, read_table

_LONG = re.compile(r"\d[\d.,]{7,}")
"""What may be too wide for a column of any letter."""
_NUMBER = re.compile(r"[+−-]?\d[\d.,]*(?: –|%)?")
_ALONE = re.compile(r"[-+−\d.,%– ]*\d[-+−\d.,%– ]*")
_WORD = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]{1,4}")
"""What is not to be broken where a column becomes narrower; of Chinese, as much as a caption has."""
_SCALES = tuple(percent / 100 for percent in range(100, 55, -2))
"""How small numbers may become, of the size that the template gives them."""
_SPARE = 1.04
"""Arial and Microsoft YaHei set signs up to so much wider than our font."""
_LEFT_OVER = 0.4
"""The share of its width that a column of words keeps."""
_BEHIND_SIZE = frozenset(
    f"{W}{name}"
    for name in (
        *("szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em"),
        *("lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange"),
    )
)
_TWIPS = 20


def is_long(text: str) -> bool:
    """Whether a text holds a number that may be too wide for its column."""
    return _LONG.search(text) is not None


def with_room(body: str, parts: Mapping[str, bytes]) -> str:
    """The XML of a letter's body in which every number fits where it stands, as far as there is paper.

    `parts`: those of its template, whose styles say how large letters are.
    """
    root = parse_xml(body.encode())
    changed = [_make_room(table, parts) for table in root.iter(f"{W}tbl")]
    return etree.tostring(root, encoding="unicode") if any(changed) else body


@dataclass(frozen=True)
class _Run:
    """Text of one look in a column; `around`: points of its cell that are not for text."""

    element: etree._Element
    look: Look
    text: str
    column: int
    around: float

    @property
    def is_number(self) -> bool:
        """Whether there is nothing but a number, or a number to a number."""
        return _ALONE.fullmatch(self.text) is not None

    def size(self, scale: float) -> float:
        """Points; Word knows halves."""
        return math.floor(self.look.size * scale * 2) / 2 if self.is_number else self.look.size

    def room(self, pattern: re.Pattern[str], scale: float = 1.0) -> float:
        """Points that the cell needs for the widest piece of a kind; 0 where there is none."""
        widths = [text_width(one, self.look.bold) for one in pattern.findall(self.text)]
        return max(widths) * self.size(scale) * _SPARE + self.around if widths else 0.0


def _make_room(table: etree._Element, parts: Mapping[str, bytes]) -> bool:
    """Change a table where it has to be; whether it was."""
    try:
        widths, runs = _read(table, styles_of(parts))
    except Unsupported:
        return False  # columns that make room by themselves, or that only an office program can lay out
    if all(run.room(_NUMBER) <= widths[run.column] for run in runs):
        return False
    for scale in _SCALES:
        least = _least(widths, runs, scale)
        if sum(least) <= sum(widths):
            _write(table, _shared_out(widths, least))
            _shrink(runs, scale)
            return True
    return False


def _read(table: etree._Element, styles: WordStyles) -> tuple[tuple[float, ...], list[_Run]]:
    """Widths of columns in points, and the runs of cells of one column."""
    look = read_table(table, styles)
    runs: list[_Run] = []
    for column, span, cell in _cells(table, len(look.widths)):
        own = cell.find(f"{W}tcPr")
        sides = sum(cell_margin(look, own, side) for side in ("left", "right"))
        if span == 1:
            runs += _runs(cell, column, sides, styles)
    return look.widths, runs


def _cells(table: etree._Element, columns: int) -> Iterator[tuple[int, int, etree._Element]]:
    """The cells by their first column and how many they have; raise Unsupported for a row of others."""
    for row in table.iter(f"{W}tr"):
        column = 0
        for cell in row.iter(f"{W}tc"):
            span = int(points(value_of(cell.find(f"{W}tcPr"), "gridSpan"), 1)) or 1
            yield column, span, cell
            column += span
        if column != columns:
            raise Unsupported("gridBefore")


def _runs(cell: etree._Element, column: int, sides: float, styles: WordStyles) -> Iterator[_Run]:
    for paragraph in cell.iter(f"{W}p"):
        look = styles.paragraph(paragraph)
        around = sides + look.left + look.right + max(look.first, 0.0)
        for run in paragraph.iter(f"{W}r"):
            said = "".join(text.text or "" for text in run.iter(f"{W}t"))
            yield _Run(run, styles.run(run, look), said, column, around)


def _least(widths: Sequence[float], runs: Sequence[_Run], scale: float) -> list[float]:
    """How wide each column has to be: for its numbers, and for its words as far as it is so wide now."""
    least = []
    for column, width in enumerate(widths):
        own = [run for run in runs if run.column == column]
        numbers = max((run.room(_NUMBER, scale) for run in own if run.is_number), default=0.0)
        words = [max(run.room(_NUMBER), run.room(_WORD)) for run in own if not run.is_number]
        kept = 0.0 if numbers else width * _LEFT_OVER
        least.append(max(numbers, kept, min(max(words, default=0.0), width)))
    return least


def _shared_out(widths: Sequence[float], least: Sequence[float]) -> list[int]:
    """New widths in twentieths of a point: who has more than it needs gives to who has less."""
    missing = sum(max(need - width, 0.0) for width, need in zip(widths, least, strict=True))
    spare = sum(max(width - need, 0.0) for width, need in zip(widths, least, strict=True))
    share = missing / spare if spare else 0.0
    pairs = zip(widths, least, strict=True)
    new = [math.floor(max(need, width - max(width - need, 0.0) * share) * _TWIPS) for width, need in pairs]
    new[new.index(max(new))] += round(sum(widths) * _TWIPS) - sum(new)
    return new


def _write(table: etree._Element, widths: Sequence[int]) -> None:
    grid = table.find(f"{W}tblGrid")
    assert grid is not None  # noqa: S101 - it was read
    for column, width in zip(grid.iter(f"{W}gridCol"), widths, strict=True):
        column.set(f"{W}w", str(width))
    for start, span, cell in _cells(table, len(widths)):
        if (said := cell.find(f"{W}tcPr/{W}tcW")) is not None and said.get(f"{W}type") == "dxa":
            said.set(f"{W}w", str(sum(widths[start : start + span])))


def _shrink(runs: Sequence[_Run], scale: float) -> None:
    for run in runs:
        if (size := run.size(scale)) < run.look.size:
            _set_size(run.element, size)


def _set_size(run: etree._Element, size: float) -> None:
    """Say a run's size, at the place that Word's schema has for it."""
    own = run.find(f"{W}rPr")
    if own is None:
        run.insert(0, own := run.makeelement(f"{W}rPr"))
    if (said := own.find(f"{W}sz")) is None:
        said = own.makeelement(f"{W}sz")
        behind = (place for place, one in enumerate(own) if one.tag in _BEHIND_SIZE)
        own.insert(next(behind, len(own)), said)
    said.set(f"{W}val", str(round(size * 2)))
