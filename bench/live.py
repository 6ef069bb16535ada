"""Actions on a book that LibreOffice has open, beside its file; cells through xlwings, beside bare UNO."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlwings as xw

from bench.report import Goal, Row, Time, best, main, stopwatch
from bench.workbook import submit
from targetcal_xl import actions, libreoffice
from targetcal_xl.calibration import Inputs
from tests.support.desks import Case
from tests.support.live import opened
from tests.support.samples import sample_inputs

_SIZE, _QUICK_SIZE = (50,) * 20, (5,) * 2
_CELLS, _QUICK_CELLS = (10_000, 20), (50, 20)


def measure(quick: bool) -> Iterator[Row]:
    """Cells first, then every action on a book with all regions submitted."""
    app = libreoffice.start()
    try:
        yield from _cells(app, *(_QUICK_CELLS if quick else _CELLS))
        yield from _actions(app, sample_inputs(_QUICK_SIZE if quick else _SIZE))
    finally:
        app.quit()


def _cells(app: xw.App, rows: int, columns: int) -> Iterator[Row]:
    """A block of numbers and texts, written and read at once."""
    data = [
        [f"行 {row}" if column % 4 == 0 else row * 1.5 for column in range(columns)] for row in range(rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        case = Case(Path(folder), sample_inputs((1,)))
        _new(case)
        book = app.books.open(str(case.path))
        sheet = book.sheets[0]
        sheet.api.Unprotect("")
        cells = sheet.range((101, 31), (100 + rows, 30 + columns))
        bare = sheet.impl.uno.getCellRangeByPosition(30, 100, 29 + columns, 99 + rows)
        raw = tuple(map(tuple, data))
        pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "write": (lambda: setattr(cells, "value", data), lambda: bare.setDataArray(raw)),
            "read": (lambda: cells.options(ndim=2).value, bare.getDataArray),
        }
        for what, (ours, theirs) in pairs.items():
            took, other = best(ours, 3), best(theirs, 3)
            yield Row(f"{what} {rows:,} x {columns} cells", took, Goal("slower", 2), "bare UNO", other)
        book.close()


def _actions(app: xw.App, inputs: Inputs) -> Iterator[Row]:
    """Each action, with the program's save, on the open book and on the file."""
    size = f"{len(inputs.plan.regions)} regions, {len(inputs.plan.lines):,} lines"
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        on_file, in_office = Case(Path(one), inputs), Case(Path(other), inputs)
        for case in (on_file, in_office):
            _new(case)
            submit(case.path, inputs)
        live = opened(in_office, app)
        key = next(key for key in on_file.typed() if key[0] == "R2" and key[2].startswith("history."))
        for what, act in _ACTS.items():
            if what == "recalibrate":
                for case in (live, on_file):
                    case.type({key: 150.0})
            ours, theirs = (_timed(case, act) for case in (live, on_file))
            yield Row(f"{what}: {size}", ours, Goal("slower", 6), "the same on the closed file", theirs)
        assert live.entries() == on_file.entries()
        book = app.books[str(in_office.path)]
        saves = (best(book.save, 3), best(live.uno.store, 3))
        yield Row(f"save: {size}", saves[0], Goal("slower", 2), "LibreOffice's own save", saves[1])


def _new(case: Case) -> None:
    with case.desk(create=True) as desk:
        actions.new(desk, case.inputs, "zh-CN")


def _timed(case: Case, act: Callable[[Case], Any]) -> Time:
    with stopwatch() as times:
        act(case)
    return times[0]


_ACTS: dict[str, Callable[[Case], object]] = {
    "check": lambda case: case.run(actions.check),
    "lock": lambda case: case.run(actions.lock, ["R1"]),
    "lock the rest": lambda case: case.run(actions.lock),
    "decide": lambda case: case.run(
        actions.decide, "R1", "R1-2", "accept", reason="well founded", by="superior1"
    ),
    "unlock": lambda case: case.run(actions.unlock, "R1", reason="numbers were last year's"),
    "recalibrate": lambda case: case.run(actions.recalibrate, "restated"),
    "verify": lambda case: case.run(actions.verify),
}


if __name__ == "__main__":
    main("live", measure)
