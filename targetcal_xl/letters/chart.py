"""The picture of a letter: targets of every line beside each other, and of the region beside its past."""

from __future__ import annotations

import math

from ..calibration.commitment import Letter, LineCommitment, Targets
from ..figures import rounded
from ..language import text
from .canvas import INK, PALE, SERIES, Box, Canvas
from .fields import figures_of

_MOST = 8


def targets_picture(letter: Letter, language: str, size: tuple[float, float]) -> Canvas:
    """A sheet of `size` points: bars per line, the largest when there are many, and the region's history."""
    canvas = Canvas(size)
    width, height = size
    split = width * 0.64 if letter.total and letter.history else width
    _legend(canvas, letter, language, (0, 0, split, 16))
    _bars(canvas, letter, language, (0, 20, split, height))
    if letter.total and letter.history:
        _past(canvas, letter, letter.total, language, (split + 14, 0, width, height))
    return canvas


def _shown(letter: Letter) -> tuple[LineCommitment, ...]:
    """Every line, or of many the largest in agreed targets, in plan order."""
    largest = sorted(letter.lines, key=lambda line: -line.targets.agreed)[:_MOST]
    return tuple(line for line in letter.lines if line in largest)[:_MOST]


def _legend(canvas: Canvas, letter: Letter, language: str, box: Box) -> None:
    left, top, *_ = box
    for code, colour in SERIES.items():
        canvas.bar((left, top + 3, left + 8, top + 11), colour)
        caption = text(f"letters.chart.{code}", language)
        canvas.write((left + 11, top + 7), caption, "lm", 7.5)
        left += 11 + canvas.length(caption, 7.5) + 12
    if len(letter.lines) > _MOST:
        shown = text("letters.chart.largest", language, shown=_MOST, count=len(letter.lines))
        canvas.write((box[2], top + 7), shown, "rm", 7, PALE)


def _bars(canvas: Canvas, letter: Letter, language: str, box: Box) -> None:
    """Four bars per line; all values are written when there is room, else the agreed ones."""
    lines = _shown(letter)
    left, top, right, bottom = box[0], box[1] + 10, box[2], box[3] - 14
    highest = max(value for line in lines for value in _values(line).values()) or 1.0
    pitch = (right - left) / len(lines)
    wide = min(pitch * 0.82, 130.0) / len(SERIES)
    numbers = _numbers(letter, lines, language)
    all_fit = all(canvas.length(said, 7, True) <= wide for one in numbers for said in one.values())
    for k, line in enumerate(lines):
        middle = left + pitch * (k + 0.5)
        for place, (code, colour) in enumerate(SERIES.items()):
            if (value := _values(line).get(code)) is not None:
                x, y = middle + wide * (place - 2), bottom - (bottom - top) * value / highest
                canvas.bar((x + 0.6, y, x + wide - 0.6, bottom), colour)
                if code == "agreed" or all_fit:
                    room = wide if all_fit else pitch - 2
                    _label(canvas, numbers[k][code], (x + wide / 2, y - 2), room, code == "agreed")
        canvas.write_within((middle, bottom + 8), line.name, "mm", 7.5, pitch - 4)
    canvas.rule((left, bottom, right, bottom), INK)


def _values(line: LineCommitment) -> dict[str, float]:
    """What is known of a line, by series; a bar starts at 0."""
    values = {code: float(getattr(line.targets, code)) for code in SERIES}
    return {code: max(value, 0.0) for code, value in values.items() if not math.isnan(value)}


def _numbers(letter: Letter, lines: tuple[LineCommitment, ...], language: str) -> list[dict[str, str]]:
    """What is written on the bars of each line, all in one unit."""
    values = [value for line in lines for value in _values(line).values()]
    said = iter(rounded(values, figures_of(letter, language)))
    return [dict(zip(_values(line), said, strict=False)) for line in lines]


def _label(canvas: Canvas, said: str, foot: tuple[float, float], room: float, bold: bool) -> None:
    canvas.number(foot, said, "mb", 7, room, bold)


def _past(canvas: Canvas, letter: Letter, total: Targets, language: str, box: Box) -> None:
    """A strip of past totals, then what was suggested and what was agreed."""
    left, top, right, bottom = box[0], box[1] + 30, box[2], box[3] - 14
    canvas.write((left, box[1] + 7), text("letters.chart.history", language), "lm", 7.5)
    past = letter.history[-12:]
    bars = [(value, SERIES["last_year"]) for _, value in past]
    bars += [(total.suggested, SERIES["suggested"]), (total.agreed, SERIES["agreed"])]
    highest = max(value for value, _ in bars) or 1.0
    pitch = (right - left) / len(bars)
    for k, (value, colour) in enumerate(bars):
        tall = (bottom - top) * max(value, 0.0) / highest
        canvas.bar((left + pitch * k + 0.8, bottom - tall, left + pitch * (k + 1) - 0.8, bottom), colour)
    canvas.rule((left, bottom, right, bottom), INK)
    canvas.write((left, bottom + 8), str(past[0][0]), "lm", 7, PALE)
    canvas.write((right, bottom + 8), str(letter.period), "rm", 7, INK, True)
    tall = (bottom - top) * max(total.suggested, total.agreed) / highest
    (said,) = rounded([total.agreed], figures_of(letter, language))
    canvas.write((right, bottom - tall - 2), said, "rb", 7, INK, True)
