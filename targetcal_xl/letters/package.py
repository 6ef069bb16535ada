"""A Word file as a package: its parts, what points to what, and how much of it we read."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from lxml import etree

from ..problems import DataProblems, Problem

_LIMIT = 64 << 20
_MOST_PARTS = 1000
_DEEPEST = 100
_DEEPER = etree.XPath(f"boolean({'/*' * (_DEEPEST + 1)})")
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)
_TYPES = "[content_types].xml"
_NO_ARCHIVE = (
    zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, EOFError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
"""What `zipfile` raises for a damaged archive."""
ALWAYS = (1980, 1, 1, 0, 0, 0)
"""When every part was packed: the same letter is the same file."""
MOST_XML = 8 << 20
"""Bytes of one part in XML, and signs of what it becomes."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Link:
    """A relationship: its id, its type, the last word of that, and where it leads."""

    id: str
    type: str
    target: str
    is_external: bool
    part: str
    """The part's name as `Package` knows it; of no meaning for an external one."""

    @property
    def kind(self) -> str:
        """What the owner takes the target for."""
        return self.type.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.kind} → {self.target[:60]}"


class WordPackage:
    """The parts of a file by name, in any case; raise DataProblems for what is no package."""

    def __init__(self, data: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                infos = [part for part in package.infolist() if not part.is_dir()]
                _limit(infos)
                self.told = {_plain(part.filename): part.filename for part in infos}
                self.parts = {_plain(part.filename): package.read(part) for part in infos}
        except _NO_ARCHIVE as error:
            raise not_word() from error
        if len(self.parts) < len(infos):  # readers would disagree on which of two equal names counts
            raise not_word()

    def links(self, owner: str) -> list[Link]:
        """What a part (`""`: the package) points to."""
        folder, name = posixpath.split(owner)
        found = self.parts.get(_plain(f"{folder}/_rels/{name}.rels"))
        return [] if found is None else [_link(one, folder) for one in parse_xml(found) if "Id" in one.attrib]

    def content_type(self, part: str) -> str:
        """What the file says that a part is, in lower case; nothing where it says nothing."""
        overrides, endings = self._types
        return overrides.get(part) or endings.get(part.rpartition(".")[2], "")

    @cached_property
    def _types(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The content types of parts, and of endings."""
        if _TYPES not in self.parts:
            raise not_word()
        entries = [(one, one.get("ContentType", "").lower()) for one in parse_xml(self.parts[_TYPES])]
        named = {_plain(one.get("PartName", "")): said for one, said in entries if "PartName" in one.attrib}
        return named, {one.get("Extension", "").lower(): said for one, said in entries}


def parse_xml(data: bytes) -> etree._Element:
    """The root element, with no entity resolved and nothing fetched.

    Raise DataProblems for what is no XML, or is nested deeper than any letter.
    """
    if len(data) > MOST_XML:
        raise too_long()
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise too_deep() if "xcessive depth" in str(error) else not_word() from error
    if _DEEPER(root):
        raise too_deep()
    return root


def xml(root: etree._Element) -> bytes:
    """A part from its root element."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def parts_of(docx: bytes) -> dict[str, bytes]:
    """The parts of a file that we made, by their names."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return {part.filename: package.read(part) for part in package.infolist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The file of these parts, the same way every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name, ALWAYS), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def not_word() -> DataProblems:
    """What is no Word document."""
    return DataProblems([Problem("letter_not_word")])


def too_long() -> DataProblems:
    """What holds more text than any letter."""
    return DataProblems([Problem("letter_too_long", fields={"limit": MOST_XML >> 20})])


def too_deep() -> DataProblems:
    """What is nested deeper than a letter needs."""
    return DataProblems([Problem("letter_too_deep")])


def _limit(infos: list[zipfile.ZipInfo]) -> None:
    """Raise DataProblems before more is unpacked than a letter needs."""
    if sum(part.file_size for part in infos) > _LIMIT or len(infos) > _MOST_PARTS:
        raise DataProblems([Problem("letter_too_big", fields={"limit": _LIMIT >> 20})])


def _link(element: etree._Element, folder: str) -> Link:
    target = element.get("Target", "")
    part = posixpath.join("/" + folder, unquote(target).replace("\\", "/"))
    is_external = element.get("TargetMode", "").lower() == "external"
    return Link(element.get("Id", ""), element.get("Type", ""), target, is_external, _plain(part))


def _plain(name: str) -> str:
    """A part's name without what makes no difference: slashes, steps back, and case."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()
