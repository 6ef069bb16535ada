"""A finished Word letter as PDF: by the built-in page setter, or by LibreOffice where that cannot."""

from __future__ import annotations

import datetime as dt
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import typst

from ..log import step
from ..problems import DataProblems, Problem, Words
from .font import font_file
from .inline import BEYOND
from .moulds import quoted
from .office import office_pdfs
from .steady import EmbeddedFile, steadied
from .supported import Unsupported
from .typeset import Source, typeset

_LOG = logging.getLogger(__name__)

_STOPPED = re.compile(rf"{BEYOND}(\w+)")
_NO_GLYPH = re.compile(r"PDF/A-3u error: the text |could not be displayed with font ")
_LONGEST = 120
_MARKED, _SUSPECTS = b"/MarkInfo<</Marked true", b"/Suspects false"
"""What Typst says of tags in a PDF's catalog, which comes last; of the latter poppler tells as of a fault."""


@dataclass(frozen=True)
class ToSet:
    """A letter in Word that is to be set: its day, parts of which there is an SVG, and what is attached."""

    docx: bytes
    issued: dt.date
    curves: Mapping[str, bytes] = field(default_factory=dict)
    attached: EmbeddedFile | None = None


@dataclass(frozen=True)
class SetPages:
    """A letter's pages, and why LibreOffice had to make them; None where it had not."""

    pdf: bytes
    needed: Unsupported | None


def to_pdf(docx: bytes, issued: dt.date) -> bytes:
    """The PDF of a letter, dated by its issue; the same bytes every time on one computer.

    Raise DataProblems when it needs LibreOffice and that is not there or fails.
    """
    return set_pdf(ToSet(docx, issued)).pdf


def set_pdf(letter: ToSet) -> SetPages:
    """The PDF as `to_pdf` makes it, and by which way."""
    (made,) = set_pdfs([letter])
    if isinstance(made, DataProblems):
        raise made
    return made


def set_pdfs(letters: Sequence[ToSet]) -> list[SetPages | DataProblems]:
    """The same for many letters, or why there is none: LibreOffice is started once for all that need it."""
    made = [_built_in(letter) for letter in letters]
    left = [(place, one) for place, one in enumerate(made) if isinstance(one, Unsupported)]
    pdfs = office_pdfs([letters[place].docx for place, _ in left])
    others = {
        place: _by_office(pdf, needed, letters[place])
        for (place, needed), pdf in zip(left, pdfs, strict=True)
    }
    return [others[place] if isinstance(one, Unsupported) else one for place, one in enumerate(made)]


def _built_in(letter: ToSet) -> SetPages | Unsupported:
    try:
        source = typeset(letter.docx, letter.curves)
        return SetPages(_compiled(source, letter.issued, letter.attached), None)
    except Unsupported as needed:
        return needed


def _by_office(pdf: bytes | DataProblems, needed: Unsupported, letter: ToSet) -> SetPages | DataProblems:
    if isinstance(pdf, bytes):
        return SetPages(steadied(pdf, letter.issued, letter.attached), needed)
    fields = {"what": needed.what, "why": Words(f"letters.beyond.{needed.kind}")}
    return DataProblems([Problem("letter_unsupported", fields=fields), *pdf.problems])


@step(_LOG, "set a PDF")
def _compiled(source: Source, issued: dt.date, attached: EmbeddedFile | None = None) -> bytes:
    """Each letter gets a compiler of its own.

    A Typst compiler whose source is replaced has been seen to print characters of the one before.
    """
    noon = dt.datetime.combine(issued, dt.time(12), tzinfo=dt.UTC)
    text = f"{_attaching(attached) if attached else ''}{source.text}".encode()
    with _folder(source.pictures) as folder, _panic_told():
        compiler = typst.Compiler(text, root=folder, font_paths=_fonts(), ignore_system_fonts=True)
        # PDF/A-3u is made for archives: every character can be read back, and files may be attached.
        pdf = compiler.compile(format="pdf", timestamp=noon, pdf_standards="a-3u")
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return _unsuspected(pdf)


def _unsuspected(pdf: bytes) -> bytes:
    """The PDF without saying that its tags are sound, which holds unless it is said that they are not.

    ISO 32000-1, table 321. Blanks take the place, as everything stands where the file's table says.
    """
    before, said, after = pdf.rpartition(_MARKED + _SUSPECTS)
    return before + _MARKED + b" " * len(_SUSPECTS) + after if said else pdf


@contextmanager
def _folder(pictures: Mapping[str, bytes]) -> Iterator[str]:
    """Where pictures lie that are set as they are; most letters have none."""
    if not pictures:
        yield str(font_file().parent)
        return
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        for name, content in pictures.items():
            Path(folder, name).write_bytes(content)
        yield folder


def _attaching(attached: EmbeddedFile) -> str:
    told = f'relationship: "data", mime-type: {quoted(attached.kind)}, description: {quoted(attached.about)}'
    return f"#pdf.attach({quoted(attached.name)}, bytes({quoted(attached.content.decode())}), {told})\n"


@contextmanager
def _panic_told() -> Iterator[None]:
    """A panic of a library in Rust, which is no `Exception`, as something that it cannot set."""
    try:
        yield
    except typst.TypstError as error:
        what = _STOPPED.search(str(error))
        told = f"font {_NO_GLYPH.sub('', str(error))}" if _NO_GLYPH.search(str(error)) else f"typst {error}"
        raise Unsupported(what[1] if what else told[:_LONGEST]) from error
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise Unsupported(f"{type(panic).__name__}: {panic}"[:_LONGEST]) from panic


@cache
def _fonts() -> typst.Fonts:
    folder = str(font_file().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
