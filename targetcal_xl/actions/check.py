"""Finding every problem in a workbook, by cell, before anything is locked."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..calibration import (
    JUSTIFICATION,
    Key,
    Line,
    Region,
    Value,
    declaration_fault,
    departs,
    is_placeholder,
    is_support,
    may_submit,
    missing_fields,
)
from ..ledger import fault
from ..problems import Problem
from ..workbook import BLANK, Owner, Typed, cell_name, content, is_formula, region_sheet, same_value
from .desk import Desk, chosen_regions
from .stock import Stock, look, misfit
from .table import FINAL, Table
from .taken_in import not_taken_in, where

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
    book = (*elsewhere, *not_taken_in(stock))
    return CheckReport(tuple(_region_check(stock, region, faults) for region in chosen), book)


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


def fixed_changed(stock: Stock) -> list[Problem]:
    """Cells of the settings that belong to the plan and say something else."""
    return list(_changed_cells(stock, {"settings"}))


def unsettled(stock: Stock) -> list[Problem]:
    """What finance's sheets say that does not count: changed where it has to stay, or not taken in."""
    return [*fixed_changed(stock), *not_taken_in(stock)]


def examine(stock: Stock, region: Region, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """Everything that keeps a region's tab from counting; `faults` are those of the whole book."""
    tab = stock.reading.places.tabs.get(region_sheet(region.code))
    if tab is None:
        return (Problem("tab_missing", region.name),)
    own = [fault for fault in faults if _tab(fault) == tab]
    return (*own, *broken_seals(stock, region), *unrecorded(stock, region), *_unfinished(stock, region))


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
        if is_sealed(side, cell.key) and (cell.value != sealed or cell.has_formula):
            fields = {"sealed": _said(sealed), "found": _said(cell.value)}
            yield Problem("sealed_changed", where(stock, cell), fields)


def unrecorded(stock: Stock, region: Region) -> Iterator[Problem]:
    """What a superior typed after the region was decided, and nobody has taken note of."""
    if stock.table(region).state not in FINAL:
        return
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        recorded = stock.standing.values.get(cell.key)
        if cell.value != recorded:
            fields = {"recorded": _said(recorded), "found": _said(cell.value)}
            yield Problem(
                "grant_unrecorded" if is_support(cell.key[2]) else "decision_unrecorded",
                where(stock, cell),
                fields,
            )


def is_sealed(side: Table, key: Key) -> bool:
    """Whether a manager's cell counts as submitted: until handed back, or with its line agreed for good."""
    return side.state != "open" or side.is_agreed_cell(key)


def _unfinished(stock: Stock, region: Region) -> Iterator[Problem]:
    """What the manager of an open tab still has to do."""
    side = stock.table(region)
    if side.state != "open":
        return
    yield from unkept(stock, stock.reading.of_region(region.code, Owner.MANAGER))
    yield from _early_decisions(stock, region)
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


def _early_decisions(stock: Stock, region: Region) -> Iterator[Problem]:
    """What stands in the superior's cells before there is anything to decide on, and was never recorded."""
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        recorded = stock.standing.values.get(cell.key)
        if cell.value != recorded or cell.has_formula:
            fields = {"recorded": _said(recorded), "found": _said(cell.value)}
            yield Problem(
                "decision_early" if recorded is None else "decision_changed", where(stock, cell), fields
            )


def _header_problems(stock: Stock, region: Region) -> Iterator[Problem]:
    status = stock.reading.typed.get((region.code, None, "status"))
    submitter = stock.reading.typed.get((region.code, None, "submitter"))
    if status and status.value not in (None, "draft", "submitted"):
        yield Problem("choice_unknown", where(stock, status), {"found": _said(status.value)})
    if submitter is None or not is_submitted(stock, region):
        return
    if is_placeholder(submitter.value):
        yield Problem("submitter_missing", where(stock, submitter))
    elif not may_submit(str(submitter.value), region):
        fields = {"found": _said(submitter.value), "head": region.head.name}
        yield Problem("submitter_not_head", where(stock, submitter), fields)


def _line_problems(stock: Stock, line: Line) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, "declared"))
    if cell is None:
        return
    yield from _agreement_problems(stock, line, cell)
    if agrees(stock, line):
        return
    fault = declaration_fault(cell.value, cell.has_formula, stock.plan.metric)
    if fault:
        fields = {"line": line.name, "found": _said(cell.value), "step": f"{stock.plan.metric.step:g}"}
        yield Problem(f"declared_{fault}", where(stock, cell), fields)
    for code in JUSTIFICATION:
        yield from _wording_problems(stock, line, code, None if fault else float(cell.value or 0))


def counter_of(stock: Stock, line: Line) -> float | None:
    """The superior's counter that a line waits with; None where it was not countered."""
    return stock.table(stock.plan.region(line.region)).number(line.code, "counter")


def agrees(stock: Stock, line: Line) -> bool:
    """Whether the region has said that it agrees to the superior's counter."""
    return stock.typed((line.region, line.code, "agree")) == "yes" and counter_of(stock, line) is not None


def offered(stock: Stock, line: Line) -> Value:
    """The target that a region stands for: what it typed, or the counter that it agrees to."""
    return (
        counter_of(stock, line) if agrees(stock, line) else stock.typed((line.region, line.code, "declared"))
    )


def _agreement_problems(stock: Stock, line: Line, declared: Typed) -> Iterator[Problem]:
    """Agreeing to what nobody countered, or while declaring a third number."""
    cell = stock.reading.typed.get((line.region, line.code, "agree"))
    if cell is None or cell.value is None:
        return
    counter = counter_of(stock, line)
    if cell.has_formula:
        yield Problem("text_formula", where(stock, cell))
    elif cell.value != "yes":
        yield Problem("choice_unknown", where(stock, cell), {"found": _said(cell.value)})
    elif counter is None:
        yield Problem("agree_nothing", where(stock, cell), {"line": line.name})
    elif _is_third(stock, declared, counter):
        fields = {"line": line.name, "declared": _said(declared.value), "counter": f"{counter:g}"}
        yield Problem("agree_twice", where(stock, declared), fields)


def _is_third(stock: Stock, declared: Typed, counter: float) -> bool:
    """Whether a target is neither what was declared before, nor the counter, nor nothing."""
    value = declared.value
    if value is None or value == stock.standing.values.get(declared.key):
        return declared.has_formula
    return isinstance(value, str | bool) or departs(float(value), counter)


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
    suggested, counter = stock.standing.suggested(line.code), counter_of(stock, line)
    return bool(missing_fields(declared, suggested, None, None, None, counter))


def _support_cells(stock: Stock, region: Region) -> Iterator[Typed]:
    cells = stock.reading.of_region(region.code, Owner.MANAGER)
    return (cell for cell in cells if is_support(cell.key[2]))


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


def _tab(problem: Problem) -> str:
    return problem.where.rpartition("!")[0] or problem.where


def _said(value: object) -> str:
    """A value in a sentence, cut when it is long."""
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
