"""Telling the HR business partner of an objection at once: in the very entries that open it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..calibration.vocabulary import Channel, ObjectionState
from ..desk import Desk, Stock
from ..language import text
from ..ledger import Event
from ..problems import Problem, TargetcalError
from ..telling import DONE, WARNING, Part, Sentence

if TYPE_CHECKING:
    from .message_rows import MessageRow


@dataclass(frozen=True)
class Announcement:
    """What is said of the objections that events open: the entries and documents of the messages."""

    events: tuple[Event, ...] = ()
    documents: tuple[bytes, ...] = ()
    codes: frozenset[str] = frozenset()
    """The messages, by code."""
    rows: tuple[MessageRow, ...] = ()
    """The same as they are listed before anything is sent."""
    unreached: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Announced:
    """What became of the messages, and why some wait."""

    messages: tuple[MessageRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    def tell(self, language: str) -> Iterator[Part]:
        """Who was told, and who could not be yet."""
        for row in dict.fromkeys(replace(row, number=None, channel="", address="") for row in self.messages):
            fields = {"person": row.person, "subject": row.subject}
            fields |= {"state": text(f"telling.message.{row.state}", language)}
            said = text("telling.lock.told", language, **fields)
            yield Sentence(said, DONE if row.is_over else WARNING, row.region)
        for problem in self.problems:
            yield Sentence(problem.sentence(language), WARNING)


NOBODY = Announced()
"""What is said where no objection was opened."""


def announcement(stock: Stock, events: Sequence[Event]) -> Announcement:
    """The messages about objections that these events, not recorded yet, open."""
    opened = {one.region for one in events if (one.field, one.new) == ("objection", ObjectionState.OPEN)}
    if not opened:
        return Announcement()
    values = {**stock.standing.values, **{event.key: event.new for event in events}}
    from ..outbox import enter, message_code
    from .message_rows import row_of_message
    from .notices import objection_notices

    due = objection_notices(replace(stock, standing=replace(stock.standing, values=values)))
    people = {stock.plan.region(str(region)).hrbp.name for region in opened}
    wanted = [(message, files) for message, files in due.messages if message.name in people]
    unreached = [problem for problem in due.unreached if problem.where in people]
    try:
        new, documents = enter(stock.desk.ledger, stock.plan.code, wanted)
    except TargetcalError as found:  # an address that no mail can go to
        return Announcement(unreached=(*unreached, *found.problems))
    return Announcement(
        tuple(new),
        tuple(documents),
        frozenset(message_code(stock.plan.code, message) for message, _ in wanted),
        tuple(row_of_message(stock, message) for message, _ in wanted),
        tuple(unreached),
    )


def announced(desk: Desk, news: Announcement, sleep: Callable[[float], None] = time.sleep) -> Announced:
    """Send what was recorded; whatever goes wrong with that is told, and the message waits in the outbox."""
    if not news.codes:
        return Announced((), news.unreached)
    from ..outbox import mailbox

    try:
        if all(row.channel == Channel.MAIL for row in news.rows) and mailbox(desk.clock) is None:
            return Announced(news.rows, (*news.unreached, Problem("outbox_no_server")))
        from .outbox import send_due

        report = send_due(desk, only=news.codes, sleep=sleep)
    except TargetcalError as found:
        return Announced(news.rows, (*news.unreached, *found.problems))
    return Announced(report.messages, (*news.unreached, *report.problems))
