"""The picture of a letter: targets of every line beside each other, and of the region beside its past."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from ..calibration.commitment import Letter, LineCommitment, Targets
from ..language import text
from .fields import number
from .font import drawing_font

_SCALE = 3.0
"""Pixels per point: sharp on paper (216 dpi) and on dense screens."""
_MOST = 8
_INK, _PALE, _RULE = "#1F2933", "#66727F", "#D5DBE1"
_SERIES = (("last_year", "#B4BEC9"), ("suggested", "#7FB0DC"), ("declared", "#E9B44C"), ("agreed", "#1F4E79"))
_Box = tuple[float, float, float, float]


def targets_picture(letter: Letter, language: str, size: tuple[float, float]) -> bytes:
    """PNG of `size` points: bars per line, the largest when there are many, and the region's history."""
    canvas = _Canvas(size)
    width, height = size
    split = width * 0.64 if letter.total and letter.history else width
    _legend(canvas, letter, language, (0, 0, split, 16))
    _bars(canvas, letter, (0, 20, split, height))
    if letter.total and letter.history:
        _past(canvas, letter, letter.total, language, (split + 14, 0, width, height))
    return canvas.png()


def _shown(letter: Letter) -> tuple[LineCommitment, ...]:
    """Every line, or of many the largest in agreed targets, in plan order."""
    largest = sorted(letter.lines, key=lambda line: -line.targets.agreed)[:_MOST]
    return tuple(line for line in letter.lines if line in largest)[:_MOST]


def _legend(canvas: _Canvas, letter: Letter, language: str, box: _Box) -> None:
    left, top, *_ = box
    for code, colour in _SERIES:
        canvas.bar((left, top + 3, left + 8, top + 11), colour)
        caption = text(f"letters.chart.{code}", language)
        canvas.write((left + 11, top + 7), caption, "lm", 7.5)
        left += 11 + canvas.length(caption, 7.5) + 12
    if len(letter.lines) > _MOST:
        shown = text("letters.chart.largest", language, shown=_MOST, count=len(letter.lines))
        canvas.write((box[2], top + 7), shown, "rm", 7, _PALE)


def _bars(canvas: _Canvas, letter: Letter, box: _Box) -> None:
    """Four bars per line; all values are written when there is room, else the agreed ones."""
    lines = _shown(letter)
    left, top, right, bottom = box[0], box[1] + 10, box[2], box[3] - 14
    highest = max(value for line in lines for value in _values(line).values()) or 1.0
    pitch = (right - left) / len(lines)
    wide = min(pitch * 0.82, 130.0) / len(_SERIES)
    for k, line in enumerate(lines):
        middle = left + pitch * (k + 0.5)
        for place, (code, colour) in enumerate(_SERIES):
            if (value := _values(line).get(code)) is not None:
                x, y = middle + wide * (place - 2), bottom - (bottom - top) * value / highest
                canvas.bar((x + 0.6, y, x + wide - 0.6, bottom), colour)
                if code == "agreed" or len(lines) <= 4:
                    _label(canvas, number(value, letter.metric), (x + wide / 2, y - 2), code == "agreed")
        canvas.write_within((middle, bottom + 8), line.name, "mm", 7.5, pitch - 4)
    canvas.rule((left, bottom, right, bottom), _INK)


def _values(line: LineCommitment) -> dict[str, float]:
    """What is known of a line, by series; a bar starts at 0."""
    values = {code: float(getattr(line.targets, code)) for code, _ in _SERIES}
    return {code: max(value, 0.0) for code, value in values.items() if not math.isnan(value)}


def _label(canvas: _Canvas, said: str, foot: tuple[float, float], bold: bool) -> None:
    canvas.write(foot, said, "mb", 7, _INK if bold else _PALE, bold)


def _past(canvas: _Canvas, letter: Letter, total: Targets, language: str, box: _Box) -> None:
    """A strip of past totals, then what was suggested and what was agreed."""
    left, top, right, bottom = box[0], box[1] + 30, box[2], box[3] - 14
    canvas.write((left, box[1] + 7), text("letters.chart.history", language), "lm", 7.5)
    past = letter.history[-12:]
    bars = [(value, "#B4BEC9") for _, value in past]
    bars += [(total.suggested, "#7FB0DC"), (total.agreed, "#1F4E79")]
    highest = max(value for value, _ in bars) or 1.0
    pitch = (right - left) / len(bars)
    for k, (value, colour) in enumerate(bars):
        tall = (bottom - top) * max(value, 0.0) / highest
        canvas.bar((left + pitch * k + 0.8, bottom - tall, left + pitch * (k + 1) - 0.8, bottom), colour)
    canvas.rule((left, bottom, right, bottom), _INK)
    canvas.write((left, bottom + 8), str(past[0][0]), "lm", 7, _PALE)
    canvas.write((right, bottom + 8), str(letter.period), "rm", 7, _INK, True)
    tall = (bottom - top) * max(total.suggested, total.agreed) / highest
    canvas.write((right, bottom - tall - 2), number(total.agreed, letter.metric), "rb", 7, _INK, True)


class _Canvas:
    """A white sheet measured in points."""

    def __init__(self, size: tuple[float, float]) -> None:
        self._image = Image.new("RGB", (round(size[0] * _SCALE), round(size[1] * _SCALE)), "white")
        self._draw = ImageDraw.Draw(self._image)

    def bar(self, box: _Box, colour: str) -> None:
        left, top, right, bottom = (round(edge * _SCALE) for edge in box)
        if bottom > top:
            self._draw.rectangle((left, top, max(left, right - 1), bottom - 1), colour)

    def rule(self, ends: _Box, colour: str) -> None:
        self._draw.line([edge * _SCALE for edge in ends], colour, max(1, round(_SCALE / 3)))

    def length(self, said: str, size: float, bold: bool = False) -> float:
        return drawing_font(round(size * _SCALE), bold).getlength(_flat(said)) / _SCALE

    def write(
        self,
        at: tuple[float, float],
        said: str,
        anchor: str,
        size: float,
        colour: str = _INK,
        bold: bool = False,
    ) -> None:
        font = drawing_font(round(size * _SCALE), bold)
        self._draw.text((at[0] * _SCALE, at[1] * _SCALE), _flat(said), colour, font, anchor)

    def write_within(self, at: tuple[float, float], said: str, anchor: str, size: float, room: float) -> None:
        """Write as much as fits into `room` points."""
        shown = _flat(said)[:80]
        while len(shown) > 1 and self.length(shown, size) > room:
            shown = shown.rstrip("…")[:-1] + "…"
        self.write(at, shown, anchor, size)

    def png(self) -> bytes:
        out = io.BytesIO()
        self._image.quantize(64).save(out, "PNG", dpi=(72 * _SCALE, 72 * _SCALE), optimize=True)
        return out.getvalue()


def _flat(said: str) -> str:
    return " ".join(said.split())
