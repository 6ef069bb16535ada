"""Packs of 10, 100 and 1,000 regions: handed out, filled in, and collected, beside a loop that reads them.

The largest are collected once more by others: processes of this computer, and a Dask cluster.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from bench.hands import hands, most_memory, watched
from bench.report import Goal, Row, Time, main, stopwatch
from bench.workbook import alone
from targetcal_xl import actions
from targetcal_xl.calibration import JUSTIFICATION, Inputs, Key, Value
from targetcal_xl.exchange import find_slip, read_pack
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import open_book, shown
from tests.support.clock import Clock
from tests.support.samples import sample_inputs

_LINES = 5
_SIZES, _MOST, _QUICK_SIZES = (10, 100), 1_000, (3,)
_HANDS = (("local", None), ("dask", 1), ("dask", 2))
_LOOP = "pandas reads each, openpyxl writes the book"


def measure(quick: bool, scale: int) -> Iterator[Row]:
    """Each size: packs written, then collected, beside the loop; the same files, and the same book.

    A small plan goes before, untold, so that all programs' bytecode is at hand as after an installation;
    where Python is told to write none (PYTHONDONTWRITEBYTECODE) it is not.
    """
    with tempfile.TemporaryDirectory() as warm:
        list(_measure(Path(warm, "targets.xlsx"), 3, ()))
    sizes = _QUICK_SIZES if quick else (*(size for size in _SIZES if size < scale), scale)
    for regions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder, "targets.xlsx"), regions, _HANDS if regions == sizes[-1] else ())


def _measure(book: Path, regions: int, others: Sequence[tuple[str, int | None]]) -> Iterator[Row]:
    size, told = (_LINES,) * regions, f"{regions:,} packs of {_LINES} lines"
    alone(_new, book, size)
    yield Row(f"split: {told}", alone(_split, book, size), Goal("seconds", 0.1 * regions))
    alone(_fill, book, size)
    kept = shutil.copytree(book.parent, book.parent / "kept", ignore=shutil.ignore_patterns("kept"))
    took = alone(_collect, book, size)
    loop = alone(_loop, _copied(kept, book, "loop"), size)
    yield Row(f"collect: {told}", took, Goal("faster", 5), _LOOP, loop, "process")
    for executor, workers in others:
        copied = _copied(kept, book, f"{executor}{workers or ''}")
        by_them = alone(partial(_collect_by, executor, workers), copied, size)
        by = f"collect by {executor}, {workers or os.cpu_count()} processes: {told}"
        yield Row(by, by_them, Goal("slower", 1.5), "one process", took, "process")


def _copied(kept: Path, book: Path, name: str) -> Path:
    """The same book and packs once more."""
    return shutil.copytree(kept, book.parent / name) / book.name


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


def _collect(book: Path, size: tuple[int, ...]) -> Time:
    with _open(book) as desk, stopwatch() as times:
        assert len(actions.collect(desk, [book.with_name("packs")]).locked) == len(size)
    return times[0]


def _collect_by(executor: str, workers: int | None, book: Path, size: tuple[int, ...]) -> Time:
    """With the processes that are started, from their start to their end."""
    with _open(book) as desk, watched() as times, hands(executor, workers) as address:
        assert len(actions.collect(desk, [book.with_name("packs")], (), address).locked) == len(size)
    return times[0]._replace(peak=most_memory())


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
    main("collect", measure, _MOST)
