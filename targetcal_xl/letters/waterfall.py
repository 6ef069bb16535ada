"""The second picture of a letter: from last year's figure to the suggestion, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..calibration.explanation import Explanation, axis_floor
from ..calibration.metric import Metric
from ..figures import Figures, rounded
from ..language import text
from ..sentences import step_name
from .canvas import INK, PALE, SERIES, SMALL, Canvas

_BETTER, _WORSE = "#6FAF8D", "#D98F6C"


class _Bar(NamedTuple):
    """A column from one height to another, with its number and its name."""

    begins: float
    ends: float
    colour: str
    number: str
    name: str


def steps_picture(
    explanation: Explanation | None,
    metric: Metric,
    language: str,
    size: tuple[float, float],
    power: int = 0,
) -> Canvas:
    """A sheet of `size` points: last year's figure, each step that changes it, and the suggestion.

    Nothing is on it where there is nothing to explain.
    """
    canvas, (width, height) = Canvas(size), size
    if explanation is None:
        return canvas
    bars = list(_bars(explanation, Figures(metric, language, power)))
    pitch, top = width / len(bars), 12.0
    bottom = canvas.names([bar.name for bar in bars], (0, width), height, 2)
    heights = [bar.ends for bar in bars]
    lowest, highest = axis_floor(heights), max(*heights, 0.0)
    unit = (bottom - top) / (highest - lowest or 1.0)

    def y(value: float) -> float:
        return bottom - (value - lowest) * unit

    for k, bar in enumerate(bars):
        left, right = pitch * (k + 0.19), pitch * (k + 0.81)
        begins = max(bar.begins, lowest)
        above, below = y(max(begins, bar.ends)), y(min(begins, bar.ends))
        canvas.bar((left, above, right, max(below, above + 0.7)), bar.colour)
        canvas.number(((left + right) / 2, above - 2), bar.number, "mb", SMALL, pitch - 2, not bar.begins)
        if k + 1 < len(bars):
            canvas.rule((right, y(bar.ends), pitch * (k + 1.19), y(bar.ends)), PALE)
    ground = y(max(lowest, 0.0))
    canvas.rule((0, ground, width, ground), INK)
    return canvas


def _bars(explanation: Explanation, told: Figures) -> Iterator[_Bar]:
    metric, language = told.metric, told.language
    start, reached, suggested = explanation.start, explanation.start, explanation.suggested
    steps = [step for step in explanation.steps if step.amount]
    numbers = rounded([start, *(step.amount for step in steps), suggested], told)
    origin = "last_year" if explanation.origin == "last_year" else "level"
    name = text(f"letters.chart.{origin}", language)
    yield _Bar(0.0, start, SERIES["last_year"], numbers[0], name)
    for step, number in zip(steps, numbers[1:], strict=False):
        colour = _BETTER if step.amount * metric.direction > 0 else _WORSE
        said, name = "+" * (step.amount > 0) + number, step_name(step, language)
        yield _Bar(reached, reached + step.amount, colour, said, name[:1].upper() + name[1:])
        reached += step.amount
    name = text("letters.chart.suggested", language)
    yield _Bar(0.0, suggested, SERIES["suggested"], numbers[-1], name)
