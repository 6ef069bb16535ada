"""What of a Word file a program draws, or leaves out without a word: formulas, charts, diagrams, symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from .package import W, parse_xml

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
FORMULA = f"{_M}oMath"
_DATA = "word/diagramData"
_FONTS = "word/fontTable.xml"
_EMBEDDED = tuple(f"{W}embed{form}" for form in ("Regular", "Bold", "Italic", "BoldItalic"))


def is_drawn(name: str) -> bool:
    """Whether a part is one of a chart or of a diagram."""
    return name.startswith(("word/chart", "word/diagram"))


def formulas_in(paragraph: etree._Element) -> Iterator[str]:
    """What each formula of a paragraph says, without that of boxes in it."""
    for formula in paragraph.iter(FORMULA):
        if next(formula.iterancestors(f"{W}p"), None) is paragraph:
            yield "".join(text.text or "" for text in formula.iter(f"{_M}t"))


@lru_cache(64)
def drawn_words(name: str, part: bytes) -> tuple[str, ...]:
    """What a part says if it is a chart (its titles, and its series where a legend names them) or a
    diagram, by paragraph."""
    if not name.startswith(("word/chart", _DATA)):
        return ()
    root = parse_xml(part)
    series = root.iter(f"{_C}tx") if root.find(f".//{_C}legend") is not None else ()
    named = ("".join(value.text or "" for value in one.iter(f"{_C}v")) for one in series)
    return tuple(one for one in (*lines_in(root), *named) if one.strip())


def lines_in(root: etree._Element) -> Iterator[str]:
    """The paragraphs of a drawing."""
    return ("".join(text.text or "" for text in line.iter(f"{_A}t")) for line in root.iter(f"{_A}p"))


def symbol_fonts(paragraph: etree._Element) -> Iterator[str]:
    """The fonts by which a paragraph names signs."""
    return (sign.get(f"{W}font", "") for sign in paragraph.iter(f"{W}sym"))


def own_fonts(parts: Mapping[str, bytes]) -> Iterator[str]:
    """The fonts that come with a file."""
    for font in parse_xml(parts.get(_FONTS, b"<none/>")).iter(f"{W}font"):
        if any(font.find(form) is not None for form in _EMBEDDED):
            yield font.get(f"{W}name", "")
