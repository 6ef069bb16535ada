from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from targetcal_xl.calibration import Floats, InfeasibleTotal, Level, split_sum
from targetcal_xl.calibration.alignment import equal_odds
from targetcal_xl.calibration.hierarchy import sums

Random = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A tree with bounds at every node, and lines of different size."""

    levels: tuple[Level, ...]
    centre: Floats
    sigma: Floats
    total: int


def tree(rng: Random, widths: Sequence[int], slack: float, met: bool = True) -> Case:
    """Nodes by level; bounds `slack` wide about a split that adds up, or about nothing of the kind."""
    parents = [_parents(rng, n, above) for above, n in zip((1, *widths), widths, strict=False)]
    free = [Level(one, np.zeros(len(one)), np.full(len(one), np.inf)) for one in parents]
    point = rng.integers(1, 60, widths[-1]).astype(float)
    levels = []
    for level, sizes in zip(free, sums(point, free), strict=True):
        middle = sizes if met else sizes * rng.uniform(0.5, 1.5, len(sizes))
        room = np.floor(slack * rng.uniform(0, 1, (2, len(sizes))) * (sizes + 1))
        high = np.where(rng.random(len(sizes)) < 0.2, np.inf, np.round(middle) + room[1])
        levels.append(replace(level, low=np.maximum(np.round(middle) - room[0], 0), high=high))
    centre, sigma = rng.uniform(1, 80, widths[-1]), rng.uniform(0.05, 0.5, widths[-1])
    return Case(tuple(levels), centre, sigma, int(point.sum()))


def _parents(rng: Random, nodes: int, above: int) -> np.ndarray:
    """Everybody above has a child."""
    return rng.permutation(np.r_[np.arange(above), rng.integers(0, above, max(nodes - above, 0))])[:nodes]


SEEDS = st.integers(0, 2**32 - 1)
WIDTHS = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(lambda steps: np.cumsum(steps).tolist())
TREES = st.builds(
    lambda seed, widths, slack: tree(np.random.default_rng(seed), widths, slack),
    SEEDS,
    WIDTHS,
    st.sampled_from([0.0, 0.1, 0.5, 3.0]),
)


@given(TREES)
def test_every_node_adds_up_exactly_within_its_bounds_and_next_to_its_share(case: Case) -> None:
    found = split_sum(case.total, case.centre, case.sigma, case.levels)
    shares = equal_odds(case.total, case.centre, case.sigma, _narrow(case))
    assert found.sum() == case.total
    both = zip(case.levels, sums(found, case.levels), sums(shares, case.levels), strict=True)
    for level, values, wanted in both:
        assert np.all((level.low <= values) & (values <= level.high))
        assert np.all(np.abs(values - wanted) < 1 + 1e-6)


def _narrow(case: Case) -> list[Level]:
    """The same levels with bounds as narrow as linear programming finds them from below."""
    narrow, below = [case.levels[-1]], case.levels[-1]
    for level in case.levels[-2::-1]:
        n = len(level.low)
        low, high = (np.bincount(below.parents, bound, minlength=n) for bound in (below.low, below.high))
        below = replace(level, low=np.maximum(level.low, low), high=np.minimum(level.high, high))
        narrow.insert(0, below)
    return narrow


@given(TREES, SEEDS)
def test_permuting_the_lines_permutes_the_result(case: Case, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(case.centre))
    last = case.levels[-1]
    moved = replace(last, parents=last.parents[order], low=last.low[order], high=last.high[order])
    found = split_sum(case.total, case.centre, case.sigma, case.levels)
    again = split_sum(case.total, case.centre[order], case.sigma[order], [*case.levels[:-1], moved])
    assert np.array_equal(again, found[order])


@given(TREES, SEEDS)
def test_lines_that_are_locked_keep_their_number(case: Case, seed: int) -> None:
    free = split_sum(case.total, case.centre, case.sigma, case.levels)
    locked = np.random.default_rng(seed).random(len(free)) < 0.5
    last = case.levels[-1]
    held = replace(last, low=np.where(locked, free, last.low), high=np.where(locked, free, last.high))
    found = split_sum(case.total, case.centre * 1.5, case.sigma, [*case.levels[:-1], held])
    assert np.array_equal(found[locked], free[locked])


@given(SEEDS, WIDTHS, st.sampled_from([0.0, 0.2, 1.0]))
def test_what_linear_programming_cannot_do_is_refused_and_named_and_the_rest_is_done(
    seed: int, widths: list[int], slack: float
) -> None:
    case = tree(np.random.default_rng(seed), widths, slack, met=False)
    try:
        split_sum(case.total, case.centre, case.sigma, case.levels)
        done = True
    except InfeasibleTotal as refused:
        done = False
        assert refused.conflicts
        for one in refused.conflicts:
            assert one.most < one.low or one.least > one.high or one.least > one.most
    assert done == _feasible(case)


def _feasible(case: Case) -> bool:
    below = _members(case.levels)
    bounds = [(low, high) for level in case.levels for low, high in zip(level.low, level.high, strict=True)]
    lines = len(case.centre)
    capped = [k for k, (_, high) in enumerate(bounds) if np.isfinite(high)]
    found = linprog(
        np.zeros(lines),
        A_ub=np.vstack([below[capped], -below]),
        b_ub=[*(bounds[k][1] for k in capped), *(-low for low, _ in bounds)],
        A_eq=np.ones((1, lines)),
        b_eq=[case.total],
        bounds=(0, None),
    )
    return bool(found.status == 0)


def _members(levels: Sequence[Level]) -> Floats:
    """A row of zeros and ones for every node of every level: which lines are below it."""
    rows = [np.eye(len(levels[-1].low))]
    for above, level in zip(levels[-2::-1], levels[:0:-1], strict=True):
        rows.insert(0, np.eye(len(above.low))[:, level.parents] @ rows[0])
    return np.vstack(rows)


@pytest.mark.parametrize("seed", range(12))
def test_shares_are_those_that_slsqp_finds_to_a_millionth(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = tree(rng, (2, 4, 9) if seed % 2 else (3, 8), 0.4)
    levels = _narrow(case)
    relative = case.sigma / case.sigma.max()
    found = equal_odds(case.total, case.centre, case.sigma, levels)
    wanted = _slsqp(case, levels, relative)
    assert _cost(found, case.centre, relative) <= _cost(wanted, case.centre, relative) + 1e-9
    assert found == pytest.approx(wanted, rel=1e-6)


def _cost(shares: Floats, centre: Floats, sigma: Floats) -> float:
    safe = np.maximum(shares, 1e-12)
    return float(((safe * np.log(safe / centre) - safe) / sigma).sum())


def _slsqp(case: Case, levels: Sequence[Level], sigma: Floats) -> Floats:
    """The cheapest shares by sequential least squares, begun at a feasible split."""
    nodes = _members(levels)[: -len(case.centre)]
    low = np.concatenate([level.low for level in levels[:-1]])
    high = np.concatenate([level.high for level in levels[:-1]])
    top = np.isfinite(high)
    limits = [
        {"type": "eq", "fun": lambda x: x.sum() - case.total, "jac": lambda x: np.ones(len(x))},
        {"type": "ineq", "fun": lambda x: nodes @ x - low, "jac": lambda x: nodes},
        {"type": "ineq", "fun": lambda x: high[top] - nodes[top] @ x, "jac": lambda x: -nodes[top]},
    ]
    shares = split_sum(case.total, case.centre, case.sigma, case.levels)
    for _ in range(5):  # it stops a little early, and goes on when it is begun again
        shares = minimize(  # type: ignore[call-overload]  # its stubs know limits of one number only
            lambda x: _cost(x, case.centre, sigma),
            shares,
            jac=lambda x: np.log(np.maximum(x, 1e-12) / case.centre) / sigma,
            bounds=list(zip(levels[-1].low, levels[-1].high, strict=True)),
            constraints=limits,
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 2000},
        ).x
    return np.asarray(shares)


def test_lines_under_a_node_at_its_bound_have_the_same_odds_and_so_have_all_the_others() -> None:
    capped = Level(np.zeros(2, np.intp), np.zeros(2), np.array([250.0, np.inf]))
    lines = Level(np.array([0, 0, 1, 1]), np.zeros(4), np.full(4, np.inf))
    centre, sigma = np.array([100.0, 200, 150, 50]), np.array([0.1, 0.2, 0.3, 0.1])
    shares = equal_odds(600, centre, sigma, [capped, lines])
    z = np.log(shares / centre) / sigma
    assert z[0] == pytest.approx(z[1]) and z[2] == pytest.approx(z[3]) and z[0] < z[2]
    assert shares[:2].sum() == pytest.approx(250)
