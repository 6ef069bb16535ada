"""Signing a letter: a PAdES signature, added behind the bytes that are there."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import tsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp.base import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from ..problems import Problem, Refused
from .fields import SignatureField
from .key import checked_signature

if TYPE_CHECKING:
    from PIL.Image import Image

    from .key import SigningKey

Asking = Callable[[bytes], bytes]
"""Sends a request to an authority for time stamps, and gives its answer."""

_RESERVED: Final = 4096
_RESERVED_FOR_STAMP: Final = 16384
"""Bytes for a signature, and for a time stamp in it, without certificates."""


def signed_pdf(
    content: bytes,
    fields: Sequence[SignatureField],
    field: SignatureField,
    key: SigningKey,
    *,
    at: dt.datetime,
    reason: str,
    look: Image,
    ask: Asking | None = None,
) -> bytes:
    """The file with one more signature in one of its fields, which are made where there are none yet.

    All that was there stays its beginning. The first signature lets nothing be changed but the other fields
    be signed. Raise Refused for a file that cannot be signed.
    """
    try:
        writer = _Writer(io.BytesIO(content), strict=True)
        is_first = not writer.prev.embedded_signatures
        if is_first:
            _lay(writer, fields)
        meta = signers.PdfSignatureMetadata(
            field_name=field.name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            certify=is_first,
            docmdp_permissions=MDPPerm.FILL_FORMS,
        )
        stamper = _Stamper(ask) if ask else None
        signer = signers.PdfSigner(meta, _Signer(key), timestamper=stamper, stamp_style=_Style(image=look))
        return asyncio.run(_signed(signer, writer, at, _room(key, stamped=ask is not None)))
    except (PdfError, ValueError, KeyError, TypeError, OSError) as error:
        raise Refused([Problem("sign_failed", fields={"detail": _told(error)})]) from error


async def _signed(signer: signers.PdfSigner, writer: _Writer, at: dt.datetime, room: int) -> bytes:
    """The steps of pyHanko's `sign_pdf`, by our clock."""
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    ready = session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    digest, written = ready.digest_tbs_document()
    said = PdfCMSSignedAttributes(signing_time=at)
    await ready.perform_signature(document_digest=digest.document_digest, pdf_cms_signed_attrs=said)
    written.seek(0)
    done: bytes = written.read()
    return done


def _room(key: SigningKey, *, stamped: bool) -> int:
    """Hexadecimal digits to keep free for the signature."""
    return 2 * (_RESERVED + sum(map(len, key.certificates)) + (_RESERVED_FOR_STAMP if stamped else 0))


def _lay(writer: _Writer, fields: Sequence[SignatureField]) -> None:
    for field in fields:
        spec = SigFieldSpec(field.name, on_page=field.page, box=field.box)  # type: ignore[arg-type]
        append_signature_field(writer, spec)


def _told(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


class _Writer(IncrementalPdfFileWriter):
    """Adds to a file, and nothing to what it says of itself: its dates stay as they were issued."""

    @classmethod
    def _handle_id(cls, prev: Any) -> generic.ArrayObject:
        """The file's own name, and of this state of it one that is made from what was there."""
        old = prev.trailer["/ID"] if "/ID" in prev.trailer else None  # noqa: SIM401 - it is no dictionary
        prev.stream.seek(0)
        new = generic.ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:16])
        first = generic.ByteStringObject(_original(old[0])) if old else new
        return generic.ArrayObject([first, new])

    def _update_meta(self) -> None:
        return


def _original(said: Any) -> bytes:
    found: bytes = said.original_bytes if isinstance(said, generic.TextStringObject) else bytes(said)
    return found


class _Signer(signers.Signer):
    """A signer for whom a key signs, wherever that is."""

    def __init__(self, key: SigningKey) -> None:
        own, *others = [x509.Certificate.load(one) for one in key.certificates]
        store = SimpleCertificateStore.from_certs([own, *others])  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=own, cert_registry=store)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return checked_signature(self._key, hashlib.new(digest_algorithm, data).digest())


class _Stamper(timestamps.TimeStamper):
    """Has signatures stamped by whom somebody else reaches."""

    def __init__(self, ask: Asking) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ask = ask

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._ask(req.dump()))


class _Picture(AppearanceContent):
    """A picture that fills a field."""

    def __init__(self, writer: BasePdfFileWriter, box: BoxConstraints, image: Image) -> None:
        super().__init__(writer=writer, box=box)
        self._image = image

    def render(self) -> bytes:
        """Draw the picture in the whole box."""
        stream = generic.StreamObject(_described(self._image), stream_data=self._image.tobytes())
        stream.compress()  # type: ignore[no-untyped-call]
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Look"), self._ensure_writer.add_object(stream))
        return b"q %d 0 0 %d 0 0 cm /Look Do Q" % (self.box.width, self.box.height)


def _described(image: Image) -> dict[generic.NameObject, generic.PdfObject]:
    """A picture's dictionary; its colours are those of a screen, as everything that letters are set in."""
    numbers = {"/Width": image.width, "/Height": image.height, "/BitsPerComponent": 8}
    names = {"/Type": "/XObject", "/Subtype": "/Image", "/ColorSpace": "/DeviceRGB"}
    said = {pdf_name(name): pdf_name(value) for name, value in names.items()}
    counted = {pdf_name(name): _number(value) for name, value in numbers.items()}
    return {**said, **counted}


def _number(value: int) -> generic.NumberObject:
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class _Style(BaseStampStyle):
    """Shows nothing but a picture."""

    image: Image | None = None

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: object) -> Any:
        """What goes into the field."""
        assert self.image is not None  # noqa: S101
        return _Picture(writer, box, self.image)
