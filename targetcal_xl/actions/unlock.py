"""Handing a region back: its targets stay in force until others are confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Region
from ..calibration.vocabulary import State, Status
from ..desk import Desk, Stock, find_region, take_stock
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import Problem, Refused
from ..telling import Part, Report, Sentence
from .decisions import DECISION_FIELDS


@dataclass(frozen=True)
class UnlockReport(Report):
    """The region that was handed back, and whether the targets it had stay in force until there are new."""

    region: str
    in_force: bool = False

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.unlock.done", language, region=self.region))
        if self.in_force:
            yield Sentence(text("telling.unlock.in_force", language))


def unlock(desk: Desk, region: str, reason: str) -> UnlockReport:
    """Hand a locked, decided or confirmed region back, with a reason.

    Its decisions and agreed values are taken back; what its head typed stays. Confirmed targets stay
    in force until others are confirmed. Raise Refused without a reason, and for a region that is open.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    side = stock.table(found)
    if not side.allows("unlock"):
        raise Refused([Problem("region_open", found.name)])
    status = stock.typed((found.code, None, "status"))
    events = [
        Event("unlock", found.code, None, "state", side.state, State.OPEN, reason),
        Event("unlock", found.code, None, "status", status, Status.DRAFT, reason),
        *(
            Event("unlock", found.code, line.code, field, old, None, reason)
            for line in side.lines
            for field in ("agreed", "agree", *DECISION_FIELDS)
            if (old := side.of(line.code, field)) is not None
        ),
        *in_force_events("unlock", stock, found, reason),
    ]
    now = stock.settle(events)
    return UnlockReport(found.name, any(now.in_force(line) is not None for line in side.lines))


def in_force_events(action: str, stock: Stock, region: Region, reason: str = "") -> Iterator[Event]:
    """The agreed targets of a confirmed region, as those that hold until others are confirmed."""
    side = stock.table(region)
    if side.is_confirmed or action == "confirm":
        for line in side.lines:
            old, new = side.of(line.code, "in_force"), side.of(line.code, "agreed")
            if old != new:
                yield Event(action, region.code, line.code, "in_force", old, new, reason)
            if action == "confirm" and (course := side.of(line.code, "course")):
                yield Event(action, region.code, line.code, "course", course, None, reason)
