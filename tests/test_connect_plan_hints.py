"""Whoever mistypes a plan file is told which word was meant, where it belongs, or how it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from targetcal_xl.connect.plan_file import plan_meant
from targetcal_xl.connect.plan_hints import plan_table
from targetcal_xl.connect.plan_schema import PlanWords
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems, Problem
from tests.test_connect_plan_file import PLAN


def _tables(path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names that lead to each table of a plan file."""
    yield path
    for name in plan_table(path).model_fields:
        try:
            plan_table((*path, name))
        except StopIteration:
            continue
        yield from _tables((*path, name))


EVERY = [*_tables()]
WORDS = [(*path, name) for path in EVERY for name in plan_table(path).model_fields]


def _with(path: tuple[str, ...], said: object) -> dict[str, Any]:
    """A plan's words, with something else at a path; lists say it of their first entry."""
    words: dict[str, Any] = tomllib.loads(PLAN)
    here = words
    for part in path[:-1]:
        inner = here.setdefault(part, {})
        if isinstance(inner, list):
            inner = inner[0]
        if not isinstance(inner, dict):
            here[part] = inner = {}
        here = inner
    here[path[-1]] = said
    return words


def _found(path: tuple[str, ...], said: object) -> list[Problem]:
    with pytest.raises(DataProblems) as refused:
        plan_meant(_with(path, said))
    return [one for one in refused.value.problems if isinstance(one, Problem)]


def _is_reached(path: tuple[str, ...]) -> bool:
    """Whether a plan's first entry of each list on the way is there."""
    return all(name not in ("groups", "robots", "posts", "sources", "shares", "digest") for name in path)


@pytest.mark.parametrize("path", [one for one in WORDS if _is_reached(one)], ids=".".join)
def test_a_word_with_a_letter_too_many_is_recognized(path: tuple[str, ...]) -> None:
    mistyped = (*path[:-1], path[-1] + "x")
    found = [one for one in _found(mistyped, 1) if one.fields.get("key") == mistyped[-1]]
    assert [(one.code, one.fields["near"]) for one in found] == [("plan_misspelt", path[-1])]


@pytest.mark.parametrize("path", [one for one in WORDS if _is_reached(one)], ids=".".join)
@pytest.mark.parametrize("said", [1.5, "x", [], {}, [[1]], True], ids=str)
def test_whatever_stands_where_something_else_belongs_is_told_in_words(
    path: tuple[str, ...], said: object
) -> None:
    try:
        plan_meant(_with(path, said))
    except DataProblems as refused:
        for problem in refused.problems:
            assert all(problem.sentence(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("path", "end"),
    [
        (("calendar",), "write its heading [calendar], and below it one word a line, such as country = …, "),
        (("metric", "calendar"), "heading [calendar], and below it one word a line, such as country = …, "),
        (
            ("lines",),
            "heading [[lines]], and below it one word a line, such as code = …, name = …, region = …",
        ),
        (("regions", "head"), "write them in braces: head = { name = … }"),
        (("metric", "hq_target"), "at the head of the file, above the first heading in brackets."),
    ],
)
def test_how_a_table_is_written_is_shown_where_one_value_stands(path: tuple[str, ...], end: str) -> None:
    said = [one.sentence("en") for one in _found(path, "GB") if one.fields.get("key") == path[-1]]
    assert [end in one for one in said] == [True], said


@pytest.mark.parametrize("path", EVERY[1:], ids=".".join)
def test_every_table_of_a_plan_is_found_by_its_names(path: tuple[str, ...]) -> None:
    assert issubclass(plan_table(path), BaseModel)
    assert plan_table(path) is not PlanWords
