"""Whether Excel on this computer can run the buttons and functions of a workbook, and what mends it.

The places looked at are Microsoft's and xlwings' own: the class of Excel's application object in the
registry, the Trust Center's settings, the stream `Zone.Identifier`, xlwings' settings file of the user.
"""

from __future__ import annotations

import csv
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path, PureWindowsPath

from ..language import text
from ..log import step
from ..problems import Problem
from .computer import Computer

_LOG = logging.getLogger(__name__)

_EXCEL_CLASS = r"HKCR\CLSID\{00024500-0000-0000-C000-000000000046}\LocalServer32"
_SECURITY = r"Software\{}Microsoft\Office\16.0\Excel\Security"
_NO_MACROS = "4"
"""VBAWarnings: disable all macros without notification."""
_FROM_INTERNET = 3
"""ZoneId: internet; restricted is 4."""
_LOCATIONS = 30

Finding = str | Problem


def excel_health(computer: Computer, language: str) -> Iterator[Finding]:
    """What is fine and what is not about Excel, xlwings and the way from one to the other."""
    if not (computer.is_windows or computer.is_mac):
        return
    program = _excel(computer)
    if program is None:
        yield text("actions.doctor.no_excel", language)
        return
    if computer.is_windows and PureWindowsPath(program).name.casefold() != "excel.exe":
        yield Problem("excel_replaced", program)
    else:
        yield text("actions.doctor.excel", language, program=program)
    yield from _bridge(computer, language)
    if _policy(computer, "VBAWarnings") == _NO_MACROS:
        yield Problem("macros_disabled")


def _excel(computer: Computer) -> str | None:
    """The program that answers as Excel."""
    if computer.is_mac:
        program = computer.applications / "Microsoft Excel.app"
        return str(program) if program.exists() else None
    command = computer.registry(_EXCEL_CLASS) or ""
    found = re.match(r'\s*"?(.+?\.exe)', command, re.IGNORECASE)
    return found[1] if found else None


def _policy(computer: Computer, name: str) -> str | None:
    """A setting of the Trust Center: the company's, else the person's."""
    keys = (rf"HKCU\{_SECURITY.format(where)}" for where in ("Policies\\", ""))
    return next((found for key in keys if (found := computer.registry(key, name)) is not None), None)


def _bridge(computer: Computer, language: str) -> Iterator[Finding]:
    """xlwings, its part for functions, and the Python that it starts."""
    yield text("actions.doctor.xlwings", language, version=version("xlwings"))
    if computer.is_windows and _library(computer) is None:
        yield Problem("xlwings_library_missing", _library_name(), {"version": version("xlwings")})
    if computer.is_mac and not _script(computer).exists():
        yield Problem("xlwings_script_missing", str(_script(computer)))
    chosen = _settings(computer).get(_interpreter(computer), "")
    if chosen == str(computer.python):
        yield text("actions.doctor.interpreter", language, python=chosen)
    else:
        yield Problem("interpreter_other", str(_settings_file(computer)), {"found": chosen or "–"})


def _library_name() -> str:
    return f"xlwings64-{version('xlwings')}.dll"


def _library(computer: Computer) -> Path | None:
    """The library that worksheet functions need, where xlwings' VBA looks for it."""
    places = (folder / _library_name() for folder in list(computer.python.parents)[:2])
    return next((place for place in places if place.is_file()), None)


def _interpreter(computer: Computer) -> str:
    return "INTERPRETER_WIN" if computer.is_windows else "INTERPRETER_MAC"


def _settings_file(computer: Computer) -> Path:
    sandbox = "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    return computer.home / (sandbox if computer.is_mac else ".xlwings/xlwings.conf")


def _script(computer: Computer) -> Path:
    """What lets Excel on macOS start a program."""
    folder = computer.home / "Library/Application Scripts/com.microsoft.Excel"
    return folder / f"xlwings-{version('xlwings')}.applescript"


def _settings(computer: Computer) -> Mapping[str, str]:
    """xlwings' settings of this person, by name in capitals."""
    try:
        with _settings_file(computer).open(encoding=computer.encoding, newline="") as file:
            return {row[0].upper(): row[1] for row in csv.reader(file) if len(row) > 1}
    except OSError:
        return {}


def book_health(computer: Computer, book: Path, language: str) -> Iterator[Finding]:
    """Whether a workbook's macros run: Windows lets them, and no settings beside it stop them."""
    beside = book.parent / "xlwings.conf"
    if (computer.is_windows or computer.is_mac) and beside.exists():
        yield Problem("settings_beside", str(beside))
    if not computer.is_windows:
        return
    if _is_from_internet(computer, book):
        yield Problem("book_blocked", book.name)
    if _is_trusted(computer, book):
        yield text("actions.doctor.trusted", language, folder=book.parent)
    elif book.suffix.lower() == ".xlsm":
        yield text("actions.doctor.not_trusted", language, folder=book.parent)


def _is_from_internet(computer: Computer, book: Path) -> bool:
    zone = re.search(r"ZoneId=(\d+)", computer.mark(book) or "")
    return zone is not None and int(zone[1]) >= _FROM_INTERNET


def _is_trusted(computer: Computer, book: Path) -> bool:
    """Whether the book lies in a folder of which Excel believes everything."""
    folder = PureWindowsPath(book.parent)
    for number in range(_LOCATIONS):
        key = rf"HKCU\{_SECURITY.format('')}\Trusted Locations\Location{number}"
        path = computer.registry(key, "Path")
        deep = computer.registry(key, "AllowSubFolders") == "1"
        if path and (folder == PureWindowsPath(path) or (deep and PureWindowsPath(path) in folder.parents)):
            return True
    return False


def mend(computer: Computer, book: Path | None, language: str) -> Iterator[str]:
    """Mend what we may: which Python xlwings starts, what macOS needs, a book that Windows blocks."""
    if computer.is_windows or computer.is_mac:
        if _settings(computer).get(_interpreter(computer)) != str(computer.python):
            _choose_python(computer)
            yield text("actions.doctor.mended_interpreter", language, python=computer.python)
        if computer.is_mac and not _script(computer).exists():
            _install_script(computer)
            yield text("actions.doctor.mended_script", language)
        if book and computer.is_windows and _is_from_internet(computer, book):
            computer.unmark(book)
            yield text("actions.doctor.mended_book", language, book=book.name)


@step(_LOG, "tell xlwings which Python to start")
def _choose_python(computer: Computer) -> None:
    """Write the interpreter into xlwings' settings; the others stay."""
    settings = {**_settings(computer), _interpreter(computer): str(computer.python)}
    _settings_file(computer).parent.mkdir(parents=True, exist_ok=True)
    with _settings_file(computer).open("w", encoding=computer.encoding) as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(settings.items())


@step(_LOG, "install the script that Excel needs on macOS")
def _install_script(computer: Computer) -> None:
    script = _script(computer)
    script.parent.mkdir(parents=True, exist_ok=True)
    with as_file(files("xlwings").joinpath(script.name)) as shipped:
        shutil.copy(shipped, script)
