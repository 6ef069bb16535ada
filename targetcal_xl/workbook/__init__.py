"""The spreadsheet as form and view: where things stand, what they hold, and how files are changed."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .author import write_book, write_pack
    from .book import Book
    from .captions import caption, line_captions, meant, shown
    from .content import GROUND, Content, Known, content
    from .engines.closed import ClosedBook, book_from
    from .engines.closed import open_closed as open_book
    from .engines.live import LiveBook, at_work, path_of
    from .engines.salvage import open_damaged
    from .fairness import ColumnForm, JudgedPicture, JudgedTable, SheetValue, fairness_book
    from .finance import answer_key, entered
    from .layout import default_places, pack_layout
    from .macros import BUTTONS_TAB, Macros, MacrosFor, SheetButton
    from .mark import MARKED, book_format, marks, marks_in
    from .places import Places
    from .questionnaire import AskedColumn, questionnaire
    from .reading import Reading, Typed, as_typed, found_by_label, nameless, read
    from .revision import Unusable, revised
    from .shapes import LONGEST_REMARK, Owner, region_sheet
    from .sheets.baseline import weights_used
    from .sheets.region_files import room_for_files
    from .showing import PersonsCell, Program, ShownCell, ShownColumn, ShownSheet, show_sheets
    from .update import differing, is_formula, rows_below, same_shown
    from .wording import Wording

__all__ = [
    "BUTTONS_TAB",
    "GROUND",
    "LONGEST_REMARK",
    "MARKED",
    "AskedColumn",
    "Book",
    "ClosedBook",
    "ColumnForm",
    "Content",
    "JudgedPicture",
    "JudgedTable",
    "Known",
    "LiveBook",
    "Macros",
    "MacrosFor",
    "Owner",
    "PersonsCell",
    "Places",
    "Program",
    "Reading",
    "SheetButton",
    "SheetValue",
    "ShownCell",
    "ShownColumn",
    "ShownSheet",
    "Typed",
    "Unusable",
    "Wording",
    "answer_key",
    "as_typed",
    "at_work",
    "book_format",
    "book_from",
    "caption",
    "content",
    "default_places",
    "differing",
    "entered",
    "fairness_book",
    "found_by_label",
    "is_formula",
    "line_captions",
    "marks",
    "marks_in",
    "meant",
    "nameless",
    "open_book",
    "open_damaged",
    "pack_layout",
    "path_of",
    "questionnaire",
    "read",
    "region_sheet",
    "revised",
    "room_for_files",
    "rows_below",
    "same_shown",
    "show_sheets",
    "shown",
    "weights_used",
    "write_book",
    "write_pack",
]
