"""What a warning says to do names who sees to what is due."""

from __future__ import annotations

import pytest

from targetcal_xl.calibration import Key, Value
from targetcal_xl.desk.alarm import Alarm, proposal
from tests.support.samples import sample_standing, with_values


@pytest.mark.parametrize(("owner", "named"), [(None, "superior2"), ("许宁", "许宁")])
def test_a_support_that_is_due_is_asked_of_its_owner_or_else_of_the_superior_as_letters_say(
    owner: str | None, named: str
) -> None:
    item: dict[Key, Value] = {
        ("R2", "S01", "what"): "展会费用",
        ("R2", "S01", "due"): "2025-02-01",
        ("R2", "S01", "granted"): "yes",
        ("R2", "S01", "owner"): owner,
    }
    said = proposal(
        Alarm("R2", "R2-1", (), overdue=("R2/S01",)), "", with_values(sample_standing(), item), "en"
    )
    assert f"“展会费用” was due on 2025-02-01 (seen to by {named})" in said
