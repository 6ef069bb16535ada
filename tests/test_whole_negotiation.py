"""Groups, counters, agreements, objections and reopened regions: the sheets say what LibreOffice computes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from targetcal_xl.actions import (
    confirm,
    decide,
    decide_support,
    decide_typed,
    follow,
    handle_objection,
    lock,
    new,
    objections,
    repair,
    unlock,
    verify,
)
from targetcal_xl.calibration import Group, Limits, Value
from tests.support.desks import RESERVE, TALK, Case, decline, fresh
from tests.support.recalculated import differences
from tests.support.xllint import lint
from tests.test_actions_in_force import results


def _plan(folder: Path) -> Case:
    """R1's lines are a group, R2 has a limit and R1-2 is locked; R1-1 has the code of a support item."""
    base = fresh(folder / "base")
    plan = base.inputs.plan
    coded = zip(plan.lines, ("S01", "R1-2", "R2-1"), (Limits(), Limits(130, 130), Limits()), strict=True)
    lines = tuple(
        replace(line, code=code, limits=limits, group="coast" if line.region == "R1" else "")
        for line, code, limits in coded
    )
    regions = (plan.regions[0], replace(plan.regions[1], limits=Limits(low=120)))
    groups = (Group("coast", "沿海", "R1", Limits(high=210)),)
    case = Case(folder, replace(base.inputs, plan=replace(plan, lines=lines, regions=regions, groups=groups)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    return case


def _played(case: Case) -> Iterator[str]:
    """One stage after the other; at each the cells of ours are brought up to what was typed."""
    item: dict[str, Value] = {"line": "华东1组", "kind": "budget", "what": "展会费用", "quantity": 3.0}
    case.declare("R1", S01=80, R1_2=130)
    case.declare("R2", R2_1=139)
    case.type({("R1", "S01", code): value for code, value in item.items()})
    yield "submitted"
    case.run(lock)
    yield "locked"
    for one in case.run(objections).open:
        case.run(handle_objection, one.region, one.line, **TALK, note="已面谈，理由属实", by="hrbp2")
    case.run(decide, "R1", "S01", "counter", counter=84, reason="依据不足", by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    case.run(decide, "R2", "R2-1", "return", reason="请重新测算", by="superior2")
    case.type({("R1", "S01", "agree"): "yes", ("R1", None, "status"): "submitted"})
    case.declare("R2", R2_1=190)
    yield "agreed to, and lifted"
    case.run(lock)
    case.run(decide, "R2", "R2-1", "accept", reason="同意", by="superior2")
    case.type({("R1", "S01", "granted"): "yes"})
    case.run(decide_typed, "R1", by="superior1")
    for line in ("R1-2", "R2-1"):
        decline(case, line)
    case.run(confirm, RESERVE)
    yield "confirmed"
    case.run(follow, results(case))
    case.run(unlock, "R1", "总部追加资源")
    yield "reopened"


def test_at_every_stage_the_sheets_show_what_libreoffice_computes_and_the_audit_holds(tmp_path: Path) -> None:
    case, kept = _plan(tmp_path / "plan"), list[Path]()
    for stage in _played(case):
        case.run(repair)
        assert case.run(verify).problems == (), stage
        kept.append(Path(shutil.copy(case.path, tmp_path / f"{len(kept)} {stage}.xlsx")))
    assert differences(kept) == []
    assert {path.name: faults for path in kept if (faults := lint(path))} == {}
    assert case.value("R1", "S01", "agreed") is None and case.value("R1", "S01", "in_force") == 84
    assert case.value("R1", "S01", "granted") == "yes"
    assert case.value("R2", "R2-1", "objection.lifted") == 190


def test_the_code_of_a_line_is_no_support_to_be_granted(tmp_path: Path) -> None:
    case = _plan(tmp_path / "plan")
    case.declare("R1", S01=80, R1_2=130)
    case.run(lock, ["R1"])
    report = case.run(decide_support, "R1", "华东1组", "no", reason="没有编制", by="superior1")
    assert "华南2组" in report.undecided and "华东1组" not in report.undecided
