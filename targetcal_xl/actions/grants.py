"""What a superior grants of the supports that a region asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..calibration import DECLINED, Region, Standing, Value, in_words_only, is_support, support_items
from ..calibration.vocabulary import GRANT
from ..desk import Stock, cell_faults, text_faults, where
from ..language import is_placeholder
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..workbook import Owner, Typed

GRANTS = ("yes", "no")


def undecided_supports(standing: Standing, region: Region) -> Iterator[str]:
    """What the region asks for, as an item or in words only, that nobody has granted or declined."""
    for item in support_items(standing, region.code):
        if item.granted not in GRANTS:
            yield f"{item.row} {item.what}".strip()
    for line, _, declined in in_words_only(standing, region.code, is_placeholder):
        if not declined:
            yield line.name


def support_events(
    stock: Stock, region: Region, support: str, granted: str, reason: str, owner: str
) -> list[Event]:
    """Granting or declining one support; raise Refused, or DataProblems with the faults of its texts."""
    place = f"{region.name} / {support}"
    if granted not in GRANTS:
        raise Refused([Problem("grant_unknown", place, {"found": granted})])
    if granted == "no" and is_placeholder(reason):
        raise Refused([Problem("reason_missing", place)])
    if granted == "no" and owner:
        raise Refused([Problem("owner_of_nothing", place)])
    if problems := [*text_faults(place, reason), *text_faults(place, owner)]:
        raise DataProblems(problems)
    items = {item.row.casefold(): item for item in support_items(stock.standing, region.code)}
    if item := items.get(support.strip().casefold()):
        new: dict[str, Value] = dict(
            zip(GRANT, (granted, reason.strip() or None, owner or None), strict=True)
        )
        return list(_new_values(stock, region, item.row, new, reason))
    lines = [line for line, *_ in in_words_only(stock.standing, region.code, is_placeholder)]
    named = {name: line for line in lines for name in (line.name, line.code)}
    if support not in named:
        known = [*(item.row for item in items.values()), *(line.name for line in lines)]
        raise Refused([Problem("support_unknown", region.name, {"said": support, "known": known or "–"})])
    if granted == "yes":
        raise Refused([Problem("support_not_listed", place)])
    return list(_new_values(stock, region, named[support].code, {DECLINED: reason.strip()}, reason))


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
