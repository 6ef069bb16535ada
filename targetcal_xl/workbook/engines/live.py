"""A workbook that somebody has open in Excel or LibreOffice, read and changed before their eyes."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...log import step
from ...ooxml import BLANK, Cell, Scalar, Spot, check_cell, inside, one_cell, same_cell, size
from ...ooxml import Block as Array
from ...problems import Problem, Refused
from ..update import is_formula
from .blocks import Rectangle, blocks
from .native import Liberties, native
from .patience import patiently

if TYPE_CHECKING:
    import xlwings as xw

_LOG = logging.getLogger(__name__)

_EPOCH = dt.datetime(1899, 12, 30)
_NO_PASSWORD = "-"  # noqa: S105 - opens sheets that ask for no password, and no other
_PLAIN_TEXT = re.compile(r"(?!(?:true|false)\Z)[^\W\d_][^\d]*\Z", re.IGNORECASE)


def path_of(book: xw.Book) -> Path:
    """Where an open workbook is kept; raise Refused for one that cannot be worked on where it is."""
    name = patiently(lambda: native(book).full_name(book), book.name)
    if "://" in name:
        raise Refused([Problem("live_online", book.name, {"address": name})])
    if not Path(name).is_absolute():
        raise Refused([Problem("live_unsaved", name)])
    return Path(name)


@contextmanager
def at_work(book: xw.Book, password: str) -> Iterator[LiveBook]:
    """The open workbook for the time of an action, with the screen at rest.

    Afterwards, whatever happens, screen, status bar and the protection of every sheet are as they
    were. Raise Refused where the program would not save.
    """
    live = LiveBook(book, path_of(book), password)
    live.refuse_read_only()
    with ExitStack() as back:
        app = book.app
        before = patiently(lambda: app.screen_updating, book.name)
        back.callback(_quietly, lambda: setattr(app, "screen_updating", before))
        back.callback(_quietly, lambda: setattr(app, "status_bar", False))
        back.callback(_quietly, live.close_sheets)
        patiently(lambda: setattr(app, "screen_updating", False), book.name)
        yield live


def _quietly(tidy_up: Callable[[], None]) -> None:
    """Tidy up where that is still possible: what went wrong before is what matters."""
    with suppress(Exception):
        tidy_up()


class LiveBook:
    """The Book protocol on an open workbook.

    Selection and scroll stay where they are, as nothing is ever selected. A protected sheet is opened
    for writing and protected again before it is saved. Every method raises Refused when the program
    stays busy with a cell that somebody is typing into, when it is gone, and for what it cannot do.
    """

    def __init__(self, book: xw.Book, path: Path, password: str) -> None:
        """Of a workbook at a `path`; `password` is that of locked tabs. `at_work` is the way in."""
        self.path = path
        self._book, self._password = book, password
        self._native = native(book)
        self._grids: dict[str, Mapping[Spot, Cell]] = {}
        self._tabs: dict[str, xw.Sheet] = {}
        self._opened: dict[str, tuple[str, Liberties]] = {}
        self._waiting: list[tuple[str, Callable[[], None]]] = []
        self._changed = self._stale = False

    def reread(self, _path: Path) -> LiveBook:
        """The same book, to be read afresh: people may have typed since."""
        self._grids.clear()
        self._tabs.clear()
        self._waiting.clear()
        self.__dict__.pop("names", None)
        return self

    @property
    def sheets(self) -> Sequence[str]:
        """Worksheet names in tab order."""
        return tuple(self._do(lambda: [sheet.name for sheet in self._book.sheets]))

    has_buttons = True
    """A program that drops them does so when it saves."""

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the sheets that nobody sees."""
        listed = self._do(lambda: [(sheet.name, sheet.visible) for sheet in self._book.sheets])
        return frozenset(name for name, visible in listed if not visible)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, Spot]]:
        """Names for the whole workbook that point to one cell: name -> (sheet, spot)."""
        listed = self._do(lambda: [(name.name, name.refers_to) for name in self._book.names])
        found = ((name, one_cell(str(target).removeprefix("="))) for name, target in listed)
        return {name: place for name, place in found if place and "!" not in name}

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        """Every cell of a sheet that holds a value or a formula, as it stands now."""
        if sheet not in self._grids:
            self._grids[sheet] = self._do(lambda: _cells(self._sheet(sheet).used_range), sheet)
        return self._grids[sheet]

    def set(self, sheet: str, cells: Mapping[Spot, Cell]) -> None:
        """Write cells, keeping their formats; what the sheet holds already stays as it is.

        Raise Refused for what no cell can hold.
        """
        before = self.grid(sheet)
        changes = {spot: cell for spot, cell in cells.items() if not same_cell(cell, before.get(spot, BLANK))}
        stale = [spot for spot in changes if spot in before and _computes(before[spot], changes[spot])]
        for spot in stale:
            del changes[spot]
        self._stale |= bool(stale)
        if problems := [fault for spot, cell in changes.items() for fault in check_cell(sheet, spot, cell)]:
            raise Refused(problems)
        if not changes:
            return
        self._waiting.append((sheet, partial(self._enter, sheet, changes)))
        self._grids[sheet] = {spot: cell for spot, cell in {**before, **changes}.items() if cell != BLANK}

    def _enter(self, sheet: str, changes: Mapping[Spot, Cell]) -> None:
        """Have the program take cells in."""
        in_arrays = {spot for spot, cell in changes.items() if cell.array is not None}
        formulas = {spot for spot, cell in changes.items() if cell.formula is not None} - in_arrays
        for block in blocks(changes.keys() - formulas - in_arrays):
            self._write(sheet, block, "value", lambda spot: _entry(changes[spot].value))
        for block in blocks(formulas):
            self._write(sheet, block, "formula", lambda spot: f"={changes[spot].formula}")
        for array in {cell.array for cell in changes.values() if cell.array is not None}:
            if len(inside(array, changes)) == size(array):
                self._write_array(sheet, array, f"={changes[array[0]].formula}")

    def lock_cells(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        """Set the `locked` format flag of cells, keeping the rest of their formats."""
        self._waiting.append((sheet, partial(self._set_locked, sheet, tuple(spots), locked)))

    def is_protected(self, sheet: str) -> bool:
        """Whether the sheet is protected with a password.

        One that asks for none stays open until the book is saved.
        """
        if sheet not in self._opened and self._is_shut(sheet):
            return not self._try(sheet, _NO_PASSWORD, kept="")
        return self._opened.get(sheet, ("", {}))[0] != ""

    def protect(self, sheet: str, password: str | None) -> None:
        """Protect the sheet when it is saved; without a password the protection is only a courtesy."""
        self._waiting.append((sheet, partial(self._shut_with, sheet, password or "")))

    def forget(self) -> None:
        """Nothing: a program saves what cells show, and no text that stood there before."""

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """While this lasts every sheet that will change is open; raise Refused where one does not open."""
        self.refuse_read_only()
        for sheet, _ in self._waiting:
            self._open_sheet(sheet)
        try:
            yield
        finally:
            self._waiting.clear()
            self.close_sheets()

    def refuse_read_only(self) -> None:
        """Raise Refused where the program would not save the book: read-only, or in a protected view."""
        if not self._do(lambda: self._native.is_read_only(self._book)):
            return
        if self.path.suffix.lower() == ".xlsm" and self._book.app.engine.name != "excel":
            twin = self.path.with_suffix(".xlsx").name
            raise Refused([Problem("live_macros", self.path.name, {"twin": twin})])
        raise Refused([Problem("live_read_only", self.path.name)])

    def say(self, words: str) -> None:
        """Show how far long work has come."""
        self._do(lambda: setattr(self._book.app, "status_bar", words))

    @step(_LOG, "save an open book")
    def save(self) -> None:
        """Have the program save, with every sheet protected again; without changes nothing is saved.

        Where a formula did not say what it should, all are computed again: LibreOffice loads old values.
        """
        for sheet, change in self._waiting:
            self._open_sheet(sheet)
            change()
        self._waiting.clear()
        self.close_sheets()
        if self._stale:
            self._do(self._book.app.calculate)
        if self._changed or self._stale:
            self._do(self._book.save)
        self._changed = self._stale = False

    def close_sheets(self) -> None:
        """Protect again every sheet that was opened for writing."""
        for sheet, (password, liberties) in list(self._opened.items()):
            self._do(partial(self._native.protect, self._sheet(sheet), password, liberties), sheet)
            del self._opened[sheet]

    def _set_locked(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        for block in blocks(spots):
            self._do(partial(self._native.set_locked, self._range(sheet, block), locked), sheet)
            self._changed = True

    def _shut_with(self, sheet: str, password: str) -> None:
        """Have a sheet shut with a password once all is written."""
        self._opened[sheet] = (password, self._opened.get(sheet, ("", {}))[1])
        self._changed = True

    def _do(self, call: Callable[[], Any], sheet: str = "") -> Any:
        return patiently(call, sheet or self.path.name)

    def _sheet(self, sheet: str) -> xw.Sheet:
        if sheet not in self._tabs:
            self._tabs[sheet] = self._book.sheets[sheet]
        return self._tabs[sheet]

    def _range(self, sheet: str, block: Rectangle) -> xw.Range:
        top, left, bottom, right = block
        cells: xw.Range = self._do(lambda: self._sheet(sheet).range((top, left), (bottom, right)), sheet)
        return cells

    def _write(self, sheet: str, block: Rectangle, what: str, said: Callable[[Spot], object]) -> None:
        """Set the values or formulas of a block at once."""
        top, left, bottom, right = block
        rows = [[said((row, column)) for column in range(left, right + 1)] for row in range(top, bottom + 1)]
        cells = self._range(sheet, block)
        self._do(lambda: setattr(cells, what, rows), sheet)
        self._changed = True

    def _write_array(self, sheet: str, array: Array, formula: str) -> None:
        """Set the one formula of a block; the values of its cells are the program's to compute."""
        cells = self._range(sheet, (*array[0], *array[1]))
        self._do(lambda: setattr(cells, "formula_array", formula), sheet)
        self._changed = True

    def _is_shut(self, sheet: str) -> bool:
        return bool(self._do(lambda: self._native.is_protected(self._sheet(sheet)), sheet))

    def _open_sheet(self, sheet: str) -> None:
        """Take a sheet's protection off until the book is saved; raise Refused when we cannot."""
        if sheet in self._opened or not self._is_shut(sheet):
            return
        if not self._try(sheet, _NO_PASSWORD, kept="") and not self._try(sheet, self._password):
            raise Refused([Problem("live_password", sheet)])

    def _try(self, sheet: str, password: str, kept: str | None = None) -> bool:
        """Whether a password opens a sheet; `kept` is the one to shut it with again, when it is another."""
        liberties = self._do(lambda: self._native.liberties(self._sheet(sheet)), sheet)
        with suppress(Refused):
            self._do(lambda: self._native.unprotect(self._sheet(sheet), password), sheet)
        if self._is_shut(sheet):
            return False
        self._opened[sheet] = (password if kept is None else kept, liberties)
        return True


def _cells(used: xw.Range) -> dict[Spot, Cell]:
    """What a block of cells holds, by spot."""
    top, left = used.row, used.column
    asked: dict[str, Any] = {"ndim": 2, "dates": _serial, "err_to_str": True}
    values: Any = used.options(**asked).value
    formulas = _rows(used.formula)
    found: dict[Spot, Cell] = {}
    for row, (held, said) in enumerate(zip(values, formulas, strict=True), top):
        for column, (value, text) in enumerate(zip(held, said, strict=True), left):
            is_formula = isinstance(text, str) and text.startswith("=") and text != value
            if value is not None or is_formula:
                found[row, column] = Cell(_scalar(value), text[1:] if is_formula else None)
    return found


def _computes(found: Cell, wanted: Cell) -> bool:
    """Whether a cell has its formula: what that comes to is the program's to compute."""
    return wanted.formula is not None and is_formula(found, wanted)


def _rows(formulas: Any) -> Sequence[Sequence[Any]]:
    """Formulas by row: a program answers for one cell with no rows at all."""
    return formulas if isinstance(formulas, list | tuple) else [[formulas]]


def _scalar(value: Any) -> Scalar:
    """A value as we hold it; amounts of money come as decimals."""
    return value if value is None or isinstance(value, str | bool) else float(value)


def _serial(**parts: Any) -> float:
    """The serial number of a date, which programs hand over as a date."""
    return (dt.datetime(**parts) - _EPOCH).total_seconds() / 86_400


def _entry(value: Scalar) -> Scalar:
    """A value as one would type it: an apostrophe before a text that would be taken for something else."""
    if isinstance(value, str) and value and not _PLAIN_TEXT.match(value):
        return f"'{value}"
    return value
