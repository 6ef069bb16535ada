"""Finding every problem in a workbook, by cell, before anything is locked."""

from __future__ import annotations

import math
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
    departs,
    is_support,
    may_submit,
    needs_reasons,
    same_value,
)
from ..calibration.vocabulary import Stage, Status
from ..desk import (
    Desk,
    Side,
    Stock,
    cell_faults,
    chosen_regions,
    formula_faults,
    look,
    not_taken_in,
    said,
    typed_faults,
    typed_remarks,
    unfit,
    where,
)
from ..figures import typed
from ..language import is_meant, is_placeholder, text
from ..ledger import fault
from ..ooxml import BLANK, Cell, Spot, cell_name
from ..problems import Problem
from ..telling import DONE, QUESTION, WRONG, Part, Report, Sentence, tell_problems, word
from ..workbook import Content, Owner, Typed, content, is_formula, region_sheet, same_shown
from .decisions import tab_faults

SUPPORT_FIELDS = ("kind", "what", "quantity")
"""What a support item needs, once anything is said of it."""

_LOST_IN_SUMS = 1e-12
"""The share of a sheet's largest number by which programs' sums may differ."""


@dataclass(frozen=True)
class RegionCheck:
    """What one region's tab is like."""

    region: str
    stage: Stage
    round: int
    handed_in: bool
    """Whether its head has finished the tab, and it waits to be locked."""
    problems: tuple[Problem, ...]
    remarks: int = 0
    """What is written in the tab and was not taken in yet."""


@dataclass(frozen=True)
class CheckReport(Report):
    """What the whole book is like; `book` are the problems outside region tabs."""

    regions: tuple[RegionCheck, ...]
    book: tuple[Problem, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem, in tab order."""
        return (*self.book, *(problem for region in self.regions for problem in region.problems))

    @property
    def leaves_work(self) -> bool:
        """Whether there are problems."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield from tell_problems(self.book, language, indented=True)
        for region in self.regions:
            words = [word(region.stage, language), text("telling.round", language, round=region.round)]
            words += [text("telling.check.handed_in", language)] if region.handed_in else []
            yield Sentence(" · ".join(words), WRONG if region.problems else DONE, region.region)
            yield from tell_problems(region.problems, language, indented=True)
            if region.remarks:
                waiting = text("telling.comment.waiting", language, count=region.remarks)
                yield Sentence(waiting, QUESTION, indented=True)
        total = len(self.problems)
        yield Sentence(
            text("telling.check.problems", language, count=total)
            if total
            else text("telling.check.clean", language)
        )


def check(desk: Desk, regions: Sequence[str] = ()) -> CheckReport:
    """Look at the book and change nothing."""
    stock = look(desk)
    if problems := unfit(stock):
        return CheckReport((), tuple(problems))
    faults = tampering(stock)
    chosen = chosen_regions(stock.plan, regions)
    tabs = {stock.reading.places.tabs.get(region_sheet(region.code)) for region in stock.plan.regions}
    elsewhere = () if regions else tuple(fault for fault in faults if _tab(fault) not in tabs)
    book = (*elsewhere, *not_taken_in(stock))
    return CheckReport(tuple(_region_check(stock, region, faults) for region in chosen), book)


def _region_check(stock: Stock, region: Region, faults: Sequence[Problem]) -> RegionCheck:
    side = stock.table(region)
    problems, waiting = examine(stock, region, faults), len(typed_remarks(stock, [region]))
    handed_in = side.is_open and is_submitted(stock, region)
    return RegionCheck(region.name, side.stage, side.round, handed_in, problems, waiting)


def is_submitted(stock: Stock, region: Region) -> bool:
    """Whether the region's manager has said that the tab is finished."""
    return says_finished(stock.typed((region.code, None, "status")))


def says_finished(status: Value) -> bool:
    """Whether a status is more than a draft's: a word that nobody offered is told of, and not waited for."""
    return status not in (None, "", Status.DRAFT)


def tampering(stock: Stock, sheets: Container[str] | None = None) -> tuple[Problem, ...]:
    """Every cell of ours on these sheets, or on all, that somebody has changed."""
    reading = stock.reading
    wanted = content(stock.standing, stock.values, reading.places, sheets, stock.known)
    return tuple(changed_cells(stock, wanted))


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


def fixed_changed(stock: Stock) -> list[Problem]:
    """Cells of the settings that belong to the plan and say something else."""
    return list(tampering(stock, {"settings"}))


def unsettled(stock: Stock) -> list[Problem]:
    """What finance's sheets say that does not count: changed where it has to stay, or not taken in."""
    return [*fixed_changed(stock), *not_taken_in(stock)]


def examine(stock: Stock, region: Region, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """Everything that keeps a region's tab from counting; `faults` are those of the whole book."""
    tab = stock.reading.places.tabs.get(region_sheet(region.code))
    own = [fault for fault in faults if _tab(fault) == tab]
    typed = [cell for cell in stock.reading.of_region(region.code, Owner.SUPERIOR) if _is_new(stock, cell)]
    return (
        *own,
        *broken_seals(stock, region),
        *unrecorded(stock, region),
        *_each_once([*tab_faults(stock, region), *cell_faults(stock, typed)]),
        *typed_faults(stock, typed_remarks(stock, [region])),
        *_unfinished(stock, region),
    )


def _each_once(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Problems without those that are told of the same cell already."""
    return {(problem.code, problem.where): problem for problem in problems}.values()


def _is_new(stock: Stock, cell: Typed) -> bool:
    """Whether a cell says what the ledger does not."""
    return cell.value != stock.standing.values.get(cell.key)


def broken_seals(stock: Stock, region: Region) -> Iterator[Problem]:
    """Cells that say something else than when they were sealed."""
    side = stock.table(region)
    for cell in stock.reading.of_region(region.code, Owner.MANAGER):
        sealed = stock.standing.values.get(cell.key)
        if side.is_sealed(cell.key) and (cell.has_formula or not same_value(cell.value, sealed)):
            fields = {"sealed": said(sealed), "found": said(cell.value)}
            yield Problem("sealed_changed", where(stock, cell), fields)


def unrecorded(stock: Stock, region: Region) -> Iterator[Problem]:
    """Cells of the superior's that say something else than was decided, where a decision is not awaited."""
    side = stock.table(region)
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        decided = stock.standing.values.get(cell.key)
        waits = side.allows("decide") and awaits(side, cell.key)
        if not waits and (cell.has_formula or not same_value(cell.value, decided)):
            fields = {"recorded": said(decided), "found": said(cell.value)}
            yield Problem(_unrecorded_code(side, cell, decided), where(stock, cell), fields)


def _unrecorded_code(side: Side, cell: Typed, decided: Value) -> str:
    """How to say that a superior's cell is no decision: too early, changed, or not recorded yet."""
    if side.is_open:
        return "decision_early" if decided is None else "decision_changed"
    if is_support(cell.key[2]):
        return "grant_waits" if awaits(side, cell.key) else "grant_unrecorded"
    return "decision_unrecorded"


def awaits(side: Side, key: Key) -> bool:
    """Whether a cell of the superior's is theirs to fill now: nothing is decided there in this round."""
    row, field = str(key[1]), key[2]
    if not side.is_free(key, Owner.SUPERIOR):
        return False
    if is_support(field):
        return side.of(row, field) is None
    return not side.is_agreed(row) and side.of(row, "decision") is None


def _unfinished(stock: Stock, region: Region) -> Iterator[Problem]:
    """What the manager of an open tab still has to do."""
    side = stock.table(region)
    if not side.is_open:
        return
    cells = list(stock.reading.of_region(region.code, Owner.MANAGER))
    yield from unkept(stock, cells)
    yield from formula_faults(stock, (cell for cell in cells if not side.is_sealed(cell.key)))
    yield from _header_problems(stock, region)
    for line in side.lines:
        if not side.is_agreed(line.code):
            yield from _line_problems(stock, line)
    for row in sorted({str(cell.key[1]) for cell in _support_cells(stock, region) if cell.value is not None}):
        yield from _support_problems(stock, region, row)


def unkept(stock: Stock, cells: Iterable[Typed]) -> Iterator[Problem]:
    """What cells hold that no ledger can keep, or no letter print."""
    for cell in cells:
        if code := fault(cell.value):
            yield Problem(code, where(stock, cell), {"value": said(ascii(cell.value))})
        else:
            yield from cell_faults(stock, [cell])


def _header_problems(stock: Stock, region: Region) -> Iterator[Problem]:
    status = stock.reading.typed.get((region.code, None, "status"))
    submitter = stock.reading.typed.get((region.code, None, "submitter"))
    yield from _date_problems(stock, stock.reading.typed.get((region.code, None, "submitted_on")))
    if status and status.value not in (None, Status.DRAFT, Status.SUBMITTED):
        yield Problem("choice_unknown", where(stock, status), {"found": said(status.value)})
    if submitter is None or not is_submitted(stock, region):
        return
    if is_placeholder(submitter.value):
        yield Problem("submitter_missing", where(stock, submitter))
    elif not may_submit(str(submitter.value), region):
        fields = {"found": said(submitter.value), "head": region.head.name}
        yield Problem("submitter_not_head", where(stock, submitter), fields)


def _line_problems(stock: Stock, line: Line) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, "declared"))
    if cell is None:
        return
    yield from _agreement_problems(stock, line, cell)
    if agrees(stock, line):
        return
    if fault := fault_of(stock, line, cell):
        found = _as_number(cell.value)
        numbers = {"step": float(stock.plan.metric.step), "suggested": stock.standing.suggested(line.code)}
        fields = {"line": line.name, "found": said(cell.value) if found is None else found, **numbers}
        yield Problem(f"declared_{fault}", where(stock, cell), fields)
    for code in JUSTIFICATION:
        yield from _wording_problems(stock, line, code, _as_number(cell.value))


def fault_of(stock: Stock, line: Line, cell: Typed) -> str | None:
    """Why a declaration is none that can count; the superior's own counter is never implausible."""
    counter, number = counter_of(stock, line), _as_number(cell.value)
    is_theirs = counter is not None and number is not None and not departs(number, counter)
    suggested = None if is_theirs else stock.standing.suggested(line.code)
    basis = stock.typed((line.region, line.code, "basis"))
    return declaration_fault(cell.value, cell.has_formula, stock.plan.metric, suggested, is_meant(basis))


def _as_number(value: Value) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value or 0) if is_number else None


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
        yield Problem("choice_unknown", where(stock, cell), {"found": said(cell.value)})
    elif counter is None:
        yield Problem("agree_nothing", where(stock, cell), {"line": line.name})
    elif _is_third(stock, declared, counter):
        fields = {"line": line.name, "declared": said(declared.value), "counter": typed(counter)}
        yield Problem("agree_twice", where(stock, declared), fields)


def _is_third(stock: Stock, declared: Typed, counter: float) -> bool:
    """Whether a target is neither what was declared before, nor the counter, nor nothing."""
    value = declared.value
    if value is None or value == stock.standing.values.get(declared.key):
        return declared.has_formula
    return isinstance(value, str | bool) or departs(float(value), counter)


def _wording_problems(stock: Stock, line: Line, code: str, declared: float | None) -> Iterator[Problem]:
    cell = stock.reading.typed.get((line.region, line.code, code))
    if cell is None or declared is None or cell.has_formula:
        return
    if is_placeholder(cell.value) and _needs_reasons(stock, line, declared):
        kind = "missing" if cell.value is None else "placeholder"
        yield Problem(f"{code}_{kind}", where(stock, cell), {"line": line.name, "found": said(cell.value)})


def _needs_reasons(stock: Stock, line: Line, declared: float) -> bool:
    suggested, counter = stock.standing.suggested(line.code), counter_of(stock, line)
    return needs_reasons(declared, suggested, counter)


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
            yield Problem(fault, where(stock, cell), {"found": said(cell.value)})
    yield from _date_problems(stock, stock.reading.typed.get((region.code, row, "due")))


def _date_problems(stock: Stock, cell: Typed | None) -> Iterator[Problem]:
    """What stands where a date is asked for, and is none."""
    if cell and not cell.has_formula and cell.value is not None and not _is_date(cell.value):
        yield Problem("date_unreadable", where(stock, cell), {"found": said(cell.value)})


def _misfit(cell: Typed) -> str | None:
    """Why a support item's cell cannot be used as it is."""
    if cell.has_formula:
        return None
    if cell.key[2] == "quantity" and not isinstance(cell.value, int | float):
        return "number_unreadable"
    return None


def _is_date(value: Value) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))


def _tab(problem: Problem) -> str:
    return problem.where.rpartition("!")[0] or problem.where
