"""Every action runs on the book that LibreOffice has open as it runs on the file."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlwings as xw
from openpyxl.cell.read_only import ReadOnlyCell

from targetcal_xl import libreoffice
from targetcal_xl.actions import (
    check,
    confirm,
    decide,
    decide_typed,
    evaluate,
    follow,
    handle_objection,
    issue_letters,
    lock,
    recalibrate,
    repair,
    survey,
    unlock,
    verify,
)
from targetcal_xl.calibration import Value
from targetcal_xl.connect import Actuals, Responses
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import Ledger
from targetcal_xl.libreoffice import bridge
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import is_formula, open_book, same_shown
from tests.support import guests, validator
from tests.support.books import as_openpyxl
from tests.support.desks import RESERVE, TALK, Case, decided, fresh, locked, submitted, told
from tests.support.exploring import few
from tests.support.live import OpenCase, office, opened

Steps = Callable[[Case], Any]


pytestmark = pytest.mark.usefixtures("nothing_left_open")


def _results(case: Case) -> Actuals:
    days = tuple(case.inputs.plan.period.days)
    value = np.zeros((3, len(days)))
    value[:, -1] = 70, 131, 120
    unknown = np.full_like(value, np.nan)
    return Actuals(days, value, unknown, unknown)


ANSWERS = Responses(("R1",) * 6 + ("R2",) * 5, (5.0, 5, 4, 4, 5, 4, 1, 2, 4, 2, 3))


def _recalibrated(case: Case) -> None:
    event: dict[str, Value] = {"line": "R1-1", "period": str(case.inputs.history.periods[-1]), "amount": 20.0}
    case.type({(None, "E01", f"event.{code}"): said for code, said in event.items()})
    case.run(recalibrate, "并购带来的一次性销售")


def _behind(case: Case) -> None:
    """The book misses a lock, and catches up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("targetcal_xl.desk.stock.post", lambda *_: None)
        case.run(lock)
    assert case.run(repair).changed


def _negotiated_again(case: Case) -> None:
    """One line is countered, one returned; the new round is declared and locked."""
    case.run(decide, "R1", "R1-1", "counter", counter=90.0, reason="两名新人二月到岗", by="superior1")
    case.run(decide, "R1", "R1-2", "return", reason="请补充商机清单", by="superior1")
    case.declare("R1", R1_1=90, R1_2=125)
    case.run(lock)


def _taken_in(case: Case) -> None:
    """Submissions are locked, talked over, decided as the superior types it; a region gets its tab back."""
    case.run(check)
    case.run(lock)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="渠道缺人", hours=2, by="hrbp2")
    said = {"decision": "accept", "decision_reason": "依据充分"}
    case.type({("R1", line, code): word for line in ("R1-1", "R1-2") for code, word in said.items()})
    case.run(decide_typed, "R1", hours=1, by="superior1")
    case.run(unlock, "R2", reason="数字是去年的")


def _brought_to_its_end(case: Case) -> None:
    case.run(confirm, RESERVE)
    case.run(issue_letters, case.folder / "letters", "docx")
    case.run(follow, _results(case))
    case.run(survey, ANSWERS)
    case.run(evaluate)


STEPS: dict[str, tuple[Callable[[Path], Case], Steps]] = {
    "recalibrate": (fresh, _recalibrated),
    "from check to unlock": (submitted, _taken_in),
    "decide": (locked, _negotiated_again),
    "from confirm to evaluate": (decided, _brought_to_its_end),
    "repair": (submitted, _behind),
}


@pytest.mark.parametrize("action", few(STEPS, {*STEPS} - {"decide", "repair"}))
def test_an_action_leaves_the_same_on_the_open_book_and_on_the_file(action: str, tmp_path: Path) -> None:
    stage, steps = STEPS[action]
    on_file, in_office = stage(tmp_path / "file"), opened(stage(tmp_path / "打开 着"))
    for case in (on_file, in_office):
        steps(case)
    assert in_office.entries() == on_file.entries()
    assert in_office.run(verify).problems == ()
    assert not in_office.uno.isModified()
    in_office.uno.close(True)
    assert list(_differences(on_file.path, in_office.path)) == []
    assert validator.faults(in_office.path) == []
    assert Case(in_office.folder, in_office.inputs, in_office.clock).run(verify).verified


def _differences(one: Path, other: Path) -> Iterator[str]:
    """Cells, locks and protection in which two books differ."""
    ours, theirs, locked, other_locked = open_book(one), open_book(other), _locked(one), _locked(other)
    assert ours.sheets == theirs.sheets
    for sheet in ours.sheets:
        if ours.is_protected(sheet) != theirs.is_protected(sheet):
            yield f"{sheet} is protected in one only"
        grid, other_grid = ours.grid(sheet), theirs.grid(sheet)
        for spot in grid.keys() | other_grid.keys():
            if not _alike(grid.get(spot, Cell()), other_grid.get(spot, Cell())):
                yield f"{sheet} {spot}: {grid.get(spot)}, {other_grid.get(spot)}"
            if locked.get((sheet, *spot), True) != other_locked.get((sheet, *spot), True):
                yield f"{sheet} {spot} is locked in one only"


def _locked(path: Path) -> dict[tuple[str, int, int], bool]:
    """Whether each cell is locked, by tab, row and column, as openpyxl reads it."""
    with closing(as_openpyxl(path, read_only=True)) as book:
        return {
            (sheet.title, cell.row, cell.column): cell.protection.locked
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell, ReadOnlyCell)
        }


def _alike(one: Cell, other: Cell) -> bool:
    if (one.formula is None) != (other.formula is None) or not same_shown(one, other):
        return False
    return one.formula is None or is_formula(other, one)


def test_selection_and_sheet_in_front_stay(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    assert case.workbook is not None
    case.workbook.sheets["华南大区"].range("C7:D8").select()
    case.run(lock)
    assert case.workbook.sheets.active.name == "华南大区"
    selected = case.workbook.app.selection
    assert selected is not None
    assert selected.address == "$C$7:$D$8"


def test_screen_and_status_bar_are_given_back_also_when_an_action_fails(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    with pytest.raises(Refused):
        case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    assert office().screen_updating
    assert office().impl.office.indicator is None
    assert not case.uno.isModified()


def test_formulas_follow_what_is_typed_into_the_open_book(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    declared, deviation = (case.cell("R1", "R1-1", code) for code in ("declared", "deviation"))
    suggested = case.suggested("R1-1")
    for target in (suggested * 1.5, suggested / 2):
        declared.value = target
        assert deviation.value == pytest.approx(target / suggested - 1)


def test_what_is_typed_but_not_saved_counts(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    case.cell("R1", "R1-1", "declared").value = 83
    case.run(lock)
    assert case.value("R1", "R1-1", "declared") == 83
    assert open_book(case.path).is_protected("华东大区")


def test_what_an_action_did_cannot_be_undone_by_accident(tmp_path: Path) -> None:
    case = opened(submitted(tmp_path))
    case.cell("R1", "R1-1", "comment").impl.uno.getCellByPosition(0, 0).setString("typed by hand")
    assert case.uno.getUndoManager().isUndoPossible()
    case.run(lock)
    assert not case.uno.getUndoManager().isUndoPossible()


@pytest.fixture
def own() -> Iterator[xw.App]:
    """A LibreOffice that may be killed."""
    app = libreoffice.start()
    yield app
    app.kill()


def _strikes(monkeypatch: pytest.MonkeyPatch, strike: Callable[[], object]) -> None:
    """Let something happen between ledger and book."""
    record = Ledger.record

    def recorded(*said: Any, **more: Any) -> Any:
        entries = record(*said, **more)
        strike()
        return entries

    monkeypatch.setattr(Ledger, "record", recorded)


def _killed(app: xw.App) -> None:
    os.killpg(app.pid, signal.SIGKILL)
    app.impl.office.process.wait(10)


def test_a_libreoffice_that_dies_in_the_middle_is_told_and_repaired(
    tmp_path: Path, own: xw.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(submitted(tmp_path), own)
    _strikes(monkeypatch, lambda: _killed(own))
    with pytest.raises(Refused) as refused:
        case.run(lock)
    assert [problem.code for problem in refused.value.problems] == ["live_gone"]
    monkeypatch.undo()
    after = Case(case.folder, case.inputs, case.clock)
    assert after.problems() == [("book_behind", case.path.name)]
    with pytest.raises(Refused) as left:
        after.run(repair)
    assert left.value.problems[0].code in ("file_open_elsewhere", "file_open_unknown")
    case.path.with_name(f".~lock.{case.path.name}#").unlink()
    assert after.run(repair).changed
    assert after.run(verify).verified


def test_a_hung_libreoffice_is_ended(tmp_path: Path, own: xw.App, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(submitted(tmp_path), own)

    def hang() -> None:
        os.killpg(own.pid, signal.SIGSTOP)
        monkeypatch.setattr(bridge, "CALL_SECONDS", 0.2)

    _strikes(monkeypatch, hang)
    with pytest.raises(Refused) as refused:
        case.run(lock)
    assert [problem.code for problem in refused.value.problems] == ["office_hung"]
    assert own.impl.office.process.poll() is not None
    assert not own.impl.office.alive


_SPAWN = multiprocessing.get_context("spawn")
"""Guests are processes of their own: within one, two bridges to one LibreOffice share their objects."""


def test_somebody_elses_hung_libreoffice_is_let_go_and_lives(tmp_path: Path, own: xw.App) -> None:
    opened(submitted(tmp_path), own)
    connected, stopped, heard = _SPAWN.Event(), _SPAWN.Event(), _SPAWN.Queue()
    pipe = own.impl.office.pipe
    guest = _SPAWN.Process(target=guests.asks_a_hung_one, args=(pipe, connected, stopped, heard), daemon=True)
    guest.start()
    assert connected.wait(60)
    os.killpg(own.pid, signal.SIGSTOP)
    stopped.set()
    assert heard.get(timeout=60) == ["office_hung"]
    guest.join(60)
    os.killpg(own.pid, signal.SIGCONT)
    assert own.impl.office.process.poll() is None
    assert len(own.books) == 1


def _accepts(pipe: str, case: Case, connected: Event) -> None:
    guest = libreoffice.connect(pipe)
    host = OpenCase(case.folder, case.inputs, case.clock, workbook=guest.books[str(case.path)])
    connected.set()
    host.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    guest.quit()


def test_two_clients_take_turns_on_one_open_book(tmp_path: Path) -> None:
    case = locked(tmp_path)
    host, connected = opened(case), _SPAWN.Event()
    guest = _SPAWN.Process(target=_accepts, args=(office().impl.office.pipe, case, connected), daemon=True)
    guest.start()
    assert connected.wait(60)
    host.run(decide, "R2", "R2-1", "accept", reason="依据充分", by="superior2")
    guest.join(60)
    assert guest.exitcode == 0
    assert {entry.row for entry in host.entries("decide", "agreed")} == {"R1-1", "R2-1"}
    assert host.run(verify).verified


def test_a_tab_locked_with_another_password_is_told_and_nothing_else_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_PASSWORD", "first")
    case = submitted(tmp_path)
    case.run(lock)
    monkeypatch.setenv("TARGETCAL_PASSWORD", "second")
    live = opened(case)
    with pytest.raises(Refused) as refused:
        live.run(unlock, "R1", reason="数字是去年的")
    assert told(refused.value.problems) == [("live_password", "华东大区")]
    monkeypatch.setenv("TARGETCAL_PASSWORD", "first")
    live.run(repair)
    assert live.run(verify).verified


def test_a_save_that_fails_says_what_is_recorded_and_repair_finishes_it(tmp_path: Path) -> None:
    """Somebody else has replaced the file under the open book."""
    case = opened(submitted(tmp_path))
    other = tmp_path / "other.xlsx"
    shutil.copy(case.path, other)
    os.utime(other, (0, 0))
    other.replace(case.path)
    with pytest.raises(Refused) as refused:
        case.run(lock)
    first, *_ = refused.value.problems
    assert first.code == "recorded_not_shown"
    for language in LANGUAGES:
        said = " ".join(problem.sentence(language) for problem in refused.value.problems)
        assert "traceback" not in said.lower() and "object at" not in said
    assert case.value("R1", None, "state") == "locked"
    case.uno.close(True)
    closed = Case(case.folder, case.inputs, case.clock)
    closed.run(repair)
    assert closed.run(verify).verified
