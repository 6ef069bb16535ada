"""What a letter says: the agreement of one region, all of it, and nothing of another's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Key, Letter, Standing, Value, compose, letter_number
from tests.support.samples import METRIC, sample_standing, with_values

_TARGET = st.integers(0, 10**6)


def _agreed(values: Mapping[Key, Value] | None = None, standing: Standing | None = None) -> Standing:
    """Regions of 3 and 2 lines: line k declared 100 + k and agreed 110 + k, and then these values."""
    start = standing or sample_standing((3, 2))
    said: dict[Key, Value] = {}
    for k, line in enumerate(start.inputs.plan.lines):
        said[line.region, line.code, "declared"] = 100.0 + k
        said[line.region, line.code, "agreed"] = 110.0 + k
    return with_values(start, {**said, **(values or {})})


def _letter(
    values: Mapping[Key, Value] | None = None, region: str = "R1", standing: Standing | None = None
) -> Letter:
    return compose(
        _agreed(values, standing),
        region,
        number=letter_number("2025Q1", region, 2),
        version=2,
        replaces=letter_number("2025Q1", region, 1),
        issued=dt.date(2025, 1, 13),
        chain_head="ab" * 32,
        handling={"R1-2": "met twice"},
    )


def _support(row: str, granted: Value, **fields: Value) -> dict[Key, Value]:
    return {("R1", row, code): value for code, value in {"granted": granted, **fields}.items()}


def test_a_number_names_plan_region_and_version() -> None:
    assert letter_number("2025Q1-new", "HD", 3) == "2025Q1-new-HD-V3"


def test_a_letter_has_the_lines_of_its_region_in_plan_order() -> None:
    letter = _letter(region="R2")
    assert [line.targets.agreed for line in letter.lines] == [113.0, 114.0]
    assert letter.region.code == "R2"
    assert letter.replaces == "2025Q1-R2-V1"


@given(st.lists(st.tuples(_TARGET, _TARGET), min_size=3, max_size=3))
def test_the_total_is_the_sum_of_the_lines(targets: list[tuple[int, int]]) -> None:
    said: dict[Key, Value] = {}
    for k, (declared, agreed) in enumerate(targets, 1):
        said |= {("R1", f"R1-{k}", "declared"): declared, ("R1", f"R1-{k}", "agreed"): agreed}
    letter = _letter(said)
    assert letter.total is not None
    assert letter.total.declared == sum(declared for declared, _ in targets)
    assert letter.total.agreed == sum(agreed for _, agreed in targets)
    assert letter.total.suggested == pytest.approx(_agreed().baseline.suggested[:3].sum())


@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_lines_that_do_not_add_up_have_neither_total_nor_common_history(kind: str) -> None:
    letter = _letter(standing=sample_standing((3, 2), metric=replace(METRIC, kind=kind)))
    assert letter.total is None
    assert letter.history == ()


def test_the_history_is_the_region_s_own_and_leaves_out_what_is_not_wholly_known() -> None:
    standing = sample_standing((3, 2), periods=6)
    values = standing.inputs.history.values.copy()
    values[1, 2] = np.nan
    history = replace(standing.inputs.history, values=values)
    standing = replace(standing, inputs=replace(standing.inputs, history=history))
    letter = _letter(standing=standing)
    assert [str(period) for period, _ in letter.history] == ["2023Q3", "2023Q4", "2024Q2", "2024Q3", "2024Q4"]
    assert letter.history[-1][1] == values[:3, -1].sum()


def test_only_granted_supports_are_listed_by_their_line_s_name() -> None:
    said = _support(
        "S02", "yes", line="R1-1", kind="budget", what="Fair", quantity=3, unit="k", due="2025-02-01"
    )
    said |= _support("S01", "no", what="Refused") | _support("S03", None, what="Not decided")
    said |= {("R2", "S01", "granted"): "yes", ("R2", "S01", "what"): "Another region's"}
    (grant,) = _letter(said).grants
    assert (grant.what, grant.quantity, grant.due) == ("Fair", 3.0, dt.date(2025, 2, 1))
    assert grant.line == _agreed().inputs.plan.lines_of("R1")[0].name


def test_a_support_may_lack_everything_but_the_grant() -> None:
    (grant,) = _letter(_support("S01", "yes")).grants
    assert (grant.line, grant.what, grant.quantity, grant.unit, grant.due) == ("", "", None, "", None)


@pytest.mark.parametrize(("state", "handled"), [("open", False), ("handled", True)])
def test_an_objection_is_told_with_its_grounds_and_what_became_of_it(state: str, handled: bool) -> None:
    said: dict[Key, Value] = {("R1", "R1-2", "objection"): state, ("R1", "R1-2", "basis"): "no subsidy"}
    (objection,) = _letter(said).objections
    assert (objection.basis, objection.risk) == ("no subsidy", "")
    assert (objection.handled, objection.handling) == (handled, "met twice")


@pytest.mark.parametrize("field", ["declared", "agreed"])
@pytest.mark.parametrize("value", [None, "110"])
def test_there_is_no_letter_before_every_line_is_agreed(field: str, value: Value) -> None:
    with pytest.raises(ValueError, match=f"R1-2 has no {field} target"):
        _letter({("R1", "R1-2", field): value})


def test_an_unknown_region_has_no_letter() -> None:
    with pytest.raises(KeyError):
        _letter(region="R9")
