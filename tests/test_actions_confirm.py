"""`confirm` closes the negotiation, or lists everything that stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.actions import check, confirm, decide, unlock, verify
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.workbook import open_book
from tests.support.desks import (
    RESERVE,
    Case,
    confirmed,
    decided,
    decline,
    delete_tab,
    fresh,
    locked,
    strip_protection,
    told,
)


def _obstacles(case: Case) -> list[tuple[str, str]]:
    before = case.entries()
    with pytest.raises(DataProblems) as problems:
        case.run(confirm)
    assert case.entries() == before
    return told(problems.value.problems)


def test_confirming_adds_up_what_was_agreed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    report = case.run(confirm, RESERVE)
    assert (report.regions, report.hq_target, report.suggested_total) == (2, 330, 85 + 130 + 198)
    assert report.agreed_total == 84 + 130 + 139 == case.value(None, None, "agreed_total")
    assert case.value("R1", None, "state") == case.value("R2", None, "state") == "confirmed"
    assert all(open_book(case.path).is_protected(tab) for tab in ("华东大区", "华南大区"))
    assert case.run(verify).verified


def test_an_open_plan_is_not_confirmed(tmp_path: Path) -> None:
    assert _obstacles(fresh(tmp_path)) == [("not_agreed_open", "华东大区"), ("not_agreed_open", "华南大区")]


def test_every_obstacle_is_listed(tmp_path: Path) -> None:
    case = locked(tmp_path)
    key = ("R2", "R2-1", "basis")
    case.type({key: "改了主意"})
    case.run(unlock, "R1", "客户延期，允许改报")
    assert _obstacles(case) == [
        ("not_agreed_open", "华东大区"),
        ("not_agreed_locked", "华南大区"),
        ("sealed_changed", case.where(key)),
        ("objection_open", "华南大区 / 华南1组"),
    ]


def test_an_unanswered_objection_stands_in_the_way_even_when_all_is_agreed(tmp_path: Path) -> None:
    case = locked(tmp_path)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "accept", reason="依据充分", by="superior1")
    case.run(decide, "R2", "R2-1", "accept", reason="渠道收缩属实", by="superior2")
    for line in ("R1-1", "R1-2", "R2-1"):
        decline(case, line)
    assert _obstacles(case) == [("objection_open", "华南大区 / 华南1组")]


def test_a_sealed_cell_changed_in_a_stripped_file_is_never_confirmed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    strip_protection(case.path)
    key = ("R1", "R1-1", "declared")
    case.type({key: 60.0})
    assert _obstacles(case) == [("sealed_changed", case.where(key))]


def test_a_lost_tab_is_never_confirmed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    delete_tab(case.path, "华南大区")
    with pytest.raises(Refused) as refused:
        case.run(confirm)
    assert told(refused.value.problems)[0][0] == "sheet_missing"


def test_a_confirmed_plan_is_not_confirmed_twice(tmp_path: Path) -> None:
    assert _obstacles(confirmed(tmp_path)) == [("all_confirmed", "")]


def test_a_region_handed_back_after_all_is_confirmed_anew(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    case.run(unlock, "R1", "总部追加资源，重新商定")
    assert case.value("R1", "R1-1", "agreed") is None
    assert _obstacles(case) == [("not_agreed_open", "华东大区")]


def test_a_decision_typed_too_late_is_named(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    key = ("R1", "R1-1", "decision")
    case.type({key: "return"})
    assert told(case.run(check).problems) == [("decision_unrecorded", case.where(key))]
