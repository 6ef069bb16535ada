"""How sheets fall on paper: A4, small enough to fit and large enough to read, in whatever program prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsxwriter.worksheet import Worksheet

from ..calibration import JUSTIFICATION, Plan
from ..ooxml import column_letters
from .shapes import Sheet, Table

_A4 = 9
_MARGINS = (0.4, 0.4, 0.6, 0.6)
_ONE_PAGE = 1500
"""Pixels of columns that are still read when a program shrinks them to one page: six and a half points."""
_SCALE, _WIDE = 70, 1215
"""Percent of our ten points where columns take several pages, and the pixels that fit across one of those:
even on a system without our fonts, which measures columns by wider digits (8.5 pixels instead of 7)."""
_BESIDE_CHARTS = 5
"""As many lines are explained on one page with the pictures below."""


def set_paper(page: Worksheet, plan: Plan) -> None:
    """A4 across, as wide as one page, with a footer that says where a page belongs."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(*_MARGINS)
    company = plan.company.replace("&", "&&")
    # A figure would be taken for one of the size.
    parted = " " if company[:1].isdigit() else ""
    page.set_footer(f"&L&10{parted}{company} · {plan.period}&C&10&A&R&10&P / &N")


def break_pages(page: Worksheet, sheet: Sheet, rooms: Mapping[int, float]) -> None:
    """Print what is shown, in columns of these widths in characters, on the pages that it needs."""
    shown = [table for table in sheet.tables if not table.hidden]
    if len(sheet.tables) == 1:
        page.repeat_rows(sheet.tables[0].top)
    page.set_h_pagebreaks([*_begins(sheet, shown)])
    if shown:
        pixels = {at: round(7 * rooms.get(at, 8.43)) + 5 for at in range(2, _right(shown) + 1)}
        together = sum(each for at, each in pixels.items() if at <= _together(sheet))
        if sum(pixels.values()) > max(_ONE_PAGE, together):
            _across(page, shown, pixels, max(_WIDE, together))
    if not sheet.region and not any(table.growing and not table.rows for table in sheet.tables):
        down, right = sheet.reach
        bottom = max(down, *(table.bottom for table in shown))
        page.print_area(0, 1, bottom - 1, max(_right(sheet.tables), right) - 1)


def region_areas(sheet: Sheet, tab: str) -> str:
    """What is printed of a region's tab: what its manager works with and files, then the rest of lines."""
    lines, bottom = sheet.table("lines"), sheet.table("files").bottom
    last, end = _together(sheet), max(lines.spots.values())
    reasons, next_to, right = map(column_letters, (last, last + 1, end))
    return f"{tab}$B$2:${reasons}${bottom},{tab}${next_to}$2:${right}${lines.bottom}"


def _begins(sheet: Sheet, shown: list[Table]) -> Iterator[int]:
    """The rows that stand above a new page: of tables with their titles, and of pictures beside much text."""
    yield from (table.top - 3 for table in shown if table.on_new_page)
    if sheet.region and len(shown[0].rows) > _BESIDE_CHARTS:
        yield sheet.table("steps").bottom + 1


def _right(tables: Iterable[Table]) -> int:
    return max((max(table.spots.values()) + table.columns[-1].span - 1 for table in tables), default=8)


def _together(sheet: Sheet) -> int:
    """The last column of those that stand on one page: what a manager works with, and pictures."""
    if sheet.region:
        return sheet.table("lines").spots[JUSTIFICATION[-1]]
    return _right(sheet.tables) if sheet.together else 0


def _across(page: Worksheet, tables: list[Table], pixels: Mapping[int, int], wide: int) -> None:
    """Pages side by side, so wide, where one would be too small to read, each with what the rows are of."""
    page.set_print_scale(_SCALE * _WIDE // wide)
    named = 3 if tables[0].columns[0].code == "region" else 2
    page.repeat_columns(1, named - 1)
    repeated = sum(pixels[at] for at in range(2, named + 1))
    breaks, across = [], 0
    for at, each in pixels.items():
        if across + each > wide:
            breaks.append(at - 1)
            across = repeated
        across += each
    page.set_v_pagebreaks(breaks)
