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
from typing import Any, Self

from ..calibration import Key, Value
from ..formats import BOOK, COMMITTED, LEDGER, TREE, UNMARKED, Format
from ..language import LANGUAGES
from ..log import step
from ..problems import Problem, Refused
from .bundle import FORM, Beginning, Proof, ProvenEntry, ProvenPassage, ProvenWords, hex_path
from .chain import (
    COLUMNS,
    GENESIS,
    breaks,
    canonical,
    entry_bytes,
    entry_leaf,
    parse,
    reference,
)
from .checkpoint import Checkpoint, log_origin
from .entry import Entry, Event
from .erasure import ERASE, WHOLE, WordsPlace, lost, mark, places_in
from .forgetting import committed_since, erase_words, erased_places, erasing, erasures
from .merkle import Frontier, NodeAt, consistency, inclusion
from .opening import COMPLAINTS, mark_formats, newer_format
from .passages import Passage, committed_documents, passage_faults, spoken_document, subjects
from .proving import document_breaks, noting
from .recording import (
    NEW_ENTRY,
    NEW_NODES,
    NEW_WORDS,
    Batch,
    chained_rows,
    grown_nodes,
    keep_documents,
    refuse_faults,
    time_of,
)
from .rows import ENTRIES, PAGE, SPOKEN, UNSPOKEN, entry_of, last_row, log_size, stored_row
from .store import Row, Store, Transaction, create_tables, locate
from .words import PARTS, Salts, WordCheck, missing, spoken

_LOG = logging.getLogger(__name__)

LAST = 2**62
"""A number that no entry reaches."""

MOST_BREAKS = 12
"""How many breaks are named before an action refuses to go on; `verify` names all."""


_WORDS = """
SELECT old_salt, old_words, new_salt, new_words, reason_salt, reason_words FROM word WHERE number = ?
"""
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
            raise self._none(obstacle)
        with self._transaction(writes=create) as transaction:
            if transaction.is_foreign():
                raise self._none("ledger_foreign")
            if not transaction.has("entry"):
                if not create:
                    raise self._none("ledger_missing")
                create_tables(transaction)
                mark_formats(transaction, {"ledger": LEDGER, "book": BOOK})
            self.formats = self._marked(transaction)
            """The format that the `ledger`, and the `book` it is about, are written in."""
        if self.formats["ledger"].number > LEDGER.number:
            raise Refused([newer_format(self.place, self.formats["ledger"])])

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
        with self._transaction() as transaction, self._sound():
            row = transaction.first(f"{self._entries} ORDER BY entry.number DESC")
            return self._told(transaction, row) if row else None

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
    def _entries(self) -> str:
        """The query for entries as they are read."""
        return SPOKEN if self.formats["ledger"].number >= COMMITTED else UNSPOKEN

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
            size, node = log_size(transaction), self._nodes(transaction)
            path = inclusion(number - 1, size, node)
            return entry_bytes(stored_row(transaction, number)[:-1]), path

    def consistency(self, size: int) -> tuple[Checkpoint, list[bytes]]:
        """The checkpoint after the first `size` entries, and the path from it to today's.

        Raise ValueError where there are fewer.
        """
        with self._transaction() as transaction:
            path = consistency(size, log_size(transaction), self._nodes(transaction))
            return self._checkpoint(transaction, size), path

    def bundle(self, numbers: Iterable[int], sizes: Iterable[int], documents: Iterable[str] = ()) -> Proof:
        """What proves these entries, and the checkpoints after so many entries, to who has not the ledger.

        `documents` are references that the entries hold. Raise ValueError where there are no such entries.
        """
        names = tuple(documents)
        with self._transaction() as transaction:
            size, node = log_size(transaction), self._nodes(transaction)
            contents = tuple(self._content(transaction, name).decode() for name in names)
            passages = tuple(
                ProvenPassage(name, place, salt.hex(), words)
                for name in names
                for place, salt, words in self._passages(transaction, name)
                if words is not None
            )
            entries = tuple(
                ProvenEntry(
                    entry_bytes(stored_row(transaction, number)[:-1]).decode(),
                    hex_path(inclusion(number - 1, size, node)),
                    tuple(self._words(transaction, number)),
                )
                for number in numbers
            )
            before = tuple(
                Beginning(
                    str(self._checkpoint(transaction, earlier)), hex_path(consistency(earlier, size, node))
                )
                for earlier in sizes
            )
            return Proof(FORM, str(self._checkpoint(transaction, size)), entries, before, contents, passages)

    def _words(self, transaction: Transaction, number: int) -> Iterator[ProvenWords]:
        """The words of an entry that are still there."""
        if self.formats["ledger"].number < COMMITTED:
            return
        row = transaction.first(_WORDS, number) or ()
        for part, salt, words in zip(PARTS, row[::2], row[1::2], strict=False):
            if words is not None:
                yield ProvenWords(part, salt.hex(), words)

    def _checkpoint(self, transaction: Transaction, size: int | None = None) -> Checkpoint:
        size = log_size(transaction) if size is None else size
        first = transaction.first("SELECT hash FROM entry WHERE number = 1")
        root = Frontier(size, self._nodes(transaction)).root
        return Checkpoint(log_origin(first[0] if first else GENESIS), size, root)

    def _nodes(self, transaction: Transaction) -> NodeAt:
        """The tree's nodes: leaves from their entries, those above as they are kept."""

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
    ) -> tuple[Entry, ...]:
        """The entries that these events would become if they were recorded now, with the same salts.

        Raise DataProblems for values that cannot be kept exactly, ValueError for a time without zone.
        """
        refuse_faults(events, actor, source)
        with self._transaction() as transaction:
            last = last_row(transaction)
        batch = self._batch(events, (time_of(at), actor, source), last, documents, salts, None)
        return tuple(entry_of(spoken(row)) for row in batch.spoken)

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
    ) -> tuple[Entry, ...]:
        """Add events and the documents they refer to: all of them, or none when anything is raised.

        `onto` is the head that the events were decided on: Refused when somebody has recorded since.
        `formats` are those that ledger or book are written in from now on. What events name as erased goes.
        Raise DataProblems for values that cannot be kept exactly and for references to no document,
        ValueError for a time without zone and for a new document that no event refers to.
        """
        refuse_faults(events, actor, source)
        moment = time_of(at)
        with self._transaction(writes=True) as transaction:
            last = last_row(transaction)
            if onto not in (None, last[-1] if last else GENESIS):
                raise Refused([Problem("ledger_moved")])
            batch = self._batch(events, (moment, actor, source), last, documents, salts, formats)
            if formats:
                self._rise(transaction, formats)
            keep_documents(transaction, batch)
            if {**self.formats, **(formats or {})}["ledger"].number >= TREE:
                tree = Frontier(last[0] if last else 0, self._nodes(transaction))
                transaction.write(NEW_NODES, [*grown_nodes(tree, batch.rows)])
            transaction.write(NEW_ENTRY, batch.rows)
            transaction.write(NEW_WORDS, batch.words)
            erase_words(transaction, erasing(batch.rows))
        self.formats = {**self.formats, **(formats or {})}
        return tuple(entry_of(spoken(row)) for row in batch.spoken)

    def _batch(
        self,
        events: Sequence[Event],
        said: tuple[str, str, str],
        last: Row | None,
        documents: Iterable[bytes],
        salts: Salts | None,
        formats: Mapping[str, Format] | None,
    ) -> Batch:
        """What is to be stored of events, in the form that the ledger has from now on."""
        contents = {reference(content): content for content in documents}
        if {**self.formats, **(formats or {})}["ledger"].number < COMMITTED:
            return Batch(tuple(events), contents, (), *chained_rows(events, said, last, None))
        salts = salts or self.salts
        events, contents, passages = committed_documents(events, contents, salts)
        return Batch(tuple(events), contents, passages, *chained_rows(events, said, last, salts))

    def _rise(self, transaction: Transaction, formats: Mapping[str, Format]) -> None:
        """Mark the formats; a ledger from before there was a tree gets the nodes above all its entries."""
        mark_formats(transaction, formats)
        if self.formats["ledger"].number < TREE <= formats.get("ledger", UNMARKED).number:
            transaction.create("node")
            grown = grown_nodes(Frontier(), transaction.rows(f"{ENTRIES} ORDER BY number"))
            while page := [*islice(grown, PAGE)]:
                transaction.write(NEW_NODES, page)
        if formats.get("ledger", UNMARKED).number >= COMMITTED:
            for table in ("word", "passage", "scrubbed"):
                transaction.create(table)

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
            with self._transaction() as transaction, self._sound():
                query = f"{self._entries} WHERE {where} ORDER BY entry.number LIMIT {PAGE}"
                rows = [*transaction.rows(query, after, *named.values())]
                page = [self._told(transaction, row) for row in rows]
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].number

    def values(self, until: int | None = None) -> dict[Key, Value]:
        """The last value of every field that has one, up to the entry with number `until` where given."""
        until = LAST if until is None else until
        query = f"{self._entries} WHERE entry.number <= ? ORDER BY entry.number"
        with self._transaction() as transaction, self._sound():
            last = {row[5:8]: row for row in transaction.rows(query, until)}
            return {key: parse(self._columns(transaction, row)[9]) for key, row in last.items()}

    def document(self, named: str, erased: Mapping[WordsPlace, str] | None = None) -> bytes:
        """The content that a `reference` names, with people's words in it as far as they are there.

        `erased` says what is seen in further places, whose words are about to go. Raise Refused when it is
        missing, was altered or was erased as a whole.
        """
        with self._transaction() as transaction:
            content, words = self._content(transaction, named), dict[int, str]()
            for place, _, said in self._passages(transaction, named):
                gone = (erased or {}).get((named, str(place)))
                words[place] = gone or said or self._mark(transaction, (named, str(place))) or ""
            return spoken_document(content, words)

    @property
    def language(self) -> str:
        """The language of the plan, in which marks of erasures are."""
        with self._transaction() as transaction:
            return _language(transaction)

    def spoken(self) -> dict[WordsPlace, str]:
        """Everything that people said in their own words and that can be erased, by its place."""
        if self.formats["ledger"].number < COMMITTED:
            return {}
        with self._transaction() as transaction:
            said: dict[WordsPlace, str] = {}
            for number, *beside in transaction.rows("SELECT * FROM word ORDER BY number"):
                for part, words in zip(PARTS, beside[1::2], strict=True):
                    if words is not None:
                        said[number, part] = words if part == "reason" else str(parse(words))
            query = "SELECT reference, place, words FROM passage WHERE words IS NOT NULL"
            return said | {(name, str(place)): words for name, place, words in transaction.rows(query)}

    def subjects(self, named: str) -> list[str]:
        """Of what the words in a document are, by place, as far as it says so."""
        with self._transaction() as transaction:
            return subjects(self._content(transaction, named))

    def erased(self) -> set[WordsPlace]:
        """Every place whose words were erased."""
        with self._transaction() as transaction:
            return erased_places(transaction)

    def _content(self, transaction: Transaction, named: str) -> bytes:
        """A document as it is stored."""
        found = transaction.first("SELECT content FROM document WHERE reference = ?", named)
        if found is None and self._mark(transaction, (named, WHOLE)):
            raise Refused([Problem("ledger_document_erased", fields={"document": named})])
        if found is None:
            raise Refused([Problem("ledger_document_missing", fields={"document": named})])
        [content] = found
        if not isinstance(content, bytes) or reference(content) != named:
            raise Refused([Problem("ledger_document_altered", fields={"document": named})])
        return content

    def _passages(self, transaction: Transaction, named: str) -> list[tuple[int, bytes, str | None]]:
        """Place, salt and words of what people said in a document; salt and words are None once erased."""
        if self.formats["ledger"].number < COMMITTED:
            return []
        query = "SELECT place, salt, words FROM passage WHERE reference = ? ORDER BY place"
        return [*transaction.rows(query, named)]

    def _told(self, transaction: Transaction, row: Row) -> Entry:
        return entry_of(self._columns(transaction, row))

    def _columns(self, transaction: Transaction, row: Row) -> list[Any]:
        """An entry's columns with its words; a mark stands where they were erased."""
        columns = spoken(row)
        for part in missing(row):
            said = self._mark(transaction, (row[0], part))
            if part != "reason":
                columns[COLUMNS.index(part)] = canonical(said or lost(_language(transaction)))
            elif said:  # what older programs recorded as a reason may look like anything
                columns[COLUMNS.index(part)] = said
        return columns

    def _mark(self, transaction: Transaction, place: WordsPlace) -> str | None:
        """What is seen in place of words that were erased; None where no entry says so."""
        if place not in self._marks:
            language = _language(transaction)
            for number, at, actor, new in erasures(transaction):
                said = mark(number, dt.datetime.fromisoformat(at), actor, language)
                self._marks |= dict.fromkeys(places_in(parse(new)), said)
        return self._marks.get(place)

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
                check, nodes = WordCheck(), self._stored_nodes(transaction)
                found = [*breaks(check.over(self._rows(transaction)), heads, nodes=nodes)]
                found += [*self._word_breaks(transaction, check), *document_breaks(transaction)]
                return [*found, *self._unfinished(transaction)]
        except Refused as refused:
            return list(refused.problems)

    @step(_LOG, "prove the ledger")
    def prove(self) -> None:
        """Raise Refused, naming the first breaks, unless chain and documents are as they were recorded.

        What has been proven since the ledger was opened is not looked at again.
        """
        with self._transaction() as transaction:
            reached, tree, check = [self._proven], self._tree.copy(), WordCheck()
            rows = noting(check.over(self._rows(transaction, self._proven[0])), reached)
            nodes = self._stored_nodes(transaction, self._proven[0])
            faults = breaks(rows, after=self._proven, tree=tree, nodes=nodes)
            words = self._word_breaks(transaction, check)
            documents = document_breaks(transaction, self._documents)
            if found := [*islice(chain(faults, words, documents), MOST_BREAKS)]:
                raise Refused(found)
            self._proven, self._tree = reached[0], tree
            self._documents.update(name for [name] in transaction.rows("SELECT reference FROM document"))

    def _rows(self, transaction: Transaction, after: int | None = None) -> Iterator[Row]:
        """The stored entries after a number, or all, whatever their numbers are, and their words."""
        if after:
            query = f"{self._entries} WHERE entry.number > ? ORDER BY entry.number"
            return transaction.rows(query, after)
        return transaction.rows(f"{self._entries} ORDER BY entry.number")

    def _word_breaks(self, transaction: Transaction, check: WordCheck) -> Iterator[Problem]:
        """Words that are others than were said, that are gone unerased, or whose entries are gone."""
        yield from check.wrong
        if self.formats["ledger"].number < COMMITTED:
            return
        erased = erased_places(transaction) if check.gone else set()
        since = committed_since(transaction) if check.gone else 0
        lost = {
            number: None for number, part in check.gone if (number, part) not in erased and number > since
        }
        yield from (Problem("ledger_words_missing", fields={"number": number}) for number in lost)
        stray = "SELECT number FROM word WHERE number > ? ORDER BY number"
        if found := transaction.first(stray, log_size(transaction)):
            yield Problem("ledger_cut", fields={"number": found[0]})
        yield from self._passage_breaks(transaction)

    def _passage_breaks(self, transaction: Transaction) -> Iterator[Problem]:
        """Documents in which people's words are others than were said, or gone unerased."""
        held: dict[str, list[Passage]] = {}
        for name, *passage in transaction.rows("SELECT reference, place, salt, words FROM passage"):
            held.setdefault(name, []).append((*passage,))
        for name, passages in held.items():
            found = transaction.first("SELECT content FROM document WHERE reference = ?", name)
            if found and isinstance(found[0], bytes) and reference(found[0]) == name:
                for place in passage_faults(found[0], passages):
                    if not self._mark(transaction, (name, str(place))):
                        yield Problem("ledger_document_altered", fields={"document": name})

    def _unfinished(self, transaction: Transaction) -> Iterator[Problem]:
        """An erasure that was cut short, so that bytes of what was said may still be there."""
        if number := self._unscrubbed(transaction):
            yield Problem("ledger_unscrubbed", fields={"number": number})

    def _unscrubbed(self, transaction: Transaction) -> int:
        """The number of the last erasure if it is not scrubbed; else 0."""
        if self.formats["ledger"].number < COMMITTED:
            return 0
        last = transaction.first("SELECT number FROM entry WHERE action = ? ORDER BY number DESC", ERASE)
        done = transaction.first("SELECT number FROM scrubbed ORDER BY number DESC")
        return last[0] if last and last[0] > (done[0] if done else 0) else 0

    @property
    def unscrubbed(self) -> int:
        """The number of the last erasure if bytes of what was erased may still be there; else 0."""
        with self._transaction() as transaction:
            return self._unscrubbed(transaction)

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


def _language(transaction: Transaction) -> str:
    """The language of the plan, by its first entries."""
    found = transaction.first("SELECT new FROM entry WHERE field = ? ORDER BY number", "language")
    said = str(parse(found[0])) if found else ""
    return said if said in LANGUAGES else LANGUAGES[0]
