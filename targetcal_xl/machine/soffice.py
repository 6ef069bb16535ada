"""LibreOffice on this computer: where it is, how it is run by itself, and how it is ended."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from ..log import step

_LOG = logging.getLogger(__name__)

_USUAL = {
    "darwin": ["/Applications/LibreOffice.app/Contents/MacOS/soffice"],
    "win32": [rf"{os.environ.get('PROGRAMFILES', 'C:')}\LibreOffice\program\soffice.com"],
}
"""Where LibreOffice's installers put it without telling the search path."""


def find_program(name: str) -> Path | None:
    """A program of the search path, None where there is none.

    What lies in the current folder, where Windows looks first, is none.
    """
    found = shutil.which(name)
    return Path(found) if found and Path(found).is_absolute() else None


def find_soffice() -> Path | None:
    """The program `soffice`, None where there is none."""
    found = find_program("soffice")
    places = [found] if found else [Path(place) for place in _USUAL.get(sys.platform, [])]
    return next((place for place in places if place.is_file()), None)


def address(path: Path) -> str:
    """A path as LibreOffice addresses files: in UTF-8, whatever the locale's encoding."""
    place = path.absolute()
    return f"file://{quote(place.as_posix())}" if place.as_posix().startswith("/") else place.as_uri()


@step(_LOG, "start LibreOffice")
def start_soffice(
    program: Path,
    profile: Path,
    arguments: Sequence[str],
    output: int = subprocess.DEVNULL,
    *,
    through: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start LibreOffice without a window, beside any that the person has open.

    It has a `profile` (a folder) of its own: two that share one would join or block each other. It may be
    started `through` another command, and with `variables` beside those of the environment.
    """
    alone = [f"-env:UserInstallation={address(profile)}", "--headless", "--norestore", "--nologo"]
    return subprocess.Popen(  # noqa: S603 - the program was looked up, the rest is ours
        [*through, str(program), *alone, *arguments],
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


@step(_LOG, "run LibreOffice")
def run_soffice(
    program: Path,
    profile: Path,
    arguments: Sequence[str],
    seconds: float,
    through: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> str:
    """What LibreOffice said while it did its work; raise TimeoutExpired after ending a hung one."""
    office = start_soffice(program, profile, arguments, subprocess.PIPE, through=through, variables=variables)
    try:
        return office.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        end_soffice(office)
        raise


@step(_LOG, "end LibreOffice")
def end_soffice(office: subprocess.Popen[str]) -> None:
    """End one that we started, hung or not, with the children it started; no other."""
    if sys.platform == "win32":
        office.kill()
    elif office.poll() is None:
        os.killpg(office.pid, signal.SIGKILL)
    office.communicate()
