"""Sheets, names and cells of a workbook in Calc.

A new UNO object costs two milliseconds, a call a fifth of one: cells are asked for in blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from xlwings import XlwingsError, base_classes

from ..ooxml import block, column_letters
from .answering import answering
from .bridge import Office
from .formula import to_excel, to_uno
from .words import RangeWords, SheetWords

_FAULTY_FORMULAS = 4
"""Formulas that come to an error, among `com.sun.star.sheet.FormulaResult`."""
_ERRORS = {502: "#VALUE!", 503: "#NUM!", 519: "#VALUE!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?"}
_ERRORS |= {532: "#DIV/0!", 32767: "#N/A"}


class ErrorText(str):
    """What a cell shows in which a formula has failed."""


class Workbook(Protocol):
    """What sheets and names ask of the workbook that they are of."""

    uno: Any
    office: Office

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""


@answering
class Sheets(base_classes.Sheets):
    """The sheets of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.uno, self.office = book, book.uno.getSheets(), book.office

    @property
    def active(self) -> CalcSheet:
        """The one in front."""
        return CalcSheet(self.book, self.book.uno.getCurrentController().getActiveSheet())

    def __call__(self, which: int | str) -> CalcSheet:
        """One sheet, by place from 1 or by name; raise KeyError for a name that no sheet has."""
        if isinstance(which, int):
            return CalcSheet(self.book, self.uno.getByIndex(which - 1))
        if not self.uno.hasByName(which):
            raise KeyError(which)
        return CalcSheet(self.book, self.uno.getByName(which))

    def __len__(self) -> int:
        return int(self.uno.getCount())

    def __iter__(self) -> Iterator[CalcSheet]:
        return iter([CalcSheet(self.book, self.uno.getByIndex(at)) for at in range(self.uno.getCount())])


@answering
class CalcSheet(base_classes.Sheet):
    """One sheet."""

    book: Any = None
    """Its workbook, which xlwings' class has as a property."""

    def __init__(self, book: Workbook, sheet: Any) -> None:
        self.book, self.uno, self.office = book, sheet, book.office

    @property
    def api(self) -> SheetWords:
        """What it says in Excel's words."""
        return SheetWords(self.office, self.uno)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.uno.getName())

    @name.setter
    def name(self, name: str) -> None:
        self.uno.setName(name)

    @property
    def visible(self) -> bool:
        """Whether anybody sees it."""
        return bool(self.uno.IsVisible)

    @visible.setter
    def visible(self, seen: bool) -> None:
        self.uno.IsVisible = seen

    @property
    def index(self) -> int:
        """Its place, from 1."""
        return int(self.uno.getRangeAddress().Sheet) + 1

    @property
    def used_range(self) -> Range:
        """From A1 to the last cell that holds anything."""
        cursor = self.uno.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        return Range(self, 1, 1, end.EndRow + 1, end.EndColumn + 1)

    def range(self, first: Any, last: Any = None) -> Range:
        """Cells by (row, column), by address such as `B2:C3`, or from one range to another."""
        (top, left, bottom, right), other = self._corners(first), self._corners(last or first)
        bottom, right = max(bottom, other[2]), max(right, other[3])
        top, left = min(top, other[0]), min(left, other[1])
        return Range(self, top, left, bottom - top + 1, right - left + 1)

    def _corners(self, said: Any) -> tuple[int, int, int, int]:
        """First row and column, last row and column."""
        if isinstance(said, Range):
            return said.row, said.column, said.row + said.shape[0] - 1, said.column + said.shape[1] - 1
        first, last = block(said) if isinstance(said, str) else (said, said)
        return *first, *last

    def activate(self) -> None:
        """Bring it to the front."""
        self.book.uno.getCurrentController().setActiveSheet(self.uno)


@answering
class Range(base_classes.Range):
    """A block of cells."""

    max_cells_per_read = max_cells_per_write = None
    """None: a block is read and written at once, whatever its size."""
    row: Any = 0
    column: Any = 0
    shape: Any = (0, 0)
    """Numbers from 1 and the size, which xlwings' class has as properties."""

    def __init__(self, sheet: CalcSheet, row: int, column: int, rows: int, columns: int) -> None:
        self.sheet, self.row, self.column, self.shape = sheet, row, column, (rows, columns)
        self.office = sheet.office
        self._cells: Any = None

    @classmethod
    def at(cls, sheets: Sheets, address: Any) -> Range:
        """The cells of a UNO address."""
        rows, columns = address.EndRow - address.StartRow, address.EndColumn - address.StartColumn
        sheet = sheets(address.Sheet + 1)
        return cls(sheet, address.StartRow + 1, address.StartColumn + 1, rows + 1, columns + 1)

    @property
    def uno(self) -> Any:
        """UNO's object for the cells, made when it is first needed."""
        if self._cells is None:
            top, left = self.row - 1, self.column - 1
            right, bottom = left + self.shape[1] - 1, top + self.shape[0] - 1
            self._cells = self.sheet.uno.getCellRangeByPosition(left, top, right, bottom)
        return self._cells

    @property
    def api(self) -> RangeWords:
        """What they say in Excel's words."""
        return RangeWords(self.office, self.uno)

    @property
    def address(self) -> str:
        """Such as `$B$2:$C$3`."""
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, column_absolute: bool, external: bool) -> str:
        """The address as Excel writes it, with or without dollars and tab name.

        Raise NotImplementedError for one with the name of a file.
        """
        if external:
            raise NotImplementedError("addresses with the name of a file")
        dollar, mark = "$" * column_absolute, "$" * row_absolute
        rows, columns = (
            (self.row, self.row + self.shape[0] - 1),
            (self.column, self.column + self.shape[1] - 1),
        )
        ends = [f"{dollar}{column_letters(at)}{mark}{row}" for row, at in zip(rows, columns, strict=True)]
        return ends[0] if ends[0] == ends[1] else ":".join(ends)

    def __len__(self) -> int:
        return int(self.shape[0] * self.shape[1])

    def __call__(self, *at: int) -> Range:
        """One cell, by row and column from 1, or by its number in reading order."""
        row, column = at if len(at) == 2 else divmod(at[0] - 1, self.shape[1])
        offset = 1 if len(at) == 2 else 0
        return Range(self.sheet, self.row + row - offset, self.column + column - offset, 1, 1)

    @property
    def raw_value(self) -> list[list[Any]]:
        """What the cells hold, by row: text, float, ErrorText, and `""` for nothing."""
        rows = [list(row) for row in self.uno.getDataArray()]
        if any(value is None for row in rows for value in row):
            for address in self.uno.queryFormulaCells(_FAULTY_FORMULAS).getRangeAddresses():
                self._fill_in_errors(rows, address)
        return rows

    @raw_value.setter
    def raw_value(self, said: Any) -> None:
        """Write rows of values, or one for all cells; what begins with `=` is a formula, `'text` is text."""
        rows = said if isinstance(said, list | tuple) else [[said] * self.shape[1]] * self.shape[0]
        rows = rows if isinstance(rows[0], list | tuple) else [rows]
        if any(isinstance(value, str) and value.startswith("=") for row in rows for value in row):
            self.formula = rows
            return
        self._check_open()
        self.uno.setDataArray(tuple(tuple(_as_data(value) for value in row) for row in rows))

    def _fill_in_errors(self, rows: list[list[Any]], address: Any) -> None:
        for row in range(address.StartRow, address.EndRow + 1):
            for column in range(address.StartColumn, address.EndColumn + 1):
                code = self.sheet.uno.getCellByPosition(column, row).getError()
                rows[row - self.row + 1][column - self.column + 1] = ErrorText(_ERRORS.get(code, f"#{code}"))

    @property
    def formula(self) -> str | tuple[tuple[str, ...], ...]:
        """Formulas with `=`, and the text of everything else; one text for one cell."""
        rows = tuple(
            tuple(to_excel(said) if said[:1] in "={" else said for said in row)
            for row in self.uno.getFormulaArray()
        )
        return rows[0][0] if self.shape == (1, 1) else rows

    @formula.setter
    def formula(self, said: Any) -> None:
        rows = said if isinstance(said, list | tuple) else [[said] * self.shape[1]] * self.shape[0]
        self._check_open()
        self.uno.setFormulaArray(tuple(tuple(_as_formula(value) for value in row) for row in rows))

    @property
    def formula_array(self) -> str:
        """The formula of the array that the first cell belongs to, with `=`."""
        return to_excel(self.uno.getArrayFormula())

    @formula_array.setter
    def formula_array(self, said: str) -> None:
        self._check_open()
        self.uno.setArrayFormula(to_uno(said))

    def select(self) -> None:
        """Select the cells, on the sheet that they are on."""
        self.sheet.activate()
        self.sheet.book.uno.getCurrentController().select(self.uno)

    def _check_open(self) -> None:
        """Raise XlwingsError where a sheet's protection forbids to write: LibreOffice might not."""
        if self.sheet.uno.isProtected():
            state = self.uno.getPropertyState("CellProtection").value
            if state == "AMBIGUOUS_VALUE" or self.uno.CellProtection.IsLocked:
                raise XlwingsError(f"{self.sheet.name}!{self.address} is locked on a protected sheet")


def _as_data(value: Any) -> str | float:
    if isinstance(value, str):
        return value.removeprefix("'")
    return "" if value is None else float(value)


def _as_formula(value: Any) -> str:
    """A cell's entry in UNO's spelling, in which a text may begin with an apostrophe, too."""
    if isinstance(value, str):
        return to_uno(value) if value.startswith("=") else value
    return "" if value is None else repr(float(value))


@answering
class Names(base_classes.Names):
    """The names that hold for the whole workbook."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.uno, self.office = book, book.uno.NamedRanges, book.office

    def __call__(self, which: int | str) -> Name:
        """One name, by place from 1 or as it is spelt."""
        names = list(self)
        if isinstance(which, int):
            return names[which - 1]
        return {name.name: name for name in names}[which]

    def contains(self, name: str) -> bool:
        """Whether there is such a name."""
        return bool(self.uno.hasByName(name))

    def __len__(self) -> int:
        return int(self.uno.getCount())

    def __iter__(self) -> Iterator[Name]:
        return iter([Name(self, name) for name in self.uno.getElementNames()])


@answering
class Name(base_classes.Name):
    """A defined name."""

    name: Any = ""
    """The name itself, which xlwings' class has as a property."""

    def __init__(self, names: Names, name: str) -> None:
        self.office, self._names, self.name = names.office, names, name

    @property
    def refers_to(self) -> str:
        """What it stands for, with `=`."""
        return "=" + to_excel(self._names.uno.getByName(self.name).getContent())

    @refers_to.setter
    def refers_to(self, formula: str) -> None:
        self._names.uno.getByName(self.name).setContent(to_uno(formula).removeprefix("="))

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for; raise XlwingsError when it does not stand for cells."""
        cells = self._names.uno.getByName(self.name).getReferredCells()
        if cells is None:
            raise XlwingsError(f"{self.name} does not stand for cells")
        return Range.at(self._names.book.sheets, cells.getRangeAddress())
