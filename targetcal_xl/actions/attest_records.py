"""What entries of a proof say of files: letters, signed ones, packs and pages, each by its hashes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from ..desk import INDIVIDUAL, RECORD, REPRESENTATIVE, SENT, SIGN, SIGNED
from ..ledger import Proof


@dataclass(frozen=True)
class RecordedFile:
    """Files of a letter or of what was handed out, as an entry recorded them."""

    entry: int
    letter: str
    """The number of the letter; empty for what was handed out to be filled in."""
    head: str
    """The check code that the files carry; empty where they are signed ones."""
    hashes: tuple[str, ...]
    """The SHA-256 of each file, in hex."""
    replaces: str = ""
    """The letter whose place it took."""


def recorded_files(proof: Proof) -> Iterator[RecordedFile]:
    """The letters, packs and pages that a sound proof tells of."""
    held = proof.contents
    for entry in proof.entries:
        said = entry.columns
        make = _MAKERS.get((said["action"], said["field"]))
        if make and entry.named in held:
            with suppress(KeyError, TypeError, ValueError):  # a log of somebody's own may hold anything
                yield from make(said["number"], from_json(held[entry.named], allow_inf_nan=False))


def _letter(entry: int, issue: Any) -> tuple[RecordedFile, ...]:
    """What an `Issue` of any version says of its files; raise TypeError for what says nothing."""
    letter, files = issue["letter"], issue["files"]
    pairs = isinstance(files, list) and all(isinstance(one, list) and len(one) == 2 for one in files)
    hashes = tuple(one[1] for one in files) if pairs else (None,)
    number, head, replaces = letter["number"], letter["chain_head"], letter.get("replaces", "")
    if not all(isinstance(said, str) for said in (number, head, replaces, *hashes)):
        raise TypeError("this is no letter's record")
    return (RecordedFile(entry, number, head, hashes, replaces),)


def _individual(entry: int, held: Any) -> tuple[RecordedFile, ...]:
    """The same of an `Individual`."""
    return tuple(record for issue in held["issues"] for record in _letter(entry, issue))


def _handed_out(entry: int, sent: Any) -> tuple[RecordedFile, ...]:
    """What a `Sent` of any version says of its file; raise TypeError for what says nothing."""
    head, digest = sent["slip"]["head"], sent["sha256"]
    if not (isinstance(head, str) and isinstance(digest, str)):
        raise TypeError("this is no record of what was handed out")
    return (RecordedFile(entry, "", head, (digest,)),)


def _signature(entry: int, signed: Any) -> tuple[RecordedFile, ...]:
    """What a `LetterSignature` of any version says of its file; raise TypeError for what says nothing."""
    letter, digest = signed["letter"], signed["sha256"]
    if not (isinstance(letter, str) and isinstance(digest, str)):
        raise TypeError("this is no record of a signature")
    return (RecordedFile(entry, letter, "", (digest,)),)


_MAKERS = (
    {("letters", field): _letter for field in (RECORD, REPRESENTATIVE)}
    | {("letters", INDIVIDUAL): _individual}
    | {("split", field): _handed_out for field in SENT.values()}
    | {(SIGN, field): _signature for field in SIGNED.values()}
)
