"""A finished Word letter as Typst source: the part of Word that letters are made of, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from .alternatives import as_word_reads
from .font import FAMILY
from .inline import BEYOND, Inline, line_edges, quoted
from .package import W, parse_xml, parts_of
from .styles import Look, WordStyles, points
from .supported import Unsupported, examine, examine_settings
from .tables import LEAST, table_markup

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_NONE = b"<none/>"
_HAIR = 0.5
_SKIPPED = frozenset(
    f"{W}{name}"
    for name in ("bookmarkStart", "bookmarkEnd", "proofErr", "sectPr", "sdtPr", "sdtEndPr", "tcPr")
)
_MARGINS = ("left", "right", "top", "bottom", "header", "footer")
_OPPOSITE = (("left", "right"), ("top", "bottom"))
_THROUGH = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent"))


@dataclass(frozen=True)
class Source:
    """Typst source and the picture files that it names."""

    text: str
    pictures: Mapping[str, bytes]


_NO_CURVES: Mapping[str, bytes] = {}


def typeset(docx: bytes, curves: Mapping[str, bytes] = _NO_CURVES) -> Source:
    """The Typst source of a Word file; raise Unsupported naming the first thing outside the list.

    `curves`: the parts of pictures of which there is an SVG, which is set in their place.
    """
    parts = parts_of(docx)
    styles = _styles(*(parts.get(f"word/{name}.xml", _NONE) for name in ("styles", "theme1", "settings")))
    root = _read(parts, "word/document.xml")
    examine(root)
    body = root.find(f"{W}body")
    if body is None or len(sections := list(body.iter(f"{W}sectPr"))) != 1:
        raise Unsupported("sectPr")
    page = _Page.of(sections[0])
    main = _Part(parts, styles, "document.xml", page, {_file(name): _svg(name) for name in curves})
    text = "\n".join([_about(parts), _page(sections[0], main), _defaults(styles), main.blocks(body)])
    media = {_file(name): data for name, data in parts.items() if name.startswith("word/media/")}
    return Source(text, media | {_svg(name): data for name, data in curves.items()})


@lru_cache(4)
def _styles(styles: bytes, theme: bytes, settings: bytes) -> WordStyles:
    """What letters of one template have in common."""
    examine_settings(said := _reads(settings))
    return WordStyles(_reads(styles), _reads(theme), said)


def _file(part: str) -> str:
    return part.rpartition("/")[2]


def _svg(part: str) -> str:
    return f"{_file(part)}.svg"


def _read(parts: Mapping[str, bytes], name: str) -> etree._Element:
    return _reads(parts.get(name, _NONE))


def _reads(data: bytes) -> etree._Element:
    return as_word_reads(parse_xml(data))


@dataclass(frozen=True)
class _Page:
    """Paper and margins in points."""

    width: float
    height: float
    margins: Mapping[str, float]

    @classmethod
    def of(cls, section: etree._Element) -> _Page:
        """The page of a section; raise Unsupported for one that does not say it."""
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        if size is None or margins is None or section.find(f"{W}vAlign") is not None:
            raise Unsupported("sectPr")
        around = {side: points(margins.get(f"{W}{side}")) for side in _MARGINS}
        return cls(points(size.get(f"{W}w")), points(size.get(f"{W}h")), around)

    @property
    def room(self) -> tuple[float, float]:
        """Width and height between the margins."""
        across, down = (self.margins[one] + self.margins[other] for one, other in _OPPOSITE)
        return self.width - across, self.height - down


class _Part:
    """One part of the document, with what its relationships lead to."""

    def __init__(
        self,
        parts: Mapping[str, bytes],
        styles: WordStyles,
        name: str,
        page: _Page,
        curved: Mapping[str, str],
    ) -> None:
        self.parts, self.styles, self.page, self.curved = parts, styles, page, curved
        links = parts.get(f"word/_rels/{name}.rels", _NONE)
        self.targets = {link.get("Id", ""): link.get("Target", "") for link in parse_xml(links)}
        self._inline = Inline(styles, self.targets, page.room, curved)

    def blocks(self, parent: etree._Element) -> str:
        """Paragraphs and tables, one below the other."""
        return "".join(self._block(child) for child in parent if child.tag not in _SKIPPED)

    def _block(self, element: etree._Element) -> str:
        if element.tag == f"{W}p":
            return self._paragraph(element)
        if element.tag == f"{W}tbl":
            return table_markup(element, self.styles, self.blocks)
        if element.tag in _THROUGH:
            return self.blocks(element)
        raise Unsupported(etree.QName(element).localname)

    def _paragraph(self, paragraph: etree._Element) -> str:
        look = self.styles.paragraph(paragraph)
        text = self._inline.line(paragraph, look)
        is_read = bool(text) and not look.level
        line = f"#par[{text}]" if is_read else text or _empty(self.styles.mark(paragraph, look))
        before, after = _touches(paragraph)
        kept = replace(look, before=look.before * (not before), after=look.after * (not after))
        block = f"{_block_of(kept)}[{_lines_of(look)}{line}]\n"
        if look.level:
            block = f"#heading(level: {look.level}, outlined: false)[{block}]\n"
        return f"{_space(look.before) * before}{block}{_space(look.after) * after}"


def _empty(look: Look) -> str:
    """The height of an empty line."""
    return f"#v({sum(line_edges(look)):.2f}pt)"


def _touches(paragraph: etree._Element) -> tuple[bool, bool]:
    """Whether something stands above and below it in its cell or in the body."""
    above = any(sibling.tag not in _SKIPPED for sibling in paragraph.itersiblings(preceding=True))
    return above, any(sibling.tag not in _SKIPPED for sibling in paragraph.itersiblings())


def _space(height: float) -> str:
    """Space between paragraphs: the larger of two that meet, and none where a page begins."""
    return f"#v({height}pt, weak: true)\n"


def _block_of(look: Look) -> str:
    inset = f"left: {look.left}pt, right: {look.right}pt, top: {look.before}pt, bottom: {look.after}pt"
    options = [f"width: 100%, inset: ({inset})"]
    if look.keep_next:
        options.append("sticky: true")
    if look.keep_lines:
        options.append("breakable: false")
    if look.rule_below:
        rule = look.rule_below
        stroke = f'stroke: (bottom: {rule.width}pt + rgb("#{rule.colour}"))'
        options.append(f"{stroke}, outset: (bottom: {rule.space}pt)")
    return f"#block({', '.join(options)})"


def _lines_of(look: Look) -> str:
    """Alignment and first line; a hanging one moves the others."""
    align = "left" if look.align == "both" else look.align
    justify = str(look.align == "both").lower()
    hanging = max(-look.first, 0.0)
    lines = f"#set align({align}); #set par(justify: {justify}, hanging-indent: {hanging}pt); "
    return lines + (f"#h({look.first}pt)" if look.first else "")


def _defaults(styles: WordStyles) -> str:
    """One family with the forms of the document's language; spacing is each block's own matter."""
    language = 'lang: "zh", region: "cn"' if styles.language == "zh" else f"lang: {quoted(styles.language)}"
    text = f"font: {quoted(FAMILY)}, fallback: false, ligatures: false, {language}"
    lines = "#set par(spacing: 0pt, leading: 0pt)\n#set block(spacing: 0pt)"
    return f"#set text({text})\n{lines}\n{_HEADINGS}\n{LEAST}"


_HEADINGS = """#show heading: set text(weight: "regular")
#show heading: set block(above: 0pt, below: 0pt, sticky: false)
#show heading: it => it.body"""
"""Headings look as their styles say; who hears the letter read knows them."""


def _about(parts: Mapping[str, bytes]) -> str:
    """The title and author of the file's properties."""
    core = parse_xml(parts["docProps/core.xml"])
    title, author = (core.findtext(f"{_DUBLIN}{name}", "") for name in ("title", "creator"))
    return f"#set document(title: {quoted(title)}, author: {quoted(author)})"


def _page(section: etree._Element, main: _Part) -> str:
    """Paper, margins, header and footer of the one section."""
    page = main.page
    margin = ", ".join(f"{side}: {page.margins[side]}pt" for pair in _OPPOSITE for side in pair)
    above, below = (_margin(section, main, kind, side) for kind, side in _EDGES.items())
    return (
        f"#set page(width: {page.width}pt, height: {page.height}pt, margin: ({margin}), "
        "header-ascent: 0pt, footer-descent: 0pt, "
        f"header: place(top + left, dy: {page.margins['header']}pt, {above}), "
        f"footer: place(bottom + left, dy: -{page.margins['footer']}pt, {below}))"
    )


_EDGES = {"header": "top", "footer": "bottom"}


def _margin(section: etree._Element, main: _Part, kind: str, side: str) -> str:
    """The section's usual header or footer; one that reaches into the text makes the page setter stop."""
    room = main.page.margins[side] - main.page.margins[kind]
    block = f"block(width: {main.page.room[0]}pt)[{_usual(section, main, kind)}]"
    stop = f'assert(measure(it).height <= {room + _HAIR}pt, message: "{BEYOND}{kind}")'
    return f"{{ let it = {block}; context {stop}; it }}"


def _usual(section: etree._Element, main: _Part, kind: str) -> str:
    """The blocks of the section's usual header or footer."""
    for reference in section.iter(f"{W}{kind}Reference"):
        if reference.get(f"{W}type", "default") == "default":
            name = main.targets[reference.get(_RELATION, "")].rpartition("/")[2]
            root = _read(main.parts, f"word/{name}")
            examine(root)
            return _Part(main.parts, main.styles, name, main.page, main.curved).blocks(root)
    return ""
