"""The proof that nothing was changed: what is hashed, how exactly, and what breaks show."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from pydantic_core import from_json, to_json

from ..calibration import Value
from ..problems import Problem

COLUMNS = (
    *("number", "at", "actor", "source", "action", "region", "row", "field"),
    *("old", "new", "reason", "previous", "hash"),
)
"""The columns of an entry in the order in which they are hashed; the hash itself is the last."""

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""

LARGEST_WHOLE = 2.0**53
"""Up to here every whole number is exact in a spreadsheet, in JSON and in every database."""

_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_REFERENCE = re.compile(r"sha256:[0-9a-f]{64}")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=repr).encode


def reference(content: bytes) -> str:
    """The value that names a document in an entry: `sha256:` and the content's hash in hex."""
    return f"sha256:{sha256(content).hexdigest()}"


def is_reference(value: Value) -> bool:
    """Whether a value names a document."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def fault(value: Value) -> str | None:
    """The code of the problem that keeps a value out of the ledger, None when there is none.

    Kept is all text but U+0000 and halves of surrogate pairs, and every finite number that is exact
    in double precision, as a spreadsheet holds it.
    """
    if isinstance(value, str):
        return "ledger_text" if _UNKEPT.search(value) else None
    if isinstance(value, int | float) and not _is_exact(value):
        return "ledger_number"
    return None


def _is_exact(number: float) -> bool:
    try:
        return math.isfinite(number) and float(number) == number
    except OverflowError:
        return False


def canonical(value: Value) -> str:
    """A value as JSON text, the same for equal numbers: 220 and 220.0 are `220`, -0.0 is `0`.

    Raise TypeError for what is no `Value`; what has a `fault` is not for here.
    """
    if isinstance(value, str | bool | None):
        return _encode(value)
    if not isinstance(value, int | float):
        raise TypeError(f"a {type(value).__name__} is no value of the ledger")
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) <= LARGEST_WHOLE else repr(number)


def parse(text: str) -> Value:
    """The value of its `canonical` text."""
    value: Value = from_json(text)
    return value


def entry_hash(fields: Sequence[object]) -> str:
    """The hash of an entry: SHA-256, in hex, over all its columns but the last, as stored.

    They form one JSON array (RFC 8785: no spaces, nothing escaped that need not be, UTF-8) of a
    whole number, the entry's, and texts or nulls. `old` and `new` are texts that are JSON themselves.
    """
    return sha256(to_json(fields, fallback=repr, bytes_mode="base64")).hexdigest()


def plain_head(said: str) -> str:
    """A head as it is kept, from how somebody copied it: in capitals, with spaces, in groups."""
    return "".join(said.split()).lower()


def breaks(
    rows: Iterable[Sequence[Any]], heads: Iterable[str] = (), *, after: tuple[int, str] = (0, GENESIS)
) -> Iterator[Problem]:
    """What is wrong with a chain of stored entries, in order: gaps, broken links, altered entries.

    `heads` are hashes that were noted elsewhere; one that is no longer there shows that the chain
    was cut or written anew. `after` is number and hash of the entry before the first of the rows.
    """
    (number, previous), lost = after, dict.fromkeys(map(plain_head, heads))
    lost.pop(GENESIS, None)
    for *fields, stored in rows:
        if fields[0] != number + 1:
            yield Problem("ledger_gap", fields={"number": fields[0], "expected": number + 1})
        elif fields[-1] != previous:
            yield Problem("ledger_link", fields={"number": fields[0]})
        if entry_hash(fields) != stored:
            yield Problem("ledger_altered", fields={"number": fields[0]})
        number, previous = fields[0], stored
        lost.pop(stored, None)
    for head in lost:
        yield Problem("ledger_head", fields={"head": head})
