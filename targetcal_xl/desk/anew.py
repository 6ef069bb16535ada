"""Writing the whole book from the ledger, beside where it belongs, and letting it take its place."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..calibration import Key, Standing, Value
from ..formats import Format
from ..ledger import Log
from ..ooxml import laid_beside, put_in_place, read_file
from ..workbook import open_book, read, write_book
from .desk import Desk
from .post import enter, post
from .records import standing_of

PLAIN, WITH_MACROS = ".xlsx", ".xlsm"


def composed_book(
    desk: Desk, log: Log, typed: Mapping[Key, Value] | None = None, form: Format | None = None
) -> bytes:
    """The workbook that a ledger speaks of, with what people have typed and nobody has recorded yet.

    It is marked as of the format that is recorded of it, or of the one that is about to be.
    """
    standing, form = standing_of(log), form or desk.ledger.formats["book"]
    first = next(log.entries())
    macros = desk.macros(standing.language) if desk.macros and has_macros(desk.path) else None
    with tempfile.TemporaryDirectory(prefix="targetcal-") as folder:
        path = Path(folder, f"book{desk.path.suffix.lower()}")
        write_book(path, standing, standing.language, created=first.at, macros=macros, form=form)
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


def keep_aside(desk: Desk, action: str) -> Path:
    """Keep the book as it is under another name, before an action that replaces it; the copy."""
    kept = name_aside(desk, action)
    with laid_beside(desk.path, read_file(desk.path)) as copy:
        put_in_place(copy, kept)
    return kept


def name_aside(desk: Desk, action: str) -> Path:
    """The name under which the book as it was before an action is kept."""
    stamp = desk.clock().strftime("%Y%m%d-%H%M%S")
    return desk.path.with_name(f"{desk.path.stem}.before-{action}-{stamp}{desk.path.suffix}")


def has_macros(path: Path) -> bool:
    """Whether a book of this name has buttons."""
    return path.suffix.lower() == WITH_MACROS
