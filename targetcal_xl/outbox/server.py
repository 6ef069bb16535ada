"""Which mail server the environment names, and who sends through it."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ..problems import Problem, Refused
from .secrets import secret

if TYPE_CHECKING:
    from .smtp import Mailbox

SERVER, SENDER, PASSWORD = "TARGETCAL_SMTP", "TARGETCAL_MAIL_FROM", "TARGETCAL_SMTP_PASSWORD"
_PORTS = {"smtp": 587, "smtps": 465}


def mailbox(clock: Callable[[], dt.datetime], environment: Mapping[str, str] = os.environ) -> Mailbox | None:
    """The mail server that the environment names; None where it names none.

    Raise Refused where what it says cannot be used: one sentence for all that is amiss.
    """
    said = environment.get(SERVER, "").strip()
    if not said:
        return None
    name, address = parseaddr(environment.get(SENDER, ""))
    try:
        place = urlsplit(said)
        port, user = place.port or _PORTS[place.scheme], unquote(place.username or "")
    except (KeyError, ValueError) as error:
        raise Refused([Problem("outbox_server", SERVER)]) from error
    if not place.hostname or place.password or not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        code = "outbox_server" if place.password or not place.hostname else "outbox_sender"
        raise Refused([Problem(code, SERVER if code == "outbox_server" else SENDER)])
    password = secret(PASSWORD, f"{user}@{place.hostname}", environment) if user else ""
    if user and not password:
        raise Refused([Problem("outbox_password", PASSWORD, {"user": user, "host": place.hostname})])
    # A start of its own, for whoever has a server.
    from .smtp import Mailbox

    return Mailbox(place.hostname, port, place.scheme == "smtps", user, password, (name, address), clock)
