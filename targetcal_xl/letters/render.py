"""One letter from its record: Word, PDF, and the proof of both."""

from __future__ import annotations

from dataclasses import dataclass

from ..calibration import Letter
from ..language import text
from ..problems import DataProblems
from .chart import targets_picture
from .fields import fields
from .pdf import to_pdf
from .proof import missing_in_pdf, missing_in_word
from .template import LetterTemplate, Picture


@dataclass(frozen=True)
class LetterFiles:
    """A letter as Word and as PDF."""

    docx: bytes
    pdf: bytes


def render(letter: Letter, template: LetterTemplate, language: str) -> LetterFiles:
    """The files of a letter; raise DataProblems unless both show every merged text."""
    said = fields(letter, language)
    png = targets_picture(letter, language, template.picture_size)
    words = text("letters.chart.alt", language, region=said["region"], period=said["period"])
    picture = Picture(png, words)
    made = template.render(said, picture, letter.issued)
    pdf = to_pdf(made.docx, letter.issued)
    problems = [*missing_in_word(made.docx, made.merged), *missing_in_pdf(pdf, made.merged)]
    if problems:
        raise DataProblems(problems)
    return LetterFiles(made.docx, pdf)
