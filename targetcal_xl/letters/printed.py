"""What a letter that somebody has says, whichever of its forms they have."""

from __future__ import annotations

from collections.abc import Iterator

from ..problems import TargetcalError
from .house import package_faults
from .pages import read_pages
from .words import said


def printed_text(content: bytes) -> str:
    """The words of a Word file or a PDF without any space; nothing for other files and damaged ones."""
    try:
        return "".join("".join(_texts(content)).split())
    except (TargetcalError, ValueError, RuntimeError):
        return ""


def _texts(content: bytes) -> Iterator[str]:
    if content.startswith(b"%PDF"):
        yield from (page.text for page in read_pages(content))
    elif content.startswith(b"PK") and not package_faults(content):
        found = said(content)
        yield from found.elsewhere
        for rows in (found.body, *found.margins.values()):
            yield from (words for row in rows for words in row)
