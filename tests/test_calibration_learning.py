from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import nnls

from bench.worlds import EXPERTS, World, world
from targetcal_xl.calibration import Floats, Inputs, Readings, relearn
from targetcal_xl.calibration.learning import PRIOR_ERROR, not_negative
from tests.support.samples import sample_inputs


def _world(truth: Floats, lines: int = 200, seed: int = 3) -> World:
    return world(lines, truth, True, np.random.default_rng(seed))


def _shuffled(inputs: Inputs, order: Floats) -> Inputs:
    """The same lines in another order; the lines' own codes stay where they are."""
    history, readings = inputs.history, inputs.readings
    assert readings.past_now is not None and readings.past_reference is not None
    return replace(
        inputs,
        history=replace(history, values=history.values[order], one_off=history.one_off[order]),
        readings=Readings(
            readings.now[order],
            readings.reference[order],
            readings.past_now[:, order],
            readings.past_reference[:, order],
        ),
    )


@pytest.mark.parametrize("truth", [[0.6, 0.05, 0.4], [0.0, 0.0, 0.0], [0.3, 0.25, 0.2]])
def test_with_many_lines_the_truth_is_found_and_the_experts_fade(truth: list[float]) -> None:
    found = relearn(_world(np.array(truth)).inputs)
    assert found.weights == pytest.approx(truth, abs=0.12)
    assert np.all(np.abs(found.weights - truth) <= 4 * found.error + 0.02)
    assert np.all(found.prior_share < 0.05)
    assert (found.quarters, found.lines) == (8, 200)


def test_with_few_lines_the_experts_keep_the_word() -> None:
    shares = [relearn(_world(EXPERTS, lines).inputs).prior_share.mean() for lines in (3, 10, 100)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.2


@pytest.mark.parametrize("inputs", [sample_inputs(), sample_inputs(periods=2), sample_inputs(periods=1)])
def test_without_closed_readings_nothing_is_learned(inputs: Inputs) -> None:
    found = relearn(inputs)
    assert found.weights.tolist() == found.prior.tolist() == [d.weight for d in inputs.plan.drivers]
    assert found.prior_share.tolist() == [1, 1, 1] and found.error.tolist() == [PRIOR_ERROR] * 3
    assert (found.quarters, found.readings, found.lines) == (0, 0, 0)


def test_what_moves_all_lines_at_once_teaches_nothing_about_their_differences() -> None:
    inputs = _world(EXPERTS, 60).inputs
    history, readings = inputs.history, inputs.readings
    boom = np.exp(0.3 * np.sin(np.arange(len(history.periods))))
    moved = replace(inputs, history=replace(history, values=history.values * boom))
    assert relearn(moved).weights == pytest.approx(relearn(inputs).weights, abs=0.05)
    assert readings.past_now is not None


def test_a_plan_without_drivers_learns_nothing() -> None:
    inputs = sample_inputs()
    none = np.empty((len(inputs.plan.lines), 0))
    bare = replace(inputs.plan, drivers=(), indicators=())
    assert relearn(replace(inputs, plan=bare, readings=Readings(none, none))).weights.shape == (0,)


@given(st.permutations(range(30)))
def test_the_order_of_the_lines_teaches_the_same(order: list[int]) -> None:
    inputs = _world(EXPERTS, 30).inputs
    mixed = relearn(_shuffled(inputs, np.array(order)))
    assert mixed.weights == pytest.approx(relearn(inputs).weights, abs=1e-6)


def test_the_unit_of_the_metric_teaches_the_same() -> None:
    inputs = _world(EXPERTS, 30).inputs
    scaled = replace(inputs, history=replace(inputs.history, values=inputs.history.values * 1024))
    assert relearn(scaled).weights == pytest.approx(relearn(inputs).weights, abs=1e-6)


@given(
    arrays(float, (12, 4), elements=st.floats(-3, 3)),
    arrays(float, 12, elements=st.floats(-3, 3)),
)
def test_weights_that_must_not_be_negative_are_the_best_of_those(moved: Floats, errors: Floats) -> None:
    precision = moved.T @ moved + np.eye(4)
    found = not_negative(precision, moved.T @ errors)
    rows = np.vstack([moved, np.eye(4)])
    oracle, _ = nnls(rows, np.concatenate([errors, np.zeros(4)]))
    assert np.all(found >= 0)
    assert found == pytest.approx(oracle, abs=1e-7)
