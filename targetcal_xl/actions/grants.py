"""What a superior grants of the supports that a region asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..calibration import DECLINED, Region, Standing, Value, in_words_only, is_support, support_items
from ..calibration.vocabulary import GRANT
from ..desk import Stock, cell_faults, where
from ..language import is_placeholder
from ..ledger import Event
from ..problems import Problem, Refused
from ..workbook import Owner, Typed

GRANTS = ("yes", "no")


ALL = "all"
"""What is said for every support of a region that nobody has answered, unless one is called so."""


def undecided_supports(standing: Standing, region: Region) -> Iterator[str]:
    """What the region asks for, as an item or in words only, that nobody has granted or declined."""
    items = {item.row: f"{item.row} {item.what}".strip() for item in support_items(standing, region.code)}
    return (items.get(row, name) for row, name in _unanswered(standing, region))


def _unanswered(standing: Standing, region: Region) -> Iterator[tuple[str, str]]:
    """The same: its row and what it is called; of a support in words only those of its line."""
    for item in support_items(standing, region.code):
        if item.granted not in GRANTS:
            yield item.row, item.row
    for line, _, declined in in_words_only(standing, region.code, is_placeholder):
        if not declined:
            yield line.code, line.name


def named_supports(stock: Stock, region: Region, support: str, granted: str) -> dict[str, str]:
    """The rows of the supports that are meant, and what each is called.

    Raise Refused for one that the region does not have, for one in words only that is to be granted, and for
    all where none is left.
    """
    items = {item.row.casefold(): item.row for item in support_items(stock.standing, region.code)}
    lines = [line for line, *_ in in_words_only(stock.standing, region.code, is_placeholder)]
    named = {name: line for line in lines for name in (line.name, line.code)}
    if row := items.get(support.strip().casefold()):
        return {row: row}
    if support in named and granted == "yes":
        raise Refused([Problem("support_not_listed", f"{region.name} / {support}")])
    if support in named:
        return {named[support].code: support}
    if support.strip().casefold() != ALL:
        known = [*items.values(), *(line.name for line in lines)]
        raise Refused([Problem("support_unknown", region.name, {"said": support, "known": known or "–"})])
    return _all_unanswered(stock.standing, region, granted)


def _all_unanswered(standing: Standing, region: Region, granted: str) -> dict[str, str]:
    """All that can be answered so: what is asked for in words only cannot be granted."""
    items = {item.row for item in support_items(standing, region.code)}
    found = {row: name for row, name in _unanswered(standing, region) if granted != "yes" or row in items}
    if not found:
        raise Refused([Problem("supports_answered", region.name)])
    return found


def support_events(
    stock: Stock, region: Region, rows: Mapping[str, str], granted: str, reason: str, owner: str
) -> list[Event]:
    """Granting or declining supports; raise Refused for declining without a reason, or with an owner."""
    place = " / ".join([region.name, *rows.values()])
    if granted == "no" and is_placeholder(reason):
        raise Refused([Problem("reason_missing", place)])
    if granted == "no" and owner:
        raise Refused([Problem("owner_of_nothing", place)])
    items = {item.row for item in support_items(stock.standing, region.code)}
    grant = dict(zip(GRANT, (granted, reason.strip() or None, owner or None), strict=True))
    declined = {DECLINED: reason.strip()}
    return [
        event
        for row in rows
        for event in _new_values(stock, region, row, grant if row in items else declined, reason)
    ]


def _new_values(
    stock: Stock, region: Region, row: str, new: Mapping[str, Value], reason: str
) -> Iterator[Event]:
    for field, value in new.items():
        old = stock.standing.value(region.code, row, field)
        if old != value or field in ("granted", DECLINED):
            yield Event("decide", region.code, row, field, old, value, reason)


def typed_grants(stock: Stock, region: Region) -> Iterator[Event]:
    """What the superior has said of supports in the tab since the last decision."""
    for cell in _cells_of_grants(stock, region):
        old = stock.standing.values.get(cell.key)
        yield Event("decide", *cell.key, old, cell.value)
        key = (region.code, cell.key[1], "granted_reason")
        if cell.key[2] == "granted" and (why := stock.standing.value(*key)) is not None:
            yield Event("decide", *key, why, None)


def _cells_of_grants(stock: Stock, region: Region) -> Iterator[Typed]:
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        if is_support(cell.key[2]) and cell.value != stock.standing.values.get(cell.key):
            yield cell


def grant_faults(stock: Stock, region: Region) -> Iterator[Problem]:
    """What is typed as granted and is neither yes nor no, who sees to what is not granted, or to no item."""
    rows = {item.row for item in support_items(stock.standing, region.code)}
    for cell in _cells_of_grants(stock, region):
        if cell.has_formula:
            yield Problem("text_formula", where(stock, cell))
        elif cell.key[2] == "granted" and cell.value not in (*GRANTS, None):
            yield Problem("choice_unknown", where(stock, cell), {"found": str(cell.value)})
        elif cell.value is not None and cell.key[1] not in rows:
            yield Problem("grant_of_nothing", where(stock, cell))
        elif cell.key[2] == "owner" and cell.value and stock.typed((*cell.key[:2], "granted")) == "no":
            yield Problem("owner_of_nothing", where(stock, cell))
    yield from cell_faults(stock, _cells_of_grants(stock, region))
