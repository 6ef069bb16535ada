"""LibreOffice Calc as an engine of xlwings: what our actions ask of Excel, asked of Calc."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import xlwings as xw
from xlwings import base_classes

from ..ooxml import refuse_open
from ..problems import Problem, Refused
from ..workbook.engines.closed import open_closed
from .answering import answering
from .bridge import Office, start_office, uno, values
from .mend import mended
from .sheets import ErrorText, Names, Range, Sheets
from .words import BookWords

NAME = "libreoffice"
_MODERN, _MACROS = ".xlsx", ".xlsm"
_NO_MACROS, _NO_LINKS = 0, 0

_offices: list[Office] = []
"""Every LibreOffice that this process is connected to."""


@cache
def engine() -> xw.Engine:
    """The engine, made known to xlwings."""
    made = xw.Engine(impl=_Engine())
    xw.engines.add(made)
    return made


def start() -> xw.App:
    """A LibreOffice of our own, without a window; `quit` ends it."""
    return _app(start_office())


def connect(pipe: str) -> xw.App:
    """A LibreOffice that listens on a pipe, such as the one that the person works in; it outlives us."""
    return _app(Office(pipe))


def _app(office: Office) -> xw.App:
    engine()
    _offices.append(office)
    return xw.App(impl=App(office))


class _Engine:
    """What xlwings wants to know of an engine."""

    name, type = NAME, "desktop"

    @property
    def apps(self) -> Apps:
        return Apps()

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any) -> Any:
        """A value as UNO takes it: nothing but text and float survives, and None ends LibreOffice 7.4."""
        if isinstance(value, str):
            return value
        return "" if value is None or isnan(value) else float(value)

    @staticmethod
    def clean_value_data(data: Any, _dates: Any, empty: Any, number: Any, err_to_str: bool) -> Any:
        """Values as xlwings hands them out; dates and truth values stay the numbers they are in Calc."""

        def clean(value: Any) -> Any:
            if value == "":
                return empty
            if isinstance(value, ErrorText):
                return str(value) if err_to_str else None
            return number(value) if number and isinstance(value, float) else value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    """The LibreOffices that we are connected to."""

    def keys(self) -> list[int]:
        """Their numbers: those of their processes, where we started them."""
        return [App(office).pid for office in self._alive()]

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> App:
        """Start one more; it has no window."""
        office = start_office()
        _offices.append(office)
        return App(office)

    @staticmethod
    def cleanup() -> None:
        """Nothing to do: an Office ends itself."""

    def __iter__(self) -> Iterator[App]:
        return iter([App(office) for office in self._alive()])

    def __len__(self) -> int:
        return len(self._alive())

    def __getitem__(self, pid: int) -> App:
        return {app.pid: app for app in self}[pid]

    @staticmethod
    def _alive() -> list[Office]:
        _offices[:] = [office for office in _offices if office.alive]
        return _offices


@answering
class App(base_classes.App):
    """One LibreOffice."""

    display_alerts = True
    """Without meaning: calls over the bridge are never answered by a question."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __eq__(self, other: object) -> bool:
        return isinstance(other, App) and other.office is self.office

    def __hash__(self) -> int:
        return id(self.office)

    @property
    def engine(self) -> _Engine:
        """The engine."""
        return _Engine()

    @property
    def pid(self) -> int:
        """The number of its process, or what stands for it where somebody else started it."""
        return self.office.process.pid if self.office.process else id(self.office)

    @property
    def api(self) -> Any:
        """UNO's desktop."""
        return self.office.desktop

    @property
    def books(self) -> Books:
        """The workbooks it has open."""
        return Books(self)

    @property
    def selection(self) -> Range | None:
        """The selected cells of the workbook in front."""
        book = self.books.active
        found = book.uno.getCurrentSelection()
        if found is None or not hasattr(found, "getRangeAddress"):
            return None
        return Range.at(book.sheets, found.getRangeAddress())

    @property
    def screen_updating(self) -> bool:
        """Whether workbooks are drawn while they change."""
        return not any(book.uno.hasControllersLocked() for book in self.books)

    @screen_updating.setter
    def screen_updating(self, on: bool) -> None:
        for book in self.books:
            if not on:
                book.uno.lockControllers()
            while on and book.uno.hasControllersLocked():
                book.uno.unlockControllers()

    @property
    def status_bar(self) -> bool:
        """False: what it says cannot be read."""
        return False

    @status_bar.setter
    def status_bar(self, said: str | bool) -> None:
        if self.office.indicator is not None:
            self.office.indicator.end()
            self.office.indicator = None
        if isinstance(said, str) and len(self.books):
            frame = self.books.active.uno.getCurrentController().getFrame()
            self.office.indicator = frame.createStatusIndicator()
            self.office.indicator.start(said, 0)

    def calculate(self) -> None:
        """Compute every formula again, also those whose value came with the file."""
        for book in self.books:
            book.uno.calculateAll()

    def quit(self) -> None:
        """Close its workbooks without saving and end it; one that somebody else started goes on."""
        if self.office.process is not None:
            for book in self.books:
                book.close()
        self.office.close()

    def kill(self) -> None:
        """Let go of it at once."""
        self.office.close()


@answering
class Books(base_classes.Books):
    """The workbooks of a LibreOffice, in the order of their names."""

    def __init__(self, app: App) -> None:
        self.app, self.office = app, app.office

    def _all(self) -> list[CalcBook]:
        listed, found = self.office.desktop.getComponents().createEnumeration(), []
        while listed.hasMoreElements():
            document = listed.nextElement()
            if document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                found.append(CalcBook(self.app, document))
        return sorted(found, key=lambda book: str(book.fullname))

    @property
    def active(self) -> CalcBook:
        """The one in front."""
        document = self.office.desktop.getCurrentComponent()
        if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            return self._all()[-1]
        return CalcBook(self.app, document)

    def __call__(self, which: int | str) -> CalcBook:
        """One workbook, by place from 1, by name or by path."""
        books = self._all()
        if isinstance(which, int):
            return books[which - 1]
        return {said: book for book in books for said in (book.name, book.fullname)}[which]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[CalcBook]:
        return iter(self._all())

    def open(self, fullname: str, *_: Any, **__: Any) -> CalcBook:
        """Open an .xlsx; an .xlsm only to be read, as LibreOffice would lose its buttons.

        Raise Refused for what is no workbook, is damaged, or is open elsewhere: LibreOffice itself would
        show it as a text, or open it read-only, without a word.
        """
        path = Path(fullname).absolute()
        if path.suffix.lower() not in (_MODERN, _MACROS):
            raise Refused([Problem("file_not_workbook", path.name)])
        open_closed(path)
        refuse_open(path)
        document = self._load(path)
        if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            raise Refused([Problem("file_not_workbook", path.name)])
        return CalcBook(self.app, document)

    def _load(self, path: Path) -> Any:
        hidden, only_read = self.office.process is not None, path.suffix.lower() == _MACROS
        how = {"MacroExecutionMode": _NO_MACROS, "UpdateDocMode": _NO_LINKS}
        given = values(Hidden=hidden, ReadOnly=only_read, **how)
        return self.office.desktop.loadComponentFromURL(
            uno().systemPathToFileUrl(str(path)), "_blank", 0, given
        )


@answering
class CalcBook(base_classes.Book):
    """One workbook."""

    app: Any = None
    """Its LibreOffice, which xlwings' class has as a property."""

    def __init__(self, app: App, document: Any) -> None:
        self.app, self.uno, self.office = app, document, app.office

    @property
    def api(self) -> BookWords:
        """What it says in Excel's words."""
        return BookWords(self.office, self.uno)

    @property
    def name(self) -> str:
        """The name of its file, or its title when it was never saved."""
        return Path(self.fullname).name

    @property
    def fullname(self) -> str:
        """Path or address, or its title when it was never saved."""
        return self.api.FullName

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """The names that hold for all of it."""
        return Names(self)

    def activate(self) -> None:
        """Bring it to the front."""
        self.uno.getCurrentController().getFrame().activate()

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it under its own name, and put back what LibreOffice loses on the way.

        What led here can no longer be undone, as in Excel after a macro: it may be recorded elsewhere.
        Raise NotImplementedError for another name or a password.
        """
        if path is not None or password is not None:
            raise NotImplementedError("a workbook is saved under its own name, without a password")
        with mended(Path(self.fullname)), self._drawn(), self.office.asked():
            self.uno.store()
        self.uno.getUndoManager().clear()

    @contextmanager
    def _drawn(self) -> Iterator[None]:
        """A moment with the screen on: changes made before it count as unsaved from then on only."""
        was_off = self.uno.hasControllersLocked()
        while self.uno.hasControllersLocked():
            self.uno.unlockControllers()
        try:
            yield
        finally:
            if was_off:
                self.uno.lockControllers()

    def close(self) -> None:
        """Close it without saving."""
        self.uno.close(True)
