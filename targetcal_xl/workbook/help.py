"""Help without macros: what may be typed into a cell, and what it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from xlsxwriter.worksheet import Worksheet

from ..calibration.metric import LEAST_SHORTFALL
from ..calibration.negotiation import FAR, FEW_STEPS, TOLERANCE
from ..figures import plain, typed
from ..language import MEANT, text
from ..ooxml import column_letters
from .captions import caption, line_captions
from .places import Places
from .shapes import LONGEST_REMARK, Column, Field, Kind, Sheet

_LONGEST_LIST = 255
_PROMPTED = (
    "declared",
    "basis",
    "support",
    "risk",
    "decision",
    "counter",
    "decision_reason",
    "granted",
    "owner",
    "agree",
    "attachment",
    "status",
    "quantity",
    "answer",
    "common_answer",
    "region_says",
    "superior_says",
)
_NUMBERS: tuple[Kind, ...] = ("number", "decimal", "count", "percent")


def help_people(page: Worksheet, sheet: Sheet, places: Places) -> None:
    """Validation for every open cell."""
    for shape, first, last, column in _open_ranges(sheet):
        if rule := _rule(shape, sheet, places):
            page.data_validation(first - 1, column - 1, last - 1, column - 1, rule)


def _open_ranges(sheet: Sheet) -> Iterator[tuple[Column | Field, int, int, int]]:
    """Shape, first and last row, and column of people's cells."""
    for field in sheet.fields:
        if field.owner.is_person:
            yield field, field.spot[0], field.spot[0], field.spot[1]
    for table in sheet.tables:
        for column in table.columns if table.rows else ():
            if column.owner.is_person:
                yield column, table.top + 2, table.bottom, table.spots[column.code]


def _rule(shape: Column | Field, sheet: Sheet, places: Places) -> dict[str, Any] | None:
    """What may be typed in a cell of this shape, and what it asks for; None when anything goes."""
    rule = _allowed(shape, sheet, places)
    if shape.code in _PROMPTED:
        rule = rule or {"validate": "any"}
        rule |= {
            "input_title": _heading(shape, places),
            "input_message": _prompt(shape.code, places),
        }
    return rule


def _prompt(code: str, places: Places) -> str:
    """What a cell asks for; of a share, also how it is written."""
    metric = places.inputs.plan.metric
    if code != "declared" or not metric.is_share:
        return text(f"workbook.prompt.{code}", places.language)
    kind = "declared_percent" if metric.in_percent else "declared_share"
    return text(f"workbook.prompt.{kind}", places.language)


def _allowed(shape: Column | Field, sheet: Sheet, places: Places) -> dict[str, Any] | None:
    if shape.code in ("declared", "counter"):
        return _target(shape.code, sheet, places)
    if shape.code == "amount":
        return None
    if shape.kind in _NUMBERS:
        return {"validate": "decimal", "criteria": ">=", "value": 0} | _error(places, "number")
    if shape.kind == "date":
        return {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)} | _error(places, "date")
    if shape.kind == "message":
        length = {"validate": "length", "criteria": "<=", "value": LONGEST_REMARK}
        return length | _error(places, "message", most=LONGEST_REMARK)
    return _one_of(shape, places) if shape.kind in ("choice", "effect", "line") else None


def _target(code: str, sheet: Sheet, places: Places) -> dict[str, Any]:
    """A target: whole steps, and near the suggestion unless the reason beside it says that it is meant.

    It says what `declaration_fault` says, in the 255 characters that a rule has.
    """
    lines, metric = sheet.table("lines"), places.inputs.plan.metric
    reason = "basis" if code == "declared" else "decision_reason"
    spots = [f"{column_letters(lines.spots[name])}{lines.top + 2}" for name in (code, "suggested", reason)]
    typed_in, model, words = spots
    whole = typed(metric.whole)
    steps, few = f"{typed_in}/{typed(metric.step)}", typed(FEW_STEPS * metric.step * (1 + TOLERANCE))
    near = [f"{typed_in}<{typed(FAR)}*{model}", f"{typed(FAR)}*{typed_in}>{model}"]
    if metric.distance == "shortfall":
        lacking = f"MAX(MIN({model},{whole}-{model}),{typed(LEAST_SHORTFALL * metric.whole)})"
        near.append(f"OR({model}>{whole},{model}-{typed_in}<{typed(FAR - 1)}*{lacking})")
    meant = ",".join(f'ISNUMBER(SEARCH("{word}",{words}))' for word in MEANT)
    plausible = f"OR(ABS({typed_in}-{model})<={few},AND({','.join(near)}))"
    if metric.is_share:
        plausible = f"AND({plausible},OR({typed_in}<={whole},{model}>{whole}))"
    plausible = f"OR({plausible},{meant})"
    rule = f"=AND({typed_in}>=0,ROUND({steps},6)=ROUND({steps},0),{plausible})"
    facts = {"step": plain(metric.step, places.language), "reason": _say(places, f"column.{reason}")}
    return {"validate": "custom", "value": rule} | _error(places, "target", **facts)


def _one_of(shape: Column | Field, places: Places) -> dict[str, Any] | None:
    """A list to choose from, unless it is longer than a cell's list may be."""
    if shape.kind == "line":
        choices = list(line_captions(places.inputs.plan, shape.choices).values())
    else:
        choices = [caption(code, places.language) for code in shape.choices]
    if len(",".join(choices)) > _LONGEST_LIST or any("," in choice for choice in choices):
        return None
    return {"validate": "list", "source": choices} | _error(places, "choice")


def _error(places: Places, code: str, **fields: object) -> dict[str, str]:
    return {
        "error_title": _say(places, "invalid.title"),
        "error_message": text(
            f"workbook.invalid.{code}", places.language, unit=places.inputs.plan.metric.unit, **fields
        ),
    }


def _heading(shape: Column | Field, places: Places) -> str:
    return _say(places, f"field.{shape.code}" if isinstance(shape, Field) else f"column.{shape.code}")[:32]


def _say(places: Places, key: str, **fields: object) -> str:
    return text(f"workbook.{key}", places.language, **fields)
