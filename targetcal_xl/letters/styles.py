"""What Word's formatting means for a letter: defaults, then styles, then what is set in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from .package import W

_HARMLESS = frozenset(
    f"{W}{name}"
    for name in (
        *("rStyle", "rFonts", "bCs", "iCs", "szCs", "lang", "noProof", "kern", "i", "webHidden", "rtl"),
        *("pStyle", "rPr", "widowControl", "snapToGrid", "adjustRightInd", "autoSpaceDE", "autoSpaceDN"),
        *("outlineLvl", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "textAlignment", "bidi"),
    )
)
"""Formatting without effect on a letter: it is set in one family, which has no italics."""


_COLOUR = re.compile("[0-9A-Fa-f]{6}")


class Unsupported(Exception):
    """The document uses something of Word that only an office program can lay out."""


@dataclass(frozen=True)
class Look:
    """How a paragraph and its text look; lengths in points."""

    size: float = 10.0
    bold: bool = False
    underline: bool = False
    strike: bool = False
    colour: str = "000000"
    align: str = "left"
    before: float = 0.0
    after: float = 0.0
    line: tuple[str, float] = ("auto", 240.0)
    """Rule and value: 240ths of the natural height for `auto`, else points."""
    left: float = 0.0
    right: float = 0.0
    first: float = 0.0
    keep_next: bool = False
    keep_lines: bool = False
    rule_below: str = ""
    tabs: Mapping[float, str] = field(default_factory=dict)
    """Position from the left edge of the text -> `left`, `center` or `right`."""


class Styles:
    """The styles of one document."""

    def __init__(self, root: etree._Element) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
        self._defaults = _changed(Look(), root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        self._defaults = _changed(self._defaults, root.find(f"{W}docDefaults/{W}pPrDefault/{W}pPr"))
        language = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
        self.language = "zh" if language is None else language.get(f"{W}val", "zh")[:2]
        self._normal = next((name for name, style in self._styles.items() if _is_normal(style)), None)

    def paragraph(self, paragraph: etree._Element) -> Look:
        """The look of a paragraph and of text in it that is not formatted further."""
        direct = paragraph.find(f"{W}pPr")
        name = value_of(direct, "pStyle") if direct is not None else None
        return _changed(self._styled(name or self._normal, self._defaults), direct)

    def run(self, run: etree._Element, look: Look) -> Look:
        """The look of a run inside a paragraph of that look."""
        direct = run.find(f"{W}rPr")
        name = value_of(direct, "rStyle") if direct is not None else None
        return _changed(self._styled(name, look), direct)

    def table(self, name: str | None) -> list[etree._Element]:
        """The table properties of a style and of those it is based on, the base first."""
        chain = self._chain(name)
        if any(style.find(f"{W}tblStylePr") is not None for style in chain):
            raise Unsupported("tblStylePr")
        return [properties for style in chain if (properties := style.find(f"{W}tblPr")) is not None]

    def _styled(self, name: str | None, look: Look) -> Look:
        for style in self._chain(name):
            look = _changed(_changed(look, style.find(f"{W}pPr")), style.find(f"{W}rPr"))
        return look

    def _chain(self, name: str | None) -> list[etree._Element]:
        chain: list[etree._Element] = []
        while name in self._styles and self._styles[name] not in chain:
            chain.insert(0, self._styles[name])
            name = value_of(chain[0], "basedOn")
        return chain


def value_of(parent: etree._Element | None, child: str, attribute: str = "val") -> str | None:
    """An attribute of a child element; None when there is no such child."""
    found = None if parent is None else parent.find(f"{W}{child}")
    return None if found is None else found.get(f"{W}{attribute}", "")


def is_on(element: etree._Element) -> bool:
    """Whether a switch element is on."""
    return element.get(f"{W}val", "1") not in ("0", "false", "none", "off")


def points(value: str | None, per_point: float = 20.0) -> float:
    """A length in points from twentieths of one; raise Unsupported for what is no number."""
    try:
        return float(value or 0) / per_point
    except ValueError:
        raise Unsupported(str(value)) from None


def colour(value: str | None) -> str:
    """Six hexadecimal digits; black for `auto`; raise Unsupported for anything else."""
    if value is None or value == "auto":
        return "000000"
    if not _COLOUR.fullmatch(value):
        raise Unsupported(value)
    return value


def _is_normal(style: etree._Element) -> bool:
    return style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") == "1"


def _changed(look: Look, properties: etree._Element | None) -> Look:
    """The look after the properties of a pPr or rPr; raise Unsupported for one that has no equal."""
    for item in () if properties is None else properties:
        if item.tag not in _HARMLESS:
            look = _with(look, etree.QName(item).localname, item)
    return look


def _with(look: Look, name: str, item: etree._Element) -> Look:
    """The look after one property that matters."""
    if name not in _EFFECTS:
        raise Unsupported(name)
    return _EFFECTS[name](look, item)


_ALIGN = {
    "left": "left",
    "start": "left",
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "both",
}


def _spaced(look: Look, item: etree._Element) -> Look:
    """Space around a paragraph, and between its lines."""
    if (before := item.get(f"{W}before")) is not None:
        look = replace(look, before=points(before))
    if (after := item.get(f"{W}after")) is not None:
        look = replace(look, after=points(after))
    if (line := item.get(f"{W}line")) is not None:
        rule = item.get(f"{W}lineRule", "auto")
        look = replace(look, line=(rule, float(line) if rule == "auto" else points(line)))
    return look


def _indented(look: Look, item: etree._Element) -> Look:
    """Distances from the margins."""
    left = item.get(f"{W}left", item.get(f"{W}start"))
    right = item.get(f"{W}right", item.get(f"{W}end"))
    hanging = item.get(f"{W}hanging")
    first = f"-{hanging}" if hanging else item.get(f"{W}firstLine")
    if characters := item.get(f"{W}firstLineChars"):  # hundredths of one; they come first in Word too
        first = str(points(characters, 100) * look.size * 20)
    return replace(
        look,
        left=look.left if left is None else points(left),
        right=look.right if right is None else points(right),
        first=look.first if first is None else points(first),
    )


def _tabs(known: Mapping[float, str], item: etree._Element) -> dict[float, str]:
    """Tab stops, after some were added and others cleared."""
    stops = dict(known)
    for stop in item:
        at, kind = points(stop.get(f"{W}pos")), stop.get(f"{W}val", "left")
        if kind == "clear":
            stops.pop(at, None)
        else:
            stops[at] = _known(kind, _ALIGN)
    return dict(sorted(stops.items()))


def _underlined_below(look: Look, item: etree._Element) -> Look:
    """A rule under the paragraph; no other border is known."""
    if any(etree.QName(side).localname != "bottom" for side in item):
        raise Unsupported("pBdr")
    return replace(look, rule_below=colour(item[0].get(f"{W}color")))


def _value(item: etree._Element) -> str:
    return item.get(f"{W}val", "")


def _known(value: str, meanings: Mapping[str, str]) -> str:
    if value not in meanings:
        raise Unsupported(value)
    return meanings[value]


_EFFECTS: Mapping[str, Callable[[Look, etree._Element], Look]] = {
    "b": lambda look, item: replace(look, bold=is_on(item)),
    "u": lambda look, item: replace(look, underline=is_on(item)),
    "strike": lambda look, item: replace(look, strike=is_on(item)),
    "sz": lambda look, item: replace(look, size=points(_value(item), 2)),
    "color": lambda look, item: replace(look, colour=colour(_value(item))),
    "jc": lambda look, item: replace(look, align=_known(_value(item), _ALIGN)),
    "keepNext": lambda look, item: replace(look, keep_next=is_on(item)),
    "keepLines": lambda look, item: replace(look, keep_lines=is_on(item)),
    "spacing": _spaced,
    "ind": _indented,
    "tabs": lambda look, item: replace(look, tabs=_tabs(look.tabs, item)),
    "pBdr": _underlined_below,
}
"""What each property of Word's changes about a look."""
