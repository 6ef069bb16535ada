"""A finished Word letter as Typst source: paragraphs, tables, the picture, header and footer."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from .font import FAMILY
from .package import W, parse_xml
from .styles import Look, Styles, Unsupported, is_on, points, value_of

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_EMU_PER_POINT = 12700
_NATURAL, _ABOVE = 1.448, 0.801
"""Height of a line of the family in em, and the part of it above the baseline."""
_SILENT = frozenset(
    f"{W}{name}"
    for name in ("pPr", "proofErr", "bookmarkStart", "bookmarkEnd", "sectPr", "lastRenderedPageBreak", "rPr")
)
_NUMBERS = {
    "PAGE": "context counter(page).display()",
    "NUMPAGES": "context [#counter(page).final().first()]",
}
_SIDES = ("top", "bottom", "left", "right")
_TAB = "\t"


@dataclass(frozen=True)
class Sheet:
    """Typst source, and the pictures it names."""

    source: str
    pictures: dict[str, bytes]


def typeset(docx: bytes) -> Sheet:
    """The pages of a Word file; raise Unsupported for what only an office program can lay out."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return _Typesetter({name: package.read(name) for name in package.namelist()}).sheet()


class _Typesetter:
    """Walks through the parts of one document."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self._parts = parts
        self._styles = Styles(parse_xml(parts["word/styles.xml"]))
        self._pictures: dict[str, bytes] = {}

    def sheet(self) -> Sheet:
        """Everything."""
        body = parse_xml(self._parts["word/document.xml"]).find(f"{W}body")
        if body is None:
            raise Unsupported("no body")
        section = body.find(f"{W}sectPr")
        content = self._blocks(body, "document")
        text = f'font: "{FAMILY}", lang: "{self._styles.language}", hyphenate: false'
        source = f"#set text({text}, cjk-latin-spacing: none)\n"
        source += "#set par(spacing: 0pt, leading: 0pt)\n#set block(spacing: 0pt)\n"
        return Sheet(source + self._page(section) + content, self._pictures)

    def _page(self, section: etree._Element | None) -> str:
        size, margin = (None if section is None else section.find(f"{W}{name}") for name in ("pgSz", "pgMar"))
        if section is None or size is None or margin is None:
            raise Unsupported("pgSz")
        sides = {side: points(margin.get(f"{W}{side}")) for side in (*_SIDES, "header", "footer")}
        head, foot = (self._running(section, f"{kind}Reference") for kind in ("header", "footer"))
        return (
            f"#set page(width: {points(size.get(f'{W}w')):g}pt, height: {points(size.get(f'{W}h')):g}pt, "
            f"margin: ({', '.join(f'{side}: {sides[side]:g}pt' for side in _SIDES)}), "
            "header-ascent: 0pt, footer-descent: 0pt, "
            f"header: place(top + left, dy: {sides['header']:g}pt, block(width: 100%)[{head}]), "
            f"footer: place(bottom + left, dy: -{sides['footer']:g}pt, block(width: 100%)[{foot}]))\n"
        )

    def _running(self, section: etree._Element, name: str) -> str:
        """The content of the header or footer of every page."""
        found = section.findall(f"{W}{name}")
        if not found:
            return ""
        if len(found) > 1 or section.find(f"{W}titlePg") is not None:
            raise Unsupported("titlePg")
        part = self._targets("document")[found[0].get(f"{_R}id", "")]
        return self._blocks(parse_xml(self._parts[part]), posixpath.basename(part).removesuffix(".xml"))

    def _targets(self, part: str) -> dict[str, str]:
        """Relationship id -> part."""
        raw = self._parts.get(f"word/_rels/{part}.xml.rels")
        links = [] if raw is None else list(parse_xml(raw))
        return {link.get("Id", ""): posixpath.normpath(f"word/{link.get('Target')}") for link in links}

    def _blocks(self, parent: etree._Element, part: str) -> str:
        out = []
        for child in parent:
            if child.tag == f"{W}p":
                out.append(self._paragraph(child, part))
            elif child.tag == f"{W}tbl":
                out.append(self._table(child, part))
            elif child.tag not in _SILENT and child.tag != f"{W}tcPr":
                raise Unsupported(etree.QName(child).localname)
        return "".join(out)

    def _paragraph(self, paragraph: etree._Element, part: str) -> str:
        look = self._styles.paragraph(paragraph)
        pieces = list(self._pieces(paragraph, look, part)) or [_words("\u200b", look)]
        content = _tabbed(pieces, look) if _TAB in pieces else "".join(pieces)
        room = {"top": look.before, "bottom": look.after, "left": look.left, "right": look.right}
        inset = ", ".join(f"{side}: {width:g}pt" for side, width in room.items())
        stroke = f", stroke: (bottom: 0.5pt + {_colour(look.rule_below)})" if look.rule_below else ""
        flags = f"breakable: {_bool(not look.keep_lines)}, sticky: {_bool(look.keep_next)}"
        first = f"first-line-indent: (amount: {look.first:g}pt, all: true), " if look.first else ""
        justify = f"#set par({first}justify: {_bool(look.align == 'both')})"
        align = "left" if look.align == "both" else look.align
        block = f"#block(width: 100%, inset: ({inset}){stroke}, {flags})"
        return f"{block}[{justify};#set align({align});{content}]\n"

    def _pieces(self, paragraph: etree._Element, look: Look, part: str) -> Iterator[str]:
        """Text, breaks, pictures and page numbers in order; a tab is a piece of its own."""
        reader = _FieldReader()
        for run in paragraph:
            if run.tag in _SILENT:
                continue
            if run.tag != f"{W}r":
                raise Unsupported(etree.QName(run).localname)
            style = self._styles.run(run, look)
            for item in run:
                if (number := reader.read(item)) is not None:
                    yield f"#text({_style(style)}, {number})" if number else ""
                elif item.tag not in _SILENT:
                    yield self._item(item, style, part)

    def _item(self, item: etree._Element, look: Look, part: str) -> str:
        match etree.QName(item).localname:
            case "t":
                return _words(item.text or "", look)
            case "tab":
                return _TAB
            case "br" if item.get(f"{W}type", "textWrapping") == "textWrapping":
                return "#linebreak()"
            case "noBreakHyphen":
                return _words("\u2011", look)
            case "drawing":
                return self._drawing(item, part)
            case name:
                raise Unsupported(name)

    def _drawing(self, drawing: etree._Element, part: str) -> str:
        inline = drawing.find(f"{_WP}inline")
        blip = drawing.find(f".//{_A}blip")
        extent = None if inline is None else inline.find(f"{_WP}extent")
        if blip is None or extent is None:
            raise Unsupported("drawing")
        source = self._targets(part)[blip.get(f"{_R}embed", "")]
        name = posixpath.basename(source)
        self._pictures[name] = self._parts[source]
        width, height = (int(extent.get(side, "0")) / _EMU_PER_POINT for side in ("cx", "cy"))
        return f"#box(image({_quoted(name)}, width: {width:g}pt, height: {height:g}pt))"

    def _table(self, table: etree._Element, part: str) -> str:
        properties = table.find(f"{W}tblPr")
        grid = [points(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
        chain = self._styles.table(value_of(properties, "tblStyle"))
        frame = _Frame([*chain, *([] if properties is None else [properties])])
        rows = table.findall(f"{W}tr")
        heads = sum(1 for _ in _leading_heads(rows))
        cells = [self._row(row, frame, part, k, len(rows)) for k, row in enumerate(rows)]
        head = f"table.header({', '.join(cells[:heads])}), " if heads else ""
        columns = ", ".join(f"{width:g}pt" for width in grid)
        align = value_of(properties, "jc") or "left"
        place = {"center": "center", "right": "right", "end": "right"}.get(align, "left")
        body = ", ".join(cells[heads:])
        source = f"table(columns: ({columns},), stroke: none, inset: {frame.inset}, {head}{body})"
        return f"#block(width: 100%)[#set align({place});#{source}]\n"

    def _row(self, row: etree._Element, frame: _Frame, part: str, place: int, rows: int) -> str:
        properties = row.find(f"{W}trPr")
        whole = properties is not None and any(is_on(item) for item in properties.findall(f"{W}cantSplit"))
        ends = (place == 0, place == rows - 1)
        return ", ".join(self._cell(cell, frame, part, ends, whole) for cell in row.findall(f"{W}tc"))

    def _cell(
        self, cell: etree._Element, frame: _Frame, part: str, ends: tuple[bool, bool], whole: bool
    ) -> str:
        properties = cell.find(f"{W}tcPr")
        if properties is not None and properties.find(f"{W}vMerge") is not None:
            raise Unsupported("vMerge")
        options = [f"stroke: {frame.stroke(properties, ends)}", f"breakable: {_bool(not whole)}"]
        if span := value_of(properties, "gridSpan"):
            options.append(f"colspan: {int(span)}")
        if (fill := value_of(properties, "shd", "fill")) not in (None, "", "auto"):
            options.append(f"fill: {_colour(str(fill))}")
        vertical = {"center": "horizon", "bottom": "bottom"}.get(value_of(properties, "vAlign") or "", "top")
        options.append(f"align: left + {vertical}")
        return f"table.cell({', '.join(options)})[{self._blocks(cell, part)}]"


class _Frame:
    """Borders and margins of a table's cells, from its styles and itself."""

    def __init__(self, properties: list[etree._Element]) -> None:
        self._borders: dict[str, str] = {}
        margins = {"top": 0.0, "bottom": 0.0, "left": 5.4, "right": 5.4}
        for item in properties:
            self._borders |= _edges(item.find(f"{W}tblBorders"))
            sides = item.find(f"{W}tblCellMar")
            for side in () if sides is None else sides:
                name = {"start": "left", "end": "right"}.get(*[etree.QName(side).localname] * 2)
                margins[name] = points(side.get(f"{W}w"))
        self.inset = f"({', '.join(f'{side}: {width:g}pt' for side, width in margins.items())})"

    def stroke(self, properties: etree._Element | None, ends: tuple[bool, bool]) -> str:
        """A cell's lines: its own, else the table's, on the outside or between rows."""
        inner, none = self._borders.get("insideH", "none"), "none"
        edges = {
            "top": self._borders.get("top", none) if ends[0] else inner,
            "bottom": self._borders.get("bottom", none) if ends[1] else inner,
            "left": self._borders.get("insideV", none),
            "right": self._borders.get("insideV", none),
        }
        edges |= _edges(None if properties is None else properties.find(f"{W}tcBorders"))
        return f"({', '.join(f'{side}: {edges[side]}' for side in _SIDES)})"


class _FieldReader:
    """Follows page number fields through their runs: what Word last showed is left out."""

    def __init__(self) -> None:
        self._code, self._in = "", ""

    def read(self, item: etree._Element) -> str | None:
        """Source for the end of a field, nothing inside one, None outside."""
        name = etree.QName(item).localname
        if name == "fldChar":
            kind = item.get(f"{W}fldCharType", "")
            self._in = "" if kind == "end" else kind
            if kind != "end":
                return ""
            code, self._code = self._code.split(), ""
            if not code or code[0] not in _NUMBERS:
                raise Unsupported(" ".join(code))
            return _NUMBERS[code[0]]
        if name == "instrText":
            self._code += item.text or ""
            return ""
        return "" if self._in and name != "rPr" else None


def _leading_heads(rows: list[etree._Element]) -> Iterator[etree._Element]:
    """The rows at the top that repeat on every page."""
    for row in rows:
        properties = row.find(f"{W}trPr")
        head = None if properties is None else properties.find(f"{W}tblHeader")
        if head is None or not is_on(head):
            return
        yield row


def _edges(borders: etree._Element | None) -> dict[str, str]:
    """Side -> stroke for the borders that are spelt out."""
    edges = {}
    for side in () if borders is None else borders:
        kind = side.get(f"{W}val", "nil")
        width = points(side.get(f"{W}sz"), 8)
        drawn = f"{width:g}pt + {_colour(side.get(f'{W}color', '000000'))}"
        name = etree.QName(side).localname
        edges[{"start": "left", "end": "right"}.get(name, name)] = (
            "none" if kind in ("nil", "none") else drawn
        )
    return edges


def _tabbed(pieces: list[str], look: Look) -> str:
    """Text at tab stops: equal columns, aligned as the stops are."""
    columns: list[list[str]] = [[]]
    for piece in pieces:
        if piece == _TAB:
            columns.append([])
        else:
            columns[-1].append(piece)
    aligns = ["left", *(kind for _, kind in sorted(look.tabs.items()))][: len(columns)]
    aligns += ["left"] * (len(columns) - len(aligns))
    widths = ", ".join("auto" if align == "right" else "1fr" for align in aligns)
    cells = ", ".join(f"[{''.join(column)}]" for column in columns)
    return f"#grid(columns: ({widths},), align: ({', '.join(aligns)},), {cells})"


def _words(words: str, look: Look) -> str:
    """A stretch of text; its line is as high as Word would make it."""
    return f"#text({_style(look)}, {_quoted(words)})" if words else ""


def _style(look: Look) -> str:
    rule, value = look.line
    height = _NATURAL * value / 240 if rule == "auto" else value / look.size
    if rule == "atLeast":
        height = max(height, _NATURAL)
    options = [
        f"size: {look.size:g}pt",
        f"top-edge: {height * _ABOVE:.4g}em",
        f"bottom-edge: -{height * (1 - _ABOVE):.4g}em",
        f"fill: {_colour(look.colour)}",
    ]
    if look.bold:
        options.append('weight: "bold"')
    return ", ".join(options)


def _colour(value: str) -> str:
    return f'rgb("#{value if len(value) == 6 else "000000"}")'


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _bool(value: bool) -> str:
    return "true" if value else "false"
