"""Messages as they are listed, whether they are in the queue or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..calibration.vocabulary import MessageState
from ..desk import Stock
from ..outbox import Message, Queued


@dataclass(frozen=True)
class MessageRow:
    """A message as it is listed; `number` is none while it is only looked at."""

    number: int | None
    kind: str
    region: str
    person: str
    channel: str
    address: str
    subject: str
    attachments: tuple[str, ...]
    state: str
    since: str
    reason: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done about it."""
        return self.state in (MessageState.SENT, MessageState.DRAFTED, MessageState.WITHDRAWN)


def queued_row(stock: Stock, item: Queued) -> MessageRow:
    """A message of the queue as it is listed."""
    row = row_of_message(stock, item.message)
    since = item.since.isoformat(timespec="seconds")
    return replace(row, number=item.number, state=item.state, since=since, reason=item.reason)


def row_of_message(stock: Stock, message: Message) -> MessageRow:
    """A message as it is listed before it is in the queue."""
    names = {region.code: region.name for region in stock.plan.regions}
    return MessageRow(
        number=None,
        kind=message.kind,
        region=names.get(message.region or "", ""),
        person=message.name,
        channel=message.channel,
        address=message.address,
        subject=message.subject,
        attachments=tuple(file.name for file in message.attachments),
        state=MessageState.PREPARED,
        since="",
        reason="",
    )
