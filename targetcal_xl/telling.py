"""Reports and problems in people's words: what the command line prints and a message box says."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .language import text
from .problems import Found, Problem

DONE, WRONG, QUIET, OBJECTION, WARNING, QUESTION = "✓", "✗", "·", "⚑", "⚠", "?"
"""Marks that stand before a sentence."""


@dataclass(frozen=True)
class Sentence:
    """One line of words: a mark, what it is about, and what is said of it."""

    said: str
    mark: str = ""
    about: str = ""
    indented: bool = False


@dataclass(frozen=True)
class Rows:
    """A table: captions, and rows of as many texts."""

    captions: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Sentence | Rows


class Report(ABC):
    """What came of an action: a record that knows how it is told."""

    @abstractmethod
    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""

    @property
    def leaves_work(self) -> bool:
        """Whether it ends in something that somebody has to mend or answer: a command's status says so."""
        return False


def tell_problems(problems: Iterable[Problem], language: str, indented: bool = False) -> Iterator[Sentence]:
    """Problems, one a line; of each kind the first dozen, and how many more there are."""
    for problem in Found(problems):
        yield Sentence(problem.sentence(language), WRONG, indented=indented)


def noted(problems: Sequence[Problem], title: str, language: str) -> Iterator[Part]:
    """Problems under a title of their own, when there are any."""
    if problems:
        yield Sentence(title)
        yield from tell_problems(problems, language, indented=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> Rows:
    """Rows under the captions of columns, by code."""
    captions = tuple(text(f"telling.column.{column}", language) for column in columns)
    return Rows(captions, tuple(tuple(row) for row in rows))


def moment(at: dt.datetime) -> str:
    """A time as tables show it: in UTC, as their caption says, to the second."""
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def word(code: str, language: str) -> str:
    """What a state or decision is called within a sentence."""
    return text(f"telling.word.{code}", language)
