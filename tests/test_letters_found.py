"""A Word file is followed by its relationships: what a part is called says nothing of what it is."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from PIL import Image

from targetcal_xl.letters import LetterTemplate
from targetcal_xl.letters.house import house_copy, package_faults
from targetcal_xl.letters.placed import PICTURES
from targetcal_xl.problems import DataProblems
from tests.support.exploring import explores
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

RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRANGE = "http://schemas.microsoft.com/office"
FIELD = '<w:p><w:fldSimple w:instr=" DDEAUTO cmd x "/></w:p>'
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
VML = "urn:schemas-microsoft-com:vml"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def _renamed(names: dict[str, str]) -> bytes:
    """The template with parts called otherwise, in the archive, the types and the relationships."""
    parts = parts_of(shipped().data)
    for old, new in names.items():
        parts[new] = parts.pop(old)
        for holder in (TYPES, "_rels/.rels", RELS):
            for form in (f'"/{old}"', f'"{old}"', f'"{old.removeprefix("word/")}"'):
                told = form.replace(old.removeprefix("word/"), new.removeprefix("word/"))
                parts[holder] = parts[holder].replace(form.encode(), told.encode())
    return packed(parts)


def _linked(kind: str, name: str, content: bytes = b"x", mode: str = "", type_base: str = OFFICE) -> bytes:
    link = f'<Relationship Id="rId99" Type="{type_base}/{kind}" Target="{name}"{mode}/></Relationships>'
    with_link = changed("</Relationships>", link, RELS)
    return with_link if mode else packed(parts_of(with_link) | {f"word/{name}": content})


def _dangers(docx: bytes) -> list[str]:
    problems = LetterTemplate(docx).problems()
    assert {problem.code for problem in problems} == {"letter_unsafe"}
    return [str(problem.fields["what"]) for problem in problems]


def _said(docx: bytes) -> str:
    """The text of the finished letter's PDF, after Word's agreed."""
    assert LetterTemplate(docx).problems() == []
    made = render(sample_letter(), LetterTemplate(docx), "zh-CN")
    assert "华东大区" in word_text(made.docx)
    return pdf_text(made.pdf)


def test_a_body_of_another_name_is_found() -> None:
    names = {"word/document.xml": "word/document2.xml", RELS: "word/_rels/document2.xml.rels"}
    parts = parts_of(shipped().data)
    rels = parts["_rels/.rels"].replace(b"word/document.xml", b"word/document2.xml")
    types = parts[TYPES].replace(b"/word/document.xml", b"/word/document2.xml")
    moved = {names.get(name, name): data for name, data in parts.items()}
    assert "华东大区" in _said(packed(moved | {"_rels/.rels": rels, TYPES: types}))


@pytest.mark.parametrize(
    "names",
    [
        {"word/styles.xml": "word/styles2.xml"},
        {"word/header1.xml": "word/top.bin", "word/footer1.xml": "word/deep/below/Bottom.xml"},
        {"word/media/image1.png": "word/media/LOGO", "word/media/image2.png": "media/2"},
        {"word/theme/theme1.xml": "theme", "word/settings.xml": "word/einstellungen.xml"},
    ],
)  # fmt: skip
def test_parts_of_other_names_are_found(names: dict[str, str]) -> None:
    types = "".join(
        f'<Override PartName="/{new}" ContentType="image/png"/>' for new in names.values() if "xml" not in new
    )
    docx = _renamed(names)
    if "word/media/image1.png" in names:
        docx = changed("</Types>", types + "</Types>", TYPES, docx)
        docx = changed('"media/2"', '"/media/2"', RELS, docx)
    said = _said(docx)
    assert sample_letter().number in said
    assert sample_letter().chain_head in re.sub(r"\s", "", said)


def test_names_are_equal_in_any_case_and_with_either_slash() -> None:
    parts = {name.replace("word/h", "word\\H").replace("styles", "Styles"): data for name, data in
             parts_of(shipped().data).items()}  # fmt: skip
    assert sample_letter().number in _said(packed(parts))


def test_two_parts_of_one_name_are_refused() -> None:
    twin = packed(parts_of(shipped().data) | {"word/Document.xml": b"<x/>"})
    assert [problem.code for problem in package_faults(twin)] == ["letter_not_word"]


@pytest.mark.parametrize("part", ["styles", "settings", "fontTable", "theme", "webSettings"])
def test_a_document_may_lack_what_word_does_not_need(part: str) -> None:
    parts = parts_of(shipped().data)
    parts[RELS] = re.sub(rf'<Relationship [^>]*/{part}"[^>]*/>'.encode(), b"", parts[RELS])
    lacking = {name: data for name, data in parts.items() if not re.search(rf"/{part}1?\.xml$", name)}
    assert len(lacking) == len(parts) - 1
    assert sample_letter().number in _said(packed(lacking))


def test_a_template_without_properties_gets_its_letters_own() -> None:
    parts = parts_of(shipped().data)
    bare = {name: data for name, data in parts.items() if not name.startswith("docProps")}
    bare["_rels/.rels"] = re.sub(rb"<Relationship [^>]*docProps[^>]*/>", b"", bare["_rels/.rels"])
    _said(packed(bare))


def _picture(form: str) -> bytes:
    Image.new("RGB", (8, 4), "red").save(out := io.BytesIO(), form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "form", "kind"),
    [("image1.PNG", "PNG", "png"), ("image1.jpeg", "JPEG", "jpeg"), ("image1.JPG", "JPEG", "jpeg"),
     ("image1.gif", "GIF", "gif"), ("image1.tmp", "PNG", "png")],
)  # fmt: skip
def test_a_placeholder_may_be_a_picture_of_any_kind(name: str, form: str, kind: str) -> None:
    ending = name.rpartition(".")[2]
    docx = changed("image1.png", name, RELS)
    docx = changed(
        "</Types>", f'<Default Extension="{ending}" ContentType="image/{kind}"/></Types>', TYPES, docx
    )
    parts = parts_of(docx)
    del parts["word/media/image1.png"]
    template = LetterTemplate(packed(parts | {f"word/media/{name}": _picture(form)}))
    assert template.problems() == []
    made = render(sample_letter(), template, "zh-CN")
    plain = render(sample_letter(), shipped(), "zh-CN")
    assert made.pdf == plain.pdf
    media = [data for part, data in parts_of(made.docx).items() if "media/" in part]
    assert all(data.startswith(b"\x89PNG") for data in media)
    assert len(media) == len(PICTURES)


FLOAT = "behindDoc='0' locked='0' layoutInCell='1' allowOverlap='1' simplePos='0' relativeHeight='2'"
PLACE = (
    "<wp:simplePos x='0' y='0'/><wp:positionH relativeFrom='column'><wp:posOffset>0</wp:posOffset>"
    "</wp:positionH><wp:positionV relativeFrom='paragraph'><wp:posOffset>0</wp:posOffset></wp:positionV>"
)


def _floating(docx: bytes, chart: str) -> bytes:
    """The file with the frame of a picture floating beside the text."""
    body = parts_of(docx)[BODY].decode()
    start = body.rindex("<wp:inline", 0, body.index(f'descr="{chart}"'))
    end = body.index("</wp:inline>", start)
    frame = body[start:end].replace("<wp:inline", f"<wp:anchor {FLOAT}", 1).replace(">", f">{PLACE}", 1)
    frame = re.sub(" dist[TBLR]='?\"?0'?\"?", "", frame).replace(
        "<wp:docPr", "<wp:wrapTopAndBottom/><wp:docPr", 1
    )
    floating = f"{body[:start]}{frame}</wp:anchor>{body[end + len('</wp:inline>') :]}"
    return packed(parts_of(docx) | {BODY: floating.encode()})


def test_a_chart_in_a_floating_frame_is_drawn_there() -> None:
    template = LetterTemplate(_floating(shipped().data, "chart:targets"))
    assert template.picture_sizes == shipped().picture_sizes
    assert template.problems() == []
    assert (
        b"\x89PNG"
        in parts_of(render(sample_letter(), template, "zh-CN").docx)["word/media/chart-targets.png"]
    )


def test_a_mark_in_a_text_box_stands_once_although_it_is_stored_twice() -> None:
    mark = "<w:p><w:r><w:t>[[SIG_HEAD]]</w:t></w:r></w:p>"
    twice = (
        f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps">{mark}</mc:Choice>'
        f"<mc:Fallback>{mark}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert LetterTemplate(with_paragraph(twice, changed("[[SIG_HEAD]]", ""))).problems() == []


def test_dynamic_data_in_a_header_of_any_name_is_found() -> None:
    header = f'<w:hdr xmlns:w="{W}">{FIELD}</w:hdr>'.encode()
    assert _dangers(_linked("header", "header9.bin", header)) == ["DDEAUTO"]
    assert _dangers(packed(parts_of(shipped().data) | {"word/header9.bin": header})) == ["DDEAUTO"]
    utf16 = f'<?xml version="1.0" encoding="UTF-16"?>{header.decode()}'.encode("utf-16")
    assert _dangers(_linked("header", "header9.bin", utf16)) == ["DDEAUTO"]
    assert _dangers(packed(parts_of(shipped().data) | {"word/header9.bin": utf16})) == ["DDEAUTO"]


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        *((kind, OFFICE) for kind in ("oleObject", "package", "control", "aFChunk", "subDocument")),
        *((kind, OFFICE) for kind in ("attachedTemplate", "mailMergeSource")),
        *((kind, f"{STRANGE}/2006/relationships") for kind in ("vbaProject", "activeXControlBinary")),
        *((kind, f"{STRANGE}/2006/relationships") for kind in ("keyMapCustomizations", "webextension")),
        ("extensibility", f"{STRANGE}/2007/relationships/ui"),
    ],
)
def test_objects_are_found_by_what_leads_to_them(kind: str, base: str) -> None:
    assert _dangers(_linked(kind, "data1.dat", type_base=base)) == [f"{kind} → data1.dat"]


def test_an_object_that_nothing_leads_to_is_found_by_how_it_begins_or_what_it_is_said_to_be() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 object"
    assert _dangers(packed(parts_of(shipped().data) | {"word/data1.dat": ole})) == ["data1.dat"]
    said = '<Override PartName="/word/Data1.dat" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    docx = changed("</Types>", said, TYPES)
    assert _dangers(packed(parts_of(docx) | {"word/data1.dat": b"x"})) == ["data1.dat"]


def test_a_picture_that_is_none_is_refused() -> None:
    assert _dangers(_linked("image", "data1.dat")) == ["data1.dat"]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://example.com/x"/></svg>'
    docx = changed("</Types>", '<Default Extension="svg" ContentType="image/svg+xml"/></Types>', TYPES,
                   _linked("image", "a.svg", svg))  # fmt: skip
    assert _dangers(docx) == ["a.svg"]


REMOTE = ' TargetMode="External"'
LOADS = {
    "blip": f'<w:r><a:blip xmlns:a="{A}" xmlns:r="{OFFICE}" r:link="rId99"/></w:r>',
    "imagedata": f'<w:pict><v:imagedata xmlns:v="{VML}" xmlns:r="{OFFICE}" r:href="rId99"/></w:pict>',
    "object": "<w:r><w:object/></w:r>",
    "control": f'<w:r><w:control xmlns:r="{OFFICE}" r:id="rId99"/></w:r>',
    "altChunk": f'<w:altChunk xmlns:r="{OFFICE}" r:id="rId99"/>',
    "subDoc": f'<w:subDoc xmlns:r="{OFFICE}" r:id="rId99"/>',
}


@pytest.mark.parametrize("name", LOADS)
def test_a_link_that_is_no_clicked_one_is_found_whatever_its_type_says(name: str) -> None:
    linked = _linked("hyperlink", "http://example.com/x.png", mode=REMOTE)
    body = LOADS[name] if name in ("altChunk", "subDoc") else f"<w:p>{LOADS[name]}</w:p>"
    dangers = _dangers(changed("<w:body>", f"<w:body>{body}", docx=linked))
    assert dangers[0].split(" ")[0] == name


def test_a_picture_in_vml_may_not_come_from_elsewhere() -> None:
    shape = (
        '<w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://example.com/x"/></w:pict>'
    )
    assert _dangers(with_paragraph(f"<w:r>{shape}</w:r>")) == ["imagedata → http://example.com/x"]


@pytest.mark.parametrize("target", ["file:///c:/x.docx", "\\\\server\\share", "javascript:x", "other.docx"])
def test_a_link_leads_to_the_web_or_to_a_mail(target: str) -> None:
    assert _dangers(_linked("hyperlink", target, mode=REMOTE)) == [f"hyperlink → {target}"]


def test_the_copy_has_only_what_a_letter_is_made_of_under_our_names() -> None:
    parts = parts_of(shipped().data) | {
        "word/notes.txt": b"x",
        "__MACOSX/._a": b"x",
        "[trash]/0000.dat": b"x",
    }
    copied = parts_of(house_copy(packed(parts)))
    assert not {"word/notes.txt", "__MACOSX/._a", "[trash]/0000.dat", "docProps/app.xml"} & copied.keys()
    assert house_copy(house_copy(packed(parts))) == house_copy(shipped().data)


def _codes(docx: bytes) -> list[str]:
    return [problem.code for problem in LetterTemplate(docx).problems()]


@pytest.mark.parametrize("depth", [120, 300, 5000])
def test_tables_in_tables_without_end_are_refused_in_words(depth: int) -> None:
    nested = "<w:sdt>" * depth + "</w:sdt>" * depth
    assert _codes(changed("<w:body>", f"<w:body>{nested}")) == ["letter_too_deep"]


@pytest.mark.parametrize(
    "words",
    ["{% if unit %}" * 200 + "x" + "{% endif %}" * 200, "{{ " + "(" * 3000 + "unit" + ")" * 3000 + " }}",
     "{% if " + "not " * 3000 + "unit %}{% endif %}", "{{ unit" + "|lower" * 3000 + " }}"],
)  # fmt: skip
def test_conditions_in_conditions_without_end_are_refused_in_words(words: str) -> None:
    assert _codes(with_paragraph(words)) == ["letter_too_deep"]


def test_a_part_that_no_letter_needs_is_refused_before_it_is_read() -> None:
    assert _codes(with_paragraph("x" * (9 << 20))) == ["letter_too_long"]


def test_a_template_that_repeats_without_measure_ends_in_words() -> None:
    words = "{% for a in lines %}{% for b in lines %}" + "x" * 50_000 + "{% endfor %}{% endfor %}"
    template = LetterTemplate(with_paragraph(words))
    assert template.problems() == []
    with pytest.raises(DataProblems) as refused:
        render(sample_letter(20), template, "zh-CN")
    assert [problem.code for problem in refused.value.problems] == ["letter_too_long"]


@pytest.mark.parametrize(
    "sign", ["{", "[", "{#", "{{", "{% ", "<<", "${", "{ ", "[ a", "x", "%", "}", "{{a "]
)
def test_a_page_full_of_any_sign_is_looked_through(sign: str) -> None:
    many = 200_000 if explores() else 50_000
    pieces = (sign * many)[:many].replace("<", "&lt;")
    package_faults(docx := with_paragraph(pieces))
    assert isinstance(_codes(docx), list)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_damaged_archive_is_refused_in_words(cut: float) -> None:
    data = shipped().data
    assert _codes(data[: int(len(data) * cut)]) == ["letter_not_word"]
    spoilt = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        at = package.getinfo(BODY).header_offset + 200
    spoilt[at : at + 50] = bytes(50)
    assert _codes(bytes(spoilt)) == ["letter_not_word"]
