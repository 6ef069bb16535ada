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
_HASH = re.compile(r"[0-9a-f]{64}")
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
    the entry's, and texts or nulls. `old` and `new` are texts that are JSON themselves. Whatever else a
    database may hold is no text, and none hashes as one does.
    """
    if bytes in map(type, fields):
        fields = [[repr(one)] if isinstance(one, bytes) else one for one in fields]
    return to_json(fields, fallback=repr)


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

    `heads` were noted elsewhere: hashes of entries, and checkpoints. One that does not lead here shows that
    the log was cut or written anew. `after` is number and hash of the entry before the first of the rows,
    and `tree` the one up to there: it grows, and has to gain the stored `nodes`, where there are any.
    """
    (number, previous), grown, sound = after, tree or Frontier(), True
    held, lost = _Held(nodes), _Lost(heads, grown)
    for *fields, stored in rows:
        content, expected = entry_bytes(fields), number + 1
        number = fields[0]
        if number != expected:
            sound = False
            yield Problem("ledger_gap", fields={"number": number, "expected": expected})
        elif fields[-1] != previous:
            yield Problem("ledger_link", fields={"number": number})
        if sha256(content).hexdigest() != stored:
            sound = False
            yield Problem("ledger_altered", fields={"number": number})
        held.compare(number, grown.add(leaf_hash(content)))
        lost.look(stored)
        previous = stored
    if sound:
        yield from held.problems()
    yield from lost.problems()


class _Held:
    """Stored nodes, in order, while they are held against those that the tree gains."""

    def __init__(self, rows: Iterable[Sequence[Any]] | None) -> None:
        self._rows = None if rows is None else iter(rows)
        self._wrong: object = None

    def compare(self, number: int, gained: bytes) -> None:
        """See whether the next row is the one that is due to an entry, until one is not."""
        if gained and self._rows and not self._wrong and next(self._rows, None) != (number, gained):
            self._wrong = number

    def problems(self) -> Iterator[Problem]:
        """Where the first node stands that was altered or is missing, or that outlived its entry."""
        if self._wrong:
            yield Problem("ledger_node", fields={"number": self._wrong})
        elif self._rows and (stray := next(self._rows, None)):
            yield Problem("ledger_cut", fields={"number": stray[0]})


class _Lost:
    """Heads that were noted elsewhere, while they are looked for in a growing tree."""

    def __init__(self, heads: Iterable[str], tree: Frontier) -> None:
        self._heads = dict.fromkeys(map(plain_head, heads))
        self._heads.pop(GENESIS, None)
        self._marks = [mark for head in self._heads if (mark := parse_mark(head))]
        self._sizes, self._tree = {size for size, _ in self._marks}, tree
        self._look_at_root()

    def look(self, stored: str) -> None:
        """See which of them lead to an entry, and to the tree up to it."""
        self._heads.pop(stored, None)
        if self._tree.size in self._sizes:
            self._look_at_root()

    def _look_at_root(self) -> None:
        for size, half in self._marks:
            if size == self._tree.size and self._tree.root.hex().startswith(half):
                self._heads.pop(f"{size}-{half}", None)

    def problems(self) -> Iterator[Problem]:
        """Those that lead nowhere, in the order in which they were given."""
        for head in self._heads:
            mark = parse_mark(head)
            if mark and mark[0] > self._tree.size:
                yield Problem("ledger_short", fields={"head": head, "entries": self._tree.size})
            elif mark:
                yield Problem("ledger_checkpoint", fields={"head": head, "size": mark[0]})
            else:
                code = "ledger_head" if _HASH.fullmatch(head) else "ledger_no_checkpoint"
                yield Problem(code, fields={"head": head})
