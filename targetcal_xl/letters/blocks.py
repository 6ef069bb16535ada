"""A part of a Word file block by block: what the letters of a template share, apart from what each says.

The shape of a block is its XML with a number for each text. Letters differ in their texts and in how many
rows they have, hardly in their shapes: what is found out about a shape is found out once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from .alternatives import as_word_reads
from .package import W

PARAGRAPH, TABLE = f"{W}p", f"{W}tbl"
THROUGH = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent"))
"""What only holds blocks."""
SILENT = frozenset(
    f"{W}{name}"
    for name in ("bookmarkStart", "bookmarkEnd", "proofErr", "sectPr", "sdtPr", "sdtEndPr", "tcPr")
)
"""What stands between blocks and takes no room."""
_ROW, _TEXT = f"{W}tr", f"{W}t"
_ABOUT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_BEGIN, _END, _NEXT = "\x03", "\x04", "\x05"
"""Around the number of a text, and before what is to be known of it. XML has no such characters."""
_SLOT = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
_KEPT = 64
"""Letters of a batch are set when all are written, and read when all are set."""


@dataclass(frozen=True)
class PartBlock:
    """A paragraph, a row of a table, a table without its rows, or something else between them."""

    tag: str
    shape: str
    texts: tuple[str, ...]
    touches: tuple[bool, bool] = (False, False)
    """Whether something stands above and below it."""
    rows: tuple[PartBlock, ...] = ()


@dataclass(frozen=True)
class LetterPart:
    """A part's blocks, one below the other, and its XML without them."""

    frame: str
    blocks: tuple[PartBlock, ...]


@lru_cache(4 * _KEPT)
def read_part(data: bytes) -> LetterPart:
    """A part as Word reads it."""
    root = as_word_reads(data)
    holder = root.find(f"{W}body")
    found = list(blocks_in(root if holder is None else holder))
    blocks = [_block(element, touches) for element, touches in found]
    return LetterPart(sys.intern(etree.tostring(root, encoding="unicode")), tuple(blocks))


def shaped(shape: str, around: str = "") -> etree._Element:
    """The XML of a shape; of a row with its table's around it."""
    made = etree.fromstring(shape)
    if around:
        etree.fromstring(around).append(made)
    return made


def slot(number: str, *known: str) -> str:
    """Where the text of a number goes, and what has to be known to put it there; nothing for no number."""
    return f"{_BEGIN}{_NEXT.join((number, *known))}{_END}" if number else ""


def pieces_of(markup: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What stands between slots, and of each its number and what is to be known."""
    found = _SLOT.split(markup)
    return tuple(found[::2]), tuple(tuple(one.split(_NEXT)) for one in found[1::2])


def woven(pieces: Sequence[str], between: Sequence[str]) -> str:
    """Pieces with what stands between them."""
    both = [""] * (len(pieces) + len(between))
    both[::2], both[1::2] = pieces, between
    return "".join(both)


def blocks_in(holder: etree._Element) -> Iterator[tuple[etree._Element, tuple[bool, bool]]]:
    """The blocks in a holder, in order, and whether something stands above and below each."""
    seen = [child for child in holder.iterchildren(etree.Element) if child.tag not in SILENT]
    for place, child in enumerate(seen):
        if child.tag in THROUGH:
            yield from blocks_in(child)
        else:
            yield child, (place > 0, place + 1 < len(seen))


def _block(element: etree._Element, touches: tuple[bool, bool]) -> PartBlock:
    """A block, taken out of the tree that it stands in."""
    inner = [row for row in element.iter(_ROW) if _holder(row, element)] if element.tag == TABLE else []
    rows = tuple(_block(row, touches) for row in inner)
    texts = tuple(_numbered(element))
    _take_out(element)
    return PartBlock(
        element.tag, sys.intern(etree.tostring(element, encoding="unicode")), texts, touches, rows
    )


def _holder(row: etree._Element, table: etree._Element) -> bool:
    """Whether a row is one of this table's own."""
    return next(row.iterancestors(TABLE), None) is table


def _take_out(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)


def _numbered(element: etree._Element) -> Iterator[str]:
    """The texts of a block and of its pictures, each of which becomes its number."""
    count = 0
    for text in element.iter(_TEXT):
        if text.text:
            yield text.text
            text.text, count = str(count), count + 1
    for about in element.iter(_ABOUT):
        if said := about.get("descr"):
            yield said
            about.set("descr", str(count))
            count += 1
