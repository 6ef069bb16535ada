"""A white sheet to draw a letter's pictures on, measured in points: a PNG for Word, curves for paper.

Both are made of the same bars, rules and texts. The PNG is painted in the numbers of its few colours, which
is all of its data; texts of the SVG are outlines of the font, so that no program needs it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .font import ASCENT, DESCENT, UNITS, drawing_font, outline, text_width

INK, PALE, RULE = "#1F2933", "#66727F", "#D5DBE1"
SERIES = {"last_year": "#B4BEC9", "suggested": "#7FB0DC", "declared": "#E9B44C", "agreed": "#1F4E79"}
"""Colours of what is compared, in the order of a legend."""

_LINE = 10.0
"""Points from one line of names to the next."""
_WIDE = "\u2e80"
"""From here on are signs between which a text may break."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_SCALE = 3.0
"""Pixels per point: sharp on paper (216 dpi) and on dense screens."""
SMALL, *_ = _SIZES = tuple(pixels / _SCALE for pixels in (26, 23, 21))
"""The size of what is written on a picture, in whole pixels: 8.7 points, as large as a letter's tables; and
those of names that would have to be cut short in it."""
_SHADES = 8
"""Steps from paper to the colour of a text, at the edges of its signs."""
_WHITE = "#FFFFFF"
_METRE = 1 / 0.0254 * 72


class _Bar(NamedTuple):
    box: Box
    colour: str


class _Text(NamedTuple):
    """A line of text from its left end on its baseline."""

    at: tuple[float, float]
    said: str
    size: float
    colour: str
    bold: bool


class Canvas:
    """A sheet of `size` points. An anchor is two letters: left, middle or right of a text, and its middle or
    bottom."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self._bars: list[_Bar] = []
        self._texts: list[_Text] = []

    def bar(self, box: Box, colour: str) -> None:
        """Fill a box; one without height is not there."""
        self._bars.append(_Bar(box, colour))

    def rule(self, ends: Box, colour: str) -> None:
        """Draw a thin line from left to right."""
        left, top, right, _ = ends
        self._bars.append(_Bar((left, top, right, top + 1 / _SCALE), colour))

    def length(self, said: str, size: float, bold: bool = False) -> float:
        """How long a text is, in points."""
        return text_width(_flat(said), bold) * size

    def write(
        self,
        at: tuple[float, float],
        said: str,
        anchor: str,
        size: float,
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """Write one line."""
        before = {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * self.length(said, size, bold)
        below = {"m": (ASCENT - DESCENT) / 2, "b": -DESCENT}[anchor[1]] * size
        self._texts.append(_Text((at[0] - before, at[1] + below), _flat(said), size, colour, bold))

    def write_within(self, at: tuple[float, float], said: str, anchor: str, size: float, room: float) -> None:
        """Write as much as fits into `room` points."""
        shown = _flat(said)[:80]
        while len(shown) > 1 and self.length(shown, size) > room:
            shown = shown.rstrip("…")[:-1] + "…"
        self.write(at, shown, anchor, size)

    def folded(self, said: str, size: float, room: float) -> tuple[str, ...]:
        """A text in one line, or in two as long as each other where a blank or a wide sign lets it break."""
        flat = _flat(said)
        if self.length(flat, size) <= room:
            return (flat,)
        breaks = (k for k in range(1, len(flat)) if flat[k] == " " or max(flat[k - 1 : k + 1]) >= _WIDE)
        ways = [(flat[:k], flat[k:].lstrip()) for k in breaks if self.length(flat[:k], size) <= room]
        longest = [max(self.length(part, size) for part in way) for way in ways]
        return min(zip(longest, reversed(range(len(ways))), ways, strict=True), default=(0, 0, (flat,)))[-1]

    def number(
        self, at: tuple[float, float], said: str, anchor: str, size: float, room: float, bold: bool = False
    ) -> None:
        """Write a number whole, smaller where `room` points are too few for it."""
        fits = min(1.0, room / (self.length(said, size, bold) or 1.0))
        self.write(at, said, anchor, size * fits, INK, bold)

    def names(self, said: Sequence[str], ends: tuple[float, float], bottom: float, spare: float) -> float:
        """Write names side by side from end to end at the bottom of a picture, `spare` points apart; where
        they begin.

        They are as large as all of them fit; those that would be cut short side by side in the smallest size
        take turns in two rows, where each has the room of two.
        """
        pitch = (ends[1] - ends[0]) / len(said)
        ways = ((rows, size) for rows in (1, 2) for size in _SIZES)
        fits = (way for way in ways if self._all_fit(said, way[1], _rooms(way[0], len(said), pitch, spare)))
        rows, size = next(fits, (2, _SIZES[-1]))
        rooms = _rooms(rows, len(said), pitch, spare)
        lines = [self.folded(name, size, room) for name, room in zip(said, rooms, strict=True)]
        depths = [max(map(len, lines[row::rows]), default=0) for row in range(rows)]
        top = bottom - 3 - _LINE * sum(depths)
        for k, (parts, room) in enumerate(zip(lines, rooms, strict=True)):
            for line, part in enumerate(parts, sum(depths[: k % rows])):
                half = min(self.length(part, size), room) / 2
                middle = min(max(ends[0] + pitch * (k + 0.5), ends[0] + half), ends[1] - half)
                self.write_within((middle, top + 7 + line * _LINE), part, "mm", size, room)
        return top

    def _all_fit(self, said: Iterable[str], size: float, rooms: Iterable[float]) -> bool:
        each = (
            (part, room)
            for name, room in zip(said, rooms, strict=True)
            for part in self.folded(name, size, room)
        )
        return all(self.length(part, size) <= room for part, room in each)

    def png(self) -> bytes:
        """The picture in pixels."""
        width, height = (round(side * _SCALE) for side in self.size)
        palette = _Palette()
        sheet = np.zeros((height, width), np.uint8)
        for bar in self._bars:
            left, top, right, bottom = (max(round(edge * _SCALE), 0) for edge in bar.box)
            sheet[top:bottom, left:right] = palette.number(bar.colour)
        for text in self._texts:
            _paint(sheet, text, palette.shades(text.colour))
        return indexed_png(sheet, palette.colours)

    def svg(self) -> bytes:
        """The picture in curves."""
        width, height = self.size
        bars = "".join(_rectangle(bar) for bar in self._bars)
        texts = "".join(_outlined(text) for text in self._texts)
        paper = _rectangle(_Bar((0, 0, width, height), _WHITE))
        head = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{paper}{bars}{texts}</svg>'.encode()


class _Palette:
    """The colours of a sheet by number; white is the first."""

    def __init__(self) -> None:
        self.colours = [_rgb(_WHITE)]
        self._numbers: dict[tuple[int, int, int], int] = {self.colours[0]: 0}

    def number(self, colour: str) -> int:
        """A colour's number."""
        return self._of(_rgb(colour))

    def shades(self, colour: str) -> NDArray[np.uint8]:
        """Numbers from white to a colour, by how much of it there is."""
        return np.array([self._of(mixed) for mixed in _mixed(colour)], np.uint8)

    def _of(self, colour: tuple[int, int, int]) -> int:
        if colour not in self._numbers:
            self._numbers[colour] = len(self.colours)
            self.colours.append(colour)
        return self._numbers[colour]


@cache
def _mixed(colour: str) -> tuple[tuple[int, int, int], ...]:
    """The steps from white to a colour."""
    steps = [k / (_SHADES - 1) for k in range(_SHADES)]
    mixed = ([round(255 + (part - 255) * step) for part in _rgb(colour)] for step in steps)
    return tuple((red, green, blue) for red, green, blue in mixed)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _paint(sheet: NDArray[np.uint8], text: _Text, shades: NDArray[np.uint8]) -> None:
    """Put a text on the sheet, as far as that reaches."""
    mask, left, top = _mask(text.said, max(round(text.size * _SCALE), 1), text.bold)
    x, y = round(text.at[0] * _SCALE) + left, round(text.at[1] * _SCALE) + top
    seen = mask[max(-y, 0) :, max(-x, 0) :]
    place = sheet[max(y, 0) : max(y + mask.shape[0], 0), max(x, 0) : max(x + mask.shape[1], 0)]
    seen = seen[: place.shape[0], : place.shape[1]]
    np.copyto(place, shades[seen], where=seen > 0)


@lru_cache(1 << 12)
def _mask(said: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int]:
    """How much ink of a text is where, in steps; and where it begins, seen from its place on the baseline."""
    font = drawing_font(size, bold)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(said, anchor="ls"))
    image = Image.new("L", (max(right - left, 1), max(bottom - top, 1)))
    ImageDraw.Draw(image).text((-left, -top), said, 255, font, "ls")
    return (np.asarray(image).astype(np.uint16) * (_SHADES - 1) // 255).astype(np.uint8), left, top


def indexed_png(sheet: NDArray[np.uint8], colours: list[tuple[int, int, int]]) -> bytes:
    """A PNG of numbers of colours (rows, columns); each row as how it differs from the one above."""
    height, width = sheet.shape
    rows = np.full((height, width + 1), 2, np.uint8)
    rows[0, 1:], rows[1:, 1:] = sheet[0], sheet[1:] - sheet[:-1]
    dense = round(_SCALE * _METRE)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in colours for part in colour)),
            _chunk(b"pHYs", struct.pack(">2LB", dense, dense, 1)),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def _rectangle(bar: _Bar) -> str:
    left, top, right, bottom = bar.box
    if right <= left or bottom <= top:
        return ""
    size = f'width="{right - left:.2f}" height="{bottom - top:.2f}"'
    return f'<rect x="{left:.2f}" y="{top:.2f}" {size} fill="{bar.colour}"/>'


def _outlined(text: _Text) -> str:
    (x, y), scale = text.at, text.size / UNITS
    moved = f"translate({x:.2f} {y:.2f}) scale({scale:.6f} {-scale:.6f})"
    return f'<path fill="{text.colour}" transform="{moved}" d="{_curves(text.said, text.bold)}"/>'


@lru_cache(1 << 12)
def _curves(said: str, bold: bool) -> str:
    """The outlines of a text's signs, one after the other, in units of the font."""
    at, curves = 0.0, ""
    for sign in said:
        curves += outline(sign, bold, round(at))
        at += text_width(sign, bold) * UNITS
    return curves


@cache
def _flat(said: str) -> str:
    return " ".join(said.split())


def _rooms(rows: int, count: int, pitch: float, spare: float) -> list[float]:
    """The room of each of so many names; in two rows those at the ends move inwards, and have less."""
    inner = rows * pitch - spare
    edge = (rows + 1) / 2 * pitch - spare
    return [edge if k in (0, count - 1) else inner for k in range(count)]
