"""Killed or out of disk at any write of any action, nothing is lost and nothing is stuck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    backtest,
    confirm,
    decide,
    decide_support,
    evaluate,
    follow,
    handle_objection,
    issue_letters,
    lock,
    new,
    recalibrate,
    repair,
    survey,
    switch_functions,
    unlock,
    upgrade,
    verify,
)
from targetcal_xl.actions.repair import PENDING
from targetcal_xl.connect import Responses, read_actuals
from targetcal_xl.desk import ledger_beside
from targetcal_xl.problems import Refused
from tests.fixtures import Kept
from tests.support.desks import (
    RESERVE,
    TALK,
    Case,
    confirmed,
    decided,
    delete_tab,
    fresh,
    locked,
    submitted,
)
from tests.support.mortal import deaths, dies_at, fails_at

Act = Callable[[Case], object]

_MOST_WRITES = 100


def _new(folder: Path) -> Case:
    case = fresh(folder)
    case.path.unlink()
    ledger_beside(case.path).unlink()
    return case


def _begin(case: Case) -> None:
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")


def _restated(folder: Path) -> Case:
    case = fresh(folder)
    case.type({("R1", "R1-1", "history.2024Q4"): 91.0})
    return case


def _damaged(folder: Path) -> Case:
    case = decided(folder)
    delete_tab(case.path, "总览")
    return case


def _outdated(folder: Path) -> Case:
    """What release 0.1.0 wrote."""
    case, _ = Kept("0.1.0", "2026-11-27T0654/zh-CN-confirmed").unpacked(folder)
    return replace(case, outdated=True)


def _followed(case: Case, days: int = 60) -> None:
    dates = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(days)]
    rows = [f"{day},{line.code},1" for day in dates for line in case.inputs.plan.lines]
    path = case.folder / "actuals.csv"
    path.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    case.run(follow, read_actuals(path, case.inputs.plan))


def _lettered(case: Case) -> None:
    """In Word alone: the threads that set pages do not outlive a fork."""
    case.run(issue_letters, case.folder / "letters", "docx")


def _surveyed(case: Case) -> None:
    case.run(survey, Responses(("R1",) * 6 + ("R2",) * 7, (4.0,) * 13))


def _over(folder: Path) -> Case:
    """The quarter is over: results and opinions are there."""
    case = confirmed(folder)
    _followed(case, 90)
    _surveyed(case)
    return case


ACTIONS: dict[str, tuple[Callable[[Path], Case], Act]] = {
    "new": (_new, _begin),
    "recalibrate": (_restated, lambda case: case.run(recalibrate, "更正")),
    "functions": (fresh, lambda case: case.run(switch_functions, "live")),
    "lock": (submitted, lambda case: case.run(lock)),
    "decide": (
        locked,
        lambda case: case.run(decide, "R1", "R1-1", "return", reason="请补充", by="superior1"),
    ),
    "support": (
        locked,
        lambda case: case.run(decide_support, "R1", "R1-1", "no", reason="编制已满", by="superior1"),
    ),
    "objection": (
        locked,
        lambda case: case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈", by="hrbp2"),
    ),
    "confirm": (decided, lambda case: case.run(confirm, RESERVE)),
    "unlock": (decided, lambda case: case.run(unlock, "R1", "大客户取消")),
    "letters": (confirmed, _lettered),
    "follow": (confirmed, _followed),
    "survey": (confirmed, _surveyed),
    "evaluate": (_over, lambda case: case.run(evaluate)),
    "backtest": (fresh, lambda case: case.run(backtest)),
    "repair": (_damaged, lambda case: case.run(repair)),
    "upgrade": (_outdated, lambda case: case.run(upgrade)),
}


@pytest.fixture(params=ACTIONS)
def action(request: pytest.FixtureRequest) -> tuple[Callable[[Path], Case], Act]:
    """How to come to where somebody acts, and what they do."""
    return ACTIONS[request.param]


def _recorded(case: Case) -> int:
    """How many entries there are; none where the ledger was not even begun."""
    try:
        return len(case.entries())
    except Refused:
        return 0


def _sound(case: Case, before: tuple[int, bytes]) -> None:
    """Nothing has happened, or after `repair` book and ledger agree; no half-written file lies about."""
    if not _recorded(case):
        assert not case.path.exists()
        _begin(case)
    if (_recorded(case), _bytes(case)) != before:
        case.run(repair)
        problems = [problem for problem in case.run(verify).problems if problem.code not in PENDING]
        assert problems == []
    assert list(case.folder.glob(".targetcal-*")) == []


def _bytes(case: Case) -> bytes:
    """What the book's file holds, nothing when it is not there."""
    return case.path.read_bytes() if case.path.exists() else b""


def _writes(stage: Callable[[Path], Case], folder: Path) -> Iterator[tuple[int, Case, tuple[int, bytes]]]:
    """The number of each write, a case of its own for it, how many entries it has, and its book's bytes."""
    for write in range(_MOST_WRITES):
        case = stage(folder / str(write))
        yield write, case, (_recorded(case), _bytes(case))
    raise AssertionError("it never comes to its end")


def test_a_death_at_any_write_loses_nothing(
    action: tuple[Callable[[Path], Case], Act], tmp_path: Path
) -> None:
    stage, act = action
    case = stage(tmp_path / "case")
    before = _recorded(case), _bytes(case)
    left = deaths(case.folder, partial(act, case), tmp_path / "dead")
    recorded = []
    for dead in [*(replace(case, folder=folder) for folder in left), case]:
        recorded.append(_recorded(dead) > before[0])
        _sound(dead, before)
    assert recorded == sorted(recorded), "before the commit nothing has happened, after it everything has"
    assert len(left) > 3


def test_a_full_disk_at_any_write_is_told_as_it_is_and_loses_nothing(
    action: tuple[Callable[[Path], Case], Act], tmp_path: Path
) -> None:
    stage, act = action
    for write, case, before in _writes(stage, tmp_path):
        told = fails_at(write, partial(act, case))
        after = _recorded(case)
        if told is None:
            break
        says_recorded = told[0] in ("recorded_not_shown", "letters_not_written")
        assert says_recorded == (after > before[0]), told
        _sound(case, before)
    assert write > 3


def test_what_was_interrupted_can_be_done_again(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    act = ACTIONS["letters"][1]
    for write in count():
        if not dies_at(write, lambda: act(case)):
            break
        case.run(repair)
    issued = case.entries("letters", "letter")
    assert [entry.new for entry in issued] == ["2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R2-V1"]
    assert sorted(path.suffix for path in (case.folder / "letters").iterdir()) == [".docx", ".docx"]
    assert case.run(verify).verified
