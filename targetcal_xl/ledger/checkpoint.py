"""What the log was like when somebody looked: a checkpoint, as c2sp.org/tlog-checkpoint writes it.

A checkpoint is a note: three lines (which log, how many entries, the root over them), and below an empty
one whoever signed it. Signatures are read and kept; nothing of ours signs yet.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKED = 40
"""Digits of a root that a mark holds, 160 bits."""

_MARK = re.compile(rf"(0|[1-9][0-9]{{0,15}})-([0-9a-f]{{{_MARKED}}})")
_NOTE = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:\n((?:\u2014 [^\n]+\n)+))?")
_SIGNATURE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class Signature:
    """A line below a checkpoint: who signed, with which key (4 bytes), and the signature itself."""

    name: str
    key: bytes
    value: bytes

    def __str__(self) -> str:
        """The line as a note has it."""
        return f"\u2014 {self.name} {base64.b64encode(self.key + self.value).decode()}"


@dataclass(frozen=True)
class Checkpoint:
    """Which log (`origin`), its first `size` entries, and the 32 bytes of the root over them."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def mark(self) -> str:
        """Size and root, short enough to be copied by hand, and too long to be made for another log."""
        return f"{self.size}-{self.root.hex()[:_MARKED]}"

    def __str__(self) -> str:
        """The whole note."""
        signed = "".join(f"{one}\n" for one in self.signatures)
        return f"{self.text}\n{signed}" if signed else self.text


def parse_checkpoint(note: str) -> Checkpoint:
    """The checkpoint that a note holds; raise ValueError for any other text."""
    found = _NOTE.fullmatch(note)
    if not found:
        raise ValueError("this is no checkpoint")
    origin, size, root, signatures = found.groups()
    return Checkpoint(origin, int(size), _bytes(root), tuple(_signatures(signatures or "")))


def log_origin(first: str) -> str:
    """The name of a log, from the hash of its first entry, in which plan and moment are: no two share it."""
    return f"targetcal-xl/{first[:16]}"


def parse_mark(said: str) -> tuple[int, str] | None:
    """Size and first half of the root, in hex, of a `Checkpoint.mark`; None for any other text."""
    found = _MARK.fullmatch(said)
    return (int(found[1]), found[2]) if found else None


def _signatures(lines: str) -> Iterator[Signature]:
    for line in lines.split("\n")[:-1]:
        found = _SIGNATURE.fullmatch(line)
        signed = _bytes(found[2]) if found else b""
        if not found or len(signed) <= 4:
            raise ValueError("a signature line is damaged")
        yield Signature(found[1], signed[:4], signed[4:])


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("this is no base64") from error
