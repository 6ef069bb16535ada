"""What happened, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..calibration import Standing, Value
from ..desk import Desk, audit_rows, find_region, standing_of, whose
from ..language import text
from ..ledger import Entry
from ..problems import Problem
from ..telling import DONE, Part, Report, Sentence, moment, noted, table, tell_problems
from .stamp import HeldStamp

WHO = ("actor", "submitted_by", "typed")
COLUMNS = ("number", "at", *WHO, "action", "region", "row", "field", "old", "new", "reason")


@dataclass(frozen=True)
class AuditReport(Report):
    """The ledger's entries, in order, and where agreement was looked for what does not agree."""

    entries: tuple[Entry, ...]
    head: str
    """The ledger's checkpoint, as a person can copy it; nothing where it is broken."""
    problems: tuple[Problem, ...] = ()
    verified: bool = False
    """Whether agreement was looked for and found."""
    heads: tuple[str, ...] = ()
    """What the log was held against: the audit sheet's last hash, what letters carry, what was given."""
    notes: tuple[Problem, ...] = ()
    """What shows nothing false but is worth a look."""
    said: tuple[Mapping[str, Value], ...] = ()
    """The entries as the audit sheet prints them, with whose words they hold, where they are listed."""
    stamps: tuple[HeldStamp, ...] = ()
    """The time stamps that hold, where agreement was looked for and roots are named."""

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
            yield from (one.said("holds", language) for one in self.stamps)
            yield from noted(self.notes, text("telling.audit.notes", language), language)
        elif self.problems:
            yield from tell_problems(self.problems, language, indented=True)
            yield from noted(self.notes, text("telling.audit.notes", language), language)
        else:
            rows = (row_of(*both, COLUMNS) for both in zip(self.entries, self.said, strict=True))
            yield table(COLUMNS, rows, language)


def row_of(entry: Entry, said: Mapping[str, Value], columns: Sequence[str]) -> tuple[str, ...]:
    """An entry's row in a table, from what the audit sheet says of it."""
    known = {**said, "at": moment(entry.at)}
    return tuple("" if known[column] is None else str(known[column]) for column in columns)


def told(standing: Standing, entries: Iterable[Entry]) -> Iterator[Mapping[str, Value]]:
    """Entries as the audit sheet prints them, with whose words they hold."""
    entries = tuple(entries)
    for row, entry in zip(audit_rows(standing, entries), entries, strict=True):
        yield {**row, **whose(entry)}


def audit(desk: Desk, region: str | None = None) -> AuditReport:
    """The entries of the plan or of one region."""
    now = standing_of(desk.ledger)
    code = find_region(now.inputs.plan, region).code if region else None
    entries = tuple(desk.ledger.entries(region=code))
    return AuditReport(entries, desk.ledger.checkpoint.mark, said=tuple(told(now, entries)))
