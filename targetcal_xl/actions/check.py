"""Finding every problem in a workbook, by cell, before anything is locked."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..calibration import (
    JUSTIFICATION,
    Line,
    Region,
    Value,
    declaration_fault,
    is_placeholder,
    missing_fields,
)
from ..ledger import fault
from ..problems import Problem
from ..workbook import BLANK, Owner, Typed, cell_name, content, is_formula, region_sheet, same_value
from .desk import Desk, chosen_regions
from .stock import Stock, look, misfit
from .table import FINAL, Table

SUPPORT_FIELDS = ("kind", "what", "quantity")
"""What a support item needs, once anything is said of it."""


@dataclass(frozen=True)
class RegionCheck:
    """What one region's tab is like."""

    region: str
    state: str
    round: int
    submitted: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class CheckReport:
    """What the whole book is like; `book` are the problems outside region tabs."""

    regions: tuple[RegionCheck, ...]
    book: tuple[Problem, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem, in tab order."""
        return (*self.book, *(problem for region in self.regions for problem in region.problems))


def check(desk: Desk, regions: Sequence[str] = ()) -> CheckReport:
    """Look at the book and change nothing."""
    stock = look(desk)
    if problem := misfit(stock):
        return CheckReport((), (problem,))
    faults = tampering(stock)
    chosen = chosen_regions(stock.plan, regions)
    tabs = {stock.reading.places.tabs.get(region_sheet(region.code)) for region in stock.plan.regions}
    elsewhere = () if regions else tuple(fault for fault in faults if _tab(fault) not in tabs)
    return CheckReport(tuple(_region_check(stock, region, faults) for region in chosen), elsewhere)


def _region_check(stock: Stock, region: Region, faults: Sequence[Problem]) -> RegionCheck:
    side = stock.table(region)
    return RegionCheck(
        region.name, side.state, side.round, is_submitted(stock, region), examine(stock, region, faults)
    )


def is_submitted(stock: Stock, region: Region) -> bool:
    """Whether the region's manager has said that the tab is finished."""
    return stock.typed((region.code, None, "status")) == "submitted"


def tampering(stock: Stock, sheets: Container[str] | None = None) -> tuple[Problem, ...]:
    """What is lost or moved anywhere, and every cell of ours on these sheets that somebody has changed."""
    return (*stock.reading.places.problems, *_changed_cells(stock, sheets))


def _changed_cells(stock: Stock, sheets: Container[str] | None) -> Iterator[Problem]:
    reading = stock.reading
    for sheet, cells in content(stock.standing, reading.values, reading.places, sheets).items():
        tab, grid = reading.places.tabs.get(sheet), reading.grids.get(sheet, {})
        for spot, wanted in cells.items() if tab else ():
            found = grid.get(spot, BLANK)
            if found == wanted:
                continue
            if wanted.formula is not None and not is_formula(found, wanted):
                yield Problem(
                    "formula_overwritten", f"{tab}!{cell_name(spot)}", {"found": _said(found.value)}
                )
            elif wanted.formula is None and not (same_value(found, wanted) and found.formula is None):
                fields = {"expected": _said(wanted.value), "found": _said(found.value)}
                yield Problem("readonly_changed", f"{tab}!{cell_name(spot)}", fields)


def examine(stock: Stock, region: Region, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """Everything that keeps a region's tab from counting; `faults` are those of the whole book."""
    tab = stock.reading.places.tabs.get(region_sheet(region.code))
    if tab is None:
        return (Problem("tab_missing", region.name),)
    own = [fault for fault in faults if _tab(fault) == tab]
    return (*own, *broken_seals(stock, region), *_unrecorded(stock, region), *_unfinished(stock, region))


def damage(stock: Stock, region: Region) -> tuple[Problem, ...]:
    """What a submitted tab has lost, and every sealed cell that says something else now."""
    tab = stock.reading.places.tabs.get(region_sheet(region.code))
    if tab is None:
        return (Problem("tab_missing", region.name),)
    lost = (fault for fault in stock.reading.places.problems if _tab(fault) == tab)
    return (*lost, *broken_seals(stock, region))


def broken_seals(stock: Stock, region: Region) -> Iterator[Problem]:
    """Cells that say something else than when they were sealed."""
    side = stock.table(region)
    for cell in stock.reading.of_region(region.code, Owner.MANAGER):
        sealed = stock.standing.values.get(cell.key)
        if is_sealed(side, cell.key[1]) and (cell.value != sealed or cell.has_formula):
            fields = {"sealed": _said(sealed), "found": _said(cell.value)}
            yield Problem("sealed_changed", where(stock, cell), fields)


def _unrecorded(stock: Stock, region: Region) -> Iterator[Problem]:
    """What a superior typed after the region was decided, which nobody will take note of."""
    if stock.table(region).state not in FINAL:
        return
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        recorded = stock.standing.values.get(cell.key)
        if cell.value != recorded:
            fields = {"recorded": _said(recorded), "found": _said(cell.value)}
            yield Problem("decision_unrecorded", where(stock, cell), fields)


def is_sealed(side: Table, row: str | None) -> bool:
    """Whether a manager's cells in this row count as submitted: until handed back, or agreed for good."""
    return side.state != "open" or (row is not None and side.is_agreed(row))


def _unfinished(stock: Stock, region: Region) -> Iterator[Problem]:
    """What the manager of an open tab still has to do."""
    side = stock.table(region)
    if side.state != "open":
        return
    yield from unkept(stock, stock.reading.of_region(region.code, Owner.MANAGER))
    yield from _header_problems(stock, region)
    for line in side.lines:
        if not side.is_agreed(line.code):
            yield from _line_problems(stock, line)
    for row in sorted({str(cell.key[1]) for cell in _support_cells(stock, region) if cell.value is not None}):
        yield from _support_problems(stock, region, row)


def unkept(stock: Stock, cells: Iterable[Typed]) -> Iterator[Problem]:
    """What cells hold that no ledger can keep."""
    for cell in cells:
        if code := fault(cell.value):
            yield Problem(code, where(stock, cell), {"value": _said(ascii(cell.value))})


def _header_problems(stock: Stock, region: Region) -> Iterator[Problem]:
    status = stock.reading.typed.get((region.code, None, "status"))
    submitter = stock.reading.typed.get((region.code, None, "submitter"))
    if status and status.value not in (None, "draft", "submitted"):
        yield Problem("choice_unknown", where(stock, status), {"found": _said(status.value)})
    if submitter and is_placeholder(submitter.value) and is_submitted(stock, region):
        yield Problem("submitter_missing", where(stock, submitter))


def _line_problems(stock: Stock, line: Line) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, "declared"))
    if cell is None:
        return
    fault = declaration_fault(cell.value, cell.has_formula, stock.plan.metric)
    if fault:
        fields = {"line": line.name, "found": _said(cell.value), "step": f"{stock.plan.metric.step:g}"}
        yield Problem(f"declared_{fault}", where(stock, cell), fields)
    for code in JUSTIFICATION:
        yield from _wording_problems(stock, line, code, None if fault else float(cell.value or 0))


def _wording_problems(stock: Stock, line: Line, code: str, declared: float | None) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, code))
    if cell is None or declared is None:
        return
    if cell.has_formula:
        yield Problem("text_formula", where(stock, cell))
    elif is_placeholder(cell.value) and _needs_reasons(stock, line, declared):
        kind = "missing" if cell.value is None else "placeholder"
        yield Problem(f"{code}_{kind}", where(stock, cell), {"line": line.name, "found": _said(cell.value)})


def _needs_reasons(stock: Stock, line: Line, declared: float) -> bool:
    return bool(missing_fields(declared, stock.standing.suggested(line.code), None, None, None))


def _support_cells(stock: Stock, region: Region) -> Iterator[Typed]:
    lines = {line.code for line in stock.plan.lines_of(region.code)}
    cells = stock.reading.of_region(region.code, Owner.MANAGER)
    return (cell for cell in cells if cell.key[1] is not None and cell.key[1] not in lines)


def _support_problems(stock: Stock, region: Region, row: str) -> Iterator[Problem]:
    for code in SUPPORT_FIELDS:
        cell = stock.reading.typed.get((region.code, row, code))
        if cell is None:
            continue
        if cell.value is None or (code == "what" and is_placeholder(cell.value)):
            yield Problem(f"support_{code}_missing", where(stock, cell), {"item": row})
        elif fault := _misfit(cell):
            yield Problem(fault, where(stock, cell), {"found": _said(cell.value)})
    due = stock.reading.typed.get((region.code, row, "due"))
    if due and due.value is not None and not _is_date(due.value):
        yield Problem("date_unreadable", where(stock, due), {"found": _said(due.value)})


def _misfit(cell: Typed) -> str | None:
    """Why a support item's cell cannot be used as it is."""
    if cell.has_formula:
        return "text_formula"
    if cell.key[2] == "quantity" and not isinstance(cell.value, int | float):
        return "number_unreadable"
    return None


def _is_date(value: Value) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))


def where(stock: Stock, cell: Typed) -> str:
    """A cell's place in a person's words: `华东大区!H7`."""
    return f"{stock.reading.places.tabs[cell.sheet]}!{cell_name(cell.spot)}"


def _tab(problem: Problem) -> str:
    return problem.where.rpartition("!")[0] or problem.where


def _said(value: object) -> str:
    """A value in a sentence, cut when it is long."""
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
