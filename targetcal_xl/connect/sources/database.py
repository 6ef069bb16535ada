"""A question to a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...problems import DataProblems, Problem, Refused
from .answer import written_out
from .named import DataSource

if TYPE_CHECKING:
    from sqlalchemy import Engine

_STOPS: Final = ("cancel_safe", "cancel", "interrupt")
"""What connections of drivers call it to end a question: psycopg; other drivers of servers; SQLite."""
_SEVERAL: Final = 1000
"""How many rows a database is asked for at once."""
_POSTGRESQL: Final = "postgresql"
_FILES: Final = "sqlite"
"""Databases in files, which take no password."""


def engine_of(source: DataSource, password: str) -> Engine:
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


class FromDatabase:
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
                return written_out(self._source, tuple(found.keys()), found)
        except SQLAlchemyError as error:
            detail = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DataProblems([Problem("source_failed", self._source.name, {"said": detail})]) from error
        finally:
            self._engine.dispose()
