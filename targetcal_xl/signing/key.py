"""What a key is that letters are signed with, wherever it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

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
