"""What happened, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..desk import Desk, find_region, standing_of
from ..language import text
from ..ledger import Entry
from ..problems import Problem
from ..telling import DONE, Part, Report, Sentence, noted, table, tell_problems


@dataclass(frozen=True)
class AuditReport(Report):
    """The ledger's entries, in order, and where agreement was looked for what does not agree."""

    entries: tuple[Entry, ...]
    head: str
    problems: tuple[Problem, ...] = ()
    verified: bool = False
    """Whether agreement was looked for and found."""
    heads: tuple[str, ...] = ()
    """The hashes that the chain was held against: the audit sheet's last, those of letters, those given."""
    notes: tuple[Problem, ...] = ()
    """What shows nothing false but is worth a look."""

    @property
    def leaves_work(self) -> bool:
        """Whether book and ledger disagree."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.verified:
            facts = {"entries": len(self.entries), "head": self.head}
            yield Sentence(text("telling.audit.verified", language, **facts), DONE)
            yield Sentence(text("telling.audit.heads", language, count=len(self.heads), head=self.head))
            yield from noted(self.notes, text("telling.audit.notes", language), language)
        elif self.problems:
            yield from tell_problems(self.problems, language, indented=True)
            yield from noted(self.notes, text("telling.audit.notes", language), language)
        else:
            columns = ("number", "at", "actor", "action", "place", "field", "old", "new", "reason")
            yield table(columns, map(_entry_row, self.entries), language)


def _entry_row(entry: Entry) -> tuple[str, ...]:
    place = "/".join(code for code in (entry.region, entry.row) if code)
    old, new = ("" if value is None else str(value) for value in (entry.old, entry.new))
    at = entry.at.isoformat(sep=" ", timespec="seconds")
    return str(entry.number), at, entry.actor, entry.action, place, entry.field, old, new, entry.reason


def audit(desk: Desk, region: str | None = None) -> AuditReport:
    """The entries of the plan or of one region."""
    plan = standing_of(desk.ledger).inputs.plan
    code = find_region(plan, region).code if region else None
    return AuditReport(tuple(desk.ledger.entries(region=code)), desk.ledger.head)
