"""Writing the form: empty, or filled in with a plan; with help and lists of choices in its cells."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from ..calibration import composed
from ..calibration.calendar import Calendar
from ..figures import typed
from ..language import listed, record, text
from .draft import DraftRow, PlanDraft
from .form import DRIVERS, HISTORY, INDICATORS, INSIDE, READINGS, SHEETS, FormItem, FormSheet
from .plan_file import default_word
from .spelt import means_by_unit, number_told

NOBODY: Final = "-"
"""What stands in a cell where several might, and there are to be none."""
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NEVER = dt.datetime(2025, 1, 1)
"""Forms are the same, whenever they are written."""
_HEAD = 3
"""The row of headings, from 0: below the title and what the sheet is for."""
_MOST_TITLE, _MOST_HELP, _MOST_LIST = 32, 255, 255
"""What spreadsheet programs have room for."""
_BRAND, _NEEDED, _INPUT, _QUIET = "#1F4E78", "#FFD966", "#FFF9E5", "#808080"
_A4, _TITLE, _LINE = 9, 24, 15
_LATIN = 0x2E7F
"""Signs after it are as wide as two digits."""
_CAPTION, _VALUE, _HELP, _COLUMN = 34, 40, 90, 20

_Row = Mapping[str, object]


def write_form(language: str, draft: PlanDraft | None = None) -> bytes:
    """The form as a workbook, empty or with a plan in it."""
    said = io.BytesIO()
    book = xlsxwriter.Workbook(said, _OPTIONS)
    book.set_properties({"created": _NEVER})
    _Form(book, language, draft or PlanDraft({})).write()
    book.close()
    return said.getvalue()


class _Form:
    """A workbook that becomes the form."""

    def __init__(self, book: xlsxwriter.Workbook, language: str, draft: PlanDraft) -> None:
        self._book, self._language, self._draft = book, language, draft
        self._names = {sheet.code: _names(draft, sheet) for sheet in SHEETS if sheet.is_table}
        font = {"font_name": record(language).font, "font_size": 10, "valign": "top"}
        self._title = book.add_format({**font, "bold": True, "font_size": 16, "font_color": _BRAND})
        self._section = book.add_format({**font, "bold": True, "font_color": _BRAND, "bottom": 1})
        self._plain = book.add_format({**font, "text_wrap": True})
        self._quiet = book.add_format({**font, "text_wrap": True, "font_color": _QUIET})
        bold = {**font, "bold": True, "border": 1, "text_wrap": True}
        colours = {True: _NEEDED, False: _INPUT}
        self._head = {needed: book.add_format({**bold, "bg_color": one}) for needed, one in colours.items()}
        self._cell = book.add_format({**font, "border": 1, "bg_color": _INPUT, "text_wrap": True})
        self._column = book.add_format({**font})

    def write(self) -> None:
        """Every sheet; the first says how the form is filled in."""
        self._guide(self._book.add_worksheet(text("connect.form.sheet.guide", self._language)))
        pages = {sheet.code: self._book.add_worksheet(sheet.name(self._language)) for sheet in SHEETS}
        for sheet in SHEETS:
            page = pages[sheet.code]
            page.set_landscape()
            page.set_paper(_A4)
            page.fit_to_pages(1, 0)
            page.set_row(0, _TITLE)
            page.write_string(0, 0, sheet.name(self._language), self._title)
            page.write_string(1, 0, text(f"connect.form.about.{sheet.code}", self._language), self._column)
            (self._table if sheet.is_table else self._items)(page, sheet)

    def _guide(self, page: Worksheet) -> None:
        page.hide_gridlines(2)
        page.set_column(0, 0, _HELP + _CAPTION)
        page.write_string(0, 0, text("connect.form.title", self._language), self._title)
        for row, line in enumerate(text("connect.form.guide", self._language).split("\n"), 2):
            page.write_string(row, 0, line, self._plain)

    def _items(self, page: Worksheet, sheet: FormSheet) -> None:
        """One item below the other: what is asked, the answer, what it means, and what holds without it."""
        page.set_column(0, 0, _CAPTION)
        page.set_column(1, 1, _VALUE)
        page.set_column(2, 2, _HELP)
        page.set_column(3, 3, _COLUMN)
        page.freeze_panes(_HEAD + 1, 1)
        for column, code in enumerate(("asked", "answer", "meaning", "otherwise")):
            page.write_string(_HEAD, column, text(f"connect.form.{code}", self._language), self._section)
        row = _HEAD + 1
        for item in sheet.items:
            if item.begins:
                said = text(f"connect.form.section.{item.begins}", self._language)
                page.write_string(row + 1, 0, said, self._section)
                row += 2
            page.write_string(row, 0, sheet.caption(item, self._language), self._head[item.needed])
            self._fill(page, row, 1, item, _at(self._words, item.path), self._cell)
            page.write_string(row, 2, sheet.help(item, self._language), self._quiet)
            page.write_string(row, 3, self._default(item), self._quiet)
            page.set_row(row, _LINE * self._lines(sheet, item))
            self._validate(page, (row, 1, row, 1), sheet, item)
            row += 1

    def _lines(self, sheet: FormSheet, item: FormItem) -> int:
        """How many lines the longest text of a row takes."""
        said = _at(self._words, item.path)
        told = "" if said is None else str(self._told(item, said))
        shown = ((told, _VALUE), (sheet.help(item, self._language), _HELP), (self._default(item), _COLUMN))
        return max(math.ceil(_width(one) / room) for one, room in (*shown, ("1", 1)))

    @property
    def _words(self) -> Mapping[str, Any]:
        """What the plan file says; a calendar names its country, so that it is not lost."""
        words = self._draft.words
        if "calendar" not in words:
            return words
        return {**words, "calendar": {"country": Calendar.country, **words["calendar"]}}

    def _default(self, item: FormItem) -> str:
        found = default_word(item.path)
        told = "" if found is None else self._told(item, found)
        return typed(told) if isinstance(told, float) else str(told)

    def _table(self, page: Worksheet, sheet: FormSheet) -> None:
        """Headings, and below them what the plan has."""
        page.freeze_panes(_HEAD + 1, 1)
        for column, item in enumerate(sheet.items):
            page.set_column(column, column, _COLUMN, self._column)
            page.write_string(_HEAD, column, sheet.caption(item, self._language), self._head[item.needed])
            self._validate(page, (_HEAD + 1, column, _HEAD + sheet.rows, column), sheet, item)
        for row, said in enumerate(_rows(self._draft, sheet), _HEAD + 1):
            for column, item in enumerate(sheet.items):
                self._fill(page, row, column, item, _at(said, item.path), self._column)

    def _fill(
        self, page: Worksheet, row: int, column: int, item: FormItem, said: object, look: Format
    ) -> None:
        """An answer of the plan's, told as people read it."""
        told = self._told(item, said) if said is not None else ""
        if isinstance(told, int | float):
            page.write_number(row, column, told, look)
        elif told:
            page.write_string(row, column, told, look)
        else:
            page.write_blank(row, column, None, look)

    def _told(self, item: FormItem, said: object) -> str | float:
        """An answer as it stands in a cell."""
        if isinstance(said, list | tuple):
            return listed((self._told(item, one) for one in said), self._language) if said else NOBODY
        if item.choices:
            return item.word(said, self._language)
        if item.of:
            names = (self._names[of].get(str(said)) for of in item.of.split())
            return next(filter(None, names), str(said))
        return said if isinstance(said, int | float) else str(said)

    def _validate(
        self, page: Worksheet, area: tuple[int, int, int, int], sheet: FormSheet, item: FormItem
    ) -> None:
        """What may be typed, as far as a program can tell, and the help that stands beside a chosen cell."""
        rule = {**self._rule(item), "input_title": sheet.caption(item, self._language)[:_MOST_TITLE]}
        if said := sheet.help(item, self._language):
            rule["input_message"] = said[:_MOST_HELP]
        page.data_validation(*area, rule)

    def _rule(self, item: FormItem) -> dict[str, object]:
        """Numbers may be typed as texts, so what is no number is only warned of."""
        if item.choices and not item.many:
            words = [*item.words(self._language)]
            return {"validate": "list", "source": words, "error_type": "stop"}
        if item.of:
            return {"validate": "list", "source": self._area(item.of.split()[0]), "error_type": "information"}
        if item.kind in ("number", "whole") and not item.many:
            kind = "integer" if item.kind == "whole" else "decimal"
            return {"validate": kind, "criteria": ">=", "value": 0, "error_type": "warning"}
        return {"validate": "any"}

    def _area(self, code: str) -> str:
        """The cells in which another sheet names its rows."""
        sheet = next(one for one in SHEETS if one.code == code)
        at = [one.code for one in sheet.items].index(sheet.known_by)
        column, tab = xl_col_to_name(at, col_abs=True), sheet.name(self._language).replace("'", "''")
        return f"='{tab}'!{column}${_HEAD + 2}:{column}${_HEAD + 1 + sheet.rows}"


def _width(said: str) -> int:
    """How much room a text takes, in digits."""
    return sum(2 if ord(sign) > _LATIN else 1 for sign in said)


def _at(said: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What stands at the end of a path; None where it ends before."""
    for part in path:
        if not isinstance(said, Mapping) or part not in said:
            return None
        said = said[part]
    return said


def _rows(draft: PlanDraft, sheet: FormSheet) -> Iterator[_Row]:
    """What a plan has for a sheet, row by row."""
    words = draft.words
    if sheet is INDICATORS:
        for driver in words.get(DRIVERS.code, []):
            yield from ({**one, "driver": driver["code"]} for one in driver.get("indicators", ()))
    elif sheet in (HISTORY, READINGS):
        rows: Sequence[DraftRow] = draft.history if sheet is HISTORY else draft.readings
        yield from ({code: _number(said) for code, said in row.items() if said} for row in rows)
    elif sheet.code in INSIDE:
        yield from _at(words, INSIDE[sheet.code]) or []
    else:
        yield from words.get(sheet.code, [])


def _number(said: str) -> str | float:
    value = number_told(said)
    return value if math.isfinite(value) and not means_by_unit(said) else said


def _names(draft: PlanDraft, sheet: FormSheet) -> Mapping[str, str]:
    """Code -> name of a sheet's rows, as far as a name can only mean one."""
    rows = [row for row in _rows(draft, sheet) if {"code", "name"} <= row.keys()]
    found = [(str(row["code"]), str(row["name"])) for row in rows]
    said = Counter(composed(word).casefold() for pair in found for word in {*pair})
    return {code: name if said[composed(name).casefold()] == 1 else code for code, name in found}
