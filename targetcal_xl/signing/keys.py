"""Keys that people sign with: a file (PKCS#12), a token (PKCS#11), or a service that an entry point names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..problems import Problem, Refused
from .key import LEAST_RSA, Secret, SigningKey, check_certificate

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNERS: Final = "targetcal_xl.signers"
"""The group of entry points for signing services: each is called as the scheme of its addresses."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)
"""How an address begins; one letter alone is a drive of Windows."""


Opening = Callable[[str, Secret], AbstractContextManager[SigningKey]]
"""What an entry point leads to: takes an address of its scheme and where the secret comes from."""


@contextmanager
def opened_key(said: str, secret: Secret) -> Iterator[SigningKey]:
    """The key that a person names: a PKCS#12 file, `pkcs11:...`, or an address of a signing service.

    Raise Refused where there is none, for a wrong secret, and for a key that letters cannot be signed with.
    """
    scheme = _scheme(said)
    opening = _token if scheme == "pkcs11" else _service(scheme) if scheme else _file
    with opening(said, secret) as key:
        check_certificate(key)
        yield key


def key_name(said: str) -> str:
    """What a key is called where its secret is kept: a file by its name, anything else by its address."""
    return said if _scheme(said) else Path(said).name


def _scheme(said: str) -> str:
    found = _SCHEME.match(said)
    return found[1].lower() if found else ""


@contextmanager
def _token(said: str, secret: Secret) -> Iterator[SigningKey]:
    from .tokens import opened_token

    with opened_token(said, secret) as key:
        yield key


def _service(scheme: str) -> Opening:
    known = {one.name: one for one in entry_points(group=SIGNERS)}
    if scheme not in known:
        raise Refused([Problem("key_scheme", fields={"scheme": scheme, "known": ["pkcs11", *sorted(known)]})])
    opening: Opening = known[scheme].load()
    return opening


class FileKey:
    """A private key out of a PKCS#12 file."""

    def __init__(self, key: EllipticCurvePrivateKey | RSAPrivateKey, certificates: Sequence[bytes]) -> None:
        self._key = key
        self.certificates = certificates

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest; the same for the same digest."""
        from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
        from cryptography.hazmat.primitives.hashes import SHA256

        done = utils.Prehashed(SHA256())
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(digest, ec.ECDSA(done, deterministic_signing=True))
        return self._key.sign(digest, padding.PKCS1v15(), done)


@contextmanager
def _file(said: str, secret: Secret) -> Iterator[SigningKey]:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding

    path = Path(said)
    key, own, others = _loaded(path, secret)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or own is None:
        raise Refused([Problem("key_kind", path.name, {"least": LEAST_RSA})])
    yield FileKey(key, [one.public_bytes(Encoding.DER) for one in (own, *others)])


def _loaded(path: Path, secret: Secret) -> tuple[Any, Any, Sequence[Any]]:
    """Key, certificate and others of a file: without a password where it has none, else with it."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise Refused([Problem("file_missing", path.name)]) from error
    except OSError as error:
        raise Refused([Problem("file_unreadable", path.name, {"detail": error.strerror})]) from error
    for password in (lambda: None, lambda: secret().encode()):
        try:
            return pkcs12.load_key_and_certificates(content, password())
        except (ValueError, TypeError):
            continue
    raise Refused([Problem("key_unopened", path.name)])
