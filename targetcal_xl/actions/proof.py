"""Handing a region what proves its entries to anybody, without the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..calibration import Region
from ..desk import (
    INDIVIDUAL,
    SENT,
    SIGNED,
    STAMP_FIELD,
    Desk,
    find_line,
    find_region,
    printed_heads,
    stamps,
    standing_of,
)
from ..language import text
from ..ledger import ERASED, Entry, Proof, dump, parse_mark, plain_head
from ..ooxml import write_file
from ..problems import Problem, Refused
from ..telling import DONE, Part, Report, Sentence

RECORDS = ("letter.record", INDIVIDUAL, *SENT.values(), *SIGNED.values())
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
    records = [str(one.new) for one in entries if one.field in (*RECORDS, STAMP_FIELD)]
    sizes = {mark[0] for said in marks if (mark := parse_mark(said))}
    return desk.ledger.bundle([one.number for one in entries], sorted(sizes), records)


def _is_meant(entry: Entry, line: str | None) -> bool:
    return line is None or entry.row == line or entry.field in (*RECORDS, ERASED)
