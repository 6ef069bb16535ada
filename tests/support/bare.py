"""Workbooks written part by part, for what no library writes but some program has written."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'


def sheet(rows: str = ROWS, before: str = "", after: str = "") -> bytes:
    """A worksheet part."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def link(number: int, kind: str, target: str) -> str:
    """A relationship."""
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def links(*told: str) -> bytes:
    """A part of relationships."""
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(told)}</Relationships>'.encode()


def parts(rows: str = ROWS, before: str = "", after: str = "") -> dict[str, bytes]:
    """The parts of a workbook with the sheet `Tab`, the name `here` for its A1, strings and styles."""
    overrides = {
        "workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings",
        "styles": "styles",
    }  # fmt: skip
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}.{kind}+xml"/>'
        for part, kind in overrides.items()
    )
    default = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    default += '<Default Extension="xml" ContentType="application/xml"/>'
    types = f'<Types xmlns="{_PACKAGE}/content-types">{default}{types}</Types>'
    return {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": links(link(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
            '<sheets><sheet name="Tab" sheetId="1" r:id="rId1"/></sheets>'
            "<definedNames><definedName name=\"here\">Tab!$A$1</definedName></definedNames></workbook>"
        ).encode(),
        "xl/_rels/workbook.xml.rels": links(
            link(1, "worksheet", "worksheets/sheet1.xml"),
            link(2, "sharedStrings", "sharedStrings.xml"),
            link(3, "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet(rows, before, after),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>text</t></si></sst>'.encode(),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
            '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
            '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" applyProtection="1"><protection locked="0"/></xf>'
            '</cellXfs><cellStyles><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>'
        ).encode(),
    }  # fmt: skip


def bare(path: Path, held: Mapping[str, bytes]) -> Path:
    """A file of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in held.items():
            file.writestr(name, data)
    return path
