"""The ledger: what happened, append-only and hash-chained, with the documents it refers to."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from ..calibration import Key, Value
from ..formats import COMMITTED, TREE, Format
from ..log import step
from ..problems import Problem, Refused
from .bundle import Proof
from .chain import GENESIS, breaks, entry_bytes, parse
from .checkpoint import Checkpoint
from .entry import Entry, Event
from .erasure import WordsPlace
from .forgetting import erase_words, erased_places, erasing
from .merkle import Frontier, consistency, inclusion
from .opening import COMPLAINTS, no_ledger, opened_formats
from .passages import spoken_document, subjects
from .proving import document_breaks, noting, unfinished_erasures, unscrubbed, word_breaks
from .reading import LedgerReading, plan_language
from .recording import (
    NEW_ENTRY,
    NEW_NODES,
    NEW_WORDS,
    Batch,
    batched,
    grown_nodes,
    keep_documents,
    raise_formats,
    refuse_faults,
    time_of,
)
from .rows import PAGE, last_row, log_size, stored_row
from .store import Store, Transaction, locate
from .tree import bundled, checkpoint_of, kept_nodes, nodes_of
from .words import PARTS, Salts, WordCheck

_LOG = logging.getLogger(__name__)

LAST = 2**62
"""A number that no entry reaches."""

MOST_BREAKS = 12
"""How many breaks are named before an action refuses to go on; `verify` names all."""

_FORGETFUL = ("word", "passage", "document")
"""The tables that something may be erased from."""
Chance = Callable[[int], bytes]
"""Gives so many random bytes."""


def open_ledger(
    place: str | Path,
    *,
    create: bool = False,
    password: str | None = None,
    chance: Chance = secrets.token_bytes,
) -> Ledger:
    """Open the ledger in a SQLite file or at a `postgresql://` URL; a context manager.

    `create` makes one where there is none. Without a `password`, PostgreSQL's own ways hold
    (PGPASSWORD, ~/.pgpass). People's words are salted by `chance`. Raise Refused when there is no ledger,
    when it cannot be reached, and when a newer program has written it.
    """
    return Ledger(locate(place, password), str(place), create, chance)


class Ledger:
    """An open ledger. Entries are only ever added; writers take turns, also across machines.

    Every method raises Refused, with the database's words, when the database cannot be used, and
    with the breaks when what it reads was tampered with so that it makes no sense.
    """

    def __init__(self, store: Store, place: str, create: bool, chance: Chance = secrets.token_bytes) -> None:
        """Connect to a located `place`; `open_ledger` is the way in."""
        self.place = place
        """The path or URL as a person gave it; never a password."""
        self._proven: tuple[int, str] = (0, GENESIS)
        self._tree = Frontier()
        self._documents: set[str] = set()
        self._marks: dict[WordsPlace, str] = {}
        self._store, self._chance = store, chance
        if obstacle := store.obstacle(create):
            raise no_ledger(obstacle, place)
        with self._transaction(writes=create) as transaction:
            self.formats = opened_formats(transaction, place, create)
            """The format that the `ledger`, and the `book` it is about, are written in."""

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
        with self._reading() as reading, self._sound():
            row = reading.transaction.first(f"{reading.entries} ORDER BY entry.number DESC")
            return reading.told(row) if row else None

    @property
    def head(self) -> str:
        """The hash of the newest entry, `GENESIS` in an empty ledger: note it elsewhere, as proof."""
        last = self.last
        return last.hash if last else GENESIS

    @property
    def salts(self) -> Salts:
        """Fresh salts for what is recorded next."""
        return Salts(self._chance(32))

    @property
    def checkpoint(self) -> Checkpoint:
        """What to note elsewhere, as proof of all entries: which log, how many, and the root over them."""
        with self._transaction() as transaction:
            return checkpoint_of(transaction)

    def proof(self, number: int) -> tuple[bytes, list[bytes]]:
        """An entry's bytes, and the path that proves it under the root of the `checkpoint`.

        Raise ValueError where there is no such entry. Who has not `prove`d the ledger is not to believe it.
        """
        with self._transaction() as transaction:
            size, node = log_size(transaction), nodes_of(transaction)
            path = inclusion(number - 1, size, node)
            return entry_bytes(stored_row(transaction, number)[:-1]), path

    def consistency(self, size: int) -> tuple[Checkpoint, list[bytes]]:
        """The checkpoint after the first `size` entries, and the path from it to today's.

        Raise ValueError where there are fewer.
        """
        with self._transaction() as transaction:
            path = consistency(size, log_size(transaction), nodes_of(transaction))
            return checkpoint_of(transaction, size), path

    def bundle(self, numbers: Iterable[int], sizes: Iterable[int], documents: Iterable[str] = ()) -> Proof:
        """What proves these entries, and the checkpoints after so many entries, to who has not the ledger.

        `documents` are references that the entries hold. Raise ValueError where there are no such entries.
        """
        with self._reading() as reading:
            return bundled(reading, numbers, sizes, tuple(documents))

    @property
    def secret(self) -> str:
        """A random word that whoever reaches the ledger knows; made when it is first asked for."""
        with self._transaction(writes=True) as transaction:
            transaction.create("secret")
            if found := transaction.first("SELECT word FROM secret"):
                return str(found[0])
            word = secrets.token_urlsafe(18)
            transaction.write("INSERT INTO secret VALUES (?)", [(word,)])
            return word

    def chained(
        self,
        events: Sequence[Event],
        *,
        at: dt.datetime,
        actor: str,
        source: str,
        documents: Iterable[bytes] = (),
        salts: Salts | None = None,
    ) -> Batch:
        """What these events would become if they were recorded now, with the same salts.

        Raise DataProblems for values that cannot be kept exactly, ValueError for a time without zone.
        """
        refuse_faults(events, actor, source)
        with self._transaction() as transaction:
            last = last_row(transaction)
        salts = self._salted(self.formats["ledger"], salts)
        return batched(events, (time_of(at), actor, source), last, documents, salts)

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
        salts: Salts | None = None,
        ready: Batch | None = None,
    ) -> tuple[Entry, ...]:
        """Add events and the documents they refer to: all of them, or none when anything is raised.

        `onto` is the head that the events were decided on: Refused when somebody has recorded since.
        `formats` are those that ledger or book are written in from now on. What events name as erased goes.
        `ready` is what `chained` made of these very events, so that it need not be made again.
        Raise DataProblems for values that cannot be kept exactly and for references to no document,
        ValueError for a time without zone and for a new document that no event refers to.
        """
        if ready is None:
            refuse_faults(events, actor, source)
        moment, before = time_of(at), self.formats
        after = {**before, **(formats or {})}
        with self._transaction(writes=True) as transaction:
            last = last_row(transaction)
            decided_on = {onto, ready.onto if ready else None} - {None}
            if decided_on - {last[-1] if last else GENESIS}:
                raise Refused([Problem("ledger_moved")])
            batch = ready
            if batch is None or formats:
                salts = self._salted(after["ledger"], salts)
                batch = batched(events, (moment, actor, source), last, documents, salts)
            if formats:
                raise_formats(transaction, before["ledger"], formats)
            _write(transaction, batch, last[0] if last else 0, grows=after["ledger"].number >= TREE)
        self.formats = after
        return batch.entries

    def _salted(self, form: Format, salts: Salts | None) -> Salts | None:
        """What words are salted with in a ledger of a format; None where they are not committed."""
        return (salts or self.salts) if form.number >= COMMITTED else None

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
        where = " AND ".join(["entry.number > ?", *(f"{column} = ?" for column in named)])
        while True:
            with self._reading() as reading, self._sound():
                query = f"{reading.entries} WHERE {where} ORDER BY entry.number LIMIT {PAGE}"
                rows = [*reading.transaction.rows(query, after, *named.values())]
                page = [reading.told(row) for row in rows]
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].number

    def values(self, until: int | None = None) -> dict[Key, Value]:
        """The last value of every field that has one, up to the entry with number `until` where given."""
        until = LAST if until is None else until
        with self._reading() as reading, self._sound():
            query = f"{reading.entries} WHERE entry.number <= ? ORDER BY entry.number"
            last = {row[5:8]: row for row in reading.transaction.rows(query, until)}
            return {key: parse(reading.columns(row)[9]) for key, row in last.items()}

    def document(self, named: str, erased: Mapping[WordsPlace, str] | None = None) -> bytes:
        """The content that a `reference` names, with people's words in it as far as they are there.

        `erased` says what is seen in further places, whose words are about to go. Raise Refused when it is
        missing, was altered or was erased as a whole.
        """
        with self._reading() as reading:
            content, words = reading.content(named), dict[int, str]()
            for place, _, said in reading.passages(named):
                gone = (erased or {}).get((named, str(place)))
                words[place] = gone or said or reading.mark((named, str(place))) or ""
            return spoken_document(content, words)

    @property
    def language(self) -> str:
        """The language of the plan, in which marks of erasures are."""
        with self._transaction() as transaction:
            return plan_language(transaction)

    def spoken(self) -> dict[WordsPlace, str]:
        """Everything that people said in their own words and that can be erased, by its place."""
        with self._reading() as reading:
            said: dict[WordsPlace, str] = {}
            if not reading.has_words:
                return said
            transaction = reading.transaction
            for number, *beside in transaction.rows("SELECT * FROM word ORDER BY number"):
                for part, words in zip(PARTS, beside[1::2], strict=True):
                    if words is not None:
                        said[number, part] = words if part == "reason" else str(parse(words))
            query = "SELECT reference, place, words FROM passage WHERE words IS NOT NULL"
            return said | {(name, str(place)): words for name, place, words in transaction.rows(query)}

    def subjects(self, named: str) -> list[str]:
        """Of what the words in a document are, by place, as far as it says so."""
        with self._reading() as reading:
            return subjects(reading.content(named))

    def erased(self) -> set[WordsPlace]:
        """Every place whose words were erased."""
        with self._transaction() as transaction:
            return erased_places(transaction)

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
            with self._reading() as reading:
                check, nodes = WordCheck(), kept_nodes(reading)
                found = [*breaks(check.over(reading.rows()), heads, nodes=nodes)]
                found += [*word_breaks(reading, check), *document_breaks(reading.transaction)]
                return [*found, *unfinished_erasures(reading)]
        except Refused as refused:
            return list(refused.problems)

    @step(_LOG, "prove the ledger")
    def prove(self) -> None:
        """Raise Refused, naming the first breaks, unless chain and documents are as they were recorded.

        What has been proven since the ledger was opened is not looked at again.
        """
        with self._reading() as reading:
            transaction = reading.transaction
            reached, tree, check = [self._proven], self._tree.copy(), WordCheck()
            rows = noting(check.over(reading.rows(self._proven[0])), reached)
            nodes = kept_nodes(reading, self._proven[0])
            faults = breaks(rows, after=self._proven, tree=tree, nodes=nodes)
            words = word_breaks(reading, check)
            documents = document_breaks(transaction, self._documents)
            if found := [*islice(chain(faults, words, documents), MOST_BREAKS)]:
                raise Refused(found)
            self._proven, self._tree = reached[0], tree
            self._documents.update(name for [name] in transaction.rows("SELECT reference FROM document"))

    @property
    def unscrubbed(self) -> int:
        """The number of the last erasure if bytes of what was erased may still be there; else 0."""
        with self._reading() as reading:
            return unscrubbed(reading)

    def scrub(self) -> None:
        """Leave no bytes of anything that was erased in the database, if that is not done yet.

        What entries name as erased, and stands there again all the same, goes first.
        """
        if not (number := self.unscrubbed):
            return
        with self._transaction(writes=True) as transaction:
            erase_words(transaction, erased_places(transaction))
        with self._complaining():
            self._store.scrub(_FORGETFUL)
        with self._transaction(writes=True) as transaction:
            transaction.write("INSERT INTO scrubbed VALUES (?)", [(number,)])

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Refuse entries that make no sense, with everything that is wrong with the ledger."""
        try:
            yield
        except (TypeError, ValueError) as error:
            raise Refused(self.verify()) from error

    @contextmanager
    def _reading(self) -> Iterator[LedgerReading]:
        """Everything inside is read as it stood at one moment."""
        with self._transaction() as transaction:
            yield LedgerReading(transaction, self.formats["ledger"], self._marks)

    @contextmanager
    def _transaction(self, writes: bool = False) -> Iterator[Transaction]:
        """Everything inside happens or nothing does."""
        with (
            step(_LOG, "write to the ledger" if writes else "read the ledger"),
            self._complaining(),
            self._store.transaction(writes) as transaction,
        ):
            yield transaction

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        """The database's complaints become Refused."""
        try:
            yield
        except self._store.errors as error:
            said = {"place": self.place, "detail": " ".join(str(error).split())}
            codes = (code for words, code in COMPLAINTS.items() if words in said["detail"])
            raise Refused([Problem(next(codes, "ledger_unavailable"), fields=said)]) from error


def _write(transaction: Transaction, batch: Batch, before: int, *, grows: bool) -> None:
    """Write a batch after so many entries, and into the tree if that `grows`; what it erases goes."""
    keep_documents(transaction, batch)
    if grows:
        tree = Frontier(before, nodes_of(transaction))
        transaction.write(NEW_NODES, [*grown_nodes(tree, batch.rows)])
    transaction.write(NEW_ENTRY, batch.rows)
    transaction.write(NEW_WORDS, batch.words)
    erase_words(transaction, erasing(batch.rows))
