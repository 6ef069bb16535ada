"""Programs that open a workbook and save it anew, each in its own ways."""

from __future__ import annotations

import hashlib
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd

from tests.support import office
from tests.support.books import changed_parts, parts_of

_SUPPORT = Path(__file__).parent
_EXCELJS = """
const { Workbook } = require('exceljs'); const book = new Workbook();
book.xlsx.readFile(process.argv[1]).then(() => book.xlsx.writeFile(process.argv[2]))
    .catch(error => { console.error(error); process.exit(1); });
"""
_SHEETJS = """
const XLSX = require('xlsx');
const book = XLSX.readFile(process.argv[1], { cellFormula: true, cellStyles: true, cellNF: true });
XLSX.writeFile(book, process.argv[2], { bookType: 'xlsx', cellStyles: true });
"""


def _by_node(script: str) -> Callable[[Path, Path], None]:
    def save(path: Path, to: Path) -> None:
        line = ["node", "-e", script, str(path.resolve()), str(to.resolve())]
        subprocess.run(line, cwd=_SUPPORT, check=True, capture_output=True, timeout=120)

    return save


def _by_exceljs(path: Path, to: Path) -> None:
    """With the hidden names of filters cut short: it takes in their cells one by one, to the sheet's end."""
    book = parts_of(path)["xl/workbook.xml"].replace(b"$1048576</definedName>", b"$999</definedName>")
    _by_node(_EXCELJS)(changed_parts(path, {"xl/workbook.xml": book}, to), to)


def _by_openpyxl(path: Path, to: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        openpyxl.load_workbook(path).save(to)


def _by_pandas(path: Path, to: Path) -> None:
    """Values alone, without names: what a person's script makes of a book."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        tables = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    with pd.ExcelWriter(to, engine="openpyxl") as writer:
        for name, table in tables.items():
            table.to_excel(writer, sheet_name=name, header=False, index=False)


def _by_libreoffice(path: Path, to: Path) -> None:
    (again,) = office.recomputed([path])
    to.write_bytes(again.read_bytes())


def _once(save: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """The same, which asks the program but once for each content."""
    saved: dict[str, bytes] = {}

    def remembered(path: Path, to: Path) -> None:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        if content not in saved:
            save(path, to)
            saved[content] = to.read_bytes()
        to.write_bytes(saved[content])

    return remembered


SAVERS: dict[str, Callable[[Path, Path], None]] = {
    "LibreOffice": _once(_by_libreoffice),
    "openpyxl": _once(_by_openpyxl),
    "exceljs": _once(_by_exceljs),
    "SheetJS": _once(_by_node(_SHEETJS)),
}
"""Those that keep names and formulas."""

pandas_save = _by_pandas
