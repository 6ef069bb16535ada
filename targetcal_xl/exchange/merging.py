"""Two people's versions of the same cells, brought together by what both began with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..calibration import Key, Value, same_value


@dataclass(frozen=True)
class Merged:
    """What both versions say together; `contested` are keys of which each says something else."""

    values: Mapping[Key, Value]
    contested: tuple[Key, ...]


def merge(
    keys: Iterable[Key], base: Mapping[Key, Value], ours: Mapping[Key, Value], theirs: Mapping[Key, Value]
) -> Merged:
    """For every key the version that changed it; where both did alike, that; else it is contested."""
    values: dict[Key, Value] = {}
    contested: list[Key] = []
    for key in keys:
        before, here, there = base.get(key), ours.get(key), theirs.get(key)
        values[key] = here if same_value(there, before) else there
        if not any(same_value(*pair) for pair in ((there, before), (here, before), (here, there))):
            contested.append(key)
    return Merged(values, tuple(contested))
