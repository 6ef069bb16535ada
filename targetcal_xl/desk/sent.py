"""Packs and pages that were sent to regions: their slips, what they showed, and what had been typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ..calibration import Key, Value
from ..calibration.plan import ADDED
from ..exchange import Slip
from ..ledger import Log, load
from ..ooxml import Cell, Spot
from .issued import issues

SENT: Final = {"pack": "pack.record", "page": "page.record"}
"""The fields of a region that name the documents."""


@dataclass(frozen=True)
class Sent:
    """Something made for a region's head to fill in; bytes of a pack are those without a password."""

    slip: Slip
    kind: Literal["pack", "page"]
    file: str
    sha256: str
    made_at: str
    seal: str
    """Of what is nobody's to type."""
    typed: tuple[tuple[str | None, str, Value], ...]
    """Row, field and value of what people had typed."""
    shown: str = field(default="", metadata=ADDED)
    """The `file_seal` of a pack, over the same cells as they are read back from it."""

    @property
    def values(self) -> Mapping[Key, Value]:
        """What people had typed, by key."""
        return {(self.slip.region, row, field): value for row, field, value in self.typed}


@dataclass(frozen=True)
class Answered:
    """An answer that was taken in: the file that it came in, and how it cosigns what its reader saw."""

    form: Literal["pack", "page", "copy", "tab"]
    file: str
    sha256: str
    slip: Slip | None
    cosigned: str
    """The cosignature of slip and values; empty where nothing was sent."""


def sent_items(ledger: Log, region: str | None = None) -> Iterator[Sent]:
    """Everything that was sent, in order, or what was sent to one region."""
    for code in SENT.values():
        for entry in ledger.entries(region=region, action="split", field=code):
            yield load(Sent, ledger.document(str(entry.new)))


def answers_taken(ledger: Log) -> Iterator[tuple[int, Answered]]:
    """Every answer that was taken in, in order, with the number of the entry that says so."""
    for entry in ledger.entries(action="lock", field="answer.record"):
        yield entry.number, load(Answered, ledger.document(str(entry.new)))


def printed_heads(ledger: Log, region: str | None = None) -> Iterator[str]:
    """The checkpoints that whatever left the house carries, for all regions or one: letters, packs and pages.

    Letters from before there were checkpoints carry the hash of an entry.
    """
    known = [one for one in issues(ledger) if region in (None, one.letter.region.code)]
    yield from (one.letter.chain_head for one in known if not one.is_individual)
    yield from dict.fromkeys(one.letter.chain_head for one in known if one.is_individual)
    yield from dict.fromkeys(sent.slip.head for sent in sent_items(ledger, region))


def sheet_seal(cells: Mapping[Spot, Cell]) -> str:
    """SHA-256 over what the cells of a sheet hold, in order; of a formula what it gives does not count."""
    told = [[*spot, cell.formula or cell.value] for spot, cell in sorted(cells.items())]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def file_seal(cells: Mapping[Spot, Cell]) -> str:
    """SHA-256 over what the cells of a file's sheet hold, in order: formulas, or what stands there."""
    told = [
        [*spot, cell.formula, None if cell.formula else cell.value] for spot, cell in sorted(cells.items())
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
