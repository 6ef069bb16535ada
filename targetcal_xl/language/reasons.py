"""Whether what somebody wrote gives a reason, in whichever language."""

from __future__ import annotations

import unicodedata
from typing import Final

from .record import LANGUAGES, record

MEANT: Final = tuple(record(code).meant for code in LANGUAGES)
"""What somebody writes among the reasons for an implausible number, in each language."""

_EMPTY_WORDS = frozenset(
    word for known in map(record, LANGUAGES) for word in (*known.says_nothing, *known.says_nothing_either)
)


def is_placeholder(value: object) -> bool:
    """Whether a value gives no reason: no words, one letter repeated, only "none" or "later" and the like."""
    if not isinstance(value, str):
        return True
    plain = unicodedata.normalize("NFKC", value).casefold()
    words = "".join(character if character.isalpha() else " " for character in plain).split()
    together = "".join(words)
    return len(set(together)) <= 1 or _EMPTY_WORDS.issuperset(words) or together in _EMPTY_WORDS


def is_meant(reason: object) -> bool:
    """Whether whoever gives this reason says in so many words that an implausible number is meant."""
    return isinstance(reason, str) and any(word in reason.lower() for word in MEANT)
