"""LibreOffice's word against ours: every formula computed again beside the value that we cached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.support.books import parts_of
from tests.support.office import recomputed
from tests.support.xllint import MAIN, Book


def differences(paths: Sequence[Path]) -> list[str]:
    """Each formula cell where the two disagree, as `file: sheet!cell: ours, theirs`.

    Numbers agree to 1e-9; an empty text and an empty cell are the same. The files' names differ.
    """
    return [
        f"{path.name}: {said}"
        for path, again in zip(paths, recomputed(paths), strict=True)
        for said in _differences(path, again)
    ]


def _differences(path: Path, again: Path) -> Iterator[str]:
    theirs = {place: value for place, _, value in _cells(again)}
    ours = {place: value for place, is_formula, value in _cells(path) if is_formula}
    for place, cached in sorted(ours.items()):
        if not _same(cached, theirs.get(place)):
            yield f"{'!'.join(place)}: {cached!r}, {theirs.get(place)!r}"
    if not ours:
        yield "there is no formula in it"


def _cells(path: Path) -> Iterator[tuple[tuple[str, str], bool, object]]:
    """Sheet and coordinate of every cell, whether it is a formula's, and its value."""
    book = Book(path.suffix, parts_of(path))
    for name, _, part in book.tabs:
        for cell in ElementTree.fromstring(book.parts[part]).iter(MAIN + "c"):
            yield (name, cell.get("r", "")), cell.find(MAIN + "f") is not None, _value(book, cell)


def _value(book: Book, cell: Element) -> object:
    said, kind = cell.findtext(MAIN + "v"), cell.get("t", "n")
    if not said or kind not in ("n", "b", "s"):
        return said
    return book.strings[int(said)] if kind == "s" else said == "1" if kind == "b" else float(said)


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
    return (ours or "") == (theirs or "")
