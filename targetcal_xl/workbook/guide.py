"""The guide: one printed page for each role."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from targetcal_xl.language import text

from .looks import Looks
from .places import Places

ROLES = ("manager", "superior", "finance", "hr")
_WIDTH, _LINE_CHARACTERS, _LINE_HEIGHT = 110, 58, 17


def write_guide(page: Worksheet, looks: Looks, places: Places) -> None:
    """Each role's page: a title, and numbered steps."""
    page.set_column(1, 1, 5)
    page.set_column(2, 2, _WIDTH)
    row, breaks = 1, []
    for role in ROLES:
        row = _write_role(page, looks, places.language, role, row)
        breaks.append(row)
    page.set_h_pagebreaks(breaks[:-1])
    page.print_area(0, 1, row - 1, 2)


def _write_role(page: Worksheet, looks: Looks, language: str, role: str, row: int) -> int:
    """Write one role's page from a row on; return the first row after it."""
    page.set_row(row, 30)
    page.write_string(row, 1, text(f"workbook.guide.{role}", language), looks.title)
    row += 1
    steps = text(f"workbook.guide.{role}.steps", language).splitlines()
    for number, step in enumerate(steps, 1):
        lines = -(-sum(1 + (ord(sign) > 255) for sign in step) // (2 * _LINE_CHARACTERS))
        page.set_row(row, _LINE_HEIGHT * lines + 6)
        page.write_string(row, 1, f"{number}.", looks.prose)
        page.write_string(row, 2, step, looks.prose)
        row += 1
    return row + 1
