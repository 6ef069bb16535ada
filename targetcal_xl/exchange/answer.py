"""The answer that a region's page saves: read, and held against the word that only its page knew."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from dataclasses import dataclass
from typing import Any, Final

from ..calibration import Key, Value
from ..problems import DataProblems, Problem
from .slip import Slip, slip_from

VERSION: Final = 1
MOST_ANSWER: Final = 4 << 20
"""No answer is larger: all that a tab has room for, twice over."""


@dataclass(frozen=True)
class PageAnswer:
    """What somebody answered on a page."""

    slip: Slip
    saved_at: str
    values: dict[Key, Value]


def read_answer(content: bytes, name: str) -> PageAnswer:
    """The answer that a file holds; raise DataProblems for what is none, or is not as its page saved it."""
    if len(content) > MOST_ANSWER:
        raise DataProblems([Problem("answer_too_big", name, {"most": MOST_ANSWER >> 20})])
    try:
        file = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
        if file["targetcal"] != "answer" or file["version"] > VERSION:
            raise DataProblems(
                [Problem("answer_newer" if file["targetcal"] == "answer" else "answer_none", name)]
            )
        answer = _answer(json.loads(file["content"], parse_constant=_no_number))
        seal = str(file["mac"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise DataProblems([Problem("answer_none", name)]) from error
    if not hmac.compare_digest(mac(answer.slip.nonce, file["content"]).encode(), seal.encode()):
        raise DataProblems([Problem("answer_altered", name)])
    return answer


def mac(nonce: str, content: str) -> str:
    """HMAC-SHA256 of a content, keyed by the nonce of its page, in hexadecimal."""
    return hmac.new(nonce.encode(), content.encode(), hashlib.sha256).hexdigest()


def _answer(said: dict[str, Any]) -> PageAnswer:
    slip, saved_at = slip_from(said), _of(str, said["saved_at"])
    values: dict[Key, Value] = {}
    for row, field, value in said["values"]:
        key = (slip.region, None if row is None else _of(str, row), _of(str, field))
        if key in values:
            raise ValueError("twice")
        values[key] = _value(value)
    return PageAnswer(slip, saved_at, values)


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _value(value: Any) -> Value:
    """A value as a cell holds it."""
    if type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if value is None or type(value) is str:
        return value
    raise TypeError


def _no_number(said: str) -> float:
    raise ValueError(said)
