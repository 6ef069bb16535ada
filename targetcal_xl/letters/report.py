"""A report in Word: titles, tables and paragraphs in the looks of the letter, with nothing of its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from xml.sax.saxutils import escape

from lxml import etree

from .package import parse_xml, parts_of, xml, zipped

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DC = "{http://purl.org/dc/elements/1.1/}"
_WIDTH = 9638
"""Of the letter's text, in twentieths of a point."""
_MOST, _BESIDE = 30, 3
"""Letters that a column has room for in one line, as far as there is paper, and what stays free beside."""
_LINKS = (f"{{{_W}}}headerReference", f"{{{_W}}}footerReference")


@dataclass(frozen=True)
class ReportPart:
    """A title, a table where there is one (its captions first), and paragraphs."""

    title: str
    rows: Sequence[Sequence[str]]
    said: Sequence[str]


def report_docx(title: str, subtitle: str, report: Sequence[ReportPart], foot: str, language: str) -> bytes:
    """The report as a Word file; equal arguments give equal bytes."""
    letter = files("targetcal_xl.templates").joinpath("letters", f"commitment.{language}.docx").read_bytes()
    parts = parts_of(letter)
    document = parse_xml(parts["word/document.xml"])
    body = document[0]
    section = body[-1]
    for child in list(body)[:-1]:
        body.remove(child)
    for link in [one for one in section if one.tag in _LINKS]:
        section.remove(link)
    told = [_paragraph(title, "Title"), _paragraph(subtitle, "Subtitle"), *_parts(report), _paragraph(foot)]
    for at, block in enumerate(told):
        body.insert(at, block)
    core = parse_xml(parts["docProps/core.xml"])
    for named in core.iter(f"{_DC}title", f"{_DC}subject"):
        named.text = title
    return zipped({**parts, "word/document.xml": xml(document), "docProps/core.xml": xml(core)})


def _parts(report: Sequence[ReportPart]) -> Iterator[etree._Element]:
    for part in report:
        yield _paragraph(part.title, "Heading2")
        if part.rows:
            yield _table(part.rows)
        yield from (
            _paragraph(said, is_below=bool(part.rows) and not at) for at, said in enumerate(part.said)
        )


def _element(said: str) -> etree._Element:
    return etree.fromstring(f'<w:body xmlns:w="{_W}">{said}</w:body>')[0]


def _paragraph(said: str, style: str = "", is_below: bool = False) -> etree._Element:
    """A paragraph; a little apart from the table that it stands below."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    apart = '<w:spacing w:before="120"/>' if is_below else ""
    return _element(f"<w:p><w:pPr>{named}{apart}</w:pPr>{_run(said)}</w:p>")


def _run(said: str, look: str = "") -> str:
    plain = "".join(sign for sign in said if sign.isprintable() or sign == "\t")
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(plain)}</w:t></w:r>'


def _table(rows: Sequence[Sequence[str]]) -> etree._Element:
    shares = [max(map(_room, column)) for column in zip(*rows, strict=True)]
    widths = [round(_WIDTH * share / sum(shares)) for share in shares]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    look = '<w:tblStyle w:val="LetterTable"/>'
    look += f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
    told = "".join(_row(row, widths, at == 0) for at, row in enumerate(rows))
    return _element(f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{told}</w:tbl>")


def _room(said: str) -> int:
    """Letters that a text asks for: a line of it, and by all means its longest word."""
    return max(min(_letters(said), _MOST), *map(_letters, said.split()), 0) + _BESIDE


def _letters(said: str) -> int:
    """Letters as wide as those of Latin scripts; Chinese ones count twice."""
    return sum(1 + (ord(sign) > 0x2E7F) for sign in said)


def _row(cells: Sequence[str], widths: Sequence[int], is_head: bool) -> str:
    mark = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    told = (_cell(said, width, is_head) for said, width in zip(cells, widths, strict=True))
    return f"<w:tr><w:trPr>{mark}</w:trPr>{''.join(told)}</w:tr>"


def _cell(said: str, width: int, is_head: bool) -> str:
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="1F4E79"/>' if is_head else ""
    look = '<w:rPr><w:b/><w:color w:val="FFFFFF"/></w:rPr>' if is_head else ""
    held = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}<w:vAlign w:val="center"/></w:tcPr>'
    return (
        f'<w:tc>{held}<w:p><w:pPr><w:pStyle w:val="LetterTableText"/></w:pPr>{_run(said, look)}</w:p></w:tc>'
    )
