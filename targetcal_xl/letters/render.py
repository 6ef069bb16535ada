"""One letter from its record: Word, PDF, and the proof of both."""

from __future__ import annotations

from dataclasses import dataclass

from ..calibration import Letter
from ..language import text
from ..problems import DataProblems
from .chart import targets_picture
from .fields import fields, figures_of, period_name
from .pdf import to_pdf
from .proof import missing_in_pdf, missing_in_word
from .template import CHARTS, LetterTemplate, Picture, Rendered
from .waterfall import steps_picture

_TARGETS, _STEPS = CHARTS


@dataclass(frozen=True)
class LetterFiles:
    """A letter as Word and as PDF."""

    docx: bytes
    pdf: bytes


def render(letter: Letter, template: LetterTemplate, language: str) -> LetterFiles:
    """The files of a letter; raise DataProblems unless both show every merged text."""
    made = render_word(letter, template, language)
    return LetterFiles(made.docx, render_pdf(made, letter))


def render_word(letter: Letter, template: LetterTemplate, language: str) -> Rendered:
    """A letter in Word; raise DataProblems unless it shows every merged text."""
    said = fields(letter, language)
    made = template.render(said, _pictures(letter, template, language), letter.issued)
    if problems := missing_in_word(made.docx, made.merged):
        raise DataProblems(problems)
    return made


def render_pdf(made: Rendered, letter: Letter) -> bytes:
    """The PDF of a letter in Word; raise DataProblems unless it shows every merged text."""
    pdf = to_pdf(made.docx, letter.issued)
    if problems := missing_in_pdf(pdf, made.merged):
        raise DataProblems(problems)
    return pdf


def _pictures(letter: Letter, template: LetterTemplate, language: str) -> dict[str, Picture]:
    """The pictures that a template has room for and a letter has figures for, each in its size."""
    where = {"region": letter.region.name, "period": period_name(letter.period, language)}

    def picture(png: bytes, alt: str) -> Picture:
        return Picture(png, text(f"letters.chart.{alt}", language, **where))

    sizes = template.picture_sizes
    found = {_TARGETS: picture(targets_picture(letter, language, sizes[_TARGETS]), "alt")}
    if _STEPS in sizes:
        power = figures_of(letter, language).power
        png = steps_picture(letter.explanation, letter.metric, language, sizes[_STEPS], power)
        found[_STEPS] = picture(png, "steps_alt")
    return found
