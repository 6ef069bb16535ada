"""Names of files made from codes: such as every system takes, and keeps apart."""

from __future__ import annotations

import hashlib
import re

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|\s')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_LONGEST = 120
"""Bytes of a name without its ending: with a folder before it, it stays below what Windows takes."""


def file_name(number: str, kind: str) -> str:
    """The file of a letter: its number, where that is a name on every system, else one made from it.

    Devices of Windows are names before their first dot too (`NUL.2025`); a dot in front hides a file, a
    dash looks like an option. What had to be changed carries a mark of the number, so that no two are equal.
    """
    safe = _FORBIDDEN.sub("_", number).rstrip(". ")
    if _DEVICES.fullmatch(safe.split(".")[0].strip()) or safe.startswith((".", "-")):
        safe = f"_{safe}"
    if len(safe.encode()) > _LONGEST:
        safe = safe.encode()[: _LONGEST - 9].decode(errors="ignore")
    if safe != number:
        safe = f"{safe}-{hashlib.sha256(number.encode()).hexdigest()[:8]}"
    return f"{safe}.{kind}"
