"""Workbooks that hold something of everything, for what must read and edit them unharmed."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import openpyxl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

TAB, OTHER = "华东 O'Neill & <区>", "Plain"
SHEET = "xl/worksheets/sheet1.xml"
"""The part of the first tab."""


def rich_book(path: Path) -> Path:
    """A workbook with every kind of cell, and beside them most of what a sheet can carry."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet, other = workbook.add_worksheet(TAB), workbook.add_worksheet(OTHER)
        bold = workbook.add_format({"bold": True})
        open_cell = workbook.add_format({"locked": False, "align": "center", "bg_color": "#FFF2CC"})
        hidden = workbook.add_format({"hidden": True, "num_format": "0.0%"})
        centred = workbook.add_format({"align": "center"})
        _write_cells(sheet, {"bold": bold, "open": open_cell, "hidden": hidden, "centred": centred})
        sheet.set_column("F:G", 12, open_cell)
        sheet.set_row(20, 30, bold)
        _decorate(sheet, bold)
        other.write_column("A1", [1, 2, 3])
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": f"={OTHER}!$A$1:$A$3"})
        other.insert_chart("C3", chart)
        quoted = TAB.replace("'", "''")
        workbook.define_name("tc.here", f"='{quoted}'!$B$3")
        workbook.define_name("tc.there", f"={OTHER}!$A$2")
        workbook.define_name("tc.block", f"={OTHER}!$A$1:$A$3")
        workbook.define_name("tc.sum", f"=SUM({OTHER}!$A$1:$A$3)")
        workbook.define_name("tc.gone", "=#REF!$A$1")
        workbook.define_name(f"{OTHER}!tc.there", f"={OTHER}!$A$3")
    return path


def as_openpyxl(path: Path, data_only: bool = False, read_only: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl reads it, which says what it would lose if it saved it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*extension is not supported", UserWarning)
        return openpyxl.load_workbook(path, data_only=data_only, read_only=read_only)


def changed_parts(path: Path, parts: Mapping[str, bytes | None], to: Path | None = None) -> Path:
    """The file with parts replaced, added, or (None) taken out."""
    with zipfile.ZipFile(path) as source:
        held: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(to or path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in (held | dict(parts)).items():
            if data is not None:
                target.writestr(name, data)
    return to or path


def parts_of(path: Path) -> dict[str, bytes]:
    """Every part's bytes, by name in the file's order."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def with_sheet(path: Path, old: str, new: str) -> Path:
    """The file with a pattern replaced in its first sheet, which must be there."""
    sheet = parts_of(path)[SHEET].decode()
    changed = re.sub(old, new, sheet, flags=re.DOTALL)
    assert changed != sheet
    return changed_parts(path, {SHEET: changed.encode()})


def _write_cells(sheet: Worksheet, looks: Mapping[str, object]) -> None:
    texts = ["plain", " spaced ", "two\nlines", "<&>\"'", "=not a formula", "表格 𠮷 🙂", "_x0041_", "a\x01b"]
    sheet.write_row("A1", ["text", "number", "formula", "other"])
    for row, said in enumerate(texts, 1):
        sheet.write_string(row, 0, said, looks["open"])
    for row, number in enumerate([0, -1.5, 1e-7, 123456789012345.0, 0.1, 1e21], 1):
        sheet.write_number(row, 1, number, looks["hidden"])
    sheet.write_formula("C2", "=B2*2", looks["bold"], 0)
    sheet.write_formula("C3", '=IF(A2="","<&>",A2)', None, "plain")
    sheet.write_formula("C4", "=1=1", None, True)
    sheet.write_formula("C5", "=1/0", None, "#DIV/0!")
    sheet.write_formula("C6", '=""', None, "")
    sheet.write_array_formula("C8:C9", "{=B2:B3*2}", None, 0)
    sheet.write_number("C9", -3)
    sheet.write_boolean("D2", True)
    sheet.write_boolean("D3", False)
    sheet.write_rich_string("D4", looks["bold"], "bold ", "and plain", looks["open"])
    sheet.write_blank("D5", None, looks["open"])
    sheet.write_blank("D6", None, looks["centred"])


def _decorate(sheet: Worksheet, bold: object) -> None:
    sheet.add_table("J1:K3", {"columns": [{"header": "a"}, {"header": "b"}], "name": "items"})
    sheet.merge_range("J6:K6", "merged", bold)
    sheet.data_validation("B2:B7", {"validate": "list", "source": ["yes", "no"]})
    sheet.conditional_format("B2:B7", {"type": "cell", "criteria": ">", "value": 1, "format": bold})
    sheet.write_comment("A2", "why?")
    sheet.write_url("A12", "https://example.org/")
    sheet.add_sparkline("L2", {"range": "B2:B7"})
    sheet.insert_image("M2", "dot.png", {"image_data": BytesIO(_dot())})
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"sort": True, "format_columns": True})


def _dot() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
