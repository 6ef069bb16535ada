"""Edits of XML in place, by byte offset: what is not replaced stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import itemgetter
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from targetcal_xl.problems import Problem, Refused

Edit = tuple[int, int, bytes]
"""(first byte, byte after the last, what stands there instead)."""

ATTRIBUTES = rb"""((?:[^"'/>]++|"[^"]*+"|'[^']*+')*+)"""
"""Pattern of everything between an element's name and its `>` or `/>`, as one group."""

_TAG = re.compile(rb"<[^\"'/>]*+/?" + ATTRIBUTES + rb"/?>")


@dataclass
class Element:
    """One element and where it stands: `<` start, `>` inside, `</` close, `>` end."""

    tag: str
    attributes: dict[str, str]
    start: int
    inside: int
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name without its namespace prefix."""
        return self.tag.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The namespace prefix with its colon, or nothing."""
        return self.tag[: -len(self.name)]

    @property
    def empty(self) -> bool:
        """Whether it is written `<name/>`, with no room inside."""
        return self.inside == self.end

    def child(self, name: str) -> Element | None:
        """The first child of that local name."""
        return next((child for child in self.children if child.name == name), None)


def prove(data: bytes, part: str) -> None:
    """Raise Refused unless the part is well-formed UTF-8 XML without a document type."""
    _feed(_guarded(part), data, part)


def outline(data: bytes, part: str, depth: int = 3) -> Element:
    """The element tree down to `depth` levels; raise Refused as `prove` does."""
    top = Element("", {}, 0, 0)
    stack = [top]
    parser = _guarded(part)

    def start(tag: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        element = Element(tag, attributes, at, _tag_end(data, at))
        if len(stack) <= depth:
            stack[-1].children.append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        element = stack.pop()
        empty = data[element.inside - 2 : element.inside] == b"/>"
        element.close = element.inside if empty else parser.CurrentByteIndex
        element.end = element.inside if empty else _tag_end(data, element.close)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(parser, data, part)
    return top.children[0]


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with the edits made; insertions at one place keep their order. Edits may not overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=itemgetter(0, 1)):
        if start < at:
            raise ValueError("overlapping edits")
        pieces += [data[at:start], new]
        at = end
    return b"".join([*pieces, data[at:]])


def insertion(element: Element, at: int, new: bytes) -> Edit:
    """The edit that puts `new` into an element at `at`, opening `<name/>` where there is no room."""
    if element.empty:
        return element.end - 2, element.end, b">" + new + f"</{element.tag}>".encode()
    return at, at, new


def with_attribute(data: bytes, name: str, value: str | None) -> bytes:
    """An element with an attribute of its start tag set, or taken away with None."""
    new = b"" if value is None else _said(name, value)
    found = _attribute(name).match(data)
    if found is None:
        raise ValueError("no start tag")
    return data[: found.end(1)] + new + data[found.end(2) :]


def attribute_edit(data: bytes, element: Element, name: str, value: str | None) -> Edit:
    """The edit that sets or takes away an attribute of an element."""
    return element.start, element.inside, with_attribute(data[element.start : element.inside], name, value)


@lru_cache(1024)
def _said(name: str, value: str) -> bytes:
    return f" {name}={quoteattr(value)}".encode()


@cache
def _attribute(name: str) -> re.Pattern[bytes]:
    """A start tag up to where the attribute stands or could stand, then the attribute, if it is there."""
    one = rb"""\s+%s\s*=\s*(?:"[^"]*"|'[^']*')"""
    other = one % rb"[^\s=>/]+"
    here = one % re.escape(name.encode())
    return re.compile(rb"(<[^\s/>]+(?:(?!" + here + rb")" + other + rb")*)(" + here + rb"|)")


def _tag_end(data: bytes, at: int) -> int:
    tag = _TAG.match(data, at)
    if tag is None:
        raise ValueError(f"no tag at byte {at}")
    return tag.end()


def _guarded(part: str) -> expat.XMLParserType:
    """A parser that refuses what could hide or blow up content."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise Refused([Problem("file_doctype", part)])

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise Refused([Problem("file_encoding", part, {"encoding": encoding})])

    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = doctype, declaration
    return parser


def _feed(parser: expat.XMLParserType, data: bytes, part: str) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused([Problem("file_encoding", part, {"encoding": "UTF-16"})])
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused([Problem("file_damaged", part, {"detail": error})]) from error
