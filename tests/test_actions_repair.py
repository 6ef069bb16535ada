"""Whatever happens to machine or book, `repair` makes book and ledger agree and loses nothing typed."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from targetcal_xl.actions import check, decide, lock, repair, verify
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support.books import parts_of, sound
from tests.support.desks import Case, decided, delete_tab, locked, submitted, told
from tests.support.mortal import dies_at


def test_a_death_at_any_write_of_lock_loses_nothing(tmp_path: Path) -> None:
    outcomes = []
    for write in count():
        case = submitted(tmp_path / str(write))
        case.type({("R2", None, "status"): "draft"})
        typed = case.typed()
        died = dies_at(write, lambda case=case: case.run(lock))
        outcomes.append(_mended(case))
        assert case.typed() == typed
        shutil.rmtree(case.folder)
        if not died:
            break
    assert outcomes == sorted(outcomes), "before the commit nothing has happened, after it everything has"
    assert not outcomes[0]
    assert outcomes[-1]
    assert len(outcomes) > 8


def _mended(case: Case) -> bool:
    """Repair, prove that all agrees, and say whether the region is locked, in ledger and book alike."""
    case.run(repair)
    assert case.run(verify).problems == ()
    is_locked = case.value("R1", None, "state") == "locked"
    assert open_book(case.path).is_protected("华东大区") == is_locked
    if not is_locked:
        assert case.run(lock).locked == ("华东大区",)
        assert case.run(verify).verified
    return is_locked


def test_a_book_that_missed_an_action_catches_up(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    before = case.path.read_bytes()
    case.run(lock)
    after = case.path.read_bytes()
    case.path.write_bytes(before)
    assert told(case.run(verify).problems) == [("book_behind", case.path.name)]
    with pytest.raises(Refused) as refused:
        case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    assert refused.value.problems[0].code == "book_behind"
    assert told(case.run(check).problems) == [("book_behind", case.path.name)]
    report = case.run(repair)
    assert (report.rewritten, report.caught_up, report.changed) == (False, len(case.entries("lock")), True)
    assert case.run(verify).verified
    assert len(case.path.read_bytes()) == pytest.approx(len(after), rel=0.02)


def test_repairing_a_sound_book_changes_nothing(tmp_path: Path) -> None:
    case = decided(tmp_path)
    before = case.path.read_bytes()
    report = case.run(repair)
    assert (report.rewritten, report.caught_up, report.changed) == (False, 0, False)
    assert case.path.read_bytes() == before


def test_cells_of_ours_are_mended_and_peoples_are_not_touched(tmp_path: Path) -> None:
    case = locked(tmp_path)
    ours, theirs = ("R1", "R1-1", "suggested"), ("R1", "R1-1", "declared")
    case.type({ours: 60.0, ("R1", "R1-1", "deviation"): 0.0, theirs: 61.0})
    assert case.run(repair).changed
    assert case.suggested("R1-1") == 85
    assert case.typed()[theirs] == 61
    assert told(case.run(verify).problems) == [("sealed_changed", case.where(theirs))]


def test_what_a_lock_cannot_have_touched_is_named_by_check_and_mended_by_repair(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    ours = (None, "R1-1", "baseline.low")
    case.type({ours: 1.0})
    at = case.where(ours)
    parts = parts_of(case.path)
    case.run(lock)
    now = parts_of(case.path)
    sheets = {name for name in parts if name.startswith("xl/worksheets/sheet") and now[name] == parts[name]}
    assert sheets, "sheets that suggestions are made from stay byte for byte"
    assert ("readonly_changed", at) in told(case.run(check).problems)
    assert case.run(repair).changed
    assert case.run(verify).verified


def test_what_was_typed_while_the_book_was_behind_is_kept(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    before = case.path.read_bytes()
    case.run(lock)
    case.path.write_bytes(before)
    note = ("R1", "R1-1", "comment")
    case.type({note: "补充说明"})
    case.run(repair)
    assert case.typed()[note] == "补充说明"
    assert told(case.run(verify).problems) == [("sealed_changed", case.where(note))]


def test_a_status_that_somebody_has_changed_since_is_theirs(tmp_path: Path) -> None:
    case = locked(tmp_path)
    before = case.path.read_bytes()
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "return", reason="请补充商机清单", by="superior1")
    case.path.write_bytes(before)
    case.type({("R1", "R1-1", "decision_reason"): "我另有想法"})
    case.run(repair)
    typed = case.typed()
    assert typed["R1", None, "status"] == "draft"
    assert typed["R1", "R1-1", "decision_reason"] == "我另有想法"
    assert typed["R1", "R1-2", "decision_reason"] == "请补充商机清单"


def test_a_lost_book_is_written_anew(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    item = {"line": "华东1组", "kind": "budget", "what": "展会", "quantity": 3.0, "due": "2025-02-01"}
    case.type({("R1", "S01", code): value for code, value in item.items()})
    case.run(lock)
    case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    typed = case.typed()
    case.path.unlink()
    report = case.run(repair)
    assert (report.rewritten, report.caught_up) == (True, len(case.entries()))
    assert case.typed() == typed
    spot = case.reading().typed["R1", "S01", "line"].spot
    assert open_book(case.path).grid("华东大区")[spot].value == "华东1组"
    assert case.run(verify).problems == ()
    assert open_book(case.path).is_protected("华东大区")
    assert sound(case.path)


def test_a_book_of_another_ledger_is_left_alone(tmp_path: Path) -> None:
    case, other = submitted(tmp_path / "one"), locked(tmp_path / "two")
    case.path.write_bytes(other.path.read_bytes())
    before = case.path.read_bytes()
    with pytest.raises(Refused) as refused:
        case.run(repair)
    assert refused.value.problems[0].code == "book_of_another_ledger"
    assert case.path.read_bytes() == before


def test_a_book_without_audit_sheet_is_left_alone(tmp_path: Path) -> None:
    case = locked(tmp_path)
    delete_tab(case.path, case.reading().places.tabs["audit"])
    with pytest.raises(Refused) as refused:
        case.run(repair)
    assert refused.value.problems[0].code == "audit_sheet_missing"
