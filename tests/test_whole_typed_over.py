"""What is typed over a sealed cell counts nowhere in the workbook, whoever computes it, and is seen there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from targetcal_xl.calibration import Value
from targetcal_xl.language import text
from targetcal_xl.ooxml import BLANK, cell_name
from targetcal_xl.workbook import Owner, Reading, open_book, read, region_sheet
from targetcal_xl.workbook.reading import Typed
from tests.support.desks import Case, confirmed, decided, locked
from tests.support.office import recomputed
from tests.support.stages import returned

TABS = ("R1", "R2")
CARDS = {"allotment", "suggested", "declared", "gap_pct", "agreed", "checks"}


STAGES: Mapping[str, Callable[[Path], Case]] = {
    "locked": locked,
    "returned": returned,
    "decided": decided,
    "confirmed": confirmed,
}


def _is_sealed(stage: str, cell: Typed) -> bool:
    is_theirs = cell.owner is Owner.MANAGER and cell.kind != "message"
    return is_theirs and (stage != "returned" or cell.key[0] == "R2" or cell.key[1] == "R1-1")


def _other(cell: Typed) -> Value:
    """What else somebody may type there: three times the number, another choice, or nothing."""
    if cell.key[2] == "status":
        return "draft"
    return cell.value * 3 if isinstance(cell.value, float) else None


@pytest.fixture(scope="module", params=STAGES)
def readings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Reading]:
    """A book as LibreOffice computes it, and the same with every sealed cell typed over."""
    case = STAGES[request.param](tmp_path_factory.mktemp("typed-over"))
    sound = Path(shutil.copy(case.path, case.folder / "sound.xlsx"))
    sealed = [cell for cell in case.reading().typed.values() if _is_sealed(request.param, cell)]
    case.type({cell.key: _other(cell) for cell in sealed if cell.value is not None})
    computed = recomputed([sound, case.path])
    return [read(open_book(path), case.inputs, case.language) for path in computed]


def _counted(reading: Reading) -> dict[tuple[str, str], Value]:
    """Everything on the dashboard but the flags of single lines, and the figures on the tabs' cards."""
    lines, grid = reading.places.table("dashboard", "lines"), reading.grids["dashboard"]
    flags = {(row, lines.columns["flag"]) for row in lines.rows.values()}
    said = {("dashboard", cell_name(spot)): cell.value for spot, cell in grid.items() if spot not in flags}
    for (region, code), (sheet, spot) in reading.places.fields.items():
        if region in TABS and code in CARDS:
            said[sheet, code] = reading.grids[sheet].get(spot, BLANK).value
    return said


def test_no_sheet_counts_what_is_typed_over_what_was_sealed(readings: list[Reading]) -> None:
    sound, typed_over = map(_counted, readings)
    assert len(sound) > 100
    assert typed_over == sound


def test_a_line_says_that_its_sealed_target_was_typed_over(readings: list[Reading]) -> None:
    told = text("workbook.flag.typed_over", readings[0].places.language)
    before, after = ([*_column(one, "declared", "flag")] for one in readings)
    assert not any(flag == told for _, flag in before)
    changed = [old != new for (old, _), (new, _) in zip(before, after, strict=True)]
    assert any(changed)
    assert [flag == told for _, flag in after] == changed


def _column(reading: Reading, *codes: str) -> list[tuple[Value, ...]]:
    """Columns of the lines of all tabs, side by side."""
    found = []
    for sheet in map(region_sheet, TABS):
        place = reading.places.table(sheet, "lines")
        spots = ([(at, place.columns[code]) for code in codes] for at in place.rows.values())
        found += [tuple(reading.grids[sheet][spot].value for spot in row) for row in spots]
    return found
