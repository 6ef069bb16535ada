"""What people do in Word: right in both files of a letter, or refused with its name before any is issued."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pypdfium2
import pytest

from targetcal_xl.language import LANGUAGES
from targetcal_xl.letters import LetterTemplate, Rendered, render_word
from targetcal_xl.letters.office import office_pdfs
from targetcal_xl.letters.pdf import ToSet, set_pdf
from targetcal_xl.letters.proof import faults_in_pdf
from targetcal_xl.letters.supported import Unsupported
from targetcal_xl.letters.typeset import typeset
from targetcal_xl.problems import DataProblems
from tests.support.habits import (
    BUILT_IN,
    BY_OFFICE,
    FORMULAS,
    REFUSED,
    SPOILT,
    Habit,
    template,
    together,
)
from tests.support.letters import in_our_family, parts_of, pdf_text, sample_letter, word_text
from tests.support.parts import office_has

_Sign = tuple[int, str, float, float]
"""A sign on a page, and its lower left corner in points."""
_INK = 0.015
_NEAR = 2.5
"""Points that a sign may stand elsewhere than where LibreOffice has it."""


@cache
def _made(habit: Habit) -> Rendered:
    return render_word(sample_letter(), LetterTemplate(template(habit)), "zh-CN")


def _packed(words: str) -> str:
    return "".join(words.split())


def _in_word(docx: bytes) -> str:
    """The words of all parts, by rules of the tests' own."""
    names = [name for name in parts_of(docx) if name.startswith("word/") and name.endswith(".xml")]
    return _packed("".join(word_text(docx, name) for name in names))


@pytest.mark.parametrize("name", [*BUILT_IN, *BY_OFFICE, *FORMULAS, *SPOILT])
def test_a_letter_in_word_says_what_its_template_shows(name: str) -> None:
    habit = {**BUILT_IN, **BY_OFFICE, **FORMULAS, **SPOILT}[name]
    said = _in_word(_made(habit).docx)
    assert [words for words in habit.hides if words in said] == []
    assert [words for words in habit.shows if _packed(words) not in said] == []


@pytest.mark.parametrize("name", [*BUILT_IN, *BY_OFFICE, *FORMULAS])
def test_the_built_in_way_knows_what_it_cannot_set(name: str) -> None:
    habit = {**BUILT_IN, **BY_OFFICE, **FORMULAS}[name]
    try:
        typeset(_made(habit).docx)
        assert name in BUILT_IN
    except Unsupported as beyond:
        assert name not in BUILT_IN, beyond.what


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_letter_may_have_is_named(name: str) -> None:
    with pytest.raises(DataProblems) as refused:
        _made(REFUSED[name])
    assert all(one.sentence(language) for one in refused.value.problems for language in LANGUAGES)
    named = " ".join(f"{one.where} {one.fields}" for one in refused.value.problems)
    assert REFUSED[name].hides[0] in named


def test_pages_show_it_where_libreoffice_does() -> None:
    """Habits that share a document are set in one; LibreOffice is started once."""
    ours = together((one for one in BUILT_IN.values() if not one.is_alone), 1)
    theirs = [
        together((one for one in BY_OFFICE.values() if not one.is_alone), 6),
        *(one for one in BY_OFFICE.values() if one.is_alone),
        *FORMULAS.values(),
        *SPOILT.values(),
    ]
    spoilt = {*SPOILT.values(), *(() if office_has("sm")() else FORMULAS.values())}
    words = [_made(one).docx for one in (ours, *theirs)]
    by_office, *pdfs = office_pdfs([in_our_family(words[0]), *words[1:]])
    built_in = set_pdf(ToSet(words[0], sample_letter().issued)).pdf
    assert isinstance(by_office, bytes)
    assert _far(built_in, by_office) == []
    assert _lost(ours, built_in) == []
    for habit, docx, pdf in zip(theirs, words[1:], pdfs, strict=True):
        assert isinstance(pdf, bytes)
        faults = faults_in_pdf(pdf, docx)
        assert bool(faults) == (habit in spoilt), faults
        assert faults or _lost(habit, pdf) == []
        assert faults or _is_drawn(pdf) >= habit.is_drawn


def _lost(habit: Habit, pdf: bytes) -> list[str]:
    """What does not stand on the pages as often as it should."""
    said, shown = _packed(pdf_text(pdf)), list(map(_packed, (*habit.shows, *habit.printed)))
    return [one for one in shown if said.count(one) < shown.count(one)] + [
        words for words in habit.hides if words in said
    ]


def _is_drawn(pdf: bytes) -> bool:
    """Whether there is more ink on the first page than some lines of text make."""
    with pypdfium2.PdfDocument(pdf) as document:
        return bool((document[0].render(scale=0.5, grayscale=True).to_numpy() < 250).mean() > _INK)


def _far(one: bytes, other: bytes) -> list[_Sign]:
    """The signs of a document that do not stand in their places in another, either way."""
    ours, theirs = list(_signs(one)), list(_signs(other))
    return [*_apart(ours, theirs), *_apart(theirs, ours)]


def _apart(some: list[_Sign], others: list[_Sign]) -> Iterator[_Sign]:
    for sign in some:
        alike = (other for other in others if other[:2] == sign[:2])
        if not any(abs(x - sign[2]) <= _NEAR and abs(y - sign[3]) <= _NEAR for _, _, x, y in alike):
            yield sign


def _signs(pdf: bytes) -> Iterator[_Sign]:
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            for at in range(text.count_chars()):
                if (sign := text.get_text_range(at, 1)).strip():
                    yield number, sign, *text.get_charbox(at)[:2]
