"""What the doctor asks of an operating system: all that differs between Windows, macOS and Linux."""

from __future__ import annotations

import locale
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "win32":
    import winreg


@dataclass(frozen=True)
class Computer:
    """A computer and the person at it; `system` is Python's name for it, `python` runs this program."""

    system: str
    home: Path
    python: Path
    encoding: str
    """What programs other than Python write text files in."""
    applications: Path
    """Where macOS keeps programs."""

    @property
    def is_windows(self) -> bool:
        """Whether Excel is driven through COM here, and files carry marks of the web."""
        return self.system == "win32"

    @property
    def is_mac(self) -> bool:
        """Whether Excel lives in a sandbox here."""
        return self.system == "darwin"

    def registry(self, key: str, name: str = "") -> str | None:
        """A value of the Windows registry as text; `key` begins with a hive, such as `HKCU`."""
        if sys.platform == "win32":
            hive, _, path = key.partition("\\")
            hives = {"HKCU": winreg.HKEY_CURRENT_USER, "HKCR": winreg.HKEY_CLASSES_ROOT}
            try:
                with winreg.OpenKey(hives[hive], path) as opened:
                    return str(winreg.QueryValueEx(opened, name)[0])
            except OSError:
                return None
        return None

    def mark(self, path: Path) -> str | None:
        """What Windows noted about where a file came from: its stream `Zone.Identifier`, if it has one."""
        try:
            return _marked(path).read_text("utf-8", errors="replace")
        except OSError:
            return None

    def unmark(self, path: Path) -> None:
        """Take that note away, as `Unblock` in the file's properties does."""
        _marked(path).unlink()


def this_computer() -> Computer:
    """The computer that this runs on."""
    return Computer(
        sys.platform, Path.home(), Path(sys.executable), locale.getencoding(), Path("/Applications")
    )


def _marked(path: Path) -> Path:
    return path.with_name(f"{path.name}:Zone.Identifier")
