"""A white sheet to draw a letter's pictures on, measured in points."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from .font import drawing_font

INK, PALE, RULE = "#1F2933", "#66727F", "#D5DBE1"
SERIES = {"last_year": "#B4BEC9", "suggested": "#7FB0DC", "declared": "#E9B44C", "agreed": "#1F4E79"}
"""Colours of what is compared, in the order of a legend."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_SCALE = 3.0
"""Pixels per point: sharp on paper (216 dpi) and on dense screens."""


class Canvas:
    """A sheet of `size` points; anchors are Pillow's."""

    def __init__(self, size: tuple[float, float]) -> None:
        self._image = Image.new("RGB", (round(size[0] * _SCALE), round(size[1] * _SCALE)), "white")
        self._draw = ImageDraw.Draw(self._image)

    def bar(self, box: Box, colour: str) -> None:
        """Fill a box; one without height is not there."""
        left, top, right, bottom = (round(edge * _SCALE) for edge in box)
        if bottom > top:
            self._draw.rectangle((left, top, max(left, right - 1), bottom - 1), colour)

    def rule(self, ends: Box, colour: str) -> None:
        """Draw a thin line."""
        self._draw.line([edge * _SCALE for edge in ends], colour, max(1, round(_SCALE / 3)))

    def length(self, said: str, size: float, bold: bool = False) -> float:
        """How long a text is, in points."""
        return drawing_font(round(size * _SCALE), bold).getlength(_flat(said)) / _SCALE

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
        font = drawing_font(round(size * _SCALE), bold)
        self._draw.text((at[0] * _SCALE, at[1] * _SCALE), _flat(said), colour, font, anchor)

    def write_within(self, at: tuple[float, float], said: str, anchor: str, size: float, room: float) -> None:
        """Write as much as fits into `room` points."""
        shown = _flat(said)[:80]
        while len(shown) > 1 and self.length(shown, size) > room:
            shown = shown.rstrip("…")[:-1] + "…"
        self.write(at, shown, anchor, size)

    def number(
        self, at: tuple[float, float], said: str, anchor: str, size: float, room: float, bold: bool = False
    ) -> None:
        """Write a number whole, smaller where `room` points are too few for it."""
        fits = min(1.0, room / (self.length(said, size, bold) or 1.0))
        self.write(at, said, anchor, size * fits, INK, bold)

    def png(self) -> bytes:
        """The picture, in few colours."""
        out = io.BytesIO()
        self._image.quantize(64).save(out, "PNG", dpi=(72 * _SCALE, 72 * _SCALE), optimize=True)
        return out.getvalue()


def _flat(said: str) -> str:
    return " ".join(said.split())
