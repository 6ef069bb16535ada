"""What was meant by a word that a plan file does not know, or by one in a shape of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from .plan_schema import PlanWords

Hint = tuple[str, Mapping[str, str]]
"""The code of a problem, and the fields of its sentence."""


def plan_table(path: Sequence[str]) -> type[BaseModel]:
    """The words of the table at a path of names; raise KeyError or StopIteration where there is none."""
    model: type[BaseModel] = PlanWords
    for part in path:
        model = next(_tables(model.model_fields[part].annotation))
    return model


def word_meant(path: Sequence[str]) -> Hint:
    """Where the last word of a path belongs, or how it is spelt, as far as that can be told."""
    *table, word = path
    if table and word in PlanWords.model_fields:
        return _begun(word) or ("plan_word_above", {})
    if near := get_close_matches(word, plan_table(table).model_fields, n=1):
        return "plan_misspelt", {"near": near[0]}
    homes = [name for name, one in PlanWords.model_fields.items() if _holds(one.annotation, word)]
    if len(homes) == 1:
        return "plan_word_elsewhere", {"table": _heading(homes[0])}
    return "plan_unknown_key", {}


def shape_meant(path: Sequence[str]) -> Hint:
    """How the table or list at a path is written, where the word stands for one."""
    *table, word = path
    kind = plan_table(table).model_fields[word].annotation
    is_many = get_origin(kind) is list
    if not table and (begun := _begun(word)):
        return begun
    if inner := [*_tables(kind)]:
        said = f"{{ {_needed(inner[0])} }}"
        return "plan_table", {"shape": f"[{said}]" if is_many else said}
    return ("plan_list", {}) if is_many else ("plan_shape", {})


def _begun(word: str) -> Hint | None:
    """How a table with a heading of its own begins; None where the word stands for no such table."""
    found = [*_tables(PlanWords.model_fields[word].annotation)]
    return ("plan_heading", {"table": _heading(word), "known": _needed(found[0])}) if found else None


def _needed(table: type[BaseModel]) -> str:
    """The words that a table has to say, or else the first few, as they are written."""
    words = table.model_fields
    needed = [name for name, one in words.items() if one.is_required()] or [*words][:3]
    return ", ".join(f"{name} = …" for name in needed)


def _holds(annotation: Any, word: str) -> bool:
    """Whether a table in an annotation knows a word."""
    return any(word in table.model_fields for table in _tables(annotation))


def _heading(name: str) -> str:
    """A table's name in its brackets, which are double where there are several such tables."""
    is_many = get_origin(PlanWords.model_fields[name].annotation) is list
    return f"[[{name}]]" if is_many else f"[{name}]"


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables in an annotation, however they are wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)
