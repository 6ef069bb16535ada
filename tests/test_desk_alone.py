"""Sitting down at a book: alone, with its ledger, and with names that mean one thing."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from filelock import FileLock

from targetcal_xl.actions import audit, issue_letters, new
from targetcal_xl.calibration import Plan
from targetcal_xl.desk import find_line_anywhere, take_stock
from targetcal_xl.ledger import Event
from targetcal_xl.problems import Problem, Refused
from tests.support.desks import Case, confirmed, fresh, locked


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def lock_of(case: Case) -> Path:
    return case.path.with_name(f".{case.path.name}.lock")


def test_a_book_that_somebody_else_is_at_work_on_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = fresh(tmp_path)
    monkeypatch.setattr(
        import_module("targetcal_xl.desk.desk"),
        "FileLock",
        lambda path, timeout: FileLock(path, timeout=0.05 * (timeout > 0)),
    )
    with FileLock(lock_of(case)), pytest.raises(Refused) as refused:
        case.run(audit)
    assert codes(refused) == ["book_busy"] and refused.value.problems[0].where == case.path.name
    assert case.run(audit).entries, "as soon as they have finished it is there again"


def test_where_no_lock_can_be_made_a_book_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unwritable(FileLock):
        def acquire(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise PermissionError(13, "Permission denied")

    case = fresh(tmp_path)
    monkeypatch.setattr(import_module("targetcal_xl.desk.desk"), "FileLock", Unwritable)
    assert case.run(audit).entries


def test_a_name_that_several_lines_have_needs_a_code(tmp_path: Path) -> None:
    plan = fresh(tmp_path).inputs.plan
    alike: Plan = replace(plan, lines=tuple(replace(line, name="同名") for line in plan.lines))
    with pytest.raises(Refused) as refused:
        find_line_anywhere(alike, "同名")
    assert codes(refused) == ["line_ambiguous"]
    assert "R1-1, R1-2, R2-1" in refused.value.problems[0].sentence("en")
    assert find_line_anywhere(alike, "R1-2").code == "R1-2"


def test_who_decided_on_what_has_moved_meanwhile_is_refused_and_nothing_is_recorded(tmp_path: Path) -> None:
    case = locked(tmp_path)
    with case.desk() as desk:
        stock = take_stock(desk)
        other = Event("objection", "R2", "R2-1", "hours", None, 1.0)
        desk.ledger.record([other], at=case.clock(), actor="a", source="b")
        with pytest.raises(Refused) as refused:
            stock.settle([Event("lock", "R1", None, "state", "locked", "open")])
        assert codes(refused) == ["ledger_moved"]
        assert desk.ledger.last is not None and desk.ledger.last.action == "objection"


def test_a_plan_is_not_begun_on_the_ledger_of_another_whose_book_is_gone(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.path.unlink()
    with case.desk() as desk, pytest.raises(Refused) as refused:
        new(desk, case.inputs, "en")
    assert codes(refused) == ["ledger_exists"]


def test_letters_that_are_recorded_and_cannot_be_written_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, out = confirmed(tmp_path), tmp_path / "letters"

    def full(_laid: Path, path: Path) -> None:
        raise Refused([Problem("file_not_written", str(path), {"detail": "No space left on device"})])

    with monkeypatch.context() as patched:
        patched.setattr(import_module("targetcal_xl.actions.letter_making"), "put_in_place", full)
        with pytest.raises(Refused) as refused:
            case.run(issue_letters, out, "docx")
    assert codes(refused)[0] == "letters_not_written"
    assert len(case.run(issue_letters, out, "docx").letters) == 2, "the same once more finishes them"
    assert len(list(out.glob("*.docx"))) == 2
