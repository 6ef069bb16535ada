"""Which figures of groups may be shown together, so that subtraction tells nothing of a few people.

Whoever knows how people are spread over groups can add and subtract all that is shown. What comes of that is
a vector over the cells of the finest table (the span of what is shown, over the rationals). It tells of a few
when all cells in which it is not 0 hold fewer answers than the minimum: that covers a group that is shown,
what totals leave beside shown groups, what rows and columns of a table leave of each other, and whatever else
can be combined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeVar

_Cell = TypeVar("_Cell")
_Code = TypeVar("_Code")

_MOST_LOOKED_AT: Final = 5_000
"""Where there are more combinations of small cells than this, nothing more is shown: that is always safe."""
_Row = tuple[Fraction, ...]


def showable(
    sizes: Mapping[_Cell, int], groups: Sequence[tuple[_Code, frozenset[_Cell]]], minimum: int
) -> set[_Code]:
    """The groups that may be shown together, of those wanted, the first wanted the most.

    `sizes` says how many answers each cell of the finest table holds; a group is some of the cells.
    """
    order, shown = list(sizes), list[frozenset[_Cell]]()
    found = set[_Code]()
    for code, cells in groups:
        wanted = [*shown, cells]
        if cells and is_safe([sizes[cell] for cell in order], _rows(order, wanted), minimum):
            shown = wanted
            found.add(code)
    return found


def _rows(order: Sequence[_Cell], groups: Iterable[frozenset[_Cell]]) -> list[list[int]]:
    return [[int(cell in cells) for cell in order] for cells in groups]


def is_safe(sizes: Sequence[int], rows: Sequence[Sequence[int]], minimum: int) -> bool:
    """Whether no combination of these rows over cells of these sizes tells of fewer than `minimum`."""
    merged = _merged(sizes, rows)
    atoms = [size for size, _ in merged]
    free = _free([list(column) for _, column in merged])
    small = [at for at, size in enumerate(atoms) if size < minimum]
    for looked, some in enumerate(_together(small, atoms, minimum)):
        if looked >= _MOST_LOOKED_AT or _rank([free[at] for at in some]) < len(some):
            return False
    return True


def _merged(sizes: Sequence[int], rows: Sequence[Sequence[int]]) -> list[tuple[int, tuple[int, ...]]]:
    """Cells that stand in the same rows cannot be told apart: their size, and in which rows they stand."""
    found: dict[tuple[int, ...], int] = {}
    for size, column in zip(sizes, zip(*rows, strict=True), strict=True):
        found[column] = found.get(column, 0) + size
    return [(size, column) for column, size in found.items()]


def _together(small: Sequence[int], sizes: Sequence[int], minimum: int) -> Iterator[tuple[int, ...]]:
    """Every set of small cells with fewer than `minimum` answers together."""
    least = sorted(sizes[at] for at in small)
    for count in range(1, len(small) + 1):
        if sum(least[:count]) >= minimum:
            return
        yield from (some for some in combinations(small, count) if sum(sizes[at] for at in some) < minimum)


def _free(columns: Sequence[Sequence[int]]) -> list[_Row]:
    """The null space of the rows, a basis vector in each column: what stands there for each cell.

    A combination of the rows is 0 on every vector of it; one that is so for some cells alone means that
    what stands there for these depends on each other.
    """
    rows = [[Fraction(each) for each in row] for row in zip(*columns, strict=True)]
    width, pivots = len(columns), list[int]()
    for column in range(width):
        at = next((k for k in range(len(pivots), len(rows)) if rows[k][column]), None)
        if at is not None:
            rows[len(pivots)], rows[at] = rows[at], rows[len(pivots)]
            _clear(rows, len(pivots), column)
            pivots.append(column)
    others = [column for column in range(width) if column not in pivots]
    place = {column: k for k, column in enumerate(pivots)}
    return [
        tuple(-rows[place[cell]][other] if cell in place else Fraction(cell == other) for other in others)
        for cell in range(width)
    ]


def _clear(rows: list[list[Fraction]], at: int, column: int) -> None:
    """Make a row's entry 1, and that of all others 0."""
    rows[at] = [each / rows[at][column] for each in rows[at]]
    for k, row in enumerate(rows):
        if k != at and row[column]:
            rows[k] = [each - row[column] * own for each, own in zip(row, rows[at], strict=True)]


def _rank(vectors: Sequence[_Row]) -> int:
    """How many of them do not depend on the others."""
    rows, rank = [list(vector) for vector in vectors], 0
    for column in range(len(rows[0]) if rows else 0):
        at = next((k for k in range(rank, len(rows)) if rows[k][column]), None)
        if at is not None:
            rows[rank], rows[at] = rows[at], rows[rank]
            _clear(rows, rank, column)
            rank += 1
    return rank
