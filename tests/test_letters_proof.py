"""A letter is not issued unless both its files say everything that was merged into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from unittest.mock import patch

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.letters import LetterTemplate, fields, font_file, proof, to_pdf
from targetcal_xl.letters.drawn import own_fonts
from targetcal_xl.letters.font import FAMILY
from targetcal_xl.letters.house import house_copy
from targetcal_xl.letters.package import W
from targetcal_xl.letters.pages import Page, read_pages
from targetcal_xl.letters.proof import faults_in_pdf, faults_in_word
from targetcal_xl.letters.words import Said, said
from targetcal_xl.problems import DataProblems
from tests.support.habits import BY_OFFICE, template
from tests.support.letters import (
    LONG,
    changed,
    pdf_text,
    render,
    sample_files,
    sample_letter,
    shipped,
    with_paragraph,
    word_text,
)


def _merged(reason: str = "在手商机转化率高于去年") -> tuple[str, ...]:
    letter = sample_letter(reason=reason)
    return shipped().render(fields(letter, "zh-CN"), {}, letter.issued).merged


def _told(pdf: bytes, docx: bytes) -> list[tuple[str, str]]:
    return [(one.code.removeprefix("letter_text_"), one.where) for one in faults_in_pdf(pdf, docx)]


def _filled(template: bytes) -> bytes:
    letter = sample_letter()
    return LetterTemplate(template).render(fields(letter, "zh-CN"), {}, letter.issued).docx


def _pdf(docx: bytes) -> bytes:
    return to_pdf(docx, sample_letter().issued)


def _run(properties: str, words: str = "第九条 不可抗力") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{words}</w:t></w:r>"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("lines", [3, 40])
def test_a_letter_that_says_everything_passes(language: str, lines: int) -> None:
    made = sample_files(language, lines)
    assert faults_in_word(made.docx, []) == []
    assert faults_in_pdf(made.pdf, made.docx) == []


def test_a_text_that_is_lost_is_named_with_the_file_that_lost_it() -> None:
    (word,) = faults_in_word(sample_files().docx, [*_merged(), "从未写过的话"])
    assert (word.code, word.where, word.fields) == ("letter_text_lost", "从未写过的话", {"form": "Word"})
    (pdf,) = faults_in_pdf(sample_files().pdf, with_paragraph("从未写过的话", sample_files().docx))
    assert (pdf.code, pdf.where, pdf.fields) == ("letter_text_lost", "从未写过的话", {"form": "PDF"})


def test_one_wrong_character_is_a_lost_text() -> None:
    docx = sample_files().docx
    assert faults_in_word(docx, ["在手商机转化率高于今年"])
    assert _told(sample_files().pdf, changed("大客户推迟签约", "小客户推迟签约", docx=docx)) == [
        ("lost", "小客户推迟签约")
    ]


def test_a_clause_of_the_template_counts_like_a_field() -> None:
    without = changed("均经充分沟通", "均未充分沟通", docx=sample_files().docx)
    assert [kind for kind, _ in _told(sample_files().pdf, without)] == ["lost"]


def test_a_number_in_the_place_of_another_is_told() -> None:
    """Both are on the page, each where the other belongs."""
    docx = sample_files().docx
    swapped = docx
    for old, new in ((">91<", ">SWAP<"), (">80 – 122<", ">91<"), (">SWAP<", ">80 – 122<")):
        swapped = changed(old, new, docx=swapped)
    assert "misplaced" in [kind for kind, _ in _told(sample_files().pdf, swapped)]


def test_white_space_does_not_count() -> None:
    spaced = changed("在手商机转化率", "在手 商机 转化率", docx=sample_files().docx)
    assert faults_in_pdf(sample_files().pdf, spaced) == []


UNSEEN = {
    "white": '<w:color w:val="FFFFFF"/>',
    "all but white": '<w:color w:val="FBFBFB"/>',
    "of one point": '<w:sz w:val="2"/>',
    "hidden": "<w:vanish/>",
}


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("words", ["第九条 不可抗力", "{{ head }}"])
def test_text_that_nobody_sees_is_refused_in_the_word_file(unseen: str, words: str) -> None:
    docx = _filled(with_paragraph(_run(UNSEEN[unseen], words)))
    found = faults_in_word(docx, [])
    assert [(one.code, one.where) for one in found] == [
        ("letter_text_hidden", words if "{" not in words else "head1")
    ]


@pytest.mark.parametrize("unseen", ["white", "all but white", "of one point"])
def test_text_that_nobody_sees_is_lost_in_the_pdf(unseen: str) -> None:
    seen = _filled(with_paragraph(_run("")))
    unseen_there = _pdf(_filled(with_paragraph(_run(UNSEEN[unseen]))))
    assert _told(unseen_there, seen) == [("lost", "第九条 不可抗力")]


def test_white_text_on_a_dark_cell_is_seen() -> None:
    assert "最终确认值" in "".join(page.text for page in read_pages(sample_files().pdf))


def _drawn(body: str, *, height: float = 200) -> bytes:
    """A page of Typst with a paragraph and something about it."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_file().parent]
    )
    source = f'#set page(width: 300pt, height: {height}pt, margin: 20pt)\n#set text(font: "{FAMILY}")\n{body}'
    return typst.compile(source.encode(), format="pdf", font_paths=fonts)


@pytest.mark.parametrize(
    "body",
    [
        "#place(dy: 190pt)[第九条]",
        "#place(dx: 290pt)[第九条]",
        "#place(dx: -60pt)[第九条]",
        "#set page(foreground: rect(width: 90%, height: 90%, fill: white))\n第九条",
        "#set page(foreground: rect(width: 90%, height: 90%, fill: black))\n第九条",
        "#rect(fill: black)[第九条]",
        "#text(fill: rgb(0, 0, 0, 5))[第九条]",
        "#text(size: 1pt)[第九条]",
    ],
)
def test_what_is_covered_or_off_the_paper_is_not_read(body: str) -> None:
    (page,) = read_pages(_drawn(body))
    assert page.text == ""


@pytest.mark.parametrize(
    "body", ["第九条#place(top)[甲方乙方]", "第九条#place(top, dx: 3pt, dy: 2pt)[#text(red)[12,345]]"]
)
def test_text_on_text_is_told(body: str) -> None:
    (page,) = read_pages(_drawn(body))
    assert "第" in page.overprinted


@pytest.mark.parametrize(
    "body",
    ["#text(weight: 700)[AVAWAToTyfi]", "第九条#place(top)[第九条]", "#underline[gjpqy]", "#strike[九条]"],
)
def test_letters_that_lean_over_each_other_are_no_text_on_text(body: str) -> None:
    (page,) = read_pages(_drawn(body))
    assert page.overprinted == ""


def test_a_text_that_runs_over_two_pages_is_found() -> None:
    letter = sample_letter(1, "简短")
    words = "".join(chr(0x4E00 + k) for k in range(3000))
    made = render(replace(letter, lines=(replace(letter.lines[0], reason=words),)), shipped(), "zh-CN")
    assert faults_in_pdf(made.pdf, made.docx) == []
    lost = changed(words[1500], "", docx=made.docx)
    assert faults_in_pdf(made.pdf, lost)


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
    assert pdf_text(to_pdf(made.docx, sample_letter().issued)) == pdf_text(made.pdf)


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
    assert letter.chain_head in "".join(page.text for page in read_pages(sample_files().pdf))


@dataclass
class _Sheets:
    """Pages as they are set, line by line, under a head that is repeated."""

    room: int
    pages: list[str]
    left: int = 0

    def turn(self) -> None:
        self.pages[-1] += f"共{len(self.pages)}张"
        self.pages.append("表头大区风险")
        self.left = self.room


@st.composite
def _broken_table(draw: st.DrawFn) -> tuple[list[list[str]], list[str]]:
    """A table of long names and one same short word, and its pages as an office program sets them: a row
    may break, the word stands beside either part, and what runs over may come in any order."""
    word = draw(st.sampled_from(["失", "流失", "大区", "华东大区"]))
    chance = Random(draw(st.integers(0, 1 << 32)))
    names = ["".join(chance.choices("华东大区流失", k=chance.randint(30, 90))) for _ in range(8)]
    rows = [[f"第{place}组{name}", word] for place, name in enumerate(names, 1)]
    sheets = _Sheets(draw(st.integers(4, 12)), ["首页"])
    for name, _ in rows:
        if not sheets.left:
            sheets.turn()
        lines = [name[at : at + 11] for at in range(0, len(name), 11)]
        first, rest = "".join(lines[: sheets.left]), "".join(lines[sheets.left :])
        is_early = not rest or draw(st.booleans())
        sheets.pages[-1] += first + word * is_early
        sheets.left = max(sheets.left - len(lines), 0)
        while rest:
            sheets.turn()
            here, rest = rest[: 11 * sheets.room], rest[11 * sheets.room :]
            said = [here, word * (not is_early)]
            sheets.pages[-1] += "".join(said[::-1] if draw(st.booleans()) else said)
            sheets.left, is_early = sheets.room - -(-len(here) // 11), True
    return rows, sheets.pages


def _faults(rows: list[list[str]], pages: list[str]) -> list[str]:
    """What the proof says of pages that say this, and of a file that says these rows."""
    read = [Page(page, "") for page in pages]
    with patch.object(proof, "read_pages", lambda _: read), patch.object(proof, "said", lambda _: Said(rows)):
        return [problem.code for problem in faults_in_pdf(b"", b"")]


@given(_broken_table())
@settings(max_examples=20)
def test_rows_that_break_pass_however_alike_their_texts_are(
    table: tuple[list[list[str]], list[str]],
) -> None:
    rows, pages = table
    assert _faults(rows, pages) == []


def test_cells_of_a_row_that_breaks_may_begin_alike() -> None:
    """What stands at the end of the page may be the start of either."""
    rows = [["甲组", "同意", "乙组"], ["甲ssaxkdncvw.5ou", "按申报值接受", "甲sskdv"]]
    pages = ["首页甲组同意乙组甲按申报甲sskdv共1张", "表头ssaxkdncvw.5ou值接受末页"]
    assert _faults(rows, pages) == []
    assert _faults(rows, [pages[0], pages[1].replace("值接受", "")])
    assert _faults(rows, [pages[0].replace("甲sskdv", ""), pages[1]])


@given(_broken_table(), st.data())
@settings(max_examples=12)
def test_of_rows_that_break_a_name_that_is_lost_or_stands_elsewhere_is_told(
    table: tuple[list[list[str]], list[str]], data: st.DataObject
) -> None:
    rows, pages = table
    (name, _), at = data.draw(st.sampled_from([(row, at) for at, row in enumerate(rows)]))
    assert _faults([[name.replace(name[:12], "从未写过的话")], *rows[1:]], pages)
    assert _faults([*rows[:at], *rows[at + 1 :], rows[at]], pages) or at == len(rows) - 1


_WIDE_SIGNS = st.text("—。…Ω华1“", min_size=9, max_size=60)


@given(st.lists(_WIDE_SIGNS.filter(lambda words: "—" in words), min_size=6, max_size=6), st.data())
@settings(max_examples=10)
def test_lines_are_read_as_they_were_set_however_wide_the_signs_at_their_ends(
    texts: list[str], data: st.DataObject
) -> None:
    """Dashes in a row are one sign, as wide as two lines are high. One that is lost is told all the same."""
    cells = "".join(f'#box(width: 60pt)[#text("{words}")]#v(9pt)\n' for words in texts)
    (page,) = read_pages(_drawn(f'#set text(8pt, lang: "zh")\n{cells}', height=2000))
    assert page.text == "".join(texts)
    rows, at = [[words] for words in texts], data.draw(st.integers(0, len(page.text) - 1))
    assert _faults(rows, [page.text]) == []
    assert _faults(rows, [page.text[:at] + page.text[at + 1 :]])
    assert _faults(rows, [page.text[:at] + "改" + page.text[at + 1 :]])


@given(st.lists(st.text("xyzαβ123=+×∑", min_size=1, max_size=6), min_size=1, max_size=4), st.data())
@settings(max_examples=20)
def test_a_formula_is_read_in_whatever_order_it_is_drawn(pieces: list[str], data: st.DataObject) -> None:
    """Its signs may be drawn as others; a letter or a figure that is lost is told."""
    formula = Said([["条款甲"], ["条款乙"]], formulas=["".join(pieces)])
    drawn = "".join(data.draw(st.permutations(pieces))).replace("×", "·")
    assert _told_of(formula, Page(f"条款甲{drawn}条款乙", "")) == []
    for at in (at for at, sign in enumerate(drawn) if sign.isalnum()):
        cut = drawn[:at] + drawn[at + 1 :]
        assert _told_of(formula, Page(f"条款甲{cut}条款乙", "")) == [
            ("letter_drawing_lost", formula.formulas[0])
        ]


def _told_of(letter: Said, page: Page) -> list[tuple[str, str]]:
    with patch.object(proof, "read_pages", lambda _: [page]), patch.object(proof, "said", lambda _: letter):
        return [(one.code, one.where) for one in faults_in_pdf(b"", b"")]


@pytest.mark.parametrize("habit", ["a chart", "a diagram"])
def test_what_a_chart_or_a_diagram_says_has_to_be_drawn(habit: str) -> None:
    words = said(house_copy(template(BY_OFFICE[habit])))
    shown = "".join(one for row in words.body for one in row)
    assert _told_of(words, Page(shown + "".join(BY_OFFICE[habit].printed), "")) == []
    lost = [("letter_drawing_lost", one) for one in BY_OFFICE[habit].printed]
    assert _told_of(words, Page(shown, "")) == lost


def test_a_sign_for_private_use_is_believed_only_in_the_font_that_it_is_named_by() -> None:
    page, table = Page("", "", (("\uf041", "CompanyIcons-Bold"),)), "word/fontTable.xml"
    assert _told_of(Said(fonts={"Company Icons Bold"}), page) == []
    assert _told_of(Said(fonts={"Wingdings"}), page) == [("letter_symbol", "U+F041")]
    font = f'<w:fonts xmlns:w="{W[1:-1]}"><w:font w:name="{{}}">{{}}</w:font></w:fonts>'
    fonts = {name: font.format(name, form).encode() for name, form in (("A", "<w:embedBold/>"), ("B", ""))}
    assert [[*own_fonts({table: one})] for one in fonts.values()] == [["A"], []]
