"""Tables in plain text, which nearly all are, read many rows at once."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ODD = re.compile('"|^\ufeff')
"""What quotes cells, and what a reader would take for the mark of an encoding."""
_MOST_COLUMNS = 12
"""Of wider tables only few columns are asked for, and all of them would be held."""


class DistinctWords(NamedTuple):
    """A column: of each row the place (n,) among its different words (m,), which stand in their order."""

    places: NDArray[np.intp]
    said: NDArray[np.object_]

    @property
    def whole(self) -> NDArray[np.object_]:
        """What each row says (n,)."""
        return self.said[self.places]

    def only(self, rows: NDArray[np.bool_]) -> DistinctWords:
        """The same of those rows (n,) that are marked."""
        return distinct(self.whole[rows])


def distinct(cells: Sequence[str] | NDArray[np.object_]) -> DistinctWords:
    """What cells (n,) say."""
    return DistinctWords(*pd.factorize(np.asarray(cells, dtype=object)))


@dataclass(frozen=True)
class TableRows:
    """The rows of a table that say anything, by their number in the file, and the columns asked for."""

    rows: NDArray[np.intp]
    columns: Mapping[int, DistinctWords]


def plain_table(said: str, separator: str, above: int, shape: tuple[int, Sequence[int]]) -> TableRows | None:
    """The rows below the first `above` lines, stripped.

    The `shape` is how many titles there are, and the places of the cells that are wanted. None where rows
    have to be looked at one by one: quotes, cells beyond the titles, or signs that end lines or cells in
    other ways.
    """
    width, wanted = shape
    if not _is_plain(said, separator, width):
        return None
    kinds: dict[int, type | str] = {**dict.fromkeys(range(width), object), width: "category"}
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            found = pd.read_csv(
                io.BytesIO(said.encode()),
                sep=separator,
                skiprows=above,
                header=None,
                names=range(width + 1),
                index_col=False,
                dtype=kinds,
                na_filter=False,
                skip_blank_lines=False,
                quoting=csv.QUOTE_NONE,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError):
        return None
    if [*found[width].cat.categories] not in ([], [""]):
        return None
    wanted_ones = {place: _stripped(found[place]) for place in wanted}
    rest = (_stripped(found[place]) for place in range(width))
    says = ~_silent(chain(wanted_ones.values(), rest), len(found))
    rows = np.arange(above + 1, above + 1 + len(found))
    if says.all():
        return TableRows(rows, wanted_ones)
    return TableRows(rows[says], {place: words.only(says) for place, words in wanted_ones.items()})


def _stripped(cells: pd.Series[str]) -> DistinctWords:
    """Cells (n,) without space around them; what is said often is looked at once."""
    places, said = distinct(cells.to_numpy(dtype=object))
    if (bare := [*map(str.strip, said)]) == said.tolist():
        return DistinctWords(places, said)
    words = distinct(bare)
    return DistinctWords(words.places[places], words.said)


def _silent(columns: Iterable[DistinctWords], rows: int) -> NDArray[np.bool_]:
    """Which rows (n,) say nothing in any of the columns; they are looked at for as long as there are any."""
    silent = np.ones(rows, dtype=bool)
    for words in columns:
        silent &= (words.said == "")[words.places]
        if not silent.any():
            break
    return silent


def _is_plain(said: str, separator: str, width: int) -> bool:
    """Whether each line is a row, and its cells are what stands between the separators."""
    only_pairs = "\r" not in said or said.count("\r") == said.count("\r\n")
    return width <= _MOST_COLUMNS and separator.isascii() and only_pairs and not _ODD.search(said)
