"""A plan tells of its people: split, tab and settings keep to them, and a first day that moves counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import new, recalibrate, verify
from targetcal_xl.calibration import Inputs, Key, Post, Value
from targetcal_xl.connect import (
    PlanDraft,
    plan_template,
    read_draft,
    read_form,
    read_plan,
    staffed,
    write_form,
)
from targetcal_xl.desk import take_stock
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import DataProblems
from tests.support.desks import Case
from tests.support.samples import sample_inputs

EVER = dt.date(2020, 1, 1)
POSTS = (
    Post(line="R1-1", heads=3, start=EVER, output=25),
    Post(line="R1-1", name="新人", start=dt.date(2025, 2, 15), ramp=2, output=25),
    Post(line="R1-1", output=25),
    Post(region="R2", heads=9, start=EVER),
    Post(line="R1-2", heads=8, start=EVER, output=25),
)


def _inputs() -> Inputs:
    inputs = sample_inputs((2, 1))
    plan = replace(inputs.plan, posts=POSTS, hq_target=420.0)
    return replace(inputs, plan=staffed(plan, inputs.history))


def _cell(row: int, code: str) -> Key:
    return None, f"P{row:02d}", f"post.{code}"


def _why(case: Case, line: str) -> str:
    reading = case.reading()
    sheet, spot = reading.places.find(("R1", line, "why.why"))
    return str(reading.grids[sheet][spot].value)


def _refuses_what_cannot_be(case: Case) -> None:
    """Every cell that nobody can mean, then people for less than the target; nothing is recorded."""
    wrong: dict[Key, Value | Cell] = {
        _cell(1, "heads"): -1.0,
        _cell(2, "end"): "2024-01-01",
        _cell(4, "start"): "2025-02-01",
    }
    entries = case.entries()
    case.type(wrong)
    with pytest.raises(DataProblems) as told:
        case.run(recalibrate, "")
    codes = sorted(problem.code for problem in told.value.problems)
    assert codes == ["number_outside", "post_days", "post_output_unknown"]
    assert {problem.where for problem in told.value.problems} >= {
        case.where(key) for key in wrong if key[1] != "P04"
    }
    case.type(
        {
            **dict.fromkeys(wrong),
            _cell(1, "heads"): 1.0,
            _cell(5, "heads"): 1.0,
            _cell(4, "start"): "2020-01-01",
        }
    )
    with pytest.raises(DataProblems) as told:
        case.run(recalibrate, "")
    [problem] = told.value.problems
    assert problem.code == "limits_of_people"
    assert case.entries() == entries


def test_the_split_keeps_to_planned_people_and_a_first_day_that_moves_counts_once_recalibrated(
    tmp_path: Path,
) -> None:
    case = Case(tmp_path, _inputs())
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
        first = take_stock(desk)
    assert first.standing.allotment.tolist()[0] == 79
    assert first.standing.allotment.sum() == case.inputs.plan.hq_target
    assert (
        "至多 79（产能上限）：计划在岗 4 人，其中 1 人 2025-02-15 到岗（爬坡 2 个月），空缺 1 人不计。"
        in _why(case, "R1-1")
    )
    assert case.run(verify).problems == ()

    case.type({_cell(2, "start"): "2024-10-01", _cell(3, "start"): "2025-01-01"})
    case.run(recalibrate, "提前到岗，空缺已补")
    with case.desk() as desk:
        plan = take_stock(desk).plan
        assert plan.posts[1].start == dt.date(2024, 10, 1)
        assert plan.ceilings["line", "R1-1"] == pytest.approx(125)
        assert take_stock(desk).standing.allotment[0] > 79
    assert case.run(verify).problems == ()

    _refuses_what_cannot_be(case)


_PEOPLE = """
[[posts]]
line = "HD-JS"
heads = 4
start = 2021-01-04
output = 30

[[posts]]
region = "HN"
heads = 40
start = "2022-01-04"
ramp = 3
"""


def _folder(tmp_path: Path, more: str) -> Path:
    for file in plan_template("saas-en").iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    plan = tmp_path / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    return tmp_path


def test_a_plan_folder_s_people_are_read_and_go_through_the_form_and_back(tmp_path: Path) -> None:
    folder = _folder(tmp_path, _PEOPLE)
    plan = read_plan(folder).plan
    assert plan.ceilings["line", "HD-JS"] == 120
    assert plan.posts[1].brings and plan.posts[1].start == dt.date(2022, 1, 4)
    draft: PlanDraft = read_draft(folder)
    for language in ("en", "zh-CN"):
        assert read_form(write_form(language, draft), "form.xlsx").inputs.plan.posts == plan.posts


def test_people_who_cannot_be_meant_are_named_all_at_once(tmp_path: Path) -> None:
    more = """
posts = [
    { line = "HD-JS", region = "HD", start = 2021-01-04 },
    { heads = 2 },
    { line = "HD-XX" },
    { region = "HN", start = 2025-02-01, end = 2025-01-01 },
    { line = "HN-FJ" },
]
"""
    folder = _folder(tmp_path, "")
    plan = folder / "plan.toml"
    plan.write_text(more + plan.read_text("utf-8"), "utf-8")
    with pytest.raises(DataProblems) as told:
        read_plan(folder)
    found = [(problem.code, str(problem.where)) for problem in told.value.problems]
    assert found == [
        ("plan_post_place", "plan.toml, posts 1"),
        ("plan_post_place", "plan.toml, posts 2"),
        ("plan_post_unknown", "plan.toml, posts 3, line"),
        ("post_days", "plan.toml, posts 4, end"),
        ("plan_post_twice", "plan.toml, posts 5, line"),
    ]
