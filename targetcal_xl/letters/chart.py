"""The picture of a letter: targets of every line beside each other, and of the region beside its past."""

from __future__ import annotations

import math

from ..calibration.commitment import Letter, LineCommitment, Targets
from ..figures import rounded
from ..language import text
from .canvas import INK, PALE, SERIES, SMALL, Box, Canvas
from .fields import figures_of

_MOST, _LEAST_PITCH = 8, 34.0
"""Lines that are shown at most, and the points that each of them needs from side to side."""
_ROW = 12.0


def targets_picture(letter: Letter, language: str, size: tuple[float, float]) -> Canvas:
    """A sheet of `size` points: bars per line, the largest when there are many, and the region's history."""
    canvas = Canvas(size)
    width, height = size
    split = width * 0.64 if letter.total and letter.history else width
    _legend(canvas, language)
    _bars(canvas, letter, language, (0, _ROW, split, height))
    if letter.total and letter.history:
        _past(canvas, letter, letter.total, language, (split + 10, _ROW, width, height))
    return canvas


def _shown(letter: Letter, width: float) -> tuple[LineCommitment, ...]:
    """Every line, or of many the largest in agreed targets for which there is room, in plan order."""
    most = max(min(_MOST, int(width / _LEAST_PITCH)), 1)
    largest = sorted(letter.lines, key=lambda line: -line.targets.agreed)[:most]
    return tuple(line for line in letter.lines if line in largest)[:most]


def _legend(canvas: Canvas, language: str) -> None:
    left = 0.0
    for code, colour in SERIES.items():
        canvas.bar((left, 2, left + 8, 10), colour)
        caption = text(f"letters.chart.{code}", language)
        canvas.write((left + 11, 6), caption, "lm", SMALL)
        left += 11 + canvas.length(caption, SMALL) + 9


def _bars(canvas: Canvas, letter: Letter, language: str, box: Box) -> None:
    """Four bars per line; all values are written when there is room, else the agreed ones."""
    left, top, right, bottom = box
    lines = _shown(letter, right - left)
    pitch = (right - left) / len(lines)
    if len(lines) < len(letter.lines):
        shown = text("letters.chart.largest", language, shown=len(lines), count=len(letter.lines))
        canvas.write((left, top + 6), shown, "lm", SMALL, PALE)
    top, bottom = top + 2 * _ROW, canvas.names([line.name for line in lines], (left, right), bottom, 3)
    highest = max(value for line in lines for value in _values(line).values()) or 1.0
    wide = min(pitch * 0.82, 130.0) / len(SERIES)
    numbers = _numbers(letter, lines, language)
    all_fit = all(canvas.length(said, SMALL, True) <= wide for one in numbers for said in one.values())
    for k, line in enumerate(lines):
        middle, values = left + pitch * (k + 0.5), _values(line)
        tops = {code: bottom - (bottom - top) * value / highest for code, value in values.items()}
        for place, (code, colour) in enumerate(SERIES.items()):
            if code in tops:
                x = middle + wide * (place - 2)
                canvas.bar((x + 0.6, tops[code], x + wide - 0.6, bottom), colour)
                if all_fit:
                    foot = x + wide / 2, tops[code] - 2
                    canvas.number(foot, numbers[k][code], "mb", SMALL, wide, code == "agreed")
        if not all_fit and "agreed" in tops:
            right_end = middle + pitch / 2 - 1, min(tops.values()) - 2
            canvas.number(right_end, numbers[k]["agreed"], "rb", SMALL, pitch - 2, True)
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


def _past(canvas: Canvas, letter: Letter, total: Targets, language: str, box: Box) -> None:
    """A strip of past totals, then what was suggested and what was agreed."""
    left, top, right, bottom = box[0], box[1] + 2 * _ROW, box[2], box[3] - 13
    canvas.write((left, box[1] + 6), text("letters.chart.history", language), "lm", SMALL)
    past = letter.history[-12:]
    bars = [(value, SERIES["last_year"]) for _, value in past]
    bars += [(total.suggested, SERIES["suggested"]), (total.agreed, SERIES["agreed"])]
    highest = max(value for value, _ in bars) or 1.0
    pitch = (right - left) / len(bars)
    for k, (value, colour) in enumerate(bars):
        tall = (bottom - top) * max(value, 0.0) / highest
        canvas.bar((left + pitch * k + 0.8, bottom - tall, left + pitch * (k + 1) - 0.8, bottom), colour)
    canvas.rule((left, bottom, right, bottom), INK)
    canvas.write((left, bottom + 7), str(past[0][0]), "lm", SMALL, PALE)
    canvas.write((right, bottom + 7), str(letter.period), "rm", SMALL, INK, True)
    tall = (bottom - top) * max(total.suggested, total.agreed) / highest
    (said,) = rounded([total.agreed], figures_of(letter, language))
    canvas.write((right, bottom - tall - 2), said, "rb", SMALL, INK, True)
