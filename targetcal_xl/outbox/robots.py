"""Group robots of Feishu, DingTalk and WeCom: what each is sent, how it is signed, and what it answers.

The rules are those that the three document for their custom robots; each has its own.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..calibration.vocabulary import Channel, MessageState
from ..log import step
from .chat import as_json
from .message import Message, on_one_line
from .secrets import secret
from .ways import Attempt, Limit
from .web import posted

_LOG = logging.getLogger(__name__)
VARIABLE: Final = "TARGETCAL_ROBOT_"
"""Before the code of a robot in capitals: its address; with `_SECRET` behind it what signs for it."""


@dataclass(frozen=True)
class _Kind:
    """What one of the three asks of a robot."""

    limits: tuple[Limit, ...]
    signed: Callable[[str, float], tuple[dict[str, str], dict[str, str]]]
    """The query and the fields of the body that prove who sends."""
    later: Mapping[int, float]
    """Answers after which it may be tried again, with how long to wait."""
    setup: frozenset[int]
    """Answers that somebody has to mend the robot's settings for: signature, keyword, network, address."""


def _hmac(key: str, said: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), said.encode(), "sha256")).decode()


def _feishu(word: str, now: float) -> tuple[dict[str, str], dict[str, str]]:
    """Seconds, and a signature whose key is time and word, over nothing; both in the body."""
    at = str(int(now))
    return {}, {"timestamp": at, "sign": _hmac(f"{at}\n{word}", "")}


def _dingtalk(word: str, now: float) -> tuple[dict[str, str], dict[str, str]]:
    """Milliseconds, and a signature whose key is the word, over time and word; both in the query."""
    at = str(round(now * 1000))
    return {"timestamp": at, "sign": _hmac(word, f"{at}\n{word}")}, {}


def _wecom(_word: str, _now: float) -> tuple[dict[str, str], dict[str, str]]:
    """The key in its address is all it asks for."""
    return {}, {}


_MINUTE, _BANNED = 60.0, 600.0
_SECOND = 1.0
_KINDS: Final[Mapping[str, _Kind]] = {
    Channel.FEISHU: _Kind(
        (Limit(100, _MINUTE), Limit(5, _SECOND)),
        _feishu,
        {11232: 5.0, 99991400: _MINUTE},
        frozenset({19001, 19021, 19022, 19024}),
    ),
    Channel.DINGTALK: _Kind(
        (Limit(20, _MINUTE),),
        _dingtalk,
        {130101: _BANNED, 660026: _BANNED, -1: 5.0},
        frozenset({300001, 300005, 310000, 400101, 400102}),
    ),
    Channel.WECOM: _Kind((Limit(20, _MINUTE),), _wecom, {45009: _MINUTE, -1: 5.0}, frozenset({93000, 93008})),
}


@dataclass(frozen=True)
class Robots:
    """The robots of a plan, reached at addresses that are secrets."""

    environment: Mapping[str, str]
    now: Callable[[], float] = time.time

    def limits(self, message: Message) -> tuple[Limit, ...]:
        """How fast one robot may speak."""
        return _KINDS[message.channel].limits

    def knows(self, code: str) -> bool:
        """Whether there is an address for a robot."""
        return bool(self._word(code, ""))

    def send(self, message: Message, content: bytes) -> Attempt:
        """Hand a message to its robot once."""
        address, word = self._word(message.address, ""), self._word(message.address, "_SECRET")
        if not address.startswith("https://"):
            return Attempt(MessageState.PREPARED, VARIABLE, closes=True)
        kind = _KINDS[message.channel]
        query, signs = kind.signed(word, self.now()) if word else ({}, {})
        with step(_LOG, "reach a group robot"):
            return _posted(kind, address, query, {**signs, **json.loads(content)})

    def _word(self, code: str, suffix: str) -> str:
        return secret(f"{VARIABLE}{code.upper()}{suffix}", f"robot:{code}{suffix.lower()}", self.environment)


def robots() -> Robots:
    """The robots that the environment and the keyring know."""
    return Robots(os.environ)


def _posted(kind: _Kind, address: str, query: dict[str, str], body: dict[str, Any]) -> Attempt:
    """What a robot answers."""
    import httpx

    try:
        url = str(httpx.URL(address).copy_merge_params(query))
    except httpx.InvalidURL:
        return Attempt(MessageState.PREPARED, VARIABLE, closes=True)
    answer = posted(url, as_json(body), _HEADERS)
    if isinstance(answer, Attempt):
        return answer
    return _judged(kind, answer.status, answer.said, answer.headers.get("x-ogw-ratelimit-reset", ""))


_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def _judged(kind: _Kind, status: int, said: str, reset: str) -> Attempt:
    try:
        told = json.loads(said)
        code = int(told.get("errcode", told.get("code", told.get("StatusCode"))))
        words = str(told.get("errmsg", told.get("msg", "")))
    except (AttributeError, TypeError, ValueError):
        code, words = None, ""
    if status == 200 and code == 0:
        return Attempt(MessageState.SENT)
    told_as = on_one_line(f"{status} {'' if code is None else code} {words}")[:200]
    if status == 429 or code in kind.later:
        wait = float(reset) if reset.isdecimal() else kind.later.get(code or 0, _MINUTE)
        return Attempt(MessageState.PREPARED, told_as, wait)
    if code in kind.setup:
        return Attempt(MessageState.PREPARED, told_as, closes=True)
    if code is None and (status == 200 or status >= 500):
        return Attempt(MessageState.DOUBTFUL, told_as)
    return Attempt(MessageState.FAILED, told_as)
