"""The guide: one printed page for each role."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from ..language import text
from .looks import INPUT, SUPERIOR_INPUT, WARNING_PALE, Looks
from .places import Places

ROLES = ("manager", "superior", "finance", "hr")
_COLOURS = {"input": INPUT, "superior": SUPERIOR_INPUT, "tool": "#FFFFFF", "missing": WARNING_PALE}
_LINKED = (
    "dashboard",
    "settings",
    "history",
    "drivers",
    "baseline",
    "progress",
    "evaluation",
    "backtest",
    "letters",
    "audit",
)
_NUMBER_WIDTH, _NAME_WIDTH, _TEXT_WIDTH = 5, 18, 78
_LINE_UNITS, _LINE_HEIGHT = 104, 18
"""Latin characters that fit a line of text, and the height of a line."""


def write_guide(page: Worksheet, looks: Looks, places: Places) -> None:
    """Each role's page: who it is for, what to do, what to know, and where things are."""
    page.set_portrait()
    for column, width in enumerate((_NUMBER_WIDTH, _NAME_WIDTH, _TEXT_WIDTH), 1):
        page.set_column(column, column, width)
    writer = _Writer(page, looks, places)
    breaks = [writer.role(role) for role in ROLES]
    page.set_h_pagebreaks(breaks[:-1])
    page.print_area(0, 1, writer.row - 1, 3)


class _Writer:
    """Writes downwards; XlsxWriter counts rows and columns from 0."""

    def __init__(self, page: Worksheet, looks: Looks, places: Places) -> None:
        self.row = 1
        self._page, self._looks, self._places = page, looks, places

    def role(self, role: str) -> int:
        """One role's page; the first row after it."""
        plan = self._places.inputs.plan
        self._line(f"{plan.company} · {plan.period} · {plan.metric.name}", 18)
        self._page.set_row(self.row, 34)
        self._page.write_string(self.row, 1, self._say(f"workbook.guide.{role}"), self._looks.title)
        self.row += 1
        self._paragraph(1, self._say(f"workbook.guide.{role}.intro"), 12)
        self._section("workbook.guide.steps")
        for number, step in enumerate(self._say(f"workbook.guide.{role}.steps").splitlines(), 1):
            self._page.write_number(self.row, 1, number, self._looks.badge)
            self._paragraph(2, step, 10)
        self._section("workbook.guide.notes")
        for note in self._say(f"workbook.guide.{role}.notes").splitlines():
            self._page.write_string(self.row, 1, "•", self._looks.bullet)
            self._paragraph(2, note, 6)
        self._colours()
        self._links()
        self.row += 1
        return self.row

    def _colours(self) -> None:
        self._section("workbook.guide.colours")
        for code, colour in _COLOURS.items():
            self._page.write_blank(self.row, 1, None, self._looks.swatch(colour))
            self._line(self._say(f"workbook.guide.colour.{code}"), _LINE_HEIGHT, 2)

    def _links(self) -> None:
        self._section("workbook.guide.sheets")
        for code in _LINKED:
            tab = self._places.tabs[code]
            at = "internal:'" + tab.replace("'", "''") + "'!B2"
            self._page.write_url(self.row, 2, at, self._looks.link, tab)
            self._line(self._say(f"workbook.about.{code}"), _LINE_HEIGHT, 3)

    def _section(self, key: str) -> None:
        self._page.set_row(self.row, 30)
        for column in (1, 2, 3):
            self._page.write_blank(self.row, column, None, self._looks.heading)
        self._page.write_string(self.row, 1, self._say(key), self._looks.heading)
        self.row += 1

    def _line(self, said: str, height: float, column: int = 1) -> None:
        self._page.set_row(self.row, height)
        self._page.write_string(
            self.row, column, said, self._looks.subtitle if column == 1 else self._looks.note
        )
        self.row += 1

    def _paragraph(self, column: int, said: str, space: float) -> None:
        """Text over the rest of the width, in a row as high as it needs."""
        units = sum(1 + (ord(sign) > 0x2E7F) for sign in said)
        self._page.set_row(self.row, _LINE_HEIGHT * -(-units // _LINE_UNITS) + space)
        self._page.merge_range(self.row, column, self.row, 3, said, self._looks.prose)
        self.row += 1

    def _say(self, key: str) -> str:
        return text(key, self._places.language)
