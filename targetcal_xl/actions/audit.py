"""What happened, by whom and why; and the proof that book and ledger agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ledger import Entry
from ..problems import Problem, Refused
from ..workbook import BLANK, cell_name, shown
from .check import broken_seals, tampering
from .desk import Desk, find_region
from .new import write_from_ledger
from .post import audit_rows, post
from .records import standing_of
from .stock import Stock, look, misfit


@dataclass(frozen=True)
class AuditReport:
    """The ledger's entries, in order, and with `--verify` what does not agree."""

    entries: tuple[Entry, ...]
    head: str
    problems: tuple[Problem, ...]
    verified: bool
    """Whether agreement was looked for and found."""


def audit(desk: Desk, region: str | None = None) -> AuditReport:
    """The entries of the plan or of one region."""
    plan = standing_of(desk.ledger).inputs.plan
    code = find_region(plan, region).code if region else None
    return AuditReport(tuple(desk.ledger.entries(region=code)), desk.ledger.head, (), False)


def verify(desk: Desk, heads: Sequence[str] = ()) -> AuditReport:
    """Prove the chain, the audit sheet, every cell of ours and every seal; `heads` were noted elsewhere."""
    problems = desk.ledger.verify(heads)
    if not problems:
        problems = list(_disagreements(look(desk)))
    return AuditReport(tuple(desk.ledger.entries()), desk.ledger.head, tuple(problems), not problems)


def _disagreements(stock: Stock) -> Iterator[Problem]:
    problem = misfit(stock)
    if problem:
        yield problem
        return
    yield from _audit_sheet(stock)
    yield from tampering(stock)
    for region in stock.plan.regions:
        yield from broken_seals(stock, region)


def _audit_sheet(stock: Stock) -> Iterator[Problem]:
    """Rows of the audit sheet that say something else than the ledger."""
    places = stock.reading.places
    place, tab = places.table("audit", "audit"), places.sheet_name("audit")
    kinds = {column.code: column.kind for column in places.sheets["audit"].table("audit").columns}
    grid = stock.reading.grids["audit"]
    for row in audit_rows(stock.standing, stock.desk.ledger.entries()):
        number = row["number"]
        at = place.rows.get(str(number))
        if at is None:
            yield Problem("audit_row_missing", tab, {"number": number})
            continue
        for code, value in row.items():
            spot = at, place.columns[code]
            if grid.get(spot, BLANK).value != shown(value, kinds[code], places.language):
                yield Problem("audit_row_changed", f"{tab}!{cell_name(spot)}", {"number": number})


@dataclass(frozen=True)
class RepairReport:
    """What was mended."""

    rewritten: bool
    """Whether the book was missing and has been written anew."""
    caught_up: int
    """Ledger entries that the book had missed."""
    changed: bool


def repair(desk: Desk) -> RepairReport:
    """Bring a book that was left behind, or lost, to what the ledger says; typed input stays as it is."""
    if not desk.path.exists():
        write_from_ledger(desk)
        return RepairReport(True, sum(1 for _ in desk.ledger.entries()), True)
    stock = look(desk)
    problem = misfit(stock)
    if problem and problem.code != "book_behind":
        raise Refused([problem])
    missed = int(str(problem.fields["recorded"])) - int(str(problem.fields["applied"])) if problem else 0
    changed = post(desk.ledger, stock.standing, stock.book, stock.reading)
    stock.book.save()
    return RepairReport(False, missed, changed)
