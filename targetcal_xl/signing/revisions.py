"""What a file began as: whatever is signed is only added to, so the issued bytes stay its beginning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from hashlib import sha256

_END = re.compile(rb"%%EOF")
_AFTER = (b"", b"\n", b"\r\n", b"\r")
_MOST = 64
"""So many times a letter may have been added to: more is no letter of ours."""


def beginnings(content: bytes) -> Iterator[bytes]:
    """Every beginning of a PDF that is a whole file itself, the shortest first; the last is all of it."""
    for found, mark in enumerate(_END.finditer(content)):
        if found >= _MOST:
            return
        for line in _AFTER:
            if content.startswith(line, mark.end()):
                yield content[: mark.end() + len(line)]


def issued_part(content: bytes, issued: Collection[str]) -> bytes | None:
    """The beginning of a PDF whose SHA-256, in hex, is among those that were issued; None without any."""
    return next((part for part in beginnings(content) if sha256(part).hexdigest() in issued), None)
