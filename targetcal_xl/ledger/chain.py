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
from .checkpoint import parse_checkpoint, parse_mark
from .merkle import Frontier, leaf_hash

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


def entry_bytes(fields: Sequence[object]) -> bytes:
    """What is hashed of an entry: all its columns but the last, as stored, in UTF-8.

    They form one JSON array (RFC 8785: no spaces, nothing escaped that need not be) of a whole number,
    the entry's, and texts or nulls. `old` and `new` are texts that are JSON themselves.
    """
    return to_json(fields, fallback=repr, bytes_mode="base64")


def entry_hash(fields: Sequence[object]) -> str:
    """The hash of an entry: SHA-256, in hex, over its bytes. It is the entry's name."""
    return sha256(entry_bytes(fields)).hexdigest()


def entry_leaf(fields: Sequence[object]) -> bytes:
    """The entry's leaf in the Merkle tree."""
    return leaf_hash(entry_bytes(fields))


def plain_head(said: str) -> str:
    """A head as it is kept, from how somebody copied it: a whole note, or in capitals, spaced, in groups."""
    note = said.replace("\r\n", "\n").strip("\n") + "\n"
    try:
        return parse_checkpoint(note).mark
    except ValueError:
        return "".join(said.split()).lower()


def breaks(
    rows: Iterable[Sequence[Any]],
    heads: Iterable[str] = (),
    *,
    after: tuple[int, str] = (0, GENESIS),
    tree: Frontier | None = None,
    nodes: Iterable[Sequence[Any]] | None = None,
) -> Iterator[Problem]:
    """What is wrong with a chain of stored entries, in order: gaps, broken links, altered entries.

    `heads` were noted elsewhere: hashes of entries, and checkpoints. One that does not lead here shows that the
    log was cut or written anew. `after` is number and hash of the entry before the first of the rows, and `tree`
    the one up to there: it grows, and the stored `nodes` have to be what it gains.
    """
    (number, previous), lost = after, _Lost(heads)
    tree, broken = tree or Frontier(), False
    held = None if nodes is None else _Held(nodes)
    lost.look(tree, previous)
    for *fields, stored in rows:
        content, expected = entry_bytes(fields), number + 1
        number = fields[0]
        if number != expected:
            yield Problem("ledger_gap", fields={"number": number, "expected": expected})
        elif fields[-1] != previous:
            yield Problem("ledger_link", fields={"number": number})
        if sha256(content).hexdigest() != stored:
            yield Problem("ledger_altered", fields={"number": number})
            broken = True
        broken = broken or number != expected
        done = tree.add(sha256(b"\0" + content).digest())
        if held and done:
            held.compare(number, done)
        previous = stored
        lost.look(tree, stored)
    if held and not broken and held.first_fault is not None:
        yield Problem("ledger_node", fields={"number": held.first_fault})
    yield from lost.problems(tree.size)


class _Lost:
    """Heads that were noted elsewhere, while they are looked for."""

    def __init__(self, heads: Iterable[str]) -> None:
        noted = dict.fromkeys(map(plain_head, heads))
        noted.pop(GENESIS, None)
        marks = {head: parse_mark(head) for head in noted}
        self._hashes = {head for head, mark in marks.items() if not mark}
        self._sizes: dict[int, dict[str, str]] = {}
        for head, mark in marks.items():
            if mark:
                self._sizes.setdefault(mark[0], {})[head] = mark[1]
        self._order, self._other = [*noted], set[str]()

    def look(self, tree: Frontier, last: str) -> None:
        """See which of them lead to this entry, and to the tree up to it."""
        self._hashes.discard(last)
        if tree.size in self._sizes:
            root = tree.root.hex()
            due = self._sizes.pop(tree.size)
            self._other.update(head for head, half in due.items() if not root.startswith(half))

    def problems(self, size: int) -> Iterator[Problem]:
        """What was not found, in the order in which it was given."""
        beyond = {head for heads in self._sizes.values() for head in heads}
        for head in self._order:
            if head in self._hashes:
                yield Problem("ledger_head", fields={"head": head})
            elif head in self._other:
                yield Problem("ledger_checkpoint", fields={"head": head, "size": head.partition("-")[0]})
            elif head in beyond:
                yield Problem("ledger_short", fields={"head": head, "entries": size})


class _Held:
    """Stored nodes, in order, while they are held against those of the tree."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = iter(rows)
        self.first_fault: int | None = None
        """The first entry above which a node is missing or another."""

    def compare(self, number: int, done: bytes) -> None:
        """See whether the next stored row is the one that this entry is due."""
        if self.first_fault is None and next(self._rows, None) != (number, done):
            self.first_fault = number
