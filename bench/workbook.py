"""A workbook of 200 regions x 50 lines: written new, then checked, locked and proved while closed."""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import openpyxl
import xlsxwriter

from bench.report import Goal, Row, Time, best, main, stopwatch
from targetcal_xl import actions
from targetcal_xl.calibration import JUSTIFICATION, Inputs, Key, Value, compute_baseline
from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.workbook import open_book, read, shown
from tests.support.clock import Clock
from tests.support.samples import sample_inputs

_SIZE, _QUICK_SIZE = (50,) * 200, (10,) * 10
_Grids = dict[str, dict[Spot, Cell]]


def measure(quick: bool) -> Iterator[Row]:
    """The new workbook beside bare XlsxWriter, then each action and all three beside openpyxl."""
    inputs = sample_inputs(_QUICK_SIZE if quick else _SIZE)
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "targets.xlsx")
        size = f"{len(inputs.plan.regions)} regions, {len(inputs.plan.lines):,} lines"
        took = _new(book, inputs)
        grids = {name: dict(open_book(book).grid(name)) for name in open_book(book).sheets}
        bare = best(lambda: _write_bare(Path(folder, "bare.xlsx"), grids), 1)
        yield Row(f"new: {size}", took, Goal("slower", 1.5), "XlsxWriter, the same cells bare", bare)
        submit(book, inputs)
        openpyxl_took = best(lambda: _load_and_save(book, Path(folder, "saved.xlsx")), 1)
        times = _check_lock_audit(book)
        times["check, lock, audit"] = Time(*(sum(figures) for figures in zip(*times.values(), strict=True)))
        for what, took in times.items():
            goal, beside = Goal("faster", 5), "openpyxl load + save"
            yield Row(f"{what}: {size}", took, goal, beside, openpyxl_took)


def _desk(book: Path, create: bool = False) -> AbstractContextManager[actions.Desk]:
    return actions.open_desk(book, actor="finance", clock=Clock(), source="bench", create=create)


def _new(book: Path, inputs: Inputs) -> Time:
    with _desk(book, create=True) as desk, stopwatch() as times:
        actions.new(desk, inputs, "zh-CN")
    return times[0]


def _write_bare(path: Path, grids: _Grids) -> None:
    """The same values and formulas, with no format, no name, no validation and nothing to print by."""
    with xlsxwriter.Workbook(path) as workbook:
        for name, grid in grids.items():
            sheet = workbook.add_worksheet(name)
            for (row, column), cell in grid.items():
                if cell.formula is not None:
                    sheet.write_formula(row - 1, column - 1, f"={cell.formula}", None, cell.value)
                elif isinstance(cell.value, str):
                    sheet.write_string(row - 1, column - 1, cell.value)
                else:
                    sheet.write_number(row - 1, column - 1, cell.value)


def submit(path: Path, inputs: Inputs) -> None:
    """Type every manager's declaration and save."""
    book = open_book(path)
    reading = read(book, inputs, "zh-CN")
    cells: _Grids = defaultdict(dict)
    for key, value in _declarations(inputs):
        at = reading.typed[key]
        cells[reading.places.tabs[at.sheet]][at.spot] = Cell(shown(value, at.kind, reading.places.language))
    for tab, spots in cells.items():
        book.set(tab, spots)
    book.save()


def _declarations(inputs: Inputs) -> Iterator[tuple[Key, Value]]:
    """What was suggested, in one line of ten 20 % less with its reasons; every tab submitted."""
    suggested = compute_baseline(inputs).suggested.tolist()
    for place, (line, value) in enumerate(zip(inputs.plan.lines, suggested, strict=True)):
        less = place % 10 == 0
        yield (line.region, line.code, "declared"), float(round(value * 0.8) if less else value)
        for field in JUSTIFICATION if less else ():
            yield (line.region, line.code, field), f"重点客户推迟采购，第 {place} 行"
    for region in inputs.plan.regions:
        yield (region.code, None, "submitter"), region.head.name
        yield (region.code, None, "status"), "submitted"


def _check_lock_audit(book: Path) -> dict[str, Time]:
    """What each action takes by itself, reading the file anew; AssertionError when one fails."""
    before = _parts(book)
    with _desk(book) as desk:
        with stopwatch() as check:
            checked = actions.check(desk)
        with stopwatch() as lock:
            locked = actions.lock(desk)
        with stopwatch() as audit:
            proved = actions.verify(desk)
    assert not checked.problems and not locked.refused and not proved.problems
    touched = {name for name, content in _parts(book).items() if before.get(name) != content}
    assert len(touched) < len(before), "a lock must leave most of the file alone"
    return {"check": check[0], "lock, each cell to the audit sheet": lock[0], "audit --verify": audit[0]}


def _parts(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as package:
        return {name: package.read(name) for name in package.namelist()}


def _load_and_save(book: Path, saved: Path) -> None:
    openpyxl.load_workbook(book).save(saved)


if __name__ == "__main__":
    main("workbook", measure)
