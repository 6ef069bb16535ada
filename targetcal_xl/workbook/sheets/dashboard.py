"""The dashboard: live formulas over all region tabs, and what they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...calibration.limits import hq_gap
from ...calibration.negotiation import STANDING_OBJECTIONS
from ...calibration.plan import Plan
from ...calibration.vocabulary import Light
from ...ooxml import Cell, column_letters
from ..facts import TOTALS, Facts, Row, count_of, or_blank, quote, span
from ..places import TablePlace
from ..shapes import Column, Field, Kind, Owner, Sheet, region_sheet
from .columns import NAME, REGION, limits_table, of_lines, of_regions, stacked, volume_column
from .region import Declaration
from .region_formulas import submitted

_RUNNING_COLUMNS = (
    REGION,
    NAME,
    *(Column(code, Owner.FORMULA, "number", 10) for code in ("target", "actual")),
    Column("pace", Owner.FORMULA, "percent", 10),
    Column("light", Owner.FORMULA, "choice", 10),
    Column("trend", Owner.FORMULA, "choice", 10),
)


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
        *volume_column(plan),
    )
    tables = stacked(
        30,
        of_regions("regions", regions, plan, "dashboard."),
        of_lines("running", _RUNNING_COLUMNS, plan, "dashboard.run."),
        *limits_table(plan, ("low", "high", "allotment", "agreed", "side"), "dashboard.limit."),
        of_lines("lines", lines, plan, "dashboard.line."),
    )
    return Sheet("dashboard", _dashboard_fields(), tables)


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
        *(Field(code, Owner.FORMULA, "percent", (9, 2 + k)) for k, code in enumerate(odds)),
        Field("total_spread", Owner.FORMULA, "percent", (9, 6)),
        Field("shared", Owner.TOOL, "percent", (9, 7)),
        Field("dashboard_hq_gap", Owner.FORMULA, "percent", (9, 8)),
        Field("dashboard_inside", Owner.TOOL, "text", (9, 9), span=2),
        *(Field(f"dashboard_{code}", Owner.FORMULA, "count", (9, 11 + k)) for k, code in enumerate(Light)),
    )


class Overview:
    """Writes the dashboard's fields and its tables of regions and of lines."""

    def __init__(self, facts: Facts, declarations: Mapping[str, Declaration]) -> None:
        self._facts = facts
        self._declarations = declarations

    def region(self, region: str) -> Row:
        """How far one region is."""
        told = self._declarations[region]
        lines = self._facts.places.table(region_sheet(region), "lines")
        tab = self._facts.tab(region_sheet(region))
        whether = f"IF({submitted(self._facts, region, tab)},{quote(self._yes)},{quote(self._no)})"
        return {
            "name": Cell(self._facts.region_names[region]),
            "state": Cell(self._facts.caption(told.state), self._facts.field("state", region)),
            "submitted": Cell(self._yes if told.is_submitted else self._no, whether),
            "lines": Cell(float(told.count_lines()), f"COUNT({tab}{span(lines, 'suggested')})"),
            "filled": Cell(float(told.count_declared()), f"COUNT({tab}{span(lines, 'declared')})"),
            "missing": Cell(float(told.checks), self._facts.field("checks", region)),
            "objections": Cell(float(told.count_objections()), self._objections(region)),
            "in_force": Cell(self._in_force(region)),
            **{code: self._same(told.total(code), code, region) for code in TOTALS},
            "gap_pct": self._same(told.gap, "gap_pct", region),
        }

    def _in_force(self, region: str) -> float | None:
        """The targets of a region's lines that were confirmed last, together."""
        return self._facts.total(self._facts.in_force, self._facts.lines_of[region])

    def _objections(self, region: str) -> str:
        """Objections that stand, and those of a declaration that is submitted and not locked yet."""
        lines, tab = (
            self._facts.places.table(region_sheet(region), "lines"),
            self._facts.tab(region_sheet(region)),
        )
        say, open_ = self._facts.say, quote(self._facts.caption("open"))
        flag, known = (f"{tab}{span(lines, code)}" for code in ("flag", "objection"))
        words = (quote(say(f"objection.{state}")) for state in STANDING_OBJECTIONS)
        stands = "+".join(f"({known}={said})" for said in words)
        comes = f"({flag}={quote(say('flag.objection'))})*(({stands})=0)"
        waits = f"AND({self._facts.field('state', region)}={open_},{submitted(self._facts, region, tab)})"
        return f"SUMPRODUCT({stands})+IF({waits},SUMPRODUCT({comes}),0)"

    def line(self, line: str) -> Row:
        """One line's way from last year's figure to what was agreed."""
        k, known = self._facts.lines[line]
        place = self._facts.places.table(region_sheet(known.region), "lines")
        tab, at = self._facts.tab(region_sheet(known.region)), place.rows[line]

        def ref(code: str) -> str:
            return f"{tab}${column_letters(place.columns[code])}${at}"

        values = {code: self._facts.compared[code][k] for code in ("last_year", *TOTALS)}
        values["deviation"] = self._facts.deviations[k]
        numbers = {
            code: Cell(or_blank(value), f'IF(ISNUMBER({ref(code)}),{ref(code)},"")')
            for code, value in values.items()
        }
        flag = Cell(self._declarations[known.region].flag(k), f'{ref("flag")}&""')
        in_force = Cell(self._facts.in_force[k])
        return {
            **self._facts.names(line),
            **numbers,
            **self._facts.volume(line),
            "flag": flag,
            "in_force": in_force,
        }

    def fields(self) -> Mapping[str, Cell]:
        """The figures of the whole plan."""
        facts, told = self._facts, self._declarations.values()
        hq = facts.plan.hq_target
        submitted = f"{sum(one.is_submitted for one in told)} / {len(facts.plan.regions)}"
        column = span(self._regions, "submitted")
        return {
            "dashboard_hq": Cell(hq),
            "dashboard_hq_gap": self._hq_gap(),
            **{f"dashboard_{code}": self._total(code) for code in TOTALS[1:]},
            "dashboard_gap_pct": self._gap(hq),
            "dashboard_submitted": Cell(
                submitted, f'{count_of(column, quote(self._yes))}&" / "&ROWS({column})'
            ),
            "dashboard_missing": self._count("missing", [one.checks for one in told]),
            "dashboard_objections": self._count("objections", [one.count_objections() for one in told]),
        }

    def _same(self, value: float | None, code: str, region: str) -> Cell:
        """A figure of a region's tab."""
        return Cell(or_blank(value), self._facts.field(code, region))

    def _total(self, code: str) -> Cell:
        value = self._facts.total(self._facts.compared[code])
        return Cell(or_blank(value), self._facts.total_formula(self._lines, code))

    def _count(self, code: str, counts: Sequence[int]) -> Cell:
        return Cell(float(sum(counts)), f"SUM({span(self._regions, code)})")

    def _gap(self, hq: float) -> Cell:
        """What head office wants beyond the declarations, as a share of them."""
        declared = self._facts.total(self._facts.declared)
        wanted, offered = (self._facts.here(f"dashboard_{code}") for code in ("hq", "declared"))
        value = (hq - declared) / declared if declared else None
        return Cell(or_blank(value), f'IF(N({offered})=0,"",({wanted}-{offered})/{offered})')

    def _hq_gap(self) -> Cell:
        """How far what was agreed is from what head office wants; nothing until every line is agreed."""
        agreed = None if None in self._facts.agreed else self._facts.total(self._facts.agreed)
        wanted, reached = (self._facts.here(f"dashboard_{code}") for code in ("hq", "agreed"))
        column = span(self._lines, "agreed")
        formula = f'IF(OR(COUNT({column})<ROWS({column}),N({wanted})=0),"",{reached}/{wanted}-1)'
        value = None if agreed is None else hq_gap(self._facts.plan.hq_target, agreed)
        return Cell(or_blank(value), formula)

    @property
    def _regions(self) -> TablePlace:
        return self._facts.places.table("dashboard", "regions")

    @property
    def _lines(self) -> TablePlace:
        return self._facts.places.table("dashboard", "lines")

    @property
    def _yes(self) -> str:
        return self._facts.caption("yes")

    @property
    def _no(self) -> str:
        return self._facts.caption("no")
