"""How lines come together: sums add, means and ratios are weighed, and nothing else anywhere decides it."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Limits,
    Metric,
    Plan,
    Standing,
    allot,
    check_limits,
    compute_baseline,
    explain,
    plan_odds,
    total_interval,
)
from targetcal_xl.calibration.hierarchy import InfeasibleTotal
from targetcal_xl.calibration.metric import BEST_ATTAINED
from targetcal_xl.calibration.vocabulary import KINDS, MetricKind
from targetcal_xl.ledger import dump, load
from tests.support.samples import METRIC, sample_inputs, sample_plan, sample_standing
from tests.support.source import modules

MEANS: tuple[MetricKind, ...] = ("mean", "ratio")
_PAIRS = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.001, 1e6)), min_size=1, max_size=12)


def _of(kind: MetricKind, direction: Literal[1, -1] = 1, step: float = 1.0) -> Metric:
    return replace(METRIC, kind=kind, direction=direction, step=step)


@given(_PAIRS, st.sampled_from(MEANS))
def test_a_mean_is_its_parts_by_their_volumes(pairs: list[tuple[float, float]], kind: MetricKind) -> None:
    values, volumes = zip(*pairs, strict=True)
    found = _of(kind).total(values, volumes)
    assert found == pytest.approx(np.average(values, weights=volumes), rel=1e-9)
    assert _of(kind).total(values, [7 * volume for volume in volumes]) == pytest.approx(found, rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(500, 900)), min_size=1, max_size=9))
def test_a_ratio_is_all_numerators_over_all_denominators(counts: list[tuple[int, int]]) -> None:
    found = _of("ratio").total([part / whole for part, whole in counts], [whole for _, whole in counts])
    assert found == pytest.approx(sum(part for part, _ in counts) / sum(whole for _, whole in counts))


@given(_PAIRS)
def test_a_sum_adds_whatever_the_volumes(pairs: list[tuple[float, float]]) -> None:
    values, volumes = zip(*pairs, strict=True)
    assert METRIC.total(values, volumes) == METRIC.total(values) == pytest.approx(sum(values))


def test_without_volumes_all_weigh_the_same_and_the_unknown_is_passed_over_with_its_weight() -> None:
    assert _of("mean").total([20, None, 25]) == 22.5
    assert _of("mean").total([20, None, 25], [1, 100, 3]) == 23.75
    assert _of("mean").total([None, None]) is METRIC.total([]) is _of("ratio").total([3.0], [0.0]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_attainment_knows_which_way_is_better(kind: MetricKind) -> None:
    assert _of(kind, -1).attained(24, 21) == pytest.approx(21 / 24)
    assert _of(kind).attained(0.88, 0.93) == pytest.approx(0.88 / 0.93)
    assert np.isnan(_of(kind).attained(3, 0)) and np.isnan(_of(kind, -1).attained(math.nan, 3))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_what_should_be_little_is_the_best_there_is(kind: MetricKind) -> None:
    less = _of(kind, -1)
    assert less.attained(0, 21) == less.attained(1e-9, 21) == BEST_ATTAINED
    assert less.attained(0, 0) == 1.0 and less.attained(3, 0) == 0.0


def test_what_should_be_little_is_measured_by_its_path_and_what_should_be_much_by_its_end() -> None:
    assert _of("sum", -1).due(90, 30) == 30 and _of("sum").due(90, 30) == 90


def _weighed(
    volumes: Sequence[float], kind: MetricKind = "mean", step: float = 0.5, hq: float = 105.0
) -> Plan:
    plan = sample_plan(metric=_of(kind, step=step))
    lines = tuple(replace(line, volume=v) for line, v in zip(plan.lines, volumes, strict=True))
    return replace(plan, lines=lines, hq_target=hq)


_VOLUMES = st.lists(st.floats(0.5, 5000), min_size=9, max_size=9)


@given(_VOLUMES, st.sampled_from([0.1, 0.5, 5.0]))
def test_a_target_is_split_so_that_the_lines_make_it_by_their_volumes(
    volumes: list[float], step: float
) -> None:
    plan = _weighed(volumes, step=step)
    found = allot(plan, sample_standing().baseline)
    assert found / step == pytest.approx(np.round(found / step))
    assert abs(plan.total_of(found) - plan.hq_target) <= step * max(volumes) / sum(volumes) + 1e-6


def test_lines_of_the_same_volume_are_as_lines_without() -> None:
    alike, bare = _weighed([1200.0] * 9), _weighed([1.0] * 9)
    standing = sample_standing()
    assert not alike.is_weighed
    assert np.array_equal(allot(alike, standing.baseline), allot(bare, standing.baseline))
    assert alike.volumes == bare.volumes == (1.0,) * 9


def test_limits_of_a_mean_are_about_its_weighed_mean() -> None:
    plan, baseline = _weighed([1000, 10, 10, 500, 20, 300, 30, 5, 5], step=0.1), sample_standing().baseline
    regions = tuple(replace(one, limits=Limits(104, 106)) for one in plan.regions)
    bound = replace(plan, regions=regions)
    found = allot(bound, baseline)
    for first, last in ((0, 3), (3, 5), (5, 9)):
        assert 103.9 <= bound.total_of(found, range(first, last)) <= 106.1
    assert bound.total_of(found) == pytest.approx(105, abs=0.1)


def test_a_line_locked_at_a_value_gets_it_and_the_others_make_up_for_it() -> None:
    plan, baseline = _weighed([1000, 10, 10, 500, 20, 300, 33, 7, 5], step=0.1), sample_standing().baseline
    lines = tuple(
        replace(line, limits=Limits(99.9, 99.9)) if k in (0, 6) else line for k, line in enumerate(plan.lines)
    )
    locked = replace(plan, lines=lines)
    found = allot(locked, baseline)
    assert (found[0], found[6]) == (99.9, 99.9)
    assert locked.total_of(found) == pytest.approx(105, abs=0.03)


def test_what_cannot_be_is_told_of_the_node_it_is_about() -> None:
    plan = _weighed([1000, 10, 10, 500, 20, 300, 30, 5, 5])
    lines = tuple(replace(line, limits=Limits(high=90)) for line in plan.lines)
    with pytest.raises(InfeasibleTotal) as caught:
        check_limits(replace(plan, lines=lines))
    assert caught.value.most == pytest.approx(90 * 1880)


def test_the_interval_and_the_odds_of_all_go_by_volumes() -> None:
    standing = sample_standing()
    plan, one_line = _weighed([1e9] + [1e-3] * 8), 0
    low, high = total_interval(plan, standing.baseline, 0.3)
    alone = standing.baseline.high[0] / standing.baseline.low[0]
    assert high / low == pytest.approx(alone, rel=1e-6)
    each, together = plan_odds(plan, standing.baseline, standing.baseline.high, 0.3)
    assert together == pytest.approx(each[one_line], abs=0.01)


def test_several_lines_are_explained_by_their_weighed_steps() -> None:
    standing, plan = sample_standing(), _weighed([1000, 10, 10, 500, 20, 300, 33, 7, 5], step=0.1)
    found = explain(replace(standing, inputs=replace(standing.inputs, plan=plan)), [0, 1, 2])
    suggested = plan.total_of(standing.baseline.suggested, [0, 1, 2])
    assert found.suggested == pytest.approx(suggested, abs=0.051)
    trend = standing.baseline.contributions[:, standing.baseline.parts.index("trend")]
    assert found.steps[1].amount == pytest.approx(plan.total_of(trend, [0, 1, 2]), abs=0.1)
    assert found.start + sum(step.amount for step in found.steps) == pytest.approx(found.suggested)


def test_a_plan_without_volumes_is_the_document_it_was() -> None:
    plan, weighed = sample_plan(), _weighed([1.0] * 8 + [3.0])
    assert b"volume" not in dump(plan)
    assert load(Plan, dump(weighed)) == weighed


def test_only_the_metric_asks_of_what_kind_it_is() -> None:
    """Whoever compares a metric's kind has a second rule of how lines add up."""
    asking = {
        name
        for name, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "kind"
        and any(isinstance(side, ast.Constant) and side.value in ("sum", *MEANS) for side in node.comparators)
    }  # fmt: skip
    assert asking == {"targetcal_xl.calibration.metric"}


@given(
    st.lists(st.floats(0.9, 1.0), min_size=3, max_size=3), st.floats(0.5, 2.0), st.sampled_from([0.001, 0.03])
)
def test_no_share_is_suggested_or_allotted_that_is_more_than_all(
    last: list[float], moved: float, step: float
) -> None:
    """However its trend and its drivers lift it."""
    inputs = sample_inputs((2, 1), metric=_of("ratio", step=step))
    grown = np.array(last)[:, None] * np.linspace(0.8, 1.0, len(inputs.history.periods))
    now = np.full_like(inputs.readings.now, moved)
    inputs = replace(
        inputs,
        plan=replace(inputs.plan, hq_target=round(0.95 / step) * step),
        history=replace(inputs.history, values=grown, one_off=np.zeros_like(grown)),
        readings=replace(inputs.readings, now=now, reference=np.ones_like(now)),
    )
    found = compute_baseline(inputs)
    for values in (found.suggested, found.low, found.high, allot(inputs.plan, found)):
        assert values.max() <= 1.0
    assert (found.low <= found.suggested).all() and (found.suggested <= found.high).all()
    assert np.allclose(found.last_year + found.contributions.sum(axis=1), found.expected, atol=1e-9)
    standing = Standing(inputs, found, found.suggested, {})
    told = np.array([explain(standing, [row]).full for row in range(3)])
    assert told[found.expected > 1.0 + step].all() and not told[found.expected <= 1.0].any()


def test_a_ratio_that_has_been_more_than_all_may_be_so_again() -> None:
    past, expected = np.array([1.2, 0.9]), np.array([1.31])
    assert _of("ratio", step=0.1).target(expected, past) == pytest.approx([1.3])
    assert _of("ratio", step=0.3).target(expected, past / 1.2) == pytest.approx([0.9])
