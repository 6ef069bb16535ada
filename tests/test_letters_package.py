"""A Word file that could run, load or leak anything is no template."""

from __future__ import annotations

import io
import zipfile

import pytest

from targetcal_xl.letters import LetterTemplate
from targetcal_xl.letters.house import package_faults
from targetcal_xl.problems import DataProblems
from tests.support.letters import BODY, changed, packed, parts_of, shipped, with_paragraph

RELS = "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPLIT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r>'
    '<w:r><w:instrText>TEXT "/etc/passwd"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def _linked(kind: str, target: str, mode: str = ' TargetMode="External"') -> bytes:
    link = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
    return changed("</Relationships>", link + "</Relationships>", RELS)


def _with_part(name: str) -> bytes:
    return packed(parts_of(shipped().data) | {name: b"x"})


def _named(data: bytes) -> list[str]:
    """What is unsafe; the template as a whole must agree."""
    problems = package_faults(data)
    assert LetterTemplate(data).problems() == problems
    with pytest.raises(DataProblems):
        _ = LetterTemplate(data).picture_sizes
    assert {problem.code for problem in problems} == {"letter_unsafe"}
    return [str(problem.fields["what"]) for problem in problems]


@pytest.mark.parametrize("kind", ["image", "oleObject", "attachedTemplate", "frame", "settings"])
def test_anything_loaded_from_elsewhere_is_refused(kind: str) -> None:
    assert _named(_linked(kind, "http://example.com/x")) == [f"{kind} → http://example.com/x"]


@pytest.mark.parametrize("kind", ["aFChunk", "subDocument"])
def test_documents_inside_the_document_are_refused(kind: str) -> None:
    assert _named(_linked(kind, "other.docx", "")) == [f"{kind} → other.docx"]


def test_a_link_that_is_only_followed_on_a_click_may_stay() -> None:
    assert package_faults(_linked("hyperlink", "https://example.com/")) == []


@pytest.mark.parametrize(
    "name",
    [
        "word/vbaProject.bin",
        "word/vbaData.xml",
        "word/activeX/activeX1.bin",
        "word/embeddings/oleObject1.bin",
        "word/embeddings/book.xlsx",
        "word/afchunk.mht",
    ],
)
def test_macros_and_embedded_objects_are_refused(name: str) -> None:
    parts = parts_of(shipped().data) | {name: b"<x/>" if name.endswith(".xml") else b"x"}
    assert _named(packed(parts)) == [name.rpartition("/")[2]]


@pytest.mark.parametrize("code", ["DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK", "MERGEFIELD"])
def test_word_fields_that_fetch_are_refused(code: str) -> None:
    simple = f'<w:fldSimple w:instr=" {code.lower()} &quot;x&quot; "><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    assert _named(changed("<w:body>", f"<w:body><w:p>{simple}</w:p>")) == [code]


def test_a_word_field_spread_over_runs_is_read_whole() -> None:
    assert _named(with_paragraph(SPLIT)) == ["INCLUDETEXT"]


def test_page_numbers_are_no_danger() -> None:
    assert package_faults(with_paragraph('<w:fldSimple w:instr="PAGE"/>')) == []


def test_a_document_type_is_refused_and_its_entities_stay_unread() -> None:
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    parts = parts_of(shipped().data)
    head, _, rest = parts[BODY].decode().partition("?>")
    assert _named(packed(parts | {BODY: f"{head}?>{entity}{rest}".encode()})) == ["DOCTYPE"]


def test_a_file_that_grows_when_unpacked_is_refused_before_it_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts_of(shipped().data).items():
            package.writestr(name, data)
        package.writestr("word/media/bomb.png", b"\0" * (65 << 20))
    assert len(out.getvalue()) < 1 << 20
    (problem,) = LetterTemplate(out.getvalue()).problems()
    assert problem.code == "letter_too_big"


def test_a_file_of_very_many_parts_is_refused() -> None:
    parts = parts_of(shipped().data) | {f"word/media/{k}.png": b"" for k in range(1000)}
    assert [problem.code for problem in package_faults(packed(parts))] == ["letter_too_big"]


def test_several_dangers_are_told_at_once() -> None:
    data = changed("<w:body>", f"<w:body><w:p>{SPLIT}</w:p>", docx=_with_part("word/vbaProject.bin"))
    assert sorted(_named(data)) == ["INCLUDETEXT", "vbaProject.bin"]


@pytest.mark.parametrize("part", ["word/styles.xml", RELS])
def test_a_part_that_is_no_xml_is_refused(part: str) -> None:
    broken = packed(parts_of(shipped().data) | {part: b"<a>"})
    assert [problem.code for problem in package_faults(broken)] == ["letter_not_word"]
