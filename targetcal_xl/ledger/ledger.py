"""The ledger: what happened, append-only and hash-chained, with the documents it refers to."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..calibration import Key, Value
from ..formats import BOOK, LEDGER, TREE, UNMARKED, Format
from ..log import step
from ..problems import DataProblems, Problem, Refused
from .bundle import FORM, Beginning, Proof, ProvenEntry, hex_path
from .chain import (
    GENESIS,
    breaks,
    canonical,
    entry_bytes,
    entry_hash,
    entry_leaf,
    fault,
    is_reference,
    parse,
    reference,
)
from .checkpoint import Checkpoint, log_origin
from .entry import Entry, Event
from .merkle import Frontier, NodeAt, consistency, inclusion
from .store import Row, Store, Transaction, create_tables, locate

_LOG = logging.getLogger(__name__)

LAST = 2**62
"""A number that no entry reaches."""

MOST_BREAKS = 12
"""How many breaks are named before an action refuses to go on; `verify` names all."""

_COMPLAINTS = {
    "readonly database": "ledger_read_only",
    "malformed": "ledger_damaged",
    "not a database": "ledger_other",
}
"""What SQLite says where waiting does not help -> the code of the problem."""

_PAGE = 5_000
_ENTRIES = """
SELECT number, at, actor, source, action, region, row, field, old, new, reason, previous, hash
FROM entry
"""
_NEW_NODES = "INSERT INTO node VALUES (?, ?)"
_NEW_ENTRY = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def open_ledger(place: str | Path, *, create: bool = False, password: str | None = None) -> Ledger:
    """Open the ledger in a SQLite file or at a `postgresql://` URL; a context manager.

    `create` makes one where there is none. Without a `password`, PostgreSQL's own ways hold
    (PGPASSWORD, ~/.pgpass). Raise Refused when there is no ledger, when it cannot be reached, and when a
    newer program has written it.
    """
    return Ledger(locate(place, password), str(place), create)


class Ledger:
    """An open ledger. Entries are only ever added; writers take turns, also across machines.

    Every method raises Refused, with the database's words, when the database cannot be used, and
    with the breaks when what it reads was tampered with so that it makes no sense.
    """

    def __init__(self, store: Store, place: str, create: bool) -> None:
        """Connect to a located `place`; `open_ledger` is the way in."""
        self.place = place
        """The path or URL as a person gave it; never a password."""
        self._proven: tuple[int, str] = (0, GENESIS)
        self._tree = Frontier()
        self._documents: set[str] = set()
        self._store = store
        if obstacle := store.obstacle(create):
            raise self._none(obstacle)
        with self._transaction(writes=create) as transaction:
            if transaction.is_foreign():
                raise self._none("ledger_foreign")
            if not transaction.has("entry"):
                if not create:
                    raise self._none("ledger_missing")
                create_tables(transaction)
                _mark(transaction, {"ledger": LEDGER, "book": BOOK})
            self.formats = self._marked(transaction)
            """The format that the `ledger`, and the `book` it is about, are written in."""
        if self.formats["ledger"].number > LEDGER.number:
            raise Refused([_newer(self.place, self.formats["ledger"])])

    def _none(self, code: str) -> Refused:
        """Why there is no ledger here."""
        return Refused([Problem(code, fields={"place": self.place})])

    def _marked(self, transaction: Transaction) -> Mapping[str, Format]:
        """What the marks say; raise Refused where they say nothing that makes sense."""
        found = {"ledger": UNMARKED, "book": UNMARKED}
        if transaction.has("format"):
            rows = [*transaction.rows("SELECT kind, number, program FROM format ORDER BY number")]
            if not all(isinstance(number, int) for _, number, _ in rows):
                said = {"place": self.place, "detail": "format"}
                raise Refused([Problem("ledger_damaged", fields=said)])
            found |= {kind: Format(number, program) for kind, number, program in rows}
        return found

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open between calls."""

    @property
    def last(self) -> Entry | None:
        """The newest entry, None in an empty ledger."""
        with self._transaction() as transaction:
            row = _last_row(transaction)
        with self._sound():
            return _entry(row) if row else None

    @property
    def head(self) -> str:
        """The hash of the newest entry, `GENESIS` in an empty ledger: note it elsewhere, as proof."""
        last = self.last
        return last.hash if last else GENESIS

    @property
    def checkpoint(self) -> Checkpoint:
        """What to note elsewhere, as proof of all entries: which log, how many, and the root over them."""
        with self._transaction() as transaction:
            return self._checkpoint(transaction)

    def proof(self, number: int) -> tuple[bytes, list[bytes]]:
        """An entry's bytes, and the path that proves it under the root of the `checkpoint`.

        Raise ValueError where there is no such entry. Who has not `prove`d the ledger is not to believe it.
        """
        with self._transaction() as transaction:
            size, node = _size(transaction), self._nodes(transaction)
            path = inclusion(number - 1, size, node)
            return entry_bytes(_stored(transaction, number)[:-1]), path

    def consistency(self, size: int) -> tuple[Checkpoint, list[bytes]]:
        """The checkpoint after the first `size` entries, and the path from it to today's.

        Raise ValueError where there are fewer.
        """
        with self._transaction() as transaction:
            path = consistency(size, _size(transaction), self._nodes(transaction))
            return self._checkpoint(transaction, size), path

    def bundle(self, numbers: Iterable[int], sizes: Iterable[int], documents: Iterable[str] = ()) -> Proof:
        """What proves these entries, and the checkpoints after so many entries, to who has not the ledger.

        `documents` are references that the entries hold. Raise ValueError where there are no such entries.
        """
        contents = tuple(self.document(name).decode() for name in documents)
        with self._transaction() as transaction:
            size, node = _size(transaction), self._nodes(transaction)
            entries = tuple(
                ProvenEntry(
                    entry_bytes(_stored(transaction, number)[:-1]).decode(),
                    hex_path(inclusion(number - 1, size, node)),
                )
                for number in numbers
            )
            before = tuple(
                Beginning(
                    str(self._checkpoint(transaction, earlier)), hex_path(consistency(earlier, size, node))
                )
                for earlier in sizes
            )
            return Proof(FORM, str(self._checkpoint(transaction, size)), entries, before, contents)

    def _checkpoint(self, transaction: Transaction, size: int | None = None) -> Checkpoint:
        size = _size(transaction) if size is None else size
        first = transaction.first("SELECT hash FROM entry WHERE number = 1")
        root = Frontier(size, self._nodes(transaction)).root
        return Checkpoint(log_origin(first[0] if first else GENESIS), size, root)

    def _nodes(self, transaction: Transaction) -> NodeAt:
        """The tree's nodes: leaves from their entries, those above as they are kept."""

        def node(level: int, index: int) -> bytes:
            number = (index + 1) << level
            if not level:
                return entry_leaf(_stored(transaction, number)[:-1])
            found = transaction.first("SELECT hashes FROM node WHERE number = ?", number)
            own = found[0][32 * (level - 1) : 32 * level] if found else b""
            if len(own) != 32:
                raise Refused([Problem("ledger_node", fields={"number": number})])
            return bytes(own)

        return node

    @property
    def secret(self) -> str:
        """A random word that whoever reaches the ledger knows; made when it is first asked for."""
        with self._transaction(writes=True) as transaction:
            transaction.create("secret")
            if found := transaction.first("SELECT word FROM secret"):
                return str(found[0])
            word = secrets.token_urlsafe(18)
            transaction.insert("INSERT INTO secret VALUES (?)", [(word,)])
            return word

    def chained(
        self, events: Sequence[Event], *, at: dt.datetime, actor: str, source: str
    ) -> tuple[Entry, ...]:
        """The entries that these events would become if they were recorded now.

        Raise DataProblems for values that cannot be kept exactly, ValueError for a time without zone.
        """
        _refuse_faults(events, actor, source)
        with self._transaction() as transaction:
            last = _last_row(transaction)
        return tuple(map(_entry, _chained(events, (_moment(at), actor, source), last)))

    def record(
        self,
        events: Sequence[Event],
        *,
        at: dt.datetime,
        actor: str,
        source: str,
        documents: Iterable[bytes] = (),
        onto: str | None = None,
        formats: Mapping[str, Format] | None = None,
    ) -> tuple[Entry, ...]:
        """Add events and the documents they refer to: all of them, or none when anything is raised.

        `onto` is the head that the events were decided on: Refused when somebody has recorded since.
        `formats` are those that ledger or book are written in from now on.
        Raise DataProblems for values that cannot be kept exactly and for references to no document,
        ValueError for a time without zone and for a new document that no event refers to.
        """
        _refuse_faults(events, actor, source)
        moment = _moment(at)
        contents = {reference(content): content for content in documents}
        with self._transaction(writes=True) as transaction:
            last = _last_row(transaction)
            if onto not in (None, last[-1] if last else GENESIS):
                raise Refused([Problem("ledger_moved")])
            _keep_documents(transaction, events, contents)
            rows = _chained(events, (moment, actor, source), last)
            if formats:
                self._rise(transaction, formats)
            if {**self.formats, **(formats or {})}["ledger"].number >= TREE:
                tree = Frontier(last[0] if last else 0, self._nodes(transaction))
                transaction.insert(_NEW_NODES, [*_grown(tree, rows)])
            transaction.insert(_NEW_ENTRY, rows)
        self.formats = {**self.formats, **(formats or {})}
        return tuple(map(_entry, rows))

    def _rise(self, transaction: Transaction, formats: Mapping[str, Format]) -> None:
        """Mark the formats; a ledger from before there was a tree gets the nodes above all its entries."""
        _mark(transaction, formats)
        if self.formats["ledger"].number < TREE <= formats.get("ledger", UNMARKED).number:
            transaction.create("node")
            grown = _grown(Frontier(), _rows(transaction))
            while page := [*islice(grown, _PAGE)]:
                transaction.insert(_NEW_NODES, page)

    def entries(
        self,
        *,
        after: int = 0,
        region: str | None = None,
        action: str | None = None,
        field: str | None = None,
    ) -> Iterator[Entry]:
        """Entries in order, those after a number, of a region, action and field, where given.

        Pages are read as they are needed; nothing is held open between them.
        """
        wanted = {"region": region, "action": action, "field": field}
        named = {column: code for column, code in wanted.items() if code is not None}
        where = " AND ".join(["number > ?", *(f"{column} = ?" for column in named)])
        while True:
            with self._transaction() as transaction:
                query = f"{_ENTRIES} WHERE {where} ORDER BY number LIMIT {_PAGE}"
                rows = [*transaction.rows(query, after, *named.values())]
            with self._sound():
                page = [*map(_entry, rows)]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].number

    def values(self, until: int | None = None) -> dict[Key, Value]:
        """The last value of every field that has one, up to the entry with number `until` where given."""
        until = LAST if until is None else until
        query = "SELECT region, row, field, new FROM entry WHERE number <= ? ORDER BY number"
        with self._transaction() as transaction:
            last = {(region, row, field): new for region, row, field, new in transaction.rows(query, until)}
        with self._sound():
            return {key: parse(new) for key, new in last.items()}

    def document(self, named: str) -> bytes:
        """The content that a `reference` names; raise Refused when it is missing or was altered."""
        with self._transaction() as transaction:
            found = transaction.first("SELECT content FROM document WHERE reference = ?", named)
        if found is None:
            raise Refused([Problem("ledger_document_missing", fields={"document": named})])
        [content] = found
        if not isinstance(content, bytes) or reference(content) != named:
            raise Refused([Problem("ledger_document_altered", fields={"document": named})])
        return content

    def copied(self) -> bytes | None:
        """The whole ledger as a file of SQLite's; None where a database server keeps it."""
        with self._transaction() as transaction:
            held = transaction.connection
            return held.serialize() if isinstance(held, sqlite3.Connection) else None

    def verify(self, heads: Iterable[str] = ()) -> list[Problem]:
        """Everything that is wrong with the chain and its documents; empty when all is as recorded.

        `heads` are hashes and checkpoints noted elsewhere (letters, exports): without one, a cut tail cannot
        show.
        """
        try:
            with self._transaction() as transaction:
                found = breaks(_rows(transaction), heads, nodes=self._stored_nodes(transaction))
                return [*found, *_document_breaks(transaction)]
        except Refused as refused:
            return list(refused.problems)

    @step(_LOG, "prove the ledger")
    def prove(self) -> None:
        """Raise Refused, naming the first breaks, unless chain and documents are as they were recorded.

        What has been proven since the ledger was opened is not looked at again.
        """
        with self._transaction() as transaction:
            reached, tree = [self._proven], self._tree.copy()
            rows = _noting(_rows(transaction, after=self._proven[0]), reached)
            nodes = self._stored_nodes(transaction, self._proven[0])
            faults = breaks(rows, after=self._proven, tree=tree, nodes=nodes)
            documents = _document_breaks(transaction, self._documents)
            if found := [*islice(chain(faults, documents), MOST_BREAKS)]:
                raise Refused(found)
            self._proven, self._tree = reached[0], tree
            self._documents.update(name for [name] in transaction.rows("SELECT reference FROM document"))

    def _stored_nodes(self, transaction: Transaction, after: int = 0) -> Iterator[Row] | None:
        """The nodes that are kept since an entry; None in a ledger from before there was a tree."""
        if self.formats["ledger"].number < TREE:
            return None
        return transaction.rows("SELECT number, hashes FROM node WHERE number > ? ORDER BY number", after)

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Refuse entries that make no sense, with everything that is wrong with the ledger."""
        try:
            yield
        except (TypeError, ValueError) as error:
            raise Refused(self.verify()) from error

    @contextmanager
    def _transaction(self, writes: bool = False) -> Iterator[Transaction]:
        """Everything inside happens or nothing does; the database's complaints become Refused."""
        try:
            with (
                step(_LOG, "write to the ledger" if writes else "read the ledger"),
                self._store.transaction(writes) as transaction,
            ):
                yield transaction
        except self._store.errors as error:
            said = {"place": self.place, "detail": " ".join(str(error).split())}
            codes = (code for words, code in _COMPLAINTS.items() if words in said["detail"])
            raise Refused([Problem(next(codes, "ledger_unavailable"), fields=said)]) from error


def _mark(transaction: Transaction, formats: Mapping[str, Format]) -> None:
    """Note what is written in which format; an older ledger gets the table for it."""
    transaction.create("format")
    rows = [(kind, one.number, one.program) for kind, one in formats.items()]
    transaction.insert("INSERT INTO format VALUES (?, ?, ?)", rows)


def _newer(place: str, found: Format) -> Problem:
    said = {"place": place, "format": found.number, "program": found.program, "known": LEDGER.number}
    return Problem("ledger_newer", fields=said)


def _moment(at: dt.datetime) -> str:
    """A time as entries hold it; raise ValueError for one without zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _rows(transaction: Transaction, after: int | None = None) -> Iterator[Row]:
    """The stored entries after a number, or all, whatever their numbers are; a page at a time."""
    if after:
        return transaction.rows(f"{_ENTRIES} WHERE number > ? ORDER BY number", after)
    return transaction.rows(f"{_ENTRIES} ORDER BY number")


def _noting(rows: Iterable[Row], reached: list[tuple[int, str]]) -> Iterator[Row]:
    """The rows, while number and hash of the last one are put where they are looked for."""
    for row in rows:
        reached[0] = row[0], row[-1]
        yield row


def _grown(tree: Frontier, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of nodes that a tree gains from entries."""
    for row in rows:
        if done := tree.add(entry_leaf(row[:-1])):
            yield row[0], done


def _size(transaction: Transaction) -> int:
    last = _last_row(transaction)
    return int(last[0]) if last else 0


def _stored(transaction: Transaction, number: int) -> Row:
    """The stored entry with a number, which is there."""
    row = transaction.first(f"{_ENTRIES} WHERE number = ?", number)
    if row is None:
        raise Refused([Problem("ledger_gap", fields={"number": number + 1, "expected": number})])
    return row


def _last_row(transaction: Transaction) -> Row | None:
    return transaction.first(f"{_ENTRIES} ORDER BY number DESC")


def _chained(events: Iterable[Event], said: tuple[str, str, str], last: Row | None) -> list[Row]:
    """Stored columns of the entries that follow `last`; `said` is time, actor and source."""
    count, previous = (last[0], last[-1]) if last else (0, GENESIS)
    rows: list[Row] = []
    for number, event in enumerate(events, count + 1):
        what = (event.action, *event.key, canonical(event.old), canonical(event.new), event.reason)
        fields = (number, *said, *what, previous)
        previous = entry_hash(fields)
        rows.append((*fields, previous))
    return rows


def _entry(row: Sequence[Any]) -> Entry:
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


def _refuse_faults(events: Iterable[Event], actor: str, source: str) -> None:
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


def _keep_documents(transaction: Transaction, events: Sequence[Event], contents: Mapping[str, bytes]) -> None:
    """Add the documents that are not there yet; refuse references and documents without their other half."""
    naming = {str(event.new): event for event in events if is_reference(event.new)}
    known = _known(transaction, {*naming, *contents})
    if lost := [event for name, event in naming.items() if name not in known and name not in contents]:
        raise DataProblems(
            [Problem("ledger_reference", _where(event), {"document": event.new}) for event in lost]
        )
    new = [(name, content) for name, content in contents.items() if name not in known]
    if stray := [name for name, _ in new if name not in naming]:
        raise ValueError(f"no event refers to {stray}")
    transaction.insert("INSERT INTO document VALUES (?, ?)", new)


def _known(transaction: Transaction, names: Iterable[str]) -> set[str]:
    """Those of these documents that are kept already."""
    query = "SELECT reference FROM document WHERE reference = ?"
    return {name for name in names if transaction.first(query, name)}


def _document_breaks(transaction: Transaction, proven: Collection[str] = ()) -> Iterator[Problem]:
    """Documents whose content does not give their name, and references to documents that are gone.

    Those that are `proven` are not hashed again.
    """
    stored = set()
    for name, content in transaction.rows("SELECT reference, content FROM document"):
        stored.add(name)
        if name not in proven and (not isinstance(content, bytes) or reference(content) != name):
            yield Problem("ledger_document_altered", fields={"document": name})
    for name in sorted(_named(transaction) - stored):
        yield Problem("ledger_document_missing", fields={"document": name})


def _named(transaction: Transaction) -> set[str]:
    """Every reference in the entries."""
    likely = transaction.rows("SELECT new FROM entry WHERE new LIKE ?", '"sha256:%')
    return {new[1:-1] for [new] in likely if is_reference(new[1:-1])}
