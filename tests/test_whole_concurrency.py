"""Many at once on one book and one ledger: each succeeds or is told why not, and what succeeded is there."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from targetcal_xl.actions import decide, decide_support, handle_objection, lock, repair, verify
from targetcal_xl.calibration import Key, Value
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import TargetcalError
from tests.support import desks
from tests.support.desks import REASONS, TALK, Case, case_inputs, submitted
from tests.support.mortal import crashes
from tests.support.postgres import PASSWORD, Server, postgres

__all__ = ["postgres"]

_PATIENCE = 60
"""How often somebody tries again who is told that it is not their turn yet."""


@dataclass(frozen=True)
class Job:
    """What one of them does, and what the ledger then holds: region, row and field, and the value."""

    act: Callable[[Case], object]
    key: Key
    value: Value


def _decides(region: str, line: str) -> Job:
    by = f"superior{region[1]}"
    return Job(
        lambda case: case.run(decide, region, line, "accept", reason="依据充分", by=by),
        (region, line, "decision"),
        "accept",
    )


def _declines(region: str, line: str) -> Job:
    by = f"superior{region[1]}"
    return Job(
        lambda case: case.run(decide_support, region, line, "no", reason="编制已满", by=by),
        (region, line, "support_declined"),
        "编制已满",
    )


JOBS = (
    Job(lambda case: case.run(lock, ["R1"]), ("R1", "R1-1", "declared"), 84.0),
    Job(lambda case: case.run(lock, ["R2"]), ("R2", "R2-1", "basis"), REASONS["basis"]),
    _decides("R1", "R1-1"),
    _decides("R1", "R1-2"),
    _decides("R2", "R2-1"),
    _declines("R1", "R1-1"),
    _declines("R2", "R2-1"),
    Job(
        lambda case: case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈", by="hrbp2"),
        ("R2", "R2-1", "objection"),
        "handled",
    ),
)
"""Eight people, who do not wait for each other."""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A plan that both regions have submitted, with its ledger in either database."""
    if request.param == "SQLite":
        return submitted(tmp_path)
    server: Server = request.getfixturevalue("postgres")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    case = Case(tmp_path, case_inputs(), ledger=server.database(tmp_path.name))
    desks.begin(case)
    desks._submit(case)
    return case


def _together(acts: Iterable[Callable[[], object]]) -> list[int | None]:
    """Do all of this at once, each in a process of its own; how they ended."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=act) for act in acts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def _until_done(case: Case, job: Job) -> None:
    """Do it, and again as long as somebody is told in words why it cannot be done yet."""
    for _ in range(_PATIENCE):
        try:
            job.act(case)
            return
        except TargetcalError as told:
            assert all(problem.sentence(language) for problem in told.problems for language in LANGUAGES)
            time.sleep(0.1)
    raise AssertionError("it never became possible")


def _all_agrees(case: Case) -> None:
    """Ledger and book are of one mind, by `audit --verify`, and there is nothing to repair."""
    report = case.run(verify)
    assert report.verified and report.problems == ()
    book = case.path.read_bytes()
    assert not case.run(repair).changed and case.path.read_bytes() == book


def test_eight_who_work_at_once_all_get_their_work_done_once(case: Case) -> None:
    assert _together(partial(_until_done, case, job) for job in JOBS) == [0] * 8
    for job in JOBS:
        found = [entry.new for entry in case.entries() if entry.key == job.key and entry.new is not None]
        assert [value for value in found if value == job.value] == found[-1:] != [], job.key
    assert case.value("R1", None, "state") == case.value("R2", None, "state") == "decided"
    _all_agrees(case)


def test_what_eight_do_at_once_is_done_by_one_of_them(case: Case) -> None:
    assert _together([partial(case.run, lock)] * 8) == [0] * 8
    assert [(entry.region, entry.new) for entry in case.entries("lock", "state")] == [
        ("R1", "locked"),
        ("R2", "locked"),
    ]
    _all_agrees(case)


def test_who_saves_the_book_meanwhile_loses_no_word_and_what_is_told_is_true(tmp_path: Path) -> None:
    case, note = submitted(tmp_path / "case"), ("R2", "R2-1", "comment")
    case.type({("R2", None, "status"): "draft"})
    theirs = submitted(tmp_path / "theirs")
    theirs.path.write_bytes(case.path.read_bytes())
    theirs.type({note: "还在核实"})
    saved, recorded = theirs.path.read_bytes(), len(case.entries())
    found = crashes(case.folder, lambda: case.run(lock), meanwhile=lambda: case.path.write_bytes(saved))
    kinds = {
        (re.sub(r"-\w+\.tmp", "", point.write), point.told): point
        for point in found.points
        if point.ending == "saved"
    }
    for (write, _), point in kinds.items():
        dead = replace(case, folder=found.lay(point.left, tmp_path / "dead"))
        if not write.startswith("os.rename"):
            says_recorded = point.told[:1] in ((), ("recorded_not_shown",))
            assert says_recorded == (len(dead.entries()) > recorded), point
            assert dead.typed()[note] == "还在核实", point
            dead.run(repair)
            assert dead.typed()[note] == "还在核实", point
            assert dead.run(verify).problems == ()
    assert {told for _, told in kinds} == {
        ("file_changed_meanwhile",),
        ("recorded_not_shown", "file_changed_meanwhile"),
        (),
    }
