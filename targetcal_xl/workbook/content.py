"""What every cell that is not a person's should hold, given the ledger's word and what people typed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from ..calibration.plan import Driver
from ..calibration.standing import Key, Standing, Value
from ..ooxml import Cell, Spot
from .captions import shown
from .facts import Facts, Row
from .finance import EFFECTS, fixed
from .places import Lost, Places
from .shapes import Kind, region_sheet
from .sheets.backtest import Retrospect
from .sheets.baseline import Explanation, weights_used
from .sheets.baseline_live import is_live
from .sheets.dashboard import Overview
from .sheets.dashboard_lights import Running
from .sheets.limits import Reached
from .sheets.odds import Chances
from .sheets.progress import Following
from .sheets.region import Declaration
from .sheets.region_formulas import EMPTY_WORDS
from .sheets.region_steps import Waterfall

Content = dict[str, dict[Spot, Cell]]
"""Sheet code -> spot -> cell."""


GROUND = ("settings", "history", "drivers", "baseline", "backtest")
"""Sheets that show what suggestions are made from; nothing that is said of a region shows there."""


def content(
    standing: Standing, typed: Mapping[Key, Value], places: Places, sheets: Container[str] | None = None
) -> Content:
    """Every label, every tool's value, and every formula with the value it computes.

    What the book has lost, by `places`, is left out, and so is each formula that would point to it.
    `sheets` are the codes of those that are wanted, when not all are.
    """
    facts = Facts(standing, typed, places)
    cells: Content = {sheet: {} for sheet in places.tabs if sheets is None or sheet in sheets}
    for page in _pages(facts):
        if page.sheet in cells:
            _write(page, places, cells[page.sheet])
    return cells


class _Page(NamedTuple):
    """Who writes a sheet: a row of each table from its code, and the fields."""

    sheet: str
    tables: Mapping[str, Callable[[str], Row]]
    fields: Callable[[], Row] = dict
    region: str | None = None


def _pages(facts: Facts) -> Iterator[_Page]:
    regions = [region.code for region in facts.plan.regions]
    told = {region: Declaration(facts, region) for region in regions}
    explanation, overview, following = Explanation(facts), Overview(facts, told), Following(facts)
    chances = Chances(facts, explanation)
    used = weights_used(facts.standing)
    drivers = {
        driver.code: _weights(facts, driver, w) for driver, w in zip(facts.plan.drivers, used, strict=True)
    }
    limits = Reached(facts)
    tables = {
        "regions": lambda row: {"name": Cell(facts.region_names[row])},
        "drivers": drivers.__getitem__,
        "limits": limits.setting,
        "last_period": lambda row: {"name": Cell(facts.caption(row))},
    }
    yield _Page("settings", tables, lambda: _settings(facts))
    yield _Page("history", {"history": lambda row: _asked(facts, row)})
    yield _Page("drivers", {"readings": explanation.reading})
    yield _Page("baseline", {"baseline": explanation.baseline})
    yield _Page("baseline", {"baseline": chances.baseline})
    for region in regions:
        steps = Waterfall(facts, explanation, region).step
        tables = {"lines": told[region].line, "why": explanation.why, "steps": steps}
        yield _Page(region_sheet(region), tables, told[region].fields, region)
        yield _Page(region_sheet(region), {"lines": chances.declared}, region=region)
    yield _Page("dashboard", {"regions": overview.region, "lines": overview.line}, overview.fields)
    yield _Page("dashboard", {"lines": chances.overview, "limits": limits.overview}, chances.fields)
    running = Running(facts)
    yield _Page("dashboard", {}, following.dashboard_fields)
    yield _Page("dashboard", {"running": running.line}, running.fields)
    yield _Page("progress", {"weekly": following.week, "lines": following.line}, following.progress_fields)
    tables = {"measures": following.measure, "regions": following.region}
    yield _Page("evaluation", tables, following.evaluation_fields)
    past = Retrospect(facts)
    tables = {"methods": past.method, "periods": past.period, "lines": past.line}
    yield _Page("backtest", tables, past.fields)


def _settings(facts: Facts) -> Row:
    """What belongs to the plan, and what the program says of the book."""
    state = facts.caption("live" if is_live(facts) else "frozen")
    choices = ("direction", "kind")
    plan = {
        code: Cell(shown(value, "choice" if code in choices else "text", facts.language))
        for code, value in fixed(facts.plan).items()
    }
    told = {"empty_words": Cell(EMPTY_WORDS), "language": Cell(facts.language), "functions": Cell(state)}
    return plan | told


def _weights(facts: Facts, driver: Driver, used: float) -> Row:
    """Which way a driver works, the weight in use and the one before, and what it was learned from."""
    kinds: Mapping[str, Kind] = {"before": "decimal", "standard_error": "decimal", "evidence": "long"}
    told = {code: facts.told((None, driver.code, f"driver.{code}"), kind) for code, kind in kinds.items()}
    way = facts.caption(EFFECTS[driver.direction])
    return {"name": Cell(driver.name), "used": Cell(used), "direction": Cell(way), **told}


def _asked(facts: Facts, line: str) -> Row:
    """A line's names, and what there is to ask about its last value."""
    return {**facts.names(line), "question": Cell(facts.questions.get(line))}


def _write(page: _Page, places: Places, cells: dict[Spot, Cell]) -> None:
    """Everything a page holds, but what the book has no room for any more."""
    for table, write in page.tables.items():
        if place := places.tables.get((page.sheet, table)):
            columns = place.columns
            for row, at in place.rows.items():
                with suppress(Lost):
                    cells |= {
                        (at, columns[code]): cell for code, cell in write(row).items() if code in columns
                    }
    with suppress(Lost):
        for code, cell in page.fields().items():
            if (page.region, code) in places.fields:
                cells[places.field(code, page.region)[1]] = cell
