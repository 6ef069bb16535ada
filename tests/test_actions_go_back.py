"""A recalibration can be undone by naming an earlier one: everything returns, and nothing is forgotten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from targetcal_xl.actions import go_back, lock, recalibrate, recalibrations, repair, verify
from targetcal_xl.calibration import Key, Standing
from targetcal_xl.desk.records import standing_of
from targetcal_xl.ledger import dump
from targetcal_xl.problems import DataProblems, Refused
from tests.support.desks import Case, Said, fresh, locked, told
from tests.support.exploring import few

HQ: Key = (None, None, "hq_target")
WEIGHT: Key = (None, "pipeline", "driver.weight")
PAST: Key = ("R1", "R1-1", "history.2024Q4")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A plan recalibrated twice: 1 has another target, 2 another weight and past, and an event elsewhere."""
    case = fresh(tmp_path)
    case.type({HQ: 400.0})
    case.run(recalibrate, "总部上调")
    event: Said = {(None, "E01", f"event.{code}"): None for code in ("line", "period", "amount")}
    event |= {(None, "E04", "event.line"): "华南1组", (None, "E04", "event.period"): "2024Q2"}
    event |= {(None, "E04", "event.amount"): 12.0, (None, "E04", "event.note"): "展会大单"}
    case.type({WEIGHT: 0.9, PAST: 150.0, **event})
    case.run(recalibrate, "补录")
    return case


def _standing(case: Case) -> Standing:
    with case.desk() as desk:
        return standing_of(desk.ledger)


def _ground(case: Case) -> tuple[bytes, bytes, bytes]:
    """What the plan stands on, to the bit."""
    standing = _standing(case)
    return dump(standing.inputs), dump(standing.baseline), standing.allotment.tobytes()


@pytest.mark.parametrize("number", few([0, 1], {"0"}))
def test_inputs_suggestions_and_split_return_to_the_bit(tmp_path: Path, number: int) -> None:
    case = fresh(tmp_path)
    grounds, typed = [_ground(case)], [case.typed()]
    for changes in ({HQ: 400.0}, {WEIGHT: 0.9, PAST: 150.0}):
        case.type(dict(changes))
        case.run(recalibrate, "改动")
        grounds.append(_ground(case))
        typed.append(case.typed())
    case.run(go_back, number, "改错了")
    assert _ground(case) == grounds[number] != grounds[2]
    assert case.typed() == typed[number]
    assert case.run(verify).problems == ()
    case.run(go_back, 2, "其实没错")
    assert (_ground(case), case.typed()) == (grounds[2], typed[2])
    assert case.run(verify).problems == ()


def test_an_event_returns_to_the_row_it_stood_in(case: Case) -> None:
    after = case.typed()
    case.run(go_back, 1, "撤回补录")
    rows = {key[1] for key in case.typed() if key[2].startswith("event.")}
    assert rows == {"E01"}
    case.run(go_back, 2, "恢复补录")
    assert case.typed() == after
    assert case.typed()[None, "E04", "event.note"] == "展会大单"


def test_the_way_back_is_audited_and_nothing_is_taken_out(case: Case) -> None:
    before = case.entries()
    report = case.run(go_back, 1, "撤回补录")
    assert case.entries()[: len(before)] == before
    added = case.entries()[len(before) :]
    assert {(entry.action, entry.reason) for entry in added} == {("recalibrate", "撤回补录")}
    assert [(e.old, e.new) for e in added if e.key == WEIGHT] == [(0.9, 0.5)]
    assert {change.where for change in report.changes} >= {case.where(WEIGHT), case.where(PAST)}
    assert {line.line for line in report.lines if line.before != line.after} >= {"华东1组"}


def test_every_recalibration_is_listed_with_its_number(case: Case) -> None:
    case.run(go_back, 1, "撤回补录")
    listed = case.run(recalibrations).recalibrations
    assert [item.number for item in listed] == [0, 1, 2, 3]
    assert [item.reason for item in listed[1:]] == ["总部上调", "补录", "撤回补录"]
    assert [item.restored for item in listed] == [None, None, None, 1]
    assert [item.changes for item in listed] == [0, 1, 9, 9]
    assert listed[3].suggested_total == listed[1].suggested_total != listed[2].suggested_total
    assert [item.at for item in listed] == sorted(item.at for item in listed)


def test_recalibrating_afterwards_finds_nothing_to_do(case: Case) -> None:
    case.run(go_back, 1, "撤回补录")
    before = case.entries()
    assert case.run(recalibrate).changes == ()
    assert case.entries() == before


def test_recalibrating_twice_records_a_moved_event_and_its_note_once(case: Case) -> None:
    before = case.entries()
    assert case.run(recalibrate).changes == ()
    assert case.entries() == before


def test_going_to_where_the_plan_stands_changes_nothing(case: Case) -> None:
    before, book = case.entries(), case.path.read_bytes()
    assert case.run(go_back, 2, "核对").changes == ()
    assert case.entries() == before
    assert case.path.read_bytes() == book


def test_a_number_there_is_not_is_refused_with_those_there_are(case: Case) -> None:
    before = case.entries()
    for number in (-1, 3, 99):
        with pytest.raises(Refused) as refused:
            case.run(go_back, number, "撤回")
        [problem] = refused.value.problems
        assert (problem.code, problem.fields) == ("recalibration_unknown", {"said": number, "last": 2})
    assert case.entries() == before


def test_a_way_back_needs_a_reason(case: Case) -> None:
    for reason in ("", " 无 ", "---"):
        with pytest.raises(Refused) as refused:
            case.run(go_back, 1, reason)
        assert told(refused.value.problems) == [("reason_missing", "")], reason


def test_what_was_typed_since_is_named_and_neither_lost_nor_taken_in(case: Case) -> None:
    case.type({HQ: 410.0, WEIGHT: None})
    before, typed = case.entries(), case.typed()
    with pytest.raises(DataProblems) as refused:
        case.run(go_back, 1, "撤回补录")
    assert told(refused.value.problems) == [
        ("not_taken_in", case.where(HQ)),
        ("not_taken_in", case.where(WEIGHT)),
    ]
    assert (case.entries(), case.typed()) == (before, typed)


def test_a_locked_region_stays_sealed(tmp_path: Path) -> None:
    case = locked(tmp_path)
    suggested = case.suggested("R1-1")
    case.type({PAST: 150.0})
    case.run(recalibrate, "补录")
    assert case.suggested("R1-1") != suggested
    case.run(go_back, 0, "撤回")
    assert case.suggested("R1-1") == suggested
    assert case.run(verify).problems == ()
    assert case.run(lock).locked == ()


def test_a_book_that_missed_the_way_back_is_caught_up(case: Case, tmp_path: Path) -> None:
    shutil.copy(case.path, tmp_path / "before.xlsx")
    case.run(go_back, 1, "撤回补录")
    typed = case.typed()
    shutil.copy(tmp_path / "before.xlsx", case.path)
    case.run(repair)
    assert case.typed() == typed
    assert case.run(verify).problems == ()


def test_a_book_lost_after_the_way_back_is_written_again(case: Case) -> None:
    case.run(go_back, 1, "撤回补录")
    typed = case.typed()
    case.path.unlink()
    case.run(repair)
    assert case.typed() == typed
    assert case.run(verify).problems == ()
