"""Whose days a plan counts: a country's, and those on which the company departs from them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MOST_YEARS_AWAY = 5
"""A day further from the plan's year than this is a slip of the pen."""

_DAY = re.compile(r"([+-])(\d{4}-\d{2}-\d{2})")
_BETWEEN = re.compile(r"[\s,;，；、]+")

DayFault = Literal["twice", "far"]


@dataclass(frozen=True)
class Calendar:
    """The days of a country (`CN`) or of a part of it (`DE-BY`), by ISO 3166, and days of the company's own.

    `work` are days off on which it works, such as make-up days; `closed` are working days that it takes off.
    """

    country: str = "CN"
    work: tuple[dt.date, ...] = ()
    closed: tuple[dt.date, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Calendar:
        """`CN +2027-02-20 -2027-02-04`; raise ValueError with the first part that is none of this."""
        country, *days = _BETWEEN.split(text.strip())
        if not re.fullmatch(r"\w+(-.+)?", country):
            raise ValueError(country)
        found: dict[str, list[dt.date]] = {"+": [], "-": []}
        for day in days:
            if not (said := _DAY.fullmatch(day)):
                raise ValueError(day)
            found[said[1]].append(dt.date.fromisoformat(said[2]))
        return cls(country, tuple(sorted(found["+"])), tuple(sorted(found["-"])))

    def __str__(self) -> str:
        days = [*(f"+{day}" for day in self.work), *(f"-{day}" for day in self.closed)]
        return " ".join([self.country, *days])

    def faults(self, year: int) -> Iterator[tuple[DayFault, dt.date]]:
        """The days that stand twice, or are too far from a plan's year to be meant."""
        days = sorted([*self.work, *self.closed])
        yield from (("twice", day) for day in sorted(set(days)) if days.count(day) > 1)
        yield from (("far", day) for day in days if abs(day.year - year) > MOST_YEARS_AWAY)
