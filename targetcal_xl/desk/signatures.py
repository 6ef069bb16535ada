"""Who signed which letter, when, and in which file: as the ledger has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from ..calibration import Key, Value
from ..calibration.vocabulary import SIGNATURE_MARKS, Role
from ..ledger import Event, Log, dump, load, reference
from .threads import AttachedFile, parse_attached

SIGN: Final = "sign"
"""The action of every entry that tells of a signature."""
SIGNED: Final[Mapping[Role, str]] = {role: f"letter.signed_{role}" for role in SIGNATURE_MARKS}
"""The fields of a letter that name the record of who signed it, in the order in which it is shown."""

SCAN: Final = "letter.scan"
"""The field of a letter that names the scan of what was signed on paper, which is kept."""


@dataclass(frozen=True)
class LetterSignature:
    """A signature on a letter: in its file, or on paper, of which there is a scan."""

    letter: str
    role: str
    """Whose place it is in, a `Role`."""
    way: Literal["file", "paper"]
    signer: str
    """Whom the certificate names; on paper, who is said to have signed."""
    signed_at: str
    """When, as the signer's clock had it (ISO, UTC); on paper the day."""
    file: str
    sha256: str
    """Of the whole file as it was when the signature was taken in, or of the scan."""
    certificate: str = ""
    """SHA-256 of the signer's certificate; none on paper."""
    issuer: str = ""
    stamped_at: str = ""
    """When it was there at the latest, by an authority's time stamp; none without."""


def signature_event(
    values: Mapping[Key, Value], region: str, one: LetterSignature, reason: str = ""
) -> tuple[Event, bytes]:
    """The entry by which the ledger learns of a signature, with its document."""
    content = dump(one)
    key = (region, one.letter, SIGNED[Role(one.role)])
    return Event(SIGN, *key, values.get(key), reference(content), reason), content


def letter_signatures(ledger: Log) -> Iterator[LetterSignature]:
    """Every signature that was recorded, in order."""
    fields = set(SIGNED.values())
    for entry in ledger.entries(action=SIGN):
        if entry.field in fields:
            yield load(LetterSignature, ledger.document(str(entry.new)))


def signed_by(ledger: Log) -> Mapping[str, Mapping[Role, LetterSignature]]:
    """By the letter's number its signatures, by whose they are."""
    found: defaultdict[str, dict[Role, LetterSignature]] = defaultdict(dict)
    for one in letter_signatures(ledger):
        found[one.letter][Role(one.role)] = one
    return found


def scans(ledger: Log) -> Iterator[AttachedFile]:
    """The scans that are kept, but for those that were erased."""
    for entry in ledger.entries(action=SIGN, field=SCAN):
        with suppress(ValueError):
            yield parse_attached(entry.new)
