"""People with keys: a certifying authority of the tests, PKCS#12 files, and letters that they sign."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from PIL import Image

from targetcal_xl.letters import LetterTemplate
from targetcal_xl.signing import FIELD_NAMES, opened_key, signature_fields, signed_pdf
from tests.support.letters import render, sample_letter
from tests.support.serving import Quiet, serving

FROM, UNTIL = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2035, 1, 1, tzinfo=dt.UTC)
SIGNED = dt.datetime(2025, 1, 14, 2, 30, tzinfo=dt.UTC)
PASSWORD = "opens 钥匙"
Kind = Literal["ec", "rsa"]
_Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def _private(kind: Kind, number: int) -> _Private:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def _called(name: str) -> x509.Name:
    said = ((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "云岭"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(*one) for one in said])


def _usage(**given: bool) -> x509.KeyUsage:
    codes = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
    names = [*codes.split(), "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


@dataclass(frozen=True)
class Certifier:
    """Who vouches for people."""

    name: str = "A certifier"
    number: int = 0
    revocations: str = ""
    """The address of the list of certificates that it revoked; none, where there is no such list."""
    responder: str = ""
    """The address of who answers, certificate by certificate, whether it was revoked (OCSP)."""
    above: Certifier | None = None
    """Who vouches for it; nobody, where it is a root."""
    key: _Private = field(init=False, default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @cached_property
    def root(self) -> x509.Certificate:
        """Its own certificate."""
        by = self.above or self
        made = by._begun(self.name, self.key, FROM, UNTIL)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = _usage(key_cert_sign=True, crl_sign=True)
        made = made.add_extension(usage, critical=True)
        made = by._says_whom_to_ask(made) if self.above else made
        return made.sign(by.key, hashes.SHA256())

    @property
    def der(self) -> bytes:
        """The same as bytes."""
        return self.root.public_bytes(Encoding.DER)

    def write_root(self, path: Path) -> Path:
        """The same as a file that people are told to trust."""
        path.write_bytes(self.root.public_bytes(Encoding.PEM))
        return path

    def certificate(
        self,
        name: str,
        key: _Private,
        until: dt.datetime = UNTIL,
        mail: str = "",
        usage: x509.KeyUsage | None = None,
    ) -> x509.Certificate:
        """A person's certificate."""
        made = self._begun(name, key, FROM, until)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(usage or _usage(digital_signature=True, content_commitment=True), True)
        if mail:
            made = made.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(mail)]), critical=False)
        return self._says_whom_to_ask(made).sign(self.key, hashes.SHA256())

    def _says_whom_to_ask(self, made: x509.CertificateBuilder) -> x509.CertificateBuilder:
        if self.revocations:
            place = x509.DistributionPoint(
                [x509.UniformResourceIdentifier(self.revocations)], None, None, None
            )
            made = made.add_extension(x509.CRLDistributionPoints([place]), critical=False)
        if self.responder:
            asked = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(self.responder)
            )
            made = made.add_extension(x509.AuthorityInformationAccess([asked]), critical=False)
        return made

    def revoked(self, numbers: Iterable[int], since: dt.datetime = FROM) -> bytes:
        """The list of certificates that it revoked, by their numbers."""
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateRevocationListBuilder().issuer_name(_called(self.name))
        made = made.last_update(now - dt.timedelta(hours=1)).next_update(now + dt.timedelta(days=1))
        for number in numbers:
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(since)
            made = made.add_revoked_certificate(one.build())
        made = made.add_extension(x509.CRLNumber(1), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = made.add_extension(issuer, critical=False)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def deputy(self, key: _Private, may_answer: bool) -> x509.Certificate:
        """A certificate of whom it lets answer for it, or of somebody who only would like to."""
        made = self._begun("Responder", key, FROM, UNTIL)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(_usage(digital_signature=True), critical=True)
        if may_answer:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
            made = made.add_extension(x509.OCSPNoCheck(), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def person(
        self,
        path: Path,
        name: str,
        kind: Kind = "ec",
        password: str = PASSWORD,
        key: _Private | None = None,
        until: dt.datetime = UNTIL,
        mail: str = "",
        usage: x509.KeyUsage | None = None,
    ) -> Path:
        """A PKCS#12 file with somebody's key and certificate."""
        own = key or _private(kind, len(name) % 3)
        held = self.certificate(name, own, until, mail, usage)
        secret = BestAvailableEncryption(password.encode())
        made = pkcs12.serialize_key_and_certificates(name.encode(), own, held, [self.root], secret)
        path.write_bytes(made)
        return path

    def _begun(
        self, name: str, key: _Private, since: dt.datetime, until: dt.datetime
    ) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(_called(name)).issuer_name(_called(self.name))
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        return made.not_valid_before(since).not_valid_after(until)


@cache
def open_key() -> bytes:
    """A PKCS#12 file of `head1` that asks for no password; the same for all who want one."""
    key, certifier = _private("ec", 0), Certifier()
    held = certifier.certificate("head1", key)
    return pkcs12.serialize_key_and_certificates(b"head1", key, held, [certifier.root], NoEncryption())


@cache
def letter_pdf(language: str = "zh-CN", lines: int = 1) -> bytes:
    """A letter as it is issued."""
    return render(sample_letter(lines), LetterTemplate.shipped(language), language).pdf


def sign_as(role: str, pdf: bytes, key: Path, at: dt.datetime = SIGNED, password: str = PASSWORD) -> bytes:
    """The letter with somebody's signature in a role's place."""
    fields = signature_fields(pdf)
    own = next(one for one in fields if one.role == role)
    look = Image.new("RGB", (40, 10), "white")
    with opened_key(str(key), lambda: password) as opened:
        return signed_pdf(pdf, fields, own, opened, at=at, reason="目标共识确认", look=look)


def names_of_fields() -> Sequence[str]:
    """What the fields of a letter are called."""
    return [*FIELD_NAMES]


def picture_of_hand() -> bytes:
    """A scanned signature, as a PNG with a transparent ground."""
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    for across in range(20, 280):
        image.putpixel((across, 50 + (across % 40) - 20), (0, 0, 120, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@contextmanager
def revocations(lists: list[bytes]) -> Iterator[str]:
    """The address of a server that gives the last of these lists, while there is one."""

    class _Desk(Quiet):
        def do_GET(self) -> None:
            self.answer(200 if lists else 404, "application/pkix-crl", b"".join(lists[-1:]))

    with serving(_Desk) as port:
        yield f"http://127.0.0.1:{port}/revoked.crl"


@dataclass(frozen=True)
class Answering:
    """What a responder says of certificates, and in whose name (RFC 6960)."""

    by: Certifier
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    revoked: dt.datetime | None = None
    """Since when, where the status says so."""
    at: dt.datetime | None = None
    """When the answer was made, and that it holds for a day; None for now."""
    deputy: bool | None = None
    """Whether somebody else answers who may; None where it is the certifier itself."""
    number: int = 0
    """Added to the numbers of certificates: an answer of another one."""

    def __call__(self, asked: bytes) -> bytes:
        request, at = ocsp.load_der_ocsp_request(asked), self.at or dt.datetime.now(dt.UTC)
        key = self.by.key if self.deputy is None else _private("ec", 7)
        own = self.by.root if self.deputy is None else self.by.deputy(key, self.deputy)
        made = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number + self.number,
            algorithm=request.hash_algorithm,
            cert_status=self.status,
            this_update=at,
            next_update=at + dt.timedelta(days=1),
            revocation_time=self.revoked,
            revocation_reason=None,
        )
        made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, own)
        made = made if self.deputy is None else made.certificates([own])
        for one in request.extensions:
            made = made.add_extension(one.value, critical=False)
        return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@contextmanager
def responder(answers: list[Callable[[bytes], bytes]]) -> Iterator[str]:
    """The address of a server that answers as the last of these does; where there is none, not at all."""
    closing = threading.Event()

    class _Desk(Quiet):
        def do_POST(self) -> None:
            asked = self.asked()
            if not answers:
                closing.wait()
                return
            self.answer(200, "application/ocsp-response", answers[-1](asked))

    with serving(_Desk) as port:
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            closing.set()
