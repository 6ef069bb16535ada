"""A finished Word letter as Typst source: the part of Word that letters are made of, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from .alternatives import as_word_reads
from .blocks import PARAGRAPH, TABLE, LetterPart, PartBlock, blocks_in, read_part, shaped
from .font import FAMILY
from .inline import BEYOND, Inline, line_edges
from .moulds import Mould, quoted, shared
from .package import W, parse_xml, parts_of
from .styles import Look, WordStyles, points, styles_of
from .supported import Unsupported, examine, examine_settings
from .tables import LEAST, SetRow, TableFrame

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_NONE = b"<none/>"
_HAIR = 0.5
_MARGINS = ("left", "right", "top", "bottom", "header", "footer")
_OPPOSITE = (("left", "right"), ("top", "bottom"))
_SHAPES = 1 << 10
"""How many shapes are kept: a template has some dozens."""


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
    try:
        return _source(parts, curves)
    except Unsupported:
        # What is not on the list comes before what has no equal.
        examine(as_word_reads(parts["word/document.xml"]))
        raise


def _source(parts: Mapping[str, bytes], curves: Mapping[str, bytes]) -> Source:
    _examine_settings(parts.get("word/settings.xml", _NONE))
    styles = styles_of(parts)
    body = read_part(parts["word/document.xml"])
    section = _section(body.frame)
    drawn = {_file(name): svg for name, svg in curves.items()}
    letter = _Letter(parts, styles, section.page, drawn)
    text, page = letter.blocks("document.xml", body), _page(section, letter)
    edges = "".join(map(_fits, _EDGES))
    text = "\n".join([_about(parts), letter.variables(), page, _defaults(styles), edges, text])
    media = {_file(name): data for name, data in parts.items() if name.startswith("word/media/")}
    used = {name: data for name, data in media.items() if name not in drawn and quoted(name) in text}
    return Source(text, used)


@lru_cache(4)
def _examine_settings(settings: bytes) -> None:
    examine_settings(as_word_reads(settings))


def _file(part: str) -> str:
    return part.rpartition("/")[2]


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


@dataclass(frozen=True)
class _Section:
    """The one section of a document: its page, and the relationships of its usual header and footer."""

    page: _Page
    edges: Mapping[str, str]


@lru_cache(_SHAPES)
def _section(frame: str) -> _Section:
    """The section that a document's XML without its blocks names; raise Unsupported unless there is one."""
    examine(root := shaped(frame))
    if len(sections := list(root.iter(f"{W}sectPr"))) != 1:
        raise Unsupported("sectPr")
    return _Section(_Page.of(sections[0]), {kind: _usual(sections[0], kind) for kind in _EDGES})


def _usual(section: etree._Element, kind: str) -> str:
    """The relationship of a section's usual header or footer; nothing where there is none."""
    found = section.iter(f"{W}{kind}Reference")
    usual = (one for one in found if one.get(f"{W}type", "default") == "default")
    return next((one.get(_RELATION, "") for one in usual), "")


class _Setting:
    """What decides how blocks of a part look: styles, what its relationships lead to, its pictures."""

    def __init__(
        self, styles: WordStyles, links: bytes, room: tuple[float, float], curved: frozenset[str]
    ) -> None:
        self.styles = styles
        self.targets = {link.get("Id", ""): link.get("Target", "") for link in parse_xml(links)}
        self._inline, self.width = Inline(styles, self.targets, room, curved), room[0]

    def contents(self, cell: etree._Element, room: float) -> str:
        """What stands in a cell with so many points from side to side."""
        return "".join(self._in_cell(element, touches, room) for element, touches in blocks_in(cell))

    def _in_cell(self, element: etree._Element, touches: tuple[bool, bool], room: float) -> str:
        if element.tag != PARAGRAPH:
            raise Unsupported("tbl in tc" if element.tag == TABLE else etree.QName(element).localname)
        return self.paragraph(element, touches, room)

    def paragraph(self, paragraph: etree._Element, touches: tuple[bool, bool], room: float) -> str:
        """A paragraph; `touches`: whether something stands above and below it; `room`: points for it and
        its indents."""
        look = self.styles.paragraph(paragraph)
        text = self._inline.line(paragraph, look, room)
        is_read = bool(text) and not look.level
        line = f"#par[{text}]" if is_read else text or _empty(self.styles.mark(paragraph, look))
        before, after = touches
        kept = replace(look, before=look.before * (not before), after=look.after * (not after))
        kept = kept if text else replace(kept, keep_lines=True)  # at the end of a page a line would vanish
        block = f"#{shared(_block_of(kept))}[{_lines_of(look)}{line}]\n"
        if look.level:
            block = f"#heading(level: {look.level}, outlined: false)[{block}]\n"
        return f"{_space(look.before) * before}{block}{_space(look.after) * after}"


_setting = lru_cache(16)(_Setting)


@lru_cache(_SHAPES)
def _paragraph(setting: _Setting, shape: str, touches: tuple[bool, bool]) -> Mould:
    examine(paragraph := shaped(shape))
    if paragraph.tag != PARAGRAPH:
        raise Unsupported(etree.QName(paragraph).localname)
    if next(paragraph.iter(f"{W}sectPr"), None) is not None:
        raise Unsupported("sectPr")
    return Mould.of(setting.paragraph(paragraph, touches, setting.width))


@lru_cache(_SHAPES)
def _frame(setting: _Setting, shape: str) -> TableFrame:
    return TableFrame(shape, setting.styles)


@lru_cache(_SHAPES)
def _row(setting: _Setting, table: str, shape: str, ends: tuple[bool, bool]) -> SetRow:
    return _frame(setting, table).row(shape, ends, setting.contents)


class _Letter:
    """A letter on its way into Typst: its parts, and what of it is said once, ahead of them."""

    def __init__(
        self, parts: Mapping[str, bytes], styles: WordStyles, page: _Page, curves: Mapping[str, bytes]
    ) -> None:
        self.parts, self._styles, self._page, self._curves = parts, styles, page, curves
        self._functions: dict[str, str] = {}

    def setting(self, name: str) -> _Setting:
        """What decides how blocks of a part look."""
        links = self.parts.get(f"word/_rels/{name}.rels", _NONE)
        return _setting(self._styles, links, self._page.room, frozenset(self._curves))

    def blocks(self, name: str, part: LetterPart) -> str:
        """The blocks of a part, one below the other."""
        setting = self.setting(name)
        return "".join(self._block(setting, block) for block in part.blocks)

    def variables(self) -> str:
        """The functions and pictures that the blocks use."""
        drawn = [f"{quoted(name)}: bytes({quoted(svg.decode())})" for name, svg in self._curves.items()]
        functions = (f"#let {name} = {made}" for name, made in self._functions.items())
        return "\n".join([*functions, f"#let curves = ({', '.join(drawn) or ':'})"])

    def _block(self, setting: _Setting, block: PartBlock) -> str:
        if block.tag == TABLE:
            return self._table(setting, block)
        return self._filled(_paragraph(setting, block.shape, block.touches), block)

    def _table(self, setting: _Setting, block: PartBlock) -> str:
        last = len(block.rows) - 1
        rows = [
            _row(setting, block.shape, row.shape, (place == 0, place == last))
            for place, row in enumerate(block.rows)
        ]
        filled = [self._filled(row.mould, said) for row, said in zip(rows, block.rows, strict=True)]
        return _frame(setting, block.shape).markup(rows, filled)

    def _filled(self, mould: Mould, block: PartBlock) -> str:
        self._functions.update(mould.functions)
        return mould.filled(block.texts)


def _empty(look: Look) -> str:
    """The height of an empty line."""
    return f"#v({sum(line_edges(look)):.2f}pt)"


def _space(height: float) -> str:
    """Space between paragraphs: the larger of two that meet, and none where a page begins."""
    return f"#v({height}pt, weak: true)\n" if height else ""


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
    return f"block.with({', '.join(options)})"


def _lines_of(look: Look) -> str:
    """Alignment and first line where they are unusual; a hanging one moves the others."""
    lines = ""
    if look.align not in ("left", "both"):
        lines += f"#set align({look.align}); "
    if look.align == "both" or look.first < 0:
        justify = str(look.align == "both").lower()
        lines += f"#set par(justify: {justify}, hanging-indent: {max(-look.first, 0.0)}pt); "
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


def _page(section: _Section, letter: _Letter) -> str:
    """Paper, margins, header and footer of the one section."""
    page = section.page
    margin = ", ".join(f"{side}: {page.margins[side]}pt" for pair in _OPPOSITE for side in pair)
    placed = [
        f"{kind}: place({side} + left, dy: {sign}{page.margins[kind]}pt, {kind})"
        for kind, (side, sign) in _EDGES.items()
    ]
    return "\n".join(
        [
            *(_edge(section, letter, kind) for kind in _EDGES),
            f"#set page(width: {page.width}pt, height: {page.height}pt, margin: ({margin}), "
            f"header-ascent: 0pt, footer-descent: 0pt, {', '.join(placed)})",
        ]
    )


_EDGES = {"header": ("top", ""), "footer": ("bottom", "-")}


def _edge(section: _Section, letter: _Letter, kind: str) -> str:
    """The section's usual header or footer, and how much room there is for it beside the text."""
    page, (side, _) = section.page, _EDGES[kind]
    room = page.margins[side] - page.margins[kind] + _HAIR
    block = f"block(width: {page.room[0]}pt)[{_at_edge(section.edges[kind], letter)}]"
    return f"#let {kind} = {block}\n#let {kind}-room = {room}pt"


def _fits(kind: str) -> str:
    """What makes the page setter stop where a header or footer reaches into the text, asked once."""
    return f'#context assert(measure({kind}).height <= {kind}-room, message: "{BEYOND}{kind}")\n'


def _at_edge(relation: str, letter: _Letter) -> str:
    """The blocks of a header or footer."""
    if not relation:
        return ""
    name = _file(letter.setting("document.xml").targets[relation])
    part = read_part(letter.parts[f"word/{name}"])
    examine(shaped(part.frame))
    return letter.blocks(name, part)
