"""A Word template becomes a letter that says what people wrote, and the same one every time."""

from __future__ import annotations

import io
import math
import re
import zipfile
from dataclasses import replace
from typing import get_args

import pytest
from docxtpl import DocxTemplate
from hypothesis import example, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Letter, Metric, Person, Region, Targets
from targetcal_xl.calibration.commitment import Turned
from targetcal_xl.letters import LetterKind, LetterTemplate, fields
from targetcal_xl.letters.compiled import Picture
from targetcal_xl.letters.placed import PICTURES
from targetcal_xl.problems import DataProblems
from tests.support.letters import (
    BODY,
    changed,
    packed,
    parts_of,
    sample_letter,
    shipped,
    with_paragraph,
    word_text,
)

CORE = "docProps/core.xml"
RELS = "word/_rels/document.xml.rels"
PNG = b"\x89PNG a picture"
HOSTILE = (
    "& < > \" ' { } = + - @ \\ # $ * _ ~ `",
    "一行\n两行\t制表",
    "{{ agreed }} {% if x %} {# #} {_{ {_% }_}",
    "&amp; &#95; ]]> <w:t>x</w:t> </w:p>",
    "𠮷 㐂 䶮 ﬁ 豈 é",
    "=cmd|' /C calc'!A0",
)
UNSHOWABLE = ("a\x00b", "a\x08b", "a\x0bb", "a\x1fb", "a\ud800b", "a\ufffeb", "😀", "\u202eabc", "x\u200by")


def _saying(words: str) -> Letter:
    """A letter where somebody wrote these words in each free text."""
    letter = sample_letter(1, words, others=1)
    grant = replace(letter.grants[0], what=words)
    objection = replace(letter.objections[0], support=words, risk=words, handling=words)
    return replace(letter, grants=(grant,), objections=(objection,), company=words)


def _rendered(letter: Letter, language: str = "zh-CN", template: LetterTemplate | None = None) -> bytes:
    pictures = {chart: Picture(PNG + chart.encode(), f"替代 {chart.partition(':')[2]}") for chart in PICTURES}
    return (template or shipped(language)).render(fields(letter, language), pictures, letter.issued).docx


def _core(docx: bytes) -> str:
    return parts_of(docx)[CORE].decode()


def _codes(data: bytes) -> list[str]:
    return [problem.code for problem in LetterTemplate(data).problems()]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=60))
@settings(max_examples=25)
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[4])
@example(HOSTILE[5])
def test_any_text_arrives_in_word_unchanged_or_is_refused_by_name(words: str) -> None:
    try:
        docx = _rendered(_saying(words))
    except DataProblems as refused:
        assert {problem.code for problem in refused.problems} == {"letter_glyph"}
        named = str(refused.problems[0].fields["characters"])
        assert all(f"U+{ord(sign):04X}" not in named for sign in "\n\t中")
        return
    assert word_text(docx).count(words) >= 5
    assert words in word_text(docx, "word/header1.xml")


def test_a_text_as_long_as_a_cell_can_hold_arrives_whole() -> None:
    words = "".join(chr(0x4E00 + k % 20_000) for k in range(32_767))
    said = word_text(_rendered(_saying(words)))
    found = said.count(words)
    assert found >= 5


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_type_in_daily_life_is_not_refused(words: str) -> None:
    assert word_text(_rendered(_saying(words))).count(words) >= 5


@pytest.mark.parametrize("words", UNSHOWABLE)
def test_characters_that_no_letter_shows_are_named(words: str) -> None:
    with pytest.raises(DataProblems) as refused:
        _rendered(_saying(words))
    (problem,) = refused.value.problems
    worst = max(words, key=lambda sign: sign not in "abxyc ")
    assert f"U+{ord(worst):04X}" in str(problem.fields["characters"])
    problem.sentence("zh-CN").encode()


def test_line_ends_of_windows_are_line_ends() -> None:
    said = word_text(_rendered(_saying("一\r\n二\r三")))
    assert "一\n二\n三" in said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("lines", [1, 12])
def test_the_words_are_those_of_plain_docxtpl(language: str, lines: int) -> None:
    letter = sample_letter(lines, 'R&D < 3 > "2"')
    plain = DocxTemplate(io.BytesIO(shipped(language).data))
    plain.render(dict(fields(letter, language)), autoescape=True)
    plain.save(out := io.BytesIO())
    ours = _rendered(letter, language)
    for part in (BODY, "word/header1.xml", "word/footer1.xml"):
        assert word_text(ours, part) == word_text(out.getvalue(), part)


def test_the_same_letter_is_the_same_file() -> None:
    assert _rendered(sample_letter()) == _rendered(sample_letter())
    assert _rendered(sample_letter()) != _rendered(replace(sample_letter(), number="X"))
    with zipfile.ZipFile(io.BytesIO(_rendered(sample_letter()))) as package:
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_everything_printed_is_listed_for_the_proof() -> None:
    letter = sample_letter(1, "只此一句")
    merged = shipped().render(fields(letter, "zh-CN"), {}, letter.issued).merged
    assert {"只此一句", letter.number, letter.chain_head, "95", "第 1 项支持"} <= set(merged)


def test_the_files_properties_say_whose_letter_it_is_and_forget_the_template() -> None:
    core = "<cp:keywords>{{ agreed }} old</cp:keywords><cp:lastModifiedBy>old</cp:lastModifiedBy>"
    emptied = re.sub("<cp:(keywords|lastModifiedBy)>[^<]*</[^>]*>", "", _core(shipped().data))
    parts = parts_of(shipped().data) | {CORE: emptied.replace("</cp:coreP", core + "</cp:coreP").encode()}
    template = LetterTemplate(packed(parts))
    core = _core(_rendered(sample_letter(), template=template))
    assert "<dc:title>2025Q1-R1-V1</dc:title>" in core
    assert "old" not in core
    assert core.count("2025-01-13T00:00:00Z") == 2


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_shipped_templates_are_in_order(language: str) -> None:
    assert shipped(language).problems() == []


@pytest.mark.parametrize("anchor", ["[[SIG_HEAD]]", "[[SIG_SUPERIOR]]"])
def test_each_signature_mark_stands_exactly_once(anchor: str) -> None:
    assert _codes(changed(anchor, "")) == ["letter_anchor"]
    assert _codes(with_paragraph(anchor)) == ["letter_anchor"]
    (problem,) = LetterTemplate(with_paragraph(anchor)).problems()
    assert problem.fields == {"anchor": anchor, "times": 2}


def _drawing(chart: str) -> str:
    """The drawing of a placeholder picture."""
    body = parts_of(shipped().data)[BODY].decode()
    at = body.index(f'descr="{chart}"')
    end = "</w:drawing>"
    return body[body.rindex("<w:drawing>", 0, at) : body.index(end, at) + len(end)]


@pytest.mark.parametrize("chart", PICTURES)
def test_a_placeholder_picture_stands_once_or_not_at_all(chart: str) -> None:
    without = changed(chart, "a logo")
    assert _codes(without) == []
    assert set(LetterTemplate(without).picture_sizes) == {*PICTURES} - {chart}
    twice = LetterTemplate(with_paragraph(f"<w:r>{_drawing(chart)}</w:r>"))
    assert [(problem.code, problem.fields) for problem in twice.problems()] == [
        ("letter_chart", {"chart": chart, "times": 2})
    ]
    with pytest.raises(DataProblems):
        _ = twice.picture_sizes


def test_each_picture_goes_to_its_own_place() -> None:
    docx = _rendered(sample_letter())
    media = {name: data for name, data in parts_of(docx).items() if name.startswith("word/media/")}
    assert sorted(media.values()) == sorted(PNG + chart.encode() for chart in PICTURES)
    links = dict(re.findall(r'Id="(rId\d+)"[^>]*Target="(media/[^"]+)"', parts_of(docx)[RELS].decode()))
    shown = re.findall(r'descr="替代 (\w+)".*?r:embed="(rId\d+)"', parts_of(docx)[BODY].decode())
    assert "chart:" not in parts_of(docx)[BODY].decode()
    assert {name: media[f"word/{links[rid]}"] for name, rid in shown} == {
        chart.partition(":")[2]: PNG + chart.encode() for chart in PICTURES
    }


def test_placeholders_that_share_an_image_are_refused() -> None:
    shared = changed('Target="media/image2.png"', 'Target="media/image1.png"', RELS)
    assert _codes(shared) == ["letter_chart_shared"]


@pytest.mark.parametrize("image", ["word/media/image1.png", "word/media/image2.png"])
def test_a_picture_that_is_no_part_of_the_file_is_refused(image: str) -> None:
    lost = parts_of(shipped().data)
    del lost[image]
    assert _codes(packed(lost)) in (["letter_chart"], ["letter_not_word"])


def test_a_picture_is_made_as_large_as_its_placeholder() -> None:
    for width, height in shipped().picture_sizes.values():
        assert 40 < width < 600
        assert 40 < height < 300


@pytest.mark.parametrize(
    "data",
    [b"", b"not a zip", packed({"x.txt": b"x"}), packed({BODY: b"<a/>"})],
    ids=["nothing", "text", "zip", "bare"],
)
def test_a_file_that_is_no_word_document_is_refused(data: bytes) -> None:
    assert _codes(data) == ["letter_not_word"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_signatures_stay_together_with_what_they_sign(language: str) -> None:
    body = parts_of(shipped(language).data)[BODY].decode()
    heading = body.rindex('<w:pStyle w:val="Heading2"/>', 0, body.index("[[SIG_HEAD]]"))
    paragraphs, block = body[heading : body.index("</w:tbl>", heading)].split("<w:tbl>")
    assert paragraphs.count("<w:keepNext/>") == paragraphs.count("<w:p>")
    rows = block.split("<w:tr>")[1:]
    assert all("<w:cantSplit/>" in row for row in rows)
    assert all(row.count("<w:keepNext/>") == row.count("<w:p>") for row in rows[:-1])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_lines_are_as_high_in_whatever_font_a_program_has(language: str) -> None:
    """Only a line with a picture grows with what stands in it."""
    parts = parts_of(shipped(language).data)
    styles = re.findall(r"<w:style .*?</w:style>", parts["word/styles.xml"].decode())
    grown = [style for style in styles if re.search('w:lineRule="(?!exact)', style)]
    assert [re.findall('w:styleId="(.*?)"', style) for style in grown] == [["LetterPicture"]]
    assert 'w:lineRule="atLeast"' not in parts[BODY].decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ("协商一致", "一式三份", "人力资源部各执一份", "公司盖章", "目标跟踪与期末评估的依据")),
        ("en", ("keep a copy each", "Human Resources", "Company seal", "evaluated against it")),
    ],
)
def test_a_letter_says_what_it_is_for_and_who_keeps_it(language: str, words: tuple[str, ...]) -> None:
    said = word_text(shipped(language).data)
    assert [one for one in words if one not in said] == []


def test_a_letter_has_the_figure_that_was_objected_to_and_what_came_of_it() -> None:
    letter = sample_letter(1, others=1)
    objection = replace(letter.objections[0], declared=70.0, suggested=100.0)
    said = word_text(_rendered(replace(letter, objections=(objection,))))
    assert "申报：70，模型建议：100，较建议：−30.0%" in said
    assert "最终确认：95" in said


def _in_chinese_words() -> Letter:
    """A letter that has words or a dash wherever one may stand for a number."""
    letter = sample_letter(4, others=2)
    unknown = Targets(*[math.nan] * len(vars(letter.lines[0].targets)))
    region = Region("R1", "华东", Person("王敏"), Person("陈刚"), Person("李颖"))
    objection = replace(letter.objections[0], lifted=80.0)
    return replace(
        letter,
        company="某某公司",
        metric=Metric("days", "平均交付天数", "签约至上线", "天", kind="mean"),
        region=region,
        lines=(replace(letter.lines[0], targets=unknown), *letter.lines[1:]),
        total=unknown,
        objections=(objection, replace(objection, outcome="upheld", handled=True)),
        replaces="2025Q1-R1-V1",
        rests_on="2025Q1-R1-V1",
    )


def _turned_in_chinese() -> Letter:
    letter = _in_chinese_words()
    turned = Turned(trigger="market", reason="市场下滑", since=letter.issued, before=9.0, after=8.0, to=8.5)
    return replace(letter, lines=tuple(replace(line, turned=turned) for line in letter.lines))


_BLANK_IN_CHINESE = re.compile("[\u3001-\u30ff\u4e00-\u9fff\uff00-\uffef“”—] +[\u3001-\u30ff\u4e00-\u9fff—]")


@pytest.mark.parametrize("kind", get_args(LetterKind))
@pytest.mark.parametrize("letter", [_in_chinese_words(), _turned_in_chinese()], ids=["level", "turned"])
def test_no_blank_stands_between_chinese_words(kind: LetterKind, letter: Letter) -> None:
    rendered = LetterTemplate.shipped("zh-CN", kind).render(fields(letter, "zh-CN"), {}, letter.issued).docx
    said = word_text(rendered)
    assert [said[max(at.start() - 12, 0) : at.end() + 12] for at in _BLANK_IN_CHINESE.finditer(said)] == []


def test_what_did_not_change_has_no_sign() -> None:
    letter = sample_letter(1)
    targets = replace(letter.lines[0].targets, agreed=100.0, suggested=100.0, last_year=100.02)
    lines = fields(replace(letter, lines=(replace(letter.lines[0], targets=targets),)), "en")["lines"]
    assert isinstance(lines, list)
    (line,) = lines
    assert (line["gap"], line["growth"]) == ("0.0%", "0.0%")
