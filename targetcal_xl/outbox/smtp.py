"""Mail by SMTP, always encrypted: what the server certainly refused, took, or may have taken."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ..calibration.vocabulary import MessageState
from ..log import step
from ..problems import Refused
from ..unreached import cause_of
from .message import Message, on_one_line
from .mime import envelope, needs_utf8, signed_off
from .ways import Attempt, Limit

_LOG = logging.getLogger(__name__)

_TIMEOUT = 30.0
_GREETED_AS = "[127.0.0.1]"
"""As mail programs say it: a name of this computer is nobody's business, and may take long to find."""
_PER_MINUTE = 30
"""Slow enough for the servers of most providers."""


@dataclass
class Mailbox:
    """A mail server, and who sends through it. One connection serves as long as it holds."""

    host: str
    port: int
    at_once: bool
    """Whether the connection is encrypted from its first byte; otherwise by STARTTLS, or not used."""
    user: str
    password: str = field(repr=False)
    sender: tuple[str, str]
    clock: Callable[[], dt.datetime]
    _open: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def limits(self, _message: Message) -> tuple[Limit, ...]:
        """How fast mails may go."""
        return (Limit(_PER_MINUTE, 60.0),)

    def send(self, message: Message, content: bytes) -> Attempt:
        """Hand a mail to the server once."""
        try:
            to, sender = envelope(message.address), envelope(self.sender[1])
            with step(_LOG, "reach a mail server"):
                server = self._connected()
        except Refused as refused:
            return Attempt(MessageState.FAILED, refused.problems[0].code)
        except (smtplib.SMTPException, OSError) as error:
            return self._lost(_unreached(error))
        return self._handed(server, message, sender, to, content)

    def close(self) -> None:
        """Take leave of the server."""
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._open = None

    def _handed(
        self, server: smtplib.SMTP, message: Message, sender: str, to: str, content: bytes
    ) -> Attempt:
        """Before the content goes, nothing is sent whatever happens; once it goes, only an answer tells."""
        mail = signed_off(content, *self.sender, self.clock())
        if needs_utf8(to) and not server.has_extn("smtputf8"):
            return Attempt(MessageState.FAILED, "SMTPUTF8")
        try:
            for code, said in self._announced(server, sender, to, len(mail)):
                if code >= 400:
                    server.rset()
                    return _refused(code, said)
        except (smtplib.SMTPException, OSError) as error:
            return self._lost(Attempt(MessageState.PREPARED, cause_of(error).key))
        return self._given(server, mail)

    def _announced(self, server: smtplib.SMTP, sender: str, to: str, size: int) -> list[tuple[int, bytes]]:
        options = ["SMTPUTF8"] if needs_utf8(to) or needs_utf8(sender) else []
        options += [f"SIZE={size}"] if server.has_extn("size") else []
        server.command_encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        begun = server.mail(sender, options)
        return [begun] if begun[0] >= 400 else [begun, server.rcpt(to)]

    def _given(self, server: smtplib.SMTP, mail: bytes) -> Attempt:
        try:
            with step(_LOG, "hand a mail over"):
                code, said = server.data(mail)
        except smtplib.SMTPDataError as error:
            return self._lost(_refused(error.smtp_code, error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            return self._lost(Attempt(MessageState.DOUBTFUL, cause_of(error).key))
        return Attempt(MessageState.SENT, _answer(code, said)) if code == 250 else _refused(code, said)

    def _lost(self, outcome: Attempt) -> Attempt:
        """Begin with a new connection next time."""
        if self._open is not None:
            with suppress(OSError):
                self._open.close()
            self._open = None
        return outcome

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            context = ssl.create_default_context()
            if self.at_once:
                self._open = smtplib.SMTP_SSL(
                    self.host, self.port, _GREETED_AS, timeout=_TIMEOUT, context=context
                )
            else:
                self._open = smtplib.SMTP(self.host, self.port, _GREETED_AS, timeout=_TIMEOUT)
                self._open.starttls(context=context)
            self._open.ehlo_or_helo_if_needed()
            if self.user:
                self._open.login(self.user, self.password)
        return self._open


def _unreached(error: smtplib.SMTPException | OSError) -> Attempt:
    """Nothing was sent; what is wrong with name, password or encryption somebody has to mend first."""
    said = cause_of(error).key
    if isinstance(error, smtplib.SMTPResponseException):
        said = _answer(error.smtp_code, error.smtp_error)
    mended = (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError)
    return Attempt(MessageState.PREPARED, said, closes=isinstance(error, mended))


def _refused(code: int, said: bytes | str) -> Attempt:
    """An answer of 4xx may change; one of 5xx will not."""
    state = MessageState.PREPARED if 400 <= code < 500 else MessageState.FAILED
    return Attempt(state, _answer(code, said))


def _answer(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return on_one_line(f"{code} {words}")[:300]
