"""What is wrong, where, and what to do: for the person who can mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .language import text


@dataclass(frozen=True)
class Problem:
    """One fault in somebody's data; `code` names the sentence `problem.<code>` of the catalogue."""

    code: str
    where: str = ""
    """The place in a person's words: `华东大区!H7`, or `history.csv, row 12`."""
    fields: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Place, fault and remedy in one line."""
        said = text(f"problem.{self.code}", language, **self.fields)
        return f"{self.where}: {said}" if self.where else said


class TargetcalError(Exception):
    """Base of everything we raise for a person to read."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.sentence("en") for problem in problems))
        self.problems = tuple(problems)


class DataProblems(TargetcalError):
    """The data has faults, all listed; nothing was changed."""


class Refused(TargetcalError):
    """The request itself cannot be carried out: wrong use, wrong person, wrong state."""
