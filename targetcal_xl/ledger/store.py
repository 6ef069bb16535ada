"""Where a ledger is kept: eight tables in a SQLite file or a PostgreSQL database, append-only.

Both speak DB-API (PEP 249), so statements stand once, with `?` for a value. What the two do differently are
the methods of `Store`.
"""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ..problems import Problem, Refused
from .chain import COLUMNS
from .words import PARTS

Row = tuple[Any, ...]
"""The columns of a stored row, whatever a tampered file has in them."""

_WORDS = tuple(f"{part}_{what}" for part in PARTS for what in ("salt", "words"))
_OPTIONAL = ("region", "row", "salt", "words", *_WORDS)
_TABLES: Final = {
    "entry": ("number INTEGER PRIMARY KEY", *(f"{name} TEXT" for name in COLUMNS[1:])),
    "node": ("number INTEGER PRIMARY KEY", "hashes {bytes}"),
    "document": ("reference TEXT PRIMARY KEY", "content {bytes}"),
    "word": (
        "number INTEGER PRIMARY KEY",
        *(f"{name} {'{bytes}' if name.endswith('salt') else 'TEXT'}" for name in _WORDS),
    ),
    "passage": (
        "reference TEXT",
        "place INTEGER",
        "salt {bytes}",
        "words TEXT",
        "PRIMARY KEY (reference, place)",
    ),
    "scrubbed": ("number INTEGER PRIMARY KEY",),
    "secret": ("word TEXT PRIMARY KEY",),
    "format": ("kind TEXT", "number INTEGER", "program TEXT", "PRIMARY KEY (kind, number)"),
}
"""The columns of each table; all but an entry's region and row, and what was erased, hold something.

An entry's `at` is ISO text in UTC, `old` and `new` are JSON text. The nodes of the Merkle tree above its
leaves stand, from below, with the number of the entry that completes them: so they are only ever added, in
the order of entries, and every second entry has none. A document stands under the name that its content
gives it. What people said in their own words stands beside their entry, or by its place in a document, with
the salt of its commitment; nothing stands there once it was erased. Up to the last erasure that is scrubbed
no bytes of that are left in the database. The secret is one random word that no entry and no document holds.
There is a row for every format that the ledger and its book were ever written in, and by which program; none
before the second.
"""

PATIENCE = 30
"""Seconds to wait for other writers of a SQLite file."""

_TURN = 0x7A_C0_11_BE
"""The advisory lock that writers of a PostgreSQL ledger take in turn."""

_PAGE = 5_000
"""Rows that a PostgreSQL server hands over at once."""

_ADDRESS = re.compile(r"([^/\\]{2,})?://|(sqlite|postgres|postgresql):", re.IGNORECASE)
"""What is meant as an address, and not as the path of a file or a drive."""
_MOST_PORTS = 65_535


class Store(ABC):
    """A database with a ledger; nothing is held open between transactions."""

    errors: type[Exception]
    """What its complaints are."""
    bytes_type: ClassVar[str]
    guards: ClassVar[tuple[str, ...]]
    """Statements that have the database itself refuse changes: a courtesy, the chain is the proof."""
    openings: ClassVar[tuple[str, ...]]
    """Statements that take the guards away, for an erasure."""

    @abstractmethod
    def transaction(self, writes: bool = False) -> AbstractContextManager[Transaction]:
        """Everything inside happens or nothing does; who writes waits here for the writer before."""

    @abstractmethod
    def rows(self, connection: Any, statement: str, values: Sequence[object]) -> Iterator[Row]:
        """What a query finds, not all of it in memory at once."""

    @abstractmethod
    def first(self, connection: Any, statement: str, values: Sequence[object]) -> Row | None:
        """The one row that a query finds, in one way there and back."""

    @abstractmethod
    def write(self, connection: Any, statement: str, rows: Iterable[Row]) -> None:
        """Run a statement with each of some rows."""

    @abstractmethod
    def scrub(self, tables: Sequence[str]) -> None:
        """Leave no bytes of what was deleted from tables; nobody may be writing."""

    @abstractmethod
    def has(self, connection: Any, table: str) -> bool:
        """Whether there is such a table."""

    def obstacle(self, create: bool) -> str | None:
        """The code of what keeps a ledger from being read here, or made; None where opening it tells."""
        return None

    def is_foreign(self, connection: Any) -> bool:
        """Whether this is somebody else's, which is not ours to write to."""
        return False


@dataclass(frozen=True)
class Transaction:
    """What can be done within one."""

    store: Store
    connection: Any

    def rows(self, statement: str, *values: object) -> Iterator[Row]:
        """What a query finds; valid within the transaction."""
        return self.store.rows(self.connection, statement, values)

    def first(self, statement: str, *values: object) -> Row | None:
        """The first row that a query finds."""
        return self.store.first(self.connection, f"{statement} LIMIT 1", values)

    def write(self, statement: str, rows: Sequence[Row]) -> None:
        """Run a statement with each of some rows."""
        if rows:
            self.store.write(self.connection, statement, rows)

    @contextmanager
    def unguarded(self, table: str) -> Iterator[None]:
        """While this lasts, rows of a table may be changed."""
        self._run(self.store.openings, table)
        yield
        self._run(self.store.guards, table)

    def _run(self, statements: Iterable[str], table: str) -> None:
        for statement in statements:
            self.connection.execute(statement.format(table=table))

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        return self.store.has(self.connection, table)

    def is_foreign(self) -> bool:
        """Whether the database is somebody else's."""
        return self.store.is_foreign(self.connection)

    def create(self, table: str) -> None:
        """Make one of our tables, which guards itself, unless it is there."""
        if self.has(table):
            return
        columns = [
            column if column.startswith("PRIMARY") or column.split()[0] in _OPTIONAL else f"{column} NOT NULL"
            for column in _TABLES[table]
        ]
        self.connection.execute(
            f"CREATE TABLE {table} ({', '.join(columns)})".format(bytes=self.store.bytes_type)
        )
        self._run(self.store.guards, table)


def create_tables(transaction: Transaction) -> None:
    """Make every table of a new ledger."""
    for table in _TABLES:
        transaction.create(table)


@dataclass(frozen=True)
class SQLite(Store):
    """A file.

    The journal stays the default one, as write-ahead logs need shared memory, which network drives have not,
    and more than one file.
    """

    path: Path

    errors = sqlite3.Error
    bytes_type = "BLOB"
    guards = tuple(
        f"CREATE TRIGGER {{table}}_no_{verb} BEFORE {verb} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    )
    openings = ("DROP TRIGGER IF EXISTS {table}_no_UPDATE", "DROP TRIGGER IF EXISTS {table}_no_DELETE")

    @contextmanager
    def transaction(self, writes: bool = False) -> Iterator[Transaction]:
        """Begin at once where it writes; what is committed outlives a power cut."""
        with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            with connection:
                yield Transaction(self, connection)

    def rows(self, connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> Iterator[Row]:
        """Step by step, as SQLite finds them."""
        return connection.execute(statement, values)

    def first(self, connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> Row | None:
        """Without more ado."""
        found: Row | None = connection.execute(statement, values).fetchone()
        return found

    def write(self, connection: sqlite3.Connection, statement: str, rows: Iterable[Row]) -> None:
        """One after the other."""
        connection.executemany(statement, rows)

    def scrub(self, tables: Sequence[str]) -> None:
        """Write the whole file anew; a log that somebody had SQLite write ahead is emptied."""
        with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def has(self, connection: sqlite3.Connection, table: str) -> bool:
        """Whether the file's own list of tables names it."""
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return connection.execute(query, [table]).fetchone() is not None

    def obstacle(self, create: bool) -> str | None:
        """A folder, or a file that is not there or has nothing in it."""
        if self.path.is_dir():
            return "ledger_folder"
        if create:
            return None if self.path.parent.is_dir() else "ledger_nowhere"
        if not self.path.is_file():
            return "ledger_missing"
        return None if self.path.stat().st_size else "ledger_blank"

    def is_foreign(self, connection: sqlite3.Connection) -> bool:
        """Whether the file has tables, but no chain of entries."""
        tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        chain = connection.execute("SELECT 1 FROM pragma_table_info('entry') WHERE name = 'hash'").fetchone()
        return tables is not None and chain is None


class PostgreSQL(Store):
    """A database at a URL; raise Refused when its driver is missing, and for a URL that leads nowhere."""

    bytes_type = "BYTEA"
    guards = (
        "CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    )
    openings = ("DROP TRIGGER IF EXISTS {table}_append_only ON {table}",)

    def __init__(self, url: str, password: str | None) -> None:
        """Note where; nobody is connected yet."""
        self._url, self._password = url, password
        self._driver = _driver()
        self.errors = self._driver.Error
        if not self._leads_somewhere():
            raise Refused([Problem("ledger_address")])

    def _leads_somewhere(self) -> bool:
        """Whether the driver can read the URL, and its ports are numbers."""
        try:
            parts = self._driver.conninfo.conninfo_to_dict(self._url)
        except self.errors:
            return False
        ports = filter(None, str(parts.get("port", "")).split(","))
        return all(port.isdecimal() and 0 < int(port) <= _MOST_PORTS for port in ports)

    @contextmanager
    def transaction(self, writes: bool = False) -> Iterator[Transaction]:
        """Who writes takes its turn, and then sees what the writer before has written."""
        with self._driver.connect(self._url, password=self._password) as connection:
            # Stricter levels would show a writer the ledger as it was before its turn.
            connection.isolation_level = self._driver.IsolationLevel.READ_COMMITTED
            if writes:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
            yield Transaction(self, connection)

    def rows(self, connection: Any, statement: str, values: Sequence[object]) -> Iterator[Row]:
        """A page at a time, kept by the server meanwhile."""
        with connection.cursor(f"c{id(statement)}") as cursor:
            cursor.itersize = _PAGE
            yield from cursor.execute(statement.replace("?", "%s"), values)

    def first(self, connection: Any, statement: str, values: Sequence[object]) -> Row | None:
        """Without a cursor that the server would keep."""
        found: Row | None = connection.execute(statement.replace("?", "%s"), values).fetchone()
        return found

    def write(self, connection: Any, statement: str, rows: Iterable[Row]) -> None:
        """In one stream."""
        with connection.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s"), rows)

    def scrub(self, tables: Sequence[str]) -> None:
        """Write the tables anew; what the server keeps for its own recovery is its keeper's."""
        with self._driver.connect(self._url, password=self._password, autocommit=True) as connection:
            for table in tables:
                connection.execute(f"VACUUM FULL {table}")

    def has(self, connection: Any, table: str) -> bool:
        """Whether the name finds a table in the search path."""
        found = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        return found is not None and found[0] is not None


def _driver() -> ModuleType:
    try:
        return import_module("psycopg")
    except ModuleNotFoundError as error:
        raise Refused([Problem("ledger_driver")]) from error


def locate(place: str | Path, password: str | None = None) -> Store:
    """The store in a file, or at a `postgresql://` or `sqlite:///` URL without password.

    Raise Refused for a URL with a password inside, of another kind of database, or that leads nowhere: its
    text is not told, as it may hold a password.
    """
    if isinstance(place, Path) or not _ADDRESS.match(place):
        return SQLite(Path(_settled(str(place))).absolute())
    url, kind = _parted(place)
    if url.password is not None or any("password" in option for option, _ in parse_qsl(url.query)):
        raise Refused([Problem("ledger_password")])
    if kind == "sqlite":
        return SQLite(Path(unquote(_settled(url.path[1:]))).absolute())
    return PostgreSQL(f"postgresql://{place.partition('://')[2]}", password)


def _parted(place: str) -> tuple[SplitResult, str]:
    """The parts of a URL, and the kind of database that it names."""
    try:
        url = urlsplit(place)
    except ValueError as error:
        raise Refused([Problem("ledger_address")]) from error
    kind = url.scheme.partition("+")[0]
    if "://" not in place or not kind:
        raise Refused([Problem("ledger_address")])
    if kind not in ("sqlite", "postgresql", "postgres"):
        raise Refused([Problem("ledger_database", fields={"kind": url.scheme})])
    return url, kind


def _settled(path: str) -> str:
    """A path that names something."""
    if not path.strip(" /\\"):
        raise Refused([Problem("ledger_address")])
    return path
