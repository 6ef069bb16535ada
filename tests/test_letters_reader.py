"""A template is taken as its reader sees it: changes accepted, remarks and people left at home."""

from __future__ import annotations

import re

import pytest

from targetcal_xl.letters import LetterTemplate, fields
from targetcal_xl.problems import DataProblems, Problem
from tests.support.habits import Habit, template
from tests.support.letters import (
    BODY,
    changed,
    packed,
    parts_of,
    pdf_text,
    render,
    sample_letter,
    shipped,
    with_paragraph,
    word_text,
)

GONE = '<w:del w:id="1" w:author="Person A"><w:r><w:delText>{}</w:delText></w:r></w:del>'
WHO = 'w:id="1" w:author="Person A" w:date="2025-01-01T00:00:00Z"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = "docProps/core.xml"
RELS = "word/_rels/document.xml.rels"
LABELS = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
CELL = '<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>'
TABLE = (
    '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid>'
    f"<w:tr>{CELL.format('kept row')}</w:tr>"
    f"<w:tr><w:trPr><w:del {WHO}/></w:trPr>{CELL.format('gone row')}</w:tr></w:tbl><w:p/>"
)
TRACKED = {
    "deleted run": f"<w:p><w:r><w:t>kept</w:t></w:r>{GONE.format('gone')}</w:p>",
    "deleted field": f"<w:p><w:r><w:t>kept</w:t></w:r>{GONE.format('{{ gone }}')}</w:p>",
    "inserted run": f"<w:p><w:ins {WHO}><w:r><w:t>kept</w:t></w:r></w:ins></w:p>",
    "inserted, then deleted": (
        f"<w:p><w:r><w:t>kept</w:t></w:r><w:ins {WHO}>{GONE.format('gone')}</w:ins></w:p>"
    ),
    "moved": (
        f'<w:p><w:moveFromRangeStart {WHO} w:name="m"/>'
        f"<w:moveFrom {WHO}><w:r><w:t>gone</w:t></w:r></w:moveFrom>"
        f'<w:moveFromRangeEnd w:id="1"/></w:p><w:p><w:moveToRangeStart {WHO} w:name="m"/>'
        f'<w:moveTo {WHO}><w:r><w:t>kept</w:t></w:r></w:moveTo><w:moveToRangeEnd w:id="1"/></w:p>'
    ),
    "look": (
        f"<w:p><w:pPr><w:rPr><w:rPrChange {WHO}><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr>"
        f'<w:pPrChange {WHO}><w:pPr><w:jc w:val="gone"/></w:pPr></w:pPrChange></w:pPr><w:r><w:rPr>'
        f"<w:rPrChange {WHO}><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>kept</w:t></w:r></w:p>"
    ),
    "row": TABLE,
    "block": f"<w:ins {WHO}><w:p><w:r><w:t>kept</w:t></w:r></w:p></w:ins>",
}
TRACES = re.compile(
    rb"Person A|[^a-z]gone|<w:(?:ins|del|moveFrom|moveTo|delText|\w+Change)\b|[cC]omment|rsid"
)


def _first(xml: str) -> bytes:
    """A small template that begins so."""
    return changed("<w:body>", f"<w:body>{xml}", docx=template(Habit("")))


def _issued(template: bytes) -> tuple[bytes, bytes]:
    assert LetterTemplate(template).problems() == []
    made = render(sample_letter(), LetterTemplate(template), "zh-CN")
    return made.docx, made.pdf


def _linked(name: str, content: str, kind: str, owner: str = RELS, docx: bytes | None = None) -> bytes:
    """A file with one more part that a relationship leads to."""
    link = f'<Relationship Id="rId77" Type="{kind}" Target="/{name}"/></Relationships>'
    with_link = changed("</Relationships>", link, owner, docx)
    return packed(parts_of(with_link) | {name: content.encode()})


def _everything(docx: bytes) -> bytes:
    return b"".join(name.encode() + data for name, data in parts_of(docx).items())


@pytest.mark.parametrize("change", TRACKED)
def test_tracked_changes_are_accepted_in_word_and_pdf(change: str) -> None:
    docx, pdf = _issued(_first(TRACKED[change]))
    assert word_text(docx).startswith("kept")
    assert "kept" in pdf_text(pdf)
    assert "gone" not in pdf_text(pdf)
    assert TRACES.findall(parts_of(docx)[BODY]) == []


def test_paragraphs_whose_border_was_deleted_are_one() -> None:
    mark = f"<w:pPr><w:rPr><w:del {WHO}/></w:rPr></w:pPr>"
    two = f"<w:p>{mark}<w:r><w:t>one </w:t></w:r></w:p><w:p><w:r><w:t>sentence</w:t></w:r></w:p>"
    docx, _ = _issued(_first(two))
    assert b"sentence" in parts_of(docx)[BODY].split(b"</w:p>")[0]
    assert word_text(docx).startswith("one sentence")


def test_a_field_typed_over_with_changes_tracked_is_filled_in() -> None:
    words = f"<w:r><w:t>{{{{ re</w:t></w:r><w:del {WHO}><w:r><w:delText>venue</w:delText></w:r></w:del>"
    docx, _ = _issued(_first(f"<w:p>{words}<w:ins {WHO}><w:r><w:t>gion }}}}</w:t></w:r></w:ins></w:p>"))
    assert word_text(docx).startswith("华东大区")


@pytest.mark.parametrize("part", ["word/header1.xml", "word/footer1.xml"])
def test_changes_in_the_margins_are_accepted_too(part: str) -> None:
    end = "</w:hdr>" if "header" in part else "</w:ftr>"
    docx, pdf = _issued(changed(end, TRACKED["deleted run"] + end, part))
    assert b"gone" not in _everything(docx)
    assert "gone" not in pdf_text(pdf)


def test_a_reviewers_remarks_stay_at_home() -> None:
    said = f"<w:comment {WHO}><w:p><w:r><w:t>gone</w:t></w:r></w:p></w:comment>"
    remark = f'<w:comments xmlns:w="{WORD}">{said}</w:comments>'
    marks = (
        '<w:p><w:commentRangeStart w:id="1"/><w:r><w:t>kept</w:t></w:r><w:commentRangeEnd w:id="1"/>'
        '<w:r><w:commentReference w:id="1"/></w:r></w:p>'
    )
    template = _linked("word/REMARKS.xml", remark, f"{OFFICE}/comments", docx=_first(marks))
    template = changed("rId77", "rId78", RELS, template)
    people = "http://schemas.microsoft.com/office/2011/relationships/people"
    docx, _ = _issued(_linked("word/people.xml", "<people>Person A</people>", people, docx=template))
    assert TRACES.findall(_everything(docx)) == []
    assert word_text(docx).startswith("kept")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("docProps/custom.xml", f"{OFFICE}/custom-properties"),
        ("customXml/item1.xml", f"{OFFICE}/customXml"),
        ("word/glossary/document.xml", f"{OFFICE}/glossaryDocument"),
        ("docMetadata/LabelInfo.xml", LABELS),
    ],
)
def test_properties_of_the_house_stay_at_home(name: str, kind: str) -> None:
    owner = RELS if name.startswith(("word", "customXml")) else "_rels/.rels"
    docx, _ = _issued(_linked(name, "<x>gone</x>", kind, owner))
    assert b"gone" not in _everything(docx)
    assert name not in parts_of(docx)


def test_who_wrote_the_template_is_in_no_property() -> None:
    template = changed("</Properties>", "<Manager>gone</Manager></Properties>", "docProps/app.xml")
    core = "<cp:lastModifiedBy>gone</cp:lastModifiedBy><cp:category>gone</cp:category></cp:coreProperties>"
    parts = parts_of(template)
    plain = re.sub("<cp:(lastModifiedBy|category)[^>]*>(</[^>]*>)?", "", parts[CORE].decode())
    docx, _ = _issued(packed(parts | {CORE: plain.replace("</cp:coreProperties>", core).encode()}))
    assert b"gone" not in _everything(docx)
    assert b"python-docx" not in _everything(docx)


def test_marks_of_editing_sessions_and_permissions_stay_at_home() -> None:
    words = (
        '<w:p w:rsidR="00AA00BB"><w:permStart w:id="3" w:ed="gone@example.com"/>'
        '<w:r w:rsidRPr="00AA00BB"><w:t>kept</w:t></w:r><w:permEnd w:id="3"/></w:p>'
    )
    settings = (
        '<w:rsids><w:rsid w:val="00AA00BB"/></w:rsids>'
        '<w:docVars><w:docVar w:name="a" w:val="gone"/></w:docVars>'
    )
    docx, _ = _issued(
        changed("</w:settings>", settings + "</w:settings>", "word/settings.xml", _first(words))
    )
    assert TRACES.findall(_everything(docx)) == []
    assert b"00AA00BB" not in _everything(docx)


LOOKS = (
    "{ unit }", "{unit}", "{ unit }}", "{{ unit }", "{{unit", "unit }}", "｛｛ unit ｝｝", "｛ unit ｝",
    "{｛ unit ｝}", "«unit»", "« Unit »", "<<unit>>", "＜＜unit＞＞", "<unit>", "《unit》", "[unit]",
    "[[unit]]", "［unit］", "【unit】", "${unit}", "＄{unit}", "%unit%", "{% if unit ", "｛% if unit %｝",
    "{{{ agread }",
    "{ agread }", "${agread}", "<<agread>>", "﹛unit﹜", "{\u200bunit}", "[line.agreed]",
)  # fmt: skip


def _found(docx: bytes) -> list[Problem]:
    return LetterTemplate(docx).problems()


def _said(docx: bytes) -> list[str]:
    return [str(problem.fields["said"]) for problem in _found(docx)]


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("look", LOOKS)
def test_a_field_of_any_look_that_was_not_filled_in_is_named(look: str) -> None:
    problems = _found(with_paragraph(_escaped(f"致 {look} 先生")))
    assert {problem.code for problem in problems} <= {"letter_placeholder", "letter_syntax"}
    named = " ".join(str(problem.fields.get("said")) for problem in problems)
    assert look.strip("{}%<>｛｝＜＞«»《》[]［］【】$＄﹛﹜\u200b ") in named
    assert all(problem.sentence("zh-CN") and problem.sentence("en") for problem in problems)


def test_a_field_in_another_look_is_found_in_any_part_and_over_runs() -> None:
    runs = "<w:r><w:t>{ un</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>it }</w:t></w:r>"
    assert _said(with_paragraph(runs)) == ["{ unit }"]
    footer = "<w:p><w:r><w:t>«unit»</w:t></w:r></w:p></w:ftr>"
    assert _said(changed("</w:ftr>", footer, "word/footer1.xml")) == ["«unit»"]


@pytest.mark.parametrize(
    "words",
    ["《劳动合同法》第 [3] 条", "【甲方】（unit）", "100% of 5 %", "a < b > c", "[2025] 12 号", "« bonjour »",
     "{{ unit }}元", "{# { unit } #}x", "{{ '}' }}{{ unit|upper }}", "〔2025〕 <1>"],
)  # fmt: skip
def test_brackets_of_ordinary_text_are_text(words: str) -> None:
    assert _found(with_paragraph(_escaped(words))) == []


def test_what_a_person_writes_may_look_like_a_field_or_a_mark() -> None:
    said = "{ unit } [[SIG_HEAD]] «unit» [[SIG_SUPERIOR]] {{ unit"
    made = render(sample_letter(1, said), shipped(), "zh-CN")
    assert word_text(made.docx).count(said) >= 2


def test_a_mark_that_only_a_persons_text_has_does_not_sign() -> None:
    template = LetterTemplate(changed("[[SIG_HEAD]]", ""))
    letter = sample_letter(1, "[[SIG_HEAD]]")
    with pytest.raises(DataProblems) as refused:
        template.render(fields(letter, "en"), {}, letter.issued)
    assert [problem.code for problem in refused.value.problems] == ["letter_anchor"]
