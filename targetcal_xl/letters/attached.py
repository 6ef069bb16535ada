"""What goes along in a letter's PDF: what its code stands for, and the letter as it is recorded."""

from __future__ import annotations

import io

from pydantic_core import from_json, to_json

from ..calibration.commitment import Letter
from ..language import text
from .statement import LetterCode, code_of, read_code, statement
from .steady import EmbeddedFile

_NAME = "letter.json"
_MOST = 8 << 20
"""Bytes of the data of any letter, and of what is read of somebody's file."""


def attachment(letter: Letter, record: bytes, language: str) -> EmbeddedFile:
    """The data of a letter for machines that read what a person signs; `record` is how it is recorded."""
    agreed = statement(letter)
    head = {"format": "targetcal-letter/1", "number": letter.number, "version": letter.version}
    said = to_json({**head, "checkpoint": letter.chain_head, "code": str(code_of(agreed)), "agreed": agreed})
    return EmbeddedFile(_NAME, said[:-1] + b',"letter":' + record + b"}", text("letters.attached", language))


def attached_code(pdf: bytes) -> LetterCode | None:
    """The code of what a PDF's data say was agreed, whatever they say that it is; None without such data."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            content = document.attachments[_NAME].get_file().read_bytes()
        return read_code(str(code_of(from_json(content[:_MOST])["agreed"])))
    except (pikepdf.PdfError, KeyError, TypeError, ValueError, RuntimeError):
        return None  # somebody's own file may hold anything
