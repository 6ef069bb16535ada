"""What a better result is asked for again is what would be suggested without it, line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Answer, Inputs, Ratchet, allot, compute_baseline, ratchet_of, relieved
from tests.support.samples import sample_inputs


def _newest(inputs: Inputs, change: Callable[[np.ndarray], np.ndarray]) -> Inputs:
    """The same inputs with other values of the newest period."""
    values = inputs.history.values.copy()
    values[:, -1] = change(values[:, -1])
    return replace(inputs, history=replace(inputs.history, values=values))


def _all(inputs: Inputs) -> list[int]:
    return list(range(len(inputs.plan.lines)))


def test_a_line_that_had_done_as_foreseen_would_be_asked_for_what_is_told() -> None:
    inputs = _newest(sample_inputs(), lambda newest: newest * np.where(np.arange(9) == 3, 1.3, 1.0))
    found = ratchet_of(inputs, _all(inputs))
    assert found.surplus[3] > 10 and 0 < found.passed_on[3] < 1
    usual = _newest(inputs, lambda newest: np.where(np.arange(9) == 3, found.reference[3], newest))
    again = ratchet_of(usual, [3])
    assert again.surplus[0] == pytest.approx(0, abs=0.01 * found.surplus[3])
    assert again.suggested[0] == pytest.approx(found.without[3], rel=1e-12)


@pytest.mark.parametrize("direction", [1, -1])
def test_what_was_better_is_a_burden_and_what_was_worse_a_relief_whichever_way_is_better(
    direction: Literal[1, -1],
) -> None:
    sample = sample_inputs()
    metric = replace(sample.plan.metric, direction=direction)
    inputs = replace(sample, plan=replace(sample.plan, metric=metric))
    found = ratchet_of(
        _newest(inputs, lambda newest: newest * np.where(np.arange(9) % 2, 1.3, 0.7)), range(9)
    )
    better = np.arange(9) % 2 == (direction == 1)
    assert (found.surplus[better] > 0).all() and (found.burden[better] > 0).all()
    assert (found.surplus[~better] < 0).all() and (found.burden[~better] < 0).all()
    assert (found.passed_on > 0).all()


def test_what_is_said_to_be_a_one_off_is_not_asked_for_again() -> None:
    inputs = _newest(sample_inputs(), lambda newest: newest * np.where(np.arange(9) == 3, 1.5, 1.0))
    said = (Answer(inputs.plan.lines[3].code, inputs.history.periods[-1], "one_off"),)
    assert ratchet_of(inputs, [3]).burden[0] > 1
    assert ratchet_of(replace(inputs, answers=said), [3]).burden[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("periods", [1, 2])
def test_of_too_short_a_history_nobody_knows_what_was_foreseen(periods: int) -> None:
    inputs = sample_inputs(periods=periods)
    found = ratchet_of(inputs, _all(inputs))
    assert np.isnan(found.reference).all() and not found.burden.any()


def test_a_line_without_a_newest_value_is_unknown() -> None:
    inputs = _newest(sample_inputs(), lambda newest: np.where(np.arange(9) == 3, np.nan, newest))
    found = ratchet_of(inputs, [3])
    assert np.isnan(found.result[0]) and found.surplus[0] == found.burden[0] == 0


def test_lines_that_are_tried_together_hardly_move_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = _newest(sample_inputs((6, 10), 8), lambda newest: newest * 1.2)
    alone = ratchet_of(inputs, _all(inputs))
    monkeypatch.setattr("targetcal_xl.calibration.ratchet.RUNS", 8)
    together = ratchet_of(inputs, _all(inputs))
    assert (alone.surplus > 0).sum() > 8
    assert not np.array_equal(alone.burden, together.burden)
    assert (np.abs(alone.burden - together.burden) < 0.01 * alone.suggested).all()


@given(
    st.lists(st.tuples(*[st.floats(1, 1e6)] * 4), min_size=1, max_size=6),
    st.floats(0, 1),
    st.sampled_from([1, -1]),
)
def test_no_more_of_a_result_is_handed_on_than_the_limit_and_nothing_else_moves(
    numbers: list[tuple[float, ...]], limit: float, direction: int
) -> None:
    result, reference, suggested, without = np.array(numbers).T
    told = Ratchet(
        np.arange(len(numbers)),
        result,
        reference,
        suggested,
        without,
        np.zeros(len(numbers), bool),
        direction,
    )
    asked = replace(told, suggested=told.asked(limit))
    assert (np.nan_to_num(asked.passed_on) <= limit * (1 + 1e-9) + 1e-9).all()
    free = ~(told.passed_on > limit)
    np.testing.assert_array_equal(asked.suggested[free], told.suggested[free])
    held = np.abs(asked.burden) <= np.abs(told.burden) + 1e-6
    assert held.all() and (asked.burden * told.surplus >= -1e-6)[~free].all()
    assert replace(told, meant=~told.meant).asked(limit).tolist() == told.suggested.tolist()


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("better", [1, -1])
def test_a_limit_eases_the_split_of_who_was_better_and_not_that_of_who_was_worse(
    direction: Literal[1, -1], better: int
) -> None:
    moved = 1 + 0.3 * direction * better * (np.arange(9) == 3)
    sample = _newest(sample_inputs(), lambda newest: newest * moved)
    metric = replace(sample.plan.metric, direction=direction)
    inputs = replace(sample, plan=replace(sample.plan, metric=metric, ratchet_limit=0.1))
    plain = compute_baseline(inputs)
    found = relieved(inputs, plain)
    np.testing.assert_array_equal(found.suggested, plain.suggested)
    before, after = allot(inputs.plan, plain), allot(inputs.plan, found)
    assert better * direction * (before - after)[3] > 0 and after.sum() == before.sum()
    rates = replace(ratchet_of(inputs, _all(inputs)), suggested=found.centre).passed_on
    assert np.nanmax(rates) == pytest.approx(0.1)
    without = replace(inputs, plan=replace(inputs.plan, ratchet_limit=None))
    assert relieved(without, plain) is plain


def test_percent_of_the_suggestion_for_each_percent_of_surplus() -> None:
    """30 % above what was expected, and 10 % more asked for it, are a third of it passed on; so below."""
    rows, known = np.arange(6), np.array([130.0, 1.3, 70.0, 100.0, 130.0, 130.0])
    reference, without = np.array([100, 1, 100, 100, 0, 100.0]), np.array([110, 1.1, 110, 110, 110, 0.0])
    suggested = np.array([121, 1.21, 99, 121, 121, 121.0])
    found = Ratchet(rows, known, reference, suggested, without, np.zeros(6, bool), direction=1)
    assert found.passed_on[:3] == pytest.approx([1 / 3] * 3)
    assert np.isnan(found.passed_on[3:]).all()


def test_a_limit_hands_on_all_of_what_somebody_called_a_new_level() -> None:
    sample = _newest(sample_inputs(), lambda newest: newest * (1 - 0.6 * (np.arange(9) == 3)))
    inputs = replace(sample, plan=replace(sample.plan, ratchet_limit=0.1))
    said = (Answer(inputs.plan.lines[3].code, inputs.history.periods[-1], "new_level"),)
    meant, plain = replace(inputs, answers=said), compute_baseline(inputs)
    assert relieved(inputs, plain).centre[3] > 1.2 * plain.expected[3]
    settled = compute_baseline(meant)
    assert relieved(meant, settled).centre[3] == settled.expected[3]


def test_whoever_holds_effort_back_is_eased_no_more_by_the_split_than_whoever_did_well_is_burdened() -> None:
    """A quarter 10 % lower lowers what the split starts from by no more than the limit of that."""
    inputs = sample_inputs()
    limited = replace(inputs, plan=replace(inputs.plan, ratchet_limit=0.25))
    usual = ratchet_of(inputs, [3]).reference[0]
    held = _newest(limited, lambda newest: np.where(np.arange(9) == 3, 0.9 * usual, newest))
    done = _newest(limited, lambda newest: np.where(np.arange(9) == 3, usual, newest))
    foreseen = [compute_baseline(one) for one in (held, done)]
    low, full = (relieved(one, each).centre[3] for one, each in zip((held, done), foreseen, strict=True))
    assert 0 < 1 - low / full < 1.02 * 0.1 * 0.25
    assert 1 - foreseen[0].expected[3] / foreseen[1].expected[3] > 1.2 * 0.1 * 0.25


def test_a_surplus_of_less_than_one_unit_counts() -> None:
    inputs = _newest(sample_inputs(), lambda newest: newest * 0.5)
    small = _newest(
        inputs, lambda newest: np.where(np.arange(9) == 3, ratchet_of(inputs, [3]).reference[0], newest)
    )
    found = ratchet_of(_newest(small, lambda newest: newest + (np.arange(9) == 3) * 0.5), [3])
    assert 0 < found.surplus[0] < 1 and found.burden[0] > 0
