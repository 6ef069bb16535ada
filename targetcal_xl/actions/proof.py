"""Handing a region what proves its entries to anybody, without the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..calibration import Region
from ..desk import (
    INDIVIDUAL,
    RECORD,
    REPRESENTATIVE,
    SENT,
    SIGNED,
    STAMP_FIELD,
    Desk,
    Issue,
    find_line,
    find_region,
    issues,
    printed_heads,
    stamps,
    standing_of,
)
from ..language import text
from ..ledger import ERASED, Entry, Proof, dump, parse_mark, plain_head
from ..ooxml import write_file
from ..problems import Problem, Refused
from ..telling import DONE, Part, Report, Sentence

RECORDS = (RECORD, REPRESENTATIVE, INDIVIDUAL, *SENT.values(), *SIGNED.values())
"""Fields whose documents say which files left the house."""


@dataclass(frozen=True)
class ProofReport(Report):
    """A file that proves entries, and the checkpoint that it does so under."""

    file: str
    entries: int
    head: str

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        said = {"file": self.file, "entries": self.entries, "head": self.head}
        yield Sentence(text("telling.proof.written", language, **said), DONE)
        yield Sentence(text("telling.proof.holds", language))


def proof(desk: Desk, region: str, out: Path, line: str = "", heads: Sequence[str] = ()) -> ProofReport:
    """Write what proves the entries of a region or one of its lines, and that `heads` are beginnings.

    Checkpoints on what the region was sent, and those with a time stamp, are proved, too. Raise Refused for a
    name of a file that is no proof's, and for a head that is no beginning of the ledger.
    """
    if out.suffix.lower() != ".json":
        raise Refused([Problem("proof_name", out.name)])
    plan = standing_of(desk.ledger).inputs.plan
    meant = find_region(plan, region)
    row = find_line(plan, meant, line).code if line else None
    made = proof_of(desk, meant, row, heads)
    write_file(out, dump(made))
    return ProofReport(out.name, len(made.entries), made.seen.mark)


def proof_of(desk: Desk, meant: Region, row: str | None = None, heads: Sequence[str] = ()) -> Proof:
    """What proves the entries of a region, or of one of its lines; raise Refused as `proof` does."""
    printed = filter(parse_mark, printed_heads(desk.ledger, meant.code))
    stamped = [plain_head(one.checkpoint) for one in stamps(desk.ledger)]
    marks = [*printed, *stamped, *map(plain_head, heads)]
    if problems := desk.ledger.verify(marks):
        raise Refused(problems)
    entries = [one for one in desk.ledger.entries(region=meant.code) if _is_meant(one, row)]
    entries += desk.ledger.entries(action="stamp", field=STAMP_FIELD)
    return proof_of_entries(desk, entries, marks)


def proof_of_entries(desk: Desk, entries: Sequence[Entry], marks: Iterable[str]) -> Proof:
    """What proves entries of a ledger that was verified, and that check codes are beginnings of it."""
    records = [str(one.new) for one in entries if one.field in (*RECORDS, STAMP_FIELD)]
    sizes = {mark[0] for said in marks if (mark := parse_mark(said))}
    return desk.ledger.bundle([one.number for one in entries], sorted(sizes), records)


def _is_meant(entry: Entry, line: str | None) -> bool:
    return line is None or entry.row == line or entry.field in (*RECORDS, ERASED)


class LetterProofs:
    """What proves letters one by one, none with another's; the ledger is proved and read once for all."""

    def __init__(self, desk: Desk) -> None:
        if problems := desk.ledger.verify():
            raise Refused(problems)
        self._desk, self._stamps = desk, [*desk.ledger.entries(action="stamp", field=STAMP_FIELD)]
        self._rows, self._regions = defaultdict[str, list[Entry]](list), defaultdict[str, list[Entry]](list)
        people = {one.letter.number for one in issues(desk.ledger) if one.is_individual}
        for entry in desk.ledger.entries():
            if entry.row in people:
                self._rows[str(entry.row)].append(entry)
            elif entry.region:
                self._regions[entry.region].append(entry)

    def of(self, issue: Issue) -> Proof:
        """What proves a letter: what happened in its region, or became of its representative's."""
        letter = issue.letter
        heads = [plain_head(head) for head in (letter.chain_head, letter.replaced_head) if head]
        return proof_of_entries(self._desk, [*self._entries(issue), *self._stamps], heads)

    def _entries(self, issue: Issue) -> list[Entry]:
        of_region = self._regions[issue.letter.region.code]
        together = [one for one in of_region if one.field == INDIVIDUAL]
        if not issue.is_individual:
            return [one for one in of_region if one not in together]
        own = self._rows[issue.letter.number]
        return own if any(one.field == REPRESENTATIVE for one in own) else [*together, *own]
