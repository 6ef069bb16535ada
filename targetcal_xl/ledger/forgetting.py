"""What is let go from the database: words, and documents, that entries name as erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..formats import COMMITTED
from .chain import parse
from .erasure import ERASE, ERASED, WHOLE, WordsPlace, places_in
from .store import Row, Transaction

_FORGET = {
    "old": "UPDATE word SET old_salt = NULL, old_words = NULL WHERE number = ?",
    "new": "UPDATE word SET new_salt = NULL, new_words = NULL WHERE number = ?",
    "reason": "UPDATE word SET reason_salt = NULL, reason_words = NULL WHERE number = ?",
}


def erasing(rows: Iterable[Row]) -> list[WordsPlace]:
    """The places that entries name as erased."""
    return [
        place for row in rows if row[4] == ERASE and row[7] == ERASED for place in places_in(parse(row[9]))
    ]


def erasures(transaction: Transaction) -> Iterator[Row]:
    """Number, time, actor and what was named, of every erasure."""
    query = "SELECT number, at, actor, new FROM entry WHERE action = ? AND field = ? ORDER BY number"
    return transaction.rows(query, ERASE, ERASED)


def erased_places(transaction: Transaction) -> set[WordsPlace]:
    """Everything that was ever erased."""
    return {place for *_, new in [*erasures(transaction)] for place in places_in(parse(new))}


def erase_words(transaction: Transaction, places: Collection[WordsPlace]) -> None:
    """Let words, and documents, go."""
    if not places:
        return
    numbered = [place for place in places if isinstance(place[0], int)]
    with transaction.unguarded("word"), transaction.unguarded("passage"), transaction.unguarded("document"):
        for part, statement in _FORGET.items():
            transaction.write(statement, [(where,) for where, said in numbered if said == part])
        held = [(where, part) for where, part in places if isinstance(where, str)]
        transaction.write(
            "UPDATE passage SET salt = NULL, words = NULL WHERE reference = ? AND place = ?",
            [(where, int(part)) for where, part in held if part != WHOLE],
        )
        whole = [(where,) for where, part in held if part == WHOLE]
        transaction.write("DELETE FROM document WHERE reference = ?", whole)


def committed_since(transaction: Transaction) -> int:
    """The number of the entry up to which nothing is committed: older ledgers may hold anything as words."""
    query = "SELECT number, new FROM entry WHERE action = ? AND field = ?"
    risen = transaction.rows(query, "upgrade", "format.ledger")
    return max((number for number, new in risen if float(parse(new) or 0) >= COMMITTED), default=0)
