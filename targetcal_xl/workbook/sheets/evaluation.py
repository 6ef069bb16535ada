"""The evaluation: the measures of a calibration, and each region's quadrant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from ...calibration.agreement import AGREEMENT_CUT, ATTAINMENT_CUT
from ...calibration.plan import Plan
from ...calibration.standing import as_number
from ...calibration.vocabulary import QUADRANTS, Measure
from ...ooxml import Cell, Spot
from ..charts import Drawer
from ..facts import Facts, optional
from ..formulas import NOTHING, count, if_
from ..looks import SERIES
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import of_regions, stacked

_MOST_NAMES = 40
"""Names that find room beside their dots."""


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
    )
    tables = stacked(
        9,
        Table("measures", measures, tuple(Measure), prefix="measure."),
        of_regions("regions", regions, plan, "evaluation."),
    )
    return Sheet("evaluation", fields, tables, reach=(29, 16))


class Evaluation:
    """What the ledger says of a period that is over."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._sheet = facts, facts.places.sheets["evaluation"]

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet, and the one cell of it that the dashboard has too."""
        yield SheetPart("dashboard", {}, self._overview)
        yield SheetPart("evaluation", {"measures": self._measures, "regions": self._regions}, self._fields)

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

    def _fields(self) -> Fields:
        """Where the quadrants are cut, and how many results fell inside their intervals."""
        cuts = {"attainment_cut": Cell(ATTAINMENT_CUT), "agreement_cut": Cell(AGREEMENT_CUT)}
        return cuts | {code: Cell(value) for code, value in self._inside.items()}

    def _overview(self) -> Fields:
        """The same count in one cell of the dashboard."""
        count_, of, due = self._inside.values()
        if count_ is None or of is None or due is None:
            return {"dashboard_inside": Cell(None)}
        said = self._facts.say("inside", count=f"{count_:.0f}", of=f"{of:.0f}", due=f"{due:.1f}")
        return {"dashboard_inside": Cell(said)}

    @property
    def _inside(self) -> dict[str, float | None]:
        value = self._facts.standing.value
        codes = ("inside", "inside_of", "inside_due")
        return {code: as_number(value(None, None, f"evaluation.{code}")) for code in codes}


def draw(drawer: Drawer) -> None:
    """The regions in their quadrants, beside the measures."""
    _draw_quadrants(drawer, (drawer.sheet.table("measures").top - 1, 9), (500, 400))


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
