"""Taking back what a region has submitted, before its superior has decided on any of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Region, may_act
from ..calibration.vocabulary import State, Status
from ..desk import Desk, Side, Stock, find_region, take_stock, text_faults
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUESTION, Part, Report, Sentence
from .decisions import DECISION_FIELDS

UNDONE = ("agreed", *DECISION_FIELDS)
"""What a lock does to the lines of a region that is not so once it is withdrawn."""


@dataclass(frozen=True)
class WithdrawReport(Report):
    """The region whose submission was withdrawn, and objections of it that stay open."""

    region: str
    round: int
    objections: tuple[str, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.withdraw.done", language, region=self.region, round=self.round), DONE)
        for line in self.objections:
            yield Sentence(text("telling.withdraw.objection", language), QUESTION, f"{self.region} / {line}")


def withdraw(desk: Desk, region: str, reason: str) -> WithdrawReport:
    """Open a region's tab again, as its head or deputy asks: what was typed stays, and is a draft.

    Lines wait again with what the round began with. An objection stays open until a later declaration lifts
    it or it is answered. Raise Refused without a reason, for anybody else, where nothing is
    submitted or something is decided, and after the round's deadline; DataProblems for a
    reason that letters cannot show.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    side = stock.table(found)
    if problems := list(_obstacles(stock, side)):
        raise Refused(problems)
    if faults := list(text_faults(found.name, reason)):
        raise DataProblems(faults)
    status = stock.typed((found.code, None, "status"))
    events = [
        Event("withdraw", found.code, None, "state", side.state, State.OPEN, reason),
        Event("withdraw", found.code, None, "status", status, Status.DRAFT, reason),
        *_undone(stock, found, reason),
    ]
    stock.settle(events)
    return WithdrawReport(found.name, side.round, tuple(line.name for line in side.objecting))


def _obstacles(stock: Stock, side: Side) -> Iterator[Problem]:
    region = side.region
    if code := may_act("withdraw", stock.desk.actor, region, side.submitter):
        yield Problem(code, region.name, {"actor": stock.desk.actor, "head": region.head.name})
    if side.is_open:
        yield Problem("withdraw_nothing", region.name)
    elif not side.allows("withdraw"):
        yield Problem("withdraw_decided", region.name, {"superior": region.superior.name})
    deadline = stock.plan.deadline(side.round)
    if deadline is not None and stock.desk.clock().astimezone().date() > deadline:
        yield Problem("withdraw_late", region.name, {"deadline": deadline, "round": side.round})


def _undone(stock: Stock, region: Region, reason: str) -> Iterator[Event]:
    """What the last lock made of the lines' earlier decisions, taken back."""
    locked = [*stock.desk.ledger.entries(region=region.code, action="lock")]
    last = next(entry.at for entry in reversed(locked) if entry.field == "state")
    for entry in locked:
        if entry.at == last and entry.field in UNDONE:
            yield Event("withdraw", *entry.key, entry.new, entry.old, reason)
