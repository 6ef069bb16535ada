"""Array functions over 10,000 lines in a real LibreOffice, beside the same function called from Python."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from bench.report import Goal, Row, Time, best, main
from targetcal_xl.functions import computed
from targetcal_xl.libreoffice import install
from targetcal_xl.ooxml.cells import column_letters
from tests.support import calc
from tests.support.samples import PERIOD, sample_inputs

_GOAL = Goal("seconds", 1.0)
_COLUMNS = {"TC_BASELINE": 1, "TC_INTERVAL": 2, "TC_EXPLAIN": 9}
_WANTED = ["last_year", "part.events", "part.trend", "part.season", "base"]
_WANTED += ["expected", "low", "high", "inertial"]
_FRESH = count(100)


def measure(quick: bool) -> Iterator[Row]:
    """One row a function; every time a past value is changed first, so that nothing is remembered."""
    lines = 1_000 if quick else 10_000
    history = _history(lines)
    with tempfile.TemporaryDirectory() as folder:
        install("en", Path(folder))
        with calc.running(Path(folder)) as office, calc.document(office) as book:
            cell = calc.sheet(book)
            last = f"{column_letters(len(history[0]))}{lines + 1}"
            cell(f"A1:{last}").setDataArray(history)
            cell("AA1:AI1").setDataArray((tuple(_WANTED),))
            for name, columns in _COLUMNS.items():
                yield _row(name, columns, lines, cell, last)


def _history(lines: int) -> tuple[tuple[str | float, ...], ...]:
    inputs = sample_inputs((50,) * (lines // 50))
    heads = ("line", *map(str, inputs.history.periods))
    codes = (line.code for line in inputs.plan.lines)
    values = inputs.history.values.tolist()
    return heads, *((code, *row) for code, row in zip(codes, values, strict=True))


def _row(name: str, columns: int, lines: int, cell: Callable[[str], Any], last: str) -> Row:
    """Time a function both ways; raise RuntimeError when they differ in a single cell."""
    where = f"AA2:{column_letters(26 + columns)}{lines + 1}"
    more = ";;;;;;AA1:AI1" if name == "TC_EXPLAIN" else ""
    cell(where).setArrayFormula(f'={name}("{PERIOD}";A1:{last}{more})')
    said: list[Any] = [str(PERIOD), None, *[None] * 5, [_WANTED]][: 8 if more else 2]

    def changed() -> None:
        cell("B2").setValue(next(_FRESH))

    def live() -> None:
        changed()
        cell(where).getDataArray()

    def direct() -> None:
        changed()
        said[1] = cell(f"A1:{last}").getDataArray()
        computed(name, said)

    ours, theirs = best(live), best(direct)
    if [list(row) for row in cell(where).getDataArray()] != computed(name, said):
        raise RuntimeError(f"{name} gives other values in LibreOffice than from Python")
    cell(where).setDataArray((("",) * columns,) * lines)
    return Row(f"{name}, {lines:,} lines", Time(*ours), _GOAL, "read, and called from Python", theirs)


if __name__ == "__main__":
    main("udf", measure)
