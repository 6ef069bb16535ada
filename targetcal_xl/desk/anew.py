"""Writing the whole book from the ledger, beside where it belongs, and letting it take its place."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..calibration import Key, Standing, Value
from ..ledger import Log
from ..workbook import open_book, read, write_book
from .desk import Desk
from .post import enter, post
from .records import standing_of

PLAIN, WITH_MACROS = ".xlsx", ".xlsm"


def composed(desk: Desk, log: Log, typed: Mapping[Key, Value] | None = None) -> bytes:
    """The workbook that a ledger speaks of, with what people have typed and nobody has recorded yet."""
    standing = standing_of(log)
    first = next(log.entries())
    macros = desk.macros(standing.language) if desk.macros and has_macros(desk.path) else None
    with tempfile.TemporaryDirectory(prefix="targetcal-") as folder:
        path = Path(folder, f"book{desk.path.suffix.lower()}")
        write_book(path, standing, standing.language, created=first.at, macros=macros)
        _show(path, log, standing, {})
        if typed:
            _show(path, log, standing, typed)
        return path.read_bytes()


def _show(path: Path, log: Log, standing: Standing, typed: Mapping[Key, Value]) -> None:
    """Have a book show what people typed, and then what the ledger says."""
    book = open_book(path)
    reading = read(book, standing.inputs, standing.language)
    enter(book, reading, {key: value for key, value in typed.items() if key in reading.typed})
    post(log, standing, book, read(book, standing.inputs, standing.language))
    book.save()


def has_macros(path: Path) -> bool:
    """Whether a book of this name has buttons."""
    return path.suffix.lower() == WITH_MACROS
