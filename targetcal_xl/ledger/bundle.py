"""Entries on their own, with all that proves them: what somebody needs who has not the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import from_json

from ..problems import Problem, Refused
from .chain import COLUMNS, reference
from .checkpoint import Checkpoint, parse_checkpoint
from .documents import load
from .merkle import is_consistent, is_included, leaf_hash

FORM: Literal["targetcal-xl/proof-1"] = "targetcal-xl/proof-1"
"""What every proof file begins with."""

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class ProvenEntry:
    """What was hashed of an entry, as text, and its path to the root, in hex."""

    content: str
    path: tuple[str, ...]

    @property
    def columns(self) -> dict[str, Any]:
        """Column -> what stands in it, a number and texts or nulls; raise ValueError for what is no entry."""
        found = from_json(self.content, allow_inf_nan=False)
        if not isinstance(found, list) or len(found) != len(COLUMNS) - 1 or type(found[0]) is not int:
            raise ValueError("this is no entry")
        if not all(said is None or isinstance(said, str) for said in found[1:]):
            raise ValueError("this is no entry")
        return dict(zip(COLUMNS, found, strict=False))

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


def hex_path(path: Sequence[bytes]) -> tuple[str, ...]:
    """A path as proofs write it."""
    return tuple(step.hex() for step in path)


def read_proof(content: bytes) -> Proof:
    """The proof in a file; raise Refused for any other."""
    proof = load(Proof, content)
    paths = [*(one.path for one in proof.entries), *(one.path for one in proof.beginnings)]
    texts = [proof.form, proof.checkpoint, *proof.documents, *(step for path in paths for step in path)]
    texts += [one.content for one in proof.entries] + [one.checkpoint for one in proof.beginnings]
    if proof.form != FORM or not all(isinstance(said, str) for said in texts):
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
    for beginning in proof.beginnings:
        if not _is_beginning(beginning, seen):
            yield Problem("proof_beginning", fields={"head": " ".join(beginning.checkpoint.split())})
    named = {*_named(proof.entries)}
    for name in proof.contents:
        if name not in named:
            yield Problem("proof_document", fields={"document": name})


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
