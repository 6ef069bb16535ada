"""A letter is not issued unless both its files say everything that was merged into it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from targetcal_xl.letters import LetterTemplate, fields, render, to_pdf
from targetcal_xl.letters.proof import missing_in_pdf, missing_in_word
from targetcal_xl.problems import DataProblems
from tests.support.letters import LONG, changed, sample_files, sample_letter, shipped, word_text


def _merged(reason: str = "在手商机转化率高于去年") -> tuple[str, ...]:
    letter = sample_letter(reason=reason)
    return shipped().render(fields(letter, "zh-CN"), {}, letter.issued).merged


def test_a_letter_that_says_everything_passes() -> None:
    assert missing_in_word(sample_files().docx, _merged()) == []
    assert missing_in_pdf(sample_files().pdf, _merged()) == []


def test_a_text_that_is_lost_is_named_with_the_file_that_lost_it() -> None:
    (word,) = missing_in_word(sample_files().docx, [*_merged(), "从未写过的话"])
    (pdf,) = missing_in_pdf(sample_files().pdf, [*_merged(), "从未写过的话"])
    assert (word.code, word.where, word.fields) == ("letter_text_lost", "从未写过的话", {"form": "Word"})
    assert (pdf.code, pdf.where, pdf.fields) == ("letter_text_lost", "从未写过的话", {"form": "PDF"})


def test_one_wrong_character_is_a_lost_text() -> None:
    assert missing_in_pdf(sample_files().pdf, ["在手商机转化率高于今年"])
    assert missing_in_word(sample_files().docx, ["在手商机转化率高于今年"])


def test_white_space_and_hyphens_at_line_ends_do_not_count() -> None:
    assert missing_in_pdf(sample_files().pdf, ["在手商机 转化率\n高于去年"]) == []


def test_a_short_text_is_not_pieced_together_from_two_pages() -> None:
    letter = sample_letter(50, LONG)
    said = render(letter, shipped(), "zh-CN").pdf
    assert missing_in_pdf(said, ["华东1组合计"])
    assert missing_in_pdf(said, ["252五、双方确认"])


def test_a_text_that_runs_over_two_pages_is_found() -> None:
    letter = sample_letter(1, "简短")
    words = "".join(chr(0x4E00 + k) for k in range(3000))
    made = render(replace(letter, lines=(replace(letter.lines[0], reason=words),)), shipped(), "zh-CN").pdf
    assert missing_in_pdf(made, [words]) == []
    assert missing_in_pdf(made, [words[:1500] + words[1501:]])


def test_a_letter_whose_text_cannot_be_seen_in_the_pdf_is_refused() -> None:
    """The template has a field far off the paper."""
    far = '<w:p><w:pPr><w:ind w:left="30000"/></w:pPr><w:r><w:t>{{ replaces }}</w:t></w:r></w:p>'
    template = LetterTemplate(changed("{%p if replaces %}", "{%p if false %}"))
    template = LetterTemplate(changed("<w:body>", "<w:body>" + far, docx=template.data))
    with pytest.raises(DataProblems) as refused:
        render(replace(sample_letter(), replaces="只在纸外"), template, "zh-CN")
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == ("letter_text_lost", "只在纸外")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_two_renders_are_byte_identical(language: str) -> None:
    letter = sample_letter(12, LONG)
    assert render(letter, shipped(language), language) == render(letter, shipped(language), language)


def test_the_pdf_is_made_of_the_very_word_file() -> None:
    made = sample_files()
    assert to_pdf(made.docx, sample_letter().issued) == made.pdf


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_letter_whose_lines_do_not_add_up_has_no_totals(language: str) -> None:
    letter = replace(sample_letter(2), total=None, history=())
    assert "{{" not in word_text(render(letter, shipped(language), language).docx)


def test_a_correction_names_the_letter_it_replaces() -> None:
    letter = replace(sample_letter(), number="2025Q1-R1-V2", version=2, replaces="2025Q1-R1-V1")
    said = word_text(render(letter, shipped(), "zh-CN").docx)
    assert "本函为第 2 版。" in said
    assert "2025Q1-R1-V1" in said
    assert "取代编号" not in word_text(sample_files().docx)


def test_the_chain_head_is_printed() -> None:
    letter = sample_letter()
    assert letter.chain_head in word_text(sample_files().docx, "word/footer1.xml")
    assert missing_in_pdf(sample_files().pdf, [letter.chain_head]) == []
