"""What is asked of a person before an action runs, and what they typed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..language import text
from ..problems import Problem

AskKind = Literal["text", "number", "whole", "date", "region", "line", "person", "file", "folder"]
"""What is asked for; a region or line is named by code or name, a date is ISO text."""


@dataclass(frozen=True)
class Ask:
    """One question: the code of its answer, what is asked for, and whether it may stay empty."""

    code: str
    kind: AskKind = "text"
    needed: bool = True

    def question(self, language: str) -> str:
        """The question in words."""
        return text(f"excel.ask.{self.code}", language)


@dataclass(frozen=True)
class Answers:
    """What a person typed, by code of the question."""

    typed: Mapping[str, str]

    def words(self, code: str) -> str:
        """The answer without blanks around it, empty where there is none."""
        return self.typed.get(code, "").strip()

    def several(self, code: str) -> tuple[str, ...]:
        """The answer as a list of one, or an empty one."""
        return (self.words(code),) if self.words(code) else ()

    def number(self, code: str) -> float:
        """The answer as a number, 0 where there is none."""
        return float(self.words(code) or 0)

    def date(self, code: str) -> dt.date | None:
        """The answer as a day."""
        return dt.date.fromisoformat(self.words(code)) if self.words(code) else None

    def path(self, code: str, beside: Path) -> Path:
        """The answer as a path; a relative one starts in the folder of a book."""
        return beside.parent / self.words(code)

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
