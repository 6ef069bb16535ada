"""What our parts inside LibreOffice share: the installation's settings, and the person's own Python."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import unohelper
from com.sun.star.lang import XServiceInfo


@cache
def settings():
    """What the installation wrote down: which Python to start, and our words in the person's language."""
    return json.loads((Path(__file__).parent.parent / "settings.json").read_text("utf-8"))


def own_python(arguments, **options):
    """Start the person's own Python, free of what LibreOffice sets for its own."""
    env = {name: v for name, v in os.environ.items() if not name.startswith(("PYTHON", "LD_", "URE_"))}
    env.setdefault("TARGETCAL_LANG", settings()["language"])
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    command = [settings()["python"], *arguments]
    return subprocess.Popen(command, env=env, creationflags=flags, **options)


class Named(XServiceInfo):
    """A part that LibreOffice knows by a service's name."""

    service = ""

    def getImplementationName(self):
        """The name under which it is registered."""
        return f"{self.service}Implementation"

    def supportsService(self, name):
        """Whether it is that service."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self):
        """What it is asked for as."""
        return (self.service,)


def offered(*parts):
    """What LibreOffice looks for in a file of parts."""
    helper = unohelper.ImplementationHelper()
    for part in parts:
        helper.addImplementation(part, f"{part.service}Implementation", (part.service,))
    return helper
