"""An OOXML file as parts: what is inside, how parts point to each other, and packing it again."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from copy import copy
from io import BytesIO
from typing import NamedTuple

from targetcal_xl.problems import Problem, Refused

from .splice import outline, prove, splice

MOST_PARTS, MOST_BYTES = 20_000, 1 << 30
"""A package that says it unpacks to more than this is not a plan; checked before anything is unpacked."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FATAL = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Relationship(NamedTuple):
    """A pointer of one part to another: last word of its type, and the part."""

    kind: str
    target: str


class Package:
    """The parts of a file in memory; raise Refused for what is no OOXML package we can read."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw, self.name = raw, name
        _refuse_other_formats(raw, name)
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
        except _FATAL as error:
            raise Refused([Problem("file_not_workbook", name)]) from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._refuse_traps()
        self._proven: dict[str, bytes] = {}
        self._changed: dict[str, bytes | None] = {}

    @property
    def changed(self) -> bool:
        """Whether any part differs from the file's."""
        return bool(self._changed)

    def __contains__(self, part: str) -> bool:
        return self._changed[part] is not None if part in self._changed else part in self._infos

    def place(self, part: str) -> str:
        """The part in a person's words: file and part."""
        return f"{self.name}: {part}"

    def read(self, part: str) -> bytes:
        """An XML part, proven well-formed; raise Refused where it is missing or damaged."""
        if part not in self._proven:
            data = self._unpacked(part)
            prove(data, self.place(part))
            self._proven[part] = data
        return self._proven[part]

    def write(self, part: str, data: bytes) -> None:
        """Change an XML part; what is not well-formed never gets in."""
        prove(data, self.place(part))
        self._proven[part] = data
        if data == self._unpacked(part):
            self._changed.pop(part, None)
        else:
            self._changed[part] = data

    def drop(self, part: str, owner: str) -> None:
        """Take a part out, with its content type and the owner's relationship to it."""
        self._changed[part] = None
        self._without("[Content_Types].xml", "PartName", f"/{part}", "")
        self._without(_rels(owner), "Target", part, posixpath.dirname(owner))

    def relationships(self, part: str) -> dict[str, Relationship]:
        """What a part (`""`: the package) points to inside the package, by id."""
        rels = _rels(part)
        if rels not in self:
            return {}
        folder, found = posixpath.dirname(part), outline(self.read(rels), self.place(rels)).children
        return {
            one.attributes["Id"]: Relationship(
                one.attributes["Type"].rpartition("/")[2], _resolved(folder, one.attributes["Target"])
            )
            for one in found
            if one.attributes.get("TargetMode") != "External"
        }

    def packed(self) -> bytes:
        """The file with its changes; entries keep their order, dates and kind of compression."""
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for name, info in self._infos.items():
                data = self._changed[name] if name in self._changed else self._unpacked(name)
                if data is not None:
                    target.writestr(copy(info), data, info.compress_type)
        return out.getvalue()

    def _unpacked(self, part: str) -> bytes:
        if part not in self._infos:
            raise Refused([Problem("file_part_missing", self.name, {"part": part})])
        try:
            return self._zip.read(part)
        except (*_FATAL, zlib.error) as error:
            raise Refused([Problem("file_damaged", self.place(part), {"detail": error})]) from error

    def _without(self, part: str, attribute: str, target: str, folder: str) -> None:
        """Take away the entry of a list of parts that names the target."""
        data = self.read(part)
        gone = [
            (one.start, one.end, b"")
            for one in outline(data, self.place(part)).children
            if _resolved(folder, one.attributes.get(attribute, "")) == target.lstrip("/")
        ]
        self.write(part, splice(data, gone))

    def _refuse_traps(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
            raise Refused([Problem("file_too_big", self.name, {"most": MOST_BYTES >> 20})])
        if len(infos) != len(self._infos):
            raise Refused([Problem("file_damaged", self.name, {"detail": "duplicate entries"})])
        if any(info.flag_bits & 1 for info in infos):
            raise Refused([Problem("file_encrypted", self.name)])


def _refuse_other_formats(raw: bytes, name: str) -> None:
    """Old and encrypted workbooks come in an OLE container; say which it is."""
    if not raw.startswith(_OLE):
        return
    encrypted = "EncryptedPackage".encode("utf-16-le") in raw
    raise Refused([Problem("file_encrypted" if encrypted else "file_old_xls", name)])


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
