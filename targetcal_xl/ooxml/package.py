"""An OOXML file as parts: what is inside, how parts point to each other, and packing it again."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote

from ..problems import Problem, Refused
from . import archive, limits
from .cells import damaged
from .splice import Element, empty_tag, insertion, outline, prove, splice, twice

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = b"PK\x01\x02"
_FATAL = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
"""What `zipfile` raises for a damaged archive."""

_TYPES = "[Content_Types].xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_CHUNK = 1 << 20


class Relationship(NamedTuple):
    """A pointer of one part to another: last word of its type, and the part."""

    kind: str
    target: str


class Package:
    """The parts of a file in memory; raise Refused for what is no OOXML package we can read.

    A part's name is the same in any case and with either slash; it is told as the file has it.
    """

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw, self.name = raw, name
        _refuse_other_formats(raw, name)
        if raw.count(_ENTRY) > limits.MOST_PARTS:
            raise limits.too_much("parts", name, limits.MOST_PARTS)
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
        except _FATAL as error:
            raise Refused([Problem("file_not_workbook", name)]) from error
        self._infos = {_canonical(info.filename): info for info in self._zip.infolist()}
        self._refuse_traps()
        self._changed: dict[str, bytes | None] = {}
        self._sound = set[str]()
        self._relationships: dict[str, dict[str, Relationship]] = {}

    @property
    def changed(self) -> bool:
        """Whether any part differs from the file's."""
        return bool(self._changed)

    def __contains__(self, part: str) -> bool:
        part = _canonical(part)
        return self._changed[part] is not None if part in self._changed else part in self._infos

    def place(self, part: str) -> str:
        """The part in a person's words: file and part."""
        return f"{self.name}: {self._told(part)}"

    def read(self, part: str) -> bytes:
        """An XML part in UTF-8; raise Refused where it is missing or damaged."""
        held = self._changed.get(_canonical(part))
        return held if held is not None else _in_utf8(self._unpacked(part), self.place(part))

    def write(self, part: str, data: bytes) -> None:
        """Change an XML part, or add one.

        Raise Refused for what is not well-formed, or more than we would read again.
        """
        if len(data) > limits.MOST_IN_PART:
            raise self._too_big()
        prove(data, self.place(part))
        self._forget()
        if self._holds(part, data):
            self._changed.pop(_canonical(part), None)
        else:
            self._changed[_canonical(part)] = data

    def _holds(self, part: str, data: bytes) -> bool:
        """Whether the file has this content already; only what could be it is unpacked."""
        info = self._infos.get(_canonical(part))
        if info is None or (info.file_size, info.CRC) != (len(data), zlib.crc32(data)):
            return False
        return data == self._unpacked(part)

    def add(self, part: str, data: bytes, kind: str, content_type: str, owner: str) -> None:
        """Put in a part, with its content type and the owner's relationship to it."""
        self.write(part, data)
        entry = {"PartName": f"/{part}", "ContentType": content_type}
        self._with(_TYPES, "Override", entry)
        ids = {one.attributes.get("Id") for one in self._listed(_rels(owner), "Relationship")}
        free = next(f"rId{number}" for number in range(1, len(ids) + 2) if f"rId{number}" not in ids)
        target = {"Id": free, "Type": f"{_RELATIONSHIP}{kind}", "Target": f"/{part}"}
        self._with(_rels(owner), "Relationship", target)

    def drop(self, part: str, owner: str) -> None:
        """Take a part out, with its content type and the owner's relationship to it."""
        self._changed[_canonical(part)] = None
        self._forget()
        self._without(_TYPES, "PartName", part, "")
        self._without(_rels(owner), "Target", part, posixpath.dirname(owner))

    def relationships(self, part: str) -> dict[str, Relationship]:
        """What a part (`""`: the package) points to inside the package, by id."""
        if part not in self._relationships:
            self._relationships[part] = dict(self._pointers(part))
        return self._relationships[part]

    def content_type(self, part: str) -> str:
        """What the package says that a part is, in lower case; nothing where it says nothing."""
        ending = "." + part.rpartition(".")[2].lower()
        return self._types.get(_canonical(part)) or self._types.get(ending, "")

    def packed(self) -> bytes:
        """The file with its changes; entries keep their order, dates and kind of compression.

        Raise Refused where an entry is damaged, or all together are more than we would read again.
        """
        parts = [part for name, info in self._infos.items() if (part := self._packed(name, info))]
        for name in self._changed.keys() - self._infos.keys():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            parts.append(archive.packed(info, self._changed[name] or b""))
        if sum(part.size for part in parts) > limits.MOST_UNPACKED:
            raise self._too_big()
        return archive.joined(parts)

    def _packed(self, name: str, info: zipfile.ZipInfo) -> archive.Packed | None:
        """An entry as it goes into the file: the bytes of one that stays are proven and copied."""
        if name in self._changed:
            data = self._changed[name]
            return None if data is None else archive.packed(info, data)
        if name not in self._sound or info.compress_size > info.file_size:
            data = self._unpacked(name)
            if info.compress_size > info.file_size:
                return archive.packed(info, data)
        return archive.copied(info, self.raw)

    @cached_property
    def _types(self) -> dict[str, str]:
        """The content type of each part, and of each ending with its dot."""
        found: dict[str, str] = {}
        for one in self._listed(_TYPES, "Default") + self._listed(_TYPES, "Override"):
            marks = one.attributes
            name = _canonical(marks["PartName"]) if "PartName" in marks else "." + marks.get("Extension", "")
            if found.setdefault(name.lower(), said := marks.get("ContentType", "").lower()) != said:
                raise twice(one.part, name)
        return found

    def _forget(self) -> None:
        self._relationships.clear()
        vars(self).pop("_types", None)

    def _pointers(self, part: str) -> Iterator[tuple[str, Relationship]]:
        seen: set[str] = set()
        for one in self._listed(_rels(part), "Relationship") if _rels(part) in self else ():
            marks = one.attributes
            if not {"Id", "Type"} <= marks.keys():
                raise damaged(one.part, one.name)
            if marks["Id"] in seen:
                raise twice(one.part, f"Id {marks['Id']}")
            seen.add(marks["Id"])
            if marks.get("TargetMode") != "External":
                kind = marks["Type"].rstrip("/").rpartition("/")[2]
                target = _resolved(posixpath.dirname(part), marks.get("Target", ""))
                yield marks["Id"], Relationship(kind, self._told(target))

    def _told(self, part: str) -> str:
        """A part's name as the file has it."""
        info = self._infos.get(_canonical(part))
        return info.filename.replace("\\", "/") if info else part

    def _listed(self, part: str, name: str) -> list[Element]:
        root = outline(self.read(part), self.place(part))
        return root.all(name) if root.space.startswith(_PACKAGE) else []

    def _unpacked(self, part: str) -> bytes:
        """A part's bytes, counted while they come: what the archive says of its size may be a lie."""
        info = self._infos.get(_canonical(part))
        if info is None:
            raise Refused([Problem("file_part_missing", self.name, {"part": part})])
        pieces, size = list[bytes](), 0
        try:
            with self._zip.open(info) as file:
                while piece := file.read(_CHUNK):
                    pieces.append(piece)
                    size += len(piece)
                    if size > limits.MOST_IN_PART:
                        raise self._too_big()
        except _FATAL as error:
            raise Refused([Problem("file_damaged", self.place(part), {"detail": error})]) from error
        self._sound.add(_canonical(part))
        return b"".join(pieces)

    def _with(self, part: str, name: str, attributes: dict[str, str]) -> None:
        """Add an entry to a list of parts."""
        data = self.read(part)
        root = outline(data, self.place(part))
        entry = empty_tag(root.prefix + name, attributes)
        self.write(part, splice(data, [insertion(root, root.close, entry)]))

    def _without(self, part: str, attribute: str, target: str, folder: str) -> None:
        """Take away the entry of a list of parts that names the target."""
        data = self.read(part)
        gone = [
            (one.start, one.end, b"")
            for one in outline(data, self.place(part)).children
            if _canonical(_resolved(folder, one.attributes.get(attribute, ""))) == _canonical(target)
        ]
        self.write(part, splice(data, gone))

    def _refuse_traps(self) -> None:
        infos = self._zip.infolist()
        if sum(info.file_size for info in infos) > limits.MOST_UNPACKED:
            raise self._too_big()
        if len(infos) != len(self._infos):
            counts = Counter(_canonical(info.filename) for info in infos)
            raise twice(self.name, counts.most_common(1)[0][0])
        if any(info.flag_bits & 1 for info in infos):
            raise Refused([Problem("file_encrypted", self.name)])
        if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
            raise Refused([Problem("file_not_workbook", self.name)])

    def _too_big(self) -> Refused:
        return Refused([Problem("file_too_big", self.name, {"most": limits.MOST_IN_PART >> 20})])


def _in_utf8(data: bytes, place: str) -> bytes:
    """A part in the encoding that we edit; one in UTF-16, which is as good XML, is written anew."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    try:
        said = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise Refused([Problem("file_damaged", place, {"detail": error.reason})]) from error
    declared = said.startswith("<?xml") and "?>" in said
    return (said.partition("?>")[2] if declared else said).encode("utf-8", "surrogatepass")


def _refuse_other_formats(raw: bytes, name: str) -> None:
    """Old and encrypted workbooks come in an OLE container; say which it is."""
    if not raw.startswith(_OLE):
        return
    encrypted = "EncryptedPackage".encode("utf-16-le") in raw
    raise Refused([Problem("file_encrypted" if encrypted else "file_old_xls", name)])


def _canonical(part: str) -> str:
    """A part's name by which it is found, whoever wrote it."""
    return unquote(part).replace("\\", "/").lstrip("/").lower()


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(folder: str, target: str) -> str:
    target = target.replace("\\", "/").partition("#")[0]
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
