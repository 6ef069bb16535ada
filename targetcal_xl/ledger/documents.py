"""Records as documents: exact, and equal bytes for equal records, so that their hash names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic_core import from_json, to_json

from ..calibration import Value
from ..problems import Problem, Refused
from .chain import canonical, fault, parse

Record = TypeVar("Record")


class _Form(NamedTuple):
    """How values of one type become JSON values, and how they come back."""

    plain: Callable[[Any], Any]
    build: Callable[[Any], Any]


def dump(record: object) -> bytes:
    """A frozen dataclass as JSON in UTF-8, fields in order, equal bytes for equal records.

    Fields may be records, text, numbers, dates, times, None, tuples, mappings with text keys (which
    are sorted) and arrays whose annotation holds their dtype (`calibration.Floats`), written as
    `{"shape": ..., "values": ...}` in row order. Numbers come back to the bit; those that JSON has
    no words for are "NaN", "Infinity" and "-Infinity". A field that was added later (its metadata say
    so) is left out while it has its default. Raise TypeError for a field of another type.
    """
    return to_json(_form(type(record)).plain(record), inf_nan_mode="strings")


def load(kind: type[Record], content: bytes) -> Record:
    """The record of a class that was dumped; fields that it did not have yet take their defaults.

    Raise Refused when the content is no such record.
    """
    try:
        record: Record = _form(kind).build(from_json(content, allow_inf_nan=False))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused([Problem("ledger_document_kind", fields={"kind": kind.__name__})]) from error
    return record


def _same(value: Any) -> Any:
    return value


def _exact(value: Value) -> Value:
    """A value with equal numbers made the same; raise ValueError for one that the ledger cannot keep."""
    if fault(value):
        raise ValueError(f"{value!r} cannot be kept exactly")
    return parse(canonical(value))


_SIMPLE: dict[Any, _Form] = {
    **dict.fromkeys((str, int, bool), _Form(_same, _same)),
    float: _Form(float, float),
    dt.date: _Form(dt.date.isoformat, dt.date.fromisoformat),
    dt.datetime: _Form(dt.datetime.isoformat, dt.datetime.fromisoformat),
    Value: _Form(_exact, _same),
}


def _form(hint: Any) -> _Form:
    """The form of a type; raise TypeError when it has none."""
    if isinstance(hint, type) and is_dataclass(hint):
        return _record_form(hint)
    form = _SIMPLE.get(hint) or _composite(get_origin(hint), get_args(hint))
    if form is None:
        raise TypeError(f"{hint} has no form as a document")
    return form


def _composite(origin: Any, inner: tuple[Any, ...]) -> _Form | None:
    """The form of a type that is made of others, None when it has none."""
    form = None
    if origin is Literal:
        form = _Form(_same, _same)
    elif origin is Annotated and isinstance(inner[-1], np.dtype):
        form = _array_form(inner[-1])
    elif origin is tuple:
        form = _tuple_form(inner)
    elif origin in (dict, Mapping) and inner[0] is str:
        form = _mapping_form(_form(inner[1]))
    elif origin in (Union, UnionType) and len(inner) == 2 and NoneType in inner:
        form = _optional_form(_form(inner[inner[0] is NoneType]))
    return form


@cache
def _record_form(kind: Any) -> _Form:
    """The form of a class, which is made once: its annotations are texts that have to be read."""
    hints = get_type_hints(kind, include_extras=True)
    forms = {field.name: _form(hints[field.name]) for field in fields(kind)}
    later = {field.name: field.default for field in fields(kind) if field.metadata.get("added")}

    def plain(record: Any) -> dict[str, Any]:
        said = {name: getattr(record, name) for name in forms}
        return {name: forms[name].plain(each) for name, each in said.items() if not unsaid(name, each)}

    def unsaid(name: str, value: Any) -> bool:
        return name in later and (value is later[name] or value == later[name])

    return _Form(
        plain,
        lambda plain: kind(**{name: forms[name].build(value) for name, value in plain.items()}),
    )


def _array_form(kind: np.dtype[Any]) -> _Form:
    def plain(array: Any) -> dict[str, Any]:
        array = np.asarray(array, kind)
        return {"shape": array.shape, "values": array.ravel().tolist()}

    return _Form(plain, lambda said: np.array(said["values"], kind).reshape(said["shape"]))


def _tuple_form(inner: tuple[Any, ...]) -> _Form:
    if inner[1:] == (...,):
        item = _form(inner[0])
        return _Form(
            lambda values: [item.plain(value) for value in values],
            lambda values: tuple(item.build(value) for value in _listed(values)),
        )
    forms = [_form(hint) for hint in inner]
    return _Form(
        lambda values: [form.plain(value) for form, value in zip(forms, values, strict=True)],
        lambda values: tuple(form.build(value) for form, value in zip(forms, _listed(values), strict=True)),
    )


def _listed(values: Any) -> list[Any]:
    """What has to be a list: texts and mappings could be gone through, too."""
    if not isinstance(values, list):
        raise TypeError(f"a {type(values).__name__} is no list")
    return values


def _mapping_form(item: _Form) -> _Form:
    return _Form(
        lambda said: {name: item.plain(said[name]) for name in sorted(said)},
        lambda said: {name: item.build(value) for name, value in said.items()},
    )


def _optional_form(some: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else some.plain(value),
        lambda value: None if value is None else some.build(value),
    )
