"""Edits of XML in place, by expat's byte offsets: what is not replaced stays byte for byte."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from operator import itemgetter
from xml.parsers import expat

from ..problems import Problem, Refused
from . import limits

Edit = tuple[int, int, bytes]
"""(first byte, byte after the last, what stands there instead)."""

_SPACES = {ord(space): f"&#{ord(space)};" for space in "\t\n\r"}
"""What a parser would otherwise read as a blank in an attribute."""
_CHUNK = 256 << 10
_HANDLERS = (
    "StartElementHandler", "EndElementHandler", "CharacterDataHandler", "DefaultHandler", "CommentHandler",
    "ProcessingInstructionHandler",
)  # fmt: skip


@dataclass(slots=True)
class Element:
    """One element and where it stands: `<` start, `>` inside, `</` close, `>` end."""

    tag: str
    attributes: dict[str, str]
    """As they are written, declarations of namespaces among them."""
    start: int
    inside: int = 0
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    spaces: Mapping[str, str] = field(default_factory=dict)
    """Declaration -> namespace, in force for the element and what is inside."""
    part: str = ""

    @property
    def name(self) -> str:
        """The name without its namespace prefix."""
        return self.tag.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The namespace prefix with its colon, or nothing."""
        return self.tag[: -len(self.name)]

    @property
    def space(self) -> str:
        """The namespace of the element."""
        return self._space_of(self.prefix.removesuffix(":"))

    def _space_of(self, prefix: str) -> str:
        return self.spaces.get(f"xmlns:{prefix}" if prefix else "xmlns", "")

    @property
    def text(self) -> str:
        """What stands right inside, between the children."""
        return "".join(self.pieces)

    @property
    def empty(self) -> bool:
        """Whether it is written `<name/>`, with no room inside."""
        return self.inside == self.end

    def child(self, name: str) -> Element | None:
        """The child of that name in the element's own namespace; raise Refused where there are two."""
        found = self.all(name)
        if len(found) > 1:
            raise twice(self.part, name)
        return found[0] if found else None

    def all(self, name: str) -> list[Element]:
        """All children of that name in the element's own namespace."""
        return [child for child in self.children if child.name == name and child.space == self.space]

    def of_space(self, name: str, *spaces: str) -> str | None:
        """An attribute that belongs to one of some namespaces, whatever its prefix."""
        for said, value in self.attributes.items():
            prefix, _, local = said.rpartition(":")
            if local == name and prefix and self._space_of(prefix) in spaces:
                return value
        return None


def twice(part: str, what: str) -> Refused:
    """The refusal of what stands twice, of which programs would show one or the other."""
    return Refused([Problem("file_twice", part, {"what": what})])


def prove(data: bytes, part: str) -> None:
    """Raise Refused unless the part is well-formed UTF-8 XML without a document type."""
    feed(guarded(part, "}"), data, part)


def outline(data: bytes, part: str, depth: int = 3, without: Container[str] = ()) -> Element:
    """The element tree down to `depth` levels; raise Refused as `prove` does.

    What is inside elements of the names in `without` is left out.
    """
    return _Outliner(data, part, depth, without).root()


class _Outliner:
    """Notes where elements stand; a start tag ends where the next thing begins."""

    def __init__(self, data: bytes, part: str, depth: int, without: Container[str]) -> None:
        self._data, self._part, self._depth, self._without = data, part, depth, without
        self._declares = b"xmlns" in data
        self._top = Element("", {}, 0)
        self._stack = [self._top]
        self._fresh: Element | None = None
        self._below = self._kept = 0
        self._parser = parser = guarded(part)
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.DefaultHandler = self._text, self._other

    def root(self) -> Element:
        """The root element of the part."""
        feed(self._parser, self._data, self._part)
        return self._top.children[0]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._below:
            self._deeper()
            return
        at, stack = self._mark(), self._stack
        parent = stack[-1]
        if len(stack) > self._depth or parent.name in self._without:
            self._deeper()
            return
        spaces = parent.spaces
        if self._declares:
            declared = {name: said for name, said in attributes.items() if name[:5] == "xmlns"}
            spaces = {**spaces, **declared} if declared else spaces
        element = self._fresh = Element(tag, attributes, at, 0, 0, 0, [], [], spaces, self._part)
        parent.children.append(element)
        stack.append(element)
        self._count()

    def _deeper(self) -> None:
        self._below += 1
        if self._below > limits.MOST_DEPTH:
            raise limits.too_much("depth", self._part, limits.MOST_DEPTH)

    def _count(self) -> None:
        self._kept += 1
        if self._kept > limits.MOST_ELEMENTS:
            raise limits.too_much("elements", self._part, limits.MOST_ELEMENTS)

    def _end(self, _tag: str) -> None:
        if self._below:
            self._below -= 1
            return
        at, element = self._mark(), self._stack.pop()
        element.close = at
        # An end tag holds its name and spaces alone, so its `>` is the next one.
        empty = element.inside == at and self._data[at - 2 : at] == b"/>"
        element.end = at if empty else self._data.index(b">", at) + 1

    def _text(self, said: str) -> None:
        if not self._below:
            self._mark()
            self._stack[-1].pieces.append(said)
            self._count()

    def _other(self, _said: str) -> None:
        self._mark()

    def _mark(self) -> int:
        at = self._parser.CurrentByteIndex
        if self._fresh is not None:
            self._fresh.inside, self._fresh = at, None
        return at


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with the edits made; insertions at one place keep their order.

    Raise ValueError when edits overlap.
    """
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


def start_tag(element: Element, attributes: Mapping[str, str]) -> bytes:
    """An element's start tag with these attributes, empty where the element is."""
    return _said(element.tag, attributes) + (b"/>" if element.empty else b">")


def empty_tag(tag: str, attributes: Mapping[str, str]) -> bytes:
    """An element with nothing inside."""
    return _said(tag, attributes) + b"/>"


def attribute_edit(element: Element, **values: str | None) -> Edit:
    """The edit that sets, or with None takes away, attributes of an element."""
    said = element.attributes | values
    kept = {name: value for name, value in said.items() if value is not None}
    return element.start, element.inside, start_tag(element, kept)


def _said(tag: str, attributes: Mapping[str, str]) -> bytes:
    return f"<{tag}{''.join(f' {name}={_quoted(said)}' for name, said in attributes.items())}".encode()


def _quoted(said: str) -> str:
    """An attribute's value as it is written; most are a word or a number, and there are many."""
    return f'"{said}"' if said.isalnum() else f'"{escape(said).translate(_SPACES)}"'


def guarded(part: str, separator: str | None = None) -> expat.XMLParserType:
    """A parser that refuses what could hide or blow up content.

    With a separator names are told with their namespace before it.
    """
    parser = expat.ParserCreate(None, separator)

    def doctype(*_: object) -> None:
        raise Refused([Problem("file_doctype", part)])

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise Refused([Problem("file_encoding", part, {"encoding": encoding})])

    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = doctype, declaration
    return parser


def feed(parser: expat.XMLParserType, data: bytes, part: str) -> None:
    """Let a parser read a part; raise Refused where it is not well-formed, or a tag has no end."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused([Problem("file_encoding", part, {"encoding": "UTF-16"})])
    view = memoryview(data)
    try:
        for at in range(0, len(data), _CHUNK):
            parser.Parse(view[at : at + _CHUNK], False)
            if at - parser.CurrentByteIndex > limits.MOST_IN_TAG:
                raise limits.too_much("tag", part, limits.MOST_IN_TAG)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused([Problem("file_damaged", part, {"detail": error})]) from error
    finally:
        # Whoever reads holds the parser, which holds the reader: let go, as the collector may be off.
        for handler in _HANDLERS:
            setattr(parser, handler, None)
