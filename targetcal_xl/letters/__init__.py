"""Commitment letters: templates that HR edits in Word, rendered, set as PDF and proved."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .compiled import Rendered
    from .fields import fields
    from .font import font_file, unprinted
    from .office import office_pdf
    from .pdf import SetPages, to_pdf
    from .printed import printed_text
    from .rehearsal import Rehearsal, rehearse
    from .render import ToProve, proved_pdfs, render_pdf, render_word
    from .steady import Enclosed
    from .template import LetterTemplate

__all__ = [
    "Enclosed",
    "LetterTemplate",
    "Rehearsal",
    "Rendered",
    "SetPages",
    "ToProve",
    "fields",
    "font_file",
    "office_pdf",
    "printed_text",
    "proved_pdfs",
    "rehearse",
    "render_pdf",
    "render_word",
    "to_pdf",
    "unprinted",
]
