"""What is wrong with what is stored beside the chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..problems import Problem
from .chain import is_reference, reference
from .erasure import WHOLE
from .forgetting import erased_places
from .store import Row, Transaction


def noting(rows: Iterable[Row], reached: list[tuple[int, str]]) -> Iterator[Row]:
    """The rows, while number and hash of the last one are put where they are looked for."""
    for row in rows:
        reached[0] = row[0], row[-1]
        yield row


def document_breaks(transaction: Transaction, proven: Collection[str] = ()) -> Iterator[Problem]:
    """Documents whose content does not give their name, and references to documents that are gone.

    Those that are `proven` are not hashed again.
    """
    stored = set()
    for name, content in transaction.rows("SELECT reference, content FROM document"):
        stored.add(name)
        if name not in proven and (not isinstance(content, bytes) or reference(content) != name):
            yield Problem("ledger_document_altered", fields={"document": name})
    lost = sorted(_named(transaction) - stored)
    erased = erased_places(transaction) if lost else set()
    for name in [name for name in lost if (name, WHOLE) not in erased]:
        yield Problem("ledger_document_missing", fields={"document": name})


def _named(transaction: Transaction) -> set[str]:
    """Every reference in the entries."""
    likely = transaction.rows("SELECT new FROM entry WHERE new LIKE ?", '"sha256:%')
    return {new[1:-1] for [new] in likely if is_reference(new[1:-1])}
