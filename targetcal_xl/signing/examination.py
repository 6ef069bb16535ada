"""What a signed file proves: who signed, when, and that nothing else was changed since it was issued."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import logging
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ..calibration.vocabulary import SIGNATURE_MARKS, Role
from .fields import FIELD_NAMES
from .key import SigningKey, described

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.fetchers import FetcherBackend

_DAMAGED: Final = (
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, NotImplementedError, AssertionError),
    *(RecursionError, OverflowError, OSError, struct.error, zlib.error),
)
"""What pyHanko's own errors leave over where a file is broken on purpose."""

_SECONDS: Final = 10
"""How long those have to answer who are asked whether a certificate was revoked."""

SignatureFault = Literal["", "altered", "place", "added"]
"""What is wrong with a signature: nothing; it is not of these bytes; it is in no place of a letter; or
something besides signatures came in after it."""


Revocation = Literal["unasked", "nowhere", "unreached", "good", "revoked", "later", "outlived"]
"""Whether certificates were revoked: nobody was asked; they name nobody; who is named gave no answer that
counts; they were not; they were by then; they were after the hour that the signer's clock gives, which alone
shows nothing; they were after a time stamp shows that the signature was there, which it outlives."""


@dataclass(frozen=True)
class SeenSignature:
    """One signature as its file has it."""

    role: Role | None
    """Whose place it is in."""
    signer: str
    """Whom the certificate names."""
    mails: tuple[str, ...]
    """The mail addresses that the certificate names."""
    issuer: str
    certificate: str
    """SHA-256 of the certificate, in hex."""
    signed_at: dt.datetime | None
    """When, as the signer's own clock had it."""
    stamped_at: dt.datetime | None
    """When it was there at the latest, as an authority's time stamp says."""
    fault: SignatureFault
    is_trusted: bool
    """Whether somebody whose certificates are trusted vouches for the signer at that time."""
    revocation: Revocation = "unasked"
    """What those say who know whether the certificates were revoked."""
    revoked_at: dt.datetime | None = None
    """Since when, where one was."""
    revoked_above: bool = False
    """Whether that is of an authority above the signer, and not the signer's own."""


@dataclass(frozen=True)
class SignedFile:
    """A file with its signatures, in order; `is_readable` unless it is so damaged that nobody can tell."""

    signatures: tuple[SeenSignature, ...]
    is_readable: bool = True

    @property
    def missing(self) -> tuple[Role, ...]:
        """Whose signatures are due and not there."""
        there = {one.role for one in self.signatures if not one.fault}
        return tuple(role for role in SIGNATURE_MARKS if role not in there)

    @property
    def is_altered(self) -> bool:
        """Whether anything but signing happened to it."""
        return not self.is_readable or any(one.fault for one in self.signatures)

    @property
    def is_complete(self) -> bool:
        """Whether every signature that is due is there, and nothing speaks against any."""
        return bool(self.signatures) and not self.is_altered and not self.missing

    @property
    def is_trusted(self) -> bool:
        """Whether all signers are vouched for."""
        return all(one.is_trusted for one in self.signatures)


NOT_SIGNED: Final = SignedFile(())


def examined(content: bytes, roots: Iterable[bytes] = (), online: bool = False) -> SignedFile:
    """Whatever a file says of signatures; `roots` are the certificates that are trusted, in DER.

    Where `online`, those whom trusted certificates name are asked whether they were revoked.
    """
    if not content.startswith(b"%PDF") or b"/ByteRange" not in content:
        return NOT_SIGNED
    from pyhanko.pdf_utils.misc import PdfError

    _hush()
    try:
        return asyncio.run(_examined(content, tuple(roots), online))
    except (PdfError, *_DAMAGED):
        return SignedFile((), is_readable=False)


def _hush() -> None:
    """Keep what pyHanko says of files, which may be anything, off people's screens and out of logs."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).propagate = False
        if not logging.getLogger(name).handlers:
            logging.getLogger(name).addHandler(logging.NullHandler())


async def _examined(content: bytes, roots: Sequence[bytes], online: bool) -> SignedFile:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(content), strict=True)
    found = list(reader.embedded_signatures)
    seen = [await _seen(one, reader, len(found) - place, roots, online) for place, one in enumerate(found)]
    names = [one.field_name for one in found]
    return SignedFile(tuple(seen), is_readable=bool(seen) and len({*names}) == len(names))


async def _seen(
    one: EmbeddedPdfSignature, reader: PdfFileReader, back: int, roots: Sequence[bytes], online: bool
) -> SeenSignature:
    """One signature; it is to be the revision that is so far `back`, as every signature is one."""
    status = await _status(one, roots)
    own, stamp = one.signer_cert, status.timestamp_validity
    who = described(own)
    stamped_at = _in_utc(stamp.timestamp) if stamp and stamp.intact and stamp.valid else None
    is_trusted = bool(roots) and status.bottom_line
    revoked = await _revocation(one, status, roots) if online and is_trusted else "unasked"
    is_in_order = one.signed_revision == reader.xrefs.total_revisions - back
    is_last_word = is_in_order and (back > 1 or _ends_at(one) == one.reader.stream.seek(0, io.SEEK_END))
    return SeenSignature(
        role=FIELD_NAMES.get(one.field_name),
        signer=who.signer,
        mails=who.mails,
        issuer=who.issuer,
        certificate=hashlib.sha256(own.dump()).hexdigest(),
        signed_at=_in_utc(status.signer_reported_dt),
        stamped_at=stamped_at,
        fault=_fault(one, status, is_last_word),
        is_trusted=is_trusted,
        revocation=revoked if isinstance(revoked, str) else _after(revoked.since, status, stamped_at),
        revoked_at=None if isinstance(revoked, str) else revoked.since,
        revoked_above=not isinstance(revoked, str) and revoked.above,
    )


class _Revoked(NamedTuple):
    """Since when a certificate is revoked, and whether it is of an authority above the signer."""

    since: dt.datetime
    above: bool


async def _revocation(
    one: EmbeddedPdfSignature, status: PdfSignatureStatus, roots: Sequence[bytes]
) -> Literal["unasked", "nowhere", "unreached", "good"] | _Revoked:
    """What is said of the certificates of a signature that holds, or which of them is revoked."""
    own = one.signer_cert
    if not (own.ocsp_urls or own.crl_distribution_points):
        return "nowhere"
    now = await _status(one, roots, _latest(status))
    if (found := now.revocation_details) is not None:
        return _Revoked(found.revocation_date.astimezone(dt.UTC), found.ca_revoked)
    return "good" if now.bottom_line else "unreached"


def _latest(status: PdfSignatureStatus) -> dt.datetime:
    """The hour up to which revocations are looked for: now, or when the first certificate expired."""
    path = status.validation_path
    ends: list[dt.datetime] = (
        [one.not_valid_after for one in path.iter_certs(include_root=True)] if path else []
    )
    return min([dt.datetime.now(dt.UTC), *ends])


def _after(since: dt.datetime, status: PdfSignatureStatus, stamped: dt.datetime | None) -> Revocation:
    """What a revocation means for a signature; a signer's own clock shows nothing against it."""
    if stamped is not None and stamped < since:
        return "outlived"
    told = status.signer_reported_dt
    return "later" if told is not None and told < since else "revoked"


def _ends_at(one: EmbeddedPdfSignature) -> int:
    """Where the bytes end that a signature is over."""
    *_, start, length = one.byte_range
    return int(start + length)


async def _status(
    one: EmbeddedPdfSignature, roots: Sequence[bytes], asked: dt.datetime | None = None
) -> PdfSignatureStatus:
    from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints

    one.compute_integrity_info()  # type: ignore[no-untyped-call]
    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )
    return await async_validate_pdf_signature(
        one, _context(one, roots, asked), _context(one, roots), key_usage_settings=usage
    )


def _context(
    one: EmbeddedPdfSignature, roots: Sequence[bytes], asked: dt.datetime | None = None
) -> ValidationContext:
    """Whose word counts, and at which time: then, as certificates expire; or what the network says of them by
    an hour for which it is asked.
    """
    from asn1crypto import x509
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in roots],
        moment=asked or _in_utc(one.self_reported_timestamp) or dt.datetime.now(dt.UTC),
        allow_fetching=asked is not None,
        revocation_mode="hard-fail" if asked else "soft-fail",
        retroactive_revinfo=asked is not None,
        fetcher_backend=_network() if asked else None,
    )


def _network() -> FetcherBackend:
    """Who asks others about certificates; by aiohttp one that is silent would end all asking."""
    from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

    return RequestsFetcherBackend(per_request_timeout=_SECONDS)


def _fault(one: EmbeddedPdfSignature, status: PdfSignatureStatus, is_last_word: bool) -> SignatureFault:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    stamp, coverage, level = status.timestamp_validity, status.coverage, status.modification_level
    is_stamp_sound = stamp is None or (stamp.intact and stamp.valid)
    if not (status.intact and status.valid and is_stamp_sound):
        return "altered"
    if coverage is None or coverage < SignatureCoverageLevel.ENTIRE_REVISION or not status.docmdp_ok:
        return "added"
    if not is_last_word or level is None or level > ModificationLevel.FORM_FILLING:
        return "added"
    return "" if one.field_name in FIELD_NAMES else "place"


def is_vouched(key: SigningKey, roots: Iterable[bytes], at: dt.datetime) -> bool:
    """Whether somebody whose certificates are trusted, in DER, vouches for a key's owner at a time."""
    from asn1crypto import x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    own, *others = (x509.Certificate.load(one) for one in key.certificates)
    trusted = [x509.Certificate.load(root) for root in roots]
    context = ValidationContext(trust_roots=trusted, other_certs=others, moment=at, allow_fetching=False)
    _hush()
    try:
        found = CertificateValidator(own, others, validation_context=context)
        asyncio.run(found.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except (ValidationError, PathBuildingError):
        return False
    return True


def _in_utc(at: dt.datetime | None) -> dt.datetime | None:
    return at.astimezone(dt.UTC) if at else None
