"""The row of titles: what columns may be called, which row names them, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..language import LANGUAGES, text
from ..problems import Place, Problem
from .spelt import normal

TITLES_WITHIN = 20
"""Above the titles there may be a few rows of other words."""
_TITLES_TOLD = 12
"""As many titles of a strange table are named."""

Titles = Mapping[str, frozenset[str]]
"""The columns that are read, and what each may be called."""


def columns_called(columns: Sequence[str], called: Mapping[str, str]) -> Titles:
    """What columns may be called: as somebody `called` them, or else in either language."""
    own = {column: normal(title).casefold() for column, title in called.items()}
    taken = frozenset(own.values())
    return {one: frozenset([own[one]]) if one in own else _headings(one) - taken for one in columns}


def titles_among(titles: Iterable[str], columns: Titles) -> int:
    """How many of the columns are among the titles."""
    return len({_column_of(title.strip('"'), columns) for title in titles} - {""})


def _column_of(title: str, columns: Titles) -> str:
    """The column that a title means, in either language; empty for another one."""
    said = normal(title).casefold()
    return next((column for column, titles in columns.items() if said in titles), "")


@cache
def _headings(column: str) -> frozenset[str]:
    """What a column is called, in every language."""
    names = (text(f"connect.heading.{column}", language).split(" | ") for language in LANGUAGES)
    return frozenset([column, *(normal(name).casefold() for each in names for name in each)])


@dataclass(frozen=True)
class TitleRow:
    """The row of titles: its number, what it says, and the column that each title means."""

    row: int
    titles: Sequence[str]
    columns: Sequence[str]


def title_row(rows: Sequence[tuple[int, list[str]]], required: Sequence[str], columns: Titles) -> TitleRow:
    """The first row that names every required column, else the one that names most."""
    heads = [TitleRow(row, said, [_column_of(title, columns) for title in said]) for row, said in rows]
    best = max(heads, key=lambda head: len(set(required) & set(head.columns)), default=TitleRow(1, [], []))
    return best if set(required) & set(best.columns) else next(iter(heads), best)


def title_problems(file: str, head: TitleRow, required: Sequence[str], columns: Titles) -> Iterator[Problem]:
    """That the row of titles says nothing, lacks a column that is required, or names one twice."""
    where = Place("connect.place.row", {"file": file, "row": head.row})
    titles = [title.strip() for title in head.titles if title.strip()]
    missing = [name for name in required if name not in head.columns]
    if not titles:
        yield Problem("csv_nothing", file, {"columns": [*columns]})
    elif missing:
        fields = {"missing": missing, "columns": [*columns], "found": titles[:_TITLES_TOLD]}
        yield Problem("csv_missing_column", where, fields)
    for name in columns:
        if head.columns.count(name) > 1:
            yield Problem("csv_column_twice", where, {"column": name})
