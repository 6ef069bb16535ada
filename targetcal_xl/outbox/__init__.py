"""Whatever is sent: messages, their queue in the ledger, and the ways that they go."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .bounces import Bounce, bounces_in
    from .chat import chat_content, fits
    from .delivery import ATTEMPTS, Delivery, deliver
    from .drafts import Drafts
    from .message import MOST_ATTACHED, Attachment, Message, attached, message_code, on_one_line
    from .mime import mail_content
    from .okr import FeishuOkr, OkrEndpoint, OkrPlace, feishu_record, okr_place, okr_ways
    from .queue import (
        ACTION,
        Queued,
        bounce_events,
        content_of,
        doubt,
        enter,
        known_bounces,
        message_id,
        queue,
        state_event,
    )
    from .robots import Robots, robots
    from .secrets import secret
    from .server import mailbox
    from .smtp import Mailbox
    from .ways import Attempt, Carrier, Limit, Pace

__all__ = [
    "ACTION",
    "ATTEMPTS",
    "MOST_ATTACHED",
    "Attachment",
    "Attempt",
    "Bounce",
    "Carrier",
    "Delivery",
    "Drafts",
    "FeishuOkr",
    "Limit",
    "Mailbox",
    "Message",
    "OkrEndpoint",
    "OkrPlace",
    "Pace",
    "Queued",
    "Robots",
    "attached",
    "bounce_events",
    "bounces_in",
    "chat_content",
    "content_of",
    "deliver",
    "doubt",
    "enter",
    "feishu_record",
    "fits",
    "known_bounces",
    "mail_content",
    "mailbox",
    "message_code",
    "message_id",
    "okr_place",
    "okr_ways",
    "on_one_line",
    "queue",
    "robots",
    "secret",
    "state_event",
]
