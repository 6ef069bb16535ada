"""Packs of 10, 100 and 1,000 regions: handed out, filled in, and collected, beside a loop that reads them;
most of them once more by other hands. And how it grows to the most regions that one workbook has room for."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from distributed import LocalCluster

from bench.report import Goal, Row, Time, main, stopwatch
from bench.workbook import alone
from targetcal_xl import actions
from targetcal_xl.calibration import JUSTIFICATION, Inputs, Key, Value
from targetcal_xl.desk import ledger_beside
from targetcal_xl.exchange import find_slip, read_pack
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import open_book, shown
from tests.support.clock import Clock
from tests.support.samples import sample_inputs

_LINES = 5
_SIZES, _QUICK_SIZES, _MANY = (10, 100), (3,), 1_000
_GROWTH, _QUICK_GROWTH = (10, 100, 1_000, 2_800), (3, 6)
"""Regions of one line each."""
_LOOP = "pandas reads each, openpyxl writes the book"


def measure(quick: bool, scale: int) -> Iterator[Row]:
    """Each size: packs written, then collected, beside the loop; the same files, and the same book.

    The largest, of `scale` packs, is collected by other hands, too. A small plan goes before, untold, so that
    all programs' bytecode is at hand as after an installation.
    """
    if not quick:
        with tempfile.TemporaryDirectory() as warm:
            list(_measure(Path(warm, "targets.xlsx"), 3))
    for regions in _QUICK_SIZES if quick else (*_SIZES, scale):
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder, "targets.xlsx"), regions, shared=regions == scale)
    yield from grown(_QUICK_GROWTH if quick else _GROWTH)


def grown(sizes: Iterable[int]) -> Iterator[Row]:
    """Packs of one line each are collected, without anything beside."""
    for regions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            book, size = Path(folder, "targets.xlsx"), (1,) * regions
            for step in (_new, _split, _fill):
                alone(step, book, size)
            took = alone(_collect, book, size)
            yield Row(f"collect: {regions:,} packs of one line", took, Goal("seconds", 0.1 * regions))


def _measure(book: Path, regions: int, shared: bool = False) -> Iterator[Row]:
    size, told = (_LINES,) * regions, f"{regions:,} packs of {_LINES} lines"
    alone(_new, book, size)
    yield Row(f"split: {told}", alone(_split, book, size), Goal("seconds", 0.1 * regions))
    alone(_fill, book, size)
    loop = shutil.copy(book, book.with_name("loop.xlsx"))
    plan = [book, ledger_beside(book)]
    kept = [shutil.copy(one, book.with_name(f"kept{one.suffix}")) for one in plan]
    took = alone(_collect, book, size)
    yield Row(f"collect: {told}", took, Goal("faster", 5), _LOOP, alone(_loop, Path(loop), size), "process")
    for executor, hands in (("local", "processes"), ("dask", "workers of Dask")) if shared else ():
        for before, one in zip(kept, plan, strict=True):
            shutil.copy(before, one)
        what = f"collect: {told}, read by {os.cpu_count()} {hands}"
        shared_took = alone(partial(_collect, executor=executor), book, size)
        yield Row(what, shared_took, Goal("faster", 1), "collect alone", took)


def _open(book: Path, create: bool = False) -> AbstractContextManager[actions.Desk]:
    return actions.open_desk(book, actor="finance", clock=Clock(), source="bench", create=create)


def _new(book: Path, size: tuple[int, ...]) -> Time:
    with _open(book, create=True) as desk, stopwatch() as times:
        actions.new(desk, sample_inputs(size), "en")
    return times[0]


def _split(book: Path, size: tuple[int, ...]) -> Time:
    with _open(book) as desk, stopwatch() as times:
        actions.split_book(desk, book.with_name("packs"))
    return times[0]


def _fill(book: Path, size: tuple[int, ...]) -> Time:
    """Every head declares what is suggested, and submits."""
    inputs = sample_inputs(size)
    with stopwatch() as times:
        for path in book.with_name("packs").iterdir():
            _declare(path, inputs)
    return times[0]


def _declare(path: Path, inputs: Inputs) -> None:
    book = open_book(path)
    found = find_slip(book)
    assert found
    slip, _ = found
    reading = read_pack(book, slip, inputs, "en").reading
    said: dict[Key, Value] = {(slip.region, None, "status"): "submitted"}
    said[slip.region, None, "submitter"] = inputs.plan.region(slip.region).head.name
    for line in inputs.plan.lines_of(slip.region):
        (sheet, spot) = reading.places.find((slip.region, line.code, "suggested"))
        said[slip.region, line.code, "declared"] = reading.grids[sheet][spot].value
        said |= {(slip.region, line.code, code): "new shops in the second month" for code in JUSTIFICATION}
    cells = {
        reading.typed[key].spot: Cell(shown(value, reading.typed[key].kind, "en"))
        for key, value in said.items()
    }
    book.set(book.sheets[0], cells)
    book.save()


def _collect(book: Path, size: tuple[int, ...], executor: str = "") -> Time:
    with _hands(executor) as address, _open(book) as desk, stopwatch() as times:
        report = actions.collect(desk, [book.with_name("packs")], executor=address)
        assert len(report.locked) == len(size)
    return times[0]


@contextmanager
def _hands(executor: str) -> Iterator[str]:
    """Where a cluster is wanted, the address of one that is at work already."""
    if executor != "dask":
        yield executor
        return
    workers = {"n_workers": os.cpu_count(), "threads_per_worker": 1}
    with LocalCluster(**workers, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


def _loop(book: Path, _size: tuple[int, ...]) -> Time:
    """What a person's script does, without a check: read each file, find the lines, copy what was typed."""
    with stopwatch() as times, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        workbook = openpyxl.load_workbook(book)
        for path in sorted(book.with_name("packs").iterdir()):
            for name, table in pd.read_excel(path, sheet_name=None, header=None).items():
                for row, column in np.argwhere(table.notna().to_numpy()).tolist():
                    if row >= 9 and 2 < column < 12 and not workbook[name].cell(row + 1, column + 1).value:
                        workbook[name].cell(row + 1, column + 1, table.iat[row, column])
        workbook.save(book)
    return times[0]


if __name__ == "__main__":
    main("collect", measure, _MANY)
