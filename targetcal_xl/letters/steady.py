"""A PDF that LibreOffice made, without its clock and its chance, and with what goes along with it."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

_NOON = "T12:00:00+00:00"
_DAYS = ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate")

_NUMBER, _ALIKE, _NEAR, _KEY = re.compile(rb"/UniqueID \d+"), b"/UniqueID 4100001", 1 << 12, 55665
"""LibreOffice numbers the fonts of all letters; how far in it says so, and the first key of Type 1."""
_RANDOM = {"/ID", "/DocChecksum"}


@dataclass(frozen=True)
class Enclosed:
    """A file inside a PDF: the data that its pages tell, for machines."""

    name: str
    content: bytes
    about: str
    kind: str = "application/json"


def steadied(pdf: bytes, issued: dt.date, attached: Enclosed | None = None) -> bytes:
    """The PDF with the date of issue for every hour and a mark of its content for every random one."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        noon = f"D:{issued:%Y%m%d}120000Z"
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
            for what in _DAYS:
                about[what] = f"{issued:%Y-%m-%d}{_NOON}"
        for what in ("/CreationDate", "/ModDate"):
            document.docinfo[what] = noon
        for mark in _RANDOM & set(document.trailer.keys()):
            del document.trailer[mark]
        for stream in [one for one in document.objects if isinstance(one, pikepdf.Stream)]:
            if (plain := _without_chance(stream)) is not None:
                stream.write(plain)
        if attached:
            _attach(document, attached, noon)
        document.save(out := io.BytesIO(), deterministic_id=True)
    return out.getvalue()


def _without_chance(stream: pikepdf.Stream) -> bytes | None:
    """A font without its place among the fonts of all letters, or a profile of colours without its hour."""
    if "/Length2" in stream:
        return _renumbered(stream.read_bytes(), int(stream.Length1), int(stream.Length2))
    if "/N" in stream and (profile := stream.read_bytes())[36:40] == b"acsp":
        return profile[:24] + bytes(12) + profile[36:]
    return None


def _renumbered(font: bytes, clear: int, hidden: int) -> bytes:
    """A Type 1 font under one number, which stands in its clear part and again in its encrypted one."""
    end = clear + hidden
    return _NUMBER.sub(_ALIKE, font[:clear]) + _encrypted_alike(font[clear:end]) + font[end:]


def _encrypted_alike(hidden: bytes) -> bytes:
    """The encrypted part under the same number: what comes after that is encrypted anew, as it depends on it.

    Adobe Type 1 Font Format, 7.1.
    """
    start = _decrypted(hidden[:_NEAR])
    found = _NUMBER.search(start)
    if not found or len(found[0]) != len(_ALIKE):
        return hidden
    told = dict(zip(range(*found.span()), _ALIKE, strict=True))
    out, old, new = bytearray(), _KEY, _KEY
    for place, cipher in enumerate(hidden):
        byte = told.get(place, cipher ^ old >> 8) ^ new >> 8
        old, new = (cipher + old) * 52845 + 22719 & 0xFFFF, (byte + new) * 52845 + 22719 & 0xFFFF
        out.append(byte)
    return bytes(out)


def _decrypted(hidden: bytes) -> bytes:
    out, key = bytearray(), _KEY
    for cipher in hidden:
        out.append(cipher ^ key >> 8)
        key = (cipher + key) * 52845 + 22719 & 0xFFFF
    return bytes(out)


def _attach(document: pikepdf.Pdf, attached: Enclosed, noon: str) -> None:
    """Put a file into a PDF, as data of the whole document."""
    from pikepdf import Array, AttachedFileSpec, Name

    file = AttachedFileSpec(
        document,
        attached.content,
        filename=attached.name,
        description=attached.about,
        mime_type=attached.kind,
        creation_date=noon,
        mod_date=noon,
        relationship=Name.Data,
    )
    document.attachments[attached.name] = file
    document.Root.AF = Array([file.obj])
