"""Whether targets are as hard for all, as a workbook of its own: verdicts, camps, pictures, every line."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .looks import BRAND, FAINT, GRID, LINE, PAPER, SERIES
from .widths import lines_of

SheetValue = str | float
ColumnForm = Literal["words", "amount", "count", "share", "rank"]

_FONT: Final = {"font_name": "Arial", "font_size": 10, "valign": "vcenter"}
_FORMS: Final[dict[ColumnForm, dict[str, object]]] = {
    "words": {"text_wrap": True},
    "amount": {},
    "count": {"num_format": "0"},
    "share": {"num_format": "0%"},
    "rank": {"num_format": "0.00"},
}
_WIDTHS: Final = (20, 24, 13, 13, 13, 13, 84)
_NEVER: Final = dt.datetime(2000, 1, 1)
_PICTURE: Final = (330, 240)
_PICTURE_ROWS: Final = 13
_LINE: Final = 15
_TWO_LINES: Final = 30


@dataclass(frozen=True)
class JudgedTable:
    """A table: its title, what is said of it, and captions with the form of each column above the rows."""

    title: str
    said: Sequence[str]
    columns: Sequence[tuple[str, ColumnForm]]
    rows: Sequence[Sequence[SheetValue]]


@dataclass(frozen=True)
class JudgedPicture:
    """Dots: a column of the last table against another one, by their places."""

    title: str
    across: int
    up: int


def fairness_book(
    tab: str,
    titles: tuple[str, str],
    tables: Sequence[JudgedTable],
    pictures: Sequence[JudgedPicture],
    decimals: int,
) -> bytes:
    """A workbook of one sheet: the tables, and before the last one pictures of it, drawn by the program.

    Amounts are shown with so many decimals.
    Equal arguments give equal bytes; NaN is an empty cell.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _NEVER})
        writer = _Writer(book, book.add_worksheet(tab), decimals)
        writer.head(titles)
        for table in tables[:-1]:
            writer.table(table)
        drawn_at = writer.row
        writer.row += (_PICTURE_ROWS + 1) * math.ceil(len(pictures) / len(_WIDTHS[::2]))
        first, last = writer.table(tables[-1])
        writer.filtered(first - 1, last, len(tables[-1].columns))
        for place, picture in enumerate(pictures):
            writer.picture(picture, tables[-1], (first, last), (drawn_at, place))
    return made.getvalue()


def _lines(row: Sequence[SheetValue]) -> int:
    """How many lines of text a row is high."""
    words = ((value, width) for value, width in zip(row, _WIDTHS, strict=False) if isinstance(value, str))
    return max((lines_of(value, width) for value, width in words), default=1)


class _Writer:
    """Writes down a sheet, row after row."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet, decimals: int) -> None:
        self._book, self._sheet, self.row = book, sheet, 0
        shapes = _FORMS | {"amount": {"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")}}
        self._forms: dict[ColumnForm, Format] = {
            form: self._look(border=1, border_color=LINE, **shape) for form, shape in shapes.items()
        }
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _look(self, **shape: object) -> Format:
        return self._book.add_format({**_FONT, **shape})

    def head(self, titles: tuple[str, str]) -> None:
        """What it is, and of which plan."""
        self._sheet.set_row(0, 28)
        self._sheet.write_string(0, 0, titles[0], self._look(font_size=16, bold=True, font_color=BRAND))
        self._sheet.write_string(1, 0, titles[1], self._look(font_color=FAINT))
        self.row = 3

    def table(self, table: JudgedTable) -> tuple[int, int]:
        """A table below what is there; its first row and the last."""
        title = self._look(font_size=12, bold=True, font_color=BRAND)
        for look, said in ((title, table.title), *((self._look(), one) for one in table.said)):
            self._sheet.write_string(self.row, 0, said, look)
            self.row += 1
        head = self._look(bold=True, border=1, border_color=LINE, bg_color=PAPER, text_wrap=True)
        for at, (caption, _) in enumerate(table.columns):
            self._sheet.write_string(self.row, at, caption, head)
        self._sheet.set_row(self.row, _TWO_LINES)
        first = self.row + 1
        for self.row, row in enumerate(table.rows, first):
            self._sheet.set_row(self.row, _LINE * _lines(row))
            for at, (value, (_, form)) in enumerate(zip(row, table.columns, strict=True)):
                self._cell(at, value, self._forms[form])
        last, self.row = self.row, self.row + 2
        return first, last

    def _cell(self, at: int, value: SheetValue, look: Format) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self.row, at, value, look)
        elif math.isnan(value):
            self._sheet.write_blank(self.row, at, None, look)
        else:
            self._sheet.write_number(self.row, at, value, look)

    def filtered(self, head: int, last: int, columns: int) -> None:
        """Rows that a person may sort and filter."""
        self._sheet.autofilter(head, 0, last, columns - 1)

    def picture(
        self, picture: JudgedPicture, table: JudgedTable, rows: tuple[int, int], spot: tuple[int, int]
    ) -> None:
        """Dots of two columns, in the place of that number from a row on."""
        chart, name = self._book.add_chart({"type": "scatter"}), self._sheet.get_name()
        across, up = ([name, rows[0], at, rows[1], at] for at in (picture.across, picture.up))
        marker = {"type": "circle", "size": 6, "fill": {"color": SERIES[1]}, "border": {"none": True}}
        chart.add_series({"categories": across, "values": up, "marker": marker})
        chart.set_title({"name": picture.title, "name_font": {"size": 11, "bold": True}})
        for at, axis in ((picture.across, chart.set_x_axis), (picture.up, chart.set_y_axis)):
            caption, form = table.columns[at]
            shown = "0%" if form == "share" else "#,##0"
            axis(
                {
                    "name": caption,
                    "num_format": shown,
                    "major_gridlines": {"visible": True, "line": {"color": GRID}},
                }
            )
        chart.set_legend({"none": True})
        chart.set_size({"width": _PICTURE[0], "height": _PICTURE[1]})
        below, beside = divmod(spot[1], len(_WIDTHS[::2]))
        placed = {"x_offset": beside * (_PICTURE[0] + 10), "description": picture.title}
        self._sheet.insert_chart(spot[0] + below * (_PICTURE_ROWS + 1), 0, chart, placed)
