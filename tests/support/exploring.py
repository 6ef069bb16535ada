"""What is left to `make explore`: of many that are alike, `make test` plays some."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import settings

exhaustive = pytest.mark.exhaustive
"""Marks a test that plays once more, at length, what others play."""


def explores() -> bool:
    """Whether everything is to be tried that takes long: other examples, each time."""
    return not settings().derandomize


def few(variants: Iterable[Any], played: Collection[str]) -> list[ParameterSet]:
    """Variants of a test, of which `make test` plays those of these names; ValueError for an unknown one."""
    params = [one if isinstance(one, ParameterSet) else pytest.param(one, id=str(one)) for one in variants]
    if unknown := set(played) - {str(one.id) for one in params}:
        raise ValueError(f"no variants: {sorted(unknown)}")
    return [one if one.id in played else _left(one) for one in params]


def _left(one: ParameterSet) -> ParameterSet:
    return pytest.param(*one.values, id=one.id, marks=[*one.marks, exhaustive])
