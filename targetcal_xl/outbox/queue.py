"""The queue: what is to be sent, and where it is, as entries of the ledger."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..calibration.vocabulary import Channel, MessageState
from ..ledger import Event, Log, dump, load, reference
from .chat import chat_content
from .message import Message, message_code

ACTION = "outbox"
_RECORD, _CONTENT, _STATE = "message.record", "message.content", "message.state"
_BOUNCE = "message.bounce"
_ID = re.compile(rb"^Message-ID: *(?:\r?\n[ \t]+)?(<[^>\s]+>)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Queued:
    """A message in the queue: its number from 1, where it is, since when, and why."""

    number: int
    code: str
    message: Message
    content: str
    """The reference of its bytes."""
    state: MessageState
    since: dt.datetime
    reason: str = ""
    tries: int = 0
    """How often it was on its way."""
    entered: dt.datetime = dt.datetime.min
    """When it came into the queue."""

    @property
    def lane(self) -> str:
        """What its limits count together: all mail, or one robot."""
        return (
            f"{self.message.channel} {self.message.address if self.message.channel != Channel.MAIL else ''}"
        )


def queue(ledger: Log) -> list[Queued]:
    """Everything that was ever to be sent, in order."""
    records: dict[str, str] = {}
    entered: dict[str, dt.datetime] = {}
    contents: dict[str, str] = {}
    states: dict[str, tuple[MessageState, dt.datetime, str]] = {}
    tries: dict[str, int] = {}
    for entry in ledger.entries(action=ACTION):
        code, said = str(entry.row), str(entry.new)
        if entry.field == _RECORD:
            records[code], entered[code] = said, entry.at
        elif entry.field == _CONTENT:
            contents[code] = said
        elif entry.field == _STATE:
            states[code] = MessageState(said), entry.at, entry.reason
            tries[code] = tries.get(code, 0) + (said == MessageState.SENDING)
    return [
        Queued(
            *(number, code, load(Message, ledger.document(record)), contents[code]),
            *states[code],
            tries=tries[code],
            entered=entered[code],
        )
        for number, (code, record) in enumerate(records.items(), 1)
    ]


def content_of(message: Message, plan: str, files: tuple[bytes, ...] = ()) -> bytes:
    """The bytes of a message as they are recorded, and then sent.

    Raise Refused for an address that no mail can be sent to.
    """
    # Whoever only looks whether something waits makes no mail.
    from .mime import mail_content

    if message.channel == Channel.MAIL:
        return mail_content(message, plan, files)
    if message.channel in (Channel.OKR, Channel.FEISHU_OKR):
        return message.text.encode()
    return chat_content(message)


def enter(
    ledger: Log, plan: str, messages: Iterable[tuple[Message, tuple[bytes, ...]]]
) -> tuple[list[Event], list[bytes]]:
    """The events and documents by which messages, with their files, come into the queue: each once, ever."""
    known = {item.code for item in queue(ledger)}
    events, documents = list[Event](), list[bytes]()
    for message, files in messages:
        code = message_code(plan, message)
        if code not in known:
            known.add(code)
            both = dump(message), content_of(message, plan, files)
            documents += both
            events += _entering(message.region, code, *map(reference, both))
    return events, documents


def _entering(region: str | None, code: str, record: str, content: str) -> Iterator[Event]:
    yield Event(ACTION, region, code, _RECORD, None, record)
    yield Event(ACTION, region, code, _CONTENT, None, content)
    yield Event(ACTION, region, code, _STATE, None, MessageState.PREPARED)


def state_event(item: Queued, new: MessageState, reason: str = "") -> Event:
    """A message comes from where it is to somewhere else."""
    return Event(ACTION, item.message.region, item.code, _STATE, item.state, new, reason)


def message_id(content: bytes) -> str:
    """What a mail is known by wherever it goes; empty for what is no mail."""
    found = _ID.search(content)
    return found[1].decode("ascii", "replace") if found else ""


def known_bounces(ledger: Log) -> set[str]:
    """The reports of mails that came back which have been noted, each by its SHA-256."""
    return {str(entry.new) for entry in ledger.entries(action=ACTION, field=_BOUNCE)}


def bounce_events(item: Queued, digest: str, said: str) -> Iterator[Event]:
    """A mail that was sent came back: it failed, as this report says, which counts once."""
    yield Event(ACTION, item.message.region, item.code, _BOUNCE, None, digest)
    yield state_event(item, MessageState.FAILED, said)


def doubt(items: Iterable[Queued]) -> list[Event]:
    """Messages that a run that is no more was sending: nobody knows whether they arrived."""
    return [state_event(item, MessageState.DOUBTFUL) for item in items if item.state == MessageState.SENDING]
