"""Putting the extension into a person's LibreOffice, taking it out, and looking whether it works."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ..language import text
from ..machine import address, find_soffice
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, tell_problems
from .bridge import Office, start_office
from .consent import consent
from .extension import APART, FILE_NAME, IDENTIFIER, MODULE, PATIENCE, REST, build_extension

_LOG = logging.getLogger(__name__)

_STARTS = 2
"""A LibreOffice that ends while it is at its extensions may do so once: on a laden computer it happens."""


@dataclass(frozen=True)
class OfficeReport(Report):
    """What a person's LibreOffice has of us."""

    office: str
    """Where LibreOffice is, empty where there is none."""
    profile: str
    installed: str
    """The version of the extension, empty where it is not installed."""
    python: str
    """The Python that computes, empty where the extension is not installed."""
    problems: tuple[Problem, ...] = ()

    @property
    def leaves_work(self) -> bool:
        """Whether something does not work."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.office:
            yield Sentence(text("libreoffice.office", language, place=self.office), DONE)
        if self.installed:
            facts = {"version": self.installed, "profile": self.profile, "python": self.python}
            yield Sentence(text("libreoffice.installed", language, **facts), DONE)
        else:
            yield Sentence(text("libreoffice.not_installed", language, profile=self.profile), QUIET)
        yield from tell_problems(self.problems, language)


def install(
    language: str, profile: Path | None = None, *, patience: float = PATIENCE, rest: float = REST
) -> OfficeReport:
    """Install the extension for this person, over an older one; raise Refused where it cannot be."""
    profile = profile or default_profile()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        build_extension(path, language, patience=patience, rest=rest)
        _done_by_office(profile, lambda office: _manage(office, "addExtension", address(path), (), "user"))
    return status(profile)


def remove(profile: Path | None = None) -> OfficeReport:
    """Take the extension out, and its functions with it; without one nothing happens."""
    profile = profile or default_profile()
    if _installed(profile) is not None:
        _done_by_office(profile, _take_out)
    return status(profile)


def status(profile: Path | None = None) -> OfficeReport:
    """Look at LibreOffice, the extension, and whether its Python is there and computes."""
    profile, program = profile or default_profile(), find_soffice()
    problems = [] if program else [Problem("office_missing")]
    found = {"office": str(program or ""), "profile": str(profile)}
    folder = _installed(profile)
    if folder is None:
        return OfficeReport(**found, installed="", python="", problems=tuple(problems))
    python = _python(folder)
    if not _computes(python):
        problems.append(Problem("office_python", fields={"python": python}))
    return OfficeReport(**found, installed=_version(folder), python=python, problems=tuple(problems))


def default_profile() -> Path:
    """Where LibreOffice keeps what is the person's own."""
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/LibreOffice/4"
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"]) / "LibreOffice/4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice/4"


def _installed(profile: Path) -> Path | None:
    """The folder that LibreOffice has unpacked the extension into; what was removed may still lie there."""
    packages = profile / "user/uno_packages/cache/uno_packages"
    try:
        listed = packages.with_suffix(".pmap").read_bytes()
    except OSError:
        return None
    folders = packages.glob(f"*_/{FILE_NAME}") if IDENTIFIER.encode() in listed else iter(())
    return next((folder for folder in folders if folder.parent.name[:-1].encode() in listed), None)


def _version(folder: Path) -> str:
    found = re.search(r'<version value="([^"]+)"', (folder / "description.xml").read_text("utf-8"))
    return found[1] if found else "?"


def _python(folder: Path) -> str:
    settings = json.loads((folder / "python/settings.json").read_text("utf-8"))
    return str(settings["python"])


def _computes(python: str) -> bool:
    """Whether that Python has us and answers."""
    with suppress(OSError, subprocess.TimeoutExpired):
        asked = '{"function": "TC_DEVIATION", "cells": [90, 100]}\n'
        command = [python, *APART, "targetcal_xl.libreoffice.server"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        told = subprocess.run(  # noqa: S603
            command, input=asked.encode(), env=env, capture_output=True, timeout=30, check=False
        )
        return told.stdout.strip() == b"[[-0.1]]"
    return False


def _done_by_office(profile: Path, work: Callable[[Office], None]) -> None:
    """Have a LibreOffice do something that may be done twice: one that ends is started once more."""
    for _ in range(_STARTS):
        try:
            with closing(start_office(profile)) as office:
                return work(office)
        except Refused as refused:
            if [problem.code for problem in refused.problems] != ["live_gone"]:
                raise
            _LOG.warning("LibreOffice ended in the middle")
    raise Refused([Problem("office_ended", fields={"profile": profile})])


def _take_out(office: Office) -> None:
    _manage(office, "removeExtension", IDENTIFIER, FILE_NAME, "user")
    _forget_functions(office)


def _manage(office: Office, method: str, *arguments: object) -> None:
    """Call LibreOffice's extension manager; raise Refused with its words."""
    with office.asked():
        manager = office.singleton("com.sun.star.deployment.ExtensionManager")
        getattr(manager, method)(*arguments, manager.createAbortChannel(), consent())


def _forget_functions(office: Office) -> None:
    with office.asked():
        libraries = office.service("com.sun.star.script.ApplicationScriptLibraryContainer")
        libraries.loadLibrary("Standard")
        standard = libraries.getByName("Standard")
        if standard.hasByName(MODULE):
            standard.removeByName(MODULE)
            libraries.storeLibraries()
