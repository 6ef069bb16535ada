"""The proof that a finished letter says everything that was merged into it."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable

import pypdfium2

from ..problems import Problem
from .package import W, parse_xml


def missing_in_word(docx: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the Word file does not show."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = [name for name in package.namelist() if name.startswith("word/") and name.endswith(".xml")]
        said = "".join(_word_text(package.read(name)) for name in parts)
    return _missing(said, merged, "Word")


def missing_in_pdf(pdf: bytes, merged: Iterable[str]) -> list[Problem]:
    """A problem for every merged text that the PDF does not show."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return _missing("".join(pages), merged, "PDF")


def _word_text(data: bytes) -> str:
    return "".join(element.text or "" for element in parse_xml(data).iter(f"{W}t"))


def _missing(said: str, merged: Iterable[str], form: str) -> list[Problem]:
    plain = _plain(said)
    lost = [words for words in merged if _plain(words) not in plain]
    return [Problem("letter_text_lost", _short(words), {"form": form}) for words in lost]


def _plain(words: str) -> str:
    """Text without what a line break changes: white space, and the hyphen that ends a line."""
    folded = unicodedata.normalize("NFKC", words)
    return "".join(sign for sign in folded if not sign.isspace() and sign not in "\u00ad\u2010\u0002\ufffe-")


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
