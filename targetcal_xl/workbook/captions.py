"""Between codes and what a person reads in a cell: captions, dates, names of lines and of tabs."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from ..calibration.accents import composed
from ..calibration.calendar import Calendar
from ..calibration.plan import Plan
from ..calibration.standing import Value
from ..calibration.vocabulary import (
    ANSWERS,
    DIRECTIONS,
    EFFECTS,
    KINDS,
    QUADRANTS,
    SIDES,
    TALK_OUTCOMES,
    WEIGHTS,
    DecisionKind,
    Functions,
    Measure,
    Stage,
    Status,
    SupportKind,
)
from ..language import LANGUAGES, text
from ..ooxml import Scalar
from .shapes import Column, Kind, Table, region_sheet

CHOICES: tuple[str, ...] = tuple(
    str(code)
    for code in (
        *(*Status, *Stage, *DecisionKind, "yes", "no"),
        *(*DIRECTIONS.values(), *EFFECTS.values(), "raises_driver", "lowers_driver"),
        *(*KINDS, *ANSWERS, *WEIGHTS, *SupportKind, *Functions, *Measure, *QUADRANTS, *SIDES, *TALK_OUTCOMES),
    )
)
"""Every code that has a caption of its own."""

_EFFECTS = {"higher": "raises_driver", "lower": "lowers_driver"}
"""How an indicator's direction is told; older books tell it by the captions of these codes."""
_DIRECTIONS = {told: code for code, told in _EFFECTS.items()}

LONGEST_TAB = 31
_EPOCH = dt.date(1899, 12, 30)
_SHEETS = ("guide", "dashboard", "settings", "history", "drivers", "baseline")
_LATER_SHEETS = ("progress", "evaluation", "backtest", "letters", "audit")


def caption(code: str, language: str) -> str:
    """What a choice is called; a code that has no caption is its own."""
    if code in QUADRANTS:
        return text(f"calibration.quadrant.{code}", language)
    return text(f"workbook.choice.{code}", language) if code in CHOICES else code


def shown(value: Value, kind: Kind, language: str) -> Scalar:
    """A value as its cell holds it: choices by caption, dates as serial numbers, flags as yes or no."""
    if value is None or value == "":
        return None
    if kind in ("choice", "flag") or isinstance(value, bool):
        return caption(_code(value), language)
    if kind == "effect":
        return caption(_EFFECTS.get(str(value), str(value)), language)
    if kind == "date" and isinstance(value, str):
        return _serial(value)
    return value if isinstance(value, str | bool) else float(value)


def meant(cell: Scalar, kind: Kind) -> Value:
    """The value a cell stands for: captions of either language to codes, serial numbers to ISO dates.

    What cannot be understood comes back as it is.
    """
    if isinstance(cell, str):
        if not cell.strip():
            return None
        if kind in ("choice", "flag", "effect"):
            code = _codes().get(cell.strip().casefold(), cell)
            code = _DIRECTIONS.get(code, code) if kind == "effect" else code
            return {"yes": True, "no": False}.get(code, code) if kind == "flag" else code
        return _days(composed(cell)) if kind == "days" else composed(cell)
    if kind == "date" and isinstance(cell, float) and 1 <= cell < 2958466:
        return (_EPOCH + dt.timedelta(days=int(cell))).isoformat()
    return cell


def _days(cell: str) -> str:
    """A calendar in the one spelling that it has."""
    try:
        return str(Calendar.parse(cell))
    except ValueError:
        return cell


def line_captions(plan: Plan, lines: Iterable[str]) -> dict[str, str]:
    """Code -> name for a list of lines to choose from; equal names are told apart by their codes."""
    names = {line.code: line.name for line in plan.lines}
    chosen = {code: names[code] for code in lines}
    often = Counter(chosen.values())
    return {code: name if often[name] == 1 else f"{name} ({code})" for code, name in chosen.items()}


def tab_names(plan: Plan, language: str) -> Mapping[str, str]:
    """Sheet code -> tab name in a new workbook: legal, and different from every other whatever the case."""
    return _tab_names(tuple((region.code, region.name) for region in plan.regions), language)


@lru_cache(4)
def _tab_names(regions: tuple[tuple[str, str], ...], language: str) -> Mapping[str, str]:
    """Names are told apart from all others, and asked for with every pack of a thousand: kept, so."""
    wanted = {code: text(f"workbook.sheet.{code}", language) for code in _SHEETS}
    wanted |= {region_sheet(code): name for code, name in regions}
    wanted |= {code: text(f"workbook.sheet.{code}", language) for code in _LATER_SHEETS}
    taken: set[str] = {wanted[code].casefold() for code in (*_SHEETS, *_LATER_SHEETS)} | {"history"}
    names = {}
    for code, name in wanted.items():
        names[code] = name if code in (*_SHEETS, *_LATER_SHEETS) else _free(_legal(name) or code[7:], taken)
    return names


def _legal(name: str) -> str:
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip(" '")
    return _cut(plain, LONGEST_TAB).strip(" '")


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered when it is taken already."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        ending = f" {number}"
        free = _cut(name, LONGEST_TAB - len(ending)) + ending
    taken.add(free.casefold())
    return free


def _cut(name: str, longest: int) -> str:
    """The beginning of a name that takes no more UTF-16 units than that, as Excel counts."""
    return name.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore")


def _code(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _serial(date: str) -> Scalar:
    try:
        return float((dt.date.fromisoformat(date) - _EPOCH).days)
    except ValueError:
        return date


@cache
def _codes() -> dict[str, str]:
    return {caption(code, language).casefold(): code for language in LANGUAGES for code in CHOICES}


def heading(table: Table, column: Column, plan: Plan, language: str) -> str:
    """The caption of a column: periods are their own, driver columns carry the driver's name."""
    if table.code == "history" and column.kind == "number":
        return column.code
    kind, _, driver = column.code.partition(".")
    names = {item.code: item.name for item in plan.drivers}
    if kind in ("part", "signal", "effect") and driver in names:
        return text(f"workbook.column.{kind}.driver", language, name=names[driver])
    return text(f"workbook.column.{column.code}", language)
