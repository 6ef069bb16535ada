"""A real LibreOffice with our extension in a profile of its own, and cells as a person sees them."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from targetcal_xl.libreoffice import install
from targetcal_xl.libreoffice.bridge import Office, start_office, uno, values
from tests.support.temporary import kept_folder

PATIENCE, REST = 120.0, 1.0
"""Seconds that the extension waits for an answer, however busy this computer is, and that it asks for none
after one that did not come."""


def with_extension(place: Path, **settings: object) -> Path:
    """A profile in this folder with the extension in it, some of its settings others than it came with."""
    shutil.copytree(_installed(), place)
    (file,) = place.glob("user/uno_packages/cache/uno_packages/*/*/python/settings.json")
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | settings), "utf-8")
    return place


@cache
def _installed() -> Path:
    """A profile into which the extension was put once in this run."""
    profile = kept_folder("extension") / "profile"
    report = install("en", profile, patience=PATIENCE, rest=REST)
    assert report.installed and report.problems == ()
    return profile


@contextmanager
def running(profile: Path) -> Iterator[Office]:
    """A LibreOffice without a window on this profile."""
    office = start_office(profile)
    try:
        yield office
    finally:
        office.close()


@contextmanager
def document(office: Office, path: Path | None = None) -> Iterator[Any]:
    """A workbook in it, a new one without a path, closed without being saved."""
    address = uno().systemPathToFileUrl(str(path)) if path else "private:factory/scalc"
    loaded = office.desktop.loadComponentFromURL(address, "_blank", 0, values(Hidden=True))
    try:
        yield loaded
    finally:
        loaded.close(True)


def sheet(book: Any, place: int | str = 0) -> Callable[[str], Any]:
    """The cells of one sheet, by address."""
    sheets = book.getSheets()
    found = sheets.getByName(place) if isinstance(place, str) else sheets.getByIndex(place)
    cells: Callable[[str], Any] = found.getCellRangeByName
    return cells


def servers(office: Office) -> list[int]:
    """The processes that compute for this LibreOffice."""
    assert office.process is not None
    family, found = {office.process.pid}, []
    for _ in range(4):
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes()
            except (OSError, ValueError):
                continue
            if parent in family and int(entry.name) not in family:
                family.add(int(entry.name))
                if b"libreoffice.server" in command:
                    found.append(int(entry.name))
    return found


def kill(office: Office) -> None:
    """End a LibreOffice of ours as a crash would."""
    assert office.process is not None
    os.killpg(office.process.pid, signal.SIGKILL)
    office.process.wait()


def send(pid: int, what: signal.Signals) -> None:
    """A signal to one process."""
    os.kill(pid, what)


def gone(pid: int) -> bool:
    """Whether a process ends, sooner or later."""
    return in_time(lambda: not Path(f"/proc/{pid}").exists())


def shows(book: Any, place: str, value: float) -> bool:
    """Whether a cell of the first sheet comes to a value, however often its formula has to be asked."""

    def is_there() -> bool:
        book.calculateAll()
        return math.isclose(sheet(book)(place).getValue(), value)

    return in_time(is_there)


def in_time(holds: Callable[[], bool], seconds: float = 120) -> bool:
    """Whether something comes to hold; the seconds only end a test that fails."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
