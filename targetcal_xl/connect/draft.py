"""A plan as it is put together: the words of its file and the rows of its tables, as texts."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import tomli_w

from ..figures import typed
from .columns import DRIVER_COLUMNS, HISTORY_COLUMNS
from .plan_file import plan_words
from .plan_folder import DRIVERS, HISTORY, read_plan, table_file
from .plan_schema import FILE
from .spelt import means_by_unit, normal, number_told
from .table_file import TableFile
from .tables import read_table

NOTE = ("note",)
"""What a table may have beside what is read."""
_AS_NUMBERS = {"value", "one_off", "reference", "now"}

DraftRow = Mapping[str, str]


@dataclass(frozen=True)
class PlanDraft:
    """The words of a plan file, by table, and the rows of the two tables beside it, as texts."""

    words: Mapping[str, Any]
    history: tuple[DraftRow, ...] = ()
    readings: tuple[DraftRow, ...] = ()

    @property
    def files(self) -> dict[str, bytes]:
        """The files of its folder; the plan file is the last, as a folder without it is no plan."""
        written = {f"{HISTORY}.csv": _csv(HISTORY_COLUMNS, self.history)}
        if self.readings:
            written[f"{DRIVERS}.csv"] = _csv(DRIVER_COLUMNS, self.readings)
        return {**written, FILE: tomli_w.dumps(self.words).encode()}


def read_draft(folder: Traversable) -> PlanDraft:
    """The draft that a plan folder is; raise DataProblems where it is no plan."""
    read_plan(folder)
    drivers = table_file(folder, DRIVERS)
    history = read_history_rows(table_file(folder, HISTORY))
    readings = rows_of(read_table(drivers, *_with_note(DRIVER_COLUMNS))) if drivers.is_file() else ()
    return PlanDraft(plan_words(folder.joinpath(FILE)), history, readings)


def read_history_rows(source: Traversable) -> tuple[DraftRow, ...]:
    """The rows of a history, as they stand in a file; raise DataProblems where it cannot be read."""
    return rows_of(read_table(source, *_with_note(HISTORY_COLUMNS)))


def rows_of(table: TableFile) -> tuple[DraftRow, ...]:
    """The rows of a table, with numbers as programs write them; 1.2万 and 94% stay, as unit decides."""
    return tuple(
        {str(name): _plain(str(name), said) for name, said in row.items()}
        for row in table.cells.to_dict("records")
    )


def _plain(column: str, said: str) -> str:
    value = number_told(said) if column in _AS_NUMBERS and not means_by_unit(said) else math.nan
    return typed(value) if math.isfinite(value) else normal(said) if column == "period" else said


_Columns = tuple[Sequence[str], Sequence[str]]


def _with_note(columns: _Columns) -> _Columns:
    needed, more = columns
    return needed, (*more, *NOTE)


def _csv(columns: _Columns, rows: Sequence[DraftRow]) -> bytes:
    """Marked as UTF-8, so that spreadsheet programs do not take it for anything else."""
    needed, more = _with_note(columns)
    used = [*needed, *(name for name in more if any(row.get(name) for row in rows))]
    said = io.StringIO(newline="")
    table = csv.DictWriter(said, used, extrasaction="ignore", restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return said.getvalue().encode("utf-8-sig")
