"""A real headless LibreOffice, with a profile of its own that recalculates whatever it loads."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from targetcal_xl.libreoffice.bridge import Office, start_office, uno, values
from targetcal_xl.machine.soffice import find_soffice, run_soffice
from tests.support.temporary import kept_folder

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/Office">
<prop oor:name="ooSetupInstCompleted" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
_KEPT: dict[Path, Office] = {}
"""What is asked again and again, by its profile."""


def convert(path: Path, to: str, into: Path | None = None, seconds: float = 180) -> Path:
    """Convert a file to the format `to` (`xlsx`, `pdf`, `csv`...), every formula recalculated.

    The result is in `into`, a fresh folder when not given. Raise RuntimeError with LibreOffice's
    words when there is no result, TimeoutExpired after `seconds`.
    """
    return convert_all([path], to, into, seconds)[0]


def convert_all(paths: Sequence[Path], to: str, into: Path | None = None, seconds: float = 180) -> list[Path]:
    """Convert files of different names as `convert` does, by one start of LibreOffice."""
    into = into or Path(tempfile.mkdtemp(dir=_house()))
    program = find_soffice()
    assert program, "LibreOffice is not here: python -m tests.support.parts"
    said = run_soffice(
        program, _profile("once"), ["--convert-to", to, "--outdir", str(into), *map(str, paths)], seconds
    )
    results = [into / f"{path.stem}.{to.partition(':')[0]}" for path in paths]
    for path, result in zip(paths, results, strict=True):
        if not result.exists() or result.samefile(path):
            raise RuntimeError(f"LibreOffice did not convert {path.name} to {to}: {said}")
    return results


def recomputed(paths: Sequence[Path]) -> list[Path]:
    """Workbooks of different names as LibreOffice saves them, every formula recalculated.

    Unlike `convert`, which starts one for every call, this asks one that is kept for the whole run.
    """
    into = Path(tempfile.mkdtemp(dir=_house()))
    return [_recomputed(path, into / f"{path.stem}.xlsx") for path in paths]


def _recomputed(path: Path, into: Path) -> Path:
    office = kept_office(_profile("kept"))
    with office.asked():
        address = uno().systemPathToFileUrl(str(path))
        book = office.desktop.loadComponentFromURL(address, "_blank", 0, values(Hidden=True))
        try:
            book.storeToURL(into.as_uri(), values(FilterName="Calc MS Excel 2007 XML"))
        finally:
            book.close(True)
    return into


def kept_office(profile: Path) -> Office:
    """One LibreOffice for the whole run on a profile, another when it has died of a test."""
    if profile not in _KEPT or not _KEPT[profile].alive:
        _KEPT[profile] = start_office(profile)
    return _KEPT[profile]


@cache
def _house() -> Path:
    """The folder of this run's profiles and results."""
    return kept_folder("office")


@cache
def _profile(name: str) -> Path:
    """A profile of this name: who starts LibreOffice on one that is at work only hands it what to do."""
    profile = _house() / name
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    return profile
