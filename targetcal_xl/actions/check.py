"""Finding every problem in a workbook, by cell, before anything is locked."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..calibration import (
    JUSTIFICATION,
    Key,
    Line,
    Region,
    Value,
    declaration_fault,
    is_placeholder,
    missing_fields,
    same_value,
)
from ..ledger import fault
from ..problems import Problem
from ..workbook import BLANK, Cell, Content, Owner, Spot, Typed, cell_name, content, is_formula, region_sheet
from ..workbook import same_value as same_shown
from .desk import Desk, chosen_regions
from .recalibrations import recorded
from .stock import Stock, look, misfits
from .table import Table

SUPPORT_FIELDS = ("kind", "what", "quantity")
"""What a support item needs, once anything is said of it."""

_LOST_IN_SUMS = 1e-12
"""The share of a sheet's largest number by which programs' sums may differ."""


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
    if problems := misfits(stock):
        return CheckReport((), tuple(problems))
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
    """Every cell of ours on these sheets, or on all, that somebody has changed."""
    reading = stock.reading
    return tuple(changed_cells(stock, content(stock.standing, reading.values, reading.places, sheets)))


def changed_cells(stock: Stock, wanted_cells: Content, *, results: bool = False) -> Iterator[Problem]:
    """Cells of ours that hold something else; with `results` also formulas that show another one.

    A formula without a result shows nothing false: some programs leave it to the next one.
    """
    reading = stock.reading
    for sheet, cells in wanted_cells.items():
        tab, grid = reading.places.tabs.get(sheet), reading.grids.get(sheet, {})
        for spot, wanted in cells.items() if tab else ():
            found = grid.get(spot, BLANK)
            if found == wanted:
                continue
            if wanted.formula is not None and not is_formula(found, wanted):
                yield Problem("formula_overwritten", f"{tab}!{cell_name(spot)}", {"found": said(found.value)})
            elif wanted.formula is None and not (same_shown(found, wanted) and found.formula is None):
                fields = {"expected": said(wanted.value), "found": said(found.value)}
                yield Problem("readonly_changed", f"{tab}!{cell_name(spot)}", fields)
            elif results and found.value is not None and not _shows(found, wanted, cells):
                fields = {"expected": said(wanted.value), "found": said(found.value)}
                yield Problem("result_false", f"{tab}!{cell_name(spot)}", fields)


def _shows(found: Cell, wanted: Cell, beside: Mapping[Spot, Cell]) -> bool:
    """Whether a formula shows its result, but for what sums of its sheet's numbers lose in floating point."""
    if same_shown(found, wanted):
        return True
    if not isinstance(found.value, float) or not isinstance(wanted.value, float):
        return False
    largest = max((abs(cell.value) for cell in beside.values() if isinstance(cell.value, float)), default=1.0)
    return abs(found.value - wanted.value) <= _LOST_IN_SUMS * max(1.0, largest)


def examine(stock: Stock, region: Region, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """Everything that keeps a region's tab from counting; `faults` are those of the whole book."""
    tab = stock.reading.places.tabs.get(region_sheet(region.code))
    own = [fault for fault in faults if _tab(fault) == tab]
    return (*own, *broken_seals(stock, region), *unrecorded(stock, region), *_unfinished(stock, region))


def damage(stock: Stock, region: Region) -> tuple[Problem, ...]:
    """Every sealed cell of a region that says something else now."""
    return tuple(broken_seals(stock, region))


def broken_seals(stock: Stock, region: Region) -> Iterator[Problem]:
    """Cells that say something else than when they were sealed."""
    side = stock.table(region)
    for cell in stock.reading.of_region(region.code, Owner.MANAGER):
        sealed = stock.standing.values.get(cell.key)
        if is_sealed(side, cell.key[1]) and (cell.has_formula or not same_value(cell.value, sealed)):
            fields = {"sealed": said(sealed), "found": said(cell.value)}
            yield Problem("sealed_changed", where(stock, cell), fields)


def unrecorded(stock: Stock, region: Region) -> Iterator[Problem]:
    """Cells of the superior's that say something else than was decided, where a decision is not awaited."""
    side = stock.table(region)
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        decided = stock.standing.values.get(cell.key)
        if not awaits(side, cell.key) and (cell.has_formula or not same_value(cell.value, decided)):
            fields = {"recorded": said(decided), "found": said(cell.value)}
            yield Problem("decision_unrecorded", where(stock, cell), fields)


def awaits(side: Table, key: Key) -> bool:
    """Whether a cell of the superior's is theirs to fill now: nothing is decided there in this round."""
    _, row, field = key
    if side.state == "locked" and row in {line.code for line in side.lines}:
        return not side.is_agreed(str(row)) and side.of(str(row), "decision") is None
    return field == "granted" and side.state in ("locked", "decided") and side.of(str(row), field) is None


def not_taken_in(stock: Stock) -> Iterator[Problem]:
    """Cells of finance's that say something else than the suggestions were made from."""
    cells = [cell for cell in stock.reading.typed.values() if cell.owner is Owner.FINANCE]
    known = recorded(stock.standing, [cell.key for cell in cells])
    for cell in cells:
        if not same_value(cell.value, known.get(cell.key)):
            fields = {"found": said(cell.value), "recorded": said(known.get(cell.key))}
            yield Problem("not_taken_in", where(stock, cell), fields)


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
            yield Problem(code, where(stock, cell), {"value": said(ascii(cell.value))})


def _header_problems(stock: Stock, region: Region) -> Iterator[Problem]:
    status = stock.reading.typed.get((region.code, None, "status"))
    submitter = stock.reading.typed.get((region.code, None, "submitter"))
    if status and status.value not in (None, "draft", "submitted"):
        yield Problem("choice_unknown", where(stock, status), {"found": said(status.value)})
    if submitter and is_placeholder(submitter.value) and is_submitted(stock, region):
        yield Problem("submitter_missing", where(stock, submitter))


def _line_problems(stock: Stock, line: Line) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, "declared"))
    if cell is None:
        return
    fault = declaration_fault(cell.value, cell.has_formula, stock.plan.metric)
    if fault:
        fields = {"line": line.name, "found": said(cell.value), "step": f"{stock.plan.metric.step:g}"}
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
        yield Problem(f"{code}_{kind}", where(stock, cell), {"line": line.name, "found": said(cell.value)})


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
            yield Problem(fault, where(stock, cell), {"found": said(cell.value)})
    due = stock.reading.typed.get((region.code, row, "due"))
    if due and due.value is not None and not _is_date(due.value):
        yield Problem("date_unreadable", where(stock, due), {"found": said(due.value)})


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


def said(value: object) -> str:
    """A value in a sentence, cut when it is long."""
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
