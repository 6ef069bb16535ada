"""The mails that letters go with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..calibration.vocabulary import MessageKind, MessageState
from ..ledger import Log
from ..outbox import Message, queue

LETTER_KINDS: Final = (MessageKind.LETTER, MessageKind.LETTER_COPY, MessageKind.LETTER_PERSONAL)
"""Messages that a letter goes with; their occasion begins with its number."""
_GONE = (MessageState.SENT, MessageState.DRAFTED)


def letter_of(message: Message) -> str:
    """The number of the letter that a message goes with."""
    return message.occasion.partition(" ")[0]


def personal_mails(ledger: Log) -> Mapping[str, Message]:
    """By the letter's number the last mail with which a representative got it."""
    return {
        letter_of(item.message): item.message
        for item in queue(ledger)
        if item.message.kind == MessageKind.LETTER_PERSONAL and item.state in _GONE
    }
