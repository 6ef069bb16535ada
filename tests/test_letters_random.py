"""Letters as nobody would think them up say the same in Word and in PDF, by either way.

Some dozens here; `make explore` makes 2,000.
"""

from __future__ import annotations

import pytest

from targetcal_xl.letters import render_pdf, render_word
from targetcal_xl.letters.office import office_pdfs
from targetcal_xl.letters.proof import faults_in_pdf
from tests.goldens.pages import letters as kept_letters
from tests.support.exploring import explores
from tests.support.letters import page_count, pdf_text, sample_files, shipped, word_text
from tests.support.random_letters import random_letter

COUNT, BY_OFFICE = (1_000, 100) if explores() else (8, 3)
"""Letters of each language; and of those that LibreOffice sets in one start."""
_SHORT = 8
"""Signs of a text that stands in one line, so that no page ends within it."""


def _packed(words: str) -> str:
    return "".join(words.translate({0xFFFE: "-", 2: "-"}).split())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_letter_says_each_text_as_often_in_its_pdf_as_in_its_word_file(language: str) -> None:
    for seed in range(COUNT):
        letter = random_letter(seed, language)
        made = render_word(letter, shipped(language), language)
        pdf = render_pdf(made, letter)
        in_word, in_pdf = _packed(word_text(made.docx)), _packed(pdf_text(pdf))
        short = {one for words in made.merged if 0 < len(one := _packed(words)) <= _SHORT}
        lost = {one for one in short if in_pdf.count(one) < in_word.count(one) - page_count(pdf) + 1}
        assert not lost, f"letter {seed}"


def test_what_the_office_program_makes_of_letters_passes_too() -> None:
    letters = [(random_letter(seed, language), language) for seed in range(BY_OFFICE) for language in _BOTH]
    words = [render_word(letter, shipped(language), language).docx for letter, language in letters]
    words.append(sample_files().docx)
    (large,) = (letter for name, _, letter in kept_letters() if name == "money.en")
    words.append(render_word(large, shipped("en"), "en").docx)
    told = {
        place: [(one.code, one.where) for one in faults_in_pdf(pdf, docx)]
        for place, (pdf, docx) in enumerate(zip(office_pdfs(words), words, strict=True))
        if isinstance(pdf, bytes)
    }
    assert told == {place: [] for place in range(len(words))}


_BOTH = ("zh-CN", "en")
