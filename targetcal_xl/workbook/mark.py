"""The mark of a book: the format that it is written in, as a text in the hidden first row of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..formats import UNMARKED, Format
from ..ooxml import BLANK, Spot
from .book import Book
from .labels import SheetCells

MARKED = "settings"
"""The sheet that carries the mark."""
HOME: Spot = (1, 2)
"""Where a new book has it, beside what names the sheet."""
_MARK = re.compile(r"format:(\d{1,9}) targetcal:(\d+(?:\.\d+)*(?:[.+-]?[a-z]+\d+)*)")
_REACH = 64
"""As many columns people may have inserted before it."""


def mark_text(form: Format) -> str:
    """The mark of a book in a format."""
    return f"format:{form.number} targetcal:{form.program}"


def marks(book: Book) -> Iterator[tuple[str, Spot, Format]]:
    """Tab, spot and format of every mark that a book carries."""
    for tab in book.sheets:
        yield from ((tab, spot, found) for spot, found in marks_in(book.grid(tab)))


def marks_in(grid: SheetCells) -> Iterator[tuple[Spot, Format]]:
    """Spot and format of every mark that a sheet carries."""
    for column in range(2, _REACH):
        cell = grid.get((1, column), BLANK)
        if isinstance(cell.value, str) and cell.formula is None and (found := _MARK.fullmatch(cell.value)):
            yield (1, column), Format(int(found[1]), found[2])


def book_format(book: Book) -> Format:
    """The format a book is written in: the highest that it is marked with."""
    return max((found for _, _, found in marks(book)), key=lambda found: found.number, default=UNMARKED)
