"""Packs in people's hands: found in a folder, filled in, and changed in the ways that people change them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.actions import CollectReport, collect
from targetcal_xl.actions.split import split_book
from targetcal_xl.calibration import Key, Value
from targetcal_xl.exchange import Pack, find_slip, read_pack
from targetcal_xl.ooxml import Cell
from targetcal_xl.workbook import open_book
from tests.support.desks import REASONS, Case, Said, filled


def handed(
    case: Case, region: str = "R1", folder: str = "packs", *, html: bool = False, encrypt: bool = False
) -> Path:
    """The file that a region is handed."""
    report = case.run(split_book, case.folder / folder, (region,), html=html, encrypt=encrypt)
    (file,) = report.files
    return case.folder / folder / file.file


def opened(case: Case, path: Path) -> Pack:
    """What a pack holds."""
    book = open_book(path)
    found = find_slip(book)
    assert found
    return read_pack(book, found[0], case.inputs, case.language)


def write(case: Case, path: Path, said: Mapping[Key, Value | Cell]) -> None:
    """Fill cells of a pack as a person does, and save it."""
    pack = opened(case, path)
    for key, value in said.items():
        sheet, spot = pack.reading.places.find(key)
        pack.book.set(pack.reading.places.tabs[sheet], {spot: filled(pack.reading, key, value)})
    pack.book.save()


def declaration(case: Case, region: str, **declared: float | Cell) -> Said:
    """What a head types who declares targets (`R1_1=95`), justifies all that depart, and submits."""
    cells: Said = {
        (region, None, "status"): "submitted",
        (region, None, "submitter"): case.inputs.plan.region(region).head.name,
        (region, None, "submitted_on"): "2025-01-07",
    }
    for name, target in declared.items():
        line = name.replace("_", "-")
        cells |= {(region, line, code): words for code, words in REASONS.items()}
        cells[region, line, "declared"] = target
    return cells


def answered(case: Case, region: str = "R1", folder: str = "packs", **declared: float | Cell) -> Path:
    """A region's pack that came back with a declaration; as suggested where none is given."""
    path = handed(case, region, folder)
    lines = [line.code for line in case.inputs.plan.lines_of(region)]
    wanted = declared or {line.replace("-", "_"): case.suggested(line) for line in lines}
    write(case, path, declaration(case, region, **wanted))
    return path


def taken(case: Case, *paths: Path, by: str = "林静") -> CollectReport:
    """What becomes of files that come back."""
    return case.run(collect, paths, by=by)


def refusals(report: CollectReport) -> list[str]:
    """The codes of everything that was refused."""
    return [problem.code for one in report.refused for problem in one.problems]


def by_openpyxl(path: Path, change: object = None) -> None:
    """Open a pack with openpyxl, change its sheet, and save it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    if callable(change):
        change(sheet)
    book.save(path)
