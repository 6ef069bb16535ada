"""What a sheet shows, by code: for whoever tells the same elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..calibration import Key, Standing, Value, as_number
from ..figures import UNKNOWN, spell
from ..ooxml import BLANK, Cell, Scalar, Spot
from .captions import heading, meant
from .content import content
from .labels import label, section, titles
from .layout import default_places
from .places import Places
from .shapes import Field, Kind, Sheet
from .widths import Form, form_of, is_numeric


@dataclass(frozen=True)
class ShownCell:
    """A cell: what it holds, and how people read it."""

    value: Scalar
    said: str
    kind: Kind

    @property
    def number(self) -> float | None:
        """The number it holds; None for anything else."""
        return as_number(self.value)


class ShownSheet:
    """One sheet, with everything that is not a person's to type."""

    def __init__(self, sheet: Sheet, places: Places, cells: Mapping[Spot, Cell]) -> None:
        self._sheet, self._places, self._cells = sheet, places, cells

    @property
    def titles(self) -> tuple[str, ...]:
        """Title and subtitle."""
        return titles(self._sheet, self._places)

    def label(self, field: str) -> str:
        """What a field is called."""
        return label(self._fields[field], self._places.language)

    def field(self, code: str) -> ShownCell:
        """A field of the sheet."""
        return self._told(self._fields[code].spot, self._fields[code].kind)

    def section(self, table: str) -> str:
        """The title of a table."""
        return section(self._sheet, self._sheet.table(table), self._places.language)

    def columns(self, table: str) -> Sequence[str]:
        """The codes of a table's columns, in order."""
        return [column.code for column in self._sheet.table(table).columns]

    def caption(self, table: str, column: str) -> str:
        """What stands above a column."""
        shape, plan = self._sheet.table(table), self._places.inputs.plan
        (found,) = (one for one in shape.columns if one.code == column)
        return heading(shape, found, plan, self._places.language)

    def rows(self, table: str) -> Mapping[str, Mapping[str, ShownCell]]:
        """The cells of a table by row and column code."""
        shape, place = self._sheet.table(table), self._places.table(self._sheet.code, table)
        return {
            row: {
                column.code: self._told((at, place.columns[column.code]), column.kind)
                for column in shape.columns
            }
            for row, at in place.rows.items()
        }

    @cached_property
    def _fields(self) -> Mapping[str, Field]:
        return {field.code: field for field in self._sheet.fields}

    @cached_property
    def _forms(self) -> dict[Kind, Form]:
        return {}

    def _told(self, spot: Spot, kind: Kind) -> ShownCell:
        value = self._cells.get(spot, BLANK).value
        return ShownCell(value, self._said(value, kind), kind)

    def _said(self, value: Scalar, kind: Kind) -> str:
        if value is None or value == "":
            return UNKNOWN
        if is_numeric(kind) and isinstance(value, float):
            form = self._forms.setdefault(kind, form_of(self._places.inputs, kind, self._places.language))
            return spell(value, self._places.language, form.places, power=form.power) + form.sign
        return str(meant(value, kind) if kind == "date" else value)


def show_sheets(
    standing: Standing, typed: Mapping[Key, Value], language: str, sheets: Collection[str]
) -> Mapping[str, ShownSheet]:
    """These sheets by code, for a standing and what people typed, as a new book of a language shows them."""
    places = default_places(standing.inputs, language)
    cells = content(standing, typed, places, sheets)
    return {code: ShownSheet(places.sheets[code], places, cells[code]) for code in sheets}
