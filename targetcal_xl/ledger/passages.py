"""People's words inside documents: committed like those of entries, and put back when a document is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic_core import from_json, to_json

from ..calibration import JUSTIFICATION
from .chain import reference
from .entry import Event
from .words import WORDS, Salts, commitment, is_commitment

DOCUMENTS: Final = frozenset({"letter.record", "message.record", "scenario", "pack.record", "page.record"})
"""Fields whose documents hold people's words."""

WORD_NAMES: Final = frozenset({*JUSTIFICATION, "reason", "what", "handling", "subject", "text"})
"""What these documents call them."""

Passage = tuple[int, bytes | None, str | None]
"""The place of words in a document, from 0, with their salt; both are None once they were erased."""


def committed_documents(
    events: Sequence[Event], contents: Mapping[str, bytes], salts: Salts
) -> tuple[list[Event], dict[str, bytes], list[tuple[str, int, bytes, str]]]:
    """Events and documents with the words in these committed, and by document what is kept beside."""
    told, held = list(events), dict(contents)
    passages: list[tuple[str, int, bytes, str]] = []
    for place, event in enumerate(events):
        if event.field in DOCUMENTS and (content := held.pop(str(event.new), None)) is not None:
            stored, kept = _committed(content, salts, place)
            name = reference(stored)
            held[name], told[place] = stored, replace(event, new=name)
            passages += ((name, *passage) for passage in kept)
    return told, held, passages


def _committed(content: bytes, salts: Salts, place: int) -> tuple[bytes, list[tuple[int, bytes, str]]]:
    kept: list[tuple[int, bytes, str]] = []

    def hide(words: str) -> str:
        salt = salts.at("document", place, len(kept))
        kept.append((len(kept), salt, words))
        return commitment(salt, words)

    return _changed(content, hide), kept


def spoken_document(content: bytes, words: Mapping[int, str]) -> bytes:
    """A document with words where commitments stand, by place."""
    if not words:
        return content
    said = iter(range(len(words)))
    return _changed(content, lambda held: words[next(said)] if is_commitment(held) else held)


def passage_faults(content: bytes, passages: Iterable[Passage]) -> Iterator[int]:
    """The places in a document whose words are gone, or are others than were said."""
    stored: list[str] = []

    def note(held: str) -> str:
        stored.append(held)
        return held

    _changed(content, note)
    for place, salt, words in passages:
        is_there = isinstance(salt, bytes) and isinstance(words, str) and place < len(stored)
        if not is_there or stored[place] != commitment(salt, words):  # type: ignore[arg-type]
            yield place


def subjects(content: bytes) -> list[str]:
    """What the record around each of a document's words calls itself: a line by its name, or nothing."""
    return [*_subjects(from_json(content), "")]


def _subjects(held: Any, subject: str) -> Iterator[str]:
    if isinstance(held, list):
        if _is_cell(held):
            yield subject
        for one in held:
            yield from _subjects(one, subject)
    if isinstance(held, dict):
        about = str(held.get("line") or held.get("name") or subject)
        for name, one in held.items():
            if _is_words(held, name) and isinstance(one, str) and one:
                yield about
            else:
                yield from _subjects(one, about)


def _changed(content: bytes, change: Callable[[str], str]) -> bytes:
    return to_json(_walked(from_json(content, allow_inf_nan=False), change))


def _walked(held: Any, change: Callable[[str], str]) -> Any:
    """A JSON value in which people's words are changed, in order."""
    if isinstance(held, list):
        *cell, last = held or [None]
        return [*cell, change(last)] if _is_cell(held) else [_walked(one, change) for one in held]
    if not isinstance(held, dict):
        return held
    return {
        name: change(one) if _is_words(held, name) and isinstance(one, str) and one else _walked(one, change)
        for name, one in held.items()
    }


def _is_cell(held: list[Any]) -> bool:
    """Whether this is row, field and value of a cell that holds words."""
    return (
        len(held) == 3
        and isinstance(held[1], str)
        and held[1] in WORDS
        and isinstance(held[2], str)
        and held[2] != ""
    )


def _is_words(record: Mapping[str, Any], name: str) -> bool:
    return name in WORD_NAMES or (name == "value" and record.get("field") in WORDS)
