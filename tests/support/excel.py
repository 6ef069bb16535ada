"""Excel on Windows as xlwings and its object model describe it, to see what is asked of it.

It takes entries as Excel's reference says: what looks like a number, date or formula becomes one, an
apostrophe makes it a text. It does not compute. Every call is in `log`, in order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import xlwings as xw

from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.workbook.book import Book as Shape

BUSY, IGNORED, GONE, SAID_NO = -2147418111, -2146777998, -2147023174, -2147352567
_LOOKS_LIKE_A_NUMBER = re.compile(r"[-+]?[\d.,]+%?\Z")
_LOOKS_LIKE_A_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}\Z")
_EPOCH = dt.datetime(1899, 12, 30)


class ComError(Exception):
    """What pywin32 raises: an HRESULT, and for Excel's own errors what Excel says."""

    def __init__(self, hresult: int, scode: int | None = None) -> None:
        super().__init__(hresult)
        self.hresult, self.excepinfo = hresult, (0, "Microsoft Excel", "no", None, 0, scode)


class App:
    """An `xlwings.App`."""

    def __init__(self, log: list[Any]) -> None:
        self.engine = SimpleNamespace(name="excel")
        self._log, self._screen, self._bar = log, True, False

    @property
    def screen_updating(self) -> bool:
        return self._screen

    @screen_updating.setter
    def screen_updating(self, on: bool) -> None:
        self._log.append(("screen", on))
        self._screen = on

    def calculate(self) -> None:
        self._log.append(("calculate",))

    @property
    def status_bar(self) -> Any:
        return self._bar

    @status_bar.setter
    def status_bar(self, said: Any) -> None:
        self._log.append(("status bar", said))
        self._bar = said


class Sheet:
    """An `xlwings.Sheet`, whose `api` is its Worksheet."""

    def __init__(self, book: Book, name: str, cells: dict[Spot, Cell]) -> None:
        self.book, self.name, self.cells = book, name, cells
        self.open_cells: set[Spot] = set()
        self.dates: set[Spot] = set()
        self.visible = True
        self.password: str | None = None
        """None while it is not protected."""
        self.api = Worksheet(self)

    @property
    def used_range(self) -> Range:
        spots = self.cells or {(1, 1): Cell()}
        first = min(row for row, _ in spots), min(column for _, column in spots)
        last = max(row for row, _ in spots), max(column for _, column in spots)
        return self.range(first, last)

    def range(self, first: Spot, last: Spot) -> Range:
        return Range(self, first, last)


class Worksheet:
    """Excel's Worksheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.Protection = SimpleNamespace(
            **{f"Allow{what}{things}": False for what in ("Formatting",) for things in ("Cells",)},
            AllowFormattingColumns=True, AllowFormattingRows=True, AllowInsertingColumns=False,
            AllowInsertingRows=False, AllowInsertingHyperlinks=False, AllowDeletingColumns=False,
            AllowDeletingRows=False, AllowSorting=False, AllowFiltering=True, AllowUsingPivotTables=False,
        )  # fmt: skip

    @property
    def ProtectContents(self) -> bool:
        self._sheet.book.asked()
        return self._sheet.password is not None

    def Unprotect(self, password: str) -> None:
        self._sheet.book.log.append(("Unprotect", self._sheet.name, password))
        if self._sheet.password not in (None, "", password):
            raise ComError(SAID_NO, -2146827284)
        self._sheet.password = None

    def Protect(self, Password: str, **liberties: bool) -> None:
        allowed = sorted(name for name, on in liberties.items() if on)
        self._sheet.book.log.append(("Protect", self._sheet.name, Password, allowed))
        assert liberties.keys() == vars(self.Protection).keys()
        self._sheet.password = Password


class Range:
    """An `xlwings.Range`."""

    def __init__(self, sheet: Sheet, first: Spot, last: Spot) -> None:
        self._sheet, self._first, self._last = sheet, first, last
        self._asked: dict[str, Any] = {}
        self.row, self.column = first
        self.api = self

    @property
    def _rows(self) -> list[list[Spot]]:
        (top, left), (bottom, right) = self._first, self._last
        return [[(row, column) for column in range(left, right + 1)] for row in range(top, bottom + 1)]

    def options(self, **asked: Any) -> Range:
        self._asked = asked
        return self

    @property
    def value(self) -> Any:
        assert self._asked["ndim"] == 2
        assert self._asked["err_to_str"]
        return [[self._held(spot) for spot in row] for row in self._rows]

    @value.setter
    def value(self, rows: Any) -> None:
        self._write("value", rows, _entered)

    def _held(self, spot: Spot) -> Any:
        value = self._sheet.cells.get(spot, Cell()).value
        if spot in self._sheet.dates and isinstance(value, float):
            day = _EPOCH + dt.timedelta(value)
            parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return self._asked["dates"](**{part: getattr(day, part) for part in parts}, tzinfo=None)
        return None if value == "" else value

    @property
    def formula(self) -> Any:
        self._sheet.book.asked()
        said = tuple(tuple(_shown(self._sheet.cells.get(spot, Cell())) for spot in row) for row in self._rows)
        return said[0][0] if self._first == self._last else said

    @formula.setter
    def formula(self, rows: Any) -> None:
        self._write("formula", rows, _entered)

    @property
    def formula_array(self) -> Any:
        raise NotImplementedError

    @formula_array.setter
    def formula_array(self, said: str) -> None:
        self._write("formula_array", [[said for _ in row] for row in self._rows], _entered)

    def _write(self, what: str, rows: Any, entered: Callable[[Any], Cell]) -> None:
        book, place = self._sheet.book, (self._sheet.name, self._first, self._last)
        book.asked()
        book.log.append((what, *place, rows))
        spots = [spot for row in self._rows for spot in row]
        if self._sheet.password is not None and not set(spots) <= self._sheet.open_cells:
            raise ComError(SAID_NO, -2146827284)
        for spot, said in zip(spots, (said for row in rows for said in row), strict=True):
            self._sheet.cells[spot] = entered(said)

    @property
    def Locked(self) -> bool:
        return self._first not in self._sheet.open_cells

    @Locked.setter
    def Locked(self, locked: bool) -> None:
        self._sheet.book.log.append(("Locked", self._sheet.name, self._first, self._last, locked))
        for spot in (spot for row in self._rows for spot in row):
            (self._sheet.open_cells.discard if locked else self._sheet.open_cells.add)(spot)


def _entered(said: Any) -> Cell:
    """What Excel makes of an entry."""
    if not isinstance(said, str):
        return Cell(said)
    if said.startswith("'"):
        return Cell(said[1:])
    if said.startswith(("=", "+", "-", "@")):
        return Cell(None, said[1:])
    if _LOOKS_LIKE_A_NUMBER.match(said) or _LOOKS_LIKE_A_DATE.match(said):
        return Cell(4711.0)
    return Cell(said.upper() == "TRUE") if said.upper() in ("TRUE", "FALSE") else Cell(said or None)


def _shown(cell: Cell) -> str:
    """What Range.Formula says of a cell."""
    if cell.formula is not None:
        return f"={cell.formula}"
    return "" if cell.value is None else str(cell.value)


class Sheets(dict[str, Sheet]):
    """An `xlwings.Sheets`, which is gone through by sheet and not by name."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


class Book:
    """An `xlwings.Book` whose sheets hold what another book's do; `api` is its Workbook."""

    def __init__(self, model: Shape, full_name: str, read_only: bool = False) -> None:
        self.log: list[Any] = []
        self.troubles: list[Exception] = []
        """What the next questions are answered with, before Excel is itself again."""
        self.app, self.name = App(self.log), full_name.rpartition("/")[2]
        self.api = SimpleNamespace(FullName=full_name, ReadOnly=read_only)
        self.sheets = Sheets({name: Sheet(self, name, dict(model.grid(name))) for name in model.sheets})
        self.names = [
            SimpleNamespace(name=name, refers_to=f"='{sheet}'!{_absolute(spot)}")
            for name, (sheet, spot) in model.names.items()
        ]

    def asked(self) -> None:
        """Raise what is next among the troubles."""
        if self.troubles:
            raise self.troubles.pop(0)

    def save(self) -> None:
        self.log.append(("save",))


def _absolute(spot: Spot) -> str:
    column: str = xw.utils.col_name(spot[1])  # type: ignore[no-untyped-call]
    return f"${column}${spot[0]}"


def as_xlwings(book: Book) -> xw.Book:
    """The fake where an `xlwings.Book` is wanted; raise AssertionError when it has what xlwings has not."""
    fakes = {App: xw.App, Sheet: xw.Sheet, Range: xw.Range, Book: xw.Book}
    own = {"asked", "log", "troubles", "cells", "open_cells", "dates", "password", "Locked"}
    for fake, real in fakes.items():
        assert [name for name in vars(fake) if name[0] != "_" and name not in own | set(dir(real))] == []
    said: Any = book
    real_book: xw.Book = said
    return real_book
