"""The plan folders that we ship."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

from targetcal_xl.connect import case_names, plan_template, plan_templates, read_plan
from targetcal_xl.problems import Refused


@pytest.mark.parametrize("name", plan_templates())
def test_every_shipped_plan_can_be_read(name: str) -> None:
    assert len(read_plan(plan_template(name)).plan.lines) >= 3


def test_the_case_is_shipped() -> None:
    assert "saas" in plan_templates()


@pytest.mark.parametrize("name", ["sass", "", "..", "../letters"])
def test_an_unknown_name_is_answered_with_the_names_there_are(name: str) -> None:
    with pytest.raises(Refused) as caught:
        plan_template(name)
    assert "saas" in caught.value.problems[0].sentence("en")


@pytest.mark.parametrize("case", case_names())
def test_an_english_case_is_the_chinese_one_told_in_english(case: str) -> None:
    chinese, english = (read_plan(plan_template(name)) for name in (case, f"{case}-en"))
    for one in ("values", "one_off"):
        assert np.array_equal(getattr(chinese.history, one), getattr(english.history, one), equal_nan=True)
    for one in ("now", "reference"):
        assert np.array_equal(getattr(chinese.readings, one), getattr(english.readings, one), equal_nan=True)
    assert [line.code for line in chinese.plan.lines] == [line.code for line in english.plan.lines]
    assert (chinese.plan.thresholds, chinese.plan.last_period) == (
        english.plan.thresholds,
        english.plan.last_period,
    )
    told = ("basis", "support", "risk", "comment", "what", "unit", "reason", "actor", "note")
    for name in ("declarations", "supports", "story", "actuals", "survey"):
        first, second = (
            [
                {code: value for code, value in row.items() if code not in told}
                for row in csv.DictReader(
                    io.StringIO(plan_template(told_as).joinpath(f"{name}.csv").read_text("utf-8"))
                )
            ]
            for told_as in (case, f"{case}-en")
        )
        assert first == second


@pytest.mark.parametrize("case", case_names())
@pytest.mark.parametrize(
    "name", ["plan.toml", "declarations.csv", "supports.csv", "story.csv", "history.csv"]
)
def test_an_english_case_has_no_chinese_in_it(case: str, name: str) -> None:
    said = plan_template(f"{case}-en").joinpath(name).read_text("utf-8")
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", said)
