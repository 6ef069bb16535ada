"""What a group robot is sent: one text, cut to what it takes."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from ..calibration.vocabulary import Channel
from .message import Message

_MOST: Final[Mapping[str, int]] = {Channel.FEISHU: 18_000, Channel.DINGTALK: 18_000, Channel.WECOM: 2_048}
"""The longest text in bytes that each takes."""


def chat_content(message: Message) -> bytes:
    """What a group robot is sent, as it is recorded: signed only when it is sent."""
    told = _cut(_told(message), _MOST[message.channel])
    if message.channel == Channel.FEISHU:
        return as_json({"msg_type": "text", "content": {"text": told}})
    return as_json({"msgtype": "text", "text": {"content": told}})


def fits(message: Message) -> bool:
    """Whether a message arrives whole: a mail may be as long as it likes."""
    most = _MOST.get(message.channel)
    return most is None or _length(_told(message)) <= most


def _told(message: Message) -> str:
    return f"{message.subject}\n{message.text}"


def _cut(said: str, most: int) -> str:
    """A text that is no longer than is taken, in UTF-8 and as JSON alike; of whole characters."""
    if _length(said) <= most:
        return said
    signs = bisect_right(range(len(said)), most, key=lambda count: _length(f"{said[:count]}…"))
    return f"{said[: signs - 1]}…"


def _length(said: str) -> int:
    return len(as_json(said)) - 2


def as_json(said: object) -> bytes:
    """A body as robots take it."""
    return json.dumps(said, ensure_ascii=False).encode()
