"""Sheet protection: Excel's salted, spun password hash (ISO/IEC 29500-1, 18.3.1.85)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache

SPINS = 100_000
_FEW_SPINS = 1_000
"""Enough where the password itself cannot be guessed; the rest was a tenth of a second a command."""
_MOST_SPINS = 10_000_000
_HASH_ATTRIBUTES = ("algorithmName", "hashValue", "saltValue", "spinCount", "password")
_ALGORITHMS = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


class RandomWord(str):
    """A password that chance made, too long to be guessed however fast."""

    __slots__ = ()


@lru_cache(64)
def password_hash(password: str, salt: bytes, spins: int = SPINS, algorithm: str = "SHA-512") -> bytes:
    """H(salt + UTF-16LE password), then `spins` times H(hash + little-endian counter)."""
    digest = getattr(hashlib, _ALGORITHMS[algorithm])
    held: bytes = digest(salt + password.encode("utf-16-le", "surrogatepass")).digest()
    for spin in range(spins):
        held = digest(held + spin.to_bytes(4, "little")).digest()
    return held


def has_password(attributes: Mapping[str, str]) -> bool:
    """Whether a `<sheetProtection>` with these attributes is on and asks for a password."""
    on = attributes.get("sheet") in ("1", "true")
    return on and bool(attributes.get("hashValue") or attributes.get("password"))


def opens(password: str, attributes: Mapping[str, str]) -> bool:
    """Whether the password is the one whose hash these attributes hold; False where they make no sense."""
    algorithm = attributes.get("algorithmName", "")
    try:
        spins = int(attributes.get("spinCount", "0"))
        salt, held = (base64.b64decode(attributes.get(name, "")) for name in ("saltValue", "hashValue"))
    except ValueError:
        return False
    if algorithm not in _ALGORITHMS or spins > _MOST_SPINS:
        return False
    return hmac.compare_digest(password_hash(password, salt, spins, algorithm), held)


def protecting(present: Mapping[str, str], password: str | None, salt: bytes) -> dict[str, str]:
    """The attributes of a protected sheet, with the liberties that a present protection allows."""
    kept = {name: value for name, value in present.items() if name not in _HASH_ATTRIBUTES}
    attributes = ({"objects": "1", "scenarios": "1"} if not present else {}) | kept | {"sheet": "1"}
    if password is None:
        return attributes
    spins = _FEW_SPINS if isinstance(password, RandomWord) else SPINS
    return {
        "algorithmName": "SHA-512",
        "hashValue": base64.b64encode(password_hash(password, salt, spins)).decode(),
        "saltValue": base64.b64encode(salt).decode(),
        "spinCount": str(spins),
    } | attributes
