"""The plan folders that we ship."""

from __future__ import annotations

import pytest

from targetcal_xl.connect import plan_template, plan_templates, read_plan
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
