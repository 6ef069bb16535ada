"""Text with a sign between its cells, as programs and offices write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from .titles import TITLES_WITHIN, Titles, titles_among

_SEPARATORS = ",;\t|，；"
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def separator_of(said: str, columns: Titles) -> str:
    """The sign between the cells: the one that makes most titles out of one of the first lines."""
    lines = [line.rstrip() for line in islice(lines_of(said), TITLES_WITHIN)]

    def titles(separator: str) -> int:
        return max((titles_among(line.split(separator), columns) for line in lines), default=0)

    return max(_SEPARATORS, key=titles)


def lines_of(said: str) -> Iterator[str]:
    """The lines of a text with their ends, one by one: it is not held twice."""
    return (found[0] for found in _LINE.finditer(said))
