"""How people spell numbers and days in tables, and what they mean by it."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

from ..language import LANGUAGES, record

_THOUSANDS = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?%?")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?%?", re.IGNORECASE)
_POWERS = {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_COUNTED = re.compile(rf"(.*?)\s*({'|'.join(sorted(_POWERS, key=len, reverse=True))})")
_MULTIPLE = re.compile(rf"({'|'.join(sorted(_POWERS, key=len, reverse=True))})(?![克米瓦卡焦伏帕赫升])")
"""How a unit begins that is a multiple of another; 千克 and 千米 are units of their own."""
_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_LETTERS = {"k": 1e3, "'000": 1e3, "000": 1e3, "000s": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "bn": 1e9}
_WORD = re.compile(
    rf"(?<!per )(?<!/)(?<!/ )(?:in\s+)?\b(?P<multiple>{'|'.join(_WORDS)})s?\b(?:\s+of\b)?", re.IGNORECASE
)
"""What counts in thousands says so; what comes per thousand counts plain."""
_MONEY = (
    "(?P<money>(?:US|HK|A|C|S)?[$€£¥₩₹]|(?:USD|EUR|GBP|CNY|RMB|JPY|HKD|SGD|AUD|CAD|CHF|INR|KRW|SEK|MXN|BRL))"
)
_LETTER = "(?P<multiple>(?i:" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + "))"
_OF_MONEY = [re.compile(rf"{_LETTER}\s?{_MONEY}"), re.compile(rf"{_MONEY}\s?{_LETTER}")]
"""k$, $m, USD 000s: letters are a multiple beside money alone; kWh and MB are units of their own."""
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


def multiple_of(unit: str) -> float:
    """How many of the plain one a unit is: 10,000 for 万元, 1,000 for k$ and thousand users, 1 for 元."""
    return multiple_and_plain(unit)[0]


def multiple_and_plain(unit: str) -> tuple[float, str]:
    """A unit taken apart: 10,000 and 元 for 万元, 1,000 and $ for k$, 1 and 家 for 家."""
    said = normal(unit)
    if found := _MULTIPLE.match(said):
        return _POWERS[found[1]], said[found.end() :]
    if found := _WORD.search(said):
        return _WORDS[found["multiple"].lower()], (said[: found.start()] + said[found.end() :]).strip(" ,()")
    for pattern in _OF_MONEY:
        if found := pattern.fullmatch(said):
            return _LETTERS[found["multiple"].lower()], found["money"]
    return 1.0, said


def is_counted(said: str) -> bool:
    """Whether a text counts in a multiple, as 1.2万 does: what it comes to depends on the unit."""
    return bool(_COUNTED.fullmatch(normal(said)))


def number_told(said: str, unit: str = "") -> float:
    """The value of `1,200`, `１２％`, `1.2万` or `-3.5`; NaN for anything that is not a finite number.

    What is counted in a multiple counts so in the `unit`, too: 1.2万 is 1.2 in 万元, and 12,000 in 元.
    """
    plain = normal(said)
    if counted := _COUNTED.fullmatch(plain):
        return float(f"{number_told(counted[1]) * _POWERS[counted[2]] / multiple_of(unit):.15g}")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(plain):
        return math.nan
    value = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    return value if math.isfinite(value) else math.nan


def date_told(said: str) -> dt.date | None:
    """The day of `2025-01-31` or `31.1.2025`, or as one of our languages writes it; None for what is none."""
    found = (pattern.fullmatch(normal(said)) for pattern in _DAYS)
    parts = next(filter(None, found), None)
    try:
        return dt.date(*(int(parts[name]) for name in ("year", "month", "day"))) if parts else None
    except ValueError:
        return None
