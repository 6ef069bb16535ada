"""Doing something again whenever book or ledger has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..language import text
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Sentence, tell_problems


@dataclass(frozen=True)
class MissedReport(Report):
    """What kept the work from being done this time; the next change brings another."""

    problems: tuple[Problem, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield from tell_problems(self.problems, language)
        yield Sentence(text("telling.watched.again", language), indented=True)


@dataclass(frozen=True)
class WatchedReport(Report):
    """How often the work was done, and how often something was in its way."""

    done: int
    missed: int

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        told = text("telling.watched.ended", language, done=self.done, missed=self.missed)
        yield Sentence(told, DONE)


def watched(
    work: Callable[[], Report], changes: Iterable[None], told: Callable[[Report], None]
) -> WatchedReport:
    """Do the work now and after each change, telling what came of it, until there are no more changes.

    Raise Refused or DataProblems only for the first time: who began it is there to read them.
    """
    told(work())
    done, missed = 1, 0
    try:
        for _ in changes:
            report = _tried(work)
            told(report)
            missed += isinstance(report, MissedReport)
            done += not isinstance(report, MissedReport)
    except KeyboardInterrupt:
        pass
    return WatchedReport(done, missed)


def _tried(work: Callable[[], Report]) -> Report:
    try:
        return work()
    except (Refused, DataProblems) as problems:
        return MissedReport(problems.problems)
