from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from targetcal_xl.calibration import (
    METHODS,
    PRIOR_SHARE,
    Backtest,
    Floats,
    Inputs,
    Period,
    compute_baseline,
    judge,
    line_errors,
    shared_risk,
    try_history,
)
from tests.support.exploring import explores
from tests.support.samples import METRIC, sample_inputs, sample_plan

INPUTS = sample_inputs()
LINES = len(INPUTS.plan.lines)
_EXAMPLES = 400 if explores() else 8


def _with_history(values: Floats) -> Inputs:
    return replace(INPUTS, history=replace(INPUTS.history, values=values))


@settings(max_examples=_EXAMPLES)
@given(st.integers(0, 11), st.randoms(use_true_random=False))
def test_a_period_is_forecast_from_what_was_known_on_its_eve(at: int, random: Random) -> None:
    """Whatever happens from a period on, its forecast and those before it stay as they were."""
    rng = np.random.default_rng(random.getrandbits(32))
    values = INPUTS.history.values.copy()
    values[:, at:] *= rng.uniform(0.2, 5, values[:, at:].shape)
    before, after = try_history(INPUTS), try_history(_with_history(values))
    seen = sum(period <= INPUTS.history.periods[at] for period in before.periods)
    for method in METHODS:
        assert np.array_equal(
            before.forecasts[method][:, :seen], after.forecasts[method][:, :seen], equal_nan=True
        )


def test_the_last_period_is_forecast_as_a_plan_for_it_would_have_been() -> None:
    found = try_history(INPUTS)
    period = INPUTS.history.periods[-1]
    none = np.full_like(INPUTS.readings.now, np.nan)
    then = replace(
        INPUTS,
        plan=replace(INPUTS.plan, period=period),
        history=INPUTS.history.before(period),
        readings=replace(INPUTS.readings, now=none, reference=none),
    )
    baseline = compute_baseline(then)
    assert found.periods[-1] == period
    assert np.array_equal(found.actual[:, -1], INPUTS.history.values[:, -1])
    for method, wanted in (("model", baseline.expected), ("inertial", baseline.inertial)):
        assert found.forecasts[method][:, -1] == pytest.approx(wanted, rel=1e-12)
    assert np.array_equal(found.forecasts["last_year"][:, -1], INPUTS.history.values[:, -5])
    assert np.array_equal(found.low[:, -1], baseline.low) and np.array_equal(found.high[:, -1], baseline.high)


@pytest.mark.parametrize(("periods", "origins"), [(1, 0), (5, 0), (6, 1), (9, 4), (12, 7), (30, 8)])
def test_only_periods_with_a_year_and_a_period_before_them_are_tried(periods: int, origins: int) -> None:
    found = try_history(sample_inputs(periods=periods))
    assert len(found.periods) == origins
    shapes = {array.shape for array in (*found.forecasts.values(), found.actual, found.low, found.high)}
    assert shapes == {(LINES, origins)}


def test_gaps_are_left_out_of_the_comparison() -> None:
    values = INPUTS.history.values.copy()
    values[0, 7] = np.nan
    comparable = try_history(_with_history(values)).comparable
    assert np.argwhere(~comparable).tolist() == [[0, 2], [0, 6]]


def test_coherent_forecasts_keep_the_sum_near_and_means_are_not_added_up() -> None:
    found = try_history(INPUTS)
    model, coherent = found.forecasts["model"], found.forecasts["coherent"]
    assert not np.array_equal(model, coherent)
    assert coherent.sum(axis=0) == pytest.approx(model.sum(axis=0), rel=0.05)
    means = replace(INPUTS, plan=replace(INPUTS.plan, metric=replace(METRIC, kind="mean")))
    assert np.array_equal(try_history(means).forecasts["coherent"], try_history(means).forecasts["model"])


def _tried(actual: Floats, **said: Floats) -> Backtest:
    """A backtest of these forecasts; the rivals are 20 % off unless they are given."""
    far, none = actual * 1.2, np.full_like(actual, np.nan)
    forecasts = dict.fromkeys(METHODS, none) | {"inertial": far, "last_year": far} | said
    periods = tuple(Period(2023, 1).shift(k) for k in range(actual.shape[1]))
    return Backtest(periods, actual, forecasts, forecasts["model"] * 0.9, forecasts["model"] * 1.1)


@pytest.mark.parametrize(
    ("factor", "rival", "periods", "verdict"),
    [
        (1.1, 1.2, 6, "better"),
        (1.2, 1.2, 6, "even"),
        (1.2, 1.1, 6, "worse"),
        (1.0, 1.0, 6, "even"),
        (1.1, 1.2, 2, "too_little"),
        (1.1, 1.2, 0, "too_little"),
    ],
)
def test_the_verdict_is_plain_also_when_it_is_bad(
    factor: float, rival: float, periods: int, verdict: str
) -> None:
    actual = np.full((3, periods), 100.0)
    judged = judge(_tried(actual, model=actual * factor, inertial=actual * rival))
    assert (judged.verdict, judged.rival) == (verdict, "inertial" if rival <= 1.2 else "last_year")


def test_a_better_sum_from_one_lucky_period_is_no_better() -> None:
    actual = np.full((1, 5), 100.0)
    rival, model = actual * 1.2, actual * 1.21
    rival[0, 0] = 300
    assert judge(_tried(actual, model=model, inertial=rival, last_year=rival)).verdict == "even"


def test_scores_are_shares_of_what_happened() -> None:
    actual = np.array([[100.0, 200], [300, 400]])
    judged = judge(_tried(actual, model=actual + np.array([[10, -20], [-30, 40]]), declared=actual - 50))
    scores = {score.method: score for score in judged.scores}
    assert set(scores) == {"model", "inertial", "last_year", "declared"}
    model = scores["model"]
    assert (model.error, model.bias, model.cells, model.periods) == (0.1, 0, 4, 2)
    assert model.total_error == pytest.approx((20 / 400 + 20 / 600) / 2)
    assert (scores["declared"].error, scores["declared"].bias) == (0.2, -0.2)
    assert (scores["inertial"].closer, scores["declared"].closer) == (2, 2)
    assert judged.coverage == 0.5
    assert judged.chance == pytest.approx(binomtest(2, 2, alternative="greater").pvalue)


def test_each_line_has_an_error_of_its_own() -> None:
    actual = np.array([[100.0, 200], [300, np.nan], [np.nan, np.nan]])
    found = line_errors(_tried(actual, model=actual * np.array([[1.1], [0.8], [1]])), "model")
    assert found[:2] == pytest.approx([0.1, 0.2]) and np.isnan(found[2])


@settings(max_examples=_EXAMPLES)
@given(st.randoms(use_true_random=False), st.sampled_from([1e-3, 1.0, 1e4]))
def test_neither_order_nor_unit_changes_the_judgement(random: Random, unit: float) -> None:
    order = np.random.default_rng(random.getrandbits(32)).permutation(LINES)
    lines = tuple(INPUTS.plan.lines[row] for row in order)
    moved = replace(
        INPUTS,
        plan=replace(INPUTS.plan, lines=lines),
        history=replace(
            INPUTS.history,
            values=INPUTS.history.values[order] * unit,
            one_off=INPUTS.history.one_off[order] * unit,
        ),
        readings=replace(INPUTS.readings, now=INPUTS.readings.now[order]),
    )
    first, second = judge(try_history(INPUTS)), judge(try_history(moved))
    assert (first.verdict, first.rival, first.chance) == (second.verdict, second.rival, second.chance)
    assert [one.error for one in first.scores] == pytest.approx([one.error for one in second.scores])


def test_a_shock_to_all_lines_is_seen_in_their_past_and_the_prior_stands_without_one() -> None:
    short = sample_inputs(periods=1)
    assert shared_risk(short, compute_baseline(short)) == PRIOR_SHARE
    assert _shared(_shaken(range(12))) > _shared(INPUTS) + 0.1


def test_shocks_of_the_second_year_of_three_are_remembered() -> None:
    """By the errors of the last four quarters alone it would be 0.61."""
    assert _shared(_shaken(range(4, 8))) > 0.7


def _shaken(columns: range) -> Inputs:
    """The same with a shock to all lines in each of these periods."""
    times = np.exp(np.random.default_rng(4).normal(0, 0.3, 12))
    return _with_history(INPUTS.history.values * np.where(np.isin(np.arange(12), columns), times, 1.0))


def _shared(inputs: Inputs) -> float:
    return shared_risk(inputs, compute_baseline(inputs))


def test_a_plan_without_lines_that_happened_is_judged_by_nothing() -> None:
    plan = sample_plan()
    values = np.full((len(plan.lines), 12), np.nan)
    judged = judge(try_history(_with_history(values)))
    assert (judged.verdict, judged.scores) == ("too_little", ())
