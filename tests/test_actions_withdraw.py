"""Who has submitted may take it back until the superior decides or the deadline is over."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import check, decide, handle_objection, lock, objections, verify, withdraw
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support import desks
from tests.support.desks import TALK, Case, fresh, locked, told
from tests.support.exploring import few

TAB = "华东大区"
WHY = "漏报了一个新签大客户"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are locked: R1-1 a little low, R1-2 as suggested, R2-1 an open objection."""
    return locked(tmp_path)


def _refused(case: Case, region: str, by: str, reason: str = WHY) -> list[tuple[str, str]]:
    before, book = case.entries(), case.path.read_bytes()
    with pytest.raises(Refused) as refused:
        case.run(withdraw, region, reason, by=by)
    assert (case.entries(), case.path.read_bytes()) == (before, book)
    return told(refused.value.problems)


@pytest.mark.parametrize("by", few(["head1", " HEAD1 "], {" HEAD1 "}))
def test_the_head_takes_a_submission_back_and_submits_another_one(case: Case, by: str) -> None:
    report = case.run(withdraw, TAB, WHY, by=by)
    assert (report.region, report.round, report.objections) == (TAB, 1, ())
    tab = case.reading().places.tabs["region:R1"]
    assert not open_book(case.path).is_protected(tab)
    typed = case.typed()
    assert (typed["R1", "R1-1", "declared"], typed["R1", None, "status"]) == (84, "draft")
    recorded = {entry.field: entry for entry in case.entries("withdraw")}
    assert (recorded["state"].new, recorded["state"].reason) == ("open", WHY)
    assert case.run(check, ["R1"]).regions[0].stage == "draft"
    case.type({("R1", "R1-1", "declared"): 90.0, ("R1", None, "status"): "submitted"})
    assert case.run(lock).locked == (TAB,)
    assert case.value("R1", "R1-1", "declared") == 90
    assert not case.run(verify).problems


def test_a_deputy_may_withdraw_too(tmp_path: Path) -> None:
    inputs = desks.case_inputs()
    regions = tuple(
        replace(one, deputy=replace(one.head, name=f"deputy{one.code[1]}")) for one in inputs.plan.regions
    )
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, regions=regions)))
    for stage in desks.play(case):
        if stage == "locked":
            break
    assert case.run(withdraw, "R1", WHY, by="deputy1").region == TAB


@pytest.mark.parametrize("by", ["superior1", "hrbp1", "head2", "林静"])
def test_nobody_else_withdraws(case: Case, by: str) -> None:
    assert _refused(case, "R1", by) == [("not_head", TAB)]


def test_a_reason_is_needed(case: Case) -> None:
    assert _refused(case, "R1", "head1", "无") == [("reason_missing", "")]


def test_what_is_not_submitted_cannot_be_withdrawn(tmp_path: Path) -> None:
    assert _refused(fresh(tmp_path), "R1", "head1") == [("withdraw_nothing", TAB)]


@pytest.mark.parametrize("kind", ["accept", "return"])
def test_once_a_line_is_decided_nothing_is_withdrawn(case: Case, kind: str) -> None:
    case.run(decide, "R1", "R1-1", kind, reason="依据充分", by="superior1")
    assert _refused(case, "R1", "head1") == [("withdraw_decided", TAB)]
    assert case.run(withdraw, "R2", WHY, by="head2").objections == ("华南1组",)


def test_in_a_further_round_the_lines_wait_with_their_counters_again(case: Case) -> None:
    case.run(decide, "R1", "R1-1", "counter", counter=90.0, reason="试用转化在回升", by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    keys = [("R1", line, code) for line in ("R1-1", "R1-2") for code in ("decision", "counter", "agreed")]
    waiting = [case.value(*key) for key in keys]
    for declared, agree in ((86.0, None), (86.0, "yes")):
        case.type(
            {
                ("R1", "R1-1", "declared"): declared,
                ("R1", "R1-1", "agree"): agree,
                ("R1", None, "status"): "submitted",
            }
        )
        assert case.run(lock).locked == (TAB,)
        if agree is None:
            case.run(withdraw, "R1", WHY, by="head1")
            assert [case.value(*key) for key in keys] == waiting
            assert case.run(check, ["R1"]).regions[0].stage == "returned"
    assert case.value("R1", "R1-1", "agreed") == 90
    assert _refused(case, "R1", "head1") == [("withdraw_decided", TAB)], "every line is agreed"


def test_an_objection_stays_open_until_it_is_answered_or_lifted(case: Case) -> None:
    case.run(withdraw, "R2", WHY, by="head2")
    assert [one.state for one in case.run(objections).objections] == ["open"]
    case.declare("R2", R2_1=case.suggested("R2-1"))
    case.run(lock)
    assert [one.state for one in case.run(objections).objections] == ["lifted"]


@pytest.mark.parametrize(("day", "codes"), [(8, []), (9, ["withdraw_late"])])
def test_after_the_deadline_of_the_round_it_stays(tmp_path: Path, day: int, codes: list[str]) -> None:
    inputs = desks.case_inputs()
    plan = replace(inputs.plan, deadlines=(dt.date(2025, 1, 8),))
    case = Case(tmp_path, replace(inputs, plan=plan))
    for stage in desks.play(case):
        if stage == "locked":
            break
    case.clock.now = dt.datetime(2025, 1, day, 12, tzinfo=dt.UTC)
    if codes:
        assert _refused(case, "R1", "head1") == [("withdraw_late", TAB)]
    else:
        assert case.run(withdraw, "R1", WHY, by="head1").region == TAB


def test_an_answered_objection_is_no_decision_of_the_superiors(case: Case) -> None:
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    assert case.run(check, ["R2"]).regions[0].stage == "submitted"
    assert case.run(withdraw, "R2", WHY, by="head2").objections == ()
