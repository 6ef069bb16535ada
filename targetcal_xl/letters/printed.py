"""What a file that somebody has says, where a check code is looked for in it: letters, workbooks, pages."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from ..problems import TargetcalError
from .pages import read_pages

_MOST: Final = 64 << 20
"""Bytes of all parts of a package together: more is no letter, and no region's workbook."""
_TAGS = re.compile("<[^<>]*>")
_GAPS = re.compile("[ \t\r\n\f\v]+")
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, OverflowError, zlib.error)


def printed_text(content: bytes) -> str:
    """The words of a file without any space: of a PDF's pages, of a package's parts, or of a text.

    Nothing for other files and damaged ones.
    """
    try:
        return _GAPS.sub("", "\n".join(_texts(content)))
    except (*_DAMAGED, TargetcalError, ValueError, RuntimeError):
        return ""


def _texts(content: bytes) -> Iterator[str]:
    if content.startswith(b"%PDF"):
        yield from (page.text for page in read_pages(content))
    elif content.startswith(b"PK"):
        yield from (_TAGS.sub("", part.decode("utf-8", "replace")) for part in _parts(content))
    else:
        yield content.decode()


def _parts(content: bytes) -> Iterator[bytes]:
    """The XML of a Word file or a workbook; nothing where there is too much of it."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = [one for one in package.infolist() if one.filename.endswith(".xml")]
        known = all(one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in parts)
        if known and sum(one.file_size for one in parts) <= _MOST:
            yield from map(package.read, parts)
