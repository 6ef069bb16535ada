"""Mails that came back: delivery status notifications (RFC 3464) in a folder of mails or a maildir."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import compat32
from pathlib import Path
from typing import Final

from ..problems import Problem, Refused
from .message import on_one_line

_LARGEST: Final = 30 * 2**20
"""What no report of a mail that came back is larger than: it may hold the mail."""
_ID: Final = re.compile(r"<[^<>\s]+>")
_LONGEST: Final = 300


@dataclass(frozen=True)
class Bounce:
    """A report that a mail was not delivered: which, why, and what the report is known by."""

    message_ids: tuple[str, ...]
    said: str
    digest: str


def bounces_in(folder: Path) -> list[Bounce]:
    """Every report of a failure among a folder's mails, also a maildir's; raise Refused for no folder."""
    if not folder.is_dir():
        raise Refused([Problem("folder_missing", str(folder))])
    found = (_bounce(path.read_bytes()) for path in sorted(_mails(folder)))
    return [bounce for bounce in found if bounce]


def _mails(folder: Path) -> Iterator[Path]:
    """Mails as files: `.eml`, and everything that lies in the `new` and `cur` of a maildir."""
    for path in folder.rglob("*"):
        is_mail = path.suffix.lower() == ".eml" or path.parent.name in ("new", "cur")
        if is_mail and path.is_file() and path.stat().st_size <= _LARGEST:
            yield path


def _bounce(raw: bytes) -> Bounce | None:
    """What a mail reports; None where it reports no failure, or is no report."""
    mail = message_from_bytes(raw, policy=compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    parts = [*mail.walk()]
    failed = [block for part in parts if _is(part, "delivery-status") for block in _failures(part)]
    if not failed:
        return None
    return Bounce(tuple(dict.fromkeys(_ids(mail, parts))), _said(failed[0]), hashlib.sha256(raw).hexdigest())


def _is(part: Mail, kind: str) -> bool:
    return part.get_content_type() in (f"message/{kind}", f"message/global-{kind}")


def _failures(part: Mail) -> Iterator[Mail]:
    """The blocks of a status that say of a recipient that delivery failed for good."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mail) and str(block.get("Action", "")).strip().lower().startswith("fail"):
            yield block


def _said(block: Mail) -> str:
    """Status and what the other server answered, on one line."""
    told = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
    status = str(block.get("Status", "")).strip()
    words = told if told.strip().startswith(status) else f"{status} {told}"
    return on_one_line(words)[:_LONGEST] or "5.0.0"


def _ids(mail: Mail, parts: list[Mail]) -> Iterator[str]:
    """What the mail that came back was known by: its own headers, then what is referred to."""
    for part in parts:
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            returned = message_from_bytes(_payload(part), policy=compat32)
            yield from _ID.findall(str(returned.get("Message-ID", "")))
        elif part is not mail:
            yield from _ID.findall(str(part.get("Message-ID", "")))
    for name in ("In-Reply-To", "References"):
        yield from _ID.findall(str(mail.get(name, "")))


def _payload(part: Mail) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
