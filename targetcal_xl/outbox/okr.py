"""OKR systems: an address of one's own, and the progress records of Feishu and Lark, as both document them.

Feishu: https://open.feishu.cn/document/server-docs/okr-v1/progress_record/create, and `okr/batch_get` beside
it; 100 requests a minute. A token is a tenant's, of an app of one's own (`auth/v3/tenant_access_token`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from ..calibration.vocabulary import Channel, KeyStatus, MessageState
from ..log import step
from ..problems import Problem, Refused
from .message import Message, message_code
from .secrets import secret
from .ways import Attempt, Limit
from .web import WebAnswer, fetched, judged, posted

_LOG = logging.getLogger(__name__)

TOKEN, APP, APP_SECRET = "TARGETCAL_OKR_TOKEN", "TARGETCAL_FEISHU_APP", "TARGETCAL_FEISHU_SECRET"
_JSON: Final = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
_FEISHU: Final = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}
_OWN: Final = re.compile(r"(?:feishu|lark)\+(https://[^/?#]+)/?")
_STATUS: Final = {KeyStatus.UNTOLD: -1, KeyStatus.NORMAL: 0, KeyStatus.AT_RISK: 1, KeyStatus.DELAYED: 2}
_KINDS: Final = {"objective": 2, "key_result": 3}
_MOST_ASKED: Final = 10
_MINUTE: Final = 60.0
_EARLY: Final = 300.0
"""So many seconds before it ends a token is not used any more."""
_TOO_FAST: Final = frozenset({99991400})
_STALE: Final = frozenset({99991661, 99991663, 99991664, 99991668, 99991677})
"""A token that is none, or is over: a new one is asked for, once."""
_SETUP: Final = frozenset({1000403, 1001002, 99991672, 99991679, 10003, 10014, 10015})
"""Rights, edition or app that somebody has to mend."""


_Ask = Callable[[Mapping[str, str]], WebAnswer | Attempt]
"""Asks for something with headers that say who asks."""


@dataclass(frozen=True)
class OkrPlace:
    """Where an OKR system is: the way to it, and its address without any secret."""

    channel: Channel
    address: str


def okr_place(said: str) -> OkrPlace | None:
    """An OKR system by its name or address; None for what is neither, such as a file.

    Raise Refused for an address that is not encrypted, or that holds what may be a secret.
    """
    if base := _FEISHU.get(said.lower()):
        return OkrPlace(Channel.FEISHU_OKR, base)
    if own := _OWN.fullmatch(said):
        return OkrPlace(Channel.FEISHU_OKR, own[1])
    if "://" not in said:
        return None
    try:
        parts = urlsplit(said)
        _ = parts.port
    except ValueError as error:
        raise Refused([Problem("okr_address")]) from error
    if parts.username is not None or parts.query or parts.fragment:
        raise Refused([Problem("okr_secret", fields={"variable": TOKEN})])
    if parts.scheme != "https" or not parts.hostname:
        raise Refused([Problem("okr_address")])
    return OkrPlace(Channel.OKR, said)


@dataclass(frozen=True)
class OkrEndpoint:
    """An address that takes the whole document, each state of it under a key of its own."""

    environment: Mapping[str, str]

    def limits(self, _message: Message) -> tuple[Limit, ...]:
        """How fast documents may go."""
        return (Limit(60, _MINUTE),)

    def send(self, message: Message, content: bytes) -> Attempt:
        """Post a document once: sent again, it has the same key."""
        keyed = {**self._headers(message.address), "Idempotency-Key": idempotency_key(message, content)}
        with step(_LOG, "reach an OKR system"):
            answer = posted(message.address, content, keyed)
        return answer if isinstance(answer, Attempt) else judged(answer)

    def fetch(self, address: str) -> str:
        """The document as it is there now; raise Refused where there is none."""
        with step(_LOG, "ask an OKR system"):
            answer = fetched(address, self._headers(address))
        if isinstance(answer, Attempt) or answer.status != 200:
            raise Refused([unanswered(answer)])
        return answer.said

    def _headers(self, address: str) -> dict[str, str]:
        host = urlsplit(address).hostname or ""
        token = secret(TOKEN, f"okr:{host}", self.environment)
        return {**_JSON, **({"Authorization": f"Bearer {token}"} if token else {})}


def idempotency_key(message: Message, content: bytes) -> str:
    """The same for the same content of the same message, however often it is sent."""
    said = f"{message_code('', message)} {hashlib.sha256(content).hexdigest()}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def unanswered(answer: WebAnswer | Attempt) -> Problem:
    """Why there is nothing to read."""
    said = answer.said if isinstance(answer, Attempt) else answer.told()
    return Problem("okr_no_answer", fields={"said": said})


@dataclass
class FeishuOkr:
    """Feishu or Lark, with an app of the company's own."""

    environment: Mapping[str, str]
    now: Callable[[], float] = time.time
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, init=False, repr=False)

    def limits(self, _message: Message) -> tuple[Limit, ...]:
        """As documented."""
        return (Limit(100, _MINUTE),)

    def send(self, message: Message, content: bytes) -> Attempt:
        """Create one progress record."""
        url = f"{message.address}/open-apis/okr/v1/progress_records?user_id_type=open_id"
        with step(_LOG, "reach an OKR system"):
            told = self._authorized(
                message.address, lambda headers: posted(url, content, {**_JSON, **headers})
            )
        return told if isinstance(told, Attempt) else _feishu_judged(told)

    def fetch(self, base: str, okrs: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Every objective and key result of some OKRs; raise Refused where they are not told."""
        for first in range(0, len(okrs), _MOST_ASKED):
            some = (("okr_ids", one) for one in okrs[first : first + _MOST_ASKED])
            url = f"{base}/open-apis/okr/v1/okrs/batch_get?{urlencode([('user_id_type', 'open_id'), *some])}"
            with step(_LOG, "ask an OKR system"):
                told = self._authorized(base, partial(fetched, url))
            yield from _listed(told)

    def _authorized(self, base: str, ask: _Ask) -> WebAnswer | Attempt:
        """Ask with a token, and once more with a new one where that was over."""
        told = self._once(base, ask)
        if isinstance(told, Attempt) or _code(told)[0] not in _STALE:
            return told
        self._tokens.pop(base, None)
        return self._once(base, ask)

    def _once(
        self, base: str, ask: Callable[[Mapping[str, str]], WebAnswer | Attempt]
    ) -> WebAnswer | Attempt:
        token = self._token(base)
        return token if isinstance(token, Attempt) else ask({"Authorization": f"Bearer {token}"})

    def _token(self, base: str) -> str | Attempt:
        kept, ends = self._tokens.get(base, ("", 0.0))
        if kept and self.now() < ends:
            return kept
        app = self.environment.get(APP, "").strip()
        word = secret(APP_SECRET, f"feishu:{app}", self.environment) if app else ""
        if not app or not word:
            return Attempt(MessageState.PREPARED, APP_SECRET if app else APP, closes=True)
        asked = json.dumps({"app_id": app, "app_secret": word}).encode()
        answer = posted(f"{base}/open-apis/auth/v3/tenant_access_token/internal", asked, _JSON)
        if isinstance(answer, Attempt):
            # Asking for a token changes nothing: what came of it need not be known.
            return Attempt(MessageState.PREPARED, answer.said, closes=answer.closes)
        return self._kept(base, answer)

    def _kept(self, base: str, answer: WebAnswer) -> str | Attempt:
        code, said = _code(answer)
        token, lasts = said.get("tenant_access_token"), said.get("expire")
        if code != 0 or not isinstance(token, str) or not isinstance(lasts, int):
            closes = code is not None and code not in _TOO_FAST
            return Attempt(MessageState.PREPARED, _feishu_told(answer), _reset(answer), closes)
        self._tokens[base] = token, self.now() + max(lasts - _EARLY, lasts / 2)
        return token


def feishu_record(
    *, kind: str, target: str, title: str, link: str, lines: Iterable[str], percent: float | None, status: str
) -> str:
    """A progress record as Feishu takes it: its target, some lines of text, how far, and how it stands."""
    blocks = [_paragraph(line) for line in lines]
    rate = {} if percent is None else {"percent": round(percent, 2)}
    body = {
        "source_title": title,
        "source_url": link,
        "target_id": target,
        "target_type": _KINDS[kind],
        "content": {"blocks": blocks},
        "progress_rate": {**rate, "status": _STATUS[KeyStatus(status)]},
    }
    return json.dumps(body, ensure_ascii=False)


def _paragraph(said: str) -> Mapping[str, object]:
    run = {"type": "textRun", "textRun": {"text": said, "style": {}}}
    return {"type": "paragraph", "paragraph": {"elements": [run]}}


def _code(answer: WebAnswer) -> tuple[int | None, dict[str, Any]]:
    """The code of an answer, None where it is none of Feishu's, and all that it says."""
    try:
        said = json.loads(answer.said)
    except (ValueError, RecursionError):
        return None, {}
    if not isinstance(said, dict) or isinstance(said.get("code"), bool):
        return None, {}
    return (said["code"] if isinstance(said.get("code"), int) else None), said


def _feishu_told(answer: WebAnswer) -> str:
    code, said = _code(answer)
    return answer.told(f"{'' if code is None else code} {said.get('msg', '')}")


def _reset(answer: WebAnswer) -> float:
    said = answer.headers.get("x-ogw-ratelimit-reset", "")
    return float(said) if said.isdecimal() else _MINUTE


def _feishu_judged(answer: WebAnswer) -> Attempt:
    """What Feishu makes of a record; what it calls an error of its own may have been kept."""
    code, said = _code(answer)
    told, data = _feishu_told(answer), said.get("data")
    if answer.status == 200 and code == 0 and isinstance(data, dict) and data.get("progress_id"):
        return Attempt(MessageState.SENT, f"progress_id {data['progress_id']}")
    if answer.status == 429 or code in _TOO_FAST:
        return Attempt(MessageState.PREPARED, told, _reset(answer))
    if code in _SETUP or code in _STALE:
        return Attempt(MessageState.PREPARED, told, closes=True)
    if answer.status >= 500 or code is None or code == 0:
        is_strange = answer.status == 200 or answer.status >= 500
        return Attempt(MessageState.DOUBTFUL if is_strange else MessageState.FAILED, told)
    return Attempt(MessageState.FAILED, told)


def _listed(told: WebAnswer | Attempt) -> Iterator[Mapping[str, Any]]:
    if isinstance(told, Attempt):
        raise Refused([unanswered(told)])
    code, said = _code(told)
    try:
        found = said["data"]["okr_list"] if code == 0 else None
        both = [
            one
            for okr in found or ()
            for objective in okr.get("objective_list", ())
            for one in (objective, *objective.get("kr_list", ()))
        ]
    except (AttributeError, KeyError, TypeError):
        found = None
    if found is None:
        raise Refused([Problem("okr_no_answer", fields={"said": _feishu_told(told)})])
    yield from both


def okr_ways() -> Mapping[Channel, OkrEndpoint | FeishuOkr]:
    """The ways to OKR systems, with the secrets that the environment and the keyring know."""
    return {Channel.OKR: OkrEndpoint(os.environ), Channel.FEISHU_OKR: FeishuOkr(os.environ)}
