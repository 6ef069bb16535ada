"""The copy of a template that leaves the house: what a letter is made of, under names of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.sax.saxutils import quoteattr

from lxml import etree

from ..problems import DataProblems, Problem
from .active import active_elements, active_leftovers, active_links, is_safe_svg, looks_like_xml
from .drawn import is_drawn
from .package import Link, W, WordPackage, not_word, parse_xml, xml, zipped
from .reader import as_read, remove_element
from .styles import is_on

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_DRAWN = "application/vnd.openxmlformats-officedocument.drawingml.{}+xml"
_MAIN = "word/document.xml"
_STYLES = "word/styles.xml"
_NONE = b"<none/>"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NAMING = tuple(f"{W}{name}" for name in ("pStyle", "rStyle", "tblStyle"))
_OFTEN = ("styles", "settings", "webSettings", "fontTable", "numbering", "footnotes", "endnotes")
_DRAWINGS = ("chart", "diagramData", "diagramLayout", "diagramColors")
_MADE = {
    "officeDocument": ("document", _WORD.format("document.main")),
    "theme": ("theme", "application/vnd.openxmlformats-officedocument.theme+xml"),
    **{kind: (kind, _WORD.format(kind)) for kind in (*_OFTEN, "header", "footer")},
    **{kind: (kind, _DRAWN.format(kind)) for kind in _DRAWINGS},
    "diagramQuickStyle": ("diagramStyle", _DRAWN.format("diagramStyle")),
    "diagramDrawing": ("diagramDrawing", "application/vnd.ms-office.drawingml.diagramDrawing+xml"),
    "chartStyle": ("chartStyle", "application/vnd.ms-office.chartstyle+xml"),
    "chartColorStyle": ("chartColors", "application/vnd.ms-office.chartcolorstyle+xml"),
}
"""Kinds of parts in XML that a letter may have: their name in the copy, and their content type."""
_KEPT = {*_MADE, "image", "font"}
_LEFT = {
    *("core-properties", "extended-properties", "custom-properties", "thumbnail", "customXml", "origin"),
    *("comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "documenttasks"),
    *("glossaryDocument", "stylesWithEffects", "printerSettings", "classificationlabels"),
}
"""Kinds of parts that stay at home: remarks, people, properties, and what only editing needs."""
_SINGLE = {"document", *_OFTEN}
_READ = tuple(f"word/{name}" for name in ("document", "header", "footer", "footnotes", "endnotes"))
_FONT = "application/vnd.openxmlformats-officedocument.obfuscatedfont"
_PICTURES = {
    "png": (b"\x89PNG", "image/png"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "gif": (b"GIF8", "image/gif"),
    "bmp": (b"BM", "image/bmp"),
    "tiff": (b"II*\0", "image/tiff"),
    "emf": (b"\x01\0\0\0", "image/x-emf"),
    "wmf": (b"\xd7\xcd\xc6\x9a", "image/x-wmf"),
}
"""Kinds of pictures: how they begin, and their content type."""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OPC = "application/vnd.openxmlformats-package."
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = f"""<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title/><dc:creator/></cp:coreProperties>"""


@dataclass
class _Part:
    """A part on its way into the copy."""

    name: str
    content_type: str
    content: bytes
    links: list[Link]


def house_copy(data: bytes) -> bytes:
    """The template with what a letter is made of, as its reader sees it, and nothing else.

    Parts are found by the relationships that lead to them, whatever they are called. Raise DataProblems
    for what is no Word document, or could run, load or leak.
    """
    copy = _Copy(WordPackage(data))
    if copy.dangers:
        unsafe = [Problem("letter_unsafe", fields={"what": what}) for what in dict.fromkeys(copy.dangers)]
        raise DataProblems(unsafe)
    return zipped(copy.parts())


def package_faults(data: bytes) -> list[Problem]:
    """Why this file is no safe Word document; empty when it is."""
    try:
        house_copy(data)
    except DataProblems as refused:
        return list(refused.problems)
    return []


class _Copy:
    """Follows the relationships from the package's own, and takes along what a letter may have."""

    def __init__(self, package: WordPackage) -> None:
        self._package = package
        self._taken: dict[str, _Part] = {}
        self.dangers: list[str] = []
        roots = self._allowed(package.links(""))
        mains = [link for link in roots if link.kind == "officeDocument"]
        if len(mains) != 1:
            raise not_word()
        self._take(mains)
        self.dangers += active_leftovers(package, self._taken)

    def parts(self) -> dict[str, bytes]:
        """The copy's parts by name."""
        taken = {part.name: part for part in self._taken.values()}
        if _MAIN not in taken:
            raise not_word()
        _forget_lost_styles(taken)
        links = {_rels(part.name): self._links(part.links) for part in taken.values() if part.links}
        return {
            "[Content_Types].xml": _types(taken),
            "_rels/.rels": _roots(),
            "docProps/core.xml": _CORE.encode(),
            **{name: part.content for name, part in taken.items()},
            **links,
        }

    def _take(self, links: list[Link]) -> None:
        """Take along what these lead to, and what that leads to in turn."""
        waiting = list(links)
        while waiting:
            link = waiting.pop(0)
            if not link.is_external and link.part not in self._taken:
                part = self._taken[link.part] = self._read(link)
                waiting += part.links

    def _allowed(self, links: list[Link]) -> list[Link]:
        """The relationships that a letter keeps; others are dangers, or stay at home."""
        self.dangers += active_links(links, {*_KEPT, *_LEFT})
        inside = [link for link in links if link.kind in _KEPT and link.part in self._package.parts]
        return inside + [link for link in links if link.is_external]

    def _read(self, link: Link) -> _Part:
        content = self._package.parts[link.part]
        if link.kind not in _MADE:
            return self._read_picture(link, content)
        root = as_read(parse_xml(content))
        if link.kind == "officeDocument" and root.tag != f"{W}document":
            raise not_word()
        links = self._package.links(link.part)
        if link.kind == "officeDocument":
            unshown = set(_unshown_edges(root, self._settings(links)))
            links = [one for one in links if one.id not in unshown]
        self.dangers += active_elements(root, links)
        name, content_type = _MADE[link.kind]
        return _Part(self._named(name, "xml"), content_type, xml(root), self._allowed(links))

    def _settings(self, links: list[Link]) -> etree._Element:
        """What the document says of all its pages; nothing where it has no settings."""
        parts = [link.part for link in links if link.kind == "settings"]
        return parse_xml(self._package.parts.get(parts[0], _NONE) if parts else _NONE)

    def _read_picture(self, link: Link, content: bytes) -> _Part:
        """A picture or a font: a part that is no XML."""
        if link.kind == "font":
            return _Part(self._named("font", "odttf"), _FONT, content, [])
        said = self._package.content_type(link.part)
        is_drawing = looks_like_xml(content)
        if not said.startswith("image/") or (is_drawing and not is_safe_svg(content)):
            self.dangers.append(PurePosixPath(self._package.told[link.part]).name)
        ending, content_type = _picture_type(content, said)
        return _Part(self._named("media/image", ending), content_type, content, [])

    def _named(self, name: str, ending: str) -> str:
        """A name in the copy: parts of which there are several are counted."""
        if name in _SINGLE:
            return f"word/{name}.{ending}"
        count = sum(part.name.startswith(f"word/{name}") for part in self._taken.values())
        return f"word/{name}{count + 1}.{ending}"

    def _links(self, links: list[Link]) -> bytes:
        inside = {link.part: f"/{self._taken[link.part].name}" for link in links if not link.is_external}
        return _listed("Relationships", "relationships", (_entry(link, inside) for link in links))


def _unshown_edges(root: etree._Element, settings: etree._Element) -> Iterator[str]:
    """Take out headers and footers of first or even pages where no page is one, and tell their links."""
    parity = settings.find(f"{W}evenAndOddHeaders")
    shown = {
        "first": any(map(is_on, root.iter(f"{W}titlePg"))),
        "even": parity is not None and is_on(parity),
    }
    for edge in list(root.iter(f"{W}headerReference", f"{W}footerReference")):
        if not shown.get(edge.get(f"{W}type", "default"), True):
            remove_element(edge)
            yield edge.get(_RELATION, "")


def _forget_lost_styles(taken: Mapping[str, _Part]) -> None:
    """Take out references to styles that there are not: Word passes over them, LibreOffice over text."""
    styles = taken.get(_STYLES)
    known = {style.get(f"{W}styleId") for style in parse_xml(styles.content)} if styles else set()
    for part in taken.values():
        if part.name.startswith(_READ):
            root = parse_xml(part.content)
            lost = [one for one in root.iter(*_NAMING) if one.get(f"{W}val") not in known]
            for element in lost:
                remove_element(element)
            part.content = xml(root) if lost else part.content


def _picture_type(content: bytes, said: str) -> tuple[str, str]:
    """The ending and content type of a picture, by how it begins."""
    for ending, (start, content_type) in _PICTURES.items():
        if content.startswith(start):
            return ending, content_type
    return said.rpartition("/")[2].partition("+")[0].removeprefix("x-") or "png", said or "image/png"


def _rels(name: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/_rels/{last}.rels"


def _types(parts: Mapping[str, _Part]) -> bytes:
    named = {f"/{name}": part.content_type for name, part in parts.items()}
    named["/docProps/core.xml"] = f"{_OPC}core-properties+xml"
    endings = {"rels": f"{_OPC}relationships+xml", "xml": "application/xml"}
    entries = [_tag("Default", Extension=ending, ContentType=said) for ending, said in endings.items()]
    entries += [_tag("Override", PartName=name, ContentType=said) for name, said in named.items()]
    return _listed("Types", "content-types", entries)


def _roots() -> bytes:
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    entries = [
        _tag("Relationship", Id="rId1", Type=f"{_OFFICE}/officeDocument", Target=f"/{_MAIN}"),
        _tag("Relationship", Id="rId2", Type=core, Target="/docProps/core.xml"),
    ]
    return _listed("Relationships", "relationships", entries)


def _entry(link: Link, inside: Mapping[str, str]) -> str:
    where = {"TargetMode": "External"} if link.is_external else {}
    target = link.target if link.is_external else inside[link.part]
    return _tag("Relationship", Id=link.id, Type=link.type, Target=target, **where)


def _tag(name: str, **marks: str) -> str:
    return f"<{name} {' '.join(f'{mark}={quoteattr(value)}' for mark, value in marks.items())}/>"


def _listed(name: str, kind: str, entries: Iterable[str]) -> bytes:
    return f'<{name} xmlns="{_PACKAGE}/{kind}">{"".join(entries)}</{name}>'.encode()


def texts(copy: Mapping[str, bytes]) -> Iterator[etree._Element]:
    """The parts of a copy that a reader reads: the body, margins, notes and drawings."""
    for name, data in copy.items():
        if name.startswith(_READ) or is_drawn(name):
            yield parse_xml(data)
