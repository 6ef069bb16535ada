"""Time stamps of an authority (RFC 3161): asked for, and examined by the roots that somebody trusts."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..calibration import NO_TRUST, Trust
from ..log import step
from ..problems import Problem, Refused
from ..unreached import cause_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

AUTHORITY: Final = "TARGETCAL_STAMPS"
"""The environment's word for the address of the authority; without one nothing is stamped by itself."""
ROOTS: Final = "TARGETCAL_STAMP_ROOTS"
"""The environment's word for the certificates that are trusted: a PEM file, or a folder of them."""

SIGNERS_ROOTS: Final = "TARGETCAL_SIGN_ROOTS"
"""The environment's word for the certificates that are trusted to say who signed a letter."""

_LOG = logging.getLogger(__name__)
_TIMEOUT = 20.0
_MOST = 1 << 20
"""Bytes of a stamp, with all its certificates."""
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_ENDINGS = (".pem", ".crt", ".cer")


def stamp_authority(trust: Trust = NO_TRUST) -> str:
    """The address that the plan names, else the environment; nothing where neither does."""
    return trust.stamps or os.environ.get(AUTHORITY, "").strip()


def ask_stamp(authority: str, message: bytes) -> bytes:
    """What the authority answers for the SHA-256 of a message: its stamp, with its certificates.

    Raise Refused where it cannot be reached, and for whatever is no stamp on this very request.
    """
    with _library():
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    with step(_LOG, "ask for a time stamp"):
        answer = post_stamp_request(authority, request.as_bytes())
    found = _decoded(answer)
    if found.tst_info.nonce != request.nonce or found.tst_info.message_imprint.message != _digest(message):
        raise _invalid("nonce")
    return answer


def stamped_at(stamp: bytes, message: bytes, roots: tuple[Certificate, ...] = ()) -> dt.datetime:
    """When a message was there at the latest, as the stamp says.

    Without `roots` nobody is trusted, and it is looked at only whether it is one of this message. Raise
    Refused for any that does not hold.
    """
    found = _decoded(stamp)
    with _library():
        from rfc3161_client import VerificationError, VerifierBuilder

    if found.tst_info.message_imprint.message != _digest(message):
        raise _invalid("imprint")
    if roots:
        try:
            VerifierBuilder(roots=[*roots]).build().verify_message(found, message)
        except (VerificationError, ValueError, TypeError) as error:
            raise _invalid(str(error)) from error
    return found.tst_info.gen_time.astimezone(dt.UTC)


def trusted_roots(
    place: Path | None = None, variable: str = ROOTS, trust: Trust = NO_TRUST
) -> tuple[Certificate, ...]:
    """The certificates in a PEM file or a folder of such, else the plan's, else the environment's.

    None where nobody names any. Raise Refused for what holds none.
    """
    if place is None and trust.roots:
        return certificates_in("".join(trust.roots).encode())
    said = place or Path(os.environ.get(variable, ""))
    if said == Path():
        return ()
    try:
        files = sorted(one for one in said.iterdir() if one.suffix in _ENDINGS) if said.is_dir() else [said]
        found = [certificates_in(one.read_bytes()) for one in files]
    except OSError as error:
        raise Refused([Problem("stamp_roots", str(said))]) from error
    if not found or not all(found):
        raise Refused([Problem("stamp_roots", str(said))])
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def certificates_in(pem: bytes) -> tuple[Certificate, ...]:
    """The certificates of a PEM file; none where it is no such file."""
    with _library():
        from cryptography.x509 import load_pem_x509_certificates
    try:
        return tuple(load_pem_x509_certificates(pem))
    except ValueError:
        return ()


def as_pem(certificate: Certificate) -> str:
    """A certificate as text."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def as_der(certificate: Certificate) -> bytes:
    """A certificate as its bytes."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def post_stamp_request(authority: str, request: bytes) -> bytes:
    """What an authority answers to a request; raise Refused where it cannot be reached."""
    import ssl

    import httpx

    try:
        context = ssl.create_default_context()
        with httpx.Client(verify=context, timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = client.post(authority, content=request, headers=_HEADERS)
            content = answer.content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = {"authority": authority, "detail": cause_of(error)}
        raise Refused([Problem("stamp_unreached", fields=said)]) from error
    if answer.status_code != 200:
        said = {"authority": authority, "detail": f"HTTP {answer.status_code}"}
        raise Refused([Problem("stamp_unreached", fields=said)])
    return content


def signers_roots(place: Path | None = None, trust: Trust = NO_TRUST) -> tuple[Certificate, ...]:
    """The certificates of those who are trusted to say who signed; by another word of the environment."""
    return trusted_roots(place, SIGNERS_ROOTS, trust)


def _decoded(stamp: bytes) -> TimeStampResponse:
    """A stamp that was granted; raise Refused for any other answer."""
    with _library():
        from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        if len(stamp) > _MOST:
            raise ValueError("too long")
        found = decode_timestamp_response(stamp)
        if found.status != PKIStatus.GRANTED:
            raise _invalid(" ".join([f"status {found.status}", *found.status_string]))
        found.tst_info  # noqa: B018 - it is read here, or the answer is refused
    except (ValueError, TypeError, OverflowError) as error:
        raise _invalid(str(error)) from error
    return found


@contextmanager
def _library() -> Iterator[None]:
    """Names the line that installs what time stamps need, where it is missing."""
    try:
        yield
    except ImportError as error:
        raise Refused([Problem("stamps_missing")]) from error


def _digest(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def _invalid(detail: str) -> Refused:
    return Refused([Problem("stamp_invalid", fields={"detail": " ".join(detail.split())[:200]})])
