"""A finished Word letter as PDF: by the built-in page setter, or by LibreOffice where that cannot."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import typst

from ..problems import DataProblems, Problem
from .font import font_files
from .office import office_pdf
from .styles import Unsupported
from .typeset import Source, typeset


def to_pdf(docx: bytes, issued: dt.date) -> bytes:
    """The PDF of a letter, dated by its issue; the same bytes every time the built-in way takes it.

    Raise DataProblems when it needs LibreOffice and that is not there or fails.
    """
    try:
        return _compiled(typeset(docx), issued)
    except (Unsupported, typst.TypstError) as needed:
        return _by_office(docx, str(needed))


def _by_office(docx: bytes, needed: str) -> bytes:
    try:
        return office_pdf(docx)
    except DataProblems as failed:
        what = Problem("letter_unsupported", fields={"what": needed})
        raise DataProblems([what, *failed.problems]) from failed


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
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Unsupported(f"{type(panic).__name__}: {panic}") from panic


@cache
def _fonts() -> typst.Fonts:
    folders = sorted({str(file.parent) for file in font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
