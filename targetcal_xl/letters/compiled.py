"""A template compiled: what docxtpl reads in it, as Jinja's code; every part that no letter changes, packed.

docxtpl reads a template, has Jinja compile it, and reads and writes the package anew for each letter. What
comes of that depends on the template alone, but for what fields say: so it is done once, and a letter is text
put together and packed between what was packed before. Tests hold every part against docxtpl's own.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipInfo

from docxtpl import DocxTemplate
from jinja2 import Template, TemplateError, nodes
from lxml import etree

from ..ooxml import joined, packed
from ..problems import DataProblems, Problem
from .fields import LetterFields
from .package import ALWAYS, W, parse_xml
from .placed import (
    BODY,
    PICTURES,
    anchors_in,
    charts_in,
    describe,
    with_places,
    wrong_anchors,
    wrong_charts,
)  # fmt: skip
from .roomy import is_long, with_room
from .sandbox import LetterEnvironment
from .words import ANCHORS

_FILLED_IN = re.compile(r"word/(?:document|(?:header|footer)\d*|footnotes|endnotes)\.xml")
_CORE = "docProps/core.xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_MARKS = {"{_{": "{{", "}_}": "}}", "{_%": "{%", "%_}": "%}"}
"""How docxtpl has braces written that stay."""
_BREAKS = re.compile("[\n\t\a\f]")
"""Characters that docxtpl makes breaks of."""
_FIRST_ID = 1001
_NUMBERED = re.compile(r'(<wp:docPr (?:[^>]* )?id=")[^"]*')
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_ROW = re.compile(r"<w:tr[ >].*?</w:tr>", re.DOTALL)
_LOOSE = ("<w:tc>", "<w:tc ", "</w:tc>", "</w:tr>")
"""Where a condition or a loop has these outside of whole rows, rows differ in their cells."""
_NO_ROWS = "</w:tblGrid></w:tbl>"
_QUICK = 1
"""How hard a letter's own parts are squeezed: with more they become little smaller."""
_PROPERTY = 255
"""Characters that a file property holds."""


@dataclass(frozen=True)
class Picture:
    """A PNG with the words for those who cannot see it, and the same in curves where there is that."""

    png: bytes
    alt: str
    svg: bytes = b""


@dataclass(frozen=True)
class Rendered:
    """A finished Word file, every text that was merged into it, and its pictures in curves."""

    docx: bytes
    merged: tuple[str, ...]
    curves: Mapping[str, bytes]
    """Part -> SVG."""


class CompiledTemplate:
    """A template's parts, ready for letters; raise DataProblems for what it must not hold."""

    def __init__(self, parts: Mapping[str, bytes], environment: LetterEnvironment) -> None:
        self._environment = environment
        placed, self._places, found = _placed(parts)
        with _refused():
            self._texts = {
                name: _FilledIn(data, environment, is_body=name == BODY)
                for name, data in placed.items()
                if _FILLED_IN.fullmatch(name)
            }
        if found := [*environment.problems, *found]:
            raise DataProblems(found)
        self._core = placed[_CORE].decode()
        self._parts = placed
        self._packed = {name: packed(_info(name), data) for name, data in placed.items()}

    def fill(self, context: LetterFields, pictures: Mapping[str, Picture], issued: dt.date) -> Rendered:
        """One letter; raise DataProblems where it lacks a mark or a picture, or prints what is no text."""
        environment = self._environment
        environment.begin()
        alts = {chart: pictures[chart].alt for chart in self._places if chart in pictures}
        with _refused():
            texts = {name: part.text(context, environment) for name, part in self._texts.items()}
            if environment.problems:
                raise DataProblems(environment.problems)
            merged = tuple(dict.fromkeys(environment.merged))
            body = self._texts[BODY].finished(texts[BODY], environment.merged, alts)
            body = with_room(body, self._parts) if any(map(is_long, merged)) else body
        made = {name: (_DECLARATION + text).encode() for name, text in {**texts, BODY: body}.items()}
        made[_CORE] = _about(self._core, context, issued)
        made |= {self._places[chart]: pictures[chart].png for chart in alts}
        new = {name: packed(_info(name), data, _QUICK) for name, data in made.items()}
        curves = {self._places[chart]: pictures[chart].svg for chart in alts if pictures[chart].svg}
        return Rendered(joined([*(self._packed | new).values()]), merged, curves)


def _placed(parts: Mapping[str, bytes]) -> tuple[Mapping[str, bytes], dict[str, str], list[Problem]]:
    try:
        return (*with_places(parts), [])
    except DataProblems as refused:
        return parts, {}, list(refused.problems)


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, ALWAYS)
    info.compress_type = ZIP_DEFLATED
    return info


def _about(core: str, context: LetterFields, issued: dt.date) -> bytes:
    """The file's properties: what the letter is, whose, and of which day."""
    title, author = (escape(str(context[name])[:_PROPERTY]) for name in ("number", "company"))
    days = "".join(
        f'<dcterms:{what} xsi:type="dcterms:W3CDTF">{issued:%Y-%m-%d}T00:00:00Z</dcterms:{what}>'
        for what in ("created", "modified")
    )
    said = core.replace("<dc:title/>", f"<dc:title>{title}</dc:title>", 1)
    return said.replace("<dc:creator/>", f"<dc:creator>{author}</dc:creator>{days}", 1).encode()


@contextmanager
def _refused() -> Iterator[None]:
    """What Jinja or docxtpl could not do, in our words."""
    try:
        yield
    except (TemplateError, TypeError) as error:
        raise DataProblems([Problem("letter_syntax", fields={"said": str(error)})]) from error
    except (etree.XMLSyntaxError, KeyError, ValueError, AttributeError) as error:
        raise DataProblems([Problem("letter_not_word")]) from error


class _Mender(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """What docxtpl does to markup, without a file."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO())

    def mended(self, body: str) -> etree._Element:
        """A body with as many columns as its rows have cells, and its drawings numbered."""
        self.docx_ids_index = _FIRST_ID - 1
        tree: etree._Element = self.fix_tables(body)
        self.fix_docpr_ids(tree)
        return tree


_DOCXTPL = _Mender()


class _FilledIn:
    """A part that letters fill in: its markup as code, and what of it can differ from letter to letter."""

    def __init__(self, data: bytes, environment: LetterEnvironment, *, is_body: bool) -> None:
        source = _DOCXTPL.patch_xml(etree.tostring(parse_xml(data), encoding="unicode"))
        tree = environment.examined(source)
        for words in tree.find_all(nodes.TemplateData):
            words.data = _unmarked(words.data)
        self._template: Template = environment.from_string(tree)
        self._has_breaks = bool(_BREAKS.search(_written(tree)))
        self._is_steady = is_body and _is_steady(tree)

    def text(self, context: LetterFields, environment: LetterEnvironment) -> str:
        """The part with its fields filled in; what was printed goes to the environment."""
        before = len(environment.merged)
        made = self._template.render(context)
        if self._has_breaks or any(map(_BREAKS.search, environment.merged[before:])):
            return str(_DOCXTPL.resolve_listing(made))
        return made

    def finished(self, body: str, merged: list[str], alts: Mapping[str, str]) -> str:
        """A body with its pictures described, after checking its marks, and mended where it needs that."""
        if self._is_steady and _NO_ROWS not in body:
            _check(_anchors_written(body), _charts_written(body), merged)
            for chart, alt in alts.items():
                body = body.replace(_described(chart), f"descr={quoteattr(alt)}", 1)
            return _numbered(body)
        tree = _DOCXTPL.mended(body)
        _check(anchors_in(tree), charts_in(tree), merged)
        for chart, alt in alts.items():
            describe(tree, chart, alt)
        return etree.tostring(tree, encoding="unicode")


def _check(anchors: Mapping[str, int], charts: Mapping[str, int], merged: list[str]) -> None:
    if found := [*wrong_anchors(anchors, merged), *wrong_charts(charts)]:
        raise DataProblems(found)


def _anchors_written(body: str) -> dict[str, int]:
    return {anchor: body.count(anchor) for anchor in ANCHORS}


def _charts_written(body: str) -> dict[str, int]:
    return {chart: body.count(_described(chart)) for chart in PICTURES}


def _described(chart: str) -> str:
    return f'descr="{chart}"'


def _numbered(source: str) -> str:
    """The body with its drawings numbered as docxtpl does."""
    numbers = iter(range(_FIRST_ID, _FIRST_ID + len(source)))
    return _NUMBERED.sub(lambda found: f"{found[1]}{next(numbers)}", source)


def _unmarked(words: str) -> str:
    for mark, braces in _MARKS.items():
        words = words.replace(mark, braces)
    return words


def _written(node: nodes.Node) -> str:
    """All that a template says by itself, whatever its conditions are."""
    return "".join(words.data for words in node.find_all(nodes.TemplateData))


def _is_steady(tree: nodes.Template) -> bool:
    """Whether a body needs no mending whatever its fields say, and its marks are found as text."""
    blocks = map(_written, tree.find_all((nodes.For, nodes.If)))
    if any(loose in _ROW.sub("", block) for block in blocks for loose in _LOOSE):
        return False
    written = _written(tree)
    try:
        body = etree.fromstring(written)
    except etree.XMLSyntaxError:
        return False
    return (
        _anchors_written(written) == anchors_in(body)
        and _charts_written(written) == charts_in(body)
        and len(_NUMBERED.findall(written)) == sum(1 for _ in body.iter(_DRAWING))
        and all(map(_agrees, body.iter(f"{W}tbl")))
    )


def _agrees(table: etree._Element) -> bool:
    """Whether each row of a table has all of its columns."""
    grid = table.find(f"{W}tblGrid")
    columns = 0 if grid is None else len(grid.findall(f"{W}gridCol"))
    return all(_width(row) == columns for row in table.iter(f"{W}tr"))


def _width(row: etree._Element) -> int:
    """How many columns a row has; none where a field says how far a cell reaches."""
    spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(f"{W}tc")]
    said = ["1" if span is None else span.get(f"{W}val", "") for span in spans]
    return sum(map(int, said)) if all(map(str.isdecimal, said)) else -1
