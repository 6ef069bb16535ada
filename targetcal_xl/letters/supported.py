"""What of Word the built-in page setter sets exactly: a list. All else is left to LibreOffice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from lxml import etree

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = {
    _W: "w",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.microsoft.com/office/word/2012/wordml": "w15",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing": "wp14",
    "http://schemas.microsoft.com/office/drawing/2010/main": "a14",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_ON = "1|true|on"
_OFF = "0|false|off"
_LENGTH = r"-?\d+(\.\d+)?"
_PLAIN = r"nil|none|single"
_LINE = f"val!{_PLAIN} sz={_LENGTH} space={_LENGTH} color=auto|[0-9A-Fa-f]{{6}} shadow={_OFF} frame={_OFF}"
_WIDTH = f"w={_LENGTH} type=dxa"
_SWITCH = f"val={_ON}|{_OFF}"

_LIST = rf"""
w:document
w:body
w:hdr
w:ftr
w:p
w:r
w:t xml:space
w:tab
w:br type=textWrapping clear
w:cr
w:noBreakHyphen
w:lastRenderedPageBreak
w:bookmarkStart *
w:bookmarkEnd *
w:proofErr *
w:hyperlink *
w:smartTag *
w:sdt
w:sdtPr ...
w:sdtEndPr ...
w:sdtContent
w:fldSimple instr
w:fldChar fldCharType=begin|separate|end dirty
w:instrText xml:space
w:drawing

w:pPr
w:pStyle val
w:keepNext {_SWITCH}
w:keepLines {_SWITCH}
w:pageBreakBefore val!{_OFF}
w:widowControl {_SWITCH}
w:suppressLineNumbers *
w:suppressAutoHyphens *
w:pBdr
w:tabs
w:tab val=left|start|right|end|clear pos={_LENGTH} leader=none
w:kinsoku {_SWITCH}
w:wordWrap val={_ON}
w:overflowPunct val={_ON}
w:topLinePunct val!{_OFF}
w:autoSpaceDE val={_ON}
w:autoSpaceDN val={_ON}
w:bidi val!{_OFF}
w:adjustRightInd *
w:snapToGrid *
w:spacing before={_LENGTH} after={_LENGTH} line=\d+(\.\d+)? lineRule=auto|exact|atLeast val=0
  beforeLines=0 afterLines=0 beforeAutospacing={_OFF} afterAutospacing={_OFF}
w:ind left={_LENGTH} right={_LENGTH} start={_LENGTH} end={_LENGTH} hanging={_LENGTH} firstLine={_LENGTH}
  firstLineChars={_LENGTH} leftChars=0 rightChars=0 startChars=0 endChars=0 hangingChars=0
w:contextualSpacing val!{_OFF}
w:mirrorIndents val!{_OFF}
w:suppressOverlap *
w:jc val=left|start|center|right|end|both
w:textAlignment val=auto|baseline
w:outlineLvl *
w:cnfStyle *
w:divId *

w:rPr
w:rStyle val
w:rFonts ascii hAnsi eastAsia cs hint asciiTheme hAnsiTheme eastAsiaTheme cstheme
w:b {_SWITCH}
w:bCs *
w:i val!{_OFF}
w:iCs *
w:caps val!{_OFF}
w:smallCaps val!{_OFF}
w:strike {_SWITCH}
w:dstrike val!{_OFF}
w:outline val!{_OFF}
w:shadow val!{_OFF}
w:emboss val!{_OFF}
w:imprint val!{_OFF}
w:noProof *
w:vanish val!{_OFF}
w:specVanish val!{_OFF}
w:webHidden *
w:color val=auto|[0-9A-Fa-f]{{6}}
w:w val=100%?
w:kern *
w:position val=0
w:sz val=\d+(\.\d+)?
w:szCs *
w:highlight val=none
w:u val=none|single color=auto
w:effect val=none
w:shd val=clear|nil color fill=auto|[0-9A-Fa-f]{{6}}
w:fitText val=0
w:vertAlign val=baseline
w:rtl val!{_OFF}
w:cs val!{_OFF}
w:em val=none
w:lang *
w:rsid *
w14:ligatures *
w14:cntxtAlts *

w:tbl
w:tblPr
w:tblStyle val
w:tblW w={_LENGTH} type=dxa|auto
w:jc val=left|start|center|right|end|both
w:tblInd {_WIDTH}
w:tblLayout type!fixed
w:tblLook *
w:tblCaption *
w:tblDescription *
w:tblStyleRowBandSize *
w:tblStyleColBandSize *
w:tblBorders
w:tblCellMar
w:tblGrid
w:gridCol w={_LENGTH}
w:tr
w:trPr
w:cantSplit {_SWITCH}
w:tblHeader {_SWITCH}
w:trHeight val={_LENGTH} hRule=auto|atLeast
w:tc
w:tcPr
w:tcW {_WIDTH}
w:gridSpan val=[1-9]\d?
w:tcBorders
w:tcMar
w:vAlign val=top|center|bottom
w:noWrap val!{_OFF}
w:hideMark val!{_OFF}

w:sectPr
w:headerReference *
w:footerReference *
w:pgSz w=\d+(\.\d+)? h=\d+(\.\d+)? orient=portrait|landscape code
w:pgMar top=\d+(\.\d+)? bottom=\d+(\.\d+)? left=\d+(\.\d+)? right=\d+(\.\d+)?
  header=\d+(\.\d+)? footer=\d+(\.\d+)? gutter=0
w:cols num=1 space equalWidth sep={_OFF}
w:docGrid type=default linePitch charSpace=0
w:pgNumType fmt=decimal
w:type *
w:titlePg val!{_OFF}
w:formProt *
w:noEndnote *
w:paperSrc *
w:footnotePr ...
w:endnotePr ...
w:textDirection val=lrTb

wp:inline *
wp:extent cx=[1-9]\d* cy=[1-9]\d*
wp:effectExtent l=0 t=0 r=0 b=0
wp:docPr ...
wp:cNvGraphicFramePr ...
a:graphic
a:graphicData uri=.*/picture
pic:pic
pic:nvPicPr ...
pic:blipFill rotWithShape dpi
a:blip r:embed cstate
a:extLst ...
a:srcRect l=0 t=0 r=0 b=0
a:stretch
a:fillRect l=0 t=0 r=0 b=0
pic:spPr bwMode
a:xfrm rot=0 flipH=0|false flipV=0|false
a:off *
a:ext *
a:prstGeom prst=rect
a:avLst
a:noFill
a:ln w=0
"""
"""One element a line, with the attributes that it may have: a name alone takes any value, `=` those of a
pattern, `!` the same and has to stand there. `*` is any attribute, `...` anything inside as well.

An element that stands twice may be either; what is indented goes on.
"""
SIDES = ("bottom", "top", "left", "start", "right", "end", "insideH", "insideV")
"""The sides of a border."""
_WORDS = re.compile(r"([\w:*.]+?)(?:([=!])(\S+))?(?= |$)")
_HARMLESS = re.compile(r"w:rsid\w*|w14:(paraId|textId)|wp14:(anchorId|editId)|xml:space|mc:Ignorable")
_NEVER = re.compile("(?!)")
_SETTINGS = frozenset(
    f"w:{name}"
    for name in (
        *("zoom", "view", "proofState", "defaultTabStop", "characterSpacingControl", "themeFontLang"),
        *("clrSchemeMapping", "decimalSymbol", "listSeparator", "rsids", "shapeDefaults", "hdrShapeDefaults"),
        *(
            "footnotePr",
            "endnotePr",
            "captions",
            "hideSpellingErrors",
            "hideGrammaticalErrors",
            "formsDesign",
        ),
        *(
            "embedTrueTypeFonts",
            "embedSystemFonts",
            "saveSubsetFonts",
            "stylePaneFormatFilter",
            "uiCompat97To2003",
        ),
        *(
            "stylePaneSortMethod",
            "documentProtection",
            "documentType",
            "hyphenationZone",
            "updateFields",
            "doNotAutoCompressPictures",
        ),
        *(
            "bordersDoNotSurroundHeader",
            "bordersDoNotSurroundFooter",
            "doNotHyphenateCaps",
            "activeWritingStyle",
        ),
        *(
            "drawingGridHorizontalSpacing",
            "drawingGridVerticalSpacing",
            "doNotTrackMoves",
            "doNotTrackFormatting",
        ),
        *(
            "displayHorizontalDrawingGridEvery",
            "displayVerticalDrawingGridEvery",
            "writeProtection",
            "linkStyles",
        ),
        *("doNotPromptForConvert", "doNotEmbedSmartTags", "doNotIncludeSubdocsInStats", "savePreviewPicture"),
        *("ignoreMixedContent", "alwaysShowPlaceholderText", "doNotDemarcateInvalidXml", "saveInvalidXml"),
        *("doNotValidateAgainstSchema", "showXMLTags", "alwaysMergeEmptyNamespace", "doNotShadeFormData"),
        *(
            "displayBackgroundShape",
            "revisionView",
            "defaultTableStyle",
            "clickAndTypeStyle",
            "printFractionalCharacterWidth",
        ),
        *("noPunctuationKerning", "doNotUseMarginsForDrawingGridOrigin", "styleLockTheme", "styleLockQFSet"),
    )
)
"""Settings that change nothing about a page that the list above allows."""
_SWITCHED_OFF = frozenset(
    f"w:{name}"
    for name in ("evenAndOddHeaders", "mirrorMargins", "autoHyphenation", "gutterAtTop", "bookFoldPrinting")
)
_COMPAT = frozenset(
    f"w:{name}"
    for name in (
        *("compatSetting", "useFELayout", "spaceForUL", "ulTrailSpace", "adjustLineHeightInTable"),
        *("doNotLeaveBackslashAlone", "balanceSingleByteDoubleByteWidth", "doNotExpandShiftReturn"),
    )
)
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("tblLayout", "tblW", "tcW", "autofit"), "autofit"),
    **dict.fromkeys(
        ("cols", "sectPr", "titlePg", "pgMar", "pgBorders", "docGrid", "pgNumType", "lnNumType"), "section"
    ),
    **dict.fromkeys(
        ("evenAndOddHeaders", "mirrorMargins", "gutterAtTop", "vAlign", "bookFoldPrinting"), "section"
    ),
    **dict.fromkeys(("tab", "ptab", "tabs"), "tabs"),
    **dict.fromkeys(("header", "footer"), "margin"),
    **dict.fromkeys(
        ("drawing", "pict", "srcRect", "AlternateContent", "anchor", "blip", "xfrm", "prstGeom", "ln"),
        "picture",
    ),
    **dict.fromkeys(("effectExtent", "effectLst", "background", "extent", "image", "inline"), "picture"),
    **dict.fromkeys(("tblStylePr", "tblStyle"), "table_style"),
    **dict.fromkeys(
        ("vMerge", "tbl", "gridBefore", "gridSpan", "tblpPr", "trHeight", "tblBorders", "tcBorders"), "table"
    ),
    **dict.fromkeys(
        ("tblCellSpacing", "bidiVisual", "textDirection", "hMerge", "tblHeader", "noWrap", "border"), "table"
    ),
    **dict.fromkeys(("numPr", "numbering"), "numbering"),
    **dict.fromkeys(("footnoteReference", "endnoteReference", "footnoteRef"), "notes"),
    **dict.fromkeys(("rFonts", "font", "sym"), "font"),
    **dict.fromkeys(("br", "pageBreakBefore", "lastRenderedPageBreak"), "breaks"),
    **dict.fromkeys(
        ("i", "u", "caps", "smallCaps", "highlight", "shd", "vertAlign", "position", "w", "em", "bdr"), "text"
    ),
    **dict.fromkeys(
        ("dstrike", "outline", "shadow", "emboss", "imprint", "vanish", "color", "effect", "b"), "text"
    ),
    **dict.fromkeys(
        ("ruby", "fitText", "eastAsianLayout", "rtl", "cs", "textOutline", "textFill", "glow"), "text"
    ),
    **dict.fromkeys(
        ("spacing", "ind", "pBdr", "framePr", "contextualSpacing", "jc", "textAlignment", "bidi"), "paragraph"
    ),
    **dict.fromkeys(
        ("wordWrap", "kinsoku", "autoSpaceDE", "autoSpaceDN", "overflowPunct", "rPr", "mirrorIndents"),
        "paragraph",
    ),
    **dict.fromkeys(("fldSimple", "instrText", "field"), "field"),
}
"""Elements -> what people call it; what stands in no line is `other`."""


class Unsupported(Exception):
    """The document uses something of Word that only an office program lays out exactly.

    `what` is its name in the file, `kind` one of the kinds that people have words for.
    """

    def __init__(self, what: str, element: etree._Element | None = None) -> None:
        super().__init__(what)
        self.what = what
        around = [] if element is None else [element, *element.iterancestors()]
        names = [what.split(maxsplit=1)[0], *(etree.QName(one).localname for one in around)]
        self.kind = next((_KINDS[name] for name in names if name in _KINDS), "other")


_Rule = tuple[Mapping[str, re.Pattern[str] | None], frozenset[str]]
"""Attribute -> the pattern of its values, None for any; and those that have to stand there."""


def examine(root: etree._Element) -> None:
    """Raise Unsupported for the first element or value that is not on the list."""
    for element in _inside(root):
        if (wrong := _fault(element.tag, tuple(element.items()))) is not None:
            raise Unsupported(wrong, element)


@lru_cache(1 << 13)
def _fault(tag: str, said: tuple[tuple[str, str], ...]) -> str | None:
    """What about an element is not on the list, by what it says itself; None where nothing is."""
    if not (rules := _listed().get(_short(tag))):
        return etree.QName(tag).localname
    return _misfit(tag, said, rules)


def examine_settings(root: etree._Element) -> None:
    """Raise Unsupported for the first setting of the document that could change its pages."""
    for element in root.iterchildren(etree.Element):
        name, is_off = _short(element.tag), element.get(f"{{{_W}}}val", "1") in _OFF.split("|")
        if name == "w:compat":
            allowed = all(_short(one.tag) in _COMPAT for one in element.iterchildren(etree.Element))
        else:
            allowed = name in _SETTINGS or not name.startswith("w:") or (name in _SWITCHED_OFF and is_off)
        if not allowed:
            raise Unsupported(etree.QName(element).localname)


def _inside(root: etree._Element) -> Iterator[etree._Element]:
    """A part's elements, without what stands in those that are passed over whole."""
    waiting = [root]
    while waiting:
        yield (element := waiting.pop())
        if not _is_passed_over(element.tag):
            waiting += reversed([*element.iterchildren(etree.Element)])


@cache
def _is_passed_over(tag: str) -> bool:
    return any("..." in allowed for allowed, _ in _listed().get(_short(tag), ()))


def _misfit(tag: str, items: tuple[tuple[str, str], ...], rules: tuple[_Rule, ...]) -> str | None:
    """What about an element fits none of its rules; None where it fits one."""
    said = {_short(name): value for name, value in items}
    counted = {name: value for name, value in said.items() if not _HARMLESS.fullmatch(name)}
    wrongs = [_wrong(counted, rule) for rule in rules]
    return None if None in wrongs else f"{etree.QName(tag).localname} {wrongs[0]}"


def _wrong(said: Mapping[str, str], rule: _Rule) -> str | None:
    """The first attribute that a rule does not allow, or misses."""
    allowed, needed = rule
    if "*" in allowed or "..." in allowed:
        return None
    for name, value in said.items():
        pattern = allowed.get(name.removeprefix("w:"), _NEVER)
        if pattern is not None and not pattern.fullmatch(value):
            return f"{name}={value}"
    return next(iter(needed - {name.removeprefix("w:") for name in said}), None)


@cache
def _listed() -> Mapping[str, tuple[_Rule, ...]]:
    """The list as rules, by element."""
    rules: dict[str, tuple[_Rule, ...]] = {}
    lines = [f"w:{side} {form}" for side in SIDES for form in (_LINE, _WIDTH)]
    for line in [*_LIST.replace("\n  ", " ").splitlines(), *lines]:
        if line.strip():
            name, _, attributes = line.partition(" ")
            rules[name] = (*rules.get(name, ()), _rule(_WORDS.findall(attributes)))
    return rules


def _rule(attributes: list[tuple[str, str, str]]) -> _Rule:
    allowed = {name: re.compile(values) if mark else None for name, mark, values in attributes}
    return allowed, frozenset(name for name, mark, _ in attributes if mark == "!")


@lru_cache(1 << 12)
def _short(name: str) -> str:
    """`w:jc` of a qualified name; what is in no namespace stays."""
    parsed = etree.QName(name)
    return f"{_NAMES.get(parsed.namespace, '?')}:{parsed.localname}" if parsed.namespace else parsed.localname
