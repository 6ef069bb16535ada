"""Excel's own words for what xlwings has none: what `.api` of the engine's objects understands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from .answering import answering
from .bridge import Office, uno


class _Words:
    """Words about something of UNO's."""

    def __init__(self, office: Office, thing: Any) -> None:
        self.office, self._uno = office, thing


@answering
class BookWords(_Words):
    """Of a Workbook."""

    @property
    def FullName(self) -> str:
        """Path or address; the title of a workbook that was never saved."""
        url = str(self._uno.getURL())
        if url.startswith("file:"):
            return str(uno().fileUrlToSystemPath(url))
        return url or str(self._uno.getTitle())

    @property
    def ReadOnly(self) -> bool:
        """Whether it must not be saved: a workbook with macros would lose its buttons."""
        return bool(self._uno.isReadonly()) or Path(self.FullName).suffix.lower() == ".xlsm"


@answering
class SheetWords(_Words):
    """Of a Worksheet."""

    @property
    def ProtectContents(self) -> bool:
        """Whether it is protected, with a password or without."""
        return bool(self._uno.isProtected())

    def Unprotect(self, password: str) -> None:
        """Take the protection off; without heed to the password where none was set, as Excel does."""
        with suppress(uno().getClass("com.sun.star.lang.IllegalArgumentException")):
            self._uno.unprotect("")
        if self._uno.isProtected():
            self._uno.unprotect(password)

    def Protect(self, Password: str) -> None:
        """Protect it, with the liberties that it had before."""
        self._uno.protect(Password)


@answering
class RangeWords(_Words):
    """Of a Range."""

    @property
    def Locked(self) -> bool:
        """Whether the cells are locked when their sheet is protected; the first one's word for all."""
        return bool(self._uno.CellProtection.IsLocked)

    @Locked.setter
    def Locked(self, locked: bool) -> None:
        protection = self._uno.CellProtection
        protection.IsLocked = locked
        self._uno.CellProtection = protection
