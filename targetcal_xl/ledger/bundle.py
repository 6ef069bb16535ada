"""Entries on their own, with all that proves them: what somebody needs who has not the ledger."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import from_json

from ..calibration.plan import ADDED
from ..problems import Problem, Refused
from .chain import COLUMNS, parse, reference
from .checkpoint import Checkpoint, parse_checkpoint
from .documents import load
from .erasure import ERASE, ERASED, WordsPlace, mark, places_in
from .merkle import is_consistent, is_included, leaf_hash
from .passages import passage_faults
from .words import PARTS, commitment, is_commitment

FORM: Literal["targetcal-xl/proof-1"] = "targetcal-xl/proof-1"
"""What every proof file begins with."""

_HASH = re.compile("[0-9a-f]{64}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")
"""A time as entries hold it."""
_SALT = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class ProvenWords:
    """What somebody said in a part of an entry, with the salt, in hex, of the commitment there."""

    part: str
    salt: str
    words: str


@dataclass(frozen=True)
class ProvenPassage:
    """The same in a place of a document."""

    document: str
    place: int
    salt: str
    words: str


@dataclass(frozen=True)
class ProvenEntry:
    """What was hashed of an entry, as text, its path to the root, in hex, and the words it commits to."""

    content: str
    path: tuple[str, ...]
    words: tuple[ProvenWords, ...] = field(default=(), metadata=ADDED)

    @property
    def columns(self) -> dict[str, Any]:
        """Column -> what stands in it, a number and texts or nulls; raise ValueError for what is no entry."""
        found = from_json(self.content, allow_inf_nan=False)
        if not isinstance(found, list) or len(found) != len(COLUMNS) - 1 or type(found[0]) is not int:
            raise ValueError("this is no entry")
        if not all(said is None or isinstance(said, str) for said in found[1:]):
            raise ValueError("this is no entry")
        return dict(zip(COLUMNS, found, strict=False))

    def told(self, instead: Callable[[WordsPlace], str]) -> dict[str, Any]:
        """The columns with people's words in them, and something `instead` in places where they are not."""
        columns, said = self.columns, {one.part: one.words for one in self.words}
        for part in PARTS:
            if is_commitment(columns[part]):
                columns[part] = said.get(part) or instead((columns["number"], part))
        return columns

    @property
    def named(self) -> str:
        """The document that the entry names; any text where it names none."""
        return str(self.columns["new"] or "").strip('"')


@dataclass(frozen=True)
class Beginning:
    """An earlier checkpoint of the same log, and the path, in hex, that proves it to be one."""

    checkpoint: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """Entries of a log under one of its checkpoints, earlier checkpoints, and documents that entries name."""

    form: str
    checkpoint: str
    entries: tuple[ProvenEntry, ...]
    beginnings: tuple[Beginning, ...] = ()
    documents: tuple[str, ...] = ()
    passages: tuple[ProvenPassage, ...] = field(default=(), metadata=ADDED)

    def erased(self, language: str) -> dict[WordsPlace, str]:
        """What is to be seen in places that entries of it name as erased."""
        seen: dict[WordsPlace, str] = {}
        for columns in (one.columns for one in self.entries):
            if (columns["action"], columns["field"]) == (ERASE, ERASED):
                with suppress(TypeError, ValueError):  # a log of somebody's own may hold anything
                    seen |= _erased(columns, language)
        return seen

    @property
    def contents(self) -> dict[str, bytes]:
        """The documents by the references that name them."""
        contents = [one.encode("utf-8", "replace") for one in self.documents]
        return {reference(content): content for content in contents}

    @property
    def seen(self) -> Checkpoint:
        """The checkpoint; raise ValueError where there is none."""
        return parse_checkpoint(self.checkpoint)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The checkpoint and the earlier ones; raise ValueError where one is none."""
        return (self.seen, *(parse_checkpoint(one.checkpoint) for one in self.beginnings))


def _erased(columns: dict[str, Any], language: str) -> dict[WordsPlace, str]:
    """What is to be seen in the places that an entry names; raise ValueError or TypeError for none."""
    at, actor, places = columns["at"], columns["actor"], parse(columns["new"])
    if not (isinstance(actor, str) and isinstance(places, str) and MOMENT.fullmatch(at)):
        raise ValueError("this is no erasure")
    said = mark(columns["number"], dt.datetime.fromisoformat(at), actor, language)
    return dict.fromkeys(places_in(places), said)


def hex_path(path: Sequence[bytes]) -> tuple[str, ...]:
    """A path as proofs write it."""
    return tuple(step.hex() for step in path)


def read_proof(content: bytes) -> Proof:
    """The proof in a file; raise Refused for any other."""
    proof = load(Proof, content)
    paths = [*(one.path for one in proof.entries), *(one.path for one in proof.beginnings)]
    texts = [proof.form, proof.checkpoint, *proof.documents, *(step for path in paths for step in path)]
    texts += [one.content for one in proof.entries] + [one.checkpoint for one in proof.beginnings]
    texts += [said for one in proof.entries for words in one.words for said in vars(words).values()]
    texts += [said for one in proof.passages for said in (one.document, one.salt, one.words)]
    placed = all(type(one.place) is int and one.place >= 0 for one in proof.passages)
    if proof.form != FORM or not placed or not all(isinstance(said, str) for said in texts):
        raise Refused([Problem("proof_unreadable")])
    return proof


def proof_faults(proof: Proof) -> Iterator[Problem]:
    """Everything in a proof that does not follow from its checkpoint."""
    try:
        seen = proof.seen
    except ValueError:
        yield Problem("proof_checkpoint")
        return
    for place, one in enumerate(proof.entries, 1):
        if not _is_proven(one, seen):
            yield Problem("proof_entry", fields={"place": place})
        elif not _is_spoken(one):
            yield Problem("proof_words", fields={"place": place})
    for beginning in proof.beginnings:
        if not _is_beginning(beginning, seen):
            yield Problem("proof_beginning", fields={"head": " ".join(beginning.checkpoint.split())})
    named = {*_named(proof.entries)}
    for name in proof.contents:
        if name not in named:
            yield Problem("proof_document", fields={"document": name})
    yield from _passage_faults(proof)


def _is_spoken(one: ProvenEntry) -> bool:
    """Whether the words that come with an entry are those that it commits to."""
    try:
        return all(one.columns[said.part] == _commitment(said.salt, said.words) for said in one.words)
    except (KeyError, ValueError):
        return False


def _passage_faults(proof: Proof) -> Iterator[Problem]:
    """Documents of a proof that commit to other words than come with them."""
    held: dict[str, list[ProvenPassage]] = {}
    for one in proof.passages:
        held.setdefault(one.document, []).append(one)
    for name, said in held.items():
        try:
            spoken = [(one.place, _salt(one.salt), one.words) for one in said]
            sound = name in proof.contents and not [*passage_faults(proof.contents[name], spoken)]
        except ValueError:
            sound = False
        if not sound:
            yield Problem("proof_document_words", fields={"document": name})


def _commitment(salt: str, words: str) -> str:
    return commitment(_salt(salt), words)


def _salt(said: str) -> bytes:
    if not _SALT.fullmatch(said):
        raise ValueError("this is no salt")
    return bytes.fromhex(said)


def _is_proven(one: ProvenEntry, seen: Checkpoint) -> bool:
    try:
        number, content = one.columns["number"], one.content.encode()
        return is_included(leaf_hash(content), number - 1, seen.size, _bytes(one.path), seen.root)
    except ValueError:
        return False


def _is_beginning(one: Beginning, seen: Checkpoint) -> bool:
    try:
        before, path = parse_checkpoint(one.checkpoint), _bytes(one.path)
    except ValueError:
        return False
    kept = is_consistent(before.size, seen.size, path, before.root, seen.root)
    return kept and before.origin == seen.origin


def _named(entries: Iterable[ProvenEntry]) -> Iterator[str]:
    for one in entries:
        with suppress(ValueError):  # what is no entry is told of itself
            yield one.named


def _bytes(path: Sequence[str]) -> list[bytes]:
    if not all(map(_HASH.fullmatch, path)):
        raise ValueError("a step of a path is a hash")
    return [bytes.fromhex(step) for step in path]
