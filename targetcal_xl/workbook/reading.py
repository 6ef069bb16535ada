"""What people have typed into a workbook, by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from ..calibration import Inputs, Key, Value, kept
from ..ooxml import BLANK, Scalar, Spot
from .book import Book
from .captions import line_captions, meant, shown
from .finding import find_places
from .labels import Labels, SheetCells, label
from .places import Places
from .shapes import Column, Field, Kind, Owner, Sheet, name_of


class Typed(NamedTuple):
    """One person's cell: whose it is, how it is shown, where it stands, what it means."""

    key: Key
    owner: Owner
    kind: Kind
    sheet: str
    spot: Spot
    value: Value
    has_formula: bool


@dataclass(frozen=True)
class Reading:
    """A workbook as it was found: where everything is, every cell, and every cell of a person's."""

    places: Places
    grids: Mapping[str, SheetCells]
    """Sheet code -> cells."""
    typed: Mapping[Key, Typed]

    @cached_property
    def values(self) -> Mapping[Key, Value]:
        """What people have typed; no key for an empty cell."""
        return {key: cell.value for key, cell in self.typed.items() if cell.value is not None}

    def of_region(self, region: str, owner: Owner) -> Iterator[Typed]:
        """The cells of one region's tab that are somebody's to fill, but for messages."""
        return (one for one in self._by_region[region] if one.owner is owner and one.kind != "message")

    def messages(self, region: str) -> Iterator[Typed]:
        """The cells of one region's tab in which either side writes to the other."""
        return (cell for cell in self._by_region[region] if cell.kind == "message")

    @cached_property
    def labels(self) -> Mapping[str, Labels]:
        """The words that stand beside the values, by sheet code."""
        sheets = self.places.sheets
        return {code: Labels(sheets[code], self.places, grid) for code, grid in self.grids.items()}

    @cached_property
    def _by_region(self) -> Mapping[str | None, list[Typed]]:
        cells: defaultdict[str | None, list[Typed]] = defaultdict(list)
        for cell in self.typed.values():
            cells[cell.key[0]].append(cell)
        return cells


def read(book: Book, inputs: Inputs, language: str, laid_out: Sequence[Sheet] | None = None) -> Reading:
    """Find and read everything in a book of that language; what is missing is among `places.problems`.

    It was laid out with these sheets, or with all of the plan's.
    """
    places = find_places(book, inputs, language, laid_out)
    grids = {code: book.grid(tab) for code, tab in places.tabs.items()}
    cells = (cell for sheet in places.sheets.values() for cell in _typed(sheet, places, grids))
    return Reading(places, grids, {cell.key: cell for cell in cells})


def nameless(reading: Reading) -> dict[Key, Typed]:
    """People's fields whose names are gone, where field and label still stand as they were laid out."""
    found = dict[Key, Typed]()
    for sheet, field in _labelled(reading):
        if field.owner.is_person:
            key, cell = (sheet.region, None, field.code), reading.grids[sheet.code].get(field.spot, BLANK)
            value = meant(cell.value, field.kind)
            told = (sheet.code, field.spot, value, cell.formula is not None)
            found[key] = Typed(key, field.owner, field.kind, *told)
    return found


def found_by_label(reading: Reading) -> Places:
    """The places, with every field whose name is gone where field and label still stand as laid out."""
    places, found = reading.places, [*_labelled(reading)]
    fields = {(sheet.region, field.code): (sheet.code, field.spot) for sheet, field in found}
    names = {name_of(code, region) for region, code in fields}
    problems = tuple(
        one for one in places.problems if one.code != "field_missing" or one.fields["field"] not in names
    )
    return replace(places, fields={**places.fields, **fields}, problems=problems)


def _labelled(reading: Reading) -> Iterator[tuple[Sheet, Field]]:
    """Fields whose names are gone, where field and label still stand; one without a label stands anyway."""
    places = reading.places
    for sheet in places.sheets.values():
        grid = reading.grids.get(sheet.code, {})
        for field in sheet.fields:
            row, column = field.spot
            beside = grid.get((row - 1, column) if field.card else (row, column - 1), BLANK)
            is_lost = (sheet.region, field.code) not in places.fields
            if is_lost and label(field, places.language) in ("", beside.value):
                yield sheet, field


def _typed(sheet: Sheet, places: Places, grids: Mapping[str, SheetCells]) -> Iterator[Typed]:
    """Every person's cell that the book still has on one sheet."""
    grid, step = grids.get(sheet.code, {}), places.inputs.plan.metric.step
    for key, shape, spot in chain(_fields(sheet, places), _table_cells(sheet, places)):
        held, formula, _ = grid.get(spot, BLANK)
        kind = shape.kind
        value = None if held is None else meant(held, kind)
        if kind == "line" and value is not None:
            value = _line_codes(shape.choices, places).get(str(value), value)
        if isinstance(value, float):
            value = kept(value, step if kind == "number" else None)
        told = (key, shape.owner, kind, sheet.code, spot, value, formula is not None)
        yield tuple.__new__(Typed, told)  # half the time of a call, and there are many


def _fields(sheet: Sheet, places: Places) -> Iterator[tuple[Key, Column | Field, Spot]]:
    for field in sheet.fields:
        if field.owner.is_person and (sheet.region, field.code) in places.fields:
            yield (sheet.region, None, field.code), field, places.fields[sheet.region, field.code][1]


def _table_cells(sheet: Sheet, places: Places) -> Iterator[tuple[Key, Column | Field, Spot]]:
    for table in sheet.tables:
        place = places.tables.get((sheet.code, table.code))
        columns = [column for column in table.columns if column.owner.is_person]
        if place is None or not columns:
            continue
        found = [(column, place.columns[column.code]) for column in columns if column.code in place.columns]
        for row, at in place.rows.items():
            for column, across in found:
                yield table.key(row, column.code), column, (at, across)


def _line_codes(choices: tuple[str, ...], places: Places) -> Mapping[str, str]:
    """What a list of lines shows -> line code."""
    return {name: code for code, name in line_captions(places.inputs.plan, choices).items()}


def as_typed(cell: Typed, value: Value, places: Places) -> Scalar:
    """A value as a person types it into their cell: the way back from what `read` makes of it."""
    if cell.kind == "line":
        lines = [line.code for line in places.inputs.plan.lines if cell.key[0] in (None, line.region)]
        value = line_captions(places.inputs.plan, lines).get(str(value), value)
    return shown(value, cell.kind, places.language)
