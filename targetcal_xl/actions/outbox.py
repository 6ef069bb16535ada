"""The outbox: what is to be sent, what became of it, and sending what waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..calibration import Key, Value
from ..calibration.vocabulary import Channel, LetterState, MessageKind, MessageState
from ..desk import (
    LETTER_KINDS,
    Desk,
    Stock,
    happened,
    letter_of,
    letters_that_hold,
    look,
    misfits,
    post,
    take_stock,
)
from ..language import text
from ..ledger import Event
from ..outbox import (
    ACTION,
    Bounce,
    Carrier,
    Delivery,
    Drafts,
    Message,
    Pace,
    Queued,
    bounce_events,
    bounces_in,
    deliver,
    doubt,
    known_bounces,
    mailbox,
    message_code,
    message_id,
    okr_ways,
    queue,
    robots,
    state_event,
)
from ..problems import Problem, Refused
from ..telling import QUIET, WARNING, WRONG, Part, Report, Sentence, table
from ..unreached import Unreached
from .message_rows import MessageRow, queued_row
from .notices import is_pressing, notices

Sleep = Callable[[float], None]
_BREATH, _LET_IN = 1.0, 0.1
"""After so many seconds others are let in, for so many: who waits for the book looks often enough."""
_LETTER_STATES = {MessageState.SENT: LetterState.MAILED, MessageState.DRAFTED: LetterState.DRAFTED}
_GONE = (MessageState.SENT, MessageState.DRAFTED, MessageState.DOUBTFUL, MessageState.SENDING)


@dataclass(frozen=True)
class OutboxReport(Report):
    """The messages of the queue, or those that would come into it, and what stands in their way."""

    messages: tuple[MessageRow, ...]
    problems: tuple[Problem, ...] = ()
    dry: bool = False
    """Whether nothing was recorded or sent."""

    @property
    def leaves_work(self) -> bool:
        """Whether something waits, failed or is in doubt, or somebody cannot be reached."""
        waits = any(not row.is_over for row in self.messages)
        return bool(self.problems) or (waits and not self.dry)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if not self.messages:
            yield Sentence(text("telling.outbox.none", language), QUIET)
        elif self.dry:
            yield Sentence(text("telling.outbox.dry", language, count=len(self.messages)))
        if self.messages:
            columns = ("number", "message", "region", "recipient", "way", "message_state")
            yield table(columns, (_told(row, language) for row in self.messages), language)
        for row in self.messages:
            yield from _aside(row, language)
        if any(row.state == MessageState.DRAFTED for row in self.messages):
            yield Sentence(text("telling.outbox.drafted", language), QUIET)
        for problem in self.problems:
            yield Sentence(problem.sentence(language), WRONG)


def _told(row: MessageRow, language: str) -> tuple[str, ...]:
    number = "" if row.number is None else str(row.number)
    person = f"{row.person} <{row.address}>" if row.channel == Channel.MAIL else row.person
    way = text(f"telling.channel.{row.channel}", language)
    way += "" if row.channel == Channel.MAIL else f" ({row.address})"
    state = text(f"telling.message.{row.state}", language)
    return number, row.subject, row.region, person, way, state


def _aside(row: MessageRow, language: str) -> Iterator[Sentence]:
    """What somebody should know of a message beside its state, and do about it."""
    said = {"number": row.number, "person": row.person, "reason": Unreached(row.reason or "-").said(language)}
    if row.state == MessageState.DOUBTFUL:
        yield Sentence(text("telling.outbox.doubtful", language, **said), WARNING)
    elif row.state == MessageState.FAILED:
        yield Sentence(text("telling.outbox.failed", language, **said), WRONG)
    elif row.state == MessageState.PREPARED and row.reason:
        yield Sentence(text("telling.outbox.later", language, **said), QUIET)


def outbox(
    desk: Desk,
    *,
    listed: bool = False,
    resend: Sequence[int] = (),
    arrived: Sequence[int] = (),
    bounces: Path | None = None,
    sleep: Sleep = time.sleep,
) -> OutboxReport:
    """Send what waits, and tell where every message is; `listed` only tells.

    `resend` are the numbers of messages that are to be sent again, `arrived` those that somebody knows to
    have arrived; `bounces` is a folder with mails that say which came back. Raise Refused for a number that
    is none, and for a book that shows other entries.
    """
    if listed:
        now = look(desk)
        return OutboxReport(tuple(queued_row(now, item) for item in queue(desk.ledger)), dry=True)
    stock = take_stock(desk)
    came_back = bounces_in(bounces) if bounces else ()
    events = [*_again(stock, resend, MessageState.PREPARED), *_again(stock, arrived, MessageState.SENT)]
    events += [*_came_back(stock, came_back)]
    if events:
        stock.settle(events)
    return send_due(desk, sleep=sleep)


def _came_back(stock: Stock, found: Iterable[Bounce]) -> Iterator[Event]:
    """Mails that were sent, or may have been, and that a report says failed; each report counts once."""
    ledger = stock.desk.ledger
    noted = known_bounces(ledger)
    out = {
        message_id(ledger.document(item.content)): item
        for item in (queue(ledger) if found else ())
        if item.message.channel == Channel.MAIL and item.state in _GONE
    }
    for bounce in found:
        known = [each for each in bounce.message_ids if each in out]
        if known and bounce.digest not in noted:
            item = out.pop(known[0])
            yield from bounce_events(item, bounce.digest, bounce.said)
            yield from _lived(ledger.values(), item.message, LetterState.BOUNCED, bounce.said)


def _lived(
    values: Mapping[Key, Value], message: Message, state: LetterState | None, aside: str = ""
) -> Iterator[Event]:
    """What a letter's register learns of a message that it went with."""
    if state and message.kind in LETTER_KINDS:
        person = " ".join(filter(None, (f"{message.name} <{message.address}>", aside)))
        number = letter_of(message)
        yield happened(ACTION, values, message.region or "", number, state, person)


def _again(stock: Stock, numbers: Sequence[int], new: MessageState) -> Iterator[Event]:
    """Messages that somebody speaks of by number; only what is over can be sent again."""
    items = {item.number: item for item in queue(stock.desk.ledger)}
    lost = (MessageState.SENDING, MessageState.DOUBTFUL)
    done = (MessageState.FAILED, MessageState.DRAFTED, MessageState.SENT)
    over = (*lost, *done) if new == MessageState.PREPARED else lost
    if wrong := [number for number in numbers if number not in items or items[number].state not in over]:
        raise Refused([Problem("outbox_number", fields={"numbers": wrong})])
    values = stock.desk.ledger.values() if numbers else {}
    for number in dict.fromkeys(numbers):
        yield state_event(items[number], new, "asked for")
        yield from _lived(values, items[number].message, _LETTER_STATES.get(new))


def _show(stock: Stock) -> None:
    """Have the book show what the ledger holds by now."""
    post(stock.desk.ledger, stock.standing, stock.book, stock.reading)
    with stock.book.prepared():
        stock.book.save()


def send_due(
    desk: Desk,
    *,
    drafts: Path | None = None,
    sleep: Sleep = time.sleep,
    problems: Sequence[Problem] = (),
    only: Container[str] | None = None,
) -> OutboxReport:
    """Send what is prepared, or put its mails into a folder; the report tells the whole queue.

    What a run that is no more was sending becomes doubtful, what nobody needs any more is withdrawn. Where
    `only` some messages are meant, by code, nothing else is sent or told.
    """
    stock = take_stock(desk)
    items = queue(desk.ledger)
    records = _Records(desk, items)
    for event in (*doubt(items), *_withdrawn(stock, items)):
        records.note(event)
    meant = [item for item in queue(desk.ledger) if only is None or item.code in only]
    waiting = [item for item in meant if item.state == MessageState.PREPARED]
    found = list(problems)
    with _open_ways(desk, drafts, waiting, found) as ways:
        turns = _Turns(desk, sleep)
        pace = _pace(desk, items, turns.rest)
        delivery = Delivery(ways, pace, records.content, records.begin, records.note)
        for done, _ in enumerate(deliver(delivery, waiting), 1):
            desk.progress("outbox", done, len(waiting))
            turns.breathe()
    now = look(desk)
    if misfits(now):
        _show(now)
    told = (item for item in queue(desk.ledger) if only is None or item.code in only)
    return OutboxReport(tuple(queued_row(now, item) for item in told), tuple(found))


def waiting_rows(stock: Stock, kinds: Container[str] = tuple(MessageKind)) -> tuple[MessageRow, ...]:
    """What waits in the queue, of some kinds, and would be sent now."""
    items = queue(stock.desk.ledger)
    gone = {event.row for event in _withdrawn(stock, items)}
    waiting = (item for item in items if item.state == MessageState.PREPARED and item.code not in gone)
    return tuple(queued_row(stock, item) for item in waiting if item.message.kind in kinds)


def _withdrawn(stock: Stock, items: Iterable[Queued]) -> Iterator[Event]:
    """What waits to be sent and is not so any more."""
    found = notices(stock)
    due = {message_code(stock.plan.code, message) for message, _ in found.messages}
    letters = {issue.letter.number for issue in letters_that_hold(stock.desk.ledger)}
    for item in items:
        is_so = item.code in due or found.is_open(item.message)
        is_over = is_pressing(item.message.kind) and not is_so
        is_replaced = item.message.kind in LETTER_KINDS and letter_of(item.message) not in letters
        if item.state == MessageState.PREPARED and (is_over or is_replaced):
            yield state_event(item, MessageState.WITHDRAWN)


class _Turns:
    """Gives the turn at the book to others while nothing is on its way: what waits may wait for long."""

    def __init__(self, desk: Desk, sleep: Sleep) -> None:
        self._desk, self._sleep = desk, sleep
        self._since = time.monotonic()

    def rest(self, seconds: float) -> None:
        """Wait, while others may work on the book."""
        with self._desk.aside():
            self._sleep(seconds)
        self._since = time.monotonic()

    def breathe(self) -> None:
        """Let others have their turn, where this has taken a while."""
        if time.monotonic() - self._since > _BREATH:
            self.rest(_LET_IN)


class _Records:
    """Records where a message is."""

    def __init__(self, desk: Desk, items: Iterable[Queued]) -> None:
        self._desk, self._head = desk, desk.ledger.head
        self._letters = {item.code: item.message for item in items if item.message.kind in LETTER_KINDS}
        self._values = dict(desk.ledger.values()) if self._letters else {}

    def begin(self, item: Queued) -> Queued:
        """A message is about to be sent, unless somebody else has done something about it meanwhile.

        Raise Refused when somebody else has recorded something at the same moment.
        """
        onto = self._desk.ledger.head
        if onto != self._head:
            now = {one.code: one for one in queue(self._desk.ledger)}[item.code]
            if now.state != MessageState.PREPARED:
                return now
        self._record(state_event(item, MessageState.SENDING), onto)
        return replace(item, state=MessageState.SENDING)

    def content(self, item: Queued) -> bytes:
        """What is to be sent."""
        return self._desk.ledger.document(item.content)

    def note(self, event: Event) -> None:
        """What came of a message."""
        self._record(event, None)

    def _record(self, event: Event, onto: str | None) -> None:
        desk = self._desk
        if self._letters and desk.ledger.head != self._head:
            self._values = dict(desk.ledger.values())
        events = [event, *self._lived(event)]
        entries = desk.ledger.record(events, at=desk.clock(), actor=desk.actor, source=desk.source, onto=onto)
        self._values |= {entry.key: entry.new for entry in entries if self._letters}
        if entries[0].previous in (self._head, onto):
            self._head = entries[-1].hash

    def _lived(self, event: Event) -> Iterator[Event]:
        """What became of the letter that a message goes with, recorded with what became of the message."""
        if message := self._letters.get(str(event.row)):
            yield from _lived(self._values, message, _LETTER_STATES.get(MessageState(str(event.new))))


def _pace(desk: Desk, items: Iterable[Queued], sleep: Sleep) -> Pace:
    """The pace, with what earlier runs have sent lately."""
    pace = Pace(lambda: desk.clock().timestamp(), sleep)
    for item in sorted(items, key=lambda item: item.since):
        if item.tries:
            pace.note(item.lane, item.since.timestamp())
    return pace


@contextmanager
def _open_ways(
    desk: Desk, drafts: Path | None, waiting: Sequence[Queued], found: list[Problem]
) -> Iterator[Mapping[str, Carrier]]:
    """The ways that are open, for what waits; why others are not is added to what was found."""
    if drafts is not None:
        written = Drafts(drafts)
        for item in queue(desk.ledger):
            written.clear(item.message)
        yield {Channel.MAIL: written}
        return
    wanted = {item.message.channel for item in waiting}
    mail = None
    if Channel.MAIL in wanted:
        mail = mailbox(desk.clock)
        if mail is None:
            found.append(Problem("outbox_no_server"))
    chats, systems = robots(), okr_ways()
    ways: dict[str, Carrier] = {
        way: systems.get(Channel(way), chats) for way in wanted if way != Channel.MAIL
    }
    try:
        yield ways | ({Channel.MAIL: mail} if mail else {})
    finally:
        if mail:
            mail.close()
