"""The sheets of a plan's workbook in tab order, and where everything stands in a new one."""

from __future__ import annotations

from collections.abc import Iterable

from ..calibration.baseline import Inputs
from ..ooxml import Spot
from .captions import tab_names
from .places import Located, Places, TablePlace
from .shapes import Sheet
from .sheets import (
    audit,
    backtest,
    baseline,
    dashboard,
    drivers,
    evaluation,
    guide,
    history,
    letters,
    progress,
    settings,
)
from .sheets import region as region_tab


def layout(inputs: Inputs) -> tuple[Sheet, ...]:
    """Every sheet of a plan's workbook, in tab order."""
    plan = inputs.plan
    return (
        guide.sheet(),
        dashboard.sheet(plan),
        settings.sheet(plan),
        history.sheet(inputs),
        drivers.sheet(plan),
        baseline.sheet(plan),
        *(region_tab.sheet(plan, one.code) for one in plan.regions),
        progress.sheet(plan),
        evaluation.sheet(plan),
        backtest.sheet(inputs),
        letters.sheet(),
        audit.sheet(),
    )


def pack_layout(inputs: Inputs, region: str) -> tuple[Sheet, ...]:
    """The one sheet of the workbook that goes out to a region."""
    return (region_tab.sheet(inputs.plan, region),)


def default_places(inputs: Inputs, language: str, sheets: Iterable[Sheet] | None = None) -> Places:
    """Where everything stands in a new workbook, or in one with some of its sheets only."""
    names = tab_names(inputs.plan, language)
    tables: Located[tuple[str, str], TablePlace] = Located()
    fields: Located[tuple[str | None, str], tuple[str, Spot]] = Located()
    laid_out = {sheet.code: sheet for sheet in (layout(inputs) if sheets is None else sheets)}
    for sheet in laid_out.values():
        for item in sheet.fields:
            fields[sheet.region, item.code] = (sheet.code, item.spot)
        for table in sheet.tables:
            rows = Located({row: table.top + 2 + k for k, row in enumerate(table.rows)})
            tables[sheet.code, table.code] = TablePlace(table.top + 1, rows, Located(table.spots))
    tabs = Located({code: names[code] for code in laid_out})
    return Places(inputs, language, laid_out, tabs, tables, fields)
