"""The spreadsheet as form and view: where things stand, what they hold, and how files are changed."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from ..ooxml import (
        BLANK,
        Cell,
        Module,
        Scalar,
        Spot,
        clear_leftovers,
        laid_beside,
        put_in_place,
        read_file,
    )
    from ..ooxml import reference as cell_name
    from .author import write_book
    from .book import Book
    from .captions import shown
    from .content import GROUND, Content, content
    from .engines.closed import open_closed as open_book
    from .engines.live import LiveBook, at_work, path_of
    from .engines.salvage import open_damaged
    from .finance import Unusable, entered, revised
    from .macros import Macros, MacrosFor, SheetButton
    from .mark import MARKED, book_format, marks
    from .places import Places
    from .reading import Reading, Typed, as_typed, nameless, read
    from .shapes import Owner, region_sheet
    from .sheets.baseline import weights_used
    from .update import differing, is_formula, rows_below, same_shown
    from .wording import Wording

__all__ = [
    "BLANK",
    "GROUND",
    "MARKED",
    "Book",
    "Cell",
    "Content",
    "LiveBook",
    "Macros",
    "MacrosFor",
    "Module",
    "Owner",
    "Places",
    "Reading",
    "Scalar",
    "SheetButton",
    "Spot",
    "Typed",
    "Unusable",
    "Wording",
    "as_typed",
    "at_work",
    "book_format",
    "cell_name",
    "clear_leftovers",
    "content",
    "differing",
    "entered",
    "is_formula",
    "laid_beside",
    "marks",
    "nameless",
    "open_book",
    "open_damaged",
    "path_of",
    "put_in_place",
    "read",
    "read_file",
    "region_sheet",
    "revised",
    "rows_below",
    "same_shown",
    "shown",
    "weights_used",
    "write_book",
]
