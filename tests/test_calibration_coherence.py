from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hierarchicalforecast.methods import MinTrace
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Floats, Level, reconcile
from targetcal_xl.calibration.hierarchy import sums


def forest(seed: int, widths: Sequence[int]) -> tuple[list[Level], list[Floats], list[Floats]]:
    """Levels of these widths, and a forecast with a variance for the total and every node."""
    rng = np.random.default_rng(seed)
    levels = [
        Level(np.r_[np.arange(above), rng.integers(0, above, n - above)], np.zeros(n), np.zeros(n))
        for above, n in zip((1, *widths), widths, strict=False)
    ]
    sizes = (1, *widths)
    return levels, [rng.gamma(5, 200, n) for n in sizes], [rng.gamma(2, 50, n) for n in sizes]


def summing(levels: Sequence[Level]) -> Floats:
    """The matrix that makes all nodes, from the total down, of the lines."""
    lines = np.eye(len(levels[-1].low))
    columns = [np.concatenate([[1.0], *sums(line, levels)]) for line in lines]
    return np.array(columns).T


WIDTHS = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(lambda more: (1 + np.cumsum(more)).tolist())


@given(st.integers(0, 2**32 - 1), WIDTHS)
def test_forecasts_are_those_of_weighted_least_squares_by_matrices(seed: int, widths: list[int]) -> None:
    levels, said, variances = forest(seed, widths)
    s, w = summing(levels), np.diag(1 / np.concatenate(variances))
    wanted = s @ np.linalg.solve(s.T @ w @ s, s.T @ w @ np.concatenate(said))
    assert np.concatenate(reconcile(said, variances, levels)) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("method", ["ols", "wls_struct"])
@pytest.mark.parametrize("widths", [(60,), (4, 12, 60)])
def test_forecasts_are_those_of_hierarchicalforecast(method: str, widths: tuple[int, ...]) -> None:
    levels, said, _ = forest(5, widths)
    s, y = summing(levels), np.concatenate(said)
    sizes = np.cumsum([len(one) for one in said])[:-1]
    variances = np.split(np.ones(len(y)) if method == "ols" else s.sum(axis=1), sizes)
    wanted = MinTrace(method=method).fit_predict(S=s, y_hat=y[:, None])["mean"][:, 0]
    assert np.concatenate(reconcile(said, variances, levels)) == pytest.approx(wanted, rel=1e-9)


@given(st.integers(0, 2**32 - 1), WIDTHS)
def test_every_node_is_the_sum_of_its_children_and_what_was_coherent_stays(
    seed: int, widths: list[int]
) -> None:
    levels, said, variances = forest(seed, widths)
    found = reconcile(said, variances, levels)
    tops = [np.atleast_1d(found[-1].sum()), *sums(found[-1], levels)]
    for one, other in zip(found, tops, strict=True):
        assert one == pytest.approx(other, rel=1e-9)
    for one, other in zip(reconcile(tops, variances, levels), tops, strict=True):
        assert one == pytest.approx(other, rel=1e-9)


def test_who_is_certain_is_believed_and_who_has_no_word_is_not_heard() -> None:
    levels, said, variances = forest(3, (2, 5))
    certain, silent = [np.zeros(1), *variances[1:]], [np.array([np.inf]), *variances[1:]]
    assert reconcile(said, certain, levels)[0][0] == pytest.approx(said[0][0])
    changed = [np.array([1e9]), *said[1:]]
    assert reconcile(changed, silent, levels)[0] == pytest.approx(reconcile(said, silent, levels)[0])
    nothing = [np.zeros(len(one)) for one in variances]
    assert np.array_equal(reconcile(said, nothing, levels)[-1], said[-1])
