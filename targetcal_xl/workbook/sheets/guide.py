"""The guide: one printed page for each role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from ...figures import plain
from ...language import text
from ..captions import tab_names
from ..looks import INPUT, SUPERIOR_INPUT, WARNING_PALE, Looks
from ..places import Places
from ..shapes import Sheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

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
_NUMBER_WIDTH, _NAME_WIDTH, _TEXT_WIDTH = 5, 16, 73
_LINE_UNITS, _LINE_HEIGHT = 96, 17
"""Latin characters that fit a line of text, and the height of a line."""


_PAGE_HEIGHT, _AS_WIDE = 735.0, 0.85
"""Points that a printed page has room for, and the scale at which it has room for the columns."""
_ROW_HEIGHT = 15.0


def sheet() -> Sheet:
    """The guide, which has neither tables nor fields."""
    return Sheet("guide")


class GuideLine(NamedTuple):
    """One row of the guide: how it looks, and the texts in it by sheet column."""

    look: Literal["subtitle", "title", "intro", "section", "step", "note", "colour", "link", "gap"]
    texts: Mapping[int, str] = {}
    code: str = ""
    """The colour it explains, or the sheet it leads to."""


def guide_lines(places: Places) -> list[GuideLine]:
    """Each role's page: who it is for, what to do, what to know, and where things are."""
    return [line for role in ROLES for line in _role(role, places)]


def _role(role: str, places: Places) -> Iterator[GuideLine]:
    plan = places.inputs.plan
    step = plain(plan.metric.step, places.language)

    def say(key: str) -> str:
        return text(f"workbook.{key}", places.language, step=step)

    tabs = tab_names(plan, places.language)
    yield GuideLine("subtitle", {2: f"{plan.company} · {plan.period} · {plan.metric.name}"})
    yield GuideLine("title", {2: say(f"guide.{role}")})
    yield GuideLine("intro", {2: say(f"guide.{role}.intro")})
    yield GuideLine("section", {2: say("guide.steps")})
    for number, step in enumerate(say(f"guide.{role}.steps").splitlines(), 1):
        yield GuideLine("step", {2: str(number), 3: step})
    yield GuideLine("section", {2: say("guide.notes")})
    for note in say(f"guide.{role}.notes").splitlines():
        yield GuideLine("note", {2: "•", 3: note})
    yield GuideLine("section", {2: say("guide.colours")})
    for code in _COLOURS:
        yield GuideLine("colour", {3: say(f"guide.colour.{code}")}, code)
    yield GuideLine("section", {2: say("guide.sheets")})
    for code in _LINKED:
        yield GuideLine("link", {3: tabs[code], 4: say(f"about.{code}")}, code)
    yield GuideLine("gap")


def write_guide(page: Worksheet, looks: Looks, places: Places) -> None:
    """Write the guide's lines, each role's on a page of its own."""
    page.set_portrait()
    for column, width in enumerate((_NUMBER_WIDTH, _NAME_WIDTH, _TEXT_WIDTH), 1):
        page.set_column(column, column, width)
    lines, writer = guide_lines(places), _Writer(page, looks)
    for row, line in enumerate(lines, 1):
        writer.write(row, line)
    breaks = [row for row, line in enumerate(lines, 2) if line.look == "gap"]
    page.set_h_pagebreaks(breaks[:-1])
    highest = max(writer.height(*ends) for ends in zip([1, *breaks], breaks, strict=False))
    page.set_print_scale(int(100 * min(_AS_WIDE, _PAGE_HEIGHT / highest)))
    page.print_area(0, 1, len(lines), 3)


class _Writer:
    """Writes lines; XlsxWriter counts rows and columns from 0."""

    def __init__(self, page: Worksheet, looks: Looks) -> None:
        self._page, self._looks = page, looks
        self._heights: dict[int, float] = {}

    def height(self, first: int, end: int) -> float:
        """How high the rows from the first to before the end are together."""
        return sum(self._heights.get(row, _ROW_HEIGHT) for row in range(first, end))

    def write(self, row: int, line: GuideLine) -> None:
        """One line."""
        first, *more = line.texts.values() or ("",)
        match line.look:
            case "subtitle":
                self._text(row, 1, first, self._looks.subtitle, 18)
            case "title":
                self._text(row, 1, first, self._looks.title, 34)
            case "intro":
                self._paragraph(row, 1, first, 12)
            case "section":
                self._section(row, first)
            case "step":
                self._page.write_number(row, 1, int(first), self._looks.badge)
                self._paragraph(row, 2, more[0], 10)
            case "note":
                self._page.write_string(row, 1, first, self._looks.bullet)
                self._paragraph(row, 2, more[0], 6)
            case "colour":
                self._page.write_blank(row, 1, None, self._looks.swatch(_COLOURS[line.code]))
                self._text(row, 2, first, self._looks.note, _LINE_HEIGHT)
            case "link":
                at = "internal:'" + first.replace("'", "''") + "'!B2"
                self._page.write_url(row, 2, at, self._looks.link, first)
                self._text(row, 3, more[0], self._looks.note, _LINE_HEIGHT)

    def _section(self, row: int, said: str) -> None:
        for column in (1, 2, 3):
            self._page.write_blank(row, column, None, self._looks.heading)
        self._text(row, 1, said, self._looks.heading, 30)

    def _text(self, row: int, column: int, said: str, look: Format, height: float) -> None:
        self._set_height(row, height)
        self._page.write_string(row, column, said, look)

    def _paragraph(self, row: int, column: int, said: str, space: float) -> None:
        """Text over the rest of the width, in a row as high as it needs."""
        units = sum(1 + (ord(sign) > 0x2E7F) for sign in said)
        self._set_height(row, _LINE_HEIGHT * -(-units // _LINE_UNITS) + space)
        self._page.merge_range(row, column, row, 3, said, self._looks.prose)

    def _set_height(self, row: int, height: float) -> None:
        self._heights[row] = height
        self._page.set_row(row, height)
