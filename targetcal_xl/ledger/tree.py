"""The tree over a ledger's entries: its checkpoints, and what proves entries to who has not the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..formats import TREE
from ..problems import Problem, Refused
from .bundle import FORM, Beginning, Proof, ProvenEntry, ProvenPassage, hex_path
from .chain import GENESIS, entry_bytes, entry_leaf
from .checkpoint import Checkpoint, log_origin
from .merkle import Frontier, NodeAt, consistency, inclusion
from .reading import LedgerReading
from .rows import log_size, stored_row
from .store import Row, Transaction


def nodes_of(transaction: Transaction) -> NodeAt:
    """The tree's nodes: leaves from their entries, those above as they are kept.

    What is returned raises Refused where a node is not kept.
    """

    def node(level: int, index: int) -> bytes:
        number = (index + 1) << level
        if not level:
            return entry_leaf(stored_row(transaction, number)[:-1])
        found = transaction.first("SELECT hashes FROM node WHERE number = ?", number)
        own = found[0][32 * (level - 1) : 32 * level] if found else b""
        if len(own) != 32:
            raise Refused([Problem("ledger_node", fields={"number": number})])
        return bytes(own)

    return node


def kept_nodes(reading: LedgerReading, after: int = 0) -> Iterator[Row] | None:
    """The nodes that are kept since an entry; None in a ledger from before there was a tree."""
    if reading.form.number < TREE:
        return None
    query = "SELECT number, hashes FROM node WHERE number > ? ORDER BY number"
    return reading.transaction.rows(query, after)


def checkpoint_of(transaction: Transaction, size: int | None = None) -> Checkpoint:
    """The checkpoint after so many entries, or after all."""
    size = log_size(transaction) if size is None else size
    first = transaction.first("SELECT hash FROM entry WHERE number = 1")
    root = Frontier(size, nodes_of(transaction)).root
    return Checkpoint(log_origin(first[0] if first else GENESIS), size, root)


def bundled(
    reading: LedgerReading, numbers: Iterable[int], sizes: Iterable[int], names: Sequence[str]
) -> Proof:
    """What proves entries, the checkpoints after so many of them, and documents."""
    transaction = reading.transaction
    size, node = log_size(transaction), nodes_of(transaction)
    contents = tuple(reading.content(name).decode() for name in names)
    before = tuple(
        Beginning(str(checkpoint_of(transaction, earlier)), hex_path(consistency(earlier, size, node)))
        for earlier in sizes
    )
    entries = tuple(
        _proven(reading, number, hex_path(inclusion(number - 1, size, node))) for number in numbers
    )
    checkpoint = str(checkpoint_of(transaction, size))
    return Proof(FORM, checkpoint, entries, before, contents, (*_proven_passages(reading, names),))


def _proven(reading: LedgerReading, number: int, path: tuple[str, ...]) -> ProvenEntry:
    row = stored_row(reading.transaction, number)
    return ProvenEntry(entry_bytes(row[:-1]).decode(), path, (*reading.words(number),))


def _proven_passages(reading: LedgerReading, names: Iterable[str]) -> Iterator[ProvenPassage]:
    """The words in documents that are still there."""
    for name in names:
        for place, salt, words in reading.passages(name):
            if words is not None:
                yield ProvenPassage(name, place, salt.hex(), words)
