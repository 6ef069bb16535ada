"""A unit as people write it, and the multiple of a plain one that it may be: 万元, k$, thousand users."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .language import LANGUAGES, record

_NAMED = {name: 10.0**power for code in LANGUAGES for name, power in record(code).multiples}
_LETTERS = {"k": 1e3, "'000": 1e3, "000": 1e3, "000s": 1e3, "m": 1e6, "mm": 1e6, "mn": 1e6, "bn": 1e9}
_PREFIXES: Final = {name: power for name, power in _NAMED.items() if not name.isascii()}
_WORDS = {name: power for name, power in _NAMED.items() if name.isascii()}


def _any(names: dict[str, float]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_PREFIX = re.compile(rf"({_any(_PREFIXES)})(?![分克米瓦卡焦伏帕赫升])")
"""How a unit begins that is a multiple of another; 千克, 千米 and 百分点 are units of their own."""
_WORD = re.compile(
    rf"(?<!per )(?<!/)(?<!/ )(?:in\s+)?\b(?P<multiple>{_any(_WORDS)})s?\b(?:\s+of\b)?", re.IGNORECASE
)
"""What counts in thousands says so; what comes per thousand counts plain."""
_MONEY = (
    "(?P<money>(?:US|HK|A|C|S)?[$€£¥₩₹]|(?:USD|EUR|GBP|CNY|RMB|JPY|HKD|SGD|AUD|CAD|CHF|INR|KRW|SEK|MXN|BRL))"
)
_LETTER = f"(?P<multiple>(?i:{_any(_LETTERS)}))"
_OF_LETTERS = (
    *(re.compile(rf"{_LETTER}\s?{_MONEY}"), re.compile(rf"{_MONEY}\s?{_LETTER}")),
    re.compile("(?P<multiple>(?i:k|mn|bn))(?P<money>)"),
)
"""k$, $m, USD 000s: letters are a multiple beside money, or alone; kWh, MB and m are units of their own."""
_COUNTED = re.compile(rf"(.*?)\s*({_any(_PREFIXES)})")


def multiple_of(unit: str) -> float:
    """How many of the plain one a unit is: 10,000 for 万元, 1,000 for k$ and thousand users, 1 for 元."""
    return multiple_and_plain(unit)[0]


def multiple_and_plain(unit: str) -> tuple[float, str]:
    """A unit taken apart: 10,000 and 元 for 万元, 1,000 and $ for k$, 1 and 家 for 家."""
    said = unicodedata.normalize("NFKC", unit).strip()
    if found := _PREFIX.match(said):
        return _PREFIXES[found[1]], said[found.end() :]
    if found := _WORD.search(said):
        return _WORDS[found["multiple"].lower()], (said[: found.start()] + said[found.end() :]).strip(" ,()")
    for pattern in _OF_LETTERS:
        if found := pattern.fullmatch(said):
            return _LETTERS[found["multiple"].lower()], found["money"]
    return 1.0, said


def counted(said: str) -> tuple[str, float] | None:
    """A number that counts in a multiple, taken apart: 1.2 and 10,000 for 1.2万; None for any other text."""
    found = _COUNTED.fullmatch(said)
    return (found[1], _PREFIXES[found[2]]) if found else None
