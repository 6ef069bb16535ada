"""A region's tab: cards, lines, support items, where its suggestions come from, and attached files."""

from __future__ import annotations

from collections.abc import Iterator

from ...calibration.baseline import PARTS
from ...calibration.plan import Plan
from ...calibration.states import OPEN_STAGES
from ...calibration.vocabulary import JUSTIFICATION, DecisionKind, Stage, Status, SupportKind
from ...ooxml import column_letters
from ..captions import caption
from ..charts import FIGURE_COLOURS, Drawer
from ..colours import Painter
from ..facts import Facts
from ..looks import GOOD, PAPER, WARNING, WARNING_PALE
from ..part import SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table, region_sheet
from .baseline import Way
from .columns import NAME, new_page, numbered, stacked, volume_column
from .odds import Odds
from .region_cards import Cards
from .region_files import files_columns, files_table
from .region_steps import Steps, draw_steps

CHARTS = 19
"""How many rows below its tables the pictures of a region's tab end."""
SUPPORTS = 10
"""Support items that a region's tab has room for, when it has no more lines than that."""


def sheet(plan: Plan, region: str) -> Sheet:
    """One region's tab: its cards, lines, support items, where its suggestions come from, attached files."""
    lines = tuple(line.code for line in plan.lines_of(region))
    supports = numbered("S", max(SUPPORTS, len(lines)))
    tables = stacked(
        8,
        Table("lines", (*_LINE_COLUMNS, *volume_column(plan)), lines, region=region, height=60),
        new_page(Table("supports", _support_columns(lines), supports, region=region)),
        new_page(Table("why", _why_columns(plan), lines, region=region, prefix="why.", height=64)),
        Table("steps", _STEP_COLUMNS, _steps(plan), region=region, prefix="step.", hidden=True),
    )
    tables += stacked(tables[-1].bottom + CHARTS + 3, new_page(files_table(plan, region)))
    return Sheet(region_sheet(region), _REGION_FIELDS, tables, region, colour="own")


_REGION_FIELDS = (
    Field("advice", Owner.FORMULA, "long", (4, 2), span=11),
    Field("status", Owner.MANAGER, "choice", (6, 2), tuple(Status)),
    Field("submitter", Owner.MANAGER, "text", (6, 3), span=2),
    Field("submitted_on", Owner.MANAGER, "date", (6, 5)),
    Field("state", Owner.TOOL, "choice", (6, 6), tuple(Stage), span=2),
    Field("round", Owner.TOOL, "count", (6, 8)),
    Field("checks", Owner.FORMULA, "count", (6, 9)),
    Field("allotment", Owner.FORMULA, "number", (6, 10)),
    Field("suggested", Owner.FORMULA, "number", (6, 11)),
    Field("declared", Owner.FORMULA, "number", (6, 12)),
    Field("gap_pct", Owner.FORMULA, "percent", (6, 13)),
    Field("agreed", Owner.FORMULA, "number", (6, 14), span=2),
)


_LINE_COLUMNS = (
    # What a region works with, as wide together as a small screen.
    Column("name", Owner.LABEL, width=13),
    Column("suggested", Owner.TOOL, "number", 11),
    Column("declared", Owner.MANAGER, "number", 9),
    Column("answered", Owner.FORMULA, "long", 16),
    Column("agree", Owner.MANAGER, "choice", 7, ("yes",)),
    Column("deviation", Owner.FORMULA, "percent", 8),
    Column("flag", Owner.FORMULA, "choice", 8),
    Column("missing", Owner.FORMULA, "long", 15),
    Column("basis", Owner.MANAGER, "long", 24),
    Column("support", Owner.MANAGER, "long", 24),
    Column("risk", Owner.MANAGER, "long", 24),
    # What the superior answers, then what is seldom needed.
    Column("decision", Owner.SUPERIOR, "choice", 11, tuple(DecisionKind)),
    Column("counter", Owner.SUPERIOR, "number", 10),
    Column("decision_reason", Owner.SUPERIOR, "long", 28),
    Column("agreed", Owner.TOOL, "number", 10),
    Column("round", Owner.TOOL, "count", 7),
    Column("objection", Owner.TOOL, "text", 11),
    Column("last_year", Owner.TOOL, "number", 10),
    Column("low", Owner.TOOL, "number", 9),
    Column("high", Owner.TOOL, "number", 9),
    Column("allotment", Owner.TOOL, "number", 10),
    Column("declared_counted", Owner.FORMULA, "number", 10),
    Column("odds_declared", Owner.FORMULA, "percent", 10),
    Column("comment", Owner.MANAGER, "long", 20),
    Column("attachment", Owner.MANAGER, "link", 16),
    # What both sides write to each other.
    Column("thread", Owner.TOOL, "long", 40),
    Column("region_says", Owner.MANAGER, "message", 24),
    Column("superior_says", Owner.SUPERIOR, "message", 24),
)


def _support_columns(lines: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        Column("line", Owner.MANAGER, "line", choices=lines),
        Column("kind", Owner.MANAGER, "choice", choices=tuple(SupportKind)),
        Column("what", Owner.MANAGER, "long", span=3),
        Column("quantity", Owner.MANAGER, "decimal", span=2),
        Column("unit", Owner.MANAGER),
        Column("due", Owner.MANAGER, "date"),
        Column("granted", Owner.SUPERIOR, "choice", choices=("yes", "no")),
        Column("owner", Owner.SUPERIOR),
    )


def _why_columns(plan: Plan) -> tuple[Column, ...]:
    """Last year's value, what each part adds, and the sum: the baseline sheet's row, and in words."""
    numbers = (
        Column("last_year", Owner.FORMULA, "number"),
        *(Column(f"part.{part}", Owner.FORMULA, "amount") for part in _parts(plan)),
        Column("sum", Owner.FORMULA, "amount"),
    )
    reach = max(2, 10 - len(numbers))  # to the end of the reasons above, or further
    return (NAME, *numbers, Column("why", Owner.TOOL, "long", span=reach), *volume_column(plan))


def _parts(plan: Plan) -> tuple[str, ...]:
    return (*PARTS, *(driver.code for driver in plan.drivers))


_STEP_COLUMNS = (
    NAME,
    *(Column(code, Owner.FORMULA, "amount") for code in ("contribution", "whole", "foot", "rise", "fall")),
)


def _steps(plan: Plan) -> tuple[str, ...]:
    """Rows of a region's way from last year's figure to its suggestion."""
    return ("last_year", *(f"part.{part}" for part in _parts(plan)), "rounding", "suggested")


def parts(facts: Facts, cards: Cards, way: Way, odds: Odds) -> Iterator[SheetPart]:
    """What stands on the tab."""
    region = cards.region
    code, lines = region_sheet(region), cards.lines
    explained = {"why": lambda: way.of_region(region), "steps": Steps(facts, way, region).columns}
    yield SheetPart(code, {"lines": lines.columns}, region=region)
    yield SheetPart(code, explained, region=region, explains=True)
    yield SheetPart(code, {}, cards.fields, region)
    yield SheetPart(code, {"lines": lambda: odds.of_region(region)}, region=region)
    written = {"lines": lambda: lines.threads, "files": lambda: files_columns(facts, region)}
    yield SheetPart(code, written, region=region)


def draw(drawer: Drawer) -> None:
    """Each line's figures side by side, and the way to its suggestion."""
    top = drawer.sheet.table("steps").bottom + 2
    drawer.columns("lines", FIGURE_COLOURS, (top, 2), (560, 330))
    draw_steps(drawer, (top, 9), (495, 330))


def colour(painter: Painter) -> None:
    """Grey once it is locked, orange where something is missing, red for an objection."""
    lines, supports = painter.sheet.table("lines"), painter.sheet.table("supports")
    state = painter.places.fields[painter.sheet.region, "state"][1]
    where = f"${column_letters(state[1])}${state[0]}"
    open_ones = (f'{where}="{caption(stage, painter.places.language)}"' for stage in OPEN_STAGES)
    is_open = f"OR({','.join(open_ones)})"
    is_closed = f"NOT({is_open})"
    said = painter.say("flag.typed_over")
    is_typed_over = f'{painter.first(lines, "flag")}="{said}"'
    red = painter.looks.changed(bg_color=WARNING_PALE, font_color=WARNING, bold=True)
    painter.when(lines, "declared", is_typed_over, red, stop=True)
    locked = painter.looks.changed(bg_color=PAPER, font_color="#4B5563")
    for table in (lines, supports):
        for column in table.columns:
            if column.kind == "message":
                continue
            if column.owner is Owner.MANAGER:
                painter.when(table, column.code, is_closed, locked, stop=True)
            if column.owner is Owner.SUPERIOR:
                painter.when(table, column.code, is_open, locked, stop=True)
    is_agreed = f"ISNUMBER({painter.first(lines, 'agreed')})"
    for column in lines.columns:
        if column.owner is Owner.MANAGER and column.kind != "message":
            painter.when(lines, column.code, is_agreed, locked, stop=True)
    _colour_what_is_missing(painter, lines)
    advice = painter.places.fields[painter.sheet.region, "advice"][1]
    done = painter.looks.changed(font_color=GOOD)
    painter.at(advice, {"type": "formula", "criteria": f"={is_closed}"}, done)


def _colour_what_is_missing(painter: Painter, lines: Table) -> None:
    missing, listed = painter.looks.changed(bg_color=WARNING_PALE), painter.first(lines, "missing")
    for code in ("declared", *JUSTIFICATION):
        lacks = f'ISNUMBER(FIND("{painter.say(f"column.{code}")}",{listed}))'
        painter.when(lines, code, lacks, missing)
    painter.flags(lines)
    painter.when(lines, "missing", f"LEN({listed})>0", painter.looks.changed(font_color=WARNING))
