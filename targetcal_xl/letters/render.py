"""One letter from its record: Word, PDF, and the proof of both."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from ..calibration import Letter
from ..language import text
from ..log import step
from ..problems import DataProblems
from .canvas import Canvas
from .chart import targets_picture
from .compiled import Picture, Rendered
from .fields import fields, figures_of, period_name
from .pdf import SetPages, ToSet, set_pdfs
from .placed import PICTURES
from .proof import faults_in_pdf, faults_in_word
from .statement import code_picture, letter_code
from .steady import EmbeddedFile
from .template import LetterTemplate
from .waterfall import steps_picture

_LOG = logging.getLogger(__name__)

_TARGETS, _STEPS, _CODE = PICTURES


@step(_LOG, "render a letter")
def render_word(letter: Letter, template: LetterTemplate, language: str) -> Rendered:
    """A letter in Word; raise DataProblems unless it shows every merged text and hides none."""
    said = fields(letter, language)
    made = template.render(said, _pictures(letter, template, language), letter.issued)
    if problems := faults_in_word(made.docx, made.merged):
        raise DataProblems(problems)
    return made


def render_pdf(made: Rendered, letter: Letter, attached: EmbeddedFile | None = None) -> bytes:
    """The PDF of a letter in Word; raise DataProblems unless its reader sees all of it, in its place."""
    (pages,) = proved_pdfs([ToProve(made, letter, attached)])
    if isinstance(pages, DataProblems):
        raise pages
    return pages.pdf


class ToProve(NamedTuple):
    """A letter in Word that is to become a PDF, and what goes along with it."""

    made: Rendered
    letter: Letter
    attached: EmbeddedFile | None


def proved_pdfs(letters: Sequence[ToProve]) -> list[SetPages | DataProblems]:
    """The same for many letters, with what it took to set them, or what is wrong with one.

    LibreOffice is started once, if at all.
    """
    written = [ToSet(one.made.docx, one.letter.issued, one.made.curves, one.attached) for one in letters]
    return [_proved(pages, one.docx) for pages, one in zip(set_pdfs(written), written, strict=True)]


def _proved(pages: SetPages | DataProblems, docx: bytes) -> SetPages | DataProblems:
    if isinstance(pages, SetPages) and (problems := faults_in_pdf(pages.pdf, docx)):
        return DataProblems(problems)
    return pages


def _pictures(letter: Letter, template: LetterTemplate, language: str) -> dict[str, Picture]:
    """The pictures that a template has room for and a letter has figures for, each in its size."""
    where = {"region": letter.region.name, "period": period_name(letter.period, language)}

    def picture(sheet: Canvas, alt: str) -> Picture:
        return Picture(sheet.png(), text(f"letters.chart.{alt}", language, **where), sheet.svg())

    sizes = template.picture_sizes
    found: dict[str, Picture] = {}
    if _TARGETS in sizes:
        found[_TARGETS] = picture(targets_picture(letter, language, sizes[_TARGETS]), "alt")
    if _STEPS in sizes:
        power = figures_of(letter, language).power
        steps = steps_picture(letter.explanation, letter.metric, language, sizes[_STEPS], power)
        found[_STEPS] = picture(steps, "steps_alt")
    if _CODE in sizes:
        code = code_picture(letter)
        found[_CODE] = Picture(code.png, str(letter_code(letter)), code.svg)
    return found
