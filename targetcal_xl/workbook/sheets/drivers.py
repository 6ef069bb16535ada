"""The drivers: what every line's indicators read, then and now."""

from __future__ import annotations

from ...calibration.plan import Plan
from ..shapes import Column, Owner, Sheet, Table
from .columns import NAME, REGION, stacked


def sheet(plan: Plan) -> Sheet:
    """A row for each line's reading of each indicator."""
    columns = (
        REGION,
        NAME,
        Column("indicator", Owner.LABEL, width=16),
        Column("driver", Owner.LABEL, width=16),
        Column("unit", Owner.LABEL, width=8),
        Column("reference", Owner.FINANCE, "decimal", 14),
        Column("now", Owner.FINANCE, "decimal", 14),
        Column("change", Owner.FORMULA, "percent", 12),
        Column("signal", Owner.FORMULA, "percent", 12),
    )
    rows = tuple(reading_row(line.code, item.code) for line in plan.lines for item in plan.indicators)
    return Sheet("drivers", (), stacked(5, Table("readings", columns, rows, prefix="reading.")))


def reading_row(line: str, indicator: str) -> str:
    """The row code of a line's reading of an indicator."""
    return f"{line}/{indicator}"
