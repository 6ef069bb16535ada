"""Text with a sign between its cells, as programs and offices write it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from .titles import TITLES_WITHIN, Titles, titles_among

_SEPARATORS = ",;\t|，；"
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class DelimitedText(NamedTuple):
    """A text, and the sign between its cells."""

    text: str
    separator: str

    @property
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of each row with its number, one by one; raise csv.Error where quotes do not end."""
        return enumerate(csv.reader(_lines(self.text), delimiter=self.separator, strict=True), start=1)

    @property
    def comma_is_clear(self) -> bool:
        """Whether a comma in a number can only part thousands."""
        return self.separator in (",", "，", "\t")


def delimited(said: str, columns: Titles) -> DelimitedText:
    """A text with the sign that it names itself as Excel does, or else the one that its titles tell."""
    if named := _SEP_LINE.match(said):
        return DelimitedText(said[named.end() :], named[1])
    return DelimitedText(said, _separator(said, columns))


def _separator(said: str, columns: Titles) -> str:
    """The sign between the cells: the one that makes most titles out of one of the first lines."""
    lines = [line.rstrip() for line in islice(_lines(said), TITLES_WITHIN)]

    def titles(separator: str) -> int:
        return max((titles_among(line.split(separator), columns) for line in lines), default=0)

    return max(_SEPARATORS, key=titles)


def _lines(said: str) -> Iterator[str]:
    """The lines of a text with their ends, one by one: it is not held twice."""
    return (found[0] for found in _LINE.finditer(said))
