"""Erasures: what entries say of words that are gone, and what readers see in their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..language import text
from .entry import Entry
from .words import PARTS

ERASE: Final = "erase"
"""The action whose entries name what was erased."""
ERASED: Final = "erased"
"""The field of these entries."""

WordsPlace = tuple[int | str, str]
"""Where words stood: an entry's number and the part of it, or a document's reference and the place in it."""

WHOLE: Final = ""
"""The place of all of a document."""


def spelt(places: Iterable[WordsPlace]) -> str:
    """Places as an entry names them: `12.new 12.reason`, and with a document's reference alike."""
    return " ".join(f"{where}.{part}" if part else str(where) for where, part in places)


def places_in(said: object) -> Iterator[WordsPlace]:
    """The places that an entry names."""
    for one in str(said).split():
        where, _, part = one.partition(".")
        yield (int(where) if where.isdecimal() else where), part


def mark(number: int, at: dt.datetime, actor: str, language: str) -> str:
    """What everybody sees in place of words that were erased by an entry."""
    said = {"number": number, "date": at.date().isoformat(), "actor": actor}
    return text("ledger.erased", language, **said)


def lost(language: str) -> str:
    """What everybody sees in place of words that are missing, which is a break."""
    return text("ledger.words_lost", language)


def erased_by(entries: Iterable[Entry], language: str) -> dict[WordsPlace, str]:
    """What is seen in the places that entries name as erased."""
    seen: dict[WordsPlace, str] = {}
    for entry in entries:
        if (entry.action, entry.field) == (ERASE, ERASED):
            said = mark(entry.number, entry.at, entry.actor, language)
            seen |= dict.fromkeys(places_in(entry.new), said)
    return seen


def without(entry: Entry, erased: Mapping[WordsPlace, str]) -> Entry:
    """An entry as it reads once its words are erased."""
    gone: dict[str, Any] = {
        part: erased[entry.number, part] for part in PARTS if (entry.number, part) in erased
    }
    return replace(entry, **gone) if gone else entry
