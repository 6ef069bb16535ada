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
}
"""What LibreOffice is told on every system: a proxy that leads nowhere, no links, nothing that runs."""


@step(_LOG, "have LibreOffice convert a letter")
def office_pdf(docx: bytes) -> bytes:
    """The PDF that LibreOffice makes of a Word file.

    It works in a profile and a folder of its own, beside any that the person has open, and without a network:
    on Linux in a network of its own without a way out, where the system lets us; everywhere by its settings.
    Raise DataProblems when it is missing, fails, or takes longer than two minutes.
    """
    program = find_soffice()
    if program is None:
        raise DataProblems([Problem("letter_office_missing")])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "letter.docx")
        source.write_bytes(docx)
        said = _convert(program, source, _profile(Path(folder, "profile")))
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise DataProblems([Problem("letter_office_failed", fields={"said": said})])
        return made.read_bytes()


def _convert(program: Path, source: Path, profile: Path) -> str:
    arguments = ["--convert-to", "pdf", "--outdir", str(source.parent), str(source)]
    try:
        return run_soffice(program, profile, arguments, SECONDS, _cut_off(), _PROXIES).strip()[-200:]
    except subprocess.TimeoutExpired:
        return f"> {SECONDS} s"


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
