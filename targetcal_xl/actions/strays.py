"""Cells that hold what is neither ours nor anybody's to fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from ..desk import Stock, said
from ..ooxml import Spot, cell_name
from ..problems import Problem
from ..workbook import Content, marks_in

Stray = tuple[str, Problem]
"""Sheet code and problem of a cell that is neither ours nor anybody's to fill."""


def strays(stock: Stock, wanted: Content | None = None) -> Iterator[Stray]:
    """Every cell that holds what is neither ours, by `wanted`, nor anybody's to fill."""
    known = _known(stock, stock.wanted if wanted is None else wanted)
    for sheet, grid in stock.reading.grids.items():
        labels, tab = stock.reading.labels[sheet], stock.reading.places.tabs[sheet]
        for spot in sorted(set(grid).difference(known[sheet], labels.spots)):
            found = grid[spot].value
            twin = isinstance(found, str) and found.strip() in labels.texts
            code = (
                "label_twice" if twin else "row_uncoded" if _in_growing(stock, sheet, spot) else "cell_stray"
            )
            yield sheet, Problem(code, f"{tab}!{cell_name(spot)}", {"found": said(found)})


def mislabelled(stock: Stock, code: str) -> Iterator[Problem]:
    """Titles and captions that say something else, each as a problem of this code."""
    for sheet, labels in stock.reading.labels.items():
        for wrong in labels.wrong:
            where = f"{stock.reading.places.tabs[sheet]}!{cell_name(wrong.spot)}"
            yield Problem(code, where, {"expected": wrong.expected, "found": said(wrong.found)})


def _in_growing(stock: Stock, sheet: str, spot: Spot) -> bool:
    """Whether a cell stands below the captions of a table that grows, where its last columns are."""
    places = stock.reading.places
    return any(
        place.head < spot[0] and spot[1] in place.columns.values()
        for table in places.sheets[sheet].tables
        if table.growing and (place := places.tables.get((sheet, table.code)))
    )


def _known(stock: Stock, wanted: Content) -> Mapping[str, set[Spot]]:
    """The spots of each sheet that have a meaning."""
    places, typed = stock.reading.places, stock.reading.typed.values()
    known = {sheet: {*cells} for sheet, cells in wanted.items()}
    # What is shown elsewhere of a region whose tab is gone cannot be told as ours.
    gone = {one.region for one in places.sheets.values() if one.region and one.code not in places.tabs}
    for cell in typed:
        known[cell.sheet].add(cell.spot)
    for (sheet, code), place in places.tables.items():
        rows, columns = place.rows.values(), place.columns.values()
        known[sheet] |= {(place.head - 1, across) for across in columns} | {(row, 1) for row in rows}
        known[sheet].add((place.head - 1, 1))
        table = places.sheets[sheet].table(code)
        if table.growing:
            known[sheet] |= set(product(rows, columns))
        lost = [at for row, at in place.rows.items() if table.key(row, "")[0] in gone]
        known[sheet] |= set(product(lost, columns))
    for spots in known.values():
        spots.add((1, 1))
    for sheet, grid in stock.reading.grids.items():
        known[sheet].update(spot for spot, _ in marks_in(grid))
    return known
