"""Every real program that the tests talk to: looked for, installed where we may, else named.

`python -m tests.support.parts` ends with status 0 when all of them are there; with `gui` it looks for
those that click on a screen, too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_HERE = Path(__file__).parent


def main() -> int:
    """Install what is missing where we may, then look again; print the line that would help."""
    may_install = {_missing_packages: os.geteuid() == 0, _missing_modules: os.access(_HERE, os.W_OK)}
    for missing, may in may_install.items():
        install = missing()
        if install and may:
            print("installing:", install, flush=True)
            subprocess.run(install, shell=True, check=False)
            install = missing()
        if install:
            print(f"The tests need a part that is not here. Install it, then try again:\n\n  {install}\n")
            return 1
    return 0


def _missing_packages() -> str:
    """The line that installs the system packages we miss, empty when there are none."""
    wanted = PACKAGES | (SCREEN if "gui" in sys.argv else {})
    names = [name for name, is_there in wanted.items() if not is_there()]
    apt = "apt-get {} --no-install-recommends " + " ".join(names)
    return "apt-get update && " + apt.format("install -y") if names else ""


def _missing_modules() -> str:
    """The line that installs what `package.json` names, empty when all of it is there."""
    wanted = json.loads((_HERE / "package.json").read_text("utf-8"))["dependencies"]
    if all(_version(name) == version for name, version in wanted.items()):
        return ""
    return f"npm install --no-package-lock --prefix {os.path.relpath(_HERE)}"


def _version(module: str) -> str:
    """Which version of a module of npm's is installed; nothing when none is."""
    installed = _HERE / "node_modules" / module / "package.json"
    return str(json.loads(installed.read_text("utf-8"))["version"]) if installed.exists() else ""


def _has(command: str) -> Callable[[], bool]:
    return lambda: shutil.which(command) is not None


def office_has(module: str) -> Callable[[], bool]:
    """LibreOffice keeps each application in a library of its own beside the program."""

    def is_there() -> bool:
        soffice = shutil.which("soffice")
        return soffice is not None and (Path(soffice).resolve().parent / f"lib{module}lo.so").exists()

    return is_there


def _has_office_bridge() -> bool:
    """The module by which Python speaks to LibreOffice."""
    return any(
        Path("/usr/lib/python3", folder, "uno.py").exists() for folder in ("dist-packages", "site-packages")
    )


def _has_postgresql() -> bool:
    """Debian keeps the server outside the search path."""
    return _has("postgres")() or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _has_ssh_server() -> bool:
    """Debian keeps it where only the system looks."""
    return _has("sshd")() or Path("/usr/sbin/sshd").exists()


def _has_font(pattern: str) -> Callable[[], bool]:
    def found() -> bool:
        if not _has("fc-list")():
            return False
        return bool(subprocess.run(["fc-list", pattern], capture_output=True, check=True).stdout)

    return found


PACKAGES: dict[str, Callable[[], bool]] = {
    "libreoffice-calc-nogui": office_has("sc"),
    "libreoffice-writer-nogui": office_has("sw"),
    "python3-uno": _has_office_bridge,
    "poppler-utils": _has("pdftoppm"),
    "postgresql": _has_postgresql,
    "fontconfig": _has("fc-list"),
    "fonts-noto-cjk": _has_font(":lang=zh-cn"),
    "npm": _has("npm"),
    "openssl": _has("openssl"),
    "softhsm2": _has("softhsm2-util"),
    "openssh-server": _has_ssh_server,
    "chromium": lambda: any(map(shutil.which, ("chromium", "google-chrome"))),
}

SCREEN: dict[str, Callable[[], bool]] = {
    "libreoffice-calc": office_has("vclplug_gen"),
    "xvfb": _has("Xvfb"),
    "xdotool": _has("xdotool"),
    "fonts-crosextra-carlito": _has_font("Carlito"),
    "fonts-liberation2": _has_font("Liberation Sans"),
}
"""What `make test-gui` needs: LibreOffice's build that has windows, a screen, a hand on the mouse, and fonts
as wide as those of the sheets, which LibreOffice's own installation brings."""


if __name__ == "__main__":
    sys.exit(main())
