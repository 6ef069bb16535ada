"""Whatever a region asks for is granted or declined by its superior, recorded, and printed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    check,
    confirm,
    decide,
    decide_support,
    decide_typed,
    issue_letters,
    lock,
    supports,
    unlock,
    verify,
)
from targetcal_xl.actions.alarms import _overdue
from targetcal_xl.calibration import Value
from targetcal_xl.ledger import standing
from targetcal_xl.problems import DataProblems, Refused
from tests.support.desks import RESERVE, Case, decided, decline, locked, submitted, told
from tests.support.letters import pdf_text, word_text

TAB = "华东大区"
ITEM: dict[str, Value] = {
    "line": "华东1组",
    "kind": "headcount",
    "what": "售前一名",
    "quantity": 1.0,
    "unit": "人",
}
WHY = "本季编制已满"


def _ask(case: Case, row: str = "S01", **more: Value) -> None:
    case.type({("R1", row, code): value for code, value in (ITEM | more).items()})


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """R1 asks for one item, and for something else in the words of R1-2; all lines are accepted."""
    case = submitted(tmp_path)
    _ask(case)
    case.run(lock)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "accept", reason="依据充分", by="superior1")
    return case


def _obstacles(case: Case) -> list[tuple[str, str]]:
    with pytest.raises(DataProblems) as found:
        case.run(confirm, RESERVE)
    return [item for item in told(found.value.problems) if item[1].startswith(TAB)]


def test_what_nobody_granted_or_declined_stands_in_the_way_by_name(case: Case) -> None:
    assert _obstacles(case) == [
        ("support_undecided", f"{TAB} / S01 售前一名"),
        ("support_undecided", f"{TAB} / 华南2组"),
    ]


def test_after_the_decision_a_support_is_still_granted_in_the_tab(case: Case) -> None:
    case.type({("R1", "S01", "granted"): "yes"})
    assert told(case.run(check).problems) == [("grant_waits", case.where(("R1", "S01", "granted")))]
    report = case.run(decide_typed, "R1", by="superior1")
    assert (report.lines, report.supports, report.stage) == ((), (("S01", "yes"),), "accepted")
    entry = case.entries("decide", "granted")[-1]
    assert (entry.row, entry.old, entry.new, entry.actor, entry.source) == (
        "S01", None, "yes", "superior1", "test, tab",
    )  # fmt: skip
    assert _obstacles(case) == [("support_undecided", f"{TAB} / 华南2组")]
    assert case.run(verify).problems == ()


def test_a_support_is_declined_with_a_reason_by_the_superior_only(case: Case) -> None:
    for by, code in (("head1", "actor_is_head"), ("林静", "actor_not_superior")):
        with pytest.raises(Refused) as refused:
            case.run(decide_support, "R1", "S01", "yes", by=by)
        assert told(refused.value.problems) == [(code, TAB)]
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", "S01", "no", reason="无", by="superior1")
    assert told(refused.value.problems) == [("reason_missing", f"{TAB} / S01")]
    report = case.run(decide_support, "R1", "s01", "no", reason=WHY, hours=0.5, by="superior1")
    assert report.undecided == ("华南2组",)
    assert case.value("R1", "S01", "granted") == "no" == case.typed()["R1", "S01", "granted"]


def test_a_support_named_in_words_only_can_be_declined_and_not_granted(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", "华南2组", "yes", by="superior1")
    assert told(refused.value.problems) == [("support_not_listed", f"{TAB} / 华南2组")]
    case.run(decide_support, "R1", "华南2组", "no", reason=WHY, by="superior1")
    assert _obstacles(case) == [("support_undecided", f"{TAB} / S01 售前一名")]


def test_all_that_is_asked_for_and_not_answered_is_declined_at_once(case: Case) -> None:
    report = case.run(decide_support, "R1", "All", "no", reason=WHY, by="superior1")
    assert report.supports == (("S01", "no"), ("华南2组", "no"))
    assert report.undecided == ()
    assert _obstacles(case) == []
    assert case.typed()["R1", "S01", "granted"] == "no"
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", "all", "no", reason=WHY, by="superior1")
    assert told(refused.value.problems) == [("supports_answered", TAB)]


def test_all_items_are_granted_at_once_but_nothing_that_is_asked_for_in_words_only(case: Case) -> None:
    report = case.run(decide_support, "R1", "all", "yes", owner="何雯", by="superior1")
    assert (report.supports, report.undecided) == ((("S01", "yes"),), ("华南2组",))
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", "all", "yes", by="superior1")
    assert told(refused.value.problems) == [("supports_answered", TAB)]


@pytest.mark.parametrize(
    ("support", "granted", "code"),
    [
        ("S07", "yes", "support_unknown"),
        ("S01", "maybe", "grant_unknown"),
        ("华东1组", "no", "support_unknown"),
    ],
)
def test_what_is_no_support_or_no_answer_is_named(case: Case, support: str, granted: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", support, granted, reason=WHY, by="superior1")
    assert [problem.code for problem in refused.value.problems] == [code]


def test_the_lock_says_which_supports_no_item_lists(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    _ask(case)
    assert case.run(lock).in_words_only == ((TAB, "华南2组"), ("华南大区", "华南1组"))


def test_an_item_for_the_whole_region_lists_what_its_lines_name(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    _ask(case, line=None)
    assert case.run(lock).in_words_only == (("华南大区", "华南1组"),)


def test_a_granted_item_that_is_changed_afterwards_is_decided_anew(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    _ask(case)
    _ask(case, "S02", what="展会费用", kind="budget")
    case.run(lock)
    for item in ("S01", "S02"):
        case.run(decide_support, "R1", item, "yes", by="superior1")
    case.run(decide, "R1", "R1-1", "return", reason="请重新测算", by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    case.type({("R1", "S01", "quantity"): 20.0})
    case.declare("R1", R1_1=86)
    case.run(lock)
    assert case.value("R1", "S01", "granted") is None
    assert ("R1", "S01", "granted") not in case.typed(), "the cell is empty again"
    assert case.value("R1", "S02", "granted") == "yes"


def test_words_that_change_are_declined_anew(tmp_path: Path) -> None:
    case = locked(tmp_path)
    decline(case, "R1-1")
    case.run(unlock, "R1", "重新申报")
    case.declare("R1", R1_1=86, R1_2=130)
    case.type({("R1", "R1-1", "support"): "增加两名售前"})
    case.run(lock)
    assert "华东1组" in case.run(decide_support, "R1", "R1-2", "no", reason=WHY, by="superior1").undecided


@pytest.mark.parametrize(
    ("typed", "code"), [("maybe", "choice_unknown"), ("yes", "grant_of_nothing")], ids=["unclear", "no item"]
)
def test_a_grant_that_says_nothing_is_named_by_its_cell(tmp_path: Path, typed: str, code: str) -> None:
    case = locked(tmp_path)
    if code == "choice_unknown":
        case = submitted(tmp_path / "other")
        _ask(case)
        case.run(lock)
    key = ("R1", "S01", "granted")
    case.type({key: typed})
    with pytest.raises(DataProblems) as found:
        case.run(decide_typed, "R1", by="superior1")
    assert told(found.value.problems) == [(code, case.where(key))]


def test_the_letter_prints_what_was_granted_and_what_was_declined_and_why(case: Case, tmp_path: Path) -> None:
    case.run(decide_support, "R1", "S01", "yes", by="superior1")
    decline(case, "R1-2")
    case.run(unlock, "R2", "不再异议")
    case.declare("R2", R2_1=case.suggested("R2-1"))
    case.run(lock)
    case.run(decide, "R2", "R2-1", "accept", reason="同意", by="superior2")
    decline(case, "R2-1")
    case.run(confirm, RESERVE)
    case.run(issue_letters, tmp_path / "out")
    name = "2025Q1-new-customers-R1-V1"
    for said in (
        word_text((tmp_path / "out" / f"{name}.docx").read_bytes()),
        pdf_text((tmp_path / "out" / f"{name}.pdf").read_bytes()),
    ):
        assert "售前一名" in said and "未获批准" in said
        assert "增加一名售前" in said and WHY in said


def test_whoever_knows_says_whether_a_support_came_and_may_take_it_back(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    _ask(case, due="2025-01-05")
    case.run(lock)
    case.run(decide_support, "R1", "S01", "yes", owner="李颖", by="superior1")
    (row,) = case.run(supports, "R1").supports
    assert (row.row, row.line, row.what, row.owner, row.state) == (
        *("S01", "华东1组", "售前一名", "李颖", "past_due"),
    )
    for said, code in (
        (("R1", "", "no"), "support_which"),
        (("R1", "S02", "no"), "support_not_granted"),
        (("R1", "S01", ""), "support_came"),
        (("R1", "S01", "2031-01-01"), "support_not_yet"),
    ):
        with pytest.raises((Refused, DataProblems)) as found:
            case.run(supports, *said, by="李颖")
        assert [problem.code for problem in found.value.problems] == [code], said
    for came, state in (("2025/1/6", "late"), ("否", "never"), ("unknown", "past_due")):
        report = case.run(supports, "R1", "s01", came, by="李颖")
        assert [one.state for one in report.supports] == [state]
        with case.desk() as desk:
            late = [*_overdue(standing(desk.ledger), ("R1", "R1-1"), case.clock().date())]
        assert late == ([] if state == "late" else ["R1/S01"]), "a warning names what has not come"
    told_of = [(entry.actor, entry.old, entry.new) for entry in case.entries("supports", "delivered")]
    assert told_of == [("李颖", *pair) for pair in pairwise((None, "2025-01-06", "no", None))]


def test_a_table_says_of_many_supports_and_nothing_where_a_day_is_left_empty(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    for row in ("S01", "S02", "S03"):
        _ask(case, row, due="2025-01-05")
    case.run(lock)
    for row in ("S01", "S02", "S03"):
        case.run(decide_support, "R1", row, "yes", by="superior1")
    case.run(supports, "R1", "S02", "2025-01-04")
    table = tmp_path / "came.csv"
    table.write_text("region,support,delivered\nR1,S01,no\nR1,S02,\nR1,S03,2025-01-06\n", "utf-8")
    with pytest.raises(Refused):
        case.run(supports, "R9", deliveries=table)
    report = case.run(supports, deliveries=table)
    assert [one.state for one in report.supports] == ["never", "in_time", "late"]
    assert report.taken is not None and (report.taken.rows, report.taken.new) == (2, 2)
    before = case.entries("supports", "delivered")
    table.write_text("大区,支持编号,到位日期\nR1,S01,unknown\nR1,S02,2031-01-01\n", "utf-8")
    with pytest.raises(DataProblems) as early:
        case.run(supports, deliveries=table)
    assert [problem.code for problem in early.value.problems] == ["support_not_yet"]
    with pytest.raises(Refused) as both:
        case.run(supports, "R1", "S01", "no", table)
    assert [problem.code for problem in both.value.problems] == ["support_one_or_table"]
    assert case.entries("supports", "delivered") == before, "all of it, or nothing"


def test_no_support_is_awaited_that_nobody_granted(case: Case) -> None:
    assert case.run(supports, "R1").supports == ()


def test_a_confirmed_region_grants_nothing_more(tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.run(confirm, RESERVE)
    with pytest.raises(Refused) as refused:
        case.run(decide_support, "R1", "R1-1", "no", reason=WHY, by="superior1")
    assert told(refused.value.problems) == [("not_locked_confirmed", TAB)]
