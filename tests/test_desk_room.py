"""A plan that has no room in one workbook is refused before anything is begun."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from targetcal_xl.actions import new, open_desk
from targetcal_xl.desk import room
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ooxml import limits
from targetcal_xl.problems import DataProblems
from targetcal_xl.workbook import default_places
from tests.support.clock import Clock
from tests.support.exploring import few
from tests.support.samples import sample_inputs


def _refused(folder: Path, size: Sequence[int]) -> DataProblems:
    """What `new` says of a plan of regions with so many lines each; it must have left nothing."""
    book = folder / "targets.xlsx"
    with (
        open_desk(book, actor="finance", clock=Clock(), source="test", create=True) as desk,
        pytest.raises(DataProblems) as refusal,
    ):
        new(desk, sample_inputs(tuple(size)), "en")
    assert not book.exists()
    assert not desk.ledger.last
    return refusal.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_leaves_no_room_for_its_rounds_is_told_what_to_do(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_MOST_CELLS", 1500)
    (problem,) = _refused(tmp_path, (2, 3)).problems
    assert problem.code == "plan_too_large"
    assert "1500" in problem.sentence(language)


@pytest.mark.parametrize(
    "size",
    few(
        [
            pytest.param((1,) * 20, id="small regions"),
            pytest.param((30, 20), id="large regions"),
            pytest.param((3,) * 8, id="regions of three"),
        ],
        {"regions of three"},
    ),
)
def test_cells_are_reckoned_as_they_are_written(size: tuple[int, ...], tmp_path: Path) -> None:
    parts = _parts(tmp_path, size)
    written = sum(
        data.count(b"<c ") for name, data in parts.items() if name.startswith("xl/worksheets/sheet")
    )
    assert _reckoned(size) == pytest.approx(written, rel=0.1)


def test_the_largest_plan_that_is_let_in_has_parts_to_spare_when_a_program_adds_some(tmp_path: Path) -> None:
    small, large = (1,) * 2, (1,) * 12
    parts_each = (len(_parts(tmp_path, large)) - len(_parts(tmp_path, small))) / 10
    most_regions = room._MOST_CELLS / ((_reckoned(large) - _reckoned(small)) / 10)
    added_by_a_program = 3
    assert (parts_each + added_by_a_program) * most_regions < limits.MOST_PARTS


def _reckoned(size: Sequence[int]) -> int:
    return sum(sheet.cells for sheet in default_places(sample_inputs(size), "en").sheets.values())


def _parts(folder: Path, size: Sequence[int]) -> dict[str, bytes]:
    """The parts of a new book of regions with so many lines each."""
    book = folder / f"{len(size)}.xlsx"
    with open_desk(book, actor="finance", clock=Clock(), source="test", create=True) as desk:
        new(desk, sample_inputs(size), "en")
    with ZipFile(book) as package:
        return {name: package.read(name) for name in package.namelist()}
