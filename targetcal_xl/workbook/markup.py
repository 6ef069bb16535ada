"""How SpreadsheetML looks in bytes: rows, cells and strings found by pattern."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from targetcal_xl.problems import Problem, Refused

from .cells import damaged, text_of
from .splice import ATTRIBUTES


class Patterns(NamedTuple):
    """What elements look like; exact on well-formed XML without comments, CDATA and instructions."""

    row: re.Pattern[bytes]
    """Its start tag: number, attributes after it, `/` where it is empty."""
    cell: re.Pattern[bytes]
    """Column letters and row of the reference, attributes after it, formula's attributes, formula, value,
    what follows."""
    phonetic: re.Pattern[bytes]
    text: re.Pattern[bytes]
    item: re.Pattern[bytes]
    """These hold attributes and content."""


@cache
def patterns(prefix: bytes) -> Patterns:
    """The patterns of a part whose elements have this namespace prefix (with its colon)."""
    p = re.escape(prefix)

    def inside(name: bytes) -> bytes:
        return rb"((?:[^<]++|<(?!/" + p + name + rb"[\s>]))*+)"

    def opening(name: bytes) -> bytes:
        return rb"<" + p + name + rb"(?=[\s/>])" + ATTRIBUTES

    def whole(name: bytes) -> bytes:
        return opening(name) + rb"(?:/>|>" + inside(name) + rb"</" + p + name + rb"\s*>)"

    held = rb"\s*+(?:" + whole(b"f") + rb")?\s*+(?:" + whole(b"v").replace(ATTRIBUTES, rb"[^>/]*+") + rb")?"
    return Patterns(
        row=re.compile(
            rb"<" + p + rb"""row(?:\s+r=["']([0-9]+)["'])?(?=[\s/>])""" + ATTRIBUTES + rb"(/?)>"
        ),
        cell=re.compile(
            rb"<" + p + rb"""c(?:\s+r=["']([A-Z]+)([0-9]+)["'])?(?=[\s/>])""" + ATTRIBUTES
            + rb"(?:/>|>" + held + inside(b"c") + rb"</" + p + rb"c\s*>)"
        ),
        phonetic=re.compile(whole(b"rPh")),
        text=re.compile(whole(b"t")),
        item=re.compile(whole(b"si")),
    )  # fmt: skip


def plain(data: bytes, part: str) -> bytes:
    """The part itself; raise Refused where comments, CDATA or instructions stand between its elements."""
    if b"<!" in data or data.find(b"<?", 6) >= 0:
        raise Refused([Problem("file_unusual", part)])
    return data


def root_prefix(data: bytes, name: str, part: str) -> bytes:
    """The namespace prefix of the root element with its colon, or nothing; raise Refused for another root."""
    root = re.search(rb"<([^\s<>/!?:]*:)?" + name.encode() + rb"(?=[\s/>])", data)
    if root is None:
        raise damaged(part, name)
    return root[1] or b""


def rich_text(inner: bytes, looks: Patterns) -> str:
    """The text of a shared or inline string: its runs joined, the phonetic guide left out."""
    if b"rPh" in inner:
        inner = looks.phonetic.sub(b"", inner)
    return "".join([text_of(raw) for _, raw in looks.text.findall(inner)])


def shared_strings(data: bytes, part: str) -> list[str]:
    """The workbook's shared strings, in order; raise Refused for markup that we cannot read exactly."""
    looks = patterns(root_prefix(plain(data, part), "sst", part))
    return [rich_text(inner, looks) for _, inner in looks.item.findall(data)]
