"""Supports that were granted: who sees to each, until when, and whether it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from ..calibration import DELIVERED, NOT_DELIVERED, Item, Region, granted_supports, sees_to
from ..calibration.vocabulary import SupportState
from ..connect import CameSupport, delivery_told, read_deliveries
from ..desk import Desk, Stock, find_file, find_region, look, take_stock
from ..language import text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUIET, WARNING, Part, Report, Sentence, table

SUPPORTS = "supports"
_COLUMNS = ("region", "support_row", "line", "what", "owner", "due", "came", "status")


@dataclass(frozen=True)
class SupportRow:
    """A granted support: for a line, or the whole region where that is empty."""

    region: str
    row: str
    line: str
    what: str
    owner: str
    due: dt.date | None
    came: str
    """The day on which it came; empty where it never did, or nobody has said."""
    state: SupportState

    def cells(self, language: str) -> tuple[str, ...]:
        """What a table says of it."""
        state = text(f"telling.supports.state.{self.state}", language)
        due = self.due.isoformat() if self.due else ""
        return self.region, self.row, self.line, self.what, self.owner, due, self.came, state


@dataclass(frozen=True)
class Taken:
    """How many supports a table spoke of, and of how many that was news."""

    rows: int
    new: int


@dataclass(frozen=True)
class SupportsReport(Report):
    """The granted supports, and which of them something was said of just now."""

    supports: tuple[SupportRow, ...]
    recorded: str = ""
    taken: Taken | None = None
    """What a table said, where one was taken in."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.recorded:
            yield Sentence(text("telling.supports.recorded", language), DONE, self.recorded)
        if self.taken:
            yield Sentence(text("telling.supports.taken", language, **vars(self.taken)), DONE)
        if not self.supports:
            yield Sentence(text("telling.supports.none", language), QUIET)
            return
        yield table(_COLUMNS, (one.cells(language) for one in self.supports), language)
        if late := sum(one.state == "past_due" for one in self.supports):
            yield Sentence(text("telling.supports.overdue", language, count=late), WARNING)


def supports(
    desk: Desk, region: str = "", support: str = "", came: str = "", deliveries: Traversable | None = None
) -> SupportsReport:
    """List the granted supports, of all regions or one; before that, record of one whether it came.

    `came` is a day, `no` where it never will, or `unknown`, which takes back what was said. Raise Refused
    where it is none of these, or has not come yet, or where no granted support is meant. `deliveries` is a
    table that says so of many; raise DataProblems with every fault of it, and nothing is recorded.
    """
    if deliveries is not None and (support or came):
        raise Refused([Problem("support_one_or_table")])
    if not (support or came):
        only = find_region(look(desk).plan, region) if region else None
        taken = None if deliveries is None else _take_in(desk, deliveries)
        return SupportsReport(tuple(_rows(look(desk), only)), taken=taken)
    stock = take_stock(desk)
    where, item = _meant(stock, region, support)
    one = CameSupport(where.code, item.row, _told(f"{where.name} / {item.row}", came))
    _record(stock, [one])
    return SupportsReport(tuple(_rows(look(desk), where)), f"{where.name} / {item.row} {item.what}".strip())


def _take_in(desk: Desk, source: Traversable) -> Taken:
    """Record which granted supports came, and when."""
    stock = take_stock(desk)
    granted = {
        f"{region.code} {item.row}": item.what
        for region in stock.plan.regions
        for item in granted_supports(stock.standing, region.code)
    }
    told = read_deliveries(find_file(source), stock.plan, granted)
    return Taken(len(told), _record(stock, told))


def _meant(stock: Stock, region: str, support: str) -> tuple[Region, Item]:
    """The one support that is meant."""
    if not (region and support):
        raise Refused([Problem("support_which")])
    found = find_region(stock.plan, region)
    items = {item.row: item for item in granted_supports(stock.standing, found.code)}
    if (item := items.get(support.strip().upper())) is None:
        raise Refused(
            [Problem("support_not_granted", found.name, {"said": support, "known": [*items] or "–"})]
        )
    return found, item


def _told(place: str, came: str) -> str | None:
    try:
        return delivery_told(came)
    except ValueError:
        raise Refused([Problem("support_came", place, {"found": came or "–"})]) from None


def _record(stock: Stock, told: Iterable[CameSupport]) -> int:
    """Record what is said of supports and was not known, all or nothing; return of how many that is.

    Raise DataProblems for days to come.
    """
    said = {(one.region, one.row, DELIVERED): one.said for one in told}
    today = stock.desk.clock().astimezone().date().isoformat()
    if early := [*_early(stock, said, today)]:
        raise DataProblems(early)
    events = [
        Event(SUPPORTS, *key, old, new)
        for key, new in said.items()
        if (old := stock.standing.value(*key)) != new
    ]
    if events:
        stock.settle(events)
    return len(events)


def _early(stock: Stock, said: dict[tuple[str, str, str], str | None], today: str) -> Iterator[Problem]:
    for (region, row, _), day in said.items():
        if day not in (None, NOT_DELIVERED) and str(day) > today:
            name = stock.plan.region_names[region]
            yield Problem("support_not_yet", f"{name} / {row}", {"day": day})


def _rows(stock: Stock, only: Region | None) -> Iterator[SupportRow]:
    plan, today = stock.plan, stock.desk.clock().astimezone().date()
    for region in plan.regions if only is None else (only,):
        for item in granted_supports(stock.standing, region.code):
            yield SupportRow(
                region=region.name,
                row=item.row,
                line=plan.line_names.get(item.line, item.line),
                what=item.what or item.kind,
                owner=sees_to(item, region),
                due=item.due,
                came="" if item.came == NOT_DELIVERED else item.came,
                state=item.state(today),
            )
