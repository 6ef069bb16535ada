"""What our parts inside LibreOffice share: the installation's settings, and the person's own Python."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import unohelper
from com.sun.star.lang import XServiceInfo


@cache
def settings() -> dict[str, Any]:
    """What the installation wrote down: which Python to start, and our words in the person's language."""
    written: dict[str, Any] = json.loads((Path(__file__).parent.parent / "settings.json").read_text("utf-8"))
    return written


def own_python(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start the person's own Python between two pipes, free of what LibreOffice sets for its own."""
    env = {name: v for name, v in os.environ.items() if not name.startswith(("PYTHON", "LD_", "URE_"))}
    env.setdefault("TARGETCAL_LANG", settings()["language"])
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [settings()["python"], *arguments]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, env=env, creationflags=flags)


class Named(XServiceInfo):
    """A part that LibreOffice knows by a service's name."""

    service = ""

    def getImplementationName(self) -> str:
        """The name under which it is registered."""
        return f"{self.service}Implementation"

    def supportsService(self, name: str) -> bool:
        """Whether it is that service."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """What it is asked for as."""
        return (self.service,)


def offered(*parts: type[Named]) -> unohelper.ImplementationHelper:
    """What LibreOffice looks for in a file of parts."""
    helper = unohelper.ImplementationHelper()
    for part in parts:
        helper.addImplementation(part, f"{part.service}Implementation", (part.service,))
    return helper
