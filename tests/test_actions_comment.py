"""What both sides write to each other about a line: from tab and command, at any time before confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from targetcal_xl.actions import (
    comment,
    comment_as_said,
    confirm,
    decide_typed,
    lock,
    repair,
    take_in_remarks,
    threads,
    trace,
    unlock,
    verify,
)
from targetcal_xl.calibration import Key, Value
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.workbook import LONGEST_REMARK
from tests.support.desks import RESERVE, Case, decided, fresh, locked, submitted, told
from tests.support.exploring import explores, few
from tests.support.mortal import crashes

REGION_SAYS: Key = ("R1", "R1-1", "region_says")
SUPERIOR_SAYS: Key = ("R1", "R1-1", "superior_says")


def shown(case: Case, key: Key) -> Value:
    """What a cell of ours shows."""
    reading = case.reading()
    sheet, spot = reading.places.find(key)
    return reading.grids[sheet][spot].value if spot in reading.grids[sheet] else None


def thread(case: Case, line: str = "R1-1") -> list[str]:
    """A line's thread as its tab shows it, without the times."""
    said = shown(case, (line[:2], line, "thread"))
    return [words[len("2025-01-06 03:00 ") :] for words in str(said or "").splitlines()]


def test_both_sides_write_and_each_reads_the_other_with_the_newest_on_top(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "为什么比去年低？", by="superior1")
    case.run(comment, "华东大区", "R1-1", "大客户走了", by="head1")
    case.run(comment, "R1", "R1-2", "另一行", by="hrbp1")
    assert thread(case) == ["head1：大客户走了", "superior1：为什么比去年低？"]
    assert thread(case, "R1-2") == ["hrbp1：另一行"]
    assert str(shown(case, ("R1", "R1-1", "thread"))).startswith("2025-01-06 04:00 head1")
    assert case.run(verify).verified


@pytest.mark.parametrize(
    "stage",
    few(
        [pytest.param(one, id=one.__name__) for one in (fresh, submitted, locked, decided)],
        {"fresh", "decided"},
    ),
)
def test_what_is_typed_in_the_tab_is_taken_in_at_any_time_before_confirmation(
    stage: Callable[[Path], Case], tmp_path: Path
) -> None:
    case = stage(tmp_path)
    case.type({REGION_SAYS: "我们缺人", SUPERIOR_SAYS: "  我来想办法\n下周给两人 "})
    [first, second] = case.run(take_in_remarks).remarks
    assert (first.by, first.recorded_by, first.text) == ("head1", "林静", "我们缺人")
    assert (second.by, second.text) == ("superior1", "我来想办法\n下周给两人")
    assert {REGION_SAYS, SUPERIOR_SAYS}.isdisjoint(case.typed())
    assert thread(case)[-1] == "head1：我们缺人"
    assert case.run(take_in_remarks).remarks == (), "nothing is taken in twice"
    assert case.run(verify).verified


def test_who_may_not_sign_for_a_region_does_not_write_for_it_either(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({("R1", None, "submitter"): "somebody else", REGION_SAYS: "你好"})
    assert case.run(take_in_remarks).remarks[0].by == "head1"


def test_a_locked_tab_lets_both_sides_write_and_its_seal_holds(tmp_path: Path) -> None:
    case = locked(tmp_path)
    tab = openpyxl.load_workbook(case.path)[case.reading().places.tabs["region:R1"]]
    spots = {key: case.reading().places.find(key)[1] for key in (REGION_SAYS, SUPERIOR_SAYS)}
    assert tab.protection.sheet and tab.protection.hashValue
    assert [tab.cell(*spot).protection.locked for spot in spots.values()] == [False, False]
    case.type({REGION_SAYS: "补充一点"})
    assert case.problems() == []
    assert case.run(verify).verified
    assert case.run(repair).changed is False


def test_a_confirmed_region_takes_no_more_until_it_is_handed_back(tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.type({REGION_SAYS: "最后一句"})
    case.run(confirm, RESERVE)
    assert thread(case) == ["head1：最后一句"], "what was written before is taken in"
    tab = openpyxl.load_workbook(case.path)[case.reading().places.tabs["region:R1"]]
    assert tab.cell(*case.reading().places.find(REGION_SAYS)[1]).protection.locked
    with pytest.raises(Refused, match="confirmed"):
        case.run(comment, "R1", "R1-1", "还有", by="head1")
    case.type({REGION_SAYS: "还有"})
    assert case.problems() == [("thread_closed", case.where(REGION_SAYS))]
    assert told(case.run(take_in_remarks).refused) == [("thread_closed", case.where(REGION_SAYS))]
    case.run(unlock, "R1", "numbers of last year")
    assert [one.text for one in case.run(take_in_remarks).remarks] == ["还有"]


FAULTY: dict[str, tuple[Value | Cell, str]] = {
    "a formula": (Cell("x", '"x"'), "text_formula"),
    "too long": ("长" * (LONGEST_REMARK + 1), "remark_long"),
    "a control character": ("a\x07b", "remark_signs"),
    "text that turns round": ("报价\u202efdp.exe", "remark_signs"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_no_remark_stays_where_it_is_and_is_named_by_cell(name: str, tmp_path: Path) -> None:
    said, code = FAULTY[name]
    case = submitted(tmp_path)
    case.type({REGION_SAYS: said, ("R1", "R1-2", "region_says"): "好的"})
    expected = [(code, case.where(REGION_SAYS))]
    assert case.problems() == expected
    assert told(case.run(lock, ("R1",)).refused[0][1]) == expected, "its region waits"
    assert thread(case, "R1-2") == ["head1：好的"], "another line's remark does not"
    report = case.run(take_in_remarks)
    assert (report.remarks, told(report.refused), report.leaves_work) == ((), expected, True)
    assert REGION_SAYS in case.typed() or code == "text_formula"
    assert thread(case) == []


@pytest.mark.parametrize("words", ["长" * (LONGEST_REMARK + 1), "a\x07b", "\u2066x", "\ud800"])
def test_words_that_are_no_remark_are_refused_by_command(words: str, tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with pytest.raises(DataProblems):
        case.run(comment, "R1", "R1-1", words)
    assert case.entries("comment") == []


def test_a_number_and_words_that_look_like_a_formula_are_taken_as_words(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({REGION_SAYS: 220.0, SUPERIOR_SAYS: Cell("=SUM(A1)")})
    assert [one.text for one in case.run(take_in_remarks).remarks] == ["220", "=SUM(A1)"]
    assert case.run(verify).verified


def test_half_a_comment_is_refused(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    for said in (("", "R1-1", "你好"), ("R1", "", "你好"), ("R1", "R1-1", ""), ("", "", "你好")):
        with pytest.raises(Refused, match="--text"):
            case.run(comment_as_said, *said)


def test_lock_takes_in_what_is_written_in_drafts_too(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({("R2", None, "status"): "draft", ("R2", "R2-1", "region_says"): "还需要两天"})
    report = case.run(lock)
    assert (report.waiting, report.remarks) == (("华南大区",), 1)
    assert thread(case, "R2-1") == ["head2：还需要两天"]
    assert all(field != "region_says" for _, _, field in (entry.key for entry in case.entries()))


def test_a_superior_who_decides_in_the_tab_is_heard(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type(
        {
            ("R1", "R1-1", "decision"): "accept",
            ("R1", "R1-1", "decision_reason"): "依据充分",
            SUPERIOR_SAYS: "辛苦了",
        }
    )
    case.run(decide_typed, "R1", by="superior1")
    assert thread(case) == ["superior1：辛苦了"]


def test_a_death_at_any_write_neither_loses_a_remark_nor_takes_it_in_twice(tmp_path: Path) -> None:
    case = locked(tmp_path / "case")
    case.type({REGION_SAYS: "我们缺人"})
    found = crashes(case.folder, partial(case.run, take_in_remarks))
    for left in found.killed()[:: 1 if explores() else 3]:
        dead = replace(case, folder=found.lay(left, tmp_path / "dead"))
        dead.run(repair)
        dead.run(take_in_remarks)
        assert thread(dead) == ["head1：我们缺人"]
        assert REGION_SAYS not in dead.typed()
        assert dead.run(verify).verified
    assert len(found.killed()) > 4


def test_a_lost_book_comes_back_with_its_threads(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "你好", by="head1")
    case.path.unlink()
    case.run(repair)
    assert thread(case) == ["head1：你好"]
    assert case.run(verify).verified


def test_a_thread_that_somebody_changed_in_the_tab_is_named(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "你好", by="head1")
    case.type({("R1", "R1-1", "thread"): Cell("2025-01-06 03:00 superior1：同意")})
    assert case.problems() == [("readonly_changed", case.where(("R1", "R1-1", "thread")))]


def test_a_long_thread_shows_its_newest_and_counts_the_rest(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    for number in range(12):
        case.run(comment, "R1", "R1-1", f"{number}" + "长" * (LONGEST_REMARK - 2))
    said = str(shown(case, ("R1", "R1-1", "thread")))
    assert len(said) < 9_000
    assert thread(case)[0].startswith("林静：11")
    assert said.splitlines()[-1] == "……此前还有 5 条"
    assert len(case.run(threads).remarks) == 12


def test_threads_lists_all_or_those_that_are_named_and_what_waits(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "一", by="head1")
    case.run(comment, "R2", "R2-1", "二", by="superior2")
    case.type({REGION_SAYS: "三"})
    entries = len(case.entries())
    report = case.run(threads)
    assert [(one.region, one.line, one.text) for one in report.remarks] == [
        ("华东大区", "华东1组", "一"),
        ("华南大区", "华南1组", "二"),
    ]
    assert report.waiting == 1
    for said in ({"region": "R2"}, {"line": "R2-1"}, {"region": "华南大区", "line": "华南1组"}):
        named = case.run(threads, **said)
        assert ([one.text for one in named.remarks], named.waiting) == (["二"], 0)
    assert len(case.entries()) == entries
    assert REGION_SAYS in case.typed()


def test_a_trace_of_the_line_holds_its_thread(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(comment, "R1", "R1-1", "你好", by="head1")
    case.run(comment, "R1", "R1-2", "再见", by="head1")
    said = [step.entry.new for step in case.run(trace, "R1-1").steps if step.entry.action == "comment"]
    assert said == ["你好"]
