"""Keys on tokens and smart cards, by PKCS#11: named as RFC 7512 has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote

from ..problems import Problem, Refused
from .key import Secret, SigningKey

MODULE: Final = "TARGETCAL_PKCS11"
"""The environment's word for the library that speaks to the token, where the address does not name it."""
_SHA256_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 digest where RSA signs it (RFC 8017, 9.2)."""


class TokenKey:
    """A private key that never leaves its token."""

    def __init__(self, key: Any, certificates: Sequence[bytes]) -> None:
        self._key = key
        self.certificates = certificates

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest."""
        from pkcs11 import KeyType, Mechanism, PKCS11Error
        from pkcs11.util.ec import encode_ecdsa_signature

        try:
            if self._key.key_type == KeyType.EC:
                pair = self._key.sign(digest, mechanism=Mechanism.ECDSA)
                return bytes(encode_ecdsa_signature(pair))
            return bytes(self._key.sign(_SHA256_INFO + digest, mechanism=Mechanism.RSA_PKCS))
        except PKCS11Error as error:
            raise _refusal(error) from error


@contextmanager
def opened_token(said: str, secret: Secret) -> Iterator[SigningKey]:
    """The key that an address names: `pkcs11:token=...;object=...?module-path=...`.

    Raise Refused where there is no such token or key, or it does not open.
    """
    try:
        import pkcs11
    except ImportError as error:
        raise Refused([Problem("key_pkcs11_missing")]) from error
    path, query = _parsed(said)
    module = query.get("module-path") or os.environ.get(MODULE, "")
    if not module or "token" not in path:
        raise Refused([Problem("key_pkcs11_address", fields={"variable": MODULE})])
    try:
        token = pkcs11.lib(module).get_token(token_label=path["token"])
        with token.open(user_pin=secret()) as session:
            yield TokenKey(*_found(session, path.get("object")))
    except pkcs11.PKCS11Error as error:
        raise _refusal(error) from error
    except RuntimeError as error:  # a library that is none
        raise _refusal(error) from error


def _found(session: Any, label: str | None) -> tuple[Any, list[bytes]]:
    """The private key of a label, or the only one, and its certificate first among all."""
    from pkcs11 import Attribute, ObjectClass

    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY} | ({Attribute.LABEL: label} if label else {})
    keys = list(session.get_objects(wanted))
    if len(keys) != 1:
        raise Refused([Problem("key_pkcs11_keys", fields={"count": len(keys)})])
    held = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
    own = [one for one in held if one[Attribute.ID] == keys[0][Attribute.ID]]
    if len(own) != 1:
        raise Refused([Problem("key_certificate")])
    return keys[0], [bytes(one[Attribute.VALUE]) for one in (*own, *(o for o in held if o not in own))]


def _parsed(said: str) -> tuple[dict[str, str], dict[str, str]]:
    path, _, query = said.partition(":")[2].partition("?")
    return _pairs(path, ";"), _pairs(query, "&")


def _pairs(said: str, between: str) -> dict[str, str]:
    split = (one.partition("=") for one in said.split(between) if one)
    return {name: unquote(value) for name, _, value in split}


def _refusal(error: Exception) -> Refused:
    return Refused([Problem("key_unopened", fields={"detail": type(error).__name__})])
