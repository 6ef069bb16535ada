"""Where a ledger is kept: four tables in a SQLite file or a PostgreSQL database, append-only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from ..problems import Problem, Refused
from .chain import COLUMNS

SCHEMA = MetaData()

ENTRY = Table(
    "entry",
    SCHEMA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=name in ("region", "row")) for name in COLUMNS[1:]),
)
"""One row per entry; `at` is ISO text in UTC, `old` and `new` are JSON text."""

DOCUMENT = Table(
    "document",
    SCHEMA,
    Column("reference", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""What entries refer to, under the name that its content gives it."""

SECRET = Table("secret", SCHEMA, Column("word", Text, primary_key=True))
"""One random word that no entry and no document holds."""

FORMAT = Table(
    "format",
    SCHEMA,
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("program", Text, nullable=False),
)
"""Every format that the ledger and its book were written in, and by which program; none before the second."""

PATIENCE = 30
"""Seconds to wait for other writers of a SQLite file."""

_TURN = 0x7A_C0_11_BE
"""The advisory lock that writers of a PostgreSQL ledger take in turn."""

_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER {{table}}_no_{verb} BEFORE {verb} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ],
}


@event.listens_for(ENTRY, "after_create")
@event.listens_for(DOCUMENT, "after_create")
@event.listens_for(SECRET, "after_create")
@event.listens_for(FORMAT, "after_create")
def _guard(table: Table, connection: Connection, **_: Any) -> None:
    """Have the database itself refuse changes: a courtesy, the chain is the proof."""
    for statement in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement.format(table=table.name))


def locate(place: str | Path, password: str | None = None) -> URL:
    """The database address of a file, or of a `postgresql://` or `sqlite:///` URL without password.

    Raise Refused for a URL with a password inside, of another kind of database, or that is none.
    """
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        url = make_url(place)
    except ArgumentError as error:
        raise Refused([Problem("ledger_database", fields={"kind": place.partition("://")[0]})]) from error
    if url.password is not None or any("password" in option for option in url.query):
        raise Refused([Problem("ledger_password")])
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        return locate(Path(url.database))
    if kind not in ("postgresql", "postgres"):
        raise Refused([Problem("ledger_database", fields={"kind": url.drivername})])
    return url.set(drivername="postgresql+psycopg", password=password)


def is_missing_file(url: URL) -> bool:
    """Whether this is the place of a SQLite file that is not there."""
    return url.drivername == "sqlite" and not Path(url.database or "").is_file()


def connect(url: URL) -> Engine:
    """An engine whose writers take turns, and which holds nothing open between transactions.

    Raise Refused when the PostgreSQL driver is missing.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        try:
            # Stricter levels would show a writer the ledger as it was before its turn.
            level = {"isolation_level": "READ COMMITTED"}
            engine = create_engine(url, poolclass=NullPool, paramstyle="format", **level)
        except ModuleNotFoundError as error:
            raise Refused([Problem("ledger_driver")]) from error
    event.listen(engine, "begin", _take_turn)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Leave BEGIN to us; lose nothing that was committed, even in a power cut.

    The journal stays the default one, as write-ahead logs need shared memory, which network drives
    have not, and more than one file.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = EXTRA")


def _take_turn(connection: Connection) -> None:
    """Begin; who writes waits here for the writer before, and then sees what that one has written."""
    writes = connection.get_execution_options().get("writes", False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
