"""Reaching LibreOffice: its program, its profile, and an invisible one of our own to talk to."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..problems import Problem, Refused

START, STEP = 60.0, 0.05
"""Seconds that LibreOffice may take to start, and between two looks whether it has."""

_PROGRAMS = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    "C:/Program Files/LibreOffice/program",
)
_UNO = ("/usr/lib/python3/dist-packages", "/Applications/LibreOffice.app/Contents/Resources", *_PROGRAMS)


def find_office() -> Path:
    """The program of LibreOffice; raise Refused where there is none."""
    found = shutil.which("soffice")
    places = [Path(found)] if found else [Path(place) / "soffice" for place in _PROGRAMS]
    for place in places:
        if place.exists() or place.with_suffix(".exe").exists():
            return place
    raise Refused([Problem("no_office")])


def default_profile() -> Path:
    """Where LibreOffice keeps what is the person's own."""
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/LibreOffice/4"
    if os.name == "nt":
        return Path(os.environ["APPDATA"]) / "LibreOffice/4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice/4"


def import_uno() -> Any:
    """LibreOffice's Python bridge, by its path: the folder it is in holds other packages, which would
    hide ours. Raise Refused where it is not installed, or is for another Python."""
    if "uno" in sys.modules:
        return sys.modules["uno"]
    for folder in map(Path, _UNO):
        if (folder / "uno.py").exists():
            with suppress(ImportError):
                uno = _imported("uno", folder)
                _imported("unohelper", folder)
                return uno
    raise Refused([Problem("no_uno", fields={"version": f"{sys.version_info[0]}.{sys.version_info[1]}"})])


def _imported(name: str, folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    sys.path.append(str(folder))
    try:
        spec.loader.exec_module(module)
    except ImportError:
        del sys.modules[name]
        raise
    finally:
        sys.path.remove(str(folder))
    return module


@contextmanager
def invisible_office(profile: Path) -> Iterator[Any]:
    """The component context of a LibreOffice without windows on this profile; it ends afterwards.

    Raise Refused when somebody works on the profile at this time, or LibreOffice does not start.
    """
    uno, pipe = import_uno(), f"targetcal-{uuid.uuid4().hex[:12]}"
    command = [
        str(find_office()),
        f"-env:UserInstallation={profile.absolute().as_uri()}",
        f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        *("--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"),
    ]
    office = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        context = _connected(uno, office, pipe)
        yield context
        with suppress(Exception):
            service(context, "com.sun.star.frame.Desktop").terminate()
        with suppress(subprocess.TimeoutExpired):
            office.wait(20)
    finally:
        office.kill()
        office.wait()


def service(context: Any, name: str) -> Any:
    """A service of LibreOffice's."""
    return context.ServiceManager.createInstanceWithContext(name, context)


def _connected(uno: Any, office: subprocess.Popen[bytes], pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = service(local, "com.sun.star.bridge.UnoUrlResolver")
    begun = time.monotonic()
    while time.monotonic() - begun < START:
        with suppress(Exception):
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        if office.poll() == 0:
            raise Refused([Problem("office_open")])
        if office.poll() is not None:
            break
        time.sleep(STEP)
    raise Refused([Problem("office_silent")])


def consent() -> Any:
    """A command environment in which everything asked is approved: the person gave the command."""
    uno = import_uno()
    base = sys.modules["unohelper"].Base
    approval = uno.getTypeByName("com.sun.star.task.XInteractionApprove")

    def handle(_self: object, request: Any) -> None:
        for way in request.getContinuations():
            if approved := way.queryInterface(approval):
                approved.select()

    handler = type(
        "Approve", (base, uno.getClass("com.sun.star.task.XInteractionHandler")), {"handle": handle}
    )
    answers = {"getInteractionHandler": lambda _: handler(), "getProgressHandler": lambda _: None}
    return type("Consent", (base, uno.getClass("com.sun.star.ucb.XCommandEnvironment")), answers)()
