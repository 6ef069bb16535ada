"""Microsoft Word, the third way to PDF: where it is the only program at hand, by docx2pdf."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..log import step
from ..problems import DataProblems, Problem

_LOG = logging.getLogger(__name__)


def is_at_hand() -> bool:
    """Whether docx2pdf is installed, which asks Word on Windows and macOS."""
    return find_spec("docx2pdf") is not None


@step(_LOG, "have Word convert letters")
def word_pdfs(letters: Sequence[bytes]) -> list[bytes | DataProblems]:
    """The PDFs that Word makes of these, or why there is none of one; a Word that was open stays open."""
    from docx2pdf import convert

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place, letter in enumerate(letters):
            (folder / f"{place}.docx").write_bytes(letter)
        told = ""
        try:
            convert(str(folder), str(folder), keep_active=True)
        except (Exception, SystemExit) as error:  # Word's own errors are of its automation's classes
            told = f"{type(error).__name__}: {error}"[-200:]
        made = [folder / f"{place}.pdf" for place in range(len(letters))]
        failed = DataProblems([Problem("letter_word_failed", fields={"said": told})])
        return [pdf.read_bytes() if pdf.is_file() else failed for pdf in made]
