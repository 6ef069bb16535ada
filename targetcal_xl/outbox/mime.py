"""Mails as bytes: the same for the same message, but for who sends it and when."""

from __future__ import annotations

import datetime as dt
import hashlib
import mimetypes
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime

from ..problems import Problem, Refused
from .message import Message, on_one_line


def mail_content(message: Message, plan: str, files: tuple[bytes, ...]) -> bytes:
    """A mail without its `From` and `Date`, which are put before it when it is sent.

    Its Message-ID is made of its content. Raise Refused for an address that cannot be written to.
    """
    mail = _mail(message.address)
    mail["Subject"] = on_one_line(message.subject)
    mail["To"] = addressed(message.name, message.address)
    mail["X-Targetcal-Plan"] = on_one_line(plan)
    mail["X-Checkpoint"] = on_one_line(message.checkpoint)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    for attachment, content in zip(message.attachments, files, strict=True):
        kind = (mimetypes.guess_type(attachment.name)[0] or "application/octet-stream").split("/")
        name = on_one_line(attachment.name)
        mail.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    if mail.is_multipart():
        mail.set_boundary(f"=={_digest(message, plan)}==")
    mail["Message-ID"] = f"<{_digest(message, plan)}@outbox.targetcal>"
    return bytes(mail)


def _digest(message: Message, plan: str) -> str:
    return hashlib.sha256(repr((plan, message)).encode()).hexdigest()[:32]


def addressed(name: str, address: str) -> Address:
    """A person with their address, its domain as mail servers know it; raise Refused for an odd one."""
    user, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        return Address(on_one_line(name), user, ascii_domain)
    except (UnicodeError, ValueError) as error:
        raise Refused(
            [Problem("outbox_address", on_one_line(name), {"address": on_one_line(address)})]
        ) from error


def envelope(address: str) -> str:
    """An address as it is said to a mail server; raise Refused for an odd one."""
    return addressed("", address).addr_spec


def needs_utf8(address: str) -> bool:
    """Whether only a server that speaks UTF-8 can deliver to an address."""
    return not address.rpartition("@")[0].isascii()


def signed_off(content: bytes, name: str, address: str, at: dt.datetime) -> bytes:
    """A mail as it leaves: with who sends it, and when."""
    head = _mail(address)
    head["From"] = addressed(name, address)
    head["Date"] = format_datetime(at)
    return bytes(head).rstrip(b"\r\n") + b"\r\n" + content


def _mail(address: str) -> EmailMessage:
    """What every server takes: seven bits, but where the address itself needs more."""
    return EmailMessage(_IN_UTF8 if needs_utf8(address) else _IN_ASCII)


class _Headers(HeaderRegistry):
    """What the standard library makes anew for each header of each mail: a class for its name."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        if (made := self._made.get(name)) is None:
            made = self._made[name] = super().__getitem__(name)
        return made


_IN_ASCII: EmailPolicy[EmailMessage]
_IN_UTF8: EmailPolicy[EmailMessage]
_IN_ASCII, _IN_UTF8 = (kind.clone(cte_type="7bit", header_factory=_Headers()) for kind in (SMTP, SMTPUTF8))
