"""One thing that happened: as an action wants it recorded, and as it stands in the chain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..calibration import Key, Value


@dataclass(frozen=True)
class Event:
    """A field that got a new value through an action; region and row are None as in a `Key`."""

    action: str
    region: str | None
    row: str | None
    field: str
    old: Value
    new: Value
    reason: str = ""

    @property
    def key(self) -> Key:
        """The address of the field."""
        return self.region, self.row, self.field


@dataclass(frozen=True, kw_only=True)
class Entry(Event):
    """An event with its place in the chain: numbers run from 1 without a gap.

    `at` is in UTC, to the microsecond. `previous` is the hash of the entry before, `GENESIS` for
    the first; `hash` covers every other field (see `seal`).
    """

    number: int
    at: dt.datetime
    actor: str
    source: str
    previous: str
    hash: str
