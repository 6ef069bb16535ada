"""Commitment letters: templates that HR edits in Word, rendered, set as PDF and proved."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .attached import attached_code, attachment
    from .compiled import Rendered
    from .fields import fields
    from .font import drawing_font, font_file, unprinted
    from .office import office_pdf
    from .pdf import SetPages, to_pdf
    from .printed import printed_text
    from .rehearsal import Rehearsal, rehearse
    from .render import ToProve, proved_pdfs, render_pdf, render_word
    from .report import ReportPart, report_docx
    from .statement import letter_code, read_code
    from .steady import EmbeddedFile
    from .template import LetterKind, LetterTemplate

__all__ = [
    "EmbeddedFile",
    "LetterKind",
    "LetterTemplate",
    "Rehearsal",
    "Rendered",
    "ReportPart",
    "SetPages",
    "ToProve",
    "attached_code",
    "attachment",
    "drawing_font",
    "fields",
    "font_file",
    "letter_code",
    "office_pdf",
    "printed_text",
    "proved_pdfs",
    "read_code",
    "rehearse",
    "render_pdf",
    "render_word",
    "report_docx",
    "to_pdf",
    "unprinted",
]
