"""Cells gathered into blocks: a program that has a book open is asked as seldom as can be."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from ...ooxml import Spot

Rectangle = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


def blocks(spots: Iterable[Spot]) -> list[Rectangle]:
    """Rectangles that hold every spot once, and nothing else: runs of a row, joined where rows match."""
    runs = [run for row, cells in groupby(sorted(set(spots)), itemgetter(0)) for run in _runs(row, cells)]
    found: list[Rectangle] = []
    for top, left, bottom, right in sorted(runs, key=itemgetter(1, 3, 0)):
        if found and found[-1][1] == left and found[-1][3] == right and found[-1][2] == top - 1:
            found[-1] = (found[-1][0], left, bottom, right)
        else:
            found.append((top, left, bottom, right))
    return sorted(found)


def _runs(row: int, cells: Iterable[Spot]) -> list[Rectangle]:
    """The blocks of neighbours in one row."""
    found: list[Rectangle] = []
    for _, column in cells:
        if found and found[-1][3] == column - 1:
            found[-1] = (row, found[-1][1], row, column)
        else:
            found.append((row, column, row, column))
    return found
