"""What is asked of a person before an action runs, and what they typed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..commands import Ask, AskKind
from ..problems import Problem

_MADE: Mapping[AskKind, Callable[[str], object]] = {
    "number": float,
    "whole": int,
    "date": dt.date.fromisoformat,
}
"""What is made of words, where they are to be something else."""
_EMPTY: Mapping[AskKind, object] = {"number": 0.0}
"""What no answer comes to, where that is something."""


@dataclass(frozen=True)
class Answers:
    """What a person typed, by code of the question."""

    typed: Mapping[str, str]

    def words(self, code: str) -> str:
        """The answer without blanks around it, empty where there is none."""
        return self.typed.get(code, "").strip()

    def values(self, asks: Sequence[Ask], beside: Path) -> dict[str, object]:
        """The answers as an action takes them, by code; a relative path starts in the folder of a book."""
        return {ask.code: self._value(ask, beside) for ask in asks}

    def _value(self, ask: Ask, beside: Path) -> object:
        said = self.words(ask.code)
        if ask.many:
            return [said] if said else []
        if ask.kind in _MADE:
            return _MADE[ask.kind](said) if said else _EMPTY.get(ask.kind)
        return beside.parent / said if ask.kind in ("file", "folder") else said

    def problems(self, asks: Sequence[Ask], language: str) -> Iterator[Problem]:
        """Every answer that is missing or is not what was asked for."""
        for ask in asks:
            said = self.words(ask.code)
            if ask.needed and not said:
                yield Problem("answer_missing", ask.question(language))
            elif said and ask.kind == "number" and not _is_amount(said):
                yield Problem("answer_no_number", ask.question(language), {"found": said})
            elif said and ask.kind == "whole" and not said.isdecimal():
                yield Problem("answer_no_whole_number", ask.question(language), {"found": said})
            elif said and ask.kind == "date" and not _is_date(said):
                yield Problem("date_unreadable", ask.question(language), {"found": said})


def _is_amount(said: str) -> bool:
    """Whether it is a number of 0 or more."""
    try:
        return 0 <= float(said) < math.inf
    except ValueError:
        return False


def _is_date(said: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(said))
    except ValueError:
        return False
