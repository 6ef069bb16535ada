"""The backtest: how the method would have done, by method, by period and by line."""

from __future__ import annotations

from collections.abc import Iterator

from ...calibration.backtest import METHODS, ORIGINS
from ...calibration.baseline import Inputs
from ...language import text
from ...ooxml import Cell, Spot
from ..charts import Drawer
from ..facts import Facts
from ..looks import FAINT, INK, SERIES, WARNING
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import NAME, REGION, new_page, numbered, of_lines, stacked


def sheet(inputs: Inputs) -> Sheet:
    """The verdict, then methods, past periods and lines."""
    tool, history = Owner.TOOL, inputs.history
    methods = (
        Column("name", Owner.LABEL, width=26),
        *(Column(code, tool, "percent", 12) for code in ("error", "model_error", "bias", "total_error")),
        *(Column(code, tool, "count", 12) for code in ("closer", "periods", "cells")),
    )
    compared = ("model", "inertial", "last_year", "declared")
    periods = (
        Column("period", tool, width=26),
        *(Column(code, tool, "number", 12) for code in ("actual", *compared)),
    )
    lines = (REGION, NAME, *(Column(code, tool, "percent", 12) for code in compared))
    tried = min(ORIGINS, max(len(history.periods) - history.per_year - 1, 0))
    tables = stacked(
        9,
        Table("methods", methods, METHODS, prefix="tested."),
        new_page(Table("periods", periods, numbered("P", tried + 1), prefix="tested.period.")),
        of_lines("lines", lines, inputs.plan, "tested.line."),
    )
    return Sheet(
        "backtest",
        (Field("verdict", tool, "long", (6, 2), span=12),),
        tables,
        filtered="lines",
        reach=(29, 15),
    )


class BacktestSheet:
    """What the ledger knows of the latest backtest."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._sheet = facts, facts.places.sheets["backtest"]

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet."""
        tables = {"methods": self._methods, "periods": lambda: self._told("periods"), "lines": self._lines}
        yield SheetPart("backtest", tables, self._fields)

    def _methods(self) -> Columns:
        """The ways to set targets, and how far each was off."""
        names = (text(f"calibration.method.{code}", self._facts.language) for code in METHODS)
        return {**self._told("methods"), "name": [Cell(name) for name in names]}

    def _lines(self) -> Columns:
        """How far each was off on a line."""
        return {**self._told("lines"), **self._facts.named_lines}

    def _fields(self) -> Fields:
        """The verdict, or how to get one."""
        told = self._facts.standing.value(None, None, "verdict")
        return {"verdict": Cell(str(told or self._facts.say("verdict.none")))}

    def _told(self, table: str) -> Columns:
        return self._facts.last_words(self._sheet.table(table))


def draw(drawer: Drawer) -> None:
    """The past, beside what each method would have said of it."""
    _draw_past(drawer, (drawer.sheet.table("periods").top - 1, 8), (540, 330))


def _draw_past(drawer: Drawer, spot: Spot, size: tuple[int, int]) -> None:
    """What happened in past periods, and what each method would have said."""
    chart, table = drawer.chart({"type": "line"}), drawer.sheet.table("periods")
    looks = {
        "actual": {"color": INK, "width": 3},
        "model": {"color": SERIES[1], "width": 2.25},
        "inertial": {"color": WARNING, "width": 1.75, "dash_type": "dash"},
        "last_year": {"color": FAINT, "width": 1.75, "dash_type": "round_dot"},
        "declared": {"color": SERIES[3], "width": 1.75},
    }
    for code, line in looks.items():
        marker = {"type": "circle", "size": 5, "fill": {"color": line["color"]}}
        marker["border"] = {"color": line["color"]}
        chart.add_series({**drawer.series(table, code, "period"), "line": line, "marker": marker})
    chart.set_x_axis({"num_font": drawer.font(9), "text_axis": True})
    chart.set_y_axis(drawer.amounts)
    drawer.finish(chart, "chart.past", spot, size)
