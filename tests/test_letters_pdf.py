"""Letters become PDF as an office program would make them, or by one where ours cannot."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Letter
from targetcal_xl.language import LANGUAGES
from targetcal_xl.letters import LetterTemplate, office_pdf, to_pdf
from targetcal_xl.letters.moulds import argument
from targetcal_xl.letters.office import office_pdfs
from targetcal_xl.letters.pdf import ToSet, set_pdf
from targetcal_xl.letters.supported import Unsupported
from targetcal_xl.letters.typeset import typeset
from targetcal_xl.problems import DataProblems
from tests.support.exploring import explores
from tests.support.letters import (
    LONG,
    LetterFiles,
    changed,
    in_our_family,
    page_count,
    pdf_text,
    render,
    sample_files,
    sample_letter,
    shipped,
    with_paragraph,
)
from tests.support.office import convert_all

FLOATING = (
    "<w:r><w:drawing><wp:anchor xmlns:wp="
    '"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"/></w:drawing></w:r>'
)
MERGED_ROWS = (
    '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid><w:tr><w:tc><w:tcPr>'
    '<w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
)
BEYOND = {
    "drawing": with_paragraph(FLOATING),
    "vMerge": changed("<w:body>", f"<w:body>{MERGED_ROWS}<w:p/>"),
    "numPr": with_paragraph('<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r/>'),
    "footnoteReference": with_paragraph('<w:r><w:footnoteReference w:id="1"/></w:r>'),
    "titlePg": changed("</w:sectPr>", "<w:titlePg/></w:sectPr>"),
}
FORMS = ((1, "在手商机"), (12, "在手商机转化率高于去年"), (50, LONG))


def _saying(words: str) -> Letter:
    letter = sample_letter(1, "简短", others=1)
    lines = (replace(letter.lines[0], reason=words),)
    objections = (replace(letter.objections[0], basis=words),)
    return replace(letter, lines=lines, objections=objections, company=words[:40])


def _packed(words: str) -> str:
    return "".join(words.split())


@given(st.text(st.sampled_from("&<>\"'{}=+-@\n\t\\#$*_[]();%~`^| aZ9中，。“”—…𠮷㐂䶮éΩж한"), max_size=80))
@settings(max_examples=20 if explores() else 4)
@example("& < > \" ' { } = + - @ \\ # $ * _ ~ ` [x] // /* */ \\u{41}")
@example('"; #panic("x")')
@example("一行\n两行\t制表")
@example("𠮷㐂䶮")
def test_any_text_can_be_read_back_from_the_pdf(words: str) -> None:
    letter = _saying(f"甲{words}乙")
    said = pdf_text(render(letter, shipped(), "zh-CN").pdf).replace("\ufffe", "-").replace("\x02", "-")
    assert _packed(said).count(_packed(f"甲{words}乙")) >= 2


def test_a_text_as_long_as_a_cell_can_hold_runs_over_the_pages() -> None:
    words = "".join(chr(0x4E00 + k % 20_000) for k in range(32_767))
    made = render(_saying(words), shipped(), "zh-CN").pdf
    assert page_count(made) > 20
    missing = set(words) - set(pdf_text(made))
    assert missing == set()


@pytest.mark.parametrize("word", ["https://example.com/?" + "q=1&" * 80, "w0" * 40])
def test_a_word_wider_than_its_cell_breaks_and_is_copied_as_it_was(word: str) -> None:
    letter = replace(_saying(word), company="公司", grants=(), milestones=())  # no page ends within the word
    made = render(letter, shipped(), "zh-CN").pdf
    assert _packed(pdf_text(made)).count(word) == 2
    with pypdfium2.PdfDocument(made) as document:
        for page in document:
            shown = page.get_textpage()
            edges = [shown.get_rect(k)[2] for k in range(shown.count_rects())]
            assert max(edges) < page.get_width() - 30


@cache
def _ours(language: str) -> list[LetterFiles]:
    return [render(sample_letter(lines, reason), shipped(language), language) for lines, reason in FORMS]


@cache
def _theirs() -> dict[str, list[bytes]]:
    """The same letters by one start of LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{language}{k}.docx") for language in LANGUAGES for k in range(len(FORMS))]
        made = [letter for language in LANGUAGES for letter in _ours(language)]
        for path, letter in zip(paths, made, strict=True):
            path.write_bytes(in_our_family(letter.docx))
        pdfs = [path.read_bytes() for path in convert_all(paths, "pdf", Path(folder, "pdf"))]
    return {language: pdfs[k * len(FORMS) :][: len(FORMS)] for k, language in enumerate(LANGUAGES)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_as_many_as_libreoffice_makes(language: str) -> None:
    ours = [page_count(letter.pdf) for letter in _ours(language)]
    assert ours == [page_count(pdf) for pdf in _theirs()[language]]
    assert ours[-1] > ours[0]


def test_a_region_of_four_lines_with_four_supports_and_every_risk_is_one_page_in_both_programs() -> None:
    many = sample_letter(4, others=4)
    lines = tuple(replace(line, risk="大客户推迟签约") for line in many.lines)
    letter = replace(many, lines=lines, objections=(), declined=())
    made = [render(letter, shipped(language), language) for language in LANGUAGES]
    made += [sample_files(language) for language in LANGUAGES]
    theirs = office_pdfs([in_our_family(one.docx) for one in made])
    assert [page_count(one.pdf) for one in made] == [1] * len(made)
    assert [page_count(pdf) for pdf in theirs if isinstance(pdf, bytes)] == [1] * len(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_but_the_marks_of_signatures_is_smaller_than_eight_and_a_half_points(language: str) -> None:
    small = set()
    with pypdfium2.PdfDocument(sample_files(language, 12).pdf) as document:
        for page in document:
            text = page.get_textpage()
            sizes = [pdfium.FPDFText_GetFontSize(text.raw, k) for k in range(text.count_chars())]
            small |= {text.get_text_range(k, 1) for k, size in enumerate(sizes) if 1 < size < 8.49}
    assert small <= set("[SIG_HEADUPRO]\u2003\u3000")


@pytest.mark.parametrize("language", LANGUAGES)
def test_signatures_stand_on_the_page_of_what_they_sign_however_long_a_letter_is(language: str) -> None:
    clause, seal = (
        ("双方确认：", "公司盖章") if language == "zh-CN" else ("Both parties confirm", "Company seal")
    )
    for lines in range(1, 12):
        with pypdfium2.PdfDocument(sample_files(language, lines).pdf) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
        assert [clause in page for page in pages] == [seal in page for page in pages], lines


def test_a_table_that_is_to_stay_on_one_page_and_is_longer_is_told() -> None:
    """Nothing is cut off, and nobody waits for ever."""
    row = "<w:tr><w:tc><w:tcPr/><w:p><w:pPr><w:keepNext/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>"
    head = row.replace("<w:tc>", "<w:trPr><w:tblHeader/></w:trPr><w:tc>", 1)
    look = '<w:tblPr><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="900"/></w:tblGrid>'
    docx = changed("<w:body>", f"<w:body><w:tbl>{look}{head}{row * 90}</w:tbl>")
    with pytest.raises(DataProblems) as told:
        render(sample_letter(), LetterTemplate(docx), "zh-CN")
    assert all(problem.code.startswith("letter_text_") for problem in told.value.problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [0, 1])
def test_pages_say_what_libreoffice_says(language: str, form: int) -> None:
    ours, theirs = _ours(language)[form].pdf, _theirs()[language][form]
    assert Counter(_packed(pdf_text(ours))) == Counter(_packed(pdf_text(theirs)))


def test_every_font_is_embedded_and_of_the_one_family() -> None:
    names = set()
    with pypdfium2.PdfDocument(sample_files().pdf) as document:
        texts = [item for page in document for item in page.get_objects((pdfium.FPDF_PAGEOBJ_TEXT,))]
        fonts = [pdfium.FPDFTextObj_GetFont(item.raw) for item in texts]
        assert all(pdfium.FPDFFont_GetIsEmbedded(font) == 1 for font in fonts)
        for font in fonts:
            size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
            buffer = pdfium.ctypes.create_string_buffer(size)
            pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
            names.add(buffer.value.decode())
    assert names
    assert all("NotoSansCJK" in name for name in names)


def test_the_same_word_file_is_the_same_pdf() -> None:
    letter = sample_letter()
    docx = sample_files().docx
    assert to_pdf(docx, letter.issued) == to_pdf(docx, letter.issued)


def test_a_pdf_is_dated_by_its_issue_and_titled_by_its_number() -> None:
    with pypdfium2.PdfDocument(sample_files().pdf) as document:
        about = document.get_metadata_dict()
    assert about["CreationDate"].startswith("D:20250113")
    assert about["Title"] == "2025Q1-R1-V1"


def test_the_pages_are_numbered() -> None:
    said = _packed(pdf_text(sample_files().pdf))
    pages = page_count(sample_files().pdf)
    for page in range(1, pages + 1):
        assert f"第{page}页，共{pages}页" in said


@pytest.mark.parametrize("beyond", BEYOND)
def test_what_only_an_office_program_can_lay_out_is_not_guessed(beyond: str) -> None:
    letter = LetterTemplate(BEYOND[beyond])
    with pytest.raises(Unsupported):
        typeset(letter.data)


def test_what_ours_cannot_lay_out_is_left_to_libreoffice() -> None:
    docx = sample_files().docx
    made = to_pdf(changed("<w:body>", f"<w:body>{MERGED_ROWS}<w:p/>", docx=docx), sample_letter().issued)
    with pypdfium2.PdfDocument(made) as document:
        assert "LibreOffice" in document.get_metadata_dict()["Producer"]
    assert "华东1组" in _packed(pdf_text(made))


def test_without_libreoffice_what_is_missing_and_why_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataProblems) as refused:
        to_pdf(BEYOND["vMerge"], sample_letter().issued)
    needed, missing = refused.value.problems
    assert (needed.code, needed.fields["what"]) == ("letter_unsupported", "vMerge")
    assert "merged rows" in needed.sentence("en")
    assert "合并的行" in needed.sentence("zh-CN")
    assert missing.code == "letter_office_missing"


class PanicException(BaseException):
    """What a library in Rust raises where it meant never to be."""


def test_a_page_setter_that_panics_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def panic(*_: object, **__: object) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("typst.Compiler", panic)
    with pytest.raises(DataProblems) as refused:
        to_pdf(sample_files().docx, sample_letter().issued)
    needed, missing = refused.value.problems
    assert (needed.code, missing.code) == ("letter_unsupported", "letter_office_missing")
    assert "index out of bounds" in str(needed.fields["what"])


def test_a_libreoffice_that_makes_nothing_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\necho source file could not be loaded >&2\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataProblems) as refused:
        office_pdf(b"no document")
    (problem,) = refused.value.problems
    assert problem.code == "letter_office_failed"
    assert "could not be loaded" in str(problem.fields["said"])


@pytest.mark.parametrize("colour", ['") #panic("', "red", "12345"])
def test_a_colour_that_is_none_is_not_passed_on(colour: str) -> None:
    escaped = colour.replace('"', "&quot;")
    runs = f'<w:r><w:rPr><w:color w:val="{escaped}"/></w:rPr><w:t>x</w:t></w:r>'
    with pytest.raises(Unsupported):
        typeset(with_paragraph(runs))


def test_the_rows_that_head_a_table_are_repeated_on_every_page() -> None:
    made = render(sample_letter(50, "短", others=0), shipped(), "zh-CN").pdf
    assert _packed(pdf_text(made)).count("分解行上年同期模型建议建议区间") >= 2


def test_the_pictures_are_in_the_pdf_in_curves_as_large_as_in_word() -> None:
    """The white sheet of each chart is a path of its size; a code is one path, white all around."""
    with pypdfium2.PdfDocument(sample_files().pdf) as document:
        items = [item for page in document for item in page.get_objects()]
        kinds = {item.type for item in items}
        boxes = [item.get_bounds() for item in items if item.type == pdfium.FPDF_PAGEOBJ_PATH]
    found = {(round(box[2] - box[0]), round(box[3] - box[1])) for box in boxes}
    sizes = shipped().picture_sizes
    charts = [size for name, size in sizes.items() if name.startswith("chart:")]
    assert found >= {(round(width), round(height)) for width, height in charts}
    side, _ = sizes["code:verify"]
    assert any(0.8 * side < height <= width < side for width, height in found)
    assert pdfium.FPDF_PAGEOBJ_IMAGE not in kinds


def test_a_tab_without_a_stop_goes_on_at_the_next_step() -> None:
    """The steps of the template: 420 twentieths of a point, two Chinese signs of its text."""
    words = "<w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙丙丙丙</w:t><w:tab/><w:t>丁</w:t>"
    docx = with_paragraph(f"<w:r>{words}</w:r>")
    made = set_pdf(ToSet(docx, sample_letter().issued))
    assert made.needed is None, "no other program is asked"
    page = pypdfium2.PdfDocument(made.pdf)[0].get_textpage()
    text = page.get_text_range()
    left = {word: page.get_charbox(text.index(word))[0] for word in "甲乙丁"}
    step = left["乙"] - left["甲"]
    assert step == pytest.approx(21, abs=1)
    assert left["丁"] - left["甲"] == pytest.approx(round((left["丁"] - left["甲"]) / 21) * 21, abs=1)


@pytest.mark.parametrize(
    "word",
    [
        "W" * 24,
        "i" * 60,
        "Q1.85,<e&%" * 3,
        "cmqBko5ke )vcewo'lm",
        "vcewo'lmnop( cmqBko5ke",
        "cmqBko5ke ”. vcewo'l",
    ],
)
def test_a_word_longer_than_its_column_breaks_there(word: str) -> None:
    """It ran over into the next one, and the letter was refused where something stood there."""
    letter = sample_letter(1)
    named = replace(letter, lines=(replace(letter.lines[0], name=word, reason=word),))
    said = "".join(pdf_text(render(named, shipped("en"), "en").pdf).split())
    assert word.replace(" ", "") in said


def test_a_word_that_fits_its_line_does_not_break() -> None:
    known = ("Arial", "Microsoft YaHei")
    assert "clusters" not in argument("i" * 30, *known, "", "10.0")
    assert "clusters" in argument("W" * 30, *known, "", "10.0")
    assert "clusters" in argument("i" * 44, *known, "bold", "12.0")
    assert "clusters" not in argument("W" * 9, *known, "", "9.0")
