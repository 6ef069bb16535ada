"""What Word's formatting means for a letter: defaults, then styles, then what is set in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from lxml import etree

from .alternatives import as_word_reads
from .package import W
from .supported import Unsupported, examine

_SANS = frozenset(
    name.casefold()
    for name in (
        *(
            "Microsoft YaHei",
            "微软雅黑",
            "Microsoft YaHei UI",
            "SimHei",
            "黑体",
            "DengXian",
            "等线",
            "PingFang SC",
        ),
        *(
            "Noto Sans CJK SC",
            "Noto Sans SC",
            "Source Han Sans SC",
            "思源黑体",
            "Source Han Sans CN",
            "Arial",
        ),
        *("Helvetica", "Helvetica Neue", "Liberation Sans", "Segoe UI", "Tahoma", "Verdana", "Noto Sans"),
        *("Calibri", "Carlito", "Aptos", "Open Sans", "Microsoft JhengHei", "STXihei", "华文细黑", "STHeiti"),
    )
)
"""Families without serifs: a letter is set in ours in their place, as doctor says."""
_SLOTS = {"ascii": "latin", "hAnsi": "latin", "eastAsia": "eastern"}
_THEMED = re.compile("(major|minor)(?:HAnsi|Ascii|EastAsia)")
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COLOUR = re.compile("[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class RuleBelow:
    """A line under a paragraph: how wide, how far below the text, in points; and its colour."""

    width: float
    space: float
    colour: str


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
    rule_below: RuleBelow | None = None
    latin: str = "Times New Roman"
    eastern: str = "Times New Roman"
    """The families of Latin and of Chinese letters; these are Word's where a document names none."""
    level: int = 0
    """Of a heading, the highest is 1; 0 for text."""
    tabs: Mapping[float, str] = field(default_factory=dict)
    """Position from the left edge of the text -> `left`, `center` or `right`."""


class WordStyles:
    """The styles of one document."""

    def __init__(self, root: etree._Element, theme: etree._Element, settings: etree._Element) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
        self._looks: dict[str | None, Look] = {}
        self._fonts = _theme_fonts(theme)
        self._defaults = self._changed(Look(), root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        self._defaults = self._changed(self._defaults, root.find(f"{W}docDefaults/{W}pPrDefault/{W}pPr"))
        language = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
        self.language = "zh" if language is None else language.get(f"{W}val", "zh")[:2]
        self.is_of_2013 = _compatibility(settings) >= 15
        """Whether tables stand where Word puts them since 2013: by their border, not by their text."""
        self.default_tab = points(value_of(settings, "defaultTabStop") or "720")
        """How far apart tab stops are where a paragraph sets none, in points."""
        self._normal, self._plain_table = (self._default(kind) for kind in ("paragraph", "table"))

    def paragraph(self, paragraph: etree._Element) -> Look:
        """The look of a paragraph and of text in it that is not formatted further."""
        direct = paragraph.find(f"{W}pPr")
        name = value_of(direct, "pStyle") if direct is not None else None
        return self._changed(self._plain(name or self._normal), direct)

    def _plain(self, name: str | None) -> Look:
        """The look of a paragraph of a style."""
        if name not in self._looks:
            self._looks[name] = self._styled(name, self._defaults)
        return self._looks[name]

    def mark(self, paragraph: etree._Element, look: Look) -> Look:
        """The look of a paragraph's end, which gives an empty one its height."""
        return self._changed(look, paragraph.find(f"{W}pPr/{W}rPr"))

    def run(self, run: etree._Element, look: Look) -> Look:
        """The look of a run inside a paragraph of that look; raise Unsupported where bold is said twice."""
        direct = run.find(f"{W}rPr")
        name = value_of(direct, "rStyle") if direct is not None else None
        styled = self._styled(name, look)
        if look.bold and any(style.find(f"{W}rPr/{W}b") is not None for style in self._chain(name)):
            raise Unsupported("b")  # bold twice is not bold
        return self._changed(styled, direct)

    def table(self, name: str | None) -> list[etree._Element]:
        """The table properties of a style and of those it is based on, the base first.

        Raise Unsupported where they say more than a table's properties.
        """
        chain = self._chain(name or self._plain_table)
        parts = ("tblStylePr", "pPr", "rPr", "trPr", "tcPr")
        if named := [part for style in chain for part in parts if style.find(f"{W}{part}") is not None]:
            raise Unsupported(f"tblStyle {named[0]}")
        found = [properties for style in chain if (properties := style.find(f"{W}tblPr")) is not None]
        for properties in found:
            examine(properties)
        return found

    def _default(self, kind: str) -> str | None:
        """The style of what names none."""
        found = (name for name, style in self._styles.items() if style.get(f"{W}type") == kind)
        return next((name for name in found if self._styles[name].get(f"{W}default") in ("1", "true")), None)

    def _styled(self, name: str | None, look: Look) -> Look:
        for style in self._chain(name):
            look = replace(look, level=_level(style) or look.level)
            look = self._changed(self._changed(look, style.find(f"{W}pPr")), style.find(f"{W}rPr"))
        return look

    def _changed(self, look: Look, properties: etree._Element | None) -> Look:
        """The look after the properties of a pPr or rPr; raise Unsupported for one that has no equal."""
        if properties is not None:
            examine(properties)
        for item in () if properties is None else properties:
            name = etree.QName(item).localname
            if name == "rFonts":
                look = self._in_fonts(look, item)
            elif name in _EFFECTS:
                look = _EFFECTS[name](look, item)
        return look

    def _in_fonts(self, look: Look, item: etree._Element) -> Look:
        """The look in other families, some of which the theme names."""
        families = {
            slot: str(item.get(f"{W}{name}")) for name, slot in _SLOTS.items() if f"{W}{name}" in item.attrib
        }
        themed = {slot: item.get(f"{W}{name}Theme") for name, slot in _SLOTS.items()}
        families |= {slot: self._themed(name) for slot, name in themed.items() if name}
        latin, eastern = families.get("latin", look.latin), families.get("eastern", look.eastern)
        return replace(look, latin=latin, eastern=eastern)

    def _themed(self, name: str) -> str:
        found = _THEMED.fullmatch(name)
        return self._fonts.get((found[1], name.endswith("EastAsia")), "") if found else ""

    def _chain(self, name: str | None) -> list[etree._Element]:
        chain: list[etree._Element] = []
        while name in self._styles and self._styles[name] not in chain:  # a ring ends where it began
            chain.insert(0, self._styles[name])
            name = value_of(chain[0], "basedOn")
        return chain


_HEADING = re.compile("heading ([1-6])")


def styles_of(parts: Mapping[str, bytes]) -> WordStyles:
    """The styles of a Word file by its parts; raise Unsupported for such as have no equal."""
    return _styles(*(parts.get(f"word/{name}.xml", b"<none/>") for name in ("styles", "theme1", "settings")))


@lru_cache(4)
def _styles(*parts: bytes) -> WordStyles:
    """What letters of one template have in common."""
    styles, theme, settings = (as_word_reads(part) for part in parts)
    return WordStyles(styles, theme, settings)


def _level(style: etree._Element) -> int:
    """Which heading a style is for, by the name that it has in every language of Word's."""
    name = (value_of(style, "name") or "").casefold()
    found = _HEADING.fullmatch(name)
    return int(found[1]) if found else int(name == "title")


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


def is_sans(family: str) -> bool:
    """Whether our family may stand in place of this one."""
    return family.casefold() in _SANS


def _compatibility(settings: etree._Element) -> float:
    """The version of Word that a document is laid out for; 12 where it does not say."""
    said = settings.iterfind(f"{W}compat/{W}compatSetting")
    modes = [one.get(f"{W}val") for one in said if one.get(f"{W}name") == "compatibilityMode"]
    return points(modes[0], 1) if modes else 12.0


def _theme_fonts(theme: etree._Element) -> dict[tuple[str, bool], str]:
    """The families of a theme: for headings or text, Latin or Chinese."""
    found: dict[tuple[str, bool], str] = {}
    for use in ("major", "minor"):
        for scheme in theme.iter(f"{_A}{use}Font"):
            named = {child.get("script"): child.get("typeface", "") for child in scheme}
            plain = {etree.QName(child).localname: child.get("typeface", "") for child in scheme}
            found[use, False] = plain.get("latin", "")
            found[use, True] = plain.get("ea", "") or named.get("Hans", "")
    return found


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
    drawn = [side for side in item if side.get(f"{W}val") not in ("nil", "none")]
    if any(etree.QName(side).localname != "bottom" for side in drawn):
        raise Unsupported("pBdr")
    if not drawn:
        return replace(look, rule_below=None)
    wide, space = points(drawn[0].get(f"{W}sz"), 8), points(drawn[0].get(f"{W}space"), 1)
    return replace(look, rule_below=RuleBelow(wide, space, colour(drawn[0].get(f"{W}color"))))


def _unshaded(look: Look, item: etree._Element) -> Look:
    """No shading, which is all that is known behind text."""
    if item.get(f"{W}val") != "nil" and item.get(f"{W}fill", "auto") != "auto":
        raise Unsupported("shd")
    return look


def _value(item: etree._Element) -> str:
    return item.get(f"{W}val", "")


def _known(value: str, meanings: Mapping[str, str]) -> str:
    if value not in meanings:
        raise Unsupported(value)
    return meanings[value]


_EFFECTS: Mapping[str, Callable[[Look, etree._Element], Look]] = {
    "b": lambda look, item: replace(look, bold=is_on(item)),
    "u": lambda look, item: replace(look, underline=_value(item) == "single"),
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
    "shd": _unshaded,
}
"""What each property of Word's changes about a look."""
