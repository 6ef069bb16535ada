"""How an answer binds itself to the checkpoint that its reader saw: by an HMAC, keyed by the nonce that came.

HMAC-SHA256 is that of RFC 2104 and FIPS 198-1. Its key is the nonce's UTF-8; its message one JSON array (RFC
8785: no spaces, nothing escaped that need not be): plan, region, round, the checkpoint's mark, and the
SHA-256 of the values, in hex. Who has not the nonce makes none. Who sent the nonce can: it convinces both
of them, and nobody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from hashlib import sha256

from pydantic_core import to_json

from ..calibration import Key, Value
from .chain import canonical


@dataclass(frozen=True)
class Cosigned:
    """What an answer stands by: whose it is, in which round, what its reader saw, and what it says."""

    plan: str
    region: str
    round: int
    mark: str
    """The `Checkpoint.mark` that came with the question."""
    values: str
    """The `values_digest` of the answer."""


def values_digest(values: Mapping[Key, Value]) -> str:
    """SHA-256, in hex, of what an answer says, in whatever order: of one JSON array of `[row, field, value]`.

    Values are texts that are JSON themselves, with one spelling for equal numbers; the array is sorted by the
    UTF-8 of what is in it. Raise TypeError for what is no `Value`.
    """
    said = sorted(to_json([row, field, canonical(value)]) for (_, row, field), value in values.items())
    return sha256(b"[" + b",".join(said) + b"]").hexdigest()


def cosign(nonce: str, said: Cosigned) -> str:
    """The cosignature, in hex; raise ValueError without a nonce, as anybody could make that."""
    if not nonce:
        raise ValueError("a cosignature needs a nonce")
    return hmac.digest(nonce.encode(), to_json(astuple(said)), "sha256").hex()


def is_cosigned(nonce: str, said: Cosigned, signature: str) -> bool:
    """Whether a cosignature is that of an answer; how long it takes tells nothing."""
    return hmac.compare_digest(cosign(nonce, said).encode(), signature.encode("utf-8", "replace"))
