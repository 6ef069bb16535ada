"""Calendar periods: the quarters (or months) that a plan, a history and a path are made of."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_PATTERN = re.compile(r"(\d{4})-?([QM])(\d{1,2})", re.IGNORECASE)
_PER_YEAR = {"Q": 4, "M": 12}


def period_of(day: dt.date, per_year: int) -> Period:
    """The quarter or month that a day is in."""
    return Period(day.year, (day.month - 1) // (12 // per_year) + 1, per_year)


@dataclass(frozen=True, order=True)
class Period:
    """One quarter (`per_year` 4) or month (`per_year` 12) of a calendar year, numbered from 1."""

    year: int
    number: int
    per_year: int = 4

    def __post_init__(self) -> None:
        if self.per_year not in (4, 12) or not 1 <= self.number <= self.per_year:
            raise ValueError(f"no such period: {self.year}, {self.number} of {self.per_year}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """`2025Q1`, `2025-q1` or `2025M03`; raise ValueError for anything else."""
        found = _PATTERN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"{text!r} is not a period such as 2025Q1 or 2025M03")
        return cls(int(found[1]), int(found[3]), _PER_YEAR[found[2].upper()])

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}" if self.per_year == 4 else f"{self.year}M{self.number:02d}"

    def shift(self, periods: int) -> Period:
        """The period that many places later (earlier when negative)."""
        year, index = divmod(self.year * self.per_year + self.number - 1 + periods, self.per_year)
        return Period(year, index + 1, self.per_year)

    @property
    def start(self) -> dt.date:
        """The first day."""
        return dt.date(self.year, (self.number - 1) * (12 // self.per_year) + 1, 1)

    @property
    def end(self) -> dt.date:
        """The last day."""
        return self.shift(1).start - dt.timedelta(days=1)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Every day, in order."""
        count = (self.end - self.start).days + 1
        return tuple(self.start + dt.timedelta(days=k) for k in range(count))
