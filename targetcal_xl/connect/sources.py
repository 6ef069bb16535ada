"""Where data comes from: a file, an address that answers JSON or CSV, or a question to a database."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from ..problems import DataProblems, Problem, Refused
from ..unreached import cause_of
from .decoding import MOST_BYTES, too_big

if TYPE_CHECKING:
    from sqlalchemy import Engine

SourceSecret = Callable[[str], str]
"""The password or token of a place, by its name; empty where there is none."""

_WEB: Final = ("http", "https")
_TIMEOUT: Final = 60.0
"""For so many seconds an address may be silent."""
_LONGEST = 900.0
"""After so many seconds an answer is given up that has not ended: others wait for it."""
_FAREWELL = 5.0
"""For so many seconds one that was told to stop is waited for."""
_STOPS: Final = ("cancel_safe", "cancel", "interrupt")
"""What connections of drivers call it to end a question: psycopg; other drivers of servers; SQLite."""
ASKING: Final = "asks a source"
"""What a thread is called that does."""
_SEVERAL: Final = 1000
"""How many rows a database is asked for at once."""
_POSTGRESQL: Final = "postgresql"
_FILES: Final = "sqlite"
"""Databases in files, which take no password."""
_SECRETS: Final = frozenset(
    ("password", "passwd", "pwd", "token", "access_token", "auth_token", "api_key", "apikey", "secret")
)
"""How secrets are called in addresses."""


@dataclass(frozen=True)
class DataSource:
    """What a person names: a path, or an address with, for a database, the question to it."""

    said: str
    query: str = ""

    @property
    def scheme(self) -> str:
        """How its address begins; empty for a path."""
        return urlsplit(self.said).scheme if "://" in self.said else ""

    @property
    def name(self) -> str:
        """What it is called where something is told of it: never with what stands before an @."""
        if not self.scheme:
            return Path(self.said).name
        parts = urlsplit(self.said)
        return f"{parts.hostname or parts.scheme}{parts.path}"

    @property
    def is_database(self) -> bool:
        """Whether it has to be asked a question."""
        return self.scheme not in ("", *_WEB)

    @property
    def holds_secret(self) -> bool:
        """Whether a password or a token stands in its address, for everybody who reads that."""
        parts = urlsplit(self.said)
        named = {name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        return bool(self.scheme and (parts.password or named & _SECRETS))

    @property
    def secret_name(self) -> str:
        """What its password or token is kept under."""
        parts = urlsplit(self.said)
        user = f"{parts.username}@" if parts.username else ""
        return f"source {user}{parts.hostname or parts.path}"


def open_source(source: DataSource, secret: SourceSecret) -> Traversable:
    """What a source says, as a file that a table is read from: all of it, or nothing.

    Raise Refused where it is not there or named in a way that cannot be; DataProblems where what it
    answers is no table.
    """
    if not source.scheme:
        return _file(Path(source.said))
    if source.holds_secret:
        raise Refused([Problem("source_password", source.name, {"name": source.secret_name})])
    if source.scheme in _WEB:
        return _Answer(source.name, _in_time(source, _web(source, secret(source.secret_name))))
    if not source.query:
        raise Refused([Problem("source_query", source.name)])
    database = _FromDatabase(source, _engine(source, secret(source.secret_name)))
    return _Answer(source.name, _in_time(source, database))


def _file(path: Path) -> Traversable:
    if not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    return path


class _Answer(Traversable):
    """An answer as a file."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name, self._content = name, content

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def is_file(self) -> bool:
        """It is one."""
        return True

    def is_dir(self) -> bool:
        """It is none."""
        return False

    def iterdir(self) -> Iterator[Traversable]:
        """Nothing is in it."""
        return iter(())

    def joinpath(self, *descendants: Any) -> Traversable:
        """Nothing is in it; raise FileNotFoundError."""
        raise FileNotFoundError(descendants)

    def read_bytes(self) -> bytes:
        """All of it."""
        return self._content

    def read_text(self, encoding: str | None = None) -> str:
        """All of it, as text."""
        return self._content.decode(encoding or "utf-8")

    def open(self, mode: Any = "r", *args: Any, **kwargs: Any) -> IO[Any]:
        """The bytes, to be read."""
        return io.BytesIO(self._content)


class _Question(Protocol):
    """Something that is asked of a server."""

    def said(self) -> bytes:
        """The answer as a table in text."""

    def stop(self) -> None:
        """Tell that nobody waits for the answer any more."""


def _in_time(source: DataSource, question: _Question) -> bytes:
    """The answer to a question, if it ends before others can wait no longer.

    Who answers too late is told to stop where there is a way; to one that says nothing at all nobody listens
    any more.
    """
    asked = _Asked(question)
    asked.start()
    try:
        asked.join(_LONGEST)
    finally:
        if is_late := asked.is_alive():
            with suppress(Exception):
                question.stop()
            asked.join(_FAREWELL)
    if is_late:
        raise DataProblems([_too_slow(source)])
    return asked.answer.result()


class _Asked(threading.Thread):
    """A question, apart from who waits for the answer."""

    def __init__(self, question: _Question) -> None:
        super().__init__(name=ASKING, daemon=True)
        self.answer = Future[bytes]()
        self._question = question

    def run(self) -> None:
        """Ask, and keep what is said or why nothing is."""
        try:
            self.answer.set_result(self._question.said())
        except BaseException as error:
            self.answer.set_exception(error)


def _too_slow(source: DataSource) -> Problem:
    return Problem("source_slow", source.name, {"minutes": round(_LONGEST / 60)})


def _web(source: DataSource, token: str) -> _FromWeb:
    """What asks an address; a token only goes where nobody listens."""
    if token and source.scheme != "https":
        raise Refused([Problem("source_unsafe", source.name)])
    return _FromWeb(source, token)


class _FromWeb:
    """A question to an address."""

    def __init__(self, source: DataSource, token: str) -> None:
        import httpx

        head = {
            "Accept": "application/json, text/csv",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        self._source, self._client = source, httpx.Client(headers=head, timeout=_TIMEOUT)
        self._line: socket.socket | None = None

    def said(self) -> bytes:
        """The answer; raise DataProblems for what is none."""
        import httpx

        source = self._source
        try:
            with (
                self._client as client,
                client.stream("GET", source.said, extensions={"trace": self._trace}) as said,
            ):
                content = _limited(source, said.iter_bytes(), said.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DataProblems([Problem("source_failed", source.name, {"said": cause_of(error)})]) from error
        finally:
            if self._line:
                self._line.close()
        return _as_csv(source, content)

    def _trace(self, event: str, told: Mapping[str, Any]) -> None:
        """Keep a hold of the line, which a handshake takes out of everybody's hands."""
        if event == "connection.connect_tcp.complete":
            self._line = told["return_value"].get_extra_info("socket").dup()

    def stop(self) -> None:
        """Hang up: each byte that comes would be waited for anew."""
        if self._line:
            self._line.shutdown(socket.SHUT_RDWR)


def _limited(source: DataSource, parts: Iterable[bytes], status: int) -> bytes:
    """What came, if that is what was asked for and no more than is read."""
    if status != 200:
        raise DataProblems([Problem("source_status", source.name, {"status": status})])
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > MOST_BYTES:
            raise DataProblems([too_big(source.name)])
    return bytes(content)


def _as_csv(source: DataSource, content: bytes) -> bytes:
    """JSON as CSV; a page that asks to sign in is neither, and all else is left to those who read tables."""
    begins = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if begins == b"<":
        raise DataProblems([Problem("source_page", source.name)])
    if begins not in (b"[", b"{"):
        return content
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataProblems([Problem("source_json", source.name, {"said": error})]) from error
    rows = _rows(found)
    if rows is None:
        raise DataProblems([Problem("source_shape", source.name)])
    titles = tuple(dict.fromkeys(chain.from_iterable(rows)))
    return _written(source, titles, ([row.get(title) for title in titles] for row in rows))


def _rows(found: Any) -> list[Mapping[str, Any]] | None:
    """The only list of records in an answer, which may lie in an envelope; None where there is none."""
    inside = [found] if isinstance(found, list) else found.values()
    lists = [each for each in inside if isinstance(each, list)]
    records = [each for each in lists if all(isinstance(row, dict) for row in each)]
    plain = [each for each in records if not any(_nested(value) for row in each for value in row.values())]
    return plain[0] if len(plain) == 1 else None


def _nested(value: Any) -> bool:
    return isinstance(value, list | dict)


def _written(source: DataSource, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    said = io.StringIO(newline="")
    table = csv.writer(said, lineterminator="\n")
    table.writerow(titles)
    for row in rows:
        table.writerow(map(_cell, row))
        if said.tell() > MOST_BYTES:
            raise DataProblems([too_big(source.name)])
    return said.getvalue().encode()


def _cell(value: Any) -> Any:
    """A value as a table has it; a day that came as a moment is that day."""
    return "" if value is None else value.date() if isinstance(value, dt.datetime) else value


def _engine(source: DataSource, password: str) -> Engine:
    """What asks a database; raise Refused where there is nothing that could."""
    try:
        import sqlalchemy
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    except ImportError as error:
        raise Refused([Problem("source_no_sqlalchemy", source.name)]) from error
    try:
        url = sqlalchemy.make_url(source.said)
        if url.drivername == _POSTGRESQL:
            url = url.set(drivername=f"{_POSTGRESQL}+psycopg")
        if password and url.get_backend_name() != _FILES:
            url = url.set(password=password)
        return sqlalchemy.create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise Refused([Problem("source_address", source.name, {"said": error})]) from error


class _FromDatabase:
    """A question to a database, in a transaction that is taken back."""

    def __init__(self, source: DataSource, engine: Engine) -> None:
        self._source, self._engine = source, engine
        self._line: Any = None

    def stop(self) -> None:
        """Tell the driver by its own word."""
        words = (getattr(self._line, word, None) for word in _STOPS)
        next(filter(None, words), lambda: None)()

    def said(self) -> bytes:
        """The rows that answer it; raise DataProblems where the database fails."""
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine.connect() as connection:
                self._line = connection.connection.driver_connection
                streamed = connection.execution_options(stream_results=True, max_row_buffer=_SEVERAL)
                found = streamed.execute(sqlalchemy.text(self._source.query))
                return _written(self._source, tuple(found.keys()), found)
        except SQLAlchemyError as error:
            detail = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DataProblems([Problem("source_failed", self._source.name, {"said": detail})]) from error
        finally:
            self._engine.dispose()
