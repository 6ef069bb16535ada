"""Numbers and dates that people type as texts: taken for what they mean, where they mean one thing only."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

from ..calibration import Plan, kept
from ..units import multiple_and_plain, multiple_of
from ..workbook import Typed

_NUMBERS = ("number", "decimal", "count", "percent")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def typed_as_meant(cell: Typed, plan: Plan) -> Typed:
    """A cell whose text is a number or a date where one belongs, as that; any other as it is."""
    if not isinstance(cell.value, str) or cell.has_formula:
        return cell
    if cell.kind in _NUMBERS:
        found = _number(cell.value, plan.metric.unit if cell.kind == "number" else "")
        step = plan.metric.step if cell.kind == "number" else None
        return cell if found is None else cell._replace(value=kept(found, step))
    if cell.kind == "date":
        return cell._replace(value=date_in(cell.value) or cell.value)
    return cell


def _number(said: str, unit: str) -> float | None:
    """The number of `220 `, `２２０`, `1,200`, `1.2万` or `220 户`; None for what may be none, or another."""
    from ..connect import number_in, number_told

    value = number_in(said, unit) if unit else number_told(said)
    return value if math.isfinite(value) else None


def power_of(unit: str) -> int:
    """The power of ten that a unit counts in: 4 for 万元, 0 for 元."""
    return round(math.log10(multiple_of(unit)))


def units_behind(unit: str) -> dict[str, int]:
    """What may stand behind a number -> the power of ten that it is less than the unit: 万元 0 and 元 4."""
    found = {unicodedata.normalize("NFKC", unit).strip(): 0}
    found.setdefault(multiple_and_plain(unit)[1], power_of(unit))
    return {name: power for name, power in found.items() if name}


def date_in(said: str) -> str | None:
    """The ISO date of `2025/1/7`, `2025.1.7` or `2025年1月7日`; None where there is no such day."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", said).strip())
    try:
        return dt.date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None
