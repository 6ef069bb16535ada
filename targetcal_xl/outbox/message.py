"""A message to one person by one way, and what it is told apart by."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ..problems import Problem, Refused

MOST_ATTACHED = 20 * 2**20
"""What most mail servers take, with what base64 adds to it."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail: its name and the SHA-256 of what is in it."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Message:
    """Something that is told to one person; `occasion` says why now, so that it is told once."""

    kind: str
    region: str | None
    channel: str
    name: str
    address: str
    """A mail address, or the code of a group robot."""
    occasion: str
    subject: str
    text: str
    checkpoint: str
    """The head of the ledger that it was written from."""
    attachments: tuple[Attachment, ...] = ()


def message_code(plan: str, message: Message) -> str:
    """What names a message: the same for the same person, way and occasion, whatever its words came to be."""
    said = (plan, message.kind, message.region, message.channel, message.name, message.address)
    told = json.dumps((*said, message.occasion), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def attached(path: Path) -> tuple[Attachment, bytes]:
    """A file as it is now, to go with a mail; raise Refused where there is none or it is too big."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused([Problem("file_missing", str(path))]) from error
    if len(content) > MOST_ATTACHED:
        fields = {"size": len(content) // 2**20, "most": MOST_ATTACHED // 2**20}
        raise Refused([Problem("outbox_attachment_big", path.name, fields)])
    return Attachment(path.name, hashlib.sha256(content).hexdigest()), content


def on_one_line(said: str) -> str:
    """A text for one line: without line breaks and what else controls a program that shows it."""
    shown = "".join(" " if sign.isspace() else sign for sign in said)
    return " ".join("".join(sign for sign in shown if unicodedata.category(sign) != "Cc").split())
