"""How a ledger is found: in which format, and what its database complains of."""

from __future__ import annotations

from collections.abc import Mapping

from ..formats import LEDGER, Format
from ..problems import Problem
from .store import Transaction

COMPLAINTS = {
    "readonly database": "ledger_read_only",
    "malformed": "ledger_damaged",
    "not a database": "ledger_other",
}
"""What SQLite says where waiting does not help -> the code of the problem."""


def mark_formats(transaction: Transaction, formats: Mapping[str, Format]) -> None:
    """Note what is written in which format; an older ledger gets the table for it."""
    transaction.create("format")
    rows = [(kind, one.number, one.program) for kind, one in formats.items()]
    transaction.write("INSERT INTO format VALUES (?, ?, ?)", rows)


def newer_format(place: str, found: Format) -> Problem:
    """That a newer program has written the ledger at a place."""
    said = {"place": place, "format": found.number, "program": found.program, "known": LEDGER.number}
    return Problem("ledger_newer", fields=said)
