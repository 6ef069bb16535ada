"""LibreOffice's word against ours: every formula computed again beside the value that we cached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.books import as_openpyxl
from tests.support.office import convert_all


def differences(paths: Sequence[Path]) -> list[str]:
    """Each formula cell where the two disagree, as `file: sheet!cell: ours, theirs`.

    Numbers agree to 1e-9; an empty text and an empty cell are the same. The files' names differ.
    """
    recalculated = convert_all(paths, "xlsx", seconds=300)
    return [
        f"{path.name}: {said}"
        for path, again in zip(paths, recalculated, strict=True)
        for said in _differences(path, again)
    ]


def _differences(path: Path, again: Path) -> Iterator[str]:
    formulas, ours = as_openpyxl(path), as_openpyxl(path, data_only=True)
    theirs, found = as_openpyxl(again, data_only=True), 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            cached, computed = (book[sheet.title][cell.coordinate].value for book in (ours, theirs))
            found += 1
            if not _same(cached, computed):
                yield f"{sheet.title}!{cell.coordinate}: {cached!r}, {computed!r}"
    if not found:
        yield "there is no formula in it"


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
    return (ours or "") == (theirs or "")
