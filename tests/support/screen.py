"""A screen that nobody looks at, with a LibreOffice on it in a window, and a mouse that really clicks."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import ImageGrab

from targetcal_xl.libreoffice.bridge import Office
from targetcal_xl.machine.soffice import find_soffice
from targetcal_xl.problems import Refused

SIZE = (1500, 950)
PATIENCE = 30.0
Found = TypeVar("Found")


@dataclass(frozen=True)
class Screen:
    """The display, and the LibreOffice on it."""

    display: str
    office: Office

    @property
    def windows(self) -> list[Any]:
        """Every window on the screen, the last opened last."""
        toolkit = self.office.service("com.sun.star.awt.Toolkit")
        return [toolkit.getTopWindow(at) for at in range(toolkit.getTopWindowCount())]

    def find(self, name: str) -> Any:
        """The visible part of a window that has this name, waited for."""
        return waited(lambda: next(filter(None, (_named(w, name) for w in self.windows)), None), name)

    def read(self, words: str) -> str:
        """The text of the part whose name has these words in it, waited for."""
        return str(waited(lambda: next((n for n in self.names() if words in n), None), words))

    def names(self) -> list[str]:
        """The names of everything on the screen."""
        return [each.getAccessibleName() for window in self.windows for each in _parts(_context(window))]

    def click(self, name: str) -> None:
        """Click in the middle of what has this name."""
        part = self.find(name)
        at, size = part.getLocationOnScreen(), part.getSize()
        self.mouse("mousemove", at.X + size.Width // 2, at.Y + size.Height // 2, "sleep", 0.3, "click", 1)
        time.sleep(0.5)

    def choose(self, menu: str, place: int) -> None:
        """Open a menu by a click and take the entry at that place, from 0, by the keys."""
        self.click(menu)
        for key in [*["Down"] * (place + 1), "Return"]:
            self.press(key)

    def press(self, key: str) -> None:
        """Press a key."""
        self.mouse("key", key)
        time.sleep(0.5)

    def mouse(self, *said: object) -> None:
        """Have xdotool do it."""
        env = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["xdotool", *map(str, said)], env=env, check=True, timeout=20)

    def picture(self, path: Path) -> None:
        """Keep what the screen shows."""
        ImageGrab.grab(xdisplay=self.display).save(path, optimize=True)


@contextmanager
def screen(profile: Path, book: Path, size: tuple[int, int] = SIZE) -> Iterator[Screen]:
    """A screen of so many pixels with the book open in LibreOffice."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.DEVNULL, encoding="utf-8") as server:
        assert server.stdout is not None
        display = f":{server.stdout.readline().strip()}"
        try:
            with _window(display, profile, book, size) as office:
                yield Screen(display, office)
        finally:
            server.kill()


@contextmanager
def _window(display: str, profile: Path, book: Path, size: tuple[int, int]) -> Iterator[Office]:
    pipe = f"targetcal-{uuid.uuid4().hex}"
    command = [
        str(find_soffice()),
        f"-env:UserInstallation={profile.as_uri()}",
        f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        *("--norestore", "--nologo", "--nofirststartwizard", "--calc", str(book)),
    ]
    env = {**os.environ, "DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen"}
    program = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        office: Office = waited(lambda: _connected(pipe), "LibreOffice")
        frame = waited(office.desktop.getCurrentFrame, "the book")
        frame.getContainerWindow().setPosSize(0, 0, *size, 15)
        time.sleep(1.5)
        yield office
        office.close()
    finally:
        os.killpg(program.pid, 9)
        program.wait()


def _connected(pipe: str) -> Office | None:
    with suppress(Refused):
        return Office(pipe)
    return None


def waited(look: Callable[[], Found | None], what: str) -> Found:
    """What is found in the end; the test fails when it does not come."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(Exception):
            if found := look():
                return found
        time.sleep(0.3)
    raise AssertionError(f"not on the screen: {what}")


def _context(window: Any) -> Any:
    return window.getAccessibleContext()


def _named(window: Any, name: str) -> Any:
    """What has this name and can be seen; entries of a menu have no size, and no place."""
    found = [part for part in _parts(_context(window)) if part.getAccessibleName() == name]
    seen = [part for part in found if part.getSize().Width > 0]
    return seen[0] if seen else None


def _parts(context: Any, depth: int = 9) -> Iterator[Any]:
    """A part of a window and what is inside it, without the endless cells of a sheet."""
    if context is None:
        return
    yield context
    count = context.getAccessibleChildCount()
    for at in range(count if depth and count < 200 else 0):
        child = None
        with suppress(Exception):  # what has just been closed
            child = context.getAccessibleChild(at).getAccessibleContext()
        yield from _parts(child, depth - 1)
