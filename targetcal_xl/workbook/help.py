"""Help without macros: what may be typed, what a cell asks for, and colours that show what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from xlsxwriter.worksheet import Worksheet

from ..calibration import JUSTIFICATION
from ..calibration.metric import LEAST_SHORTFALL
from ..calibration.negotiation import FAR, FEW_STEPS, MEANT, TOLERANCE
from ..calibration.vocabulary import Light, State
from ..figures import plain, typed
from ..language import text
from ..ooxml import column_letters
from .captions import caption, line_captions
from .looks import GOOD, LIGHT_COLOURS, PAPER, WARNING, WARNING_PALE, Looks
from .places import Places
from .shapes import Column, Field, Kind, Owner, Sheet, Table

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
    "agree",
    "status",
    "quantity",
    "answer",
)
_NUMBERS: tuple[Kind, ...] = ("number", "decimal", "count", "percent")


def help_people(page: Worksheet, sheet: Sheet, places: Places, looks: Looks) -> None:
    """Validation for every open cell, and colours where they help."""
    for shape, first, last, column in _open_ranges(sheet):
        if rule := _rule(shape, sheet, places):
            page.data_validation(first - 1, column - 1, last - 1, column - 1, rule)
    if sheet.region:
        _colour_lines(page, sheet, places, looks)
    if sheet.code == "history":
        _colour_questions(page, sheet.table("history"), looks)
    if sheet.code == "dashboard":
        for table in sheet.tables:
            _colour_flags(page, table, places, looks)
        _colour_lights(page, sheet, places, looks)


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
            "input_message": text(f"workbook.prompt.{shape.code}", places.language),
        }
    return rule


def _allowed(shape: Column | Field, sheet: Sheet, places: Places) -> dict[str, Any] | None:
    if shape.code in ("declared", "counter"):
        return _target(shape.code, sheet, places)
    if shape.code == "amount":
        return None
    if shape.kind in _NUMBERS:
        return {"validate": "decimal", "criteria": ">=", "value": 0} | _error(places, "number")
    if shape.kind == "date":
        return {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)} | _error(places, "date")
    if shape.kind in ("choice", "effect", "line"):
        return _one_of(shape, places)
    return None


def _target(code: str, sheet: Sheet, places: Places) -> dict[str, Any]:
    """A target: whole steps, and near the suggestion unless the reason beside it says that it is meant.

    It says what `declaration_fault` says, in the 255 characters that a rule has.
    """
    lines, metric = sheet.table("lines"), places.inputs.plan.metric
    reason = "basis" if code == "declared" else "decision_reason"
    spots = [f"{column_letters(lines.spots[name])}{lines.top + 2}" for name in (code, "suggested", reason)]
    typed_in, model, words = spots
    steps, few = f"{typed_in}/{typed(metric.step)}", typed(FEW_STEPS * metric.step * (1 + TOLERANCE))
    near = [f"{typed_in}<{typed(FAR)}*{model}", f"{typed(FAR)}*{typed_in}>{model}"]
    if metric.distance == "shortfall":
        lacking = f"MAX(MIN({model},1-{model}),{typed(LEAST_SHORTFALL)})"
        near.append(f"OR({model}>1,{model}-{typed_in}<{typed(FAR - 1)}*{lacking})")
    meant = ",".join(f'ISNUMBER(SEARCH("{word}",{words}))' for word in MEANT)
    plausible = f"OR(ABS({typed_in}-{model})<={few},AND({','.join(near)}))"
    if metric.is_share:
        plausible = f"AND({plausible},OR({typed_in}<=1,{model}>1))"
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


def _colour_lines(page: Worksheet, sheet: Sheet, places: Places, looks: Looks) -> None:
    """On a region's tab: grey once it is locked, orange where something is missing, red for an objection."""
    table, state = sheet.table("lines"), places.fields[sheet.region, "state"][1]
    where = f"${column_letters(state[1])}${state[0]}"
    locked = looks.changed(bg_color=PAPER, font_color="#4B5563")
    closed = f'{where}<>"{caption(State.OPEN, places.language)}"'
    early = f'{where}="{caption(State.OPEN, places.language)}"'
    for part in (table, sheet.table("supports")):
        for column in part.columns:
            if column.owner is Owner.MANAGER:
                _when(page, part, column.code, closed, locked, stop=True)
            if column.owner is Owner.SUPERIOR:
                _when(page, part, column.code, early, locked, stop=True)
    missing = looks.changed(bg_color=WARNING_PALE)
    first = table.top + 2
    letters = {code: column_letters(at) for code, at in table.spots.items()}
    for column in table.columns:
        if column.owner is Owner.MANAGER:
            _when(page, table, column.code, f"ISNUMBER(${letters['agreed']}{first})", locked, stop=True)
    for code in ("declared", *JUSTIFICATION):
        lacks = f'ISNUMBER(FIND("{_say(places, f"column.{code}")}",${letters["missing"]}{first}))'
        _when(page, table, code, lacks, missing)
    _colour_flags(page, table, places, looks)
    alert = looks.changed(font_color=WARNING)
    _when(page, table, "missing", f"LEN(${letters['missing']}{first})>0", alert)
    advice = places.fields[sheet.region, "advice"][1]
    done = {"type": "formula", "criteria": f"={closed}", "format": looks.changed(font_color=GOOD)}
    page.conditional_format(advice[0] - 1, advice[1] - 1, advice[0] - 1, advice[1] - 1, done)


def _colour_questions(page: Worksheet, table: Table, looks: Looks) -> None:
    """A question that waits for its answer stands out."""
    letters, first = {code: column_letters(at) for code, at in table.spots.items()}, table.top + 2
    waits = f"AND(LEN(${letters['question']}{first})>0,LEN(${letters['answer']}{first})=0)"
    for code in ("question", "answer"):
        _when(page, table, code, waits, looks.changed(bg_color=WARNING_PALE))


def _colour_lights(page: Worksheet, sheet: Sheet, places: Places, looks: Looks) -> None:
    """Red, amber and green: on every line's light and trend, and on the cards that count them."""
    table = sheet.table("running")
    light = f"${column_letters(table.spots['light'])}{table.top + 2}"
    for code, (ink, paper) in zip(Light, LIGHT_COLOURS, strict=True):
        form = looks.changed(font_color=ink, bg_color=paper, bold=True)
        for column in ("light", "trend"):
            _when(page, table, column, f'{light}="{_say(places, f"light.{code}")}"', form)
        row, column_at = places.fields[None, f"dashboard_{code}"][1]
        some = {"type": "cell", "criteria": ">", "value": 0, "format": form}
        page.conditional_format(row - 1, column_at - 1, row - 1, column_at - 1, some)


def _colour_flags(page: Worksheet, table: Table, places: Places, looks: Looks) -> None:
    """Objections stand out."""
    if "flag" not in table.spots:
        return
    flag = f"${column_letters(table.spots['flag'])}{table.top + 2}"
    objection = _say(places, "flag.objection")
    red = looks.changed(bg_color=WARNING_PALE, font_color=WARNING, bold=True)
    for code in ("deviation", "flag"):
        _when(page, table, code, f'{flag}="{objection}"', red)


def _when(page: Worksheet, table: Table, column: str, condition: str, form: Any, stop: bool = False) -> None:
    """Format a column of a table where a formula, written for its first row, holds."""
    at = table.spots[column] - 1
    rule = {"type": "formula", "criteria": f"={condition}", "format": form, "stop_if_true": stop}
    page.conditional_format(table.top + 1, at, table.bottom - 1, at, rule)
