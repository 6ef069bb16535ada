"""The proof that a submitted region still says what it said: a hash over every input cell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ..calibration import Key, Value


def seal(values: Mapping[Key, Value]) -> str:
    """SHA-256 over the cells in order of their codes, as JSON lines; empty cells do not count."""
    said = sorted(
        ("" if key[1] is None else key[1], key[2], value)
        for key, value in values.items()
        if value is not None
    )
    lines = (json.dumps(cell, ensure_ascii=True, separators=(",", ":")) for cell in said)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
