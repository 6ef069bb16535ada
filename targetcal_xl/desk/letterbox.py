"""The cells of a region's tab in which either side writes to the other: what waits there to be taken in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from ..calibration import Region, may_submit
from ..ledger import Event, fault
from ..problems import Problem
from ..workbook import LONGEST_REMARK, Typed
from .provenance import handed_in
from .stock import Stock
from .taken_in import said, where
from .threads import COMMENT, TEXT, words_of

_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that turn the direction of what follows."""


def typed_remarks(stock: Stock, regions: Iterable[Region]) -> list[Typed]:
    """What is written in these regions' tabs and was not taken in yet."""
    cells = (cell for region in regions for cell in stock.reading.messages(region.code))
    return [cell for cell in cells if cell.value is not None or cell.has_formula]


def typed_faults(stock: Stock, cells: Iterable[Typed]) -> Iterator[Problem]:
    """Why some of what is written in tabs cannot be taken in, by cell."""
    for cell in cells:
        region = stock.plan.region(str(cell.key[0]))
        if cell.has_formula:
            yield Problem("text_formula", where(stock, cell))
        elif stock.table(region).is_confirmed:
            yield Problem("thread_closed", where(stock, cell), {"region": region.name})
        else:
            yield from text_problems(where(stock, cell), words_of(cell))


def remark_events(stock: Stock, cells: Iterable[Typed]) -> list[Event]:
    """What taking in these cells, which have no fault, records: each in the name of whose cell it is."""
    return [Event(COMMENT, *cell.key[:2], TEXT, None, words_of(cell), _signed(stock, cell)) for cell in cells]


def _signed(stock: Stock, cell: Typed) -> str:
    """In whose name a remark is recorded; nobody can know who typed it."""
    return handed_in(writer(stock, cell), "", stock.reading.places.language)


def writer(stock: Stock, cell: Typed) -> str:
    """Whose word a cell of a tab is: the superior's, or that of the head, or of the deputy who signed it."""
    region = stock.plan.region(str(cell.key[0]))
    if cell.key[2] == "superior_says":
        return region.superior.name
    signed = str(stock.typed((region.code, None, "submitter")) or "").strip()
    return signed if signed and may_submit(signed, region) else region.head.name


def text_problems(place: str, words: str) -> Iterator[Problem]:
    """Why somebody's words are no remark: nothing, too much, or what nobody can read."""
    if not words:
        yield Problem("remark_empty", place)
    elif len(words) > LONGEST_REMARK:
        yield Problem("remark_long", place, {"found": len(words), "most": LONGEST_REMARK})
    if fault(words) or any(map(_is_unreadable, words)):
        yield Problem("remark_signs", place, {"found": said(ascii(words))})


def _is_unreadable(sign: str) -> bool:
    """Control characters, and those that turn the direction of what follows or are none at all."""
    is_none = unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") and sign not in "\n\t"
    return is_none or sign in _TURNS
