"""Writing a new workbook: the layout's cells, filled with the content, in our looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .. import formats
from ..calibration import Key, Standing, Value
from ..ooxml import BLANK, Cell, Scalar, Spot, column_letters
from .captions import heading, line_captions, shown
from .charts import Drawer
from .colours import Painter
from .content import Content, content
from .facts import quoted
from .finance import entered
from .help import help_people
from .labels import hint, label, section, titles
from .layout import default_places
from .looks import BRAND, FAINT, GOOD, INPUT, Looks
from .macros import Macros, add_ribbon, equip
from .mark import HOME, MARKED, mark_text
from .places import SHEET_MARK, TABLE_MARK, Places
from .printing import break_pages, region_areas, set_paper
from .shapes import ROW_HEIGHT, Column, Field, Kind, Sheet, TabColour, Table, name_of
from .sheets import backtest, dashboard, evaluation, history, progress, region
from .sheets.guide import write_guide
from .widths import Widths, lines_of, on_screen

_MEASURE = {"font_name": "Arial", "font_size": 10}
"""The font by whose digits programs measure columns: one that every system has, or has the like of."""
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_COURTESY = {"format_columns": True, "format_rows": True, "autofilter": True}
_TAB_COLOURS: dict[TabColour, str] = {"brand": BRAND, "input": INPUT, "own": GOOD, "plain": FAINT}
_CAPTION_HEIGHT, _CARD_HEIGHT, _TITLE_HEIGHT, _SECTION_HEIGHT = 32, 26, 32, 30
_SUBTITLE_HEIGHT, _ADVICE_HEIGHT, _FOUR_LINES, _PARAGRAPH = 20, 32, 64, 112
_LINE, _LISTED = 15, 2
"""A line of text; as many more for the lines that a headline comes to list while people type."""
_LAST_ROW = 1_048_575
_COLOURED = {"dashboard": dashboard.colour, "history": history.colour}
_DRAWN = {
    "dashboard": dashboard.draw,
    "progress": progress.draw,
    "evaluation": evaluation.draw,
    "backtest": backtest.draw,
}
"""Sheets with pictures, beside the regions' tabs."""


def write_book(
    path: Path,
    standing: Standing,
    language: str,
    *,
    created: dt.datetime,
    macros: Macros | None = None,
    form: formats.Format = formats.BOOK,
) -> None:
    """Write the workbook of a standing, with finance's cells filled in and everybody else's empty.

    With macros it is one for `.xlsm`; it is marked as of a format. Equal arguments give equal bytes. Every
    formula carries the value that it computes.
    """
    places, typed = default_places(standing.inputs, language), entered(standing.inputs)
    _write(path, places, content(standing, typed, places), typed, created, macros, form)
    if macros:
        add_ribbon(path, macros.ribbon)


def write_pack(
    to: BinaryIO, places: Places, cells: Content, typed: Mapping[Key, Value], mark: str, created: dt.datetime
) -> None:
    """Write the workbook that goes out to a region: its one sheet, what people have typed there, and a mark.

    Equal arguments give equal bytes.
    """
    _write(to, places, cells, typed, created, mark=mark)


def _write(
    to: Path | BinaryIO,
    places: Places,
    cells: Content,
    typed: Mapping[Key, Value],
    created: dt.datetime,
    macros: Macros | None = None,
    form: formats.Format = formats.BOOK,
    mark: str = "",
) -> None:
    inputs = places.inputs
    book = xlsxwriter.Workbook(to, {**_OPTIONS, "default_format_properties": dict(_MEASURE)})
    book.set_properties({"title": inputs.plan.code, "created": created.replace(tzinfo=None)})
    looks = Looks(book, inputs, places.language)
    widths = Widths(places, cells, typed)
    pages = {code: book.add_worksheet(places.tabs[code], _Worksheet) for code in places.sheets}
    for code, sheet in places.sheets.items():
        _Page(pages[code], sheet, places, looks, mark_text(form)).write(
            cells.get(code, {}), typed, widths.of(code)
        )
    for sheet_code, owner, code, spot in _named(places):
        tab = quoted(places.tabs[sheet_code])
        book.define_name(name_of(code, owner), f"={tab}${column_letters(spot[1])}${spot[0]}")
    for sheet in places.sheets.values():
        if sheet.region:
            # XlsxWriter has no method for two areas of one sheet.
            pages[sheet.code].print_area_range = region_areas(sheet, quoted(places.tabs[sheet.code]))
        if draw := region.draw if sheet.region else _DRAWN.get(sheet.code):
            draw(Drawer(book, sheet, places, looks, cells.get(sheet.code, {})))
    if mark:
        (only,) = pages.values()
        only.write_string(HOME[0] - 1, HOME[1] - 1, mark, looks.plain)
    else:
        pages["dashboard"].activate()
    if macros:
        equip(book, pages, macros)
    book.close()


def _named(places: Places) -> list[tuple[str, str | None, str, Spot]]:
    return [(sheet, region, code, spot) for (region, code), (sheet, spot) in places.fields.items()]


def _as_it_is(_sheet: Worksheet, formula: str, _expand: bool = False) -> str:
    """A formula without the search of XlsxWriter's for functions newer than Excel 2007.

    Ours have none, it looks into texts and tab names too, and it takes half of the time to write a
    large workbook.
    """
    return formula.removeprefix("=")


_Worksheet = type("_Worksheet", (Worksheet,), {"_prepare_formula": _as_it_is})


class _Page:
    """One sheet being written; XlsxWriter counts rows and columns from 0, we from 1."""

    def __init__(self, page: Worksheet, sheet: Sheet, places: Places, looks: Looks, mark: str) -> None:
        self._page, self._sheet, self._places, self._looks = page, sheet, places, looks
        self._mark = mark
        self._lines = line_captions(places.inputs.plan, (line.code for line in places.inputs.plan.lines))

    def write(
        self, cells: Mapping[Spot, Cell], typed: Mapping[Key, Value], needed: Mapping[int, float]
    ) -> None:
        """Everything on the sheet, in columns that have room for their numbers."""
        self._set_up()
        self._rooms = self._widths(needed)
        if self._sheet.code == "guide":
            write_guide(self._page, self._looks, self._places)
            return
        self._title()
        for field in self._sheet.fields:
            self._field(field, cells, typed)
        for table in self._sheet.tables:
            self._table(table, cells, typed)
        for at, width in self._rooms.items():
            self._page.set_column(at - 1, at - 1, width)
        self._rooms |= {
            table.spots[column.code]: column.width
            for table in self._sheet.tables
            if table.growing and not table.rows
            for column in table.columns
        }
        self._freeze_and_filter()
        break_pages(self._page, self._sheet, self._rooms)
        help_people(self._page, self._sheet, self._places)
        if colour := region.colour if self._sheet.region else _COLOURED.get(self._sheet.code):
            colour(Painter(self._page, self._sheet, self._places, self._looks))

    def _set_up(self) -> None:
        """The hidden mark, the courtesy protection, and the page."""
        page = self._page
        page.hide_gridlines(2)
        page.write_string(0, 0, SHEET_MARK + self._sheet.code, self._looks.plain)
        if self._sheet.code == MARKED:
            page.write_string(HOME[0] - 1, HOME[1] - 1, self._mark, self._looks.plain)
        page.set_row(0, None, None, {"hidden": True})
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_selection(1, 1, 1, 1)  # not A1, which nobody sees
        page.protect("", _COURTESY)
        page.set_tab_color(_TAB_COLOURS[self._sheet.colour])
        set_paper(page, self._places.inputs.plan)

    def _title(self) -> None:
        title, subtitle = titles(self._sheet, self._places)
        self._page.set_row(1, _TITLE_HEIGHT)
        self._page.set_row(2, _SUBTITLE_HEIGHT)
        self._page.write_string(1, 1, title, self._looks.title)
        self._page.write_string(2, 1, subtitle, self._looks.subtitle)

    def _field(self, field: Field, cells: Mapping[Spot, Cell], typed: Mapping[Key, Value]) -> None:
        row, column = field.spot
        value = typed.get((self._sheet.region, None, field.code))
        cell = Cell(self._shown(value, field.kind)) if field.owner.is_person else cells.get(field.spot, BLANK)
        if field.code == "advice":
            lines = self._lines_of(str(cell.value), column, field.span)
            self._page.set_row(row - 1, _ADVICE_HEIGHT if lines == 1 else _LINE * (lines + _LISTED))
            self._spread(field.spot, field.span, cell, self._looks.advice)
            return
        form = self._looks.cell(field.kind, field.owner, "card" if field.card else "list")
        self._spread(field.spot, field.span, cell, form)
        words = Cell(label(field, self._places.language))
        if field.card:
            self._page.set_row(row - 2, self._label_height(row))
            self._page.set_row(row - 1, _PARAGRAPH if field.kind == "long" else _CARD_HEIGHT)
            self._spread((row - 1, column), field.span, words, self._looks.label)
            return
        lines = self._lines_of(str(cell.value), column, field.span) if field.kind == "long" else 1
        self._page.set_row(row - 1, max(ROW_HEIGHT, _LINE * lines))
        self._put((row, column - 1), words, self._looks.setting)
        if beside := hint(field, self._places):
            self._put((row, column + field.span), Cell(beside), self._looks.hint)

    def _table(self, table: Table, cells: Mapping[Spot, Cell], typed: Mapping[Key, Value]) -> None:
        spots, top = table.spots, table.top
        self._put((top - 1, 2), Cell(section(self._sheet, table, self._places.language)), self._looks.section)
        self._page.set_row(top - 2, _SECTION_HEIGHT)
        self._page.set_row(top - 1, None, None, {"hidden": True})
        plan, language = self._places.inputs.plan, self._places.language
        captions = {column.code: heading(table, column, plan, language) for column in table.columns}
        self._page.set_row(top, self._caption_height(table, captions))
        self._put((top, 1), Cell(TABLE_MARK + table.code), self._looks.plain)
        for column in table.columns:
            at, words = spots[column.code], Cell(captions[column.code])
            self._put((top, at), Cell(column.code), self._looks.plain)
            self._spread((top + 1, at), column.span, words, self._looks.caption(column.owner))
        forms = [
            (column, spots[column.code], self._looks.cell(column.kind, column.owner))
            for column in table.columns
        ]
        for at, row in enumerate(table.rows, top + 2):
            self._page.write_string(at - 1, 0, row, self._looks.plain)
            self._page.set_row(at - 1, table.height)
            self._row(table, row, at, forms, cells, typed)
        if table.growing and not table.rows:
            self._grown(table, forms)
        for unseen in range(top - 2, table.bottom) if table.hidden else ():
            self._page.set_row(unseen, None, None, {"hidden": True})

    def _row(
        self,
        table: Table,
        row: str,
        at: int,
        forms: list[tuple[Column, int, Format]],
        cells: Mapping[Spot, Cell],
        typed: Mapping[Key, Value],
    ) -> None:
        for column, across, form in forms:
            if column.owner.is_person:
                value = typed.get(table.key(row, column.code))
                cell = BLANK if value is None else Cell(self._shown(value, column.kind))
            else:
                cell = cells.get((at, across), BLANK)
            self._spread((at, across), column.span, cell, form)

    def _grown(self, table: Table, forms: list[tuple[Column, int, Format]]) -> None:
        """Formats for rows that are still to come; each is ruled off when it comes."""
        for column, across, _ in forms:
            form = self._looks.row_to_come(column.kind, column.code == "hash")
            self._page.set_column(across - 1, across - 1, column.width, form)
        if any(column.kind == "link" for column in table.columns):
            self._page.set_default_row(_FOUR_LINES)
        ruled = {"type": "formula", "criteria": f"=LEN($A{table.top + 2})>0", "format": self._looks.ruled}
        first, last = forms[0][1] - 1, forms[-1][1] - 1
        self._page.conditional_format(table.top + 1, first, _LAST_ROW, last, ruled)

    def _shown(self, value: Value, kind: Kind) -> Scalar:
        """A person's value as its cell holds it; lines are shown by name."""
        if kind == "line" and value is not None:
            return self._lines[str(value)]
        return shown(value, kind, self._places.language)

    def _spread(self, spot: Spot, span: int, cell: Cell, form: Format) -> None:
        """Write over merged columns, or just one."""
        if span > 1:
            row, column = spot
            self._page.merge_range(row - 1, column - 1, row - 1, column + span - 2, "", form)
        self._put(spot, cell, form)

    def _put(self, spot: Spot, cell: Cell, form: Format) -> None:
        row, column, value = spot[0] - 1, spot[1] - 1, cell.value
        if cell.array is not None and cell.array[0] == spot:
            last = cell.array[1]
            self._page.write_array_formula(
                row, column, last[0] - 1, last[1] - 1, f"{{={cell.formula}}}", form, value
            )
        elif cell.formula is not None and cell.array is None:
            self._page.write_formula(row, column, "=" + cell.formula, form, "" if value is None else value)
        elif value is None:
            self._page.write_blank(row, column, None, form)
        elif isinstance(value, str):
            self._page.write_string(row, column, value, form)
        elif isinstance(value, bool):
            self._page.write_boolean(row, column, value, form)
        else:
            self._page.write_number(row, column, value, form)

    def _filter(self, table: Table) -> None:
        last = _LAST_ROW if table.growing else table.bottom - 1
        columns = table.spots.values()
        self._page.autofilter(table.top, min(columns) - 1, last, max(columns) - 1)

    def _widths(self, needed: Mapping[int, float]) -> dict[int, float]:
        """Columns as wide as the widest that stands in them; side labels have a column of their own."""
        widths = dict(needed)
        for table in self._sheet.tables:
            if not (table.growing and not table.rows):
                for column in table.columns:
                    each = column.width if column.span == 1 else 0
                    at = table.spots[column.code]
                    widths[at] = max(widths.get(at, 8), 8, each)
        return on_screen(widths, needed, self._sheet.table("lines")) if self._sheet.region else widths

    def _caption_height(self, table: Table, captions: Mapping[str, str]) -> float:
        """What the caption with the most lines needs."""
        spots = table.spots
        lines = (self._lines_of(captions[one.code], spots[one.code], one.span) for one in table.columns)
        return max(_CAPTION_HEIGHT, _LINE * max(lines))

    def _label_height(self, row: int) -> float:
        """What the label with the most lines needs, of the cards in this row."""
        cards = (field for field in self._sheet.fields if field.card and field.spot[0] == row)
        words = ((label(card, self._places.language), card) for card in cards)
        lines = (self._lines_of(said, card.spot[1], card.span) for said, card in words)
        return max(_CAPTION_HEIGHT, _LINE * max(lines))

    def _lines_of(self, words: str, first: int, span: int) -> int:
        return lines_of(words, sum(self._rooms.get(at, 8) for at in range(first, first + span)))

    def _freeze_and_filter(self) -> None:
        tables = self._sheet.tables
        if tables and len(tables[0].columns) > 2 and tables[0].top < 15:
            self._freeze(tables[0])
        if self._sheet.filtered is not None:
            self._filter(self._sheet.table(self._sheet.filtered))

    def _freeze(self, table: Table) -> None:
        """Keep captions and names in sight, and begin where somebody writes or reads."""
        row, column = table.top + 1, 3 if table.columns[0].code == "region" else 2
        self._page.freeze_panes(row, column)
        written = (table.spots[one.code] - 1 for one in table.columns if one.owner.is_person and table.rows)
        first = next(written, column)
        self._page.set_selection(row, first, row, first)
