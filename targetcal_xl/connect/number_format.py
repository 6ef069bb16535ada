"""What a cell's number format writes beside its number: a currency, %, or what it is counted in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ..figures import typed
from .amounts import amount_told
from .spelt import means_by_unit

_SIGNS = "$¥￥€£₩₹₽฿"
_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\[\$(?P<sign>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[\\!](?P<escaped>.)|[_*].'
    r"|(?P<general>General)|(?P<number>[0#?.,/]+)|(?P<percent>%)|(?P<exponent>[Ee][+-])|(?P<bare>.)",
    re.IGNORECASE | re.DOTALL,
)
"""Parts of a format: texts, currencies, conditions and colours, what is skipped or repeated, and digits."""
_SECTION = re.compile(r'((?:"[^"]*"|\[[^\]]*\]|[\\!_*].|[^;"\[\\!_*])*)(?:;|$)', re.DOTALL)


@dataclass(frozen=True)
class _Shown:
    """What stands before and behind a number, and by how much it is shown smaller."""

    before: str
    after: str
    divisor: float


def as_shown(value: float, code: str) -> str | None:
    """The number with the currency, multiple or % that a format code writes beside it; None without one.

    12000 is ￥12000 in `"￥"#,##0`, 1.2万 in `0!.0,"万"`, and 0.5 is 50% in `0%`. A fraction or a power of
    ten is left alone.
    """
    shown = _shown(code, value < 0)
    if shown is None:
        return None
    said = f"{shown.before}{typed(float(f'{value / shown.divisor:.15g}'))}{shown.after}"
    return said if means_by_unit(said) or amount_told(said) else None


@cache
def _shown(code: str, is_negative: bool) -> _Shown | None:
    sections = [found for found in _SECTION.findall(code) if found]
    if not sections:
        return None
    found = _read(sections[1] if is_negative and len(sections) > 1 else sections[0])
    return found if found and (found.before or found.after) else None


def _read(section: str) -> _Shown | None:
    """A section of a format; None where it shows no plain number."""
    digits, before, after, divisor = "", "", "", 1.0
    for part in _PARTS.finditer(section):
        kind, said = part.lastgroup or "", part[0]
        if kind == "exponent" or (kind == "number" and "/" in said):
            return None
        if kind in ("number", "general"):
            if after.strip() not in ("", "."):
                return None
            digits += ("!" if after.strip() else "") + ("0" if kind == "general" else said)
            after = ""
            continue
        divisor /= 100.0 if kind == "percent" else 1.0
        if digits:
            after += _text(part)
        else:
            before += _text(part)
    before, after = (text.strip(" ()+-") for text in (before, after))
    return _Shown(before, after, divisor * _divisor(digits)) if digits else None


def _text(part: re.Match[str]) -> str:
    """What a part of a format writes; of letters without quotes that is left to those who show them."""
    bare = part["bare"] or ""
    known = bare if bare in _SIGNS or not bare.isascii() else ""
    return part["quoted"] or part["sign"] or part["escaped"] or part["percent"] or known


def _divisor(digits: str) -> float:
    """By how much a number is shown smaller: commas at the end of its digits, and a point that only looks so.

    `0!.0,` parts the last digit of thousands off, so that 12000 is shown as 1.2.
    """
    whole, _, places = digits.partition(".")
    thousands = sum(len(part) - len(part.rstrip(",")) for part in (whole, places))
    parted = len(re.sub("[^0#?]", "", digits.partition("!")[2]))
    return 1000.0**thousands * 10.0**parted
