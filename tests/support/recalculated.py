"""LibreOffice's word against ours: every formula computed again beside the value that we cached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl.cell.read_only import ReadOnlyCell

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
    formulas = {place for place, cell in _cells(path, data_only=False) if cell.data_type == "f"}
    ours, theirs = (
        {place: cell.value for place, cell in _cells(file, data_only=True)} for file in (path, again)
    )
    for place in sorted(formulas):
        cached, computed = ours.get(place), theirs.get(place)
        if not _same(cached, computed):
            yield f"{'!'.join(place)}: {cached!r}, {computed!r}"
    if not formulas:
        yield "there is no formula in it"


def _cells(path: Path, data_only: bool) -> Iterator[tuple[tuple[str, str], ReadOnlyCell]]:
    """Sheet and coordinate of every cell, read without its looks, which take most of the time."""
    book = as_openpyxl(path, data_only, read_only=True)
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell, ReadOnlyCell):
                yield (sheet.title, cell.coordinate), cell
    book.close()


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
    return (ours or "") == (theirs or "")
