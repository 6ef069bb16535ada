"""How people spell numbers and days in tables, and what they mean by it."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

from ..calibration.metric import is_percent
from ..language import LANGUAGES, record
from ..units import counted, multiple_and_plain, multiple_of

_THOUSANDS = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?%?")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?%?", re.IGNORECASE)
_DAY = r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
_DAY_FIRST = r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
"""31.1.2025, as half of Europe writes; with slashes the month may come first, and nobody can tell."""
_DAYS = [
    *map(re.compile, (_DAY, _DAY_FIRST, *(pattern for one in LANGUAGES for pattern in record(one).days)))
]
"""How a day is written: in figures, or as one of our languages writes it."""


def normal(said: str) -> str:
    """Text with full-width letters, digits and signs made plain, and no space around it."""
    return unicodedata.normalize("NFKC", said).replace("−", "-").strip()


def means_by_unit(said: str) -> bool:
    """Whether a text counts in a multiple, as 1.2万, or in percent: what it comes to depends on the unit."""
    plain = normal(said)
    return counted(plain) is not None or plain.endswith("%")


def number_told(said: str, unit: str = "") -> float:
    """The value of `1,200`, `１２％`, `1.2万` or `-3.5`; NaN for anything that is not a finite number.

    What is counted in a multiple counts so in the `unit`, too: 1.2万 is 1.2 in 万元, and 12,000 in 元.
    In % 94% is 94.
    """
    plain = normal(said)
    if parts := counted(plain):
        return float(f"{number_told(parts[0]) * parts[1] / multiple_of(unit):.15g}")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(plain):
        return math.nan
    is_share = plain.endswith("%") and not is_percent(unit)
    value = float(plain.rstrip("%")) / (100 if is_share else 1)
    return value if math.isfinite(value) else math.nan


def number_with_unit(said: str, unit: str) -> float:
    """The same for a number with its unit behind it, or without: `2.6天`, `3 days`, `220 户`.

    In 万户 one of the plain unit counts as what it is of it: 12,000户 is 1.2.
    """
    plain = normal(said)
    for behind, size in ((normal(unit), 1.0), (multiple_and_plain(unit)[1], multiple_of(unit))):
        if behind and plain.endswith(behind):
            return number_told(plain.removesuffix(behind)) / size
    return number_told(plain, unit)


def date_told(said: str) -> dt.date | None:
    """The day of `2025-01-31` or `31.1.2025`, or as one of our languages writes it; None for what is none."""
    found = (pattern.fullmatch(normal(said)) for pattern in _DAYS)
    parts = next(filter(None, found), None)
    try:
        return dt.date(*(int(parts[name]) for name in ("year", "month", "day"))) if parts else None
    except ValueError:
        return None
