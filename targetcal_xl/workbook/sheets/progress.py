"""The sheets of after: progress on the path, the survey's evaluation, the week's figures."""

from __future__ import annotations

import math

from ...calibration.agreement import AGREEMENT_CUT, ATTAINMENT_CUT
from ...calibration.metric import BEST_ATTAINED
from ...calibration.plan import Plan
from ...ooxml import Cell, column_letters
from ..captions import shown
from ..facts import Facts, Row, as_number, count_of, or_blank, quote, span
from ..places import TablePlace
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import NAME, REGION, numbered, of_lines, stacked, volume_column


def sheet(plan: Plan) -> Sheet:
    """The path by weeks, and every line beside its own."""
    tool = Owner.TOOL
    weekly = (
        Column("date", tool, "date"),
        Column("path", tool, "number"),
        Column("actual", tool, "number"),
    )
    lines = (
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
        Column("suggestion", tool, "long", 60),
        *volume_column(plan),
    )
    weeks = numbered("W", -(-len(plan.period.days) // 7))
    fields = (
        Field("progress_agreed", Owner.FORMULA, "number", (6, 2)),
        Field("progress_actual", Owner.FORMULA, "number", (6, 3)),
        Field("progress_attainment", Owner.FORMULA, "percent", (6, 4)),
        Field("progress_warned", Owner.FORMULA, "count", (6, 5)),
    )
    tables = (
        *stacked(9, Table("weekly", weekly, weeks, prefix="weekly.")),
        *stacked(28, of_lines("lines", lines, plan, "progress.")),
    )
    return Sheet("progress", fields, tables)


class Following:
    """Writes the progress and evaluation sheets, whose figures are the ledger's."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._progress = facts.places.sheets["progress"].table("lines")
        self._weekly = facts.places.sheets["progress"].table("weekly")
        self._regions = facts.places.sheets["evaluation"].table("regions")

    def week(self, row: str) -> Row:
        """The end of a week of the period, the path and the results up to then."""
        days = self._facts.plan.period.days
        last = days[min(int(row[1:]) * 7, len(days)) - 1]
        end = {"date": Cell(shown(last.isoformat(), "date", self._facts.language))}
        told = self._told(self._weekly, row)
        return told if told["date"].value else {**told, **end}

    def line(self, row: str) -> Row:
        """Where a line is beside its path."""
        agreed = {"agreed": Cell(self._facts.in_force[self._facts.lines[row][0]])}
        return {
            **self._told(self._progress, row),
            **self._facts.names(row),
            **self._facts.volume(row),
            **agreed,
        }

    def measure(self, row: str) -> Row:
        """One of the measures, now and last period."""
        now = as_number(self._facts.standing.value(None, row, "measure.now"))
        before = getattr(self._facts.plan.last_period, row, None)
        last = None if before is None or math.isnan(before) else float(before)
        place = self._facts.places.table("evaluation", "measures")
        x, y = (f"${column_letters(place.columns[code])}{place.rows[row]}" for code in ("last", "now"))
        change = "" if now is None or last is None else now - last
        return {
            "name": Cell(self._facts.caption(row)),
            "now": Cell(now),
            "last": Cell(last),
            "change": Cell(change, f'IF(COUNT({x},{y})=2,{y}-{x},"")'),
        }

    def region(self, row: str) -> Row:
        """A region's attainment and agreement, and the quadrant they make."""
        return {**self._told(self._regions, row), "name": Cell(self._facts.region_names[row])}

    def progress_fields(self) -> Row:
        """The whole plan's results so far."""
        place, yes = self._facts.places.table("progress", "lines"), quote(self._facts.caption("yes"))
        agreed = self._agreed(place)
        return {
            "progress_agreed": agreed,
            "progress_actual": self._reached(place),
            "progress_attainment": self._attainment(as_number(agreed.value)),
            "progress_warned": Cell(float(self._warned), count_of(span(place, "warned"), yes)),
        }

    def _agreed(self, place: TablePlace) -> Cell:
        """The targets of all lines; those of a mean weigh what its results weigh, once there are any."""
        weighed = as_number(self._facts.standing.value(None, None, "progress.agreed"))
        if weighed is not None and not self._facts.plan.metric.adds_up:
            return Cell(weighed)
        agreed = self._facts.total(self._facts.in_force)
        return Cell(or_blank(agreed), self._facts.total_formula(place, "agreed"))

    def _reached(self, place: TablePlace) -> Cell:
        """The results of all lines; a mean's rest on how much each day brought, which no sheet shows."""
        if not self._facts.plan.metric.adds_up:
            return Cell(self._total)
        return Cell(or_blank(self._total), self._facts.total_formula(place, "actual"))

    def _attainment(self, agreed: float | None) -> Cell:
        """How much of what was due was reached, as the metric counts it."""
        metric, actual = self._facts.plan.metric, self._total
        due = metric.due(agreed, self._path(agreed))
        share = None if due is None or actual is None else metric.attained(actual, due)
        formula = self._turned_attainment() if metric.is_turned else self._share_of_agreed()
        return Cell("" if share is None or math.isnan(share) else share, formula)

    def _path(self, agreed: float | None) -> float | None:
        """How far the path of all lines has come; that of a mean is its target."""
        return self._facts.total(self._of_lines("path")) if self._facts.plan.metric.adds_up else agreed

    def _share_of_agreed(self) -> str:
        actual, agreed = (self._facts.here(f"progress_{code}") for code in ("actual", "agreed"))
        return f'IF(OR(N({agreed})=0,{actual}=""),"",{actual}/{agreed})'

    def _turned_attainment(self) -> str:
        """What the path allows over the actual, as `Metric.attainment` has it."""
        actual, place = self._facts.here("progress_actual"), self._facts.places.table("progress", "lines")
        path = self._facts.total_formula(place, "path")
        due = path if self._facts.plan.metric.adds_up else f"N({self._facts.here('progress_agreed')})"
        share = f"MIN({BEST_ATTAINED},{due}/{actual})"
        return f'IF({actual}="","",IF({actual}=0,IF(N({due})>0,{BEST_ATTAINED},1),{share}))'

    @property
    def _total(self) -> float | None:
        if self._facts.plan.metric.adds_up:
            return self._facts.total(self._of_lines("actual"))
        return as_number(self._facts.standing.value(None, None, "progress.actual"))

    def _of_lines(self, code: str) -> list[float | None]:
        """A column of the progress of all lines."""
        value = self._facts.standing.value
        return [
            as_number(value(line.region, line.code, f"progress.{code}")) for line in self._facts.plan.lines
        ]

    @property
    def _warned(self) -> int:
        value = self._facts.standing.value
        return sum(
            value(line.region, line.code, "progress.warned") is True for line in self._facts.plan.lines
        )

    def evaluation_fields(self) -> Row:
        """Where the quadrants are cut, and how many results fell inside their intervals."""
        cuts = {"attainment_cut": Cell(ATTAINMENT_CUT), "agreement_cut": Cell(AGREEMENT_CUT)}
        return cuts | {code: Cell(value) for code, value in self._inside.items()}

    def dashboard_fields(self) -> Row:
        """The same count in one cell of the dashboard."""
        count, of, due = self._inside.values()
        if count is None or of is None or due is None:
            return {"dashboard_inside": Cell(None)}
        said = self._facts.say("inside", count=f"{count:.0f}", of=f"{of:.0f}", due=f"{due:.1f}")
        return {"dashboard_inside": Cell(said)}

    @property
    def _inside(self) -> dict[str, float | None]:
        value = self._facts.standing.value
        codes = ("inside", "inside_of", "inside_due")
        return {code: as_number(value(None, None, f"evaluation.{code}")) for code in codes}

    def _told(self, table: Table, row: str) -> dict[str, Cell]:
        """A row of last words, as the ledger has them."""
        return {
            column.code: self._facts.told(table.key(row, column.code), column.kind)
            for column in table.columns
        }
