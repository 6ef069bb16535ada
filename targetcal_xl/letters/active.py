"""What in a Word file could run, load or leak, told by what it is and not by what it is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from ..problems import DataProblems
from .package import Link, W, WordPackage, parse_xml

_FIELDS = {"PAGE", "NUMPAGES"}
_SCHEMES = {"http", "https", "mailto"}
_CLICKED = {"hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver"}
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_O = "{urn:schemas-microsoft-com:office:office}"
_OBJECTS = {f"{W}{name}" for name in ("object", "control", "altChunk", "subDoc", "mailMerge", "frameset")}
_OBJECTS |= {f"{W}{unit}{form}" for unit in ("day", "month", "year") for form in ("Short", "Long")}
_OBJECTS |= {f"{_O}OLEObject", "{http://schemas.microsoft.com/office/2006/activeX}ocx"}
_VML = ("{urn:schemas-microsoft-com:vml}", _O)
_SVG = "{http://www.w3.org/2000/svg}"
_SVG_ACTIVE = {"script", "foreignObject", "style", "image", "animate", "set"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\0<")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES = re.compile("vba|macroenabled|activex|oleobject|ms-office.*control|spreadsheetml|presentationml")
_NAMES = re.compile(r"vbaproject|vbadata|activex|oleobject|/embeddings/|/afchunk")
"""Told of parts that nothing points to: only their names say what they were."""


def active_links(links: Collection[Link], known: Collection[str]) -> Iterator[str]:
    """Relationships to what is no part of a letter; `known` are the kinds that are."""
    for link in links:
        if link.is_external:
            if link.kind != "hyperlink" or urlsplit(link.target).scheme.lower() not in _SCHEMES:
                yield str(link)
        elif link.kind not in known:
            yield str(link)


def active_elements(root: etree._Element, links: Collection[Link]) -> Iterator[str]:
    """What a part's own XML says that could run or load: fields, objects, links that are no clicked ones."""
    about: Any = root.getroottree().docinfo
    if about.doctype:
        yield "DOCTYPE"
    yield from (field for field in field_codes(root) if field not in _FIELDS)
    outside = {link.id: link for link in links if link.is_external}
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if element.tag in _OBJECTS:
            yield name
        yield from _loaded(element, name, outside)


def active_leftovers(package: WordPackage, kept: Collection[str]) -> Iterator[str]:
    """What stands in the file although no kept part leads to it: it stays behind, unless it is a danger."""
    for part, data in package.parts.items():
        is_xml = part.endswith((".xml", ".rels")) or looks_like_xml(data)
        is_code = _TYPES.search(package.content_type(part)) and not part.endswith((".rels", "]"))
        if part not in kept and (data.startswith(_OLE) or _NAMES.search(f"/{part}") or is_code):
            yield PurePosixPath(package.told[part]).name
        elif part not in kept and is_xml:
            yield from active_elements(parse_xml(data), ())


def looks_like_xml(data: bytes) -> bool:
    """Whether a program could read this as XML, in any encoding."""
    return data.startswith(_UTF16) or data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def field_codes(root: etree._Element) -> Iterator[str]:
    """The first word of every Word field, however many runs it is spread over."""
    for simple in root.iter(f"{W}fldSimple"):
        yield _first_word(simple.get(f"{W}instr", ""))
    written: list[str] | None = None
    for element in root.iter(f"{W}fldChar", f"{W}instrText"):
        if element.tag == f"{W}instrText":
            written = [*(written or []), element.text or ""]
        elif written is not None:
            yield _first_word("".join(written))
            written = None
    if written is not None:
        yield _first_word("".join(written))


def is_safe_svg(data: bytes) -> bool:
    """Whether a drawing in SVG has all it shows inside."""
    try:
        root = parse_xml(data)
    except DataProblems:
        return False
    elements = list(root.iter(etree.Element))
    named = {etree.QName(element).localname for element in elements}
    marks = [(str(name), str(value)) for element in elements for name, value in element.items()]
    targets = [value for name, value in marks if etree.QName(name).localname in ("href", "src")]
    is_calm = not named & _SVG_ACTIVE and b"url(" not in data.replace(b"url(#", b"")
    return root.tag == f"{_SVG}svg" and is_calm and all(target.startswith("#") for target in targets)


def _loaded(element: etree._Element, name: str, outside: dict[str, Link]) -> Iterator[str]:
    """What an element has a program fetch from outside."""
    for attribute, value in ((str(name), str(said)) for name, said in element.items()):
        refers = attribute.startswith(_R) or attribute == f"{_O}relid"
        if refers and value in outside and name not in _CLICKED:
            yield f"{name} → {outside[value].target[:60]}"
        if element.tag.startswith(_VML) and attribute in ("src", f"{_O}href", f"{_O}althref") and value:
            yield f"{name} → {value[:60]}"


def _first_word(instruction: str) -> str:
    return (instruction.split() or ["?"])[0].upper()
