"""LibreOffice, the second way to PDF: in a profile of its own, without a network."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ..log import step
from ..machine import find_program, find_soffice, run_soffice
from ..problems import DataProblems, Problem
from . import word_program

_LOG = logging.getLogger(__name__)

SECONDS = 120
_NOWHERE = ("127.0.0.1", 9)
"""A proxy that nobody serves: whatever asks it for something gets nothing."""
_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "Inet/Settings": {
        "ooInetProxyType": 2,
        "ooInetHTTPProxyName": _NOWHERE[0],
        "ooInetHTTPProxyPort": _NOWHERE[1],
        "ooInetHTTPSProxyName": _NOWHERE[0],
        "ooInetHTTPSProxyPort": _NOWHERE[1],
        "ooInetFTPProxyName": _NOWHERE[0],
        "ooInetFTPProxyPort": _NOWHERE[1],
        "ooInetNoProxy": "",
    },
    "Office.Common/Security/Scripting": {
        "BlockUntrustedRefererLinks": "true",
        "DisableMacrosExecution": "true",
        "DisableActiveContent": "true",
    },
    "Office.Writer/Content/Update": {"Link": 0},
    "Office.Common/Filter/PDF/Export": {"SelectPdfVersion": 3, "UseTaggedPDF": "true"},
}
"""What LibreOffice is told on every system: a proxy that leads nowhere, no links, nothing that runs; and
PDF/A-3 with tags, as the built-in way makes it."""
_RECYCLED = 100
"""Letters for one LibreOffice: its memory grows."""


def office_pdf(docx: bytes) -> bytes:
    """The PDF that LibreOffice makes of a Word file, see `office_pdfs`; raise DataProblems without one."""
    (made,) = office_pdfs([docx])
    if isinstance(made, DataProblems):
        raise made
    return made


def office_pdfs(letters: Sequence[bytes]) -> list[bytes | DataProblems]:
    """The PDFs that LibreOffice makes of Word files, or why there is none of one; a start serves a hundred.

    Where there is no LibreOffice, Word makes them if docx2pdf is installed.

    It works in a profile and a folder of its own, beside any that the person has open, and without a network:
    on Linux in a network of its own without a way out, where the system lets us; everywhere by its settings.
    Where one is missing after all were tried together, its letter is tried alone.
    """
    program = find_soffice()
    if program is None and letters and word_program.is_at_hand():
        return word_program.word_pdfs(letters)
    if program is None:
        return [DataProblems([Problem("letter_office_missing")]) for _ in letters]
    parts = [letters[first : first + _RECYCLED] for first in range(0, len(letters), _RECYCLED)]
    return [made for part in parts for made in _converted(program, part)]


def _converted(program: Path, letters: Sequence[bytes]) -> list[bytes | DataProblems]:
    """What one LibreOffice makes of these."""
    made, told = _convert(program, letters)
    failed = DataProblems([Problem("letter_office_failed", fields={"said": told})])
    if len(letters) == 1:
        return [made.get(0, failed)]
    alone = {
        place: _converted(program, [letters[place]])[0] for place in range(len(letters)) if place not in made
    }
    return [{**made, **alone}[place] for place in range(len(letters))]


@step(_LOG, "have LibreOffice convert letters")
def _convert(program: Path, letters: Sequence[bytes]) -> tuple[dict[int, bytes], str]:
    """Place -> PDF, where there is one, and what LibreOffice said."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [folder / f"{place}.docx" for place in range(len(letters))]
        for source, letter in zip(sources, letters, strict=True):
            source.write_bytes(letter)
        told = _run(program, folder, sources)
        made = {place: source.with_suffix(".pdf") for place, source in enumerate(sources)}
        return {place: pdf.read_bytes() for place, pdf in made.items() if pdf.is_file()}, told


def _run(program: Path, folder: Path, sources: Sequence[Path]) -> str:
    seconds = SECONDS + len(sources) - 1
    arguments = ["--convert-to", "pdf", "--outdir", str(folder), *map(str, sources)]
    profile = _profile(folder / "profile")
    try:
        return run_soffice(program, profile, arguments, seconds, _cut_off(), _PROXIES).strip()[-200:]
    except subprocess.TimeoutExpired:
        return f"> {seconds} s"


_PROXIES = dict.fromkeys(
    ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), f"http://{_NOWHERE[0]}:{_NOWHERE[1]}"
) | {"no_proxy": ""}


@cache
def _cut_off() -> tuple[str, ...]:
    """How a program is started that reaches no network; nothing where the system has no such way for us."""
    unshare = find_program("unshare") if sys.platform == "linux" else None
    way = (str(unshare), "--map-root-user", "--net", "--") if unshare else ()
    return way if way and _works(way) else ()


def _works(way: Sequence[str]) -> bool:
    """Whether the system lets us: containers and hardened systems often do not."""
    tried = subprocess.run([*way, "true"], capture_output=True, check=False)  # noqa: S603 - looked up
    return tried.returncode == 0


def _profile(folder: Path) -> Path:
    """A fresh profile with our settings."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, values in _SETTINGS.items()
        for name, value in values.items()
    )
    (folder / "user").mkdir(parents=True)
    registry = folder / "user" / "registrymodifications.xcu"
    registry.write_text(f"{_HEAD}{items}</oor:items>", "utf-8")
    return folder


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
