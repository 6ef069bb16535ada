"""How entries lie in the database: the statements that find them, and their columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ..problems import Problem, Refused
from .chain import parse
from .entry import Entry
from .store import Row, Transaction

ENTRIES = """
SELECT number, at, actor, source, action, region, row, field, old, new, reason, previous, hash
FROM entry
"""
SPOKEN = """
SELECT entry.number, at, actor, source, action, region, row, field, old, new, reason, previous, hash,
old_salt, old_words, new_salt, new_words, reason_salt, reason_words
FROM entry LEFT JOIN word ON word.number = entry.number
"""
"""Entries with the words that stand beside them."""
UNSPOKEN = """
SELECT number, at, actor, source, action, region, row, field, old, new, reason, previous, hash,
NULL, NULL, NULL, NULL, NULL, NULL
FROM entry
"""
"""The same of a ledger from before there were any."""
PAGE = 5_000
"""Entries that are read, or nodes that are written, at once."""


def log_size(transaction: Transaction) -> int:
    """How many entries there are."""
    last = last_row(transaction)
    return int(last[0]) if last else 0


def stored_row(transaction: Transaction, number: int) -> Row:
    """The entry with a number as it is stored; raise Refused where it is gone."""
    row = transaction.first(f"{ENTRIES} WHERE number = ?", number)
    if row is None:
        raise Refused([Problem("ledger_gap", fields={"number": number + 1, "expected": number})])
    return row


def last_row(transaction: Transaction) -> Row | None:
    """The newest entry as it is stored."""
    return transaction.first(f"{ENTRIES} ORDER BY number DESC")


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of its stored columns."""
    number, at, actor, source, action, region, line, field, old, new, reason, previous, own = row
    return Entry(
        *(action, region, line, field, parse(old), parse(new), reason),
        number=number,
        at=dt.datetime.fromisoformat(at),
        actor=actor,
        source=source,
        previous=previous,
        hash=own,
    )
