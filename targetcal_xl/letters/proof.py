"""The proof that a finished letter says everything that was merged into it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import pypdfium2

from ..problems import Problem
from .package import W, parse_xml, parts_of

_HYPHENS = dict.fromkeys(map(ord, "\u0002\ufffe\u2010\u2011"), "-")
"""The first two are what pdfium reads where a hyphen ends a line."""
_SLACK = 20
_DIVISIBLE = 16
"""Signs of the shortest text that may run over: a lost number must not be pieced together from two pages."""


def missing_in_word(docx: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the Word file does not show."""
    parts = parts_of(docx)
    names = [name for name in parts if name.startswith("word/") and name.endswith(".xml")]
    said = "".join(_word_text(parts[name]) for name in names)
    return _missing([said], merged, "Word")


def missing_in_pdf(pdf: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the PDF does not show, on one page or from page to page."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return _missing(pages, merged, "PDF")


def _word_text(data: bytes) -> str:
    return "".join(element.text or "" for element in parse_xml(data).iter(f"{W}t"))


def _missing(pages: Sequence[str], merged: Iterable[str], form: str) -> list[Problem]:
    plain = [_plain(page) for page in pages]
    lost = [words for words in merged if not _stands(_plain(words), plain)]
    return [Problem("letter_text_lost", _short(words), {"form": form}) for words in lost]


def _stands(words: str, pages: Sequence[str]) -> bool:
    """Whether words stand on a page, or begin on one and go on where the next one lets them."""
    if any(words in page for page in pages):
        return True
    places = range(len(pages) - 1) if len(words) >= _DIVISIBLE else ()
    return any(_runs_over(words, pages[place:]) for place in places)


def _runs_over(words: str, pages: Sequence[str]) -> bool:
    """Whether the first page has the longest start that it can of the words, and the next ones the rest.

    What follows on the first page may by chance look like some more of them: hence the slack.
    """
    if len(pages) == 1:
        return words in pages[0]
    longest = _longest_start(words, pages[0])
    cuts = range(longest, max(longest - _SLACK, 0), -1)
    return any(words[cut:] in pages[1] or _runs_over(words[cut:], pages[1:]) for cut in cuts)


def _longest_start(words: str, page: str) -> int:
    """How many characters of the words a page shows in one piece, from the first."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if words[:middle] in page else (low, middle - 1)
    return low


def _plain(words: str) -> str:
    """Text without what setting it changes: white space, hyphens, and forms that look the same."""
    folded = unicodedata.normalize("NFKC", words.translate(_HYPHENS))
    return "".join(folded.split())


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
