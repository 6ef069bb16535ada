"""Where data comes from, opened as a file: a path, an address, or a question to a database."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path

from ...problems import Problem, Refused
from .answer import AnswerFile
from .database import FromDatabase, engine_of
from .named import WEB, DataSource
from .waiting import in_time
from .web import asks_address

SourceSecret = Callable[[str], str]
"""The password or token of a place, by its name; empty where there is none."""


def open_source(source: DataSource, secret: SourceSecret) -> Traversable:
    """What a source says, as a file that a table is read from: all of it, or nothing.

    Raise Refused where it is not there or named in a way that cannot be; DataProblems where what it
    answers is no table.
    """
    if not source.scheme:
        return _file(Path(source.said))
    if source.holds_secret:
        raise Refused([Problem("source_password", source.name, {"name": source.secret_name})])
    if source.scheme in WEB:
        return AnswerFile(source.name, in_time(source, asks_address(source, secret(source.secret_name))))
    if not source.query:
        raise Refused([Problem("source_query", source.name)])
    database = FromDatabase(source, engine_of(source, secret(source.secret_name)))
    return AnswerFile(source.name, in_time(source, database))


def _file(path: Path) -> Traversable:
    if not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    return path
