"""How likely a target is to be reached: by a line, and by all lines together."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from .arrays import Floats
from .baseline import Baseline
from .plan import Plan

_SHARES: Final = ((np.arange(50) + 0.5) / 50) ** 2
"""What part of a line's variance may be common to all: squares, as how far a line goes along with what is
common (its correlation, the share's root) may beforehand be anything from 0 to 1."""
PRIOR_SHARE: Final = float(_SHARES.mean())
"""How much of the lines' error is common to all before their past has spoken: a third."""
LARGEST_SPREAD: Final = 1.0
"""A mean lies above its middle by no more than this standard deviation of the log error makes it."""
LIFT: Final = 0.75
"""How much of that counts in a total: forecasts' own noise has lifted the sum of middles, too (chosen on the
panels of `bench.accuracy`, judged on those of `bench.unseen`)."""
SUREST: Final = 0.99
"""A few past periods cannot tell rarer things: no odds are beyond this or below its complement."""


def plan_odds(plan: Plan, baseline: Baseline, targets: Floats, shared: float) -> tuple[Floats, float]:
    """The odds of every line at its target, (n,), and of all together; `shared` as in total_spread."""
    centre, wide = baseline.expected, spread(baseline, plan.thresholds.confidence)
    way = plan.metric.direction
    volumes = np.array(plan.volumes)
    together = total_odds(targets * volumes, centre * volumes, wide, way, shared)
    return odds(targets, centre, wide, way), together


def total_interval(plan: Plan, baseline: Baseline, shared: float) -> tuple[float, float]:
    """Both ends of the interval of all lines together, as the metric adds up."""
    level, weighed = plan.thresholds.confidence, baseline.expected * plan.volumes
    each = spread(baseline, level)
    wide = total_spread(weighed, each, shared)
    factor = math.exp(NormalDist().inv_cdf((1 + level) / 2) * wide)
    centre = plan.total_of(baseline.expected) * above_middles(weighed, each) / (1 + wide**2 / 2)
    return centre / factor, centre * factor


def spread(baseline: Baseline, confidence: float) -> Floats:
    """Standard deviation of each line's log error, (n,), such that the interval has its level."""
    return log_spread(baseline.expected, baseline.low, baseline.high, confidence)


def log_spread(centre: Floats, low: Floats, high: Floats, confidence: float) -> Floats:
    """The same from the interval, (n,) each in the metric's unit; one from 0 tells by its upper half."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    usable = (centre > 0) & (high > centre)
    halves = np.where(low > 0, 2.0, 1.0)
    below = np.where(low > 0, low, centre)
    ratio = np.divide(high, below, out=np.ones_like(high), where=usable & (below > 0))
    return np.asarray(np.log(ratio) / (halves * z))


def odds(targets: Floats, centre: Floats, spread: Floats, direction: int) -> Floats:
    """Probability that each result is its target or better, (n,): at most it where lower is better.

    Results are lognormal about the centre; nothing is surer than SUREST. NaN where there is no target
    or no centre above 0.
    """
    known = np.isfinite(targets) & (centre > 0)
    found = np.full(len(targets), np.nan)
    pairs = zip(targets[known].tolist(), centre[known].tolist(), spread[known].tolist(), strict=True)
    found[known] = [_probability(*pair, direction) for pair in pairs]
    return found


def total_odds(targets: Floats, centre: Floats, spread: Floats, direction: int, shared: float) -> float:
    """Probability that all results together are what the targets, (n,) each, add up to, or better.

    Of what does not add up, targets and centre are multiplied with the volumes. The middle of the total is
    its mean over 1 + variance / 2, as a line's is. NaN while any target is missing.
    """
    if not len(centre) or centre.sum() <= 0:
        return math.nan
    wide = total_spread(centre, spread, shared)
    middle = centre.sum() * above_middles(centre, spread) / (1 + wide**2 / 2)
    return float(odds(np.array([targets.sum()]), np.array([middle]), np.array([wide]), direction)[0])


def above_middles(centre: Floats, spread: Floats) -> float:
    """How many times what all lines are expected to come to is what their middles, (n,) each, add up to.

    A line's centre is its middle: half of the results lie above, and further off than those below. Middles
    do not add, means do: to second order a mean is the middle times 1 + variance / 2 of the log error
    (Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, 14.3). That error is the
    forecast's as well as the result's; forecasts that miss lie further off above, too, so their part is in
    the sum already and does not count (LIFT). A line more unsure than LARGEST_SPREAD counts as being so:
    what nobody knows is no result to hope for.
    """
    if not len(centre) or centre.sum() <= 0:
        return 1.0
    counted = np.minimum(spread, LARGEST_SPREAD)
    return float(1 + LIFT * (centre * counted**2).sum() / (2 * centre.sum()))


def total_spread(centre: Floats, spread: Floats, shared: float) -> float:
    """Standard deviation of the log error of all lines, (n,) each, together.

    One common shock carries `shared` of every line's variance, the rest is each line's own (the
    one-factor model, Vasicek 2002). To first order the total's log error is the lines' weighed by
    their part in it: variance = shared (sum w s)^2 + (1 - shared) sum (w s)^2.
    """
    if not len(centre) or centre.sum() <= 0:
        return 0.0
    parts = centre / centre.sum() * spread
    return math.sqrt(shared * float(parts.sum()) ** 2 + (1 - shared) * float(parts @ parts))


def shared_error(errors: Floats, spreads: Floats, centre: Floats) -> float:
    """How much of the lines' error is common to all, from 0 to 1, by their errors in k past periods.

    `errors` (n, k) are log errors, NaN where unknown, and `spreads` (n, k) the standard deviations they were
    foreseen with. Each period's errors together are normal with the variance that `total_spread` gives the
    known ones. Every share weighs as much as it makes that likely, and their mean is told (Bayes, on a grid):
    so of few periods a total is less sure than of many.
    """
    known = np.isfinite(errors)
    weights = (centre / max(float(centre.sum()), 1e-300))[:, None]
    together = (weights * np.where(known, errors, 0.0)).sum(axis=0)
    parts = weights * np.where(known, spreads, 0.0)
    common, own = parts.sum(axis=0) ** 2, (parts**2).sum(axis=0)
    told = own > 0
    variances = (own + _SHARES[:, None] * (common - own))[:, told]
    logs = -(np.log(variances) + together[told] ** 2 / variances).sum(axis=1) / 2
    likely = np.exp(logs - logs.max())
    return float(likely @ _SHARES / likely.sum())


def _probability(target: float, centre: float, spread: float, direction: int) -> float:
    lead = direction * (math.log(centre / target) if target > 0 else math.inf)
    share = float(lead >= 0) if spread <= 0 else 0.5 * math.erfc(-lead / spread / math.sqrt(2))
    return min(max(share, 1 - SUREST), SUREST)
