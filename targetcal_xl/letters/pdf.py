"""A finished Word letter as PDF: by the built-in page setter, or by LibreOffice where that cannot."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import typst

from ..problems import DataProblems, Problem
from .font import font_files
from .office import office_pdf
from .styles import Unsupported
from .typeset import Sheet, typeset


def to_pdf(docx: bytes, issued: dt.date) -> bytes:
    """The PDF of a letter, dated by its issue, the same bytes every time the built-in way takes it.

    Raise DataProblems when it needs LibreOffice and that is not there or fails.
    """
    try:
        sheet = typeset(docx)
    except Unsupported as needed:
        return _by_office(docx, str(needed))
    return _compiled(sheet, issued)


def _by_office(docx: bytes, needed: str) -> bytes:
    try:
        return office_pdf(docx)
    except DataProblems as failed:
        raise DataProblems(
            [Problem("letter_unsupported", fields={"what": needed}), *failed.problems]
        ) from failed


def _compiled(sheet: Sheet, issued: dt.date) -> bytes:
    """Each letter gets a folder and a compiler of its own.

    A Typst compiler whose source file is rewritten has been seen to keep old characters.
    """
    noon = dt.datetime.combine(issued, dt.time(12), tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "letter.typ")
        source.write_text(sheet.source, encoding="utf-8")
        for name, picture in sheet.pictures.items():
            Path(folder, name).write_bytes(picture)
        compiler = typst.Compiler(source, root=folder, font_paths=_fonts(), ignore_system_fonts=True)
        pdf = compiler.compile(format="pdf", timestamp=noon, pdf_tags=False)
    assert isinstance(pdf, bytes)  # noqa: S101 - one document, one PDF
    return pdf


def _fonts() -> list[Path]:
    """The folders of the font wheel."""
    return sorted({file.parent for file in font_files()})
