"""The dashboard: the whole plan at a glance, in live formulas over all regions' tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from operator import methodcaller

import numpy as np

from ...calibration.plan import Plan
from ...calibration.vocabulary import Light
from ...calibration.waiting import LATE_DAYS, SLOW_DAYS
from ...ooxml import Cell, Spot
from ..captions import shown
from ..charts import MOST_GROUPS, Drawer
from ..colours import Painter
from ..facts import TOTALS, Facts, column_of, optional
from ..formulas import (
    FALSE,
    NOTHING,
    Expression,
    Values,
    cell_at,
    counted,
    how_many,
    if_,
    is_number,
    listed,
    number_or_0,
    or_,
    rows,
    sum_,
)
from ..looks import LIGHT_COLOURS, SERIES
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Kind, Owner, Sheet, Table, region_sheet
from .columns import NAME, REGION, limits_table, new_page, of_lines, of_regions, stacked, volume_column
from .dashboard_lights import Lights
from .limits import Reached
from .odds import Odds
from .progress import draw_path
from .region_cards import Cards
from .region_lines import Declarations

_RUNNING_COLUMNS = (
    REGION,
    NAME,
    *(Column(code, Owner.FORMULA, "number", 10) for code in ("target", "actual")),
    Column("pace", Owner.FORMULA, "percent", 10),
    Column("light", Owner.FORMULA, "choice", 10),
    Column("trend", Owner.FORMULA, "choice", 10),
)

_TOTALS = ("hq", "suggested", "declared", "agreed")


def sheet(plan: Plan) -> Sheet:
    """Cards for the whole plan, then regions, lights, limits and lines."""

    def formula(code: str, kind: Kind, width: float = 10) -> Column:
        return Column(code, Owner.FORMULA, kind, width)

    regions = (
        NAME,
        formula("state", "choice", 14),
        formula("submitted", "choice"),
        *(formula(code, "count") for code in ("lines", "filled", "missing", "objections")),
        *(formula(code, "number") for code in ("allotment", "suggested", "declared")),
        formula("gap_pct", "percent"),
        formula("agreed", "number"),
        Column("in_force", Owner.TOOL, "number", 10),
        Column("objected", Owner.TOOL, "date", 12),
        *(formula(code, "percent", 9) for code in ("assigned_share", "odds_hq", "odds_followed")),
    )
    lines = (
        REGION,
        NAME,
        *(formula(code, "number") for code in ("last_year", "allotment", "suggested", "declared")),
        formula("deviation", "percent"),
        formula("flag", "choice"),
        formula("agreed", "number"),
        Column("in_force", Owner.TOOL, "number", 10),
        formula("odds_hq", "percent"),
        formula("odds_declared", "percent"),
        formula("spread", "percent"),
        formula("assigned", "number"),
        *volume_column(plan),
    )
    tables = stacked(
        30,
        new_page(of_regions("regions", regions, plan, "dashboard.")),
        of_lines("running", _RUNNING_COLUMNS, plan, "dashboard.run."),
        *limits_table(plan, ("low", "high", "allotment", "agreed", "side"), "dashboard.limit."),
        of_lines("lines", lines, plan, "dashboard.line."),
    )
    return Sheet("dashboard", _dashboard_fields(), tables, filtered="lines", colour="brand", together=True)


def _dashboard_fields() -> tuple[Field, ...]:
    """Two rows of cards: the figures, and how likely each is."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("dashboard_suggested", "number"),
        ("dashboard_declared", "number"),
        ("dashboard_agreed", "number"),
        ("dashboard_gap_pct", "percent"),
        ("dashboard_submitted", "text"),
        ("dashboard_missing", "count"),
        ("dashboard_objections", "count"),
    )
    odds = ("odds_hq", "odds_suggested", "odds_declared", "odds_agreed")
    return (
        Field("dashboard_hq", Owner.TOOL, "number", (6, 2)),
        *(Field(code, Owner.FORMULA, kind, (6, 3 + k)) for k, (code, kind) in enumerate(kinds)),
        Field("total_mean", Owner.FORMULA, "number", (6, 10), span=2),
        Field("assigned_share", Owner.FORMULA, "percent", (6, 12)),
        Field("odds_followed", Owner.FORMULA, "percent", (6, 13)),
        *(Field(code, Owner.FORMULA, "percent", (9, 2 + k)) for k, code in enumerate(odds)),
        Field("total_spread", Owner.FORMULA, "percent", (9, 6)),
        Field("shared", Owner.TOOL, "percent", (9, 7)),
        Field("dashboard_hq_gap", Owner.FORMULA, "percent", (9, 8)),
        Field("dashboard_inside", Owner.TOOL, "text", (9, 9), span=2),
        *(Field(f"dashboard_{code}", Owner.FORMULA, "count", (9, 11 + k)) for k, code in enumerate(Light)),
    )


class Overview:
    """The dashboard's fields and its tables of regions and of lines."""

    def __init__(self, facts: Facts, cards: Mapping[str, Cards]) -> None:
        self._facts, self._cards = facts, cards
        self._regions, self._lines = facts.table("dashboard", "regions"), facts.table("dashboard", "lines")

    def parts(self, odds: Odds) -> Iterator[SheetPart]:
        """What stands on the sheet."""
        lights, limits = Lights(self._facts), Reached(self._facts)
        tables = {"regions": self._of_regions, "lines": self._of_lines}
        yield SheetPart("dashboard", tables, self._fields)
        told = {"lines": odds.overview, "regions": odds.of_regions, "limits": limits.overview}
        yield SheetPart("dashboard", told, odds.fields)
        yield SheetPart("dashboard", {"running": lights.columns}, lights.fields)

    def _of_regions(self) -> Columns:
        """How far each region is."""
        facts = self._facts
        in_force = (facts.total(facts.in_force, facts.lines_of[region]) for region in self._cards)
        names = (facts.region_names[region] for region in self._cards)
        since = (facts.standing.value(region, None, "objected") for region in self._cards)
        told = {
            "name": [Cell(name) for name in names],
            "in_force": [Cell(value) for value in in_force],
            "objected": [Cell(shown(day, "date", facts.language)) for day in since],
        }
        return {**told, **self._formulas}

    @cached_property
    def _formulas(self) -> Mapping[str, Expression]:
        """What the formulas of the regions tell."""
        cards = self._cards
        return {
            "state": listed([one.state for one in cards.values()]),
            "submitted": listed([self._is_submitted(one) for one in cards.values()]),
            "lines": listed([self._count(one, "suggested") for one in cards.values()]),
            "filled": listed([self._count(one, "declared") for one in cards.values()]),
            "missing": self._of_tabs("checks", lambda one: one.checks),
            "objections": listed([one.objections() for one in cards.values()]),
            **{code: self._of_tabs(code, methodcaller("total", code)) for code in TOTALS},
            "gap_pct": self._of_tabs("gap_pct", lambda one: one.gap),
        }

    def _is_submitted(self, cards: Cards) -> Expression:
        tab = self._facts.tab(region_sheet(cards.region)) or ""
        is_sealed = cards.is_open(cards.state).equals(FALSE)
        says_so = or_(is_sealed, cards.is_submitted(tab))
        return if_(says_so, self._facts.caption("yes"), self._facts.caption("no"))

    def _count(self, cards: Cards, code: str) -> Expression:
        """How many numbers a column of a region's lines has."""
        tab = self._facts.tab(region_sheet(cards.region)) or ""
        return counted(cards.declared.across(column_of(code), cards.lines.figure(code), tab))

    def _of_tabs(self, code: str, value: Callable[[Cards], Expression]) -> Expression:
        """A field of every region's tab."""
        refs = (self._facts.field(code, region) for region in self._cards)
        told = (value(one).values for one in self._cards.values())
        return listed([Expression(ref, values) for ref, values in zip(refs, told, strict=True)])

    def _of_lines(self) -> Columns:
        """Each line's way from last year's figure to what was agreed."""
        facts = self._facts
        flag = self._of_tab("flag", self._over_lines(lambda declared: declared.flag))
        deviations = self._over_lines(lambda declared: declared.deviation)
        return {
            **facts.named_lines,
            **{
                code: self._number(column_of(code), optional(facts.compared[code]))
                for code in ("last_year", *TOTALS)
            },
            "deviation": self._number("deviation", deviations),
            "flag": flag & "",
            "in_force": [Cell(value) for value in facts.in_force],
        }

    def _over_lines(self, column: Callable[[Declarations], Expression]) -> Values:
        """A column of the regions' lines as one over the plan's lines."""
        values = {region: column(one.declared).values for region, one in self._cards.items()}
        found = np.empty(len(self._facts.plan.lines), np.result_type(*values.values()))
        for region, places in self._facts.lines_of.items():
            found[places] = values[region]
        return found

    def _of_tab(self, code: str, values: Values) -> Expression:
        """A column of the regions' lines."""
        return self._facts.elsewhere(self._facts.on_tabs(code), values)

    def _number(self, code: str, values: Values) -> Expression:
        column = self._of_tab(code, values)
        return if_(is_number(column), column, NOTHING)

    def _fields(self) -> Fields:
        """The figures of the whole plan."""
        submitted = self._across_regions("submitted")
        count = how_many(submitted.equals(self._facts.caption("yes"))) & " / "
        return {
            "dashboard_hq": Cell(self._facts.plan.hq_target),
            "dashboard_hq_gap": self._hq_gap,
            **{f"dashboard_{code}": self._total(code) for code in TOTALS[1:]},
            "dashboard_gap_pct": self._gap,
            "dashboard_submitted": count & rows(submitted),
            "dashboard_missing": sum_(self._across_regions("missing")),
            "dashboard_objections": sum_(self._across_regions("objections")),
        }

    def _across_regions(self, code: str) -> Expression:
        return self._facts.across(self._regions, code, self._formulas[code].values)

    def _total(self, code: str) -> Expression:
        values = optional(self._facts.compared[code])
        return self._facts.totalled(self._lines, code, values, range(len(values)))

    def _card(self, code: str, values: Values) -> Expression:
        return Expression(self._facts.here(f"dashboard_{code}"), values)

    @property
    def _gap(self) -> Expression:
        """What head office wants beyond the declarations, as a share of them."""
        wanted = cell_at(self._facts.here("dashboard_hq"), self._facts.plan.hq_target)
        offered = self._card("declared", self._total("declared").values)
        return if_(number_or_0(offered).equals(0), NOTHING, (wanted - offered) / offered)

    @property
    def _hq_gap(self) -> Expression:
        """How far what was agreed is from what head office wants; nothing until every line is agreed."""
        wanted = cell_at(self._facts.here("dashboard_hq"), self._facts.plan.hq_target)
        reached = self._card("agreed", self._total("agreed").values)
        column = self._facts.across(self._lines, "agreed", optional(self._facts.agreed))
        is_open = or_(counted(column) < rows(column), number_or_0(wanted).equals(0))
        return if_(is_open, NOTHING, reached / wanted - 1)


def draw(drawer: Drawer) -> None:
    """The totals, each region's figures side by side, and the way to the agreed total."""
    _draw_totals(drawer, (11, 2), (290, 340))
    drawer.columns("regions", ("suggested", "declared", "agreed"), (11, 5), (362, 340), MOST_GROUPS)
    draw_path(drawer.told_by("progress"), (11, 10), (362, 340))


def _draw_totals(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """What head office wants beside what was suggested, declared and agreed."""
    spots = [drawer.places.field(f"dashboard_{code}")[1] for code in _TOTALS]
    row, first, last = spots[0][0] - 1, spots[0][1] - 1, spots[-1][1] - 1
    chart = drawer.chart({"type": "column"})
    chart.add_series(
        {
            "categories": [drawer.tab, row - 1, first, row - 1, last],
            "values": [drawer.tab, row, first, row, last],
            "points": [{"fill": {"color": colour}} for colour in SERIES],
            "data_labels": {"value": True, "font": drawer.font(9), "num_format": drawer.form},
            "gap": 60,
        }
    )
    chart.set_y_axis(drawer.amounts)
    drawer.finish(chart, "chart.totals", spot, size)
    chart.set_legend({"none": True})


def colour(painter: Painter) -> None:
    """Objections, and red, amber and green: on lines' lights and trends, and on the cards that count them."""
    for table in painter.sheet.tables:
        painter.flags(table)
    _colour_what_waits(painter, painter.sheet.table("regions"))
    running = painter.sheet.table("running")
    for code, (ink, paper) in zip(Light, LIGHT_COLOURS, strict=True):
        form = painter.looks.changed(font_color=ink, bg_color=paper, bold=True)
        is_so = f'{painter.first(running, "light")}="{painter.say(f"light.{code}")}"'
        for column in ("light", "trend"):
            painter.when(running, column, is_so, form)
        card = painter.places.fields[None, f"dashboard_{code}"][1]
        painter.at(card, {"type": "cell", "criteria": ">", "value": 0}, form)


def _colour_what_waits(painter: Painter, regions: Table) -> None:
    """Objections that are open for long: amber, then red."""
    since = painter.first(regions, "objected")
    for days, light in ((LATE_DAYS, Light.BEHIND), (SLOW_DAYS, Light.CLOSE)):
        ink, paper = LIGHT_COLOURS[[*Light].index(light)]
        is_old = f"AND(ISNUMBER({since}),TODAY()-{since}>={days:g})"
        form = painter.looks.changed(font_color=ink, bg_color=paper, bold=True)
        painter.when(regions, "objected", is_old, form, stop=True)
