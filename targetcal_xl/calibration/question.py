"""The last value is questioned, never silently damped: was it a one-off, or is it the new level?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .period import Period
from .vocabulary import AnswerCode, QuestionKind

ALL_LINES: Final = ""
"""Stands for all lines together: what they have in common is asked about once."""


@dataclass(frozen=True)
class Question:
    """A line's last value stands away from what the periods before it let expect.

    `share` is how far, as a fraction of the expectation: .24 for 24 % above it, negative below. Where
    something shook all lines in that period there is a question of ALL_LINES as well, and a line's is how far
    it stands away beside that.
    It stays when it has been answered, so that it can be shown beside its answer.
    """

    line: str
    period: Period
    share: float


@dataclass(frozen=True)
class Answer:
    """What a person says to a question: `one_off` takes the value out of the history, as an event of
    unknown size; `new_level` lets the suggestion start from it. Without an answer it counts as it is.

    One of ALL_LINES holds for every line that has none of its own; `as_is` leaves a line out of it.
    """

    line: str
    period: Period
    code: AnswerCode


def kinds(questions: Sequence[Question]) -> list[QuestionKind]:
    """What each is about: all lines, a line, or a line beside what all have in common in its period."""
    shaken = {one.period for one in questions if one.line == ALL_LINES}
    return [
        "common" if one.line == ALL_LINES else "beside" if one.period in shaken else "line"
        for one in questions
    ]
