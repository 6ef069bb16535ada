"""What people said in their own words: hashed as commitments, so that it can go and every proof still holds.

Where an entry or a document holds such words, a commitment stands in their place: `~` and SHA-256, in hex,
over 16 random bytes (the salt) and the words in UTF-8. Words and salt are kept beside. Once both are gone
nobody can tell, not even by trying, what was said; the hashes over the entry stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

from ..calibration import DECLINED, JUSTIFICATION
from ..problems import Problem

WORDS: Final = frozenset(
    {
        *JUSTIFICATION,
        *(f"objection.{code}" for code in JUSTIFICATION),
        *("comment", "attachment", "what", "decision_reason", "granted_reason", DECLINED),
        *("objection.present", "change.reason", "event.note", "history.note", "seal"),
        *("thread.text", "thread.file"),
        *("letter.question", "letter.reply", "letter.scan", "warning.taken"),
    }
)
"""Fields whose values are somebody's own words. A seal is a hash over some, and might give them away."""

TOLD_BY_PROGRAM: Final = frozenset({"lock", "comment", "upgrade"})
"""Actions whose reasons the program writes: who handed in, which version. All other reasons are words."""

PARTS: Final = ("old", "new", "reason")
"""The columns of an entry that words may stand in."""

SpokenRow = tuple[Any, ...]
"""An entry's columns as stored and, behind them, salt and words of each of its `PARTS`."""

_AT = 8
"""Where the first of the parts stands among an entry's columns."""
_BESIDE = 13
"""How many columns an entry has; behind them are salts and words."""
_SALT = 16
_NOTHING = "null"
_COMMITMENT = re.compile(r"~[0-9a-f]{64}")


class Salts:
    """Random bytes for every place at which words are committed, from one seed that nobody keeps."""

    def __init__(self, seed: bytes) -> None:
        """Draw from 32 random bytes, which whoever knows all of them can follow."""
        self._seed = seed

    def at(self, *place: object) -> bytes:
        """The salt for a place, always the same."""
        return sha256(self._seed + repr(place).encode()).digest()[:_SALT]


def commitment(salt: bytes, words: str) -> str:
    """What stands in the place of words."""
    return f"~{sha256(salt + words.encode()).hexdigest()}"


def is_commitment(stored: object) -> bool:
    """Whether this stands in the place of words."""
    return isinstance(stored, str) and stored[:1] == "~" and _COMMITMENT.fullmatch(stored) is not None


def is_words(action: str, field: str, part: str) -> bool:
    """Whether what stands in a part of an entry is somebody's own words."""
    return action not in TOLD_BY_PROGRAM if part == "reason" else field in WORDS


def committed(
    number: int, what: tuple[Any, ...], salts: Salts
) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
    """Columns action to reason of an entry with its words committed, and what is kept beside, if any is."""
    action, *key, old, new, reason = what
    spoken = key[-1] in WORDS
    words = (old if spoken else _NOTHING, new if spoken else _NOTHING)
    said = [None if text == _NOTHING else text for text in words]
    said.append(reason if reason and action not in TOLD_BY_PROGRAM else None)
    if said == [None, None, None]:
        return what, None
    kept = [_kept(salts, number, part, text) for part, text in zip(PARTS, said, strict=True)]
    stored = (commitment(*one) if one else plain for one, plain in zip(kept, what[-3:], strict=True))
    return (action, *key, *stored), (number, *(each for one in kept for each in one or (None, None)))


def _kept(salts: Salts, number: int, part: str, text: str | None) -> tuple[bytes, str] | None:
    return None if text is None else (salts.at(number, part), text)


def missing(row: SpokenRow) -> Iterator[str]:
    """The parts of an entry whose words are gone."""
    for place, part in enumerate(PARTS):
        if row[_BESIDE + 2 * place + 1] is None and is_commitment(row[_AT + place]):
            yield part


def spoken(row: SpokenRow) -> list[Any]:
    """An entry's own columns with its words in the place of commitments, as far as they are there."""
    columns = [*row[:_BESIDE]]
    for place in range(len(PARTS)):
        if (words := row[_BESIDE + 2 * place + 1]) is not None:
            columns[_AT + place] = words
    return columns


class WordCheck:
    """Words held against their commitments while entries pass by."""

    def __init__(self) -> None:
        self.wrong: list[Problem] = []
        """Entries whose words are not those that were said."""
        self.gone: list[tuple[int, str]] = []
        """Where words are missing: to be named by an erasure."""

    def over(self, rows: Iterable[SpokenRow]) -> Iterator[SpokenRow]:
        """The entries' own columns, once their words have been looked at."""
        for row in rows:
            if row[14] is not None or row[16] is not None or row[18] is not None or "~" in f"{row[8:11]}":
                self._look(row)
            yield row[:_BESIDE]

    def _look(self, row: SpokenRow) -> None:
        for place, part in enumerate(PARTS):
            stored, salt, words = row[_AT + place], *row[_BESIDE + 2 * place : _BESIDE + 2 * place + 2]
            if words is None and salt is None:
                if is_commitment(stored):
                    self.gone.append((row[0], part))
            elif not _is_kept(stored, salt, words):
                self.wrong.append(Problem("ledger_words", fields={"number": row[0]}))


def _is_kept(stored: object, salt: object, words: object) -> bool:
    is_whole = isinstance(salt, bytes) and isinstance(words, str)
    return is_whole and stored == commitment(salt, words)  # type: ignore[arg-type]
