"""What every cell that is not a person's should hold, given the ledger's word and what people typed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..calibration.standing import Key, Standing, Value
from ..ooxml import Cell, Spot
from .facts import Facts
from .formulas import Expression
from .part import Columns, SheetPart
from .places import Lost, Places
from .shapes import region_sheet
from .sheets import history, region
from .sheets.backtest import BacktestSheet
from .sheets.baseline import Way
from .sheets.dashboard import Overview
from .sheets.drivers import ReadingsSheet
from .sheets.evaluation import Evaluation
from .sheets.odds import Odds
from .sheets.progress import ProgressSheet
from .sheets.region_cards import Cards
from .sheets.region_lines import Declarations
from .sheets.settings import Settings

Content = dict[str, dict[Spot, Cell]]
"""Sheet code -> spot -> cell."""


GROUND = ("settings", "history", "drivers", "baseline", "backtest")
"""Sheets that show what suggestions are made from; nothing that is said of a region shows there."""


@dataclass
class Known:
    """What was computed of some suggestions, so that it need not be for what is said of regions next.

    It holds for one book, as long as no cell moves in it and finance's cells say the same.
    """

    declarations: dict[str, Declarations] = field(default_factory=dict)
    """By region; good for what people typed there, and no longer."""
    way: Way | None = None

    def way_in(self, facts: Facts) -> Way:
        """The way to the suggestions."""
        if self.way is None:
            self.way = Way(facts, ReadingsSheet(facts))
        return self.way

    def declared_in(self, facts: Facts, region: str) -> Declarations:
        """What a region's tab tells of what is typed there."""
        if (known := self.declarations.get(region)) is None or not known.holds(facts):
            known = self.declarations[region] = Declarations(facts, region)
        return known


def content(
    standing: Standing,
    typed: Mapping[Key, Value],
    places: Places,
    sheets: Container[str] | None = None,
    known: Known | None = None,
    grounds: bool = True,
) -> Content:
    """Every label, every tool's value, and every formula with the value it computes.

    What the book has lost, by `places`, is left out, and so is each formula that would point to it.
    `sheets` are the codes of those that are wanted, when not all are; without `grounds` no tab tells where
    its suggestions come from. What is `known` is not computed again; it is given what it has not.
    """
    cells: Content = {sheet: {} for sheet in places.tabs if sheets is None or sheet in sheets}
    for page in _pages(Facts(standing, typed, places), known or Known()):
        if page.sheet in cells and (grounds or not page.explains):
            _write(page, places, cells[page.sheet])
    return cells


def _pages(facts: Facts, known: Known) -> Iterator[SheetPart]:
    way = known.way_in(facts)
    odds = Odds(facts, way)
    regions = [one.code for one in facts.plan.regions if region_sheet(one.code) in facts.places.sheets]
    cards = {code: Cards(facts, code, known.declared_in(facts, code)) for code in regions}
    for own in cards.values():
        yield from region.parts(facts, own, way, odds)
    if facts.places.sheets.keys() <= {region_sheet(code) for code in regions}:
        return
    yield from Settings(facts).parts()
    yield from history.parts(facts)
    for sheet in (way.readings, way, odds):
        yield from sheet.parts()
    yield from Overview(facts, cards).parts(odds)
    for follow_up in (ProgressSheet(facts), Evaluation(facts), BacktestSheet(facts)):
        yield from follow_up.parts()


def _write(page: SheetPart, places: Places, cells: dict[Spot, Cell]) -> None:
    """Everything a page holds, but what the book has no room for any more."""
    for table, columns in page.tables.items():
        with suppress(Lost):
            cells.update(_table(page.sheet, table, columns, places))
    with suppress(Lost):
        for code, cell in page.fields().items():
            if found := places.fields.get((page.region, code)):
                (written,) = _cells(cell if isinstance(cell, Expression) else (cell,), [found[1][0]])
                cells |= {} if written is None else {found[1]: written}


def _table(sheet: str, table: str, columns: Callable[[], Columns], places: Places) -> Mapping[Spot, Cell]:
    if (place := places.tables.get((sheet, table))) is None:
        return {}
    rows = [place.rows.get(row) for row in places.sheets[sheet].table(table).rows]
    return {
        (at, across): cell
        for code, column in columns().items()
        if (across := place.columns.get(code))
        for at, cell in zip(rows, _cells(column, rows), strict=True)
        if at is not None and cell is not None
    }


def _cells(column: Expression | Iterable[Cell | None], rows: Sequence[int | None]) -> Iterable[Cell | None]:
    return column.cells(rows) if isinstance(column, Expression) else column
