"""Accents that were typed, or pasted, apart from their letters."""

from __future__ import annotations

import re
import unicodedata

_APART = re.compile(
    ".[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]+|[\u1100-\u11ff]{2,}",
    re.DOTALL,
)


def composed(text: str) -> str:
    """A text with its accents, and parts of Korean syllables, on their letters; all else as it was."""
    return _APART.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
