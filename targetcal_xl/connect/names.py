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
    """The known code (code -> name) that was probably meant, None when nothing is like it."""
    codes = {like(word): code for code, name in known.items() for word in (name, code)}
    close = difflib.get_close_matches(like(said), codes, n=1)
    return codes[close[0]] if close else None
