"""What Word reads of a document's markup: the alternatives that it knows, without what it passes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from .package import W, parse_xml
from .supported import SIDES

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_KNOWN_TO_WORD = (
    "http://schemas.microsoft.com/",
    "http://schemas.openxmlformats.org/",
    "urn:schemas-microsoft",
)
_NOTHING_WHEN_EMPTY = frozenset(
    f"{W}{name}"
    for name in (
        *(
            "pPr",
            "rPr",
            "tblPr",
            "trPr",
            "tcPr",
            "pBdr",
            "tabs",
            "ind",
            "spacing",
            "rFonts",
            "numPr",
            "framePr",
        ),
        *(
            "tblBorders",
            "tcBorders",
            "tblCellMar",
            "tcMar",
            "shd",
            "lang",
            "tblpPr",
            "cols",
            "pgBorders",
            "docGrid",
        ),
        *(
            "jc",
            "color",
            "sz",
            "szCs",
            "u",
            "pStyle",
            "rStyle",
            "tblStyle",
            "vAlign",
            "textAlignment",
            "highlight",
        ),
        *(
            "pgNumType",
            "lnNumType",
            "vertAlign",
            "position",
            "w",
            "kern",
            "fitText",
            "em",
            "effect",
            "bdr",
            "tblW",
        ),
        *(
            "tblInd",
            "tcW",
            "trHeight",
            "tblLook",
            "footnotePr",
            "endnotePr",
            "textDirection",
            "tblCellSpacing",
        ),
        *("outlineLvl", "cnfStyle", "textboxTightWrap", "eastAsianLayout", "sdtPr", "sdtEndPr", "smartTagPr"),
        *(*SIDES, "tl2br", "tr2bl", "between", "bar", "tblOverlap", "hMerge", "divId", "paperSrc", "compat"),
    )
)
"""Elements that say nothing without attributes and contents; Word passes over them."""


def as_word_reads(part: bytes) -> etree._Element:
    """A part with what Word takes of alternatives, and without what it passes over."""
    root = parse_xml(part)
    foreign = set(_foreign(root))
    for element in list(root.iter(f"{_MC}AlternateContent")):
        _choose(element)
    for element in reversed(list(root.iter(etree.Element))) if foreign else ():
        for name in [name for name in element.attrib if etree.QName(name).namespace in foreign]:
            del element.attrib[name]
        if etree.QName(element).namespace in foreign:
            _replace(element, [])
    for element in reversed(list(root.iter(*_NOTHING_WHEN_EMPTY))):
        if not len(element) and not element.attrib:
            _replace(element, [])
    return root


def _foreign(root: etree._Element) -> Iterator[str]:
    """Namespaces that a reader may pass over, and that Word does not know."""
    marked: Any = root.xpath("//*[@mc:Ignorable]", namespaces={"mc": _MC[1:-1]})
    for element in marked:
        for prefix in element.get(f"{_MC}Ignorable", "").split():
            if not (space := element.nsmap.get(prefix, "")).startswith(_KNOWN_TO_WORD):
                yield space


def _choose(alternatives: etree._Element) -> None:
    """Put what Word takes of several forms in their place: the first that it knows, or the last resort."""
    taken = next((one for one in alternatives if _is_taken(one)), None)
    _replace(alternatives, [] if taken is None else list(taken))


def _is_taken(form: etree._Element) -> bool:
    if form.tag == f"{_MC}Fallback":
        return True
    needed = [form.nsmap.get(prefix, "") for prefix in form.get("Requires", "").split()]
    return form.tag == f"{_MC}Choice" and all(space.startswith(_KNOWN_TO_WORD) for space in needed)


def _replace(element: etree._Element, by: list[etree._Element]) -> None:
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = by
