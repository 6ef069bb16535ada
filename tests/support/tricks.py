"""What may be done to a signed file."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pypdfium2
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def with_overlay(pdf: bytes) -> bytes:
    """Another number over the page, added behind the signatures."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    ink = generic.StreamObject(stream_data=b"BT /F1 30 Tf 100 700 Td (99,999) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(ink))  # type: ignore[no-untyped-call]
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _with_metadata(pdf: bytes) -> bytes:
    """A harmless word in the file's properties."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    said = {generic.pdf_name("/Title"): generic.pdf_string("another")}
    info = generic.DictionaryObject(said)  # type: ignore[no-untyped-call]
    writer.set_info(writer.add_object(info))
    return _written(writer)


def _with_field(pdf: bytes) -> bytes:
    """A text field, filled in after signing."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    named = {"/FT": "/Tx", "/Type": "/Annot", "/Subtype": "/Widget"}
    said = {generic.pdf_name(name): generic.pdf_name(value) for name, value in named.items()}
    field = generic.DictionaryObject(said)  # type: ignore[no-untyped-call]
    field[generic.pdf_name("/T")] = generic.pdf_string("bonus")
    field[generic.pdf_name("/V")] = generic.pdf_string("99999")
    form = writer.root["/AcroForm"]
    form["/Fields"].append(writer.add_object(field))
    writer.update_container(form["/Fields"])
    writer.update_container(form)
    return _written(writer)


def _with_moved_field(pdf: bytes) -> bytes:
    """The place of a signature over another part of the page."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/Rect"] = generic.ArrayObject(map(generic.FloatObject, ("50", "500", "400", "700")))
    writer.update_container(field)
    return _written(writer)


def _with_other_look(pdf: bytes) -> bytes:
    """Another picture in the place of the first signature."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    look = writer.root["/AcroForm"]["/Fields"][0]["/AP"]["/N"]
    look._data, look._encoded_data = b"0 0 1 rg 0 0 100 40 re f", None
    writer.update_container(look)
    return _written(writer)


def _with_swapped_signatures(pdf: bytes) -> bytes:
    """Each role with the other's signature."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    fields = writer.root["/AcroForm"]["/Fields"]
    one, other = fields[0], fields[1]
    values = one.raw_get("/V"), other.raw_get("/V")
    one["/V"], other["/V"] = reversed(values)
    for field in (one, other):
        writer.update_container(field)
    return _written(writer)


def _rewritten(pdf: bytes) -> bytes:
    """Saved anew by another program, all in one revision."""
    out = BytesIO()
    with pypdfium2.PdfDocument(pdf) as document:
        document.save(out)
    return out.getvalue()


def _with_old_table(pdf: bytes) -> bytes:
    """An end that leads back to the table of the issued letter, as if nothing had been signed."""
    starts = [int(found) for found in re.findall(rb"startxref\s+(\d+)", pdf)]
    return pdf + b"startxref\n%d\n%%%%EOF\n" % starts[0]


TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "overlay": with_overlay,
    "metadata": _with_metadata,
    "filled in": _with_field,
    "moved": _with_moved_field,
    "other look": _with_other_look,
    "swapped": _with_swapped_signatures,
    "saved anew": _rewritten,
    "old table": _with_old_table,
    "line added": lambda pdf: pdf + b"\n",
    "end added": lambda pdf: pdf + b"%%EOF\n",
    "twice": lambda pdf: pdf + pdf,
}
