"""A clock that only moves when it is told to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass
class Clock:
    """Call it for the time; `advance` it to let time pass. The time is UTC."""

    now: dt.datetime = dt.datetime(2025, 1, 6, 1, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **by: float) -> dt.datetime:
        """Move on by `days=`, `hours=`, `seconds=` and so on; return the new time."""
        self.now += dt.timedelta(**by)
        return self.now
