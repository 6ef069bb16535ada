"""The sheet of the backtest: how the method would have done, by method, by period and by line."""

from __future__ import annotations

from ...calibration.backtest import METHODS, ORIGINS
from ...calibration.baseline import Inputs
from ...language import text
from ...ooxml import Cell
from ..facts import Facts, Row
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import NAME, REGION, numbered, of_lines, stacked


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
        Table("periods", periods, numbered("P", tried + 1), prefix="tested.period."),
        of_lines("lines", lines, inputs.plan, "tested.line."),
    )
    return Sheet("backtest", (Field("verdict", tool, "long", (6, 2), span=12),), tables)


class Retrospect:
    """Writes what the ledger knows of the latest backtest."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._sheet = facts.places.sheets["backtest"]

    def method(self, row: str) -> Row:
        """A way to set targets, and how far it was off."""
        return {
            **self._told("methods", row),
            "name": Cell(text(f"calibration.method.{row}", self._facts.language)),
        }

    def period(self, row: str) -> Row:
        """A past period: what happened, and what each would have said."""
        return self._told("periods", row)

    def line(self, row: str) -> Row:
        """How far each was off on a line."""
        return {**self._told("lines", row), **self._facts.names(row)}

    def fields(self) -> Row:
        """The verdict, or how to get one."""
        told = self._facts.standing.value(None, None, "verdict")
        return {"verdict": Cell(str(told or self._facts.say("verdict.none")))}

    def _told(self, table: str, row: str) -> dict[str, Cell]:
        found = self._sheet.table(table)
        return {
            column.code: self._facts.told(found.key(row, column.code), column.kind)
            for column in found.columns
        }
