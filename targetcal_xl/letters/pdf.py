"""A finished Word letter as PDF: by the built-in page setter, or by LibreOffice where that cannot."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

from ..log import step
from ..problems import DataProblems, Problem, Words
from .font import font_file
from .inline import BEYOND
from .office import office_pdf
from .supported import Unsupported
from .typeset import NO_CURVES, Source, typeset

_LOG = logging.getLogger(__name__)

_DATE = re.compile(rb"(/(?:Creation|Mod)Date\s*\(D:)\d{14}(Z|[+-]\d\d'\d\d'?)")
_CHANCE = re.compile(rb"(?<=<)[0-9A-F]{32}(?=>\s*(?:<[0-9A-F]{32}>\s*)?\])|(?<=/DocChecksum /)[0-9A-F]{32}")
_STOPPED = re.compile(rf"{BEYOND}(\w+)")
_NO_GLYPH = re.compile(r"PDF/A-2u error: the text |could not be displayed with font ")
_LONGEST = 120
"""When LibreOffice worked, and the marks that it draws at random or from the hour."""


def to_pdf(docx: bytes, issued: dt.date) -> bytes:
    """The PDF of a letter, dated by its issue; the same bytes every time on one computer.

    Raise DataProblems when it needs LibreOffice and that is not there or fails.
    """
    return set_pdf(docx, issued).pdf


@dataclass(frozen=True)
class SetPages:
    """A letter's pages, and why LibreOffice had to make them; None where it had not."""

    pdf: bytes
    needed: Unsupported | None


def set_pdf(docx: bytes, issued: dt.date, curves: Mapping[str, bytes] = NO_CURVES) -> SetPages:
    """The PDF as `to_pdf` makes it, and by which way; `curves`: parts of which there is an SVG."""
    try:
        return SetPages(_compiled(typeset(docx, curves), issued), None)
    except Unsupported as needed:
        return SetPages(_by_office(docx, needed, issued), needed)


def _by_office(docx: bytes, needed: Unsupported, issued: dt.date) -> bytes:
    try:
        return _steadied(office_pdf(docx), issued)
    except DataProblems as failed:
        fields = {"what": needed.what, "why": Words(f"letters.beyond.{needed.kind}")}
        raise DataProblems([Problem("letter_unsupported", fields=fields), *failed.problems]) from failed


def _steadied(pdf: bytes, issued: dt.date) -> bytes:
    """LibreOffice's PDF with the date of issue and a mark of its content, where hour and chance stood.

    Nothing moves: each is as long as what it replaces.
    """
    dated = _DATE.sub(lambda found: found[1] + f"{issued:%Y%m%d}120000".encode() + _utc(found[2]), pdf)
    plain = _CHANCE.sub(lambda found: b"0" * len(found[0]), dated)
    mark = hashlib.sha256(plain).hexdigest()[:32].upper().encode()
    return _CHANCE.sub(mark, dated)


def _utc(zone: bytes) -> bytes:
    return zone if zone == b"Z" else b"+00'00'"[: len(zone)]


@step(_LOG, "set a PDF")
def _compiled(source: Source, issued: dt.date) -> bytes:
    """Each letter gets a folder and a compiler of its own.

    A Typst compiler whose source is replaced has been seen to print characters of the one before.
    """
    noon = dt.datetime.combine(issued, dt.time(12), tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        for name, picture in source.pictures.items():
            Path(folder, name).write_bytes(picture)
        text = source.text.encode()
        with _panic_told():
            compiler = typst.Compiler(text, root=folder, font_paths=_fonts(), ignore_system_fonts=True)
            # PDF/A-2u is made for archives: every character can be read back.
            pdf = compiler.compile(format="pdf", timestamp=noon, pdf_standards="a-2u")
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


@contextmanager
def _panic_told() -> Iterator[None]:
    """A panic of a library in Rust, which is no `Exception`, as something that it cannot set."""
    try:
        yield
    except typst.TypstError as error:
        what = _STOPPED.search(str(error))
        told = f"font {_NO_GLYPH.sub('', str(error))}" if _NO_GLYPH.search(str(error)) else f"typst {error}"
        raise Unsupported(what[1] if what else told[:_LONGEST]) from error
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Unsupported(f"{type(panic).__name__}: {panic}"[:_LONGEST]) from panic


@cache
def _fonts() -> typst.Fonts:
    folder = str(font_file().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
