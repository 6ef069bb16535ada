"""The head office target over a hierarchy of lines: equal odds for all, within bounds, in whole steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from .arrays import Floats
from .baseline import Baseline
from .hierarchy import CLOSE, Level, added, flat, hierarchy, limited, sums, whole_steps
from .plan import Plan

SMALLEST: Final = 1e-3
"""What a zero centre counts, as a share of the smallest, and the least sigma, as one of the largest."""
WIDEST: Final = 2.0**20
"""At so many sigmas every line stands at a bound, at nothing or beyond counting."""
ROUNDS: Final = 100
"""More than it takes to find z to the last digit."""
_FINE: Final = 40
"""Where volumes make steps of different worth, a total is counted in grains that are 2^-40 of it or less."""
EXACT: Final = 1e-12
"""A sum this close to what it should be, as a share of it, is that."""


def check_limits(plan: Plan) -> None:
    """Raise InfeasibleTotal, which names the groups, regions and lines whose limits leave no way."""
    levels = limited(hierarchy(plan))
    if plan.is_weighed:
        _weighed(plan.hq_target, levels, np.array(plan.volumes), plan.metric.step)
    else:
        whole_steps(_total(plan), levels, plan.metric.step)


def _is_share(plan: Plan) -> bool:
    """Whether no line can have more than the whole."""
    return plan.metric.is_share and plan.hq_target <= plan.metric.whole


def is_plain(plan: Plan) -> bool:
    """Whether the split is by equal odds, without any limit and volumes, of which `split` knows nothing."""
    levels = limited(hierarchy(plan))
    bounded = bool(levels[-1].low.any() or np.isfinite(levels[-1].high).any()) or _is_share(plan)
    bounded = bounded or plan.ratchet_limit is not None
    return plan.split == "equal_odds" and len(levels) == 1 and not bounded and not plan.is_weighed


def allot(plan: Plan, baseline: Baseline) -> Floats:
    """The head office target over the lines, (n,), in whole steps of the metric, within all limits.

    Lines that do not add up get what makes the head office target on average, weighed by their volumes,
    as near as whole steps come. Raise InfeasibleTotal.
    """
    sigma = baseline.stretch if plan.split == "equal_odds" else np.ones(len(plan.lines))
    levels = limited(hierarchy(plan))
    if _is_share(plan):
        top = np.minimum(levels[-1].high, plan.metric.whole * np.array(plan.volumes))
        levels = (*levels[:-1], replace(levels[-1], high=top))
    if not plan.is_weighed:
        return split_sum(_total(plan), baseline.centre, sigma, levels, plan.metric.step)
    volumes = np.array(plan.volumes)
    return split_mean(plan.hq_target, baseline.centre, sigma, levels, volumes, plan.metric.step)


def split_mean(
    mean: float, centre: Floats, sigma: Floats, levels: Sequence[Level], volumes: Floats, step: float
) -> Floats:
    """The same of lines, (n,) in the metric's unit, that make a mean weighed by their volumes.

    Raise InfeasibleTotal."""
    whole, narrowed, grain = _weighed(mean, levels, volumes, step)
    weights = volumes / grain
    amounts = equal_odds(whole, centre * weights, sigma, narrowed)
    low, high = (limit / weights for limit in (narrowed[-1].low, narrowed[-1].high))
    return _nearest_mean(amounts / weights, volumes, low, high, step)


def _weighed(
    mean: float, levels: Sequence[Level], volumes: Floats, step: float
) -> tuple[float, tuple[Level, ...], float]:
    """Total and levels of lines that have volumes, in grains of value times volume, and the grain.

    The bounds of lines stay whole steps; all others are as good as free of steps. Raise InfeasibleTotal.
    """
    total, lines = mean * math.fsum(volumes.tolist()), levels[-1]
    low = np.ceil(lines.low / volumes / step - CLOSE) * step * volumes
    high = np.floor(lines.high / volumes / step + CLOSE) * step * volumes
    grain = 2.0 ** (math.frexp(total)[1] - _FINE)  # a power of 2 divides without a remainder
    grained = [
        replace(one, low=np.round(one.low / grain) * grain, high=np.round(one.high / grain) * grain)
        for one in (*levels[:-1], replace(lines, low=low, high=high))
    ]
    whole = round(total / grain)
    return float(whole), whole_steps(whole * grain, grained, grain), grain


def _nearest_mean(wanted: Floats, volumes: Floats, low: Floats, high: Floats, step: float) -> Floats:
    """Whole steps next to the wanted values, (n,), whose mean by volumes is as near as rounding comes.

    As by largest remainder: those nearest to their next step take it, while that brings the mean nearer.
    """
    steps, most = wanted / step, np.floor(high / step + CLOSE)
    whole = np.clip(np.floor(steps + CLOSE), np.ceil(low / step - CLOSE), most)
    missing = float((steps - whole) @ volumes)
    for place in np.argsort(whole - steps, kind="stable").tolist():
        if whole[place] < most[place] and abs(missing - volumes[place]) < abs(missing):
            whole[place] += 1
            missing -= float(volumes[place])
    return np.asarray(np.round(whole * step, 9) + 0.0)


def _total(plan: Plan) -> float:
    """What the lines' shares add up to."""
    if plan.metric.adds_up:
        return plan.hq_target
    return float(plan.metric.to_step(np.array(plan.hq_target * len(plan.lines))))


def split_sum(
    total: float,
    centre: Floats,
    sigma: Floats,
    levels: Sequence[Level] | None = None,
    step: float = 1.0,
) -> Floats:
    """Split a total over n lines in multiples of `step`, (n,), adding up exactly, within all bounds.

    The last of the `levels` is the lines; without levels there are no bounds. Shares are those of
    `equal_odds`, then rounded from the top down by largest remainder. Raise InfeasibleTotal where
    no such split exists.
    """
    narrowed = whole_steps(total, levels or [flat(len(centre))], step)
    whole = round(total / step)
    shares = equal_odds(whole, centre / step, sigma, narrowed)
    return np.asarray(np.round(_to_whole(shares, whole, narrowed) * step, 9) + 0.0)


def equal_odds(total: float, centre: Floats, sigma: Floats, levels: Sequence[Level]) -> Floats:
    """Shares of a total that bounds allow, (n,), before they are rounded.

    Every line has the same odds: x = clip(b e^(z sigma), low, high) with one z for all, where b is
    the centre and sigma the standard deviation of the log error; with equal sigmas that is pro rata.
    A node at a bound has the z of its own that keeps it there, so what is below it shares that bound
    with equal odds: the minimum of sum(x log(x / b) - x) / sigma over nested bounds, by its
    Karush-Kuhn-Tucker conditions (Hochbaum & Hong 1995 solve nested bounds from below alike).
    An unknown centre or sigma is taken for the median of the others.
    """
    top = Level(np.zeros(1, np.intp), np.array([total]), np.array([total]))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return _Shares(_positive(centre), _relative(sigma), [top, *levels]).found()


class _Shares:
    """The lines' shares when the nodes of a level have a z each, which every node below keeps in limits."""

    def __init__(self, centre: Floats, sigma: Floats, levels: Sequence[Level]) -> None:
        self._centre, self._sigma, self._levels = centre, sigma, levels
        self._limits = [(np.full(len(one.low), -WIDEST), np.full(len(one.low), WIDEST)) for one in levels]

    def found(self) -> Floats:
        """The shares that add up, after every node's limits of z have been found from below."""
        for depth in range(len(self._levels) - 2, 0, -1):
            level = self._levels[depth]
            self._limits[depth] = self._solved(depth, level.low), self._solved(depth, level.high)
        return self._at(0, self._solved(0, self._levels[0].low))[0]

    def _solved(self, depth: int, wanted: Floats) -> Floats:
        """The z of each node at which what is below adds up to what is wanted of it.

        Newton's method on logarithms, which is exact where all is free and all sigmas are equal,
        inside a bracket. What cannot be had from below has the widest z of its side.
        """
        below = self._levels[depth + 1]
        least, most = (added(below, bound, len(wanted)) for bound in (below.low, below.high))
        z = np.where(wanted <= least, -WIDEST, np.where(wanted >= most, WIDEST, 0.0))
        moving = z == 0.0
        low, high = np.full(len(z), -WIDEST), np.full(len(z), WIDEST)
        for _ in range(ROUNDS):
            total, slope = self._sums(depth, z)
            moving &= np.abs(total - wanted) > EXACT * wanted
            if not moving.any():
                break
            over = total > wanted
            low, high = np.where(moving & ~over, z, low), np.where(moving & over, z, high)
            z = np.where(moving, _inside(z, low, high, total, slope, wanted), z)
        return z

    def _sums(self, depth: int, z: Floats) -> tuple[Floats, Floats]:
        """What is below each node of a depth adds up to, and how fast that grows with z."""
        shares, slopes = self._at(depth, z)
        below = self._levels[depth:]
        return sums(shares, below)[0], sums(slopes, below)[0]

    def _at(self, depth: int, z: Floats) -> tuple[Floats, Floats]:
        """Every line's share, and how fast it grows, when the nodes of a depth have these z."""
        free = np.ones(len(z), bool)
        for level, (low, high) in zip(
            self._levels[depth + 1 : -1], self._limits[depth + 1 : -1], strict=True
        ):
            given = z[level.parents]
            z = np.clip(given, low, high)
            free = free[level.parents] & (z == given)
        lines = self._levels[-1]
        wanted = self._centre * np.exp(z[lines.parents] * self._sigma)
        shares = np.clip(wanted, lines.low, lines.high)
        return shares, np.where((shares == wanted) & free[lines.parents], shares * self._sigma, 0.0)


def _inside(z: Floats, low: Floats, high: Floats, total: Floats, slope: Floats, wanted: Floats) -> Floats:
    """The next z to try: Newton's where it stays in the bracket, else between its ends.

    Halving the inverse hyperbolic sines comes quickly from the widest bracket to one of a few sigmas.
    """
    newton = z - np.log(total / wanted) * total / slope
    middle = np.sinh((np.arcsinh(low) + np.arcsinh(high)) / 2)
    return np.where((newton > low) & (newton < high), newton, middle)


def _positive(centre: Floats) -> Floats:
    """Centres that can grow: one that is zero comes far behind the smallest of the others."""
    known = _known(centre)
    least = known.min(where=known > 0, initial=np.inf)
    return np.where(known > 0, known, SMALLEST * least if np.isfinite(least) else 1.0)


def _relative(sigma: Floats) -> Floats:
    """Sigmas as shares of the largest, none so small that its line could not move."""
    known = _known(sigma)
    largest = known.max(initial=0.0)
    return np.maximum(known / largest, SMALLEST) if largest > 0 else np.ones_like(known)


def _known(sizes: Floats) -> Floats:
    """The unknown become the median of the others."""
    known = np.isfinite(sizes)
    return np.where(known, sizes, np.median(sizes[known]) if known.any() else 0.0)


def _to_whole(shares: Floats, total: int, levels: Sequence[Level]) -> Floats:
    """Whole numbers that add up at every node, each next to its share, from the top down."""
    above = np.array([float(total)])
    for level, values in zip(levels, sums(shares, levels), strict=True):
        above = _largest_remainder(values, above, level)
    return above


def _largest_remainder(shares: Floats, above: Floats, level: Level) -> Floats:
    """Whole numbers within bounds that add up to what each node above has (Hamilton's method)."""
    whole = np.clip(np.floor(shares), level.low, level.high)
    while (missing := above - added(level, whole, len(above))).any():
        way = np.sign(missing)[level.parents]
        can = np.flatnonzero(((way > 0) & (whole < level.high)) | ((way < 0) & (whole > level.low)))
        parents, way = level.parents[can], way[can]
        order = np.lexsort((-shares[can], way * (whole - shares)[can], parents))
        first = np.searchsorted(parents[order], np.arange(len(above)))
        ranks = np.arange(len(can)) - first[parents[order]]
        taken = order[ranks < np.abs(missing)[parents[order]]]
        whole[can[taken]] += way[taken]
    return whole
