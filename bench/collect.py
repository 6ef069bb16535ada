"""Packs of 10, 100 and 1,000 regions: handed out, filled in, and collected, beside a loop that reads them."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

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
_SIZES, _QUICK_SIZES = (10, 100, 1_000), (3,)
_LOOP = "pandas reads each, openpyxl writes the book"


def measure(quick: bool) -> Iterator[Row]:
    """Each size: packs written, then collected, beside the loop; the same files, and the same book.

    A small plan goes before, untold, so that all programs' bytecode is at hand as after an installation.
    """
    if not quick:
        with tempfile.TemporaryDirectory() as warm:
            list(_measure(Path(warm, "targets.xlsx"), 3))
    for regions in _QUICK_SIZES if quick else _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder, "targets.xlsx"), regions)


def _measure(book: Path, regions: int) -> Iterator[Row]:
    size, told = (_LINES,) * regions, f"{regions:,} packs of {_LINES} lines"
    alone(_new, book, size)
    yield Row(f"split: {told}", alone(_split, book, size), Goal("seconds", 0.1 * regions))
    alone(_fill, book, size)
    kept = shutil.copy(book, book.with_name("loop.xlsx"))
    took = alone(_collect, book, size)
    yield Row(f"collect: {told}", took, Goal("faster", 5), _LOOP, alone(_loop, Path(kept), size), "process")


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
    main("collect", measure)
