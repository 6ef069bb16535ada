"""Putting the extension into a person's LibreOffice, taking it out, and looking whether it works."""

from __future__ import annotations

import re
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import Problem, Refused
from .bridge import consent, default_profile, find_office, invisible_office, service
from .extension import FILE_NAME, IDENTIFIER, PATIENCE, REST, build_extension

_MODULE = "TargetCalFunctions"


@dataclass(frozen=True)
class OfficeReport:
    """What a person's LibreOffice has of us."""

    office: str
    """Where LibreOffice is, empty where there is none."""
    profile: str
    installed: str
    """The version of the extension, empty where it is not installed."""
    python: str
    """The Python that computes, empty where the extension is not installed."""
    problems: tuple[Problem, ...] = ()


def install(
    language: str, profile: Path | None = None, *, patience: float = PATIENCE, rest: float = REST
) -> OfficeReport:
    """Install the extension for this person, over an older one; raise Refused where it cannot be."""
    profile = profile or default_profile()
    with tempfile.TemporaryDirectory() as folder, invisible_office(profile) as context:
        path = Path(folder) / FILE_NAME
        build_extension(path, language, patience=patience, rest=rest)
        _manage(context, "addExtension", path.as_uri(), (), "user")
    return status(profile)


def remove(profile: Path | None = None) -> OfficeReport:
    """Take the extension out, and its functions with it; without one nothing happens."""
    profile = profile or default_profile()
    if _installed(profile) is not None:
        with invisible_office(profile) as context:
            _manage(context, "removeExtension", IDENTIFIER, FILE_NAME, "user")
            _forget_functions(context)
    return status(profile)


def status(profile: Path | None = None) -> OfficeReport:
    """Look at LibreOffice, the extension, and whether its Python is there and computes."""
    profile = profile or default_profile()
    problems: list[Problem] = []
    office = ""
    try:
        office = str(find_office())
    except Refused as refused:
        problems += refused.problems
    folder = _installed(profile)
    if folder is None:
        return OfficeReport(office, str(profile), "", "", tuple(problems))
    python, version = _python(folder), _version(folder)
    if not _computes(python):
        problems.append(Problem("office_python", fields={"python": python}))
    return OfficeReport(office, str(profile), version, python, tuple(problems))


def _installed(profile: Path) -> Path | None:
    """The folder that LibreOffice has unpacked the extension into."""
    return next(profile.glob(f"user/uno_packages/cache/uno_packages/*/{FILE_NAME}"), None)


def _version(folder: Path) -> str:
    found = re.search(r'<version value="([^"]+)"', (folder / "description.xml").read_text("utf-8"))
    return found[1] if found else "?"


def _python(folder: Path) -> str:
    found = re.search(r'"python": "([^"]+)"', (folder / "python/settings.json").read_text("utf-8"))
    return found[1] if found else "?"


def _computes(python: str) -> bool:
    """Whether that Python has us and answers."""
    with suppress(OSError, subprocess.TimeoutExpired):
        asked = '{"function": "TC_DEVIATION", "cells": [90, 100]}\n'
        command = [python, "-m", "targetcal_xl.libreoffice.server"]
        told = subprocess.run(  # noqa: S603
            command, input=asked, capture_output=True, text=True, timeout=30, check=False
        )
        return told.stdout.strip() == "[[-0.1]]"
    return False


def _manage(context: Any, method: str, *arguments: object) -> None:
    """Call LibreOffice's extension manager; raise Refused with its words."""
    manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
    try:
        getattr(manager, method)(*arguments, manager.createAbortChannel(), consent())
    except Exception as error:
        raise Refused([Problem("office_refused", fields={"detail": str(error)})]) from error


def _forget_functions(context: Any) -> None:
    libraries = service(context, "com.sun.star.script.ApplicationScriptLibraryContainer")
    libraries.loadLibrary("Standard")
    standard = libraries.getByName("Standard")
    if standard.hasByName(_MODULE):
        standard.removeByName(_MODULE)
        libraries.storeLibraries()
