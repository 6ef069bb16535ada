"""The row of titles: what columns may be called, which row names them, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

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


class _Column(Place):
    """A column by the name that it has in all languages, and what it is called in one."""

    def __new__(cls, name: str) -> Self:
        """The column of this name."""
        made = str.__new__(cls, name)
        made.key, made.fields = f"connect.heading.{name}", {}
        return made

    def said(self, language: str) -> str:
        """Its name, and beside it what the language calls it where that is another word."""
        name, heading = str(self), super().said(language).split(" | ")[0]
        if heading.replace("-", "_") == name:
            return name
        return text("connect.column_called", language, column=name, heading=heading)


def title_problems(file: str, head: TitleRow, required: Sequence[str], columns: Titles) -> Iterator[Problem]:
    """That the row of titles says nothing, lacks a column that is required, or names one twice."""
    where = Place("connect.place.row", {"file": file, "row": head.row})
    titles = [title.strip() for title in head.titles if title.strip()]
    missing = [name for name in required if name not in head.columns]
    if not titles:
        yield Problem("csv_nothing", file, {"columns": [*map(_Column, columns)]})
    elif missing:
        called = {"missing": [*map(_Column, missing)], "columns": [*map(_Column, columns)]}
        yield Problem("csv_missing_column", where, {**called, "found": titles[:_TITLES_TOLD]})
    for name in columns:
        if head.columns.count(name) > 1:
            yield Problem("csv_column_twice", where, {"column": _Column(name)})
