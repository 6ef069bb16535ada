"""What a template holds places for: pictures, by their alternative text; signatures, by invisible marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from ..problems import DataProblems, Problem
from .package import W, parse_xml, xml
from .words import ANCHORS

PICTURES = ("chart:targets", "chart:steps", "code:verify")
"""Alternative texts of the placeholder pictures; a template may have each once."""
BODY = "word/document.xml"
_RELS = "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_EMU_PER_POINT = 12700
_NAMES = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}


def picture_sizes(body: etree._Element) -> Mapping[str, tuple[float, float]]:
    """Width and height in points of each placeholder picture; raise DataProblems for a wrong number."""
    if found := wrong_charts(charts_in(body)):
        raise DataProblems(found)
    return {
        chart: (_points(extent, "cx"), _points(extent, "cy"))
        for chart in PICTURES
        for drawing in drawings(body, chart)
        for extent in _find(drawing, "(wp:inline|wp:anchor)/wp:extent")
    }


def with_places(parts: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """The parts with a part of ours for each placeholder picture, and chart -> that part.

    Raise DataProblems where a placeholder has no picture of its own.
    """
    made, body = dict(parts), parse_xml(parts[BODY])
    found = {chart: drawings(body, chart) for chart in PICTURES}
    single = {chart: drawing[0] for chart, drawing in found.items() if len(drawing) == 1}
    media = {chart: _media(chart, drawing, parts) for chart, drawing in single.items()}
    if len({*media.values()}) < len(media):
        raise DataProblems([Problem("letter_chart_shared")])
    for chart, drawing in single.items():
        _make_room(chart, media[chart], drawing, made)
    made[BODY] = xml(body)
    return made, {chart: _part(chart) for chart in single}


def _part(chart: str) -> str:
    return f"word/media/{chart.replace(':', '-')}.png"


def _make_room(chart: str, old: str, drawing: etree._Element, parts: dict[str, bytes]) -> None:
    """A part for a picture where its placeholder is, uncropped, a PNG, whatever the placeholder was."""
    links = parse_xml(parts[_RELS])
    for link in links:
        if _target(link) == old:
            link.set("Target", _part(chart).removeprefix("word/"))
    parts[_RELS], parts[_TYPES] = xml(links), _with_png(parts[_TYPES])
    parts[_part(chart)] = parts[old] if _is_shown(old, parts) else parts.pop(old)
    for leftover in _find(drawing, ".//a:blip/a:extLst | .//a:srcRect"):
        leftover.getparent().remove(leftover)


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


def drawings(body: etree._Element, chart: str) -> list[etree._Element]:
    """The drawings with this alternative text; a text box is stored twice, and read once."""
    return _find(body, f"//w:drawing[*/wp:docPr[@descr='{chart}']][not(ancestor::mc:Fallback)]")


def describe(body: etree._Element, chart: str, alt: str) -> None:
    """Tell those who cannot see a picture what is on it."""
    for drawing in drawings(body, chart):
        _find(drawing, ".//wp:docPr")[0].set("descr", alt)


def _points(extent: etree._Element, side: str) -> float:
    return int(extent.get(side, "0")) / _EMU_PER_POINT


def anchors_in(body: etree._Element) -> dict[str, int]:
    """How often each signature mark stands in a body, split over runs or not."""
    said = "".join(text.text or "" for text in _find(body, "//w:t[not(ancestor::mc:Fallback)]"))
    return {anchor: said.count(anchor) for anchor in ANCHORS}


def wrong_anchors(found: Mapping[str, int], merged: Sequence[str]) -> list[Problem]:
    """Signature marks that do not stand exactly once; the same signs in what was merged are text."""
    typed = "".join(merged)
    times = {anchor: count - typed.count(anchor) for anchor, count in found.items()}
    return [
        Problem("letter_anchor", fields={"anchor": anchor, "times": count})
        for anchor, count in times.items()
        if count != 1
    ]


def charts_in(body: etree._Element) -> dict[str, int]:
    """How often each placeholder picture stands in a body."""
    return {chart: len(drawings(body, chart)) for chart in PICTURES}


def wrong_charts(times: Mapping[str, int]) -> list[Problem]:
    """Placeholder pictures that stand too often."""
    return [_wrong_chart(chart, times[chart]) for chart in PICTURES if times[chart] > 1]


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
