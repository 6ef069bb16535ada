"""A Word file that HR edits, and the letters it becomes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from ..problems import DataProblems, Problem
from .fields import Fields, fields, specimen
from .font import unprintable
from .package import W, package_faults, parse_xml
from .sandbox import LetterEnvironment

ANCHORS = ("[[SIG_HEAD]]", "[[SIG_SUPERIOR]]")
"""Invisible marks, one per signature, at the left end of the signature's line."""
CHARTS = {"chart:targets": True, "chart:steps": False}
"""Alternative texts of the placeholder pictures, and whether a template must have them."""
_BODY = "word/document.xml"
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_EMU_PER_POINT = 12700
_PROPERTY = 255
"""Characters that a file property holds."""
_FORGOTTEN = ("subject", "description", "keywords", "lastModifiedBy")
"""What a template's own file says about it."""
_NAMES = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
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
            self.render(fields(specimen(), "en"), {}, specimen().issued)
        except DataProblems as refused:
            return list(refused.problems)
        return []

    @cached_property
    def picture_sizes(self) -> Mapping[str, tuple[float, float]]:
        """Width and height in points of each placeholder picture; raise DataProblems for a wrong number."""
        if self._faults:
            raise DataProblems(self._faults)
        with zipfile.ZipFile(io.BytesIO(self.data)) as package:
            body = parse_xml(package.read(_BODY))
        if found := _wrong_charts(body):
            raise DataProblems(found)
        return {
            chart: (_points(extent, "cx"), _points(extent, "cy"))
            for chart in CHARTS
            for extent in _find(body, f"//wp:inline[wp:docPr[@descr='{chart}']]/wp:extent")
        }

    def render(self, context: Fields, pictures: Mapping[str, Picture], issued: dt.date) -> Rendered:
        """Fill the template in; the same input gives the same bytes.

        Raise DataProblems for a template that is unsafe, names unknown fields or lacks a signature
        mark or a picture, and for texts with characters that a letter cannot show.
        """
        if found := [*self._faults, *unprintable(_texts(context))]:
            raise DataProblems(found)
        environment = LetterEnvironment(fields(specimen(), "en"))
        docx = _finish(_merge(self.data, context, environment, issued), pictures)
        return Rendered(docx, tuple(dict.fromkeys(environment.merged)))

    @cached_property
    def _faults(self) -> list[Problem]:
        return package_faults(self.data)


class _Document(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """docxtpl without templates in the file's properties: those are ours to set."""

    def render_properties(self, context: Fields, jinja_env: object = None) -> None:
        """Say what the letter is and whose; nothing of the template's own history stays."""
        about = self.docx.core_properties
        # By element: docxcompose, which docxtpl may bring, gives a prefix of python-docx another meaning.
        for said in about._element:
            if etree.QName(said).localname in _FORGOTTEN:
                said.text = ""
        about.title, about.author = (str(context[name])[:_PROPERTY] for name in ("number", "company"))


def _merge(data: bytes, context: Fields, environment: LetterEnvironment, issued: dt.date) -> bytes:
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


def _finish(docx: bytes, pictures: Mapping[str, Picture]) -> bytes:
    """The file with its pictures, after checking its marks; zipped the same way every time."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = {part.filename: package.read(part) for part in package.infolist()}
    body = parse_xml(parts[_BODY])
    if found := [*_wrong_anchors(body), *_wrong_charts(body)]:
        raise DataProblems(found)
    places = _places(body, parts)
    for chart, picture in pictures.items():
        if chart in places:
            part, drawing = places[chart]
            parts[part] = picture.png
            _find(drawing, ".//wp:docPr")[0].set("descr", picture.alt)
    if places and pictures:
        parts[_BODY] = etree.tostring(body, xml_declaration=True, encoding="UTF-8", standalone=True)
    return _zip(parts)


def _places(body: etree._Element, parts: Mapping[str, bytes]) -> dict[str, tuple[str, etree._Element]]:
    """Chart -> its part and its drawing; raise DataProblems where it has no part of its own."""
    drawings = {chart: _drawings(body, chart) for chart in CHARTS}
    places = {chart: (_media(chart, found[0], parts), found[0]) for chart, found in drawings.items() if found}
    if len({part for part, _ in places.values()}) < len(places):
        raise DataProblems([Problem("letter_chart_shared")])
    return places


def _drawings(body: etree._Element, chart: str) -> list[etree._Element]:
    return _find(body, f"//w:drawing[.//wp:docPr[@descr='{chart}']]")


def _points(extent: etree._Element, side: str) -> float:
    return int(extent.get(side, "0")) / _EMU_PER_POINT


def _wrong_anchors(body: etree._Element) -> list[Problem]:
    """Signature marks that do not stand exactly once."""
    said = "".join(text.text or "" for text in body.iter(f"{W}t"))
    times = {anchor: said.count(anchor) for anchor in ANCHORS}
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
    links = parse_xml(parts["word/_rels/document.xml.rels"])
    targets = [str(link.get("Target")) for link in links if link.get("Id") in ids]
    names = [target.lstrip("/") if target.startswith("/") else f"word/{target}" for target in targets]
    if len(names) != 1 or names[0] not in parts or not names[0].endswith(".png"):
        raise DataProblems([_wrong_chart(chart, 0)])
    return names[0]


def _zip(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name, _ALWAYS), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _find(element: etree._Element, path: str) -> list[Any]:
    """Elements or attribute values that a path finds."""
    found: Any = element.xpath(path, namespaces=_NAMES)
    return list(found)


def _texts(context: Fields) -> Iterator[str]:
    for value in context.values():
        rows = [{"": value}] if isinstance(value, str) else value
        yield from (text for row in rows for text in row.values())
