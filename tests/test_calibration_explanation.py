"""A suggestion is explained in the numbers that are shown, and they add up whatever was put in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    ROUNDING,
    Explanation,
    Floats,
    Inputs,
    Metric,
    Standing,
    Step,
    compute_baseline,
    explain,
)
from targetcal_xl.calibration.baseline import PARTS
from targetcal_xl.calibration.explanation import axis_floor, explain_each
from tests.support.samples import METRIC, sample_inputs

_AMOUNTS = st.one_of(st.just(0.0), st.just(math.nan), st.integers(0, 300).map(float))
_METRICS = st.builds(
    replace,
    st.just(METRIC),
    kind=st.sampled_from(["sum", "mean", "ratio"]),
    direction=st.sampled_from([1, -1]),
    step=st.sampled_from([1.0, 10.0, 0.5, 0.01]),
)


def _standing(inputs: Inputs) -> Standing:
    baseline = compute_baseline(inputs)
    return Standing(inputs, baseline, np.zeros(len(inputs.plan.lines)))


def _with(
    values: Sequence[Sequence[float]] | None = None, metric: Metric = METRIC, one_off: Floats | None = None
) -> Standing:
    """Three lines, R1-1, R1-2 and R2-1, with these pasts."""
    inputs = sample_inputs((2, 1), 8, metric)
    history = inputs.history
    known = history.values if values is None else np.array(values, dtype=float)
    events = history.one_off if one_off is None else one_off
    return _standing(replace(inputs, history=replace(history, values=known, one_off=events)))


@st.composite
def _standings(draw: st.DrawFn) -> Standing:
    values = draw(st.lists(st.lists(_AMOUNTS, min_size=8, max_size=8), min_size=3, max_size=3))
    one_off = np.array(
        draw(st.lists(st.sampled_from([0.0, 0.0, 30.0, -20.0, math.nan]), min_size=24, max_size=24))
    )
    return _with(values, draw(_METRICS), one_off=one_off.reshape(3, 8))


@given(_standings(), st.sampled_from([[0], [1], [2], [0, 1], [0, 1, 2]]))
def test_what_is_said_adds_up_to_the_suggestion_exactly(standing: Standing, lines: list[int]) -> None:
    said, metric = explain(standing, lines), standing.inputs.plan.metric
    total = round(said.start * 10**metric.places) + sum(
        round(step.amount * 10**metric.places) for step in said.steps
    )
    assert total == round(said.suggested * 10**metric.places)
    named = math.fsum(step.amount for step in said.named)
    assert math.isclose(
        said.start + said.events + named + said.rest, said.suggested, rel_tol=1e-9, abs_tol=1e-9
    )


@given(_standings())
def test_every_number_is_the_one_that_the_cells_show_to_what_the_step_is_exact(standing: Standing) -> None:
    metric, baseline = standing.inputs.plan.metric, standing.baseline
    for k in range(3):
        said = explain(standing, [k])
        assert said.suggested == pytest.approx(float(baseline.suggested[k]), abs=10.0**-metric.places / 2)
        if said.origin == "last_year":
            assert said.start == pytest.approx(standing.last_year[k], abs=10.0**-metric.places / 2 + 1e-9)
            for step, amount in zip(said.steps, baseline.contributions[k], strict=False):
                assert step.amount == pytest.approx(amount, rel=1e-12, abs=1.001 * 10.0**-metric.places)


@given(_standings(), st.lists(st.sampled_from([0, 1, 2])))
def test_lines_explained_one_by_one_are_explained_as_each_alone(standing: Standing, lines: list[int]) -> None:
    assert [*explain_each(standing, lines)] == [explain(standing, [line]) for line in lines]


@given(_standings(), st.permutations([0, 1, 2]))
def test_the_order_of_the_lines_does_not_matter(standing: Standing, order: list[int]) -> None:
    first, second = explain(standing, [0, 1, 2]), explain(standing, order)
    assert first.origin == second.origin
    assert first.suggested == pytest.approx(second.suggested)


def test_the_lines_of_a_sum_are_explained_together_as_they_are_apart() -> None:
    standing = _with()
    apart, together = [explain(standing, [k]) for k in (0, 1, 2)], explain(standing, [0, 1, 2])
    assert together.suggested == sum(said.suggested for said in apart)
    for place, step in enumerate(together.steps):
        assert abs(step.amount - sum(said.steps[place].amount for said in apart)) <= 3


def test_a_mean_is_explained_as_the_mean_of_its_lines() -> None:
    standing = _with(metric=replace(METRIC, kind="mean", step=0.1))
    said = explain(standing, [0, 1])
    assert said.start == pytest.approx(standing.last_year[:2].mean(), abs=0.06)
    assert said.suggested == pytest.approx(standing.baseline.suggested[:2].mean(), abs=0.06)


def test_where_last_year_is_unknown_the_way_begins_at_a_level() -> None:
    past = [[100.0] * 8, [100.0] * 4 + [math.nan] + [100.0] * 3, [math.nan] * 8]
    standing = _with(past)
    assert [explain(standing, [k]).origin for k in range(3)] == ["last_year", "history", "panel"]
    for k in (1, 2):
        said = explain(standing, [k])
        assert said.start == pytest.approx(100, abs=6)
        assert {step.code for step in said.steps if step.code in PARTS and step.amount} == set()
    together = explain(standing, [0, 1, 2])
    assert together.origin == "partly"
    assert together.start == pytest.approx(300, abs=12)


@pytest.mark.parametrize(("columns", "happened"), [([4], "past"), ([7], "trend"), ([4, 7], "both")])
def test_it_is_known_where_the_events_were(columns: list[int], happened: str) -> None:
    one_off = np.zeros((3, 8))
    one_off[1, columns] = 30.0
    standing = _with([[100.0] * 8, [100.0] * 8, [100.0] * 8], one_off=one_off)
    assert [explain(standing, [1]).happened, explain(standing, [0, 1, 2]).happened] == [happened] * 2
    assert explain(standing, [1]).events and not explain(standing, [0]).events


def test_an_event_of_a_line_without_last_year_is_a_step_of_its_own() -> None:
    one_off = np.zeros((3, 8))
    one_off[1, 7] = 60.0
    past = [[100.0] * 8, [100.0] * 4 + [math.nan] + [100.0] * 2 + [160.0], [100.0] * 8]
    said = explain(_with(past, one_off=one_off), [1])
    assert said.origin == "history" and said.events < -10
    assert said.suggested == pytest.approx(said.start + math.fsum(step.amount for step in said.steps))


def test_the_largest_steps_are_named_and_the_small_ones_are_one_number() -> None:
    amounts = {"events": -30.0, "trend": 4.0, "season": -9.0, "a": 12.0, "b": 1.0, "c": -2.0, ROUNDING: 0.0}
    said = Explanation("last_year", 100.0, tuple(map(Step, amounts, amounts.values())), 76.0)
    assert [step.code for step in said.named] == ["a", "season", "trend"]
    assert (said.events, said.rest) == (-30.0, -1.0)


def test_a_single_small_step_is_named_too() -> None:
    amounts = {"events": 0.0, "trend": 4.0, "season": -9.0, "a": 12.0, "b": 1.0, ROUNDING: 0.0}
    said = Explanation("last_year", 100.0, tuple(map(Step, amounts, amounts.values())), 108.0)
    assert [step.code for step in said.named] == ["a", "season", "trend", "b"]
    assert said.rest == 0


def test_a_step_of_nothing_stays_nothing() -> None:
    standing = _with(metric=replace(METRIC, step=10.0))
    for k in range(3):
        said = explain(standing, [k])
        exact = dict(zip(standing.baseline.parts, standing.baseline.contributions[k].tolist(), strict=True))
        assert all(step.amount == 0 for step in said.steps if exact.get(step.code) == 0)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12))
@example([5e-324])
def test_no_picture_begins_above_what_it_shows(heights: list[float]) -> None:
    floor = axis_floor(heights)
    assert floor <= max(min(heights), 0.0)
    assert floor >= 0 or min(heights) < 0


@given(st.floats(1, 1e9), st.lists(st.floats(-0.1, 0.1), min_size=2, max_size=9))
def test_small_steps_of_a_large_value_can_be_seen(start: float, steps: list[float]) -> None:
    heights = [start, *(start * (1 + step) for step in steps)]
    shown, moved = max(heights) - axis_floor(heights), max(heights) - min(heights)
    assert shown <= 2.5 * moved + 0.31 * start
