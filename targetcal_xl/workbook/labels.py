"""What a sheet says beside its values: titles, section titles, captions, labels and hints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from ..calibration.metric import Metric
from ..language import find, text
from ..ooxml import BLANK, Cell, Spot
from .captions import heading
from .places import Places, TablePlace
from .shapes import Field, Sheet, Table
from .sheets.guide import guide_lines

SheetCells = Mapping[Spot, Cell]


class Mislabelled(NamedTuple):
    """A spot where a label should stand, and what stands there."""

    spot: Spot
    expected: str
    found: str


def kind_of(sheet: Sheet) -> str:
    """What the catalogue calls a sheet: all regions' are of one kind."""
    return "region" if sheet.region else sheet.code


def titles(sheet: Sheet, places: Places) -> tuple[str, ...]:
    """A sheet's title and subtitle."""
    plan = places.inputs.plan
    name = plan.region(sheet.region).name if sheet.region else ""
    facts = {"name": name, "period": plan.period, "company": plan.company}
    facts |= {"metric": _in_unit(plan.metric, places.language), "definition": plan.metric.definition}
    return tuple(
        text(f"workbook.{key}.{kind_of(sheet)}", places.language, **facts) for key in ("title", "subtitle")
    )


def _in_unit(metric: Metric, language: str) -> str:
    """A metric's name, with its unit where it has one."""
    unit = metric.unit.strip()
    return text("workbook.metric_in_unit", language, metric=metric.name, unit=unit) if unit else metric.name


def section(sheet: Sheet, table: Table, language: str) -> str:
    """The title of a table."""
    return text(f"workbook.table.{kind_of(sheet)}.{table.code}", language)


def label(field: Field, language: str) -> str:
    """What a field is called; nothing for the sentence that needs no name."""
    return "" if field.code == "advice" else text(f"workbook.field.{field.code}", language)


def hint(field: Field, places: Places) -> str:
    """The words beside a setting, where there are any."""
    key, language = f"workbook.hint.{field.code}", places.language
    if field.code == "objection":
        metric = places.inputs.plan.metric
        lacks = "percent" if metric.in_percent else "shortfall"
        key = f"{key}.{lacks if metric.distance == 'shortfall' else 'value'}"
    return text(key, language) if not field.card and find(key, language) else ""


class Labels:
    """The labels of one sheet as people left them: where each stands, and which are gone or others."""

    def __init__(self, sheet: Sheet, places: Places, grid: SheetCells) -> None:
        self._sheet, self._places, self._grid = sheet, places, grid

    @cached_property
    def spots(self) -> frozenset[Spot]:
        """Where the labels stand that are there."""
        return frozenset(spot for spot, _ in self._told if spot in self._grid)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text that is a label here."""
        return frozenset(said for _, said in self._told)

    @property
    def wrong(self) -> Iterator[Mislabelled]:
        """The labels that are not what they should be."""
        for spot, said in self._told:
            if (found := _text(self._grid, spot)) != said:
                yield Mislabelled(spot, said, found)

    @cached_property
    def _told(self) -> list[tuple[Spot, str]]:
        if self._sheet.code == "guide":
            return list(self._guide())
        return [*self._titles(), *self._fields(), *self._captions()]

    def _guide(self) -> Iterator[tuple[Spot, str]]:
        """The guide's lines, in their order, whatever rows they were moved to."""
        spots = sorted(spot for spot in self._grid if spot[0] > 1 and spot[1] > 1)
        lines = [said for line in guide_lines(self._places) for said in line.texts.values()]
        below = max((row for row, _ in spots), default=1) + 1
        yield from zip([*spots, *[(below, 2)] * len(lines)], lines, strict=False)

    def _titles(self) -> Iterator[tuple[Spot, str]]:
        """The first two rows that hold anything, below the mark."""
        rows = sorted({row for row, column in self._grid if row > 1 and column > 1})[:2]
        left = {row: min(column for at, column in self._grid if at == row and column > 1) for row in rows}
        homes = [(row, left[row]) for row in rows]
        yield from zip([*homes, (2, 2), (3, 2)], titles(self._sheet, self._places), strict=False)

    def _fields(self) -> Iterator[tuple[Spot, str]]:
        """Labels above the cards and left of the settings, hints right of them."""
        for field in self._sheet.fields:
            place = self._places.fields.get((self._sheet.region, field.code))
            if place and (words := label(field, self._places.language)):
                yield self._nearest(place[1], (-1, 0) if field.card else (0, -1)), words
            if place and (words := hint(field, self._places)):
                yield self._nearest(place[1], (0, 1), field.span), words

    def _captions(self) -> Iterator[tuple[Spot, str]]:
        """Captions in one row below the codes of a table's columns, and its title above them."""
        for table, place in self._tables():
            head = place.head - 1
            below = {code: self._nearest((head, at), (1, 0)) for code, at in place.columns.items()}
            row, _ = Counter(spot[0] for spot in below.values()).most_common(1)[0] if below else (head + 1, 0)
            for column in table.columns:
                if across := place.columns.get(column.code):
                    caption = heading(table, column, self._places.inputs.plan, self._places.language)
                    yield (row, across), caption
            left = min(place.columns.values(), default=2)
            yield self._nearest((head, left), (-1, 0)), section(self._sheet, table, self._places.language)

    def _tables(self) -> Iterator[tuple[Table, TablePlace]]:
        for table in self._sheet.tables:
            if place := self._places.tables.get((self._sheet.code, table.code)):
                yield table, place

    def _nearest(self, spot: Spot, step: Spot, first: int = 1) -> Spot:
        """The first cell from a spot on that holds anything; the one beside it where there is none near."""
        for far in range(first, first + 8):
            at = spot[0] + far * step[0], spot[1] + far * step[1]
            if self._grid.get(at, BLANK) != BLANK:
                return at
        return spot[0] + first * step[0], spot[1] + first * step[1]


def _text(grid: SheetCells, spot: Spot) -> str:
    """What a cell shows that holds a label; a formula in its place is none."""
    cell = grid.get(spot, BLANK)
    if cell.formula is not None or cell.value is None:
        return ""
    return f"{cell.value:.15g}" if isinstance(cell.value, float) else str(cell.value)
