"""What is wrong, where, and what to do: for the person who can mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from .figures import plain
from .language import FALLBACK, listed, record, text

MOST_OF_A_KIND = 12
"""Nobody reads more problems of one kind: the others are counted."""


@dataclass(frozen=True)
class Words:
    """Words of the catalogue inside a sentence of it."""

    key: str

    def said(self, language: str) -> str:
        """The words in a language."""
        return text(self.key, language)

    def __str__(self) -> str:
        return self.said(FALLBACK)


class Place(str):
    """A place in words of the catalogue: a text in the language of all, which says itself in the others."""

    key: str
    fields: Mapping[str, object]

    def __new__(cls, key: str, fields: Mapping[str, object]) -> Self:
        """The place that the words of a key name."""
        made = super().__new__(cls, text(key, FALLBACK, **fields))
        made.key, made.fields = key, fields
        return made

    def said(self, language: str) -> str:
        """The place in a language."""
        return text(self.key, language, **self.fields)


@dataclass(frozen=True)
class Problem:
    """One fault in somebody's data; `code` names the sentence `problem.<code>` of the catalogue."""

    code: str
    where: str = ""
    """The place in a person's words: `华东大区!H7`, or `history.csv, row 12`."""
    fields: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Place, fault and remedy in one line."""
        said = text(f"problem.{self.code}", language, **self._told(language))
        where = self.where.said(language) if isinstance(self.where, Place) else self.where
        return f"{where}{record(language).colon}{said}" if where else said

    def _told(self, language: str) -> dict[str, object]:
        """The fields, with numbers and lists as people read them and words of ours in the language."""
        return {name: _said(value, language) for name, value in self.fields.items()}


def _said(value: object, language: str) -> object:
    if isinstance(value, Words | Place):
        return value.said(language)
    if isinstance(value, tuple | list):
        return listed([_said(each, language) for each in value], language)
    return plain(value, language) if isinstance(value, float) else value


class Found:
    """Problems as they are found: the first dozen of each kind, then how many more of it there were."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._kept: list[Problem] = []
        self._times: Counter[str] = Counter()
        for problem in problems:
            self.add(problem)

    def add(self, problem: Problem) -> None:
        """Note a problem, in full as long as there are few of its kind."""
        self._times[problem.code] += 1
        if self._times[problem.code] <= MOST_OF_A_KIND:
            self._kept.append(problem)

    def add_unseen(self, code: str, times: int) -> None:
        """Count problems of a kind that nobody would read; only after a dozen of it."""
        self._times[code] += times

    def room(self, code: str) -> int:
        """How many more of a kind are kept in full."""
        return max(MOST_OF_A_KIND - self._times[code], 0)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __iter__(self) -> Iterator[Problem]:
        seen: Counter[str] = Counter()
        for problem in self._kept:
            yield problem
            seen[problem.code] += 1
            rest = self._times[problem.code] - MOST_OF_A_KIND
            if seen[problem.code] == MOST_OF_A_KIND and rest > 0:
                yield Problem("more_of_a_kind", problem.where, {"count": rest})


class TargetcalError(Exception):
    """Base of everything we raise for a person to read."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.sentence(FALLBACK) for problem in Found(problems)))
        self.problems = tuple(problems)


class DataProblems(TargetcalError):
    """The data has faults, all listed; nothing was changed."""


class Refused(TargetcalError):
    """The request itself cannot be carried out: wrong use, wrong person, wrong state."""
