"""How names are compared, and which was meant by one that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from ..calibration import composed
from .spelt import normal


def like(name: str) -> str:
    """A name as it is compared with others."""
    return composed(normal(name)).casefold()


def nearest(said: str, known: Mapping[str, str]) -> str | None:
    """What was probably meant of `known` (code -> name): a name with its code, or a code; else None."""
    named = {like(name): f"{name} ({code})" for code, name in known.items() if name != code}
    told = named | {like(code): code for code in known}
    close = difflib.get_close_matches(like(said), told, n=1)
    return told[close[0]] if close else None
