"""What was recorded, in words: fields by caption, rows by name, values with their units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from ..calibration.negotiation import is_support
from ..calibration.standing import Standing, Value
from ..calibration.supports import DECLINED
from ..language import find, text
from .captions import caption, heading
from .labels import label, section
from .layout import layout
from .shapes import Kind, Owner, Sheet
from .sheets.drivers import post_rows

_RECORDED: Final[dict[str, Kind]] = {
    **dict.fromkeys(("objection.declared", "objection.suggested", "objection.lifted"), "number"),
    **dict.fromkeys(("in_force", "agreed_total"), "number"),
    **dict.fromkeys(("objection.basis", "objection.support", "objection.risk"), "long"),
    **dict.fromkeys(("granted_reason", DECLINED), "long"),
    **dict.fromkeys(("inputs", "baseline", "progress", "survey", "evaluation", "backtest"), "text"),
    **dict.fromkeys(("learning", "letter", "letter.record", "seal", "stamp.record", "erased"), "text"),
    **dict.fromkeys(("recalibration", "recalibration.restored"), "count"),
    **dict.fromkeys(("format.book", "format.ledger"), "count"),
    **dict.fromkeys(
        ("change.superior", "change.hrbp", "change.asked_by", "change.withdraw", "course"), "text"
    ),
    **dict.fromkeys(("change.trigger", "change.state"), "choice"),
    "change.to": "number",
    "change.from": "date",
    "change.reason": "long",
    "thread.text": "long",
    **dict.fromkeys(("thread.file", "files"), "text"),
    **dict.fromkeys(("message.record", "message.content", "message.bounce"), "text"),
    **dict.fromkeys(("import.actuals", "import.history", "import.drivers", "import.days"), "text"),
    **dict.fromkeys(("plan.before", "plan.days"), "text"),
    "judgement": "text",
    **dict.fromkeys(("pack.record", "page.record", "answer.record"), "text"),
    **dict.fromkeys(("letter.drafted", "letter.bounced", "letter.deleted", "archive.record"), "text"),
    **dict.fromkeys(("letter.signed_head", "letter.signed_superior"), "text"),
    **dict.fromkeys(("letter.question", "letter.reply"), "long"),
    "letter.question_due": "date",
    **dict.fromkeys(
        ("letter.individual", "letter.representative", "letter.withdrawn", "letter.scan"), "text"
    ),
    "message.state": "choice",
    "delivered": "text",
    "objection.held": "date",
    "objection.present": "text",
    "objection.outcome": "choice",
    "hq_gap": "percent",
    "hours": "decimal",
    "warning": "choice",
    **dict.fromkeys(("warning.since", "warning.taken_until"), "date"),
    "warning.taken": "long",
    "warning.taken_by": "text",
}
"""Fields that have no cell of their own, with the kind of their values."""


class Wording:
    """Words for the entries of a plan's ledger, always the same for the same entry."""

    def __init__(self, standing: Standing) -> None:
        self._plan, self._inputs, self._language = standing.inputs.plan, standing.inputs, standing.language
        self._names = {line.code: line.name for line in self._plan.lines}
        self._lines = {(line.region, line.code) for line in self._plan.lines}
        self._posts = dict(zip(post_rows(self._plan), self._plan.post_places, strict=True))
        self._regions = {region.code: region.name for region in self._plan.regions}

    def action(self, code: str) -> str:
        """What was done."""
        return self._said(f"workbook.action.{code}") or code

    def region(self, code: str | None) -> str | None:
        """A region by its name."""
        return code if code is None else self._regions.get(code, code)

    def row(self, region: str | None, row: str | None, field: str) -> str | None:
        """A line or a driver by its name; of a line's indicator the line's name, and the indicator's code."""
        if row is None or is_support(field):
            return row
        kind, line = field.partition(".")[0], row.partition("/")[0]
        if kind == "driver":
            return next((driver.name for driver in self._plan.drivers if driver.code == row), row)
        if kind == "reading" and line in self._names:
            return f"{self._names[line]} / {row[len(line) + 1 :]}"
        if kind == "post":
            return f"{self._posts[row]} / {row}" if row in self._posts else row
        if kind == "last_period":
            return caption(row, self._language)
        return self._names[row] if (region, row) in self._lines else row

    def field(self, code: str) -> str:
        """What a field is called where people see it."""
        known = self._fields.get(code)
        return known[0] if known else code

    def value(self, field: str, value: Value) -> Value:
        """A value as people read it; no two values of a field read alike."""
        kind = self._fields[field][1] if field in self._fields else "text"
        if value is None or value == "":
            return value
        if kind in ("choice", "flag") or isinstance(value, bool):
            return self._choice(field, value)
        if kind == "line":
            return self._names.get(str(value), str(value))
        return value if isinstance(value, str) else self._number(kind, float(value))

    def _choice(self, field: str, value: Value) -> str:
        code = ("no", "yes")[value] if isinstance(value, bool) else str(value)
        return self._said(f"workbook.{field}.{code}") or caption(code, self._language)

    def _number(self, kind: Kind, value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        if kind == "percent":
            return f"{100 * value:,.12g} %"
        unit = self._plan.metric.unit if kind == "number" else ""
        return f"{value:,.15g} {unit}".strip()

    def _said(self, key: str) -> str:
        """A text that may be missing."""
        return text(key, self._language) if find(key, self._language) else ""

    @cached_property
    def _fields(self) -> dict[str, tuple[str, Kind]]:
        """Field code -> what it is called, and of what kind its values are."""
        found: dict[str, tuple[str, Kind]] = {}
        for sheet in sorted(layout(self._inputs), key=lambda sheet: sheet.region is None):
            for code, said, kind in (*self._columns(sheet), *self._cards(sheet)):
                found.setdefault(code, (said, kind))
        told = {code: self._said(f"workbook.recorded.{code}") or code for code in _RECORDED}
        found |= {code: (said, _RECORDED[code]) for code, said in told.items()}
        return found | {"objection": (found["objection"][0], "choice")}

    def _columns(self, sheet: Sheet) -> Iterator[tuple[str, str, Kind]]:
        """Columns that hold what is recorded; those of other tables than a region's lines after its title."""
        for table in sheet.tables:
            for column in table.columns:
                said = heading(table, column, self._plan, self._language)
                if column.owner is Owner.TOOL or column.owner.is_person:
                    named = f"{section(sheet, table, self._language)}: {said}" if table.prefix else said
                    yield table.prefix + column.code, named, column.kind

    def _cards(self, sheet: Sheet) -> Iterator[tuple[str, str, Kind]]:
        for field in sheet.fields:
            yield field.code, label(field, self._language), field.kind
