"""What xlwings has no word for, in the words of the program that has the book open."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import xlwings as xw

Liberties = Mapping[str, bool]
"""What a protected sheet lets people do, by the names of Excel's `Protection` object."""

_LIBERTIES = (
    "AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns",
    "AllowInsertingRows", "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows",
    "AllowSorting", "AllowFiltering", "AllowUsingPivotTables",
)  # fmt: skip
_APPLE_LIBERTIES = {
    name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("_tables", "_table")
    for name in _LIBERTIES
}


class Native(Protocol):
    """The words that the engines do not share."""

    def full_name(self, book: xw.Book) -> str:
        """Path or address of the book as the program has it; only a name when it was never saved."""

    def is_read_only(self, book: xw.Book) -> bool:
        """Whether the program would not save the book under its own name."""

    def is_protected(self, sheet: xw.Sheet) -> bool:
        """Whether the sheet is protected, with a password or without."""

    def liberties(self, sheet: xw.Sheet) -> Liberties:
        """What the protected sheet lets people do."""

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        """Take the protection off; any error of the program's when the password is another."""

    def protect(self, sheet: xw.Sheet, password: str, liberties: Liberties) -> None:
        """Protect the sheet; an empty password is none."""

    def set_locked(self, cells: xw.Range, locked: bool) -> None:
        """Set the cells' `locked` format flag."""


class Com:
    """Excel on Windows, by its object model."""

    def full_name(self, book: xw.Book) -> str:
        """The workbook's FullName."""
        return str(book.api.FullName)

    def is_read_only(self, book: xw.Book) -> bool:
        """The workbook's ReadOnly."""
        return bool(book.api.ReadOnly)

    def is_protected(self, sheet: xw.Sheet) -> bool:
        """The worksheet's ProtectContents."""
        return bool(sheet.api.ProtectContents)

    def liberties(self, sheet: xw.Sheet) -> Liberties:
        """The worksheet's Protection object."""
        allowed = sheet.api.Protection
        return {name: bool(getattr(allowed, name)) for name in _LIBERTIES}

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        """Worksheet.Unprotect, which pays no heed to the password where none was set."""
        sheet.api.Unprotect(password)

    def protect(self, sheet: xw.Sheet, password: str, liberties: Liberties) -> None:
        """Worksheet.Protect; contents, drawings and scenarios as its defaults have it."""
        sheet.api.Protect(Password=password, **liberties)

    def set_locked(self, cells: xw.Range, locked: bool) -> None:
        """The range's Locked."""
        cells.api.Locked = locked


class Calc(Com):
    """LibreOffice, whose engine understands these of Excel's words."""

    def liberties(self, sheet: xw.Sheet) -> Liberties:
        """Nothing to remember: Calc keeps them when it takes a protection off."""
        return {}


class Apple:
    """Excel on macOS, by its scripting dictionary."""

    def full_name(self, book: xw.Book) -> str:
        """The workbook's full name."""
        return str(book.api.full_name.get())

    def is_read_only(self, book: xw.Book) -> bool:
        """The workbook's read only."""
        return bool(book.api.read_only.get())

    def is_protected(self, sheet: xw.Sheet) -> bool:
        """The sheet's protect contents."""
        return bool(sheet.api.protect_contents.get())

    def liberties(self, sheet: xw.Sheet) -> Liberties:
        """The sheet's protection object."""
        allowed = sheet.api.protection_object
        return {name: bool(getattr(allowed, apple).get()) for name, apple in _APPLE_LIBERTIES.items()}

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        """The command `unprotect`."""
        sheet.api.unprotect(password=password)

    def protect(self, sheet: xw.Sheet, password: str, liberties: Liberties) -> None:
        """The command `protect worksheet`."""
        allowed = {_APPLE_LIBERTIES[name]: value for name, value in liberties.items()}
        sheet.api.protect_worksheet(password=password, **allowed)

    def set_locked(self, cells: xw.Range, locked: bool) -> None:
        """The range's locked."""
        cells.api.locked.set(locked)


def native(book: xw.Book) -> Native:
    """The words of the program that has this book open."""
    if book.app.engine.name != "excel":
        return Calc()
    return Apple() if sys.platform == "darwin" else Com()
