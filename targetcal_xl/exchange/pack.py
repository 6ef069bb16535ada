"""A region's pack: the workbook that goes out to its head, and comes back filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import product
from pathlib import Path

from ..calibration import Inputs, Key, Standing, Value
from ..ooxml import BLANK, Cell, Spot, cell_name
from ..workbook import (
    Book,
    Content,
    Owner,
    Places,
    Reading,
    book_from,
    content,
    default_places,
    found_by_label,
    nameless,
    pack_layout,
    read,
    region_sheet,
)
from .slip import Slip, parse_slip, slip_text
from .spelling import typed_as_meant

_REACH = 64
"""As many columns people may have inserted before the slip."""


@dataclass(frozen=True)
class Pack:
    """A pack that came back."""

    slip: Slip
    book: Book
    reading: Reading


def pack_places(inputs: Inputs, region: str, language: str) -> Places:
    """Where everything stands in a region's pack."""
    return default_places(inputs, language, pack_layout(inputs, region))


def pack_content(
    standing: Standing, typed: Mapping[Key, Value], regions: Iterable[str], language: str
) -> Content:
    """What the sheets of these regions hold when each stands alone, by sheet code."""
    sheets = [sheet for region in regions for sheet in pack_layout(standing.inputs, region)]
    return content(standing, typed, default_places(standing.inputs, language, sheets))


def shown_cells(grid: Mapping[Spot, Cell], places: Places, region: str) -> dict[Spot, Cell]:
    """What a pack holds where it was laid out with anything that is nobody's to type."""
    sheet = places.sheets[region_sheet(region)]
    spots = [field.spot for field in sheet.fields if not field.owner.is_person]
    for table in sheet.tables:
        place, own = (
            places.tables[sheet.code, table.code],
            (one for one in table.columns if not one.owner.is_person),
        )
        spots += product(place.rows.values(), [place.columns[column.code] for column in own])
    return {spot: grid.get(spot, BLANK) for spot in spots}


def steady(cells: Mapping[Spot, Cell], places: Places, region: str) -> dict[Spot, Cell]:
    """What a region's sheet holds but for its threads and attached files, which grow while a pack is out."""
    code = region_sheet(region)
    lines, files = places.tables[code, "lines"], places.tables[code, "files"]
    grown = {(row, lines.columns["thread"]) for row in lines.rows.values()}
    grown |= {*product(files.rows.values(), files.columns.values())}
    return {spot: cell for spot, cell in cells.items() if spot not in grown}


def pack_bytes(
    inputs: Inputs,
    language: str,
    slip: Slip,
    cells: Content,
    typed: Mapping[Key, Value],
    closed: Iterable[Key],
    created: dt.datetime,
) -> bytes:
    """A region's pack with these cells and what people have typed; of the `closed` ones none can be typed in.

    Equal arguments give equal bytes.
    """
    # Who takes packs in writes none.
    from ..workbook import write_pack

    places = pack_places(inputs, slip.region, language)
    own = {key: value for key, value in typed.items() if key[0] == slip.region}
    file, code = BytesIO(), region_sheet(slip.region)
    write_pack(file, places, {code: cells[code]}, own, slip_text(slip), created)
    spots = [places.find(key)[1] for key in closed]
    if not spots:
        return file.getvalue()
    book = book_from(file.getvalue(), Path("pack.xlsx"))
    book.lock_cells(places.tabs[code], spots, True)
    return book.composed()


def find_slip(book: Book) -> tuple[Slip, str] | None:
    """The slip of a pack and the cell it stands in; None for a workbook that is none."""
    return next(find_slips(book), None)


def find_slips(book: Book) -> Iterator[tuple[Slip, str]]:
    """Every slip of a workbook with its cell: people copy tabs of several packs into one file."""
    for tab in book.sheets:
        grid = book.grid(tab)
        for column in range(2, _REACH):
            cell = grid.get((1, column), BLANK)
            if cell.formula is None and (slip := parse_slip(cell.value)):
                yield slip, f"{tab}!{cell_name((1, column))}"


def read_pack(book: Book, slip: Slip, inputs: Inputs, language: str) -> Pack:
    """What people have typed into a pack of a plan: also numbers and dates that were typed as texts.

    What it has lost is among its `places.problems`; a field whose name is gone is found by its label.
    """
    reading = read(book, inputs, language, pack_layout(inputs, slip.region))
    named = {**nameless(reading), **reading.typed}
    plan = inputs.plan
    typed = {
        key: typed_as_meant(cell, plan) if cell.owner is Owner.MANAGER else cell
        for key, cell in named.items()
    }
    return Pack(slip, book, replace(reading, places=found_by_label(reading), typed=typed))
