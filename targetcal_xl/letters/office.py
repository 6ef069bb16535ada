"""LibreOffice, the second way to PDF."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from ..problems import DataProblems, Problem
from ..soffice import find_soffice, run_soffice

SECONDS = 120


def office_pdf(docx: bytes) -> bytes:
    """The PDF that LibreOffice makes of a Word file.

    It works in a profile and a folder of its own, beside any that the person has open. Raise
    DataProblems when it is missing, fails, or takes longer than two minutes.
    """
    program = find_soffice()
    if program is None:
        raise DataProblems([Problem("letter_office_missing")])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "letter.docx")
        source.write_bytes(docx)
        said = _convert(program, source, Path(folder, "profile"))
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise DataProblems([Problem("letter_office_failed", fields={"said": said})])
        return made.read_bytes()


def _convert(program: Path, source: Path, profile: Path) -> str:
    arguments = ["--convert-to", "pdf", "--outdir", str(source.parent), str(source)]
    try:
        return run_soffice(program, profile, arguments, SECONDS).strip()[-200:]
    except subprocess.TimeoutExpired:
        return f"> {SECONDS} s"
