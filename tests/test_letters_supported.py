"""What the built-in way sets is a list: anything else of Word goes to LibreOffice, and says why."""

from __future__ import annotations

import re

import pytest

from targetcal_xl.language import LANGUAGES, catalogue
from targetcal_xl.letters import fields
from targetcal_xl.letters.pdf import ToSet, set_pdf
from targetcal_xl.letters.supported import _KINDS, Unsupported
from targetcal_xl.letters.typeset import typeset
from tests.support.letters import BODY, changed, packed, parts_of, sample_letter, shipped, with_paragraph

STYLES, SETTINGS, HEADER = "word/styles.xml", "word/settings.xml", "word/header1.xml"
PICTURE = "<a:stretch>"
SECTION = "</w:sectPr>"
TABLE = '<w:tblLayout w:type="fixed"/>'
CELL = "<w:tcPr>"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def _in_run(properties: str) -> bytes:
    return with_paragraph(f"<w:r><w:rPr>{properties}</w:rPr><w:t>条款</w:t></w:r>")


def _in_paragraph(properties: str, words: str = "<w:t>条款</w:t>") -> bytes:
    return with_paragraph(f"<w:pPr>{properties}</w:pPr><w:r>{words}</w:r>")


def _tabs(stops: str, words: str = "<w:t>甲</w:t><w:tab/><w:t>乙</w:t>") -> bytes:
    return _in_paragraph(f"<w:tabs>{stops}</w:tabs>", words)


def _style_of_tables(contents: str) -> bytes:
    return changed("<w:tblPr><w:tblBorders>", f"{contents}<w:tblPr><w:tblBorders>", STYLES)


def _styles(more: str) -> bytes:
    return changed("</w:styles>", f"{more}</w:styles>", STYLES)


WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
FRAME = '<a:ln w="9525"><a:solidFill/></a:ln>'
FADED = '<a:blip r:embed="rId11"><a:alphaModFix amt="50000"/></a:blip>'
HEAD_ROW = '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
OF_2007 = changed('w:val="15"', 'w:val="12"', SETTINGS)
FANGSONG = changed('w:eastAsia="Microsoft YaHei"', 'w:eastAsia="仿宋_GB2312"', STYLES)
BEYOND = {
    "autofit": changed(TABLE, ""),
    "autofit said": changed(TABLE, '<w:tblLayout w:type="autofit"/>'),
    "a table in per cent": changed('w:w="9638" w:type="dxa"', 'w:w="5000" w:type="pct"'),
    "a cell wider than its columns": changed(
        '<w:tcW w:type="dxa" w:w="1800"/>', '<w:tcW w:type="dxa" w:w="3050"/>'
    ),
    "a floating table": changed(TABLE, '<w:tblpPr w:tblpX="500"/>' + TABLE),
    "spaced cells": changed(TABLE, '<w:tblCellSpacing w:w="20" w:type="dxa"/>' + TABLE),
    "a table at the left of an older Word": changed(
        '<w:jc w:val="center"/><w:tblLayout', "<w:tblLayout", docx=OF_2007
    ),
    "a style with a head row": _style_of_tables(HEAD_ROW),
    "a style with spacing": _style_of_tables('<w:pPr><w:spacing w:after="0"/></w:pPr>'),
    "a style with letters": _style_of_tables('<w:rPr><w:sz w:val="40"/></w:rPr>'),
    "turned text": changed(CELL, CELL + '<w:textDirection w:val="btLr"/>'),
    "a diagonal": changed("<w:tcBorders>", '<w:tcBorders><w:tl2br w:val="single"/>'),
    "a double border": changed('<w:bottom w:val="nil"', '<w:bottom w:val="double"'),
    "a patterned cell": changed('<w:shd w:val="clear"', '<w:shd w:val="pct25"'),
    "a cell in a colour of the theme": changed(
        '<w:shd w:val="clear"', '<w:shd w:themeFill="accent1" w:val="clear"'
    ),
    "columns": changed("<w:cols ", '<w:cols w:num="2" '),
    "a gutter": changed('w:gutter="0"', 'w:gutter="400"'),
    "a grid of lines": changed("<w:docGrid ", '<w:docGrid w:type="lines" '),
    "borders round the page": changed(
        SECTION, f'<w:pgBorders><w:top w:val="single"/></w:pgBorders>{SECTION}'
    ),
    "text in the middle of the page": changed(SECTION, f'<w:vAlign w:val="center"/>{SECTION}'),
    "numbered lines": changed(SECTION, f'<w:lnNumType w:countBy="1"/>{SECTION}'),
    "pages from seven on": changed(SECTION, f'<w:pgNumType w:start="7"/>{SECTION}'),
    "Roman pages": changed(" PAGE ", r" PAGE \* ROMAN ", "word/footer1.xml"),
    "text from right to left": changed(SECTION, f"<w:bidi/>{SECTION}"),
    "a margin below nothing": changed('w:top="850"', 'w:top="-1160"'),
    "another first page": changed(SECTION, f"<w:titlePg/>{SECTION}"),
    "mirrored margins": changed("<w:zoom", "<w:mirrorMargins/><w:zoom", SETTINGS),
    "even and odd pages": changed("<w:zoom", "<w:evenAndOddHeaders/><w:zoom", SETTINGS),
    "hyphenation": changed("<w:zoom", "<w:autoHyphenation/><w:zoom", SETTINGS),
    "old rules of layout": changed("<w:compat>", "<w:compat><w:usePrinterMetrics/>", SETTINGS),
    "a page in colour": changed("<w:body>", '<w:background w:color="FFFF00"/><w:body>'),
    "a leader": _tabs('<w:tab w:val="right" w:leader="dot" w:pos="9638"/>'),
    "a second tab": _tabs(
        '<w:tab w:val="right" w:pos="9638"/>', "<w:t>甲</w:t><w:tab/><w:tab/><w:t>乙</w:t>"
    ),
    "a decimal stop": _tabs('<w:tab w:val="decimal" w:pos="3000"/>'),
    "a stop in the middle": _tabs('<w:tab w:val="center" w:pos="4819"/>'),
    "a stop before the line's end": _tabs('<w:tab w:val="right" w:pos="6000"/>'),
    "a stop behind the text": _tabs('<w:tab w:pos="600"/>', "<w:t>比制表位长的文字</w:t><w:tab/>"),
    "a tab from an indent": _in_paragraph(
        '<w:tabs><w:tab w:pos="3000"/></w:tabs><w:ind w:left="500"/>', "<w:t>甲</w:t><w:tab/><w:t>乙</w:t>"
    ),
    "a tab to the margin": _in_paragraph("", '<w:ptab w:relativeTo="margin" w:alignment="right"/>'),
    "a tall header": changed("<w:p>", "<w:p/><w:p/><w:p/><w:p/><w:p/><w:p>", HEADER),
    "a tall footer": changed("<w:p>", "<w:p/><w:p/><w:p/><w:p/><w:p/><w:p>", "word/footer1.xml"),
    "a cropped picture": changed(PICTURE, f'<a:srcRect l="25000" r="25000"/>{PICTURE}'),
    "a turned picture": changed("<a:xfrm>", '<a:xfrm rot="5400000">'),
    "a round picture": changed('prst="rect"', 'prst="ellipse"'),
    "a framed picture": changed('<a:prstGeom prst="rect"/>', f'<a:prstGeom prst="rect"/>{FRAME}'),
    "a faded picture": changed('<a:blip r:embed="rId11"/>', FADED),
    "a hidden picture": changed('<wp:docPr id="1"', '<wp:docPr hidden="1" id="1"'),
    "a picture wider than the text": changed('<wp:extent cx="2984500"', '<wp:extent cx="7083999"'),
    "song": _in_run('<w:rFonts w:eastAsia="宋体"/>'),
    "fangsong by default": FANGSONG,
    "a font of the theme": _in_run('<w:rFonts w:eastAsiaTheme="minorEastAsia"/>'),
    "a sign by its number": with_paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'),
    "italics": _in_run("<w:i/>"),
    "capitals": _in_run("<w:caps/>"),
    "hidden text": _in_run("<w:vanish/>"),
    "double underline": _in_run('<w:u w:val="double"/>'),
    "wide letters": _in_run('<w:w w:val="150"/>'),
    "spaced letters": _in_run('<w:spacing w:val="40"/>'),
    "raised letters": _in_run('<w:vertAlign w:val="superscript"/>'),
    "marked letters": _in_run('<w:highlight w:val="yellow"/>'),
    "shaded letters": _in_run('<w:shd w:val="clear" w:fill="FFFF00"/>'),
    "letters in a colour of the theme": _in_run('<w:color w:val="1F4E79" w:themeColor="accent1"/>'),
    "bold in bold": changed(
        "<w:body>",
        '<w:body><w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>'
        '<w:r><w:rPr><w:rStyle w:val="B"/></w:rPr><w:t>甲</w:t></w:r></w:p>',
        docx=_styles('<w:style w:type="character" w:styleId="B"><w:rPr><w:b/></w:rPr></w:style>'),
    ),
    "an effect of a later Word": _in_run(
        '<w14:glow xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:rad="63500"/>'
    ),
    "a frame": _in_paragraph('<w:framePr w:w="3000" w:hSpace="100"/>'),
    "a box": _in_paragraph('<w:pBdr><w:top w:val="single" w:sz="4"/></w:pBdr>'),
    "a shaded paragraph": _in_paragraph('<w:shd w:val="clear" w:fill="FFFF00"/>'),
    "spacing in lines": _in_paragraph('<w:spacing w:beforeLines="50"/>'),
    "spacing by itself": _in_paragraph('<w:spacing w:beforeAutospacing="1"/>'),
    "an indent in characters": _in_paragraph('<w:ind w:leftChars="200"/>'),
    "no space between alike": _in_paragraph("<w:contextualSpacing/>"),
    "a new page": _in_paragraph("<w:pageBreakBefore/>"),
    "stretched letters": _in_paragraph('<w:jc w:val="distribute"/>'),
    "no space before Latin": _in_paragraph('<w:autoSpaceDE w:val="0"/>'),
    "a tall end": _in_paragraph(
        '<w:spacing w:line="240" w:lineRule="auto"/><w:rPr><w:sz w:val="90"/></w:rPr>'
    ),
    "a tab in an indented paragraph": _in_paragraph(
        '<w:ind w:left="400"/>', "<w:t>甲</w:t><w:tab/><w:t>乙</w:t>"
    ),
    "a page break": with_paragraph('<w:r><w:br w:type="page"/></w:r>'),
    "ruby": with_paragraph("<w:r><w:ruby/></w:r>"),
    "a formula": with_paragraph(
        '<w:r><w:t>甲</w:t></w:r><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/>'
    ),
    "a drawing in two forms": with_paragraph(
        f'<w:r><mc:AlternateContent xmlns:mc="{MC}" '
        f'xmlns:wps="{WPS}"><mc:Choice Requires="wps">'
        "<w:drawing/></mc:Choice><mc:Fallback><w:t>甲</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    ),
    "an element of nobody's": with_paragraph('<x:y xmlns:x="urn:nobody"/>'),
}
IGNORED = {
    "an empty border": _in_paragraph("<w:pBdr/>"),
    "an empty border of nothing": _in_paragraph('<w:pBdr><w:top/><w:left w:val="nil"/></w:pBdr>'),
    "empty tabs": _in_paragraph("<w:tabs/><w:ind/><w:spacing/><w:shd/><w:numPr/><w:framePr/><w:jc/>"),
    "empty formats": _in_run("<w:rFonts/><w:color/><w:sz/><w:u/><w:highlight/><w:lang/><w:bdr/>"),
    "empty formats of cells": changed(CELL, CELL + "<w:tcMar/><w:tcBorders/>"),
    "empty pages": changed(SECTION, f"<w:pgBorders/><w:lnNumType/>{SECTION}"),
    "what a later program says": changed(
        'mc:Ignorable="w14 wp14"',
        'xmlns:z="urn:later" mc:Ignorable="w14 wp14 z"',
        docx=with_paragraph('<w:r><w:t>条款</w:t></w:r><z:remark xmlns:z="urn:later"><z:p/></z:remark>'),
    ),
    "a form for programs to come": with_paragraph(
        f'<w:r><mc:AlternateContent xmlns:mc="{MC}" xmlns:z="urn:later"><mc:Choice Requires="z">'
        "<z:hologram/></mc:Choice><mc:Fallback><w:t>条款</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    ),
    "ligatures of a later Word": _in_run(
        '<w14:ligatures xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:val="none"/>'
    ),
    "an unused style in italics": _styles(
        '<w:style w:type="paragraph" w:styleId="X"><w:rPr><w:i/></w:rPr></w:style>'
    ),
    "switches that are off": _in_run('<w:i w:val="0"/><w:caps w:val="false"/><w:vanish w:val="off"/>'),
    "a fallback font without serifs": _in_run(
        '<w:rFonts w:eastAsia="黑体" w:ascii="Calibri" w:hAnsi="Calibri"/>'
    ),
}


@pytest.mark.parametrize("beyond", BEYOND)
def test_what_the_list_does_not_have_is_not_guessed(beyond: str) -> None:
    with pytest.raises(Unsupported) as refused:
        _set(BEYOND[beyond])
    assert f"letters.beyond.{refused.value.kind}" in catalogue("en")
    assert refused.value.kind != "other" or beyond in OTHERS, refused.value.what


OTHERS = (
    "an element of nobody's",
    "a formula",
    "old rules of layout",
    "hyphenation",
    "an effect of a later Word",
)


@pytest.mark.parametrize("ignored", IGNORED)
def test_what_word_passes_over_is_passed_over(ignored: str) -> None:
    assert set_pdf(ToSet(_filled(IGNORED[ignored]), sample_letter().issued)).needed is None


def test_every_kind_has_its_words() -> None:
    for language in LANGUAGES:
        said = {key for key in catalogue(language) if key.startswith("letters.beyond.")}
        assert {f"letters.beyond.{kind}" for kind in {*_KINDS.values(), "other"}} == said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lines", [1, 40])
def test_the_shipped_templates_need_no_libreoffice(language: str, lines: int) -> None:
    letter = sample_letter(lines, "理由" * 40)
    made = shipped(language).render(fields(letter, language), {}, letter.issued)
    assert set_pdf(ToSet(made.docx, letter.issued)).needed is None


def test_any_value_of_any_property_is_known_or_left_to_libreoffice() -> None:
    """Whatever attribute of the shipped template is given another value, nothing is set in silence."""
    parts = parts_of(shipped().data)
    body = parts[BODY].decode()
    values = [
        *re.finditer(r'(<w:(?:jc|shd|tab|vAlign|tblLayout|bottom|br|u)\b[^>]*?w:(?:val|type)=")(\w+)"', body)
    ]
    assert len(values) > 50
    for found in {one[0]: one for one in values}.values():
        odd = body[: found.start()] + f'{found[1]}unheard"' + body[found.end() :]
        with pytest.raises(Unsupported):
            typeset(packed(parts | {BODY: odd.encode()}))


def _set(docx: bytes) -> None:
    """Set it the built-in way alone."""
    from targetcal_xl.letters.pdf import _compiled

    _compiled(typeset(docx), sample_letter().issued)


def _filled(docx: bytes) -> bytes:
    return docx
