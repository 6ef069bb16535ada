"""What the suggestions leave for finance to settle: last values and intervals that stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..calibration import Baseline, Inputs


@dataclass(frozen=True)
class Asked:
    """A line whose last value is a share (.24 for 24 %) away from what was expected, and the answer."""

    region: str
    line: str
    period: str
    share: float
    answer: str
    """`one_off`, `new_level`, or empty while nobody has answered."""


def asked(inputs: Inputs, baseline: Baseline) -> tuple[Asked, ...]:
    """Every question, answered or not, in the order of the lines."""
    return tuple(_asked(inputs, baseline))


def held(inputs: Inputs, baseline: Baseline) -> tuple[str, ...]:
    """Every line whose interval was cut off, after its region."""
    plan = inputs.plan
    return tuple(
        f"{plan.region(line.region).name} / {line.name}" for line in plan.lines if line.code in baseline.held
    )


def _asked(inputs: Inputs, baseline: Baseline) -> Iterator[Asked]:
    plan = inputs.plan
    lines = {line.code: line for line in plan.lines}
    answers = {(answer.line, answer.period): answer.code for answer in inputs.answers}
    for item in baseline.questions:
        line = lines[item.line]
        answer = answers.get((item.line, item.period), "")
        yield Asked(plan.region(line.region).name, line.name, str(item.period), item.share, answer)


def skipped(inputs: Inputs) -> tuple[str, ...]:
    """Periods before the plan's of which no line has a value."""
    unknown = np.isnan(inputs.history.values).all(axis=0)
    return tuple(str(inputs.history.periods[at]) for at in np.flatnonzero(unknown).tolist())
