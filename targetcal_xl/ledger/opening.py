"""How a ledger is found: in which format, and what its database complains of."""

from __future__ import annotations

from collections.abc import Mapping

from ..formats import BOOK, LEDGER, UNMARKED, Format
from ..problems import Problem, Refused
from .store import Transaction, create_tables

COMPLAINTS = {
    "readonly database": "ledger_read_only",
    "unable to open": "ledger_unopened",
    "malformed": "ledger_damaged",
    "not a database": "ledger_other",
}
"""What SQLite says where waiting does not help -> the code of the problem."""


def opened_formats(transaction: Transaction, place: str, create: bool) -> Mapping[str, Format]:
    """The formats of the `ledger`, which is made if that is to be, and of the `book` it is about.

    Raise Refused where there is none, where it is somebody else's or a newer program's, and where its marks
    make no sense.
    """
    if transaction.is_foreign():
        raise no_ledger("ledger_foreign", place)
    if not transaction.has("entry"):
        if not create:
            raise no_ledger("ledger_missing", place)
        create_tables(transaction)
        mark_formats(transaction, {"ledger": LEDGER, "book": BOOK})
    found = _marked_formats(transaction, place)
    if found["ledger"].number > LEDGER.number:
        raise Refused([_newer(place, found["ledger"])])
    return found


def no_ledger(code: str, place: str) -> Refused:
    """Why there is no ledger at a place."""
    return Refused([Problem(code, fields={"place": place})])


def _marked_formats(transaction: Transaction, place: str) -> Mapping[str, Format]:
    """What the marks say; raise Refused where they say nothing that makes sense."""
    found = {"ledger": UNMARKED, "book": UNMARKED}
    if transaction.has("format"):
        rows = [*transaction.rows("SELECT kind, number, program FROM format ORDER BY number")]
        if not all(isinstance(number, int) for _, number, _ in rows):
            said = {"place": place, "detail": "format"}
            raise Refused([Problem("ledger_damaged", fields=said)])
        found |= {kind: Format(number, program) for kind, number, program in rows}
    return found


def mark_formats(transaction: Transaction, formats: Mapping[str, Format]) -> None:
    """Note what is written in which format; an older ledger gets the table for it."""
    transaction.create("format")
    rows = [(kind, one.number, one.program) for kind, one in formats.items()]
    transaction.write("INSERT INTO format VALUES (?, ?, ?)", rows)


def _newer(place: str, found: Format) -> Problem:
    said = {"place": place, "format": found.number, "program": found.program, "known": LEDGER.number}
    return Problem("ledger_newer", fields=said)
