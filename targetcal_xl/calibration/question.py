"""The last value is questioned, never silently damped: was it a one-off, or is it the new level?"""

from __future__ import annotations

from dataclasses import dataclass

from .period import Period
from .vocabulary import AnswerCode


@dataclass(frozen=True)
class Question:
    """A line's last value stands away from what the periods before it let expect.

    `share` is how far, as a fraction of the expectation: .24 for 24 % above it, negative below.
    It stays when it has been answered, so that it can be shown beside its answer.
    """

    line: str
    period: Period
    share: float


@dataclass(frozen=True)
class Answer:
    """What a person says to a question: `one_off` takes the value out of the history, as an event of
    unknown size; `new_level` lets the suggestion start from it. Without an answer it counts as it is."""

    line: str
    period: Period
    code: AnswerCode
