"""A target over 100,000 lines in 4 levels with bounds, and forecasts made to add up, beside others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hierarchicalforecast.methods import MinTrace
from scipy.optimize import minimize

from bench.report import Goal, Row, best, main
from targetcal_xl.calibration import Floats, Level, reconcile, split_sum
from targetcal_xl.calibration.hierarchy import sums

_LARGE, _SMALL, _QUICK = (7, 170, 1_700, 100_000), (2, 5, 20, 60), (4, 12, 60, 1_000)
_MIDDLE = (7, 40, 400, 2_000)


@dataclass(frozen=True)
class Tree:
    """Lines under areas, regions and groups, each node with bounds that bind here and there."""

    levels: tuple[Level, ...]
    centre: Floats
    sigma: Floats
    total: float


def grown(widths: Sequence[int]) -> Tree:
    """A tree of these widths, whose target is 12 % above the sum of its centres."""
    rng = np.random.default_rng(12)
    free = [
        Level(np.r_[np.arange(above), rng.integers(0, above, n - above)], np.zeros(n), np.full(n, np.inf))
        for above, n in zip((1, *widths), widths, strict=False)
    ]
    centre, sigma = rng.gamma(2, 50, widths[-1]) + 1, rng.uniform(0.05, 0.3, widths[-1])
    levels = [
        Level(level.parents, np.floor(sizes * 0.9), np.ceil(sizes * rng.uniform(1.1, 1.4, len(sizes))))
        for level, sizes in zip(free, sums(centre, free), strict=True)
    ]
    return Tree(tuple(levels), centre, sigma, float(round(centre.sum() * 1.12)))


def measure(quick: bool) -> Iterator[Row]:
    """The split alone at full size, then each beside another where that can go."""
    large = grown(_QUICK if quick else _LARGE)
    took = best(lambda: split_sum(large.total, large.centre, large.sigma, large.levels))
    yield Row(f"split: {_size(large)}", took, Goal("seconds", 0.5))
    small = grown(_SMALL)
    ours = best(lambda: split_sum(small.total, small.centre, small.sigma, small.levels))
    theirs = best(lambda: _slsqp(small), 1)
    yield Row(f"split: {_size(small)}", ours, Goal("faster", 10), "scipy SLSQP, not rounded", theirs)
    middle = grown(_QUICK if quick else _MIDDLE)
    said, variances = _words(middle)
    ours = best(lambda: reconcile(said, variances, middle.levels))
    theirs = best(_by_matrix(middle, said, reconcile(said, variances, middle.levels)), 1)
    other = "hierarchicalforecast, wls_struct"
    yield Row(f"coherent: {_size(middle)}", ours, Goal("faster", 10), other, theirs)
    words = _words(large)
    took = best(lambda: reconcile(*words, large.levels))
    yield Row(f"coherent: {_size(large)}", took, Goal("seconds", 0.5))


def _size(tree: Tree) -> str:
    return f"{len(tree.centre):,} lines in {len(tree.levels)} levels"


def _words(tree: Tree) -> tuple[list[Floats], list[Floats]]:
    """A forecast of the total and of every node, with variances as large as what is below them."""
    rng = np.random.default_rng(5)
    sizes = [np.array([tree.centre.sum()]), *sums(tree.centre, tree.levels)]
    below = [np.array([float(len(tree.centre))]), *sums(np.ones(len(tree.centre)), tree.levels)]
    return [size * rng.normal(1, 0.05, len(size)) for size in sizes], below


def _summing(tree: Tree) -> Floats:
    """The matrix that makes all nodes, from the total down, of the lines."""
    rows = [np.eye(len(tree.centre))]
    for above, level in zip(tree.levels[-2::-1], tree.levels[:0:-1], strict=True):
        rows.insert(0, np.eye(len(above.low))[:, level.parents] @ rows[0])
    return np.vstack([np.ones((1, len(tree.centre))), *rows])


def _by_matrix(tree: Tree, said: list[Floats], ours: list[Floats]) -> Callable[[], None]:
    """The same forecasts by hierarchicalforecast, its matrix at hand; fail where they are others."""
    matrix, y = _summing(tree), np.concatenate(said)[:, None]

    def run() -> None:
        found = MinTrace("wls_struct").fit_predict(S=matrix, y_hat=y)["mean"][:, 0]
        assert np.allclose(found, np.concatenate(ours), rtol=1e-8)

    return run


def _slsqp(tree: Tree) -> None:
    """The same shares by sequential least squares; raise AssertionError when it does not find them."""
    nodes, n = _summing(tree)[1 : -len(tree.centre)], len(tree.centre)
    low, high = (np.concatenate([getattr(one, side) for one in tree.levels[:-1]]) for side in ("low", "high"))
    sigma = tree.sigma / tree.sigma.max()
    found = minimize(  # type: ignore[call-overload]  # its stubs know limits of one number only
        lambda x: float(((x * np.log(x / tree.centre) - x) / sigma).sum()),
        split_sum(tree.total, tree.centre, tree.sigma, tree.levels),
        jac=lambda x: np.log(x / tree.centre) / sigma,
        bounds=list(zip(tree.levels[-1].low + 1e-9, tree.levels[-1].high, strict=True)),
        constraints=[
            {"type": "eq", "fun": lambda x: x.sum() - tree.total, "jac": lambda x: np.ones(n)},
            {"type": "ineq", "fun": lambda x: nodes @ x - low, "jac": lambda x: nodes},
            {"type": "ineq", "fun": lambda x: high - nodes @ x, "jac": lambda x: -nodes},
        ],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 1_000},
    )
    shares = split_sum(tree.total, tree.centre, tree.sigma, tree.levels)
    assert np.abs(found.x - shares).max() < 1, found.message


if __name__ == "__main__":
    main("alignment", measure)
