"""The sheet of progress: the path by weeks, and every line beside its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...calibration.metric import BEST_ATTAINED
from ...calibration.plan import Plan
from ...calibration.standing import as_number
from ...ooxml import Cell, Spot
from ..captions import shown
from ..charts import Drawer
from ..facts import Facts, optional
from ..formulas import (
    NOTHING,
    Expression,
    cell_at,
    how_many,
    if_,
    min_,
    number_or_0,
    or_,
)
from ..looks import FAINT, SERIES
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import NAME, REGION, new_page, numbered, of_lines, of_regions, stacked, volume_column

_OF_ALL = ("warning_state", "cause", "suggestion")
"""What is said of a warning of the whole plan."""


def _line_columns(plan: Plan) -> tuple[Column, ...]:
    """What is told of every line."""
    tool = Owner.TOOL
    return (
        REGION,
        NAME,
        Column("agreed", tool, "number", 11),
        Column("as_of", tool, "date", 12),
        Column("actual", tool, "number", 11),
        Column("path", tool, "number", 11),
        Column("attainment", tool, "percent", 10),
        Column("recent", tool, "percent", 10),
        Column("expected_final", tool, "number", 11),
        Column("odds", tool, "percent", 11),
        Column("warned", tool, "flag", 9),
        Column("warning_state", tool, "long", 22),
        Column("cause", tool, "long", 36),
        Column("suggestion", tool, "long", 60),
        *volume_column(plan),
    )


def _region_columns() -> tuple[Column, ...]:
    """What is told of every region; long words stand below those of the lines."""
    tool = Owner.TOOL
    return (
        NAME,
        Column("warned_lines", tool, "count", 12),
        Column("agreed", tool, "number", 11),
        Column("as_of", tool, "date", 12),
        Column("actual", tool, "number", 11),
        Column("path", tool, "number", 11),
        Column("attainment", tool, "percent", 10),
        Column("odds_end", tool, "percent", 10),
        Column("expected_final", tool, "number", 11),
        Column("odds", tool, "percent", 11),
        Column("warned", tool, "flag", 9),
        Column("warning_state", tool, "long", 22),
        Column("cause", tool, "long", 36),
        Column("suggestion", tool, "long", 60),
    )


def sheet(plan: Plan) -> Sheet:
    """The path by weeks, and every line beside its own."""
    tool = Owner.TOOL
    weekly = (
        Column("date", tool, "date"),
        Column("path", tool, "number"),
        Column("actual", tool, "number"),
    )
    weeks = numbered("W", -(-len(plan.period.days) // 7))
    fields = (
        Field("progress_agreed", Owner.FORMULA, "number", (6, 2)),
        Field("progress_actual", Owner.FORMULA, "number", (6, 3)),
        Field("progress_attainment", Owner.FORMULA, "percent", (6, 4)),
        Field("progress_warned", Owner.FORMULA, "count", (6, 5)),
        Field("progress_odds", Owner.TOOL, "percent", (6, 6)),
        Field("progress_rests", Owner.TOOL, "long", (6, 7), span=6),
        Field("progress_whole", Owner.TOOL, "long", (6, 14), span=2),
    )
    tables = (
        *stacked(9, Table("weekly", weekly, weeks, prefix="weekly.")),
        *stacked(
            28,
            new_page(of_lines("lines", _line_columns(plan), plan, "progress.", height=50)),
            replace(of_regions("regions", _region_columns(), plan, "progress."), height=50),
        ),
    )
    return Sheet("progress", fields, tables, filtered="lines")


class ProgressSheet:
    """What the ledger says of the results so far, and what they come to."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._table = facts, facts.table("progress", "lines")
        self._sheet = facts.places.sheets["progress"]

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet."""
        tables = {"weekly": self._weeks, "lines": self._lines, "regions": self._regions}
        yield SheetPart("progress", tables, self._fields)

    def _weeks(self) -> Columns:
        """The ends of the weeks of the period, the path and the results up to then."""
        table, days = self._sheet.table("weekly"), self._facts.plan.period.days
        ends = (days[min(int(row[1:]) * 7, len(days)) - 1].isoformat() for row in table.rows)
        told = self._facts.last_words(table)
        dates = (
            date if date.value else Cell(shown(end, "date", self._facts.language))
            for date, end in zip(told["date"], ends, strict=True)
        )
        return {**told, "date": [*dates]}

    def _lines(self) -> Columns:
        """Where each line is beside its path."""
        agreed = {"agreed": [Cell(value) for value in self._facts.in_force]}
        return {**self._facts.last_words(self._sheet.table("lines")), **self._facts.named_lines, **agreed}

    def _regions(self) -> Columns:
        """How the regions stand together, and what is behind their warnings."""
        table = self._sheet.table("regions")
        names = [Cell(name) for name in self._facts.region_names.values()]
        return {**self._facts.last_words(table), "name": names}

    def _fields(self) -> Fields:
        """The whole plan's results so far."""
        warned = self._facts.recorded(self._keys("warned"), "flag")
        flags = self._facts.across(self._table, "warned", warned)
        return {
            "progress_agreed": self._agreed if self._weighed is None else Cell(self._weighed),
            "progress_actual": self._actual if self._facts.plan.metric.adds_up else Cell(self._mean),
            "progress_attainment": self._attainment,
            "progress_warned": how_many(flags.equals(self._facts.caption("yes"))),
            "progress_odds": self._of_all("progress.odds"),
            "progress_rests": self._of_all("progress.rests"),
            "progress_whole": Cell(" ".join(filter(None, (self._said(code) for code in _OF_ALL)))),
        }

    @property
    def _agreed(self) -> Expression:
        """The targets of all lines; those of a mean weigh what its results weigh, once there are any."""
        return self._total("agreed") if self._weighed is None else cell_at(None, self._weighed)

    @property
    def _weighed(self) -> float | None:
        weighed = as_number(self._facts.standing.value(None, None, "progress.agreed"))
        return None if self._facts.plan.metric.adds_up else weighed

    def _total(self, code: str) -> Expression:
        values = self._facts.in_force if code == "agreed" else self._told(code)
        return self._facts.totalled(self._table, code, optional(values), range(len(values)))

    @property
    def _actual(self) -> Expression:
        """The results of all lines; a mean's rest on how much each day brought, which no sheet shows."""
        if self._facts.plan.metric.adds_up:
            return self._total("actual")
        return cell_at(None, self._mean)

    @property
    def _mean(self) -> float | None:
        return as_number(self._facts.standing.value(None, None, "progress.actual"))

    @property
    def _attainment(self) -> Expression:
        """How much of what was due was reached, as `Metric.attainment` has it."""
        actual = Expression(self._facts.here("progress_actual"), self._actual.values)
        agreed = Expression(self._facts.here("progress_agreed"), self._agreed.values)
        is_blank = actual.equals(NOTHING)
        if not self._facts.plan.metric.is_turned:
            return if_(or_(number_or_0(agreed).equals(0), is_blank), NOTHING, actual / agreed)
        due = self._total("path") if self._facts.plan.metric.adds_up else number_or_0(agreed)
        nothing = if_(number_or_0(due) > 0, BEST_ATTAINED, 1)
        share = if_(actual.equals(0), nothing, min_(BEST_ATTAINED, due / actual))
        return if_(is_blank, NOTHING, share)

    def _of_all(self, code: str) -> Cell:
        return Cell(self._facts.standing.value(None, None, code))

    def _said(self, code: str) -> str:
        return str(self._facts.standing.value(None, None, f"progress.{code}") or "")

    def _told(self, code: str) -> list[float | None]:
        """A column of the progress of all lines."""
        return [as_number(self._facts.standing.value(*key)) for key in self._keys(code)]

    def _keys(self, code: str) -> list[tuple[str, str, str]]:
        return [(line.region, line.code, f"progress.{code}") for line in self._facts.plan.lines]


def draw(drawer: Drawer) -> None:
    """The way to the agreed total, beside the weeks that it is made of."""
    draw_path(drawer, (drawer.sheet.table("weekly").top - 1, 6), (540, 310))


def draw_path(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """The way to the agreed total, and the results so far."""
    chart, table = drawer.chart({"type": "line"}), drawer.sheet.table("weekly")
    for code, line in (("path", {"color": FAINT, "dash_type": "dash"}), ("actual", {"color": SERIES[2]})):
        chart.add_series({**drawer.series(table, code, "date"), "line": {**line, "width": 2.25}})
    chart.set_x_axis({"num_format": "mm-dd", "num_font": drawer.font(9), "text_axis": True})
    chart.set_y_axis(drawer.amounts)
    drawer.finish(chart, "chart.path", spot, size)
