"""A finished Word letter as Typst source: the part of Word that letters are made of, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from .font import FAMILY
from .inline import Inline, line_edges, quoted
from .package import W, parse_xml, parts_of
from .styles import Look, Styles, Unsupported, points
from .tables import LEAST, table_markup

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_NONE = b"<none/>"
_SKIPPED = frozenset(
    f"{W}{name}" for name in ("bookmarkStart", "bookmarkEnd", "proofErr", "sectPr", "sdtPr", "tcPr")
)
_THROUGH = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent"))


@dataclass(frozen=True)
class Source:
    """Typst source and the picture files that it names."""

    text: str
    pictures: Mapping[str, bytes]


def typeset(docx: bytes) -> Source:
    """The Typst source of a Word file; raise Unsupported naming the first thing outside the subset."""
    parts = parts_of(docx)
    styles = Styles(parse_xml(parts.get("word/styles.xml", _NONE)))
    if parse_xml(parts.get("word/settings.xml", _NONE)).find(f"{W}evenAndOddHeaders") is not None:
        raise Unsupported("evenAndOddHeaders")
    body = parse_xml(parts["word/document.xml"]).find(f"{W}body")
    if body is None or len(sections := list(body.iter(f"{W}sectPr"))) != 1:
        raise Unsupported("sectPr")
    main = _Part(parts, styles, "document.xml")
    text = "\n".join([_about(parts), _page(sections[0], main), _defaults(styles), main.blocks(body)])
    pictures = {name: parts[name] for name in parts if name.startswith("word/media/")}
    return Source(text, {name.rpartition("/")[2]: data for name, data in pictures.items()})


class _Part:
    """One part of the document, with what its relationships lead to."""

    def __init__(self, parts: Mapping[str, bytes], styles: Styles, name: str) -> None:
        self.parts, self.styles = parts, styles
        links = parts.get(f"word/_rels/{name}.rels", _NONE)
        self.targets = {link.get("Id", ""): link.get("Target", "") for link in parse_xml(links)}
        self._inline = Inline(styles, self.targets)

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
        above, below = line_edges(look)
        line = self._inline.line(paragraph, look) or f"#v({above + below:.2f}pt)"
        before, after = _touches(paragraph)
        kept = replace(look, before=look.before * (not before), after=look.after * (not after))
        block = f"{_block_of(kept)}[{_lines_of(look)}{line}]\n"
        return f"{_space(look.before) * before}{block}{_space(look.after) * after}"


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
        options.append(f'stroke: (bottom: 0.5pt + rgb("#{look.rule_below}")), outset: (bottom: 4pt)')
    return f"#block({', '.join(options)})"


def _lines_of(look: Look) -> str:
    """Alignment and first line; a hanging one moves the others."""
    align = "left" if look.align == "both" else look.align
    justify = str(look.align == "both").lower()
    hanging = max(-look.first, 0.0)
    lines = f"#set align({align}); #set par(justify: {justify}, hanging-indent: {hanging}pt); "
    return lines + (f"#h({look.first}pt)" if look.first else "")


def _defaults(styles: Styles) -> str:
    """One family with the forms of the document's language; spacing is each block's own matter."""
    language = 'lang: "zh", region: "cn"' if styles.language == "zh" else f"lang: {quoted(styles.language)}"
    text = f"font: {quoted(FAMILY)}, fallback: false, ligatures: false, {language}"
    return f"#set text({text})\n#set par(spacing: 0pt, leading: 0pt)\n#set block(spacing: 0pt)\n{LEAST}"


def _about(parts: Mapping[str, bytes]) -> str:
    """The title and author of the file's properties."""
    core = parse_xml(parts["docProps/core.xml"])
    title, author = (core.findtext(f"{_DUBLIN}{name}", "") for name in ("title", "creator"))
    return f"#set document(title: {quoted(title)}, author: {quoted(author)})"


def _page(section: etree._Element, main: _Part) -> str:
    """Paper, margins, header and footer of the one section."""
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    if size is None or margins is None or section.find(f"{W}titlePg") is not None:
        raise Unsupported("sectPr")
    width, height = points(size.get(f"{W}w")), points(size.get(f"{W}h"))
    around = {side: points(margins.get(f"{W}{side}")) for side in ("left", "right", "top", "bottom")}
    head, foot = points(margins.get(f"{W}header")), points(margins.get(f"{W}footer"))
    margin = ", ".join(f"{side}: {value}pt" for side, value in around.items())
    above, below = (f"block(width: 100%)[{_margin(section, main, kind)}]" for kind in ("header", "footer"))
    return (
        f"#set page(width: {width}pt, height: {height}pt, margin: ({margin}), "
        "header-ascent: 0pt, footer-descent: 0pt, "
        f"header: place(top + left, dy: {head}pt, {above}), "
        f"footer: place(bottom + left, dy: -{foot}pt, {below}))"
    )


def _margin(section: etree._Element, main: _Part, kind: str) -> str:
    """The blocks of the section's usual header or footer."""
    for reference in section.iter(f"{W}{kind}Reference"):
        if reference.get(f"{W}type", "default") == "default":
            name = main.targets[reference.get(_RELATION, "")]
            return _Part(main.parts, main.styles, name).blocks(parse_xml(main.parts[f"word/{name}"]))
    return ""
