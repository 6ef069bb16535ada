"""An answer as a table in text, and as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from typing import IO, Any

from ...problems import DataProblems
from ..decoding import MOST_BYTES, too_big
from .named import DataSource


class AnswerFile(Traversable):
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


def written_out(source: DataSource, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Titles and rows as CSV; raise DataProblems where that is more than we read."""
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
