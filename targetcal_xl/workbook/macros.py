"""What a workbook with macros has beyond one without: a VBA project, a ribbon tab and sheet buttons."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..ooxml import Module, vba_project
from .shapes import region_sheet

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

WORKBOOK = "ThisWorkbook"
BUTTONS_TAB = "xlwings.conf"
"""The hidden tab that the buttons' module of xlwings looks into, by the name that it wants."""
_RIBBON = "customUI/customUI14.xml"
_RELATION_TYPE = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_RELATION = f'<Relationship Id="ribbon" Type="{_RELATION_TYPE}" Target="{_RIBBON}"/></Relationships>'
_WIDTH, _HEIGHT, _GAP = 136, 28, 6
"""Of a sheet button, in pixels."""


@dataclass(frozen=True)
class SheetButton:
    """A button on the dashboard and the macro that it runs."""

    macro: str
    caption: str


@dataclass(frozen=True)
class Macros:
    """The modules beside those of the sheets, the ribbon, buttons in rows, and settings for xlwings."""

    modules: tuple[Module, ...]
    ribbon: str
    buttons: tuple[tuple[SheetButton, ...], ...]
    settings: Mapping[str, str]


MacrosFor = Callable[[str], Macros]
"""Gives the macros of a workbook in a language."""


def equip(book: Workbook, pages: Mapping[str, Worksheet], macros: Macros) -> None:
    """Put the project, the buttons and the settings into a book being written; `pages` are by sheet code."""
    settings = book.add_worksheet(BUTTONS_TAB)
    settings.very_hidden()
    for row, pair in enumerate(macros.settings.items()):
        settings.write_row(row, 0, pair)
    names = dict(zip(pages, _code_names(pages), strict=True))
    for code, page in pages.items():
        page.set_vba_name(names[code])
    settings.set_vba_name("SheetXlwings")
    sheets = [Module(name, "sheet") for name in (*names.values(), "SheetXlwings")]
    first, *others = macros.modules
    book.add_vba_project(BytesIO(vba_project([first, *sheets, *others])), is_stream=True)
    book.set_vba_name(first.name)
    _panel(pages["dashboard"], macros)


def _code_names(pages: Mapping[str, Worksheet]) -> list[str]:
    """A name for each sheet that VBA can read, whatever its tab and region are called."""
    regions = [code for code in pages if code.startswith(region_sheet(""))]
    numbers = {code: f"SheetRegion{number}" for number, code in enumerate(regions, 1)}
    return [numbers.get(code, f"Sheet{code.capitalize()}") for code in pages]


def _panel(page: Worksheet, macros: Macros) -> None:
    """The buttons, in the blank row between the dashboard's title and its cards."""
    row = 3
    page.set_row_pixels(row, len(macros.buttons) * (_HEIGHT + _GAP) + _GAP)
    for down, line in enumerate(macros.buttons):
        for across, button in enumerate(line):
            place = {"x_offset": across * (_WIDTH + _GAP), "y_offset": _GAP + down * (_HEIGHT + _GAP)}
            size = {"width": _WIDTH, "height": _HEIGHT}
            said = {"macro": button.macro, "caption": button.caption, "description": button.caption}
            page.insert_button(row, 1, {**said, **size, **place})


def add_ribbon(path: Path, ribbon: str) -> None:
    """Put a ribbon tab into a workbook just written."""
    with zipfile.ZipFile(path) as written:
        parts = [(info, written.read(info)) for info in written.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for info, data in parts:
            is_root = info.filename == "_rels/.rels"
            file.writestr(info, data.replace(b"</Relationships>", _RELATION.encode()) if is_root else data)
        file.writestr(zipfile.ZipInfo(_RIBBON, parts[0][0].date_time), ribbon.encode(), zipfile.ZIP_DEFLATED)
