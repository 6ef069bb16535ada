"""Whatever is sent: messages, their queue in the ledger, and the ways that they go."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .delivery import ATTEMPTS, Delivery, deliver
    from .drafts import Drafts
    from .message import MOST_ATTACHED, Attachment, Message, attached, message_code, on_one_line
    from .mime import mail_content
    from .queue import ACTION, Queued, content_of, doubt, enter, queue, state_event
    from .robots import Robots, chat_content, robots
    from .secrets import secret
    from .smtp import Mailbox, mailbox
    from .ways import Attempt, Carrier, Limit, Pace

__all__ = [
    "ACTION",
    "ATTEMPTS",
    "MOST_ATTACHED",
    "Attachment",
    "Attempt",
    "Carrier",
    "Delivery",
    "Drafts",
    "Limit",
    "Mailbox",
    "Message",
    "Pace",
    "Queued",
    "Robots",
    "attached",
    "chat_content",
    "content_of",
    "deliver",
    "doubt",
    "enter",
    "mail_content",
    "mailbox",
    "message_code",
    "on_one_line",
    "queue",
    "robots",
    "secret",
    "state_event",
]
