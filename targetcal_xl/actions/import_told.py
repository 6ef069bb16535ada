"""What an import brought, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..calibration.vocabulary import SourceKind
from ..figures import plain
from ..language import listed, text
from ..problems import Problem
from ..telling import DONE, QUIET, WRONG, Part, Report, Sentence, tell_problems


@dataclass(frozen=True)
class TakenIn:
    """What one source brought."""

    kind: SourceKind
    source: str
    rows: int
    added: int
    changed: int
    total: str
    """What all its values come to, as people read it; empty where they do not add up."""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """Columns that are called there as in an import of before, though nobody said so now."""

    def tell(self, language: str) -> Iterator[Part]:
        """How much came, and what is done with it next."""
        counts = {name: plain(getattr(self, name), language) for name in ("rows", "added", "changed")}
        mark = DONE if self.added or self.changed else QUIET
        total = text("telling.import.total", language, total=self.total) if self.total else ""
        said = text("telling.import.taken", language, source=self.source, total=total, **counts)
        yield Sentence(said, mark)
        if self.remembered:
            called = listed([f"{column}={title}" for column, title in self.remembered.items()], language)
            yield Sentence(text("telling.import.remembered", language, called=called), indented=True)
        yield Sentence(text(f"telling.import.next_{self.kind}", language), indented=True)


@dataclass(frozen=True)
class SourceMissed:
    """A source of which nothing was taken in, and why."""

    source: str
    problems: tuple[Problem, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """What is wrong with it, what to do, and when it is asked again."""
        yield Sentence(text("telling.import.missed", language), WRONG, self.source)
        yield from tell_problems(self.problems, language, indented=True)


@dataclass(frozen=True)
class ImportReport(Report):
    """What an import brought, by source."""

    taken: tuple[TakenIn, ...]
    waiting: int = 0
    """Sources of the plan that are not due yet."""
    missed: tuple[SourceMissed, ...] = ()
    """Those that were asked beside others and failed."""

    @property
    def leaves_work(self) -> bool:
        """Whether a source failed."""
        return bool(self.missed)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.waiting:
            yield Sentence(text("telling.import.waiting", language, count=self.waiting), QUIET)
        for one in self.taken:
            yield from one.tell(language)
        for failed in self.missed:
            yield from failed.tell(language)
