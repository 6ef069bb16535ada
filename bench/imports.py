"""Daily results from a CSV of 100,000 and 1,000,000 rows: read, and read, compared and made the ledger's
document, beside pandas; and taken in beside a script that has pandas read the file and openpyxl load and save
the book."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from bench.report import Goal, Row, Time, main, stopwatch
from bench.workbook import alone
from targetcal_xl.actions import new, open_desk
from targetcal_xl.actions.import_data import import_data, results_grids, results_news
from targetcal_xl.actions.import_wanted import ImportWish
from targetcal_xl.calibration import Inputs
from targetcal_xl.connect import read_actuals
from targetcal_xl.desk import Imported
from targetcal_xl.ledger import dump
from tests.support.clock import Clock
from tests.support.samples import sample_inputs

_REGION = 100
"""Lines of a region: with 90 days each, 9,000 rows."""
_SCRIPT = "pandas.read_csv, openpyxl load + save"
_SIZES, _QUICK_SIZES = (100_000, 1_000_000), (1_000,)


def measure(quick: bool) -> Iterator[Row]:
    """Each size: its table read as results, and taken in by the whole action, beside others; A B A B."""
    for rows in _QUICK_SIZES if quick else _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder, "targets.xlsx"), rows, 1 if quick else 3)


def _measure(book: Path, rows: int, times: int) -> Iterator[Row]:
    size = (_REGION,) * -(-rows // (_REGION * len(sample_inputs((1,)).plan.period.days)))
    alone(_prepare, book, (*size, rows))
    table = _table(book)
    steps = ((_read, table), (_document, table), (_bare, table), (_take, book), (_script, book))
    took = [tuple(alone(step, path, size) for step, path in steps) for _ in range(times)]
    reading, document, bare, taking, script = (
        min(each, key=lambda one: one.process) for each in zip(*took, strict=True)
    )
    told, whole = f"{rows:,} rows", f"{rows:,} rows into {sum(size):,} lines"
    yield Row(f"read: {told}", reading, Goal("slower", 5), "pandas.read_csv", bare, "process")
    yield Row(f"document: {told}", document, Goal("slower", 5), "pandas.read_csv", bare, "process")
    yield Row(f"import: {whole}", taking, Goal("faster", 5), _SCRIPT, script, "process")


def _table(book: Path) -> Path:
    return book.with_name("results.csv")


def _inputs(size: tuple[int, ...]) -> Inputs:
    return sample_inputs(size, periods=4)


def _prepare(book: Path, told: tuple[int, ...]) -> Time:
    """A plan with so many lines, and a table with so many of their days."""
    *size, rows = told
    inputs = _inputs(tuple(size))
    chance = np.random.default_rng(20250101)
    places = ((day, line) for day in inputs.plan.period.days for line in inputs.plan.lines)
    with _table(book).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("date", "line", "value"))
        values = chance.integers(0, 500, rows).tolist()
        said = zip(islice(places, rows), values, strict=True)
        table.writerows((day.isoformat(), line.code, value) for (day, line), value in said)
    with (
        open_desk(book, actor="finance", clock=Clock(), source="bench", create=True) as desk,
        stopwatch() as times,
    ):
        new(desk, inputs, "en")
    return times[0]


def _read(table: Path, size: tuple[int, ...]) -> Time:
    plan = _inputs(size).plan
    with stopwatch() as times:
        read_actuals(table, plan)
    return times[0]


def _document(table: Path, size: tuple[int, ...]) -> Time:
    """Read, compared with what is known, which is nothing yet, and made the document of the import."""
    plan = _inputs(size).plan
    with stopwatch() as times:
        found = read_actuals(table, plan)
        now, before = (results_grids(one, plan) for one in (found, None))
        dump(results_news(Imported(str(table), "", {}, 0, 0, 0, 0.0), found.value, now, before))
    return times[0]


def _bare(table: Path, _: tuple[int, ...]) -> Time:
    with stopwatch() as times:
        pd.read_csv(table)
    return times[0]


def _script(book: Path, _: tuple[int, ...]) -> Time:
    """The least that a person's script would do, without a check and without a record."""
    with tempfile.TemporaryDirectory() as folder, stopwatch() as times:
        pd.read_csv(_table(book))
        openpyxl.load_workbook(book).save(Path(folder, book.name))
    return times[0]


def _take(book: Path, _: tuple[int, ...]) -> Time:
    """The whole action on a copy: book and ledger proved, the table read, the import recorded and shown."""
    kept = book.with_suffix(".ledger.sqlite")
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(shutil.copy(each, folder)) for each in (book, kept)]
        return _taken(copies[0], _table(book))


def _taken(book: Path, table: Path) -> Time:
    with open_desk(book, actor="finance", clock=Clock(), source="bench") as desk, stopwatch() as times:
        import_data(desk, ImportWish(actuals=str(table)))
    return times[0]


if __name__ == "__main__":
    main("imports", measure)
