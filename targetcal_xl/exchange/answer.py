"""The answer that a region's page saves: read, and held against the word that only its page knew."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..calibration import Key, Value
from ..ooxml import read_file
from ..problems import DataProblems, Problem
from .enclosed import Enclosed
from .slip import Slip, slip_from

VERSION: Final = 2
"""The newest that is read: since 2 an answer may bring files."""
MOST_ANSWER: Final = 4 << 20
"""What is typed is no larger: all that a tab has room for, twice over."""
MOST_ENCLOSED: Final = 20_000_000
"""Bytes of all files together that a page lets somebody send along."""
_MOST_FILE: Final = MOST_ANSWER + MOST_ENCLOSED * 3 // 2


@dataclass(frozen=True)
class PageAnswer:
    """What somebody answered on a page."""

    slip: Slip
    saved_at: str
    values: dict[Key, Value]
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What was sent along, by name."""


def read_answer(content: bytes, name: str) -> PageAnswer:
    """The answer that a file holds; raise DataProblems for what is none, or is not as its page saved it."""
    if len(content) > _MOST_FILE:
        raise DataProblems([Problem("answer_too_big", name, {"most": _MOST_FILE >> 20})])
    try:
        file = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
        if file["targetcal"] != "answer" or file["version"] > VERSION:
            raise DataProblems(
                [Problem("answer_newer" if file["targetcal"] == "answer" else "answer_none", name)]
            )
        if len(file["content"]) > MOST_ANSWER:
            raise DataProblems([Problem("answer_too_big", name, {"most": MOST_ANSWER >> 20})])
        said = json.loads(file["content"], parse_constant=_no_number)
        answer, seal = _answer(said), str(file["mac"])
        files = dict(_files(said.get("files", []), file.get("files", {})))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise DataProblems([Problem("answer_none", name)]) from error
    if not hmac.compare_digest(mac(answer.slip.nonce, file["content"]).encode(), seal.encode()):
        raise DataProblems([Problem("answer_altered", name)])
    if any(hashlib.sha256(held).hexdigest() != digest for held, digest in files.values()):
        raise DataProblems([Problem("answer_altered", name)])
    return replace(answer, files={one: held for one, (held, _) in files.items()})


def enclosed_in(path: Path, answer: PageAnswer) -> Iterator[Enclosed]:
    """The files that an answer brought, each read again from its file when it is wanted."""
    for name, held in answer.files.items():
        yield Enclosed(name, len(held), partial(_enclosed, path, name))


def _enclosed(path: Path, name: str) -> bytes:
    """One of the files; a DataProblems is a Refused too."""
    return read_answer(read_file(path), path.name).files[name]


def _files(listed: Any, held: Any) -> Iterator[tuple[str, tuple[bytes, str]]]:
    """Name, content and SHA-256 of each file: those that the sealed content lists, and no others."""
    names = [_of(str, name) for name, _ in listed]
    if len({*names}) < len(names) or {*names} != _of(dict, held).keys():
        raise ValueError("files")
    for name, digest in listed:
        if not name or PurePosixPath(name.replace("\\", "/")).name != name:
            raise ValueError("name")
        yield name, (base64.b64decode(held[name], validate=True), _of(str, digest))


def mac(nonce: str, content: str) -> str:
    """HMAC-SHA256 of a content, keyed by the nonce of its page, in hexadecimal."""
    return hmac.new(nonce.encode(), content.encode(), hashlib.sha256).hexdigest()


def _answer(said: dict[str, Any]) -> PageAnswer:
    slip, saved_at = slip_from(said), _of(str, said["saved_at"])
    values: dict[Key, Value] = {}
    for row, code, value in said["values"]:
        key = (slip.region, None if row is None else _of(str, row), _of(str, code))
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
