"""Workbooks of 10, 50 and 200 regions x 50 lines: written, then checked, locked and proved while closed."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
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

_SIZES, _QUICK_SIZES = tuple((50,) * regions for regions in (10, 50, 200)), ((3,) * 3,)
_OPENPYXL, _BARE = "openpyxl load + save", "XlsxWriter, the same cells bare"
_Grids = dict[str, dict[Spot, Cell]]


def measure(quick: bool) -> Iterator[Row]:
    """Each size: a new workbook beside bare XlsxWriter, then each action beside openpyxl on the same file.

    A small one goes before, untold, so that the bytecode is at hand as after an installation.
    """
    if not quick:
        with tempfile.TemporaryDirectory() as warm:
            list(_measure(Path(warm, "targets.xlsx"), _QUICK_SIZES[0]))
    for size in _QUICK_SIZES if quick else _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder, "targets.xlsx"), size)


def _measure(book: Path, size: tuple[int, ...]) -> Iterator[Row]:
    """Every step in a process of its own, as a command is."""
    told, before = f"{len(size)} regions, {sum(size):,} lines", alone(_new, book, size)
    yield Row(f"new: {told}", before, Goal("slower", 1.5), _BARE, alone(_write_bare, book, size), "process")
    alone(_submit, book, size)
    kept = shutil.copy(book, book.with_name("submitted.xlsx"))
    openpyxl_took = alone(_load_and_save, book, size)
    for what, action in (("check", _check), ("lock", _lock)):
        yield Row(
            f"{what}: {told}",
            alone(action, book, size),
            Goal("faster", 5),
            _OPENPYXL,
            openpyxl_took,
            "process",
        )
    assert _untouched(Path(kept), book) > 0, "a lock must leave some of the file alone"
    openpyxl_took = alone(_load_and_save, book, size)
    took = alone(_prove, book, size)
    yield Row(f"audit --verify: {told}", took, Goal("faster", 5), _OPENPYXL, openpyxl_took, "process")


def alone(step: Callable[[Path, tuple[int, ...]], Time], book: Path, size: tuple[int, ...]) -> Time:
    """What a step takes, and the most memory that its process, or one that it started, had."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_as_installed) as pool:
        took = pool.submit(step, book, size).result()
        return took._replace(peak=pool.submit(_peak).result())


def _as_installed() -> None:
    """Keep bytecode, whatever the environment says: an installation has it."""
    sys.dont_write_bytecode = False


def _peak() -> int:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) // unit


def _desk(book: Path, create: bool = False) -> AbstractContextManager[actions.Desk]:
    return actions.open_desk(book, actor="finance", clock=Clock(), source="bench", create=create)


def _new(book: Path, size: tuple[int, ...]) -> Time:
    with _desk(book, create=True) as desk, stopwatch() as times:
        actions.new(desk, sample_inputs(size), "zh-CN")
    return times[0]


def _write_bare(book: Path, _size: tuple[int, ...]) -> Time:
    """The same values and formulas, with no format, no name, no validation and nothing to print by."""
    opened = open_book(book)
    grids = {name: opened.grid(name) for name in opened.sheets}
    return best(lambda: _write_grids(book.with_name("bare.xlsx"), grids), 1)


def _write_grids(path: Path, grids: Mapping[str, Mapping[Spot, Cell]]) -> None:
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


def _submit(book: Path, size: tuple[int, ...]) -> Time:
    return best(lambda: submit(book, sample_inputs(size)), 1)


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


def _check(book: Path, _size: tuple[int, ...]) -> Time:
    with _desk(book) as desk, stopwatch() as times:
        assert not actions.check(desk).problems
    return times[0]


def _lock(book: Path, size: tuple[int, ...]) -> Time:
    """Every submission taken in, cell by cell, to the audit sheet."""
    with _desk(book) as desk, stopwatch() as times:
        assert len(actions.lock(desk).locked) == len(size)
    return times[0]


def _prove(book: Path, _size: tuple[int, ...]) -> Time:
    with _desk(book) as desk, stopwatch() as times:
        assert not actions.verify(desk).problems
    return times[0]


def _load_and_save(book: Path, _size: tuple[int, ...]) -> Time:
    return best(lambda: openpyxl.load_workbook(book).save(book.with_name("saved.xlsx")), 1)


def _untouched(before: Path, after: Path) -> int:
    """How many parts hold what they held."""
    was, now = _parts(before), _parts(after)
    return sum(now.get(name) == content for name, content in was.items())


def _parts(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as package:
        return {name: package.read(name) for name in package.namelist()}


if __name__ == "__main__":
    main("workbook", measure)
