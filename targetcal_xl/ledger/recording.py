"""How events become what is stored: entries, the words beside them, nodes of the tree, documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ..calibration import Value
from ..formats import COMMITTED, TREE, UNMARKED, Format
from ..problems import DataProblems, Problem
from .chain import GENESIS, canonical, entry_hash, entry_leaf, fault, is_reference, reference
from .entry import Entry, Event
from .merkle import Frontier
from .opening import mark_formats
from .passages import committed_documents
from .rows import ENTRIES, PAGE, entry_of
from .store import Row, Transaction
from .words import PARTS, Salts, committed, spoken

NEW_NODES = "INSERT INTO node VALUES (?, ?)"
NEW_ENTRY = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
NEW_WORDS = "INSERT INTO word VALUES (?, ?, ?, ?, ?, ?, ?)"
_NEW_PASSAGE = "INSERT INTO passage VALUES (?, ?, ?, ?)"


def time_of(at: dt.datetime) -> str:
    """A time as entries hold it; raise ValueError for one without zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def grown_nodes(tree: Frontier, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of nodes that a tree gains from entries."""
    for row in rows:
        if done := tree.add(entry_leaf(row[:-1])):
            yield row[0], done


@dataclass(frozen=True)
class Batch:
    """What is stored of events: their entries, the words beside them, documents and the words in these."""

    events: tuple[Event, ...]
    contents: Mapping[str, bytes]
    passages: Sequence[Row]
    rows: list[Row]
    words: list[Row]

    @property
    def onto(self) -> str | None:
        """The head that its first entry follows; None where there is no entry."""
        return self.rows[0][-2] if self.rows else None

    @property
    def spoken(self) -> Iterator[Row]:
        """The entries with what stands beside them."""
        beside = {number: words for number, *words in self.words}
        nothing = (None,) * 2 * len(PARTS)
        return ((*row, *beside.get(row[0], nothing)) for row in self.rows)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries as they are read."""
        return tuple(entry_of(spoken(row)) for row in self.spoken)


def batched(
    events: Sequence[Event],
    said: tuple[str, str, str],
    last: Row | None,
    documents: Iterable[bytes],
    salts: Salts | None,
) -> Batch:
    """What is to be stored of events; without salts in the form of older ledgers, words as they are."""
    contents = {reference(content): content for content in documents}
    if salts is None:
        return Batch(tuple(events), contents, (), *_chained(events, said, last, None))
    events, contents, passages = committed_documents(events, contents, salts)
    return Batch(tuple(events), contents, passages, *_chained(events, said, last, salts))


def _chained(
    events: Iterable[Event], said: tuple[str, str, str], last: Row | None, salts: Salts | None
) -> tuple[list[Row], list[Row]]:
    """Stored columns of the entries that follow `last`, and their words; `said` is time, actor and source."""
    count, previous = (last[0], last[-1]) if last else (0, GENESIS)
    rows: list[Row] = []
    words: list[Row] = []
    for number, event in enumerate(events, count + 1):
        what: Row = (
            *(event.action, *event.key),
            *(canonical(event.old), canonical(event.new), event.reason),
        )
        if salts:
            what, kept = committed(number, what, salts)
            words += [(*kept,)] if kept else []
        fields = (number, *said, *what, previous)
        previous = entry_hash(fields)
        rows.append((*fields, previous))
    return rows, words


def refuse_faults(events: Iterable[Event], actor: str, source: str) -> None:
    """Raise DataProblems with every value and every text that cannot be kept."""
    problems = [
        Problem(code, where, {"value": ascii(value)})
        for where, values in _said(events, actor, source)
        for value in values
        if (code := fault(value))
    ]
    if problems:
        raise DataProblems(problems)


def _said(events: Iterable[Event], actor: str, source: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """All that is to be kept, with its place."""
    yield "", (actor, source)
    for event in events:
        yield _where(event), (event.old, event.new, event.reason, event.action, *event.key)


def _where(event: Event) -> str:
    return " / ".join(code for code in event.key if code)


def raise_formats(transaction: Transaction, before: Format, formats: Mapping[str, Format]) -> None:
    """Mark the formats; a ledger from before there was a tree gets the nodes above all its entries."""
    mark_formats(transaction, formats)
    form = formats.get("ledger", UNMARKED).number
    if before.number < TREE <= form:
        transaction.create("node")
        grown = grown_nodes(Frontier(), transaction.rows(f"{ENTRIES} ORDER BY number"))
        while page := [*islice(grown, PAGE)]:
            transaction.write(NEW_NODES, page)
    if form >= COMMITTED:
        for table in ("word", "passage", "scrubbed"):
            transaction.create(table)


def keep_documents(transaction: Transaction, batch: Batch) -> None:
    """Add the documents that are not there yet.

    Raise DataProblems for references to no document, ValueError for a document that no event refers to.
    """
    contents = batch.contents
    naming = {str(event.new): event for event in batch.events if is_reference(event.new)}
    known = _known(transaction, {*naming, *contents})
    if lost := [event for name, event in naming.items() if name not in known and name not in contents]:
        raise DataProblems(
            [Problem("ledger_reference", _where(event), {"document": event.new}) for event in lost]
        )
    new = [(name, content) for name, content in contents.items() if name not in known]
    if stray := [name for name, _ in new if name not in naming]:
        raise ValueError(f"no event refers to {stray}")
    transaction.write("INSERT INTO document VALUES (?, ?)", new)
    names = {name for name, _ in new}
    transaction.write(_NEW_PASSAGE, [row for row in batch.passages if row[0] in names])


def _known(transaction: Transaction, names: Iterable[str]) -> set[str]:
    """Those of these documents that are kept already."""
    query = "SELECT reference FROM document WHERE reference = ?"
    return {name for name in names if transaction.first(query, name)}
