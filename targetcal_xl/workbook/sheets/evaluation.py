"""The evaluation: the measures of a calibration, and each region's quadrant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...calibration.agreement import AGREEMENT_CUT, ATTAINMENT_CUT
from ...calibration.plan import Plan
from ...calibration.standing import as_number
from ...calibration.vocabulary import QUADRANTS, Measure
from ...ooxml import Cell, Spot
from ..charts import Drawer, bar
from ..facts import Facts, optional
from ..formulas import NOTHING, count, if_
from ..looks import SERIES
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import new_page, of_regions, stacked

_MOST_NAMES = 40
"""Names that find room beside their dots."""
_ERRORS = ("off_suggested", "off_declared", "off_agreed")
"""How far suggestion, declaration and target were off what came."""
_COUNTS = ("missed", "warned_in_time", "unwarned", "supports_granted", "supports_in_time")
"""What came of warnings and supports."""
_HIGH, _FREE = 20, 3
"""Rows that a picture takes, and those that stay free below the last one."""


def sheet(plan: Plan) -> Sheet:
    """The measures, and the regions in their quadrants."""
    tool = Owner.TOOL
    measures = (
        Column("name", Owner.LABEL, width=18),
        Column("now", tool, "decimal", 11),
        Column("last", tool, "decimal", 11),
        Column("change", Owner.FORMULA, "decimal", 11),
    )
    regions = (
        Column("name", Owner.LABEL, width=18),
        Column("attainment", tool, "percent", 12),
        Column("agreement_pct", tool, "percent", 11),
        Column("mean", tool, "decimal", 11),
        Column("n", tool, "count", 9),
        Column("quadrant", tool, "choice", 20, QUADRANTS),
        Column("borderline", tool, "flag", 11),
    )
    fields = (
        Field("attainment_cut", tool, "percent", (6, 2)),
        Field("agreement_cut", tool, "percent", (6, 3)),
        Field("inside", tool, "count", (6, 4)),
        Field("inside_of", tool, "count", (6, 5)),
        Field("inside_due", tool, "decimal", (6, 6)),
        *(Field(code, tool, "count", (9, 2 + at)) for at, code in enumerate(_COUNTS)),
    )
    tables = stacked(
        12,
        Table("measures", measures, tuple(Measure), prefix="measure."),
        of_regions("regions", regions, plan, "evaluation."),
        *_looking_back(plan),
    )
    return Sheet("evaluation", fields, tables, reach=(_lower(tables) + _HIGH + _FREE, 16))


def _looking_back(plan: Plan) -> tuple[Table, ...]:
    """What judgement and drivers were worth."""
    tool = Owner.TOOL
    worth = (
        Column("name", Owner.LABEL, width=18),
        Column("lines", tool, "count", 9),
        *(Column(code, tool, "percent", 12) for code in (*_ERRORS, "region_added", "talk_added")),
    )
    moved = (
        Column("name", Owner.LABEL, width=18),
        Column("moved", tool, "amount", 12),
        Column("added", tool, "percent", 12),
    )
    drivers = tuple(driver.code for driver in plan.drivers)
    table = (Table("moved", moved, drivers, prefix="moved."),) if drivers else ()
    return new_page(of_regions("worth", worth, plan, "worth.")), *table


class Evaluation:
    """What the ledger says of a period that is over."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._sheet = facts, facts.places.sheets["evaluation"]

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet, and the one cell of it that the dashboard has too."""
        yield SheetPart("dashboard", {}, self._overview)
        tables = {"measures": self._measures, "regions": self._regions, "worth": self._worth}
        if self._facts.plan.drivers:
            tables["moved"] = self._moved
        yield SheetPart("evaluation", tables, self._fields)

    def _measures(self) -> Columns:
        """The measures, now and last period."""
        place, last = self._facts.table("evaluation", "measures"), self._facts.plan.last_period
        now = [as_number(self._facts.standing.value(None, code, "measure.now")) for code in Measure]
        before = optional(None if last is None else getattr(last, code) for code in Measure)
        x, y = self._facts.own(place, "last", before), self._facts.own(place, "now", optional(now))
        known = (None if math.isnan(value) else value for value in before.tolist())
        return {
            "name": [Cell(self._facts.caption(code)) for code in Measure],
            "now": [Cell(value) for value in now],
            "last": [Cell(value) for value in known],
            "change": if_(count(x, y).equals(2), y - x, NOTHING),
        }

    def _regions(self) -> Columns:
        """Each region's attainment and agreement, and the quadrant they make."""
        table = self._sheet.table("regions")
        names = [Cell(self._facts.region_names[row]) for row in table.rows]
        return {**self._facts.last_words(table), "name": names}

    def _worth(self) -> Columns:
        """How far forecasts of each region were off, and what judgement took off that."""
        table = self._sheet.table("worth")
        names = [Cell(self._facts.region_names[row]) for row in table.rows]
        return {**self._facts.last_words(table), "name": names}

    def _moved(self) -> Columns:
        """What each driver moved, and what that took off the error."""
        names = [Cell(driver.name) for driver in self._facts.plan.drivers]
        return {**self._facts.last_words(self._sheet.table("moved")), "name": names}

    def _fields(self) -> Fields:
        """Where the quadrants are cut, and how many results, warnings and supports came as they should."""
        cuts = {"attainment_cut": Cell(ATTAINMENT_CUT), "agreement_cut": Cell(AGREEMENT_CUT)}
        told = {code: self._told(code) for code in _COUNTS}
        return cuts | {code: Cell(value) for code, value in {**self._inside, **told}.items()}

    def _told(self, code: str) -> float | None:
        return as_number(self._facts.standing.value(None, None, f"evaluation.{code}"))

    def _overview(self) -> Fields:
        """The same count in one cell of the dashboard."""
        count_, of, due = self._inside.values()
        if count_ is None or of is None or due is None:
            return {"dashboard_inside": Cell(None)}
        said = self._facts.say("inside", count=f"{count_:.0f}", of=f"{of:.0f}", due=f"{due:.1f}")
        return {"dashboard_inside": Cell(said)}

    @property
    def _inside(self) -> dict[str, float | None]:
        return {code: self._told(code) for code in ("inside", "inside_of", "inside_due")}


def draw(drawer: Drawer) -> None:
    """The regions in their quadrants, beside the measures; below, how far each forecast was off."""
    _draw_quadrants(drawer, (drawer.sheet.table("measures").top - 1, 9), (500, 400))
    _draw_errors(drawer, (_lower(drawer.sheet.tables), 9), (500, 320))


def _lower(tables: Sequence[Table]) -> int:
    """The row of the lower picture: beside its table, or below the upper picture where regions are few."""
    tops = {table.code: table.top for table in tables}
    return max(tops["measures"] + _HIGH, tops["worth"] - 1)


def _draw_errors(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """Suggestion, declaration and target of each region, by how far they were off what came."""
    chart, table = drawer.chart({"type": "column"}), drawer.sheet.table("worth")
    for code, colour in zip(_ERRORS, SERIES[1:], strict=False):
        chart.add_series({**drawer.series(table, code, "name"), **bar(colour), "gap": 70, "overlap": 0})
    chart.set_y_axis({**drawer.amounts, "num_format": "0%"})
    drawer.finish(chart, "chart.worth", spot, size)


def _draw_quadrants(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """Attainment against agreement; the axes cross where the quadrants are cut."""
    chart, table = drawer.chart({"type": "scatter"}), drawer.sheet.table("regions")
    for dots in _dots(drawer, table):
        chart.add_series({**dots, "marker": {"type": "circle", "size": 9, "fill": {"color": SERIES[2]}}})
    chart.set_x_axis({**drawer.cut("agreement_pct", AGREEMENT_CUT), "min": 0, "max": 1})
    chart.set_y_axis(drawer.cut("attainment", ATTAINMENT_CUT))
    drawer.finish(chart, "chart.quadrants", spot, size)
    chart.set_legend({"none": True})


def _dots(drawer: Drawer, table: Table) -> Iterator[dict[str, Any]]:
    """A dot with its name for each region; of many one cloud, as names would cover each other."""
    named = {"series_name": True, "value": False, "position": "above", "font": drawer.font(9)}
    count = len(table.rows)
    rows: Iterable[int | None] = range(count) if count <= _MOST_NAMES else (None,)
    for row in rows:
        dots = {
            "categories": drawer.cells_of(table, "agreement_pct", row),
            "values": drawer.cells_of(table, "attainment", row),
        }
        if row is None:
            yield dots
        else:
            name = [drawer.tab, table.top + 1 + row, table.spots["name"] - 1]
            yield {"name": name, **dots, "data_labels": named}
