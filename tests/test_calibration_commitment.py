"""A letter is composed from the last words on one region, and from nothing else."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest

from targetcal_xl.calibration import Grant, Key, Letter, Standing, Value, compose, letter_number
from targetcal_xl.language import is_placeholder
from tests.support.samples import METRIC, PERIOD, sample_plan, sample_standing, with_values

SUPERIOR = sample_plan().regions[0].superior.name
DECLARED = {"R1-1": 80.0, "R1-2": 90.0, "R2-1": 70.0}


def _agreed() -> Standing:
    values: dict[Key, Value] = {}
    for line, declared in DECLARED.items():
        region = line.partition("-")[0]
        values |= {(region, line, "declared"): declared, (region, line, "agreed"): declared + 5}
    return with_values(sample_standing((2, 1)), values)


def _of(standing: Standing, **plan: Any) -> Standing:
    """The same of a plan with other settings."""
    inputs = standing.inputs
    return replace(standing, inputs=replace(inputs, plan=replace(inputs.plan, **plan)))


def _compose(
    standing: Standing, region: str = "R1", replaced: Letter | None = None, **handling: str
) -> Letter:
    return compose(
        standing,
        region,
        replaced=replaced,
        issued=dt.date(2025, 1, 13),
        chain_head="abc",
        handling={line.replace("_", "-"): said for line, said in handling.items()},
        day_weights=np.ones(len(standing.inputs.plan.period.days)),
        says_nothing=is_placeholder,
    )


def _support(row: str, region: str = "R1", **said: Value) -> dict[Key, Value]:
    return {(region, row, code): value for code, value in said.items()}


def test_a_letters_number_names_plan_region_and_version() -> None:
    assert letter_number("2025Q1", "R1", 3) == "2025Q1-R1-V3"


def test_a_letter_says_whose_and_when_it_is() -> None:
    letter = _compose(_agreed())
    assert (letter.number, letter.version, letter.replaces) == ("2025Q1-new-customers-R1-V1", 1, "")
    assert (letter.issued, letter.period, letter.metric) == (dt.date(2025, 1, 13), PERIOD, METRIC)
    assert (letter.company, letter.region.code, letter.chain_head) == ("星河云软件有限公司", "R1", "abc")


def test_the_next_letter_names_the_one_that_it_replaces() -> None:
    first = _compose(_agreed())
    second = _compose(_agreed(), replaced=replace(first, issued=dt.date(2025, 1, 10)))
    assert (second.number, second.version) == ("2025Q1-new-customers-R1-V2", 2)
    assert (second.replaces, second.replaced_head) == (first.number, first.chain_head)
    assert second.replaced_issued == dt.date(2025, 1, 10)


def test_only_the_regions_own_lines_are_in_it() -> None:
    letter = _compose(_agreed())
    assert [line.name for line in letter.lines] == ["华东1组", "华南2组"]
    assert [line.targets.declared for line in letter.lines] == [80, 90]
    assert [line.targets.agreed for line in letter.lines] == [85, 95]


def test_targets_beside_the_agreed_ones_are_the_baselines() -> None:
    standing = _agreed()
    (line,) = _compose(standing, "R2").lines
    baseline = standing.baseline
    assert line.targets.suggested == baseline.suggested[2]
    assert (line.targets.low, line.targets.high) == (baseline.low[2], baseline.high[2])
    assert line.targets.last_year == baseline.last_year[2]


def test_the_total_is_the_sum_of_the_lines() -> None:
    letter = _compose(_agreed())
    assert letter.total is not None
    assert letter.total.agreed == 85 + 95
    assert letter.total.suggested == sum(line.targets.suggested for line in letter.lines)


def test_lines_that_do_not_add_up_have_neither_total_nor_history() -> None:
    standing = _agreed()
    plan = replace(standing.inputs.plan, metric=replace(METRIC, kind="ratio"))
    letter = _compose(replace(standing, inputs=replace(standing.inputs, plan=plan)))
    assert (letter.total, letter.history) == (None, ())


def test_the_history_is_the_regions_own_where_all_of_it_is_known() -> None:
    standing = _agreed()
    values = standing.inputs.history.values.copy()
    values[0, 0] = np.nan
    values[2, 1] = np.nan
    inputs = replace(standing.inputs, history=replace(standing.inputs.history, values=values))
    history = _compose(replace(standing, inputs=inputs)).history
    assert len(history) == 11
    assert history[-1] == (PERIOD.shift(-1), float(values[0, -1] + values[1, -1]))
    assert not any(math.isnan(value) for _, value in history)


def test_decisions_come_with_their_reasons() -> None:
    said: dict[Key, Value] = {
        ("R1", "R1-1", "decision"): "accept",
        ("R1", "R1-1", "decision_reason"): "依据充分",
    }
    first, second = _compose(with_values(_agreed(), said)).lines
    assert (first.decision, first.reason) == ("accept", "依据充分")
    assert (second.decision, second.reason) == ("", "")


def test_only_what_was_granted_is_promised_in_the_order_of_the_rows() -> None:
    values = {
        **_support(
            "S02", granted="yes", kind="budget", what="投放", quantity=3.0, unit="万元", due="2025-02-01"
        ),
        **_support("S01", granted="yes", line="R1-2", kind="leads", what="线索"),
        **_support("S03", granted="no", kind="budget", what="不给"),
        **_support("S04", kind="budget", what="没说"),
        **_support("S01", region="R2", granted="yes", what="别人的"),
    }
    assert _compose(with_values(_agreed(), values)).grants == (
        Grant("华南2组", "leads", "线索", None, "", None, owner=SUPERIOR),
        Grant("", "budget", "投放", 3.0, "万元", dt.date(2025, 2, 1), owner=SUPERIOR),
    )


def test_somebody_sees_to_every_support_that_is_granted_and_to_no_other() -> None:
    values = {
        **_support("S01", granted="yes", what="线索", owner="李颖"),
        **_support("S02", granted="yes", what="投放"),
        **_support("S03", granted="no", what="不给", owner="李颖"),
    }
    letter = _compose(with_values(_agreed(), values))
    assert [grant.owner for grant in letter.grants] == ["李颖", SUPERIOR]
    assert [grant.owner for grant in letter.declined] == [""]


def test_the_risk_that_was_named_is_in_the_letter_and_a_filler_is_none() -> None:
    said: dict[Key, Value] = {("R1", "R1-1", "risk"): "大客户推迟签约", ("R1", "R1-2", "risk"): "无"}
    assert [line.risk for line in _compose(with_values(_agreed(), said)).lines] == ["大客户推迟签约", ""]


def test_milestones_say_where_the_regions_path_is_and_from_where_on_it_is_missed() -> None:
    february, end = _compose(_agreed()).milestones
    assert (february.day, february.share, end.day) == (dt.date(2025, 2, 28), 59 / 90, dt.date(2025, 3, 31))
    assert february.target == pytest.approx((85 + 95) * 59 / 90)
    assert (end.share, end.target, end.limit) == pytest.approx((1, 180, 162))


def test_the_last_day_is_a_milestone_where_the_plan_names_none() -> None:
    assert [one.day for one in _compose(_of(_agreed(), milestones=())).milestones] == [PERIOD.end]


def test_what_is_better_when_lower_is_missed_above_its_path() -> None:
    standing = _of(_agreed(), metric=replace(METRIC, direction=-1))
    assert _compose(standing).milestones[-1].limit == pytest.approx(198)


def test_a_region_whose_lines_do_not_add_up_has_days_for_milestones_and_no_numbers() -> None:
    (first, _) = _compose(_of(_agreed(), metric=replace(METRIC, kind="mean"))).milestones
    assert first.day == dt.date(2025, 2, 28)
    assert math.isnan(first.target) and math.isnan(first.limit)


def test_a_changed_target_turns_the_path_on_its_day() -> None:
    said: dict[Key, Value] = {
        ("R1", "R1-1", "course"): "85; 2025-03-01 115",
        ("R1", "R1-1", "agreed"): 115.0,
    }
    february, end = _compose(with_values(_agreed(), said)).milestones
    assert (february.target, end.target) == pytest.approx((180 * 59 / 90, 210))


def test_objections_come_with_what_became_of_them() -> None:
    values: dict[Key, Value] = {
        ("R1", "R1-2", "objection"): "handled",
        ("R1", "R1-2", "basis"): "依据",
        ("R1", "R1-2", "support"): "支持",
        ("R1", "R1-2", "risk"): "风险",
        ("R1", "R1-2", "objection.outcome"): "partly",
        ("R2", "R2-1", "objection"): "open",
    }
    standing = with_values(_agreed(), values)
    (answered,) = _compose(standing, R1_2="已谈").objections
    assert astuple(answered)[:6] == ("华南2组", "依据", "支持", "风险", True, "已谈")
    assert answered.outcome == "partly"
    (left,) = _compose(standing, "R2").objections
    assert (left.handled, left.handling) == (False, "")


def test_a_lifted_objection_tells_its_own_grounds_and_what_lifted_it() -> None:
    values: dict[Key, Value] = {
        ("R2", "R2-1", "objection"): "lifted",
        ("R2", "R2-1", "objection.basis"): "当初的依据",
        ("R2", "R2-1", "objection.declared"): 60.0,
        ("R2", "R2-1", "objection.suggested"): 100.0,
        ("R2", "R2-1", "basis"): "后来的依据",
    }
    (older,) = _compose(with_values(_agreed(), values), "R2").objections
    assert (older.state, older.lifted) == ("lifted", _agreed().value("R2", "R2-1", "declared"))
    values["R2", "R2-1", "objection.lifted"] = 98.0
    (lifted,) = _compose(with_values(_agreed(), values), "R2").objections
    assert (lifted.state, lifted.basis, lifted.lifted) == ("lifted", "当初的依据", 98.0)
    assert (lifted.declared, lifted.suggested) == (60.0, 100.0)


def test_what_was_declined_stands_apart_with_its_reason() -> None:
    values: dict[Key, Value] = {
        ("R1", "S01", "what"): "投放",
        ("R1", "S01", "line"): "R1-1",
        ("R1", "S01", "granted"): "no",
        ("R1", "S01", "granted_reason"): "没有预算",
        ("R1", "R1-2", "support"): "增加一名售前",
        ("R1", "R1-2", "support_declined"): "没有编制",
    }
    letter = _compose(with_values(_agreed(), values))
    told = [(item.what, item.reason) for item in letter.declined]
    assert told == [("投放", "没有预算"), ("增加一名售前", "没有编制")]


@pytest.mark.parametrize("code", ["agreed", "declared"])
def test_a_line_that_is_not_agreed_has_no_letter(code: str) -> None:
    standing = with_values(_agreed(), {("R1", "R1-2", code): None})
    with pytest.raises(ValueError, match=f"R1-2 has no {code}"):
        _compose(standing)
    assert _compose(standing, "R2").lines


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(KeyError):
        _compose(_agreed(), "R9")
