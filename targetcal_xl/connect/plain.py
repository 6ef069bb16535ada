"""Tables in plain text, which nearly all are, read many rows at once."""

from __future__ import annotations

import csv
import io
import warnings

import numpy as np
import pandas as pd

_MOST_COLUMNS = 12
"""Of wider tables only few columns are asked for, and all of them would be held."""


def plain_table(said: str, separator: str, above: int, width: int) -> pd.DataFrame | None:
    """The rows below the first `above` lines that say anything, stripped, by their number in the file.

    None where rows have to be looked at one by one: quotes, cells beyond the `width` of the titles, or
    signs that end lines or cells in other ways.
    """
    if not _is_plain(said, separator, width):
        return None
    try:
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            found = pd.read_csv(
                io.StringIO(said),
                sep=separator,
                skiprows=above,
                header=None,
                names=range(width + 1),
                index_col=False,
                dtype=object,
                na_filter=False,
                skip_blank_lines=False,
                quoting=csv.QUOTE_NONE,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError):
        return None
    if any(found[width].tolist()):
        return None
    stripped = {place: [*map(str.strip, found[place].tolist())] for place in range(width)}
    rows = pd.RangeIndex(above + 1, above + 1 + len(found))
    table = pd.DataFrame(stripped, index=rows, dtype=str)
    says = np.logical_or.reduce([(table[place] != "").to_numpy(dtype=bool) for place in table])
    return table if says.all() else table[says]


def _is_plain(said: str, separator: str, width: int) -> bool:
    """Whether each line is a row, and its cells are what stands between the separators."""
    only_pairs = said.count("\r") == said.count("\r\n")
    return width <= _MOST_COLUMNS and separator.isascii() and only_pairs and '"' not in said
