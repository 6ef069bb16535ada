"""A region's way from last year's figure to its suggestion, step by step, as a chart can draw it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from ...calibration.arrays import Flags
from ...calibration.baseline import LEVEL
from ...calibration.explanation import axis_floor
from ...ooxml import Cell, Spot, column_letters
from ..captions import heading
from ..charts import UNSEEN, Drawer, bar
from ..facts import Facts
from ..formulas import (
    Expression,
    Values,
    added,
    cell_at,
    expressed,
    grouped,
    is_number,
    listed,
    max_,
    min_,
    number_or_0,
    round_,
    rows,
    sum_,
    sum_product,
)
from ..looks import BETTER, SERIES, WORSE
from ..part import Columns
from ..shapes import Table, region_sheet
from .baseline import Way

_LEVEL = tuple(f"part.{part}" for part in LEVEL)
"""What stands in for last year's figure, where there is none: what the history leads to, before events."""
_ENDS = ("last_year", "suggested")


class Steps:
    """The steps of all lines of a region together, and the pieces of the columns that show them.

    The first and the last stand as a `whole`; between them a column rises or falls from its `foot`.
    """

    def __init__(self, facts: Facts, way: Way, region: str) -> None:
        self._facts, self._way, self._region = facts, way, region
        self._sheet = region_sheet(region)
        self._lines = facts.lines_of[region]
        self._table = facts.table(self._sheet, "steps")
        self._lines_table = facts.table(self._sheet, "why")

    def columns(self) -> Columns:
        """What each step adds, and where its column stands."""
        pieces = [self._pieces(code) for code in self._amounts]
        return {
            "name": [Cell(self._names[code]) for code in self._amounts],
            "contribution": listed([*self._amounts.values()]),
            **{
                code: listed([piece[k] for piece in pieces])
                for k, code in enumerate(("whole", "foot", "rise", "fall"))
            },
        }

    def _pieces(self, code: str) -> tuple[Expression, ...]:
        """The whole column of an end; or the foot of a step, and how far it rises or falls from there."""
        own, nothing = self._cell(code), expressed(0)
        if code in _ENDS:
            return own, nothing, nothing, nothing
        so_far, end = self._before(code), self._ends[code]
        foot = max_(min_(so_far, so_far + own), 0).found(max(min(end - float(own.values), end), 0.0))
        return nothing, foot, max_(own, 0), max_(-own, 0)

    def _cell(self, code: str) -> Expression:
        own = self._facts.own(self._table, "contribution", self._amounts[code].values.reshape(1))
        return own.in_row(0, self._table.rows.get(code))

    def _before(self, code: str) -> Expression:
        """Where the step before ends: the sum of all above."""
        steps, rows_ = [*self._amounts], self._table.rows
        values = np.array([self._amounts[step].values for step in steps[: steps.index(code)]], np.float64)
        if "contribution" not in self._table.columns or code not in rows_:
            return Expression(None, np.asarray(values.sum()))
        column, first = column_letters(self._table.columns["contribution"]), self._table.ends[0]
        return sum_(Expression(f"${column}{first}:${column}{rows_[code] - 1}", values))

    @cached_property
    def _ends(self) -> Mapping[str, float]:
        """Where each step arrives."""
        amounts = (float(amount.values) for amount in self._amounts.values())
        return dict(zip(self._amounts, accumulate(amounts), strict=True))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """What each step is called: as in the table of the lines."""
        why, language = self._facts.places.sheets[self._sheet].table("why"), self._facts.language
        names = {column.code: heading(why, column, self._facts.plan, language) for column in why.columns}
        names |= {code: self._facts.say(f"column.{code}") for code in ("rounding", "suggested")}
        return names if self._known.all() else names | {"last_year": self._facts.say("step.estimated")}

    @cached_property
    def _known(self) -> Flags:
        """Which lines have a figure of last year's."""
        return np.isfinite(self._facts.standing.last_year[self._lines])

    @cached_property
    def _amounts(self) -> Mapping[str, Expression]:
        """What each step adds, from the table of the lines, in the order of the steps."""
        columns = {code: self._across(code, values[self._lines]) for code, values in self._way.steps.items()}
        past = columns["last_year"]
        columns["last_year"] = past = Expression(past.written, np.where(self._known, past.values, np.nan))
        is_known, level = is_number(past), added(columns[code] for code in _LEVEL)
        known = {code: is_known * columns[code] for code in _LEVEL}
        amounts = {code: self._shared(self._together(cells), cells) for code, cells in columns.items()}
        amounts |= {code: self._shared(self._product(cells), cells) for code, cells in known.items()}
        estimated = (1 - is_known) * level
        together = grouped(self._together(past) + self._product(estimated))
        amounts["last_year"] = self._shared(together, number_or_0(past) + estimated)
        total = self._facts.total(self._facts.figures["suggested"], self._lines)
        suggested = number_or_0(cell_at(self._facts.here("suggested", self._region), total or 0.0))
        rounding = round_(suggested - amounts.pop("sum"), 9)
        return {**amounts, "rounding": rounding, "suggested": suggested}

    def _across(self, code: str, values: Values) -> Expression:
        return self._facts.across(self._lines_table, code, values)

    @property
    def _volumes(self) -> Expression:
        return self._across("volume", np.array([self._facts.plan.volumes[k] for k in self._lines]))

    def _together(self, cells: Expression) -> Expression:
        """A column added up."""
        return sum_product(cells, self._volumes) if self._facts.plan.is_weighed else sum_(cells)

    def _product(self, cells: Expression) -> Expression:
        """Some of a column added up."""
        return sum_product(cells * self._volumes if self._facts.plan.is_weighed else cells)

    def _shared(self, together: Expression, of: Expression) -> Expression:
        """Its part in the total of these values of the lines."""
        plan, past = self._facts.plan, self._across("last_year", np.array(self._lines))
        if plan.is_weighed:
            together = together / sum_(self._volumes)
        elif not plan.metric.adds_up:
            together = together / rows(past)
        return together.found(of.values @ plan.shares(self._lines))


def draw_steps(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """The way from last year's figure to the suggestion: each step stands where the one before ends.

    A step's number stands in an unseen column of its height on top, and so above a thin one.
    """
    chart = drawer.chart({"type": "column", "subtype": "stacked"})
    table, metric = drawer.sheet.table("steps"), drawer.places.inputs.plan.metric
    rise, fall = (BETTER, WORSE) if metric.direction > 0 else (WORSE, BETTER)
    form = drawer.form
    suggested = [*[None] * (len(table.rows) - 1), bar(SERIES[1])]
    pieces: tuple[tuple[str, dict[str, Any]], ...] = (
        ("foot", UNSEEN),
        ("whole", {**bar(SERIES[0]), "points": suggested, **drawer.numbered("inside_end", form)}),
        *(("rise", bar(rise)), ("fall", bar(fall))),
        ("rise", {**UNSEEN, **drawer.numbered("inside_base", f"+{form}")}),
        ("fall", {**UNSEEN, **drawer.numbered("inside_base", f"−{form}")}),
    )
    for code, look in pieces:
        chart.add_series({**drawer.series(table, code, "name"), **look, "gap": 40})
    chart.set_x_axis({"num_font": drawer.font(9)})
    chart.set_y_axis({**drawer.amounts, "min": _floor(table, drawer.cells)})
    chart.show_hidden_data()
    drawer.finish(chart, "chart.steps", spot, size)
    chart.set_legend({"none": True})


def _floor(table: Table, cells: Mapping[Spot, Cell]) -> float:
    """Where the axis of the steps begins, by where they stand when the book is written."""

    def column(code: str) -> list[float]:
        spots = [(at, table.spots[code]) for at in range(table.top + 2, table.bottom + 1)]
        return [float(cells[spot].value or 0.0) if spot in cells else 0.0 for spot in spots]

    whole, foot = column("whole"), column("foot")
    return axis_floor([whole[0], whole[-1], *foot[1:-1]])
