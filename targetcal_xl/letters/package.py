"""What a Word file may contain before it is trusted as a template."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from ..problems import Problem

_LIMIT = 64 << 20
_MOST_PARTS = 1000
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_ACTIVE = re.compile(r"vbaProject|vbaData|activeX|oleObject|/embeddings/|/afchunk", re.IGNORECASE)
_LINKS = {"hyperlink"}
_FIELDS = {"PAGE", "NUMPAGES"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def package_faults(data: bytes) -> list[Problem]:
    """Why this file is no safe Word document; empty when it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > _LIMIT or len(parts) > _MOST_PARTS:
                return [Problem("letter_too_big", fields={"limit": _LIMIT >> 20})]
            package.getinfo("word/document.xml")
            found = [what for part in parts for what in _unsafe(part.filename, package.read(part))]
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, OSError, etree.XMLSyntaxError):
        return [Problem("letter_not_word")]
    return [Problem("letter_unsafe", fields={"what": what}) for what in dict.fromkeys(found)]


def parse_xml(data: bytes) -> etree._Element:
    """The root element, with no entity resolved and nothing fetched; raise XMLSyntaxError."""
    return etree.fromstring(data, _PARSER)


def _unsafe(name: str, data: bytes) -> Iterator[str]:
    """Everything in a part that could run, load or leak."""
    if _ACTIVE.search(name):
        yield PurePosixPath(name).name
    if not name.endswith((".xml", ".rels")):
        return
    root = parse_xml(data)
    about: Any = root.getroottree().docinfo
    if about.doctype:
        yield "DOCTYPE"
    if name.endswith(".rels"):
        yield from _outside(root)
    yield from (field for field in _field_codes(root) if field not in _FIELDS)


def _outside(relationships: etree._Element) -> Iterator[str]:
    """Targets that a program would load from elsewhere."""
    for link in relationships:
        kind = link.get("Type", "").rpartition("/")[2]
        if (link.get("TargetMode") == "External" and kind not in _LINKS) or kind in (
            "aFChunk",
            "subDocument",
        ):
            yield f"{kind} → {link.get('Target', '')[:60]}"


def _field_codes(root: etree._Element) -> Iterator[str]:
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


def _first_word(instruction: str) -> str:
    return (instruction.split() or ["?"])[0].upper()
