"""The extension (.oxt) for LibreOffice: our texts, the functions, the menu, and this computer's Python."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from .. import __version__
from ..buttons import BUTTONS, Button
from ..language import LANGUAGES, text
from .basic import basic_module
from .menu import addons, toolbar_place

IDENTIFIER = "targetcal-xl.calc"
FILE_NAME = "targetcal.oxt"
MODULE = "TargetCalFunctions"
"""The Basic module with the functions, here and in the application's own library."""
APART = ("-P", "-m")
"""How our modules are started: what lies in the current folder, under whatever name, is never run."""
START, PATIENCE, REST = 60.0, 10.0, 30.0
"""Seconds that a cell waits for the first answer of a Python just started, and for any other; and that
none is asked for after one that did not come."""

_TEXTS = (
    "META-INF/manifest.xml",
    "Jobs.xcu",
    "ProtocolHandler.xcu",
    "TargetCal/script.xlb",
    "TargetCal/dialog.xlb",
    "python/targetcal_office.py",
    "python/targetcal_menu.py",
    "python/pythonpath/targetcal_own.py",
)
_MODULE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="TargetCalFunctions" \
script:language="StarBasic">{basic}</script:module>
"""
_DESCRIPTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006">
  <identifier value="{identifier}"/>
  <version value="{version}"/>
  <display-name>{names}</display-name>
</description>
"""
_THEN = (2025, 1, 1, 0, 0, 0)
"""The time of every file inside: two builds are alike to the byte."""


def build_extension(
    path: Path, language: str, *, python: str = sys.executable, patience: float = PATIENCE, rest: float = REST
) -> None:
    """Write the extension that starts `python` and says in `language` when that does not answer."""
    settings = {
        "python": python,
        "server": [*APART, "targetcal_xl.libreoffice.server"],
        "runner": [*APART, "targetcal_xl.libreoffice.runner"],
        "language": language,
        "start": START,
        "patience": patience,
        "rest": rest,
        **{word: text(f"libreoffice.{word}", language) for word in ("away", "busy", "run")},
        "buttons": {button.code: _button(button, language) for button in BUTTONS},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, said in (*_parts(), ("python/settings.json", json.dumps(settings))):
            archive.writestr(zipfile.ZipInfo(name, _THEN), said)


def _button(button: Button, language: str) -> dict[str, object]:
    """What the menu needs to know of a button."""
    asks = [{"code": ask.code, "kind": ask.kind, "question": ask.question(language)} for ask in button.asks]
    return {"caption": button.caption(language), "asks": asks}


def _parts() -> Iterator[tuple[str, str]]:
    """Every file that is the same on all computers."""
    here = files("targetcal_xl.xl") / "libreoffice"
    for name in _TEXTS:
        yield name, here.joinpath(name).read_text("utf-8")
    yield "TargetCal/TargetCalFunctions.xba", _MODULE.format(basic=escape(basic_module()))
    yield "Addons.xcu", addons()
    yield "CalcWindowState.xcu", toolbar_place()
    names = "".join(
        f'<name lang="{language}">{escape(text("excel.menu", language))}</name>' for language in LANGUAGES
    )
    said = {"identifier": IDENTIFIER, "version": __version__, "names": names}
    yield "description.xml", _DESCRIPTION.format(**said)
