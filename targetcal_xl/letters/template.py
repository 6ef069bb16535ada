"""A Word file that HR edits, and the letters it becomes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from ..language import FALLBACK
from ..problems import DataProblems, Problem
from .fields import LetterFields, fields, specimen
from .font import unprintable
from .house import house_copy, texts
from .package import W, parse_xml, parts_of, xml, zipped
from .placeholders import unfilled
from .sandbox import LetterEnvironment
from .words import ANCHORS

CHARTS = {"chart:targets": False, "chart:steps": False}
"""Alternative texts of the placeholder pictures, and whether a template must have them."""
_BODY = "word/document.xml"
_RELS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_EMU_PER_POINT = 12700
_PROPERTY = 255
"""Characters that a file property holds."""
_NAMES = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}


@dataclass(frozen=True)
class Picture:
    """A PNG with the words for those who cannot see it."""

    png: bytes
    alt: str


@dataclass(frozen=True)
class Rendered:
    """A finished Word file, and every text that was merged into it."""

    docx: bytes
    merged: tuple[str, ...]


class LetterTemplate:
    """A letter template in Word with docxtpl's syntax; `docs/letter-fields.md` lists its fields."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def shipped(cls, language: str) -> LetterTemplate:
        """The template that comes with the package."""
        letters = files("targetcal_xl.templates").joinpath("letters")
        return cls(letters.joinpath(f"commitment.{language}.docx").read_bytes())

    def problems(self) -> list[Problem]:
        """Everything that keeps the template from becoming a letter, found by making one."""
        try:
            self.render(fields(specimen(), FALLBACK), {}, specimen().issued)
        except DataProblems as refused:
            return list(refused.problems)
        return []

    @cached_property
    def picture_sizes(self) -> Mapping[str, tuple[float, float]]:
        """Width and height in points of each placeholder picture; raise DataProblems for a wrong number."""
        body = parse_xml(parts_of(self._copy)[_BODY])
        if found := _wrong_charts(body):
            raise DataProblems(found)
        return {
            chart: (_points(extent, "cx"), _points(extent, "cy"))
            for chart in CHARTS
            for drawing in _drawings(body, chart)
            for extent in _find(drawing, "(wp:inline|wp:anchor)/wp:extent")
        }

    def render(self, context: LetterFields, pictures: Mapping[str, Picture], issued: dt.date) -> Rendered:
        """Fill the template in; the same input gives the same bytes.

        Raise DataProblems for a template that is unsafe, names unknown fields or lacks a signature
        mark or a picture, and for texts with characters that a letter cannot show.
        """
        known = fields(specimen(), FALLBACK)
        if found := [*self._unfilled(known), *unprintable(_texts(context))]:
            raise DataProblems(found)
        environment = LetterEnvironment(known)
        docx = _merge(self._copy, context, environment, issued)
        return Rendered(_finish(docx, pictures, environment.merged), tuple(dict.fromkeys(environment.merged)))

    @cached_property
    def _copy(self) -> bytes:
        """What of the template leaves the house."""
        return house_copy(self.data)

    def _unfilled(self, known: LetterFields) -> list[Problem]:
        """What looks like a field to a reader, and is none."""
        parts = texts(parts_of(self._copy))
        return list({one.fields["said"]: one for part in parts for one in unfilled(part, known)}.values())


class _Document(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """docxtpl without templates in the file's properties: those are ours to set."""

    def render_properties(self, context: LetterFields, jinja_env: object = None) -> None:
        """Say what the letter is and whose."""
        about = self.docx.core_properties
        about.title, about.author = (str(context[name])[:_PROPERTY] for name in ("number", "company"))


def _merge(data: bytes, context: LetterFields, environment: LetterEnvironment, issued: dt.date) -> bytes:
    """Have docxtpl fill the template in; raise DataProblems for whatever it could not do."""
    try:
        document = _Document(io.BytesIO(data))
        document.render(context, environment)
        about = document.docx.core_properties
        about.created = about.modified = dt.datetime.combine(issued, dt.time())
        document.save(out := io.BytesIO())
    except (TemplateError, TypeError) as error:
        raise DataProblems([Problem("letter_syntax", fields={"said": str(error)})]) from error
    except (OpcError, KeyError, ValueError, AttributeError) as error:
        raise DataProblems([Problem("letter_not_word")]) from error
    if environment.problems:
        raise DataProblems(environment.problems)
    return out.getvalue()


def _finish(docx: bytes, pictures: Mapping[str, Picture], merged: Sequence[str]) -> bytes:
    """The file with its pictures, after checking its marks; zipped the same way every time."""
    parts = parts_of(docx)
    body = parse_xml(parts[_BODY])
    if found := [*_wrong_anchors(body, merged), *_wrong_charts(body)]:
        raise DataProblems(found)
    places = _places(body, parts)
    for chart, picture in pictures.items():
        if chart in places:
            _place(picture, chart, *places[chart], parts)
    if places and pictures:
        parts[_BODY] = xml(body)
    return zipped(parts)


def _places(body: etree._Element, parts: Mapping[str, bytes]) -> dict[str, tuple[str, etree._Element]]:
    """Chart -> its part and its drawing; raise DataProblems where it has no part of its own."""
    drawings = {chart: _drawings(body, chart) for chart in CHARTS}
    places = {chart: (_media(chart, found[0], parts), found[0]) for chart, found in drawings.items() if found}
    if len({part for part, _ in places.values()}) < len(places):
        raise DataProblems([Problem("letter_chart_shared")])
    return places


def _place(picture: Picture, chart: str, old: str, drawing: etree._Element, parts: dict[str, bytes]) -> None:
    """Put a picture where its placeholder is, uncropped, as the PNG it is, whatever the placeholder was."""
    new = f"media/{chart.replace(':', '-')}.png"
    links = parse_xml(parts[_RELS])
    for link in links:
        if _target(link) == old:
            link.set("Target", new)
    parts[_RELS], parts[_TYPES] = xml(links), _with_png(parts[_TYPES])
    if not _is_shown(old, parts):
        del parts[old]
    parts[f"word/{new}"] = picture.png
    for leftover in _find(drawing, ".//a:blip/a:extLst | .//a:srcRect"):
        leftover.getparent().remove(leftover)
    _find(drawing, ".//wp:docPr")[0].set("descr", picture.alt)


def _is_shown(part: str, parts: Mapping[str, bytes]) -> bool:
    """Whether a part of the document still points to this one."""
    owners = [name for name in parts if name.endswith(".rels") and name.startswith("word/")]
    return any(_target(link) == part for name in owners for link in parse_xml(parts[name]))


def _with_png(types: bytes) -> bytes:
    """The content types with that of our pictures."""
    root = parse_xml(types)
    if not any(one.get("Extension") == "png" for one in root):
        kind = {"Extension": "png", "ContentType": "image/png"}
        root.insert(0, root.makeelement(f"{{{root.nsmap[None]}}}Default", kind))
    return xml(root)


def _drawings(body: etree._Element, chart: str) -> list[etree._Element]:
    """The drawings with this alternative text; a text box is stored twice, and read once."""
    return _find(body, f"//w:drawing[*/wp:docPr[@descr='{chart}']][not(ancestor::mc:Fallback)]")


def _points(extent: etree._Element, side: str) -> float:
    return int(extent.get(side, "0")) / _EMU_PER_POINT


def _wrong_anchors(body: etree._Element, merged: Sequence[str]) -> list[Problem]:
    """Signature marks that do not stand exactly once; the same signs in what was merged are text."""
    said = "".join(text.text or "" for text in _find(body, "//w:t[not(ancestor::mc:Fallback)]"))
    typed = "".join(merged)
    times = {anchor: said.count(anchor) - typed.count(anchor) for anchor in ANCHORS}
    return [
        Problem("letter_anchor", fields={"anchor": anchor, "times": count})
        for anchor, count in times.items()
        if count != 1
    ]


def _wrong_charts(body: etree._Element) -> list[Problem]:
    """Placeholder pictures that stand too often, or not at all."""
    times = {chart: len(_drawings(body, chart)) for chart in CHARTS}
    return [
        _wrong_chart(chart, times[chart])
        for chart, is_needed in CHARTS.items()
        if times[chart] > 1 or times[chart] < is_needed
    ]


def _wrong_chart(chart: str, times: int) -> Problem:
    return Problem("letter_chart", fields={"chart": chart, "times": times})


def _media(chart: str, drawing: etree._Element, parts: Mapping[str, bytes]) -> str:
    """The part that holds a drawing's picture; raise DataProblems when it is no picture of the file."""
    ids = _find(drawing, ".//a:blip/@r:embed")
    names = [_target(link) for link in parse_xml(parts.get(_RELS, b"<none/>")) if link.get("Id") in ids]
    if len(names) != 1 or names[0] not in parts:
        raise DataProblems([_wrong_chart(chart, 0)])
    return names[0]


def _target(link: etree._Element) -> str:
    target = link.get("Target", "")
    return target[1:] if target.startswith("/") else f"word/{target}"


def _find(element: etree._Element, path: str) -> list[Any]:
    """Elements or attribute values that a path finds."""
    found: Any = element.xpath(path, namespaces=_NAMES)
    return list(found)


def _texts(context: LetterFields) -> Iterator[str]:
    for value in context.values():
        rows = [{"": value}] if isinstance(value, str) else value
        yield from (text for row in rows for text in row.values())
