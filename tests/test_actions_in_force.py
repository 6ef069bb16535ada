"""What was confirmed stays in force until something else is; what is outside tolerance needs a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import (
    ConfirmReport,
    check,
    confirm,
    decide,
    follow,
    handle_objection,
    lock,
    new,
    objections,
    recalibrate,
    repair,
    unlock,
    verify,
)
from targetcal_xl.calibration import Group, Limits
from targetcal_xl.connect import Actuals
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import Entry, Event
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Sentence
from tests.support.desks import RESERVE, TALK, Case, confirmed, decided, decline, fresh, told

_GAP = ("hq_gap", "")


def _told_after(report: ConfirmReport) -> list[str]:
    """What is said in both languages, of which nothing asks for a reason any more."""
    parts = [part for language in LANGUAGES for part in report.tell(language) if isinstance(part, Sentence)]
    assert not any("--reason" in part.said for part in parts)
    return [f"{part.about} {part.said}" for part in parts]


def results(case: Case) -> Actuals:
    """Forty days with one customer each on every line."""
    days = case.inputs.plan.period.days[:40]
    ones = np.ones((3, len(days)))
    return Actuals(days, ones, np.full_like(ones, np.nan), np.full_like(ones, np.nan))


def _shown(case: Case, *key: str | None) -> object:
    sheet, spot = case.reading().places.find((key[0], key[1], str(key[2])))
    return case.reading().grids[sheet][spot].value


def test_confirming_puts_the_agreed_targets_in_force(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    assert [case.value(line[:2], line, "in_force") for line in ("R1-1", "R1-2", "R2-1")] == [84, 130, 139]


def test_a_region_handed_back_in_mid_quarter_keeps_its_targets_until_there_are_new_ones(
    tmp_path: Path,
) -> None:
    case = confirmed(tmp_path)
    whole = case.run(follow, results(case))
    assert case.run(unlock, "R1", "总部追加资源，重新商定").in_force
    again = case.run(follow, results(case))
    assert (again.agreed_total, again.path_total) == (whole.agreed_total, whole.path_total)
    assert (whole.reopened, again.reopened) == ((), ("华东大区",))
    assert _shown(case, None, None, "progress_agreed") == 353
    assert (_shown(case, "R1", None, "dashboard.in_force"), _shown(case, "R1", None, "agreed")) == (214, "")
    case.declare("R1", R1_1=90, R1_2=130)
    case.run(lock)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "accept", reason="依据充分", by="superior1")
    assert case.run(follow, results(case)).agreed_total == 353, "agreed, not confirmed yet"
    case.run(confirm, RESERVE)
    assert case.run(follow, results(case)).agreed_total == 359
    assert case.run(verify).problems == ()


def test_before_the_first_confirmation_nothing_is_in_force(tmp_path: Path) -> None:
    case = decided(tmp_path)
    assert not case.run(unlock, "R1", "客户延期").in_force
    with pytest.raises(Refused) as refused:
        case.run(follow, results(case))
    assert [problem.code for problem in refused.value.problems] == ["not_confirmed"]


def test_a_total_off_the_hq_target_needs_a_reason_and_says_the_gap(tmp_path: Path) -> None:
    case = decided(tmp_path)
    with pytest.raises(DataProblems) as found:
        case.run(confirm)
    [problem] = found.value.problems
    assert told([problem]) == [_GAP]
    assert (problem.fields["agreed"], problem.fields["hq"], problem.fields["gap"]) == ("353", "330", "+7.0%")
    with pytest.raises(Refused):
        case.run(confirm, "无")
    report = case.run(confirm, RESERVE)
    assert report.hq_gap == pytest.approx(353 / 330 - 1)
    assert told(report.exceptions) == [_GAP]
    assert any("+7.0%" in said for said in _told_after(report))
    assert {entry.reason for entry in case.entries("confirm")} == {RESERVE}


def test_within_the_plan_s_tolerance_no_reason_is_asked_for(tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.type({(None, None, "hq_tolerance"): 0.07})
    case.run(recalibrate, "董事会决定")
    assert case.run(confirm).exceptions == ()


def _limited(folder: Path) -> Case:
    """R1's lines are a group that may come to 200 at most, R2 to 150 at least, and R1-2 is locked at 130."""
    base = fresh(folder / "base")
    plan = base.inputs.plan
    lines = tuple(
        replace(line, group="coast" if line.region == "R1" else "", limits=limits)
        for line, limits in zip(plan.lines, (Limits(), Limits(130, 130), Limits()), strict=True)
    )
    regions = (plan.regions[0], replace(plan.regions[1], limits=Limits(low=120)))
    groups = (Group("coast", "沿海", "R1", Limits(high=210)),)
    plan = replace(plan, lines=lines, regions=regions, groups=groups)
    case = Case(folder, replace(base.inputs, plan=plan))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    return case


def test_groups_and_limits_stand_on_settings_and_dashboard(tmp_path: Path) -> None:
    case = _limited(tmp_path)
    assert _shown(case, None, "group:coast", "limit.high") == 210
    assert _shown(case, None, "group:coast", "limit.parent") == "华东大区"
    assert _shown(case, None, "line:R1-2", "limit.locked") == "是"
    assert _shown(case, None, "region:R2", "dashboard.limit.low") == 120
    key = (None, "group:coast", "limit.high")
    case.type({key: 500.0})
    assert told(case.run(check).book) == [("readonly_changed", case.where(key))]


def test_what_is_agreed_outside_a_limit_is_named_with_its_group(tmp_path: Path) -> None:
    case = _limited(tmp_path)
    case.declare("R1", R1_1=81, R1_2=130)
    case.declare("R2", R2_1=119)
    case.run(lock)
    for item in case.run(objections).open:
        who = "hrbp1" if item.region == "华东大区" else "hrbp2"
        case.run(handle_objection, item.region, item.line, **TALK, note="已面谈，理由属实", by=who)
    for line in ("R1-1", "R1-2", "R2-1"):
        case.run(decide, line[:2], line, "accept", reason="依据充分", by=f"superior{line[1]}")
        decline(case, line)
    with pytest.raises(DataProblems) as found:
        case.run(confirm)
    assert told(found.value.problems) == [("limit_above", "沿海"), ("limit_below", "华南大区")]
    assert _shown(case, None, "group:coast", "dashboard.limit.side") == "高于上限"
    assert _shown(case, None, "line:R1-2", "dashboard.limit.side") == "在限额内"
    report = case.run(confirm, "两地各有原因，总部已知悉")
    assert len(report.exceptions) == 2
    assert sum("沿海" in said for said in _told_after(report)) == 2, "once in each language"
    assert case.run(verify).problems == ()


def test_an_older_ledger_s_confirmed_targets_are_in_force_and_stay_so(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    gone = [replace(_event(entry), old=entry.new, new=None) for entry in case.entries("confirm", "in_force")]
    with case.desk() as desk:
        desk.ledger.record(gone, at=case.clock(), actor="x", source="older")
    case.run(repair)
    assert case.run(follow, results(case)).agreed_total == 353
    case.run(unlock, "R1", "总部追加资源，重新商定")
    assert case.run(follow, results(case)).agreed_total == 353


def _event(entry: Entry) -> Event:
    return Event(entry.action, *entry.key, entry.old, entry.new)


def test_targets_that_do_not_add_up_are_compared_by_their_mean(tmp_path: Path) -> None:
    base = fresh(tmp_path / "base")
    metric = replace(base.inputs.plan.metric, kind="mean")
    plan = replace(base.inputs.plan, metric=metric, hq_target=140.0)
    case = Case(tmp_path, replace(base.inputs, plan=plan))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    case.declare("R1", R1_1=85, R1_2=130)
    case.declare("R2", R2_1=198)
    case.run(lock)
    for line in ("R1-1", "R1-2", "R2-1"):
        case.run(decide, line[:2], line, "accept", reason="依据充分", by=f"superior{line[1]}")
        decline(case, line)
    report = case.run(confirm)
    assert report.agreed_total == report.suggested_total == 137.7, "told with a decimal more than its lines"
    assert case.value(None, None, "agreed_total") == float(f"{413 / 3:.15g}"), "no digit that a program loses"
    assert case.run(verify).problems == ()
