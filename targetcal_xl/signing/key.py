"""What a key is that letters are signed with, wherever it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..problems import Problem, Refused

LEAST_RSA: Final = 2048
"""Bits: a shorter key is no signature."""

Secret = Callable[[], str]
"""Gives the secret of a key: a password, a PIN or a token; it is asked once, and only where it is needed."""


class SigningKey(Protocol):
    """Somebody's key, wherever it is kept: what a signing service has to offer."""

    @property
    def certificates(self) -> Sequence[bytes]:
        """The signer's certificate and, behind it, those that lead to its root, in DER."""

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest: PKCS#1 v1.5 for RSA, as DER for an elliptic curve."""


@dataclass(frozen=True)
class KeyHolder:
    """Whom a key's certificate names, who says so, and from when to when."""

    signer: str
    mails: tuple[str, ...]
    issuer: str
    since: dt.datetime
    until: dt.datetime


def described_key(key: SigningKey) -> KeyHolder:
    """Who holds a key, by its certificate."""
    from asn1crypto import x509

    return described(x509.Certificate.load(key.certificates[0]))


def described(own: Any) -> KeyHolder:
    """Whom a certificate is of."""
    since, until = own.not_valid_before, own.not_valid_after
    return KeyHolder(named(own.subject.native), _mails(own), named(own.issuer.native), since, until)


def named(said: Any) -> str:
    """Whom a certificate's name is of, without what somebody may have put into it to confuse a reader."""
    found = said.get("common_name") or said.get("organization_name") or ""
    told = found if isinstance(found, str) else " ".join(map(str, found))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())[:120]


def _mails(own: Any) -> tuple[str, ...]:
    """The mail addresses of a certificate: of its name, and beside it."""
    beside = own.subject_alt_name_value or ()
    found = [own.subject.native.get("email_address"), *(o.native for o in beside if o.name == "rfc822_name")]
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str)))


def checked_signature(key: SigningKey, digest: bytes) -> bytes:
    """What a key makes of a digest; raise Refused where its own certificate does not say so, too."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    made, done = key.sign(digest), utils.Prehashed(SHA256())
    public = x509.load_der_x509_certificate(key.certificates[0]).public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(made, digest, ec.ECDSA(done))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(made, digest, padding.PKCS1v15(), done)
    except InvalidSignature as error:
        raise Refused([Problem("key_other")]) from error
    return made


def check_certificate(key: SigningKey) -> None:
    """Raise Refused for a key whose certificate is none that letters are signed with."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        own = x509.load_der_x509_certificate(key.certificates[0])
        public = own.public_key()
        usage = next((one.value for one in own.extensions if isinstance(one.value, x509.KeyUsage)), None)
    except (ValueError, IndexError, TypeError) as error:
        raise Refused([Problem("key_certificate")]) from error
    is_rsa = isinstance(public, rsa.RSAPublicKey) and public.key_size >= LEAST_RSA
    if not (is_rsa or isinstance(public, ec.EllipticCurvePublicKey)):
        raise Refused([Problem("key_kind", fields={"least": LEAST_RSA})])
    if usage and not (usage.digital_signature or usage.content_commitment):
        raise Refused([Problem("key_usage")])
