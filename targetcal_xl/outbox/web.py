"""Requests by HTTPS: before one goes nothing is sent; once it went, only an answer tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

from ..calibration.vocabulary import MessageState
from ..unreached import cause_of
from .message import on_one_line
from .ways import Attempt

_TIMEOUT = 20.0
_LARGEST = 20 * 2**20
"""No answer that we ask for is larger."""
_MINUTE = 60.0
_NOT_TAKEN = (408, 425, 429, 503)
"""Answers that say that a request was not looked at: it may be made again."""


@dataclass(frozen=True)
class WebAnswer:
    """What the other side said: its status, its words and its headers, whose names are in small letters."""

    status: int
    said: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def told(self, words: str = "") -> str:
        """The status, and what may be shown beside it, on one line."""
        return on_one_line(f"{self.status} {words}")[:200]


def posted(url: str, content: bytes, headers: Mapping[str, str]) -> WebAnswer | Attempt:
    """Post once, following nowhere; an attempt where there is no answer, which says what that means."""
    return _asked("POST", url, content, headers)


def fetched(url: str, headers: Mapping[str, str]) -> WebAnswer | Attempt:
    """Ask for something, which changes nothing there."""
    return _asked("GET", url, None, headers)


def _asked(
    method: Literal["GET", "POST"], url: str, content: bytes | None, headers: Mapping[str, str]
) -> WebAnswer | Attempt:
    import ssl

    import httpx

    try:
        context = ssl.create_default_context()
        with (
            httpx.Client(verify=context, timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream(method, url, content=content, headers=dict(headers)) as answer,
        ):
            return WebAnswer(answer.status_code, _said(answer.iter_bytes()), dict(answer.headers))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Attempt(MessageState.PREPARED, cause_of(error).key)
    except httpx.HTTPError as error:
        return Attempt(MessageState.DOUBTFUL, cause_of(error).key)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return Attempt(MessageState.PREPARED, "URL", closes=True)


def _said(parts: object) -> str:
    told = bytearray()
    for part in parts:  # type: ignore[attr-defined]
        told += part
        if len(told) > _LARGEST:
            break
    return told.decode("utf-8", "replace")


def judged(answer: WebAnswer) -> Attempt:
    """What the status of an answer means, by RFC 9110, and by what is drafted for Idempotency-Key.

    409 is a request of the same key that is still being worked on.
    """
    told = answer.told()
    if 200 <= answer.status < 300:
        return Attempt(MessageState.SENT, told)
    if answer.status == 409 or answer.status in _NOT_TAKEN:
        return Attempt(MessageState.PREPARED, told, _wait(answer.headers.get("retry-after", "")))
    if answer.status in (401, 403):
        return Attempt(MessageState.PREPARED, told, closes=True)
    return Attempt(MessageState.DOUBTFUL if answer.status >= 500 else MessageState.FAILED, told)


def _wait(said: str) -> float:
    """How long `Retry-After` asks to wait: seconds, or until a date."""
    if said.strip().isdecimal():
        return float(said)
    try:
        return max((parsedate_to_datetime(said) - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return _MINUTE
