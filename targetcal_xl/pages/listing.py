"""A table of a page: captions, rows, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ListingCell:
    """A cell of a list as it is told; `look` is a class of the style sheet."""

    said: str
    look: str = ""


@dataclass(frozen=True)
class Listing:
    """A table: captions, rows whose first cell is their name, and how many more there are."""

    code: str
    title: str
    captions: tuple[str, ...]
    rows: tuple[tuple[ListingCell, ...], ...]
    more: int = 0
    empty: str = ""
    """What is said where there is no row."""


def listing(
    code: str,
    title: str,
    captions: Sequence[str],
    rows: Sequence[tuple[ListingCell, ...]],
    most: int,
    empty: str = "",
) -> Listing:
    """A table of at most so many of the rows."""
    kept = tuple(rows[:most])
    return Listing(code, title, tuple(captions), kept, len(rows) - len(kept), empty)
