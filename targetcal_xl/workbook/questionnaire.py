"""The survey's questionnaire as a sheet: a row of yellow cells, and lists to choose from."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from .looks import BRAND, FAINT, INPUT, PAPER

_FONT: Final = {"font_name": "Arial", "font_size": 11, "valign": "vcenter", "text_wrap": True}
_HEAD_ROW: Final = 5
_WIDTH: Final = 22
_LISTS: Final = "lists"
_NEVER: Final = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class AskedColumn:
    """A question, and what may be chosen."""

    question: str
    choices: Sequence[str | int]


def questionnaire(title: str, tab: str, lines: Sequence[str], columns: Sequence[AskedColumn]) -> bytes:
    """A workbook that asks: titles stand right above one row to fill in, as answers are read again.

    It says nothing of who made it, or when; equal arguments give equal bytes.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _NEVER})
        sheet, lists = book.add_worksheet(tab), book.add_worksheet(_LISTS)
        lists.very_hidden()
        _write_head(book, sheet, title, lines, len(columns))
        for at, column in enumerate(columns):
            _write_column(book, sheet, lists, at, column)
        sheet.set_row(_HEAD_ROW, 96)
        sheet.set_row(_HEAD_ROW + 1, 32)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_selection(_HEAD_ROW + 1, 0, _HEAD_ROW + 1, 0)
    return made.getvalue()


def _write_head(
    book: xlsxwriter.Workbook, sheet: Worksheet, title: str, lines: Sequence[str], width: int
) -> None:
    big = book.add_format({**_FONT, "font_size": 16, "bold": True, "font_color": BRAND})
    plain = book.add_format({**_FONT, "font_color": FAINT})
    for row, (said, look) in enumerate([(title, big), *((line, plain) for line in lines)]):
        sheet.merge_range(row, 0, row, max(width, 2) - 1, said, look)
        sheet.set_row(row, 30 if row == 0 else 34)


def _write_column(
    book: xlsxwriter.Workbook, sheet: Worksheet, lists: Worksheet, at: int, column: AskedColumn
) -> None:
    head: Format = book.add_format({**_FONT, "bold": True, "border": 1, "bg_color": PAPER})
    free: Format = book.add_format({**_FONT, "border": 1, "bg_color": INPUT, "locked": False})
    sheet.set_column(at, at, _WIDTH)
    sheet.write_string(_HEAD_ROW, at, column.question, head)
    sheet.write_blank(_HEAD_ROW + 1, at, None, free)
    for row, choice in enumerate(column.choices):
        if isinstance(choice, str):
            lists.write_string(row, at, choice)
        else:
            lists.write_number(row, at, choice)
    last = xl_range_abs(0, at, len(column.choices) - 1, at)
    sheet.data_validation(
        _HEAD_ROW + 1, at, _HEAD_ROW + 1, at, {"validate": "list", "source": f"={_LISTS}!{last}"}
    )
