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
from .formulas.javascript import javascript
from .labels import label, section, titles
from .layout import default_places
from .places import Places
from .shapes import Column, Field, Kind, Owner, Sheet
from .widths import Form, form_of, is_numeric

ShownColumn = Column | Field
"""What may stand in a cell."""


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


@dataclass(frozen=True)
class Program:
    """A sheet's cells: what they hold, or JavaScript in `r`, their row, that computes it."""

    held: Mapping[Spot, Scalar]
    formulas: Mapping[Spot, str]


@dataclass(frozen=True)
class PersonsCell:
    """A cell that people fill: where it stands, what may stand there, and what it is called."""

    spot: Spot
    column: ShownColumn
    caption: str


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
        return heading(shape, self._column(table, column), plan, self._places.language)

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

    def at(self, spot: Spot, kind: Kind) -> ShownCell:
        """A cell by its place."""
        return self._told(spot, kind)

    def kind(self, code: str) -> Kind:
        """How a field, or a column of the lines, is shown."""
        return (self._fields[code] if code in self._fields else self._column("lines", code)).kind

    def form(self, kind: Kind) -> Form | None:
        """How numbers of a kind are told; None where a kind has none."""
        return form_of(self._places.inputs, kind, self._places.language) if is_numeric(kind) else None

    def owner(self, table: str, column: str) -> Owner:
        """Whose word a column is."""
        return self._column(table, column).owner

    def person(self, row: str | None, code: str) -> PersonsCell | None:
        """A cell that people fill on this sheet: a field without a row; None where there is none."""
        language = self._places.language
        if row is None:
            field = self._fields.get(code)
            if field is None or not field.owner.is_person:
                return None
            return PersonsCell(field.spot, field, label(field, language))
        for table in self._sheet.tables:
            if row in table.rows and any(one.code == code and one.owner.is_person for one in table.columns):
                caption = self.caption(table.code, code)
                return PersonsCell(self.spot(table.code, row, code), self._column(table.code, code), caption)
        return None

    def _column(self, table: str, code: str) -> Column:
        (found,) = (one for one in self._sheet.table(table).columns if one.code == code)
        return found

    def spot(self, table: str, row: str, column: str) -> Spot:
        """Where a table's cell stands."""
        return self._places.spot(self._sheet.code, table, row, column)

    def field_spot(self, code: str) -> Spot:
        """Where a field stands."""
        return self._fields[code].spot

    def held(self, spot: Spot) -> Scalar:
        """What a cell of ours holds or shows; raise KeyError where there is none."""
        return self._cells[spot].value

    def program(self, others: Mapping[str, ShownSheet]) -> Program:
        """What the cells of ours hold or compute; `others` are the sheets that its formulas point to."""
        tabs = {self._places.tabs[code]: one for code, one in others.items()}

        def elsewhere(tab: str, spot: Spot) -> Scalar:
            return tabs[tab].held(spot)

        held = {spot: cell.value for spot, cell in self._cells.items() if cell.formula is None}
        printed = {
            spot: javascript(cell.formula, spot[0], elsewhere)
            for spot, cell in self._cells.items()
            if cell.formula is not None
        }
        return Program(held, printed)

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
