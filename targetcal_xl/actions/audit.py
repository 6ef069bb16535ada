"""What happened, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass

from ..desk import Desk, find_region, standing_of
from ..ledger import Entry
from ..problems import Problem


@dataclass(frozen=True)
class AuditReport:
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


def audit(desk: Desk, region: str | None = None) -> AuditReport:
    """The entries of the plan or of one region."""
    plan = standing_of(desk.ledger).inputs.plan
    code = find_region(plan, region).code if region else None
    return AuditReport(tuple(desk.ledger.entries(region=code)), desk.ledger.head)
