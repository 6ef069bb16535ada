"""How sure a suggestion is: the error of every line, and the interval it makes."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np

from .history import Cleaned, Flags, Floats
from .projection import past_errors

PRIOR_ERRORS: Final = 6
"""The panel's variance weighs as much as this many errors of the line's own."""
PRIOR_SCORES: Final = 20
"""Student's quantile weighs as much as this many of the panel's errors."""
UNTRIED_SIGMA: Final = 0.35
"""Standard deviation of the log error where nothing could be tried out."""


def interval(
    cleaned: Cleaned, per_year: int, base: Floats, expected: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Sigma of the log error and both ends of the central interval of that level, each (n,).

    For a line of which nothing is known the error is that of taking the panel's median for it: the
    spread of the lines.
    """
    errors, tried = past_errors(cleaned, per_year)
    sigma, without = _sigma(errors, tried)
    seen = cleaned.known.any(axis=1)
    sizes = np.log(base[seen & (base > 0)])
    spread = float(sizes.std(ddof=1)) if len(sizes) > 1 else 0.0
    sigma = np.where(seen, sigma, np.hypot(sigma, max(spread, UNTRIED_SIGMA)))
    factor = np.exp(_reach(errors, tried, without, level) * sigma)
    moved = expected + cleaned.offset
    return sigma, np.maximum(moved / factor - cleaned.offset, 0.0), moved * factor - cleaned.offset


def _sigma(errors: Floats, tried: Flags) -> tuple[Floats, Floats]:
    """Standard deviation of each line's log error, (n,), and the same without each error, (n, k).

    The lines' variances are shrunk toward the panel's as in the scaled inverse chi-square posterior
    (Gelman et al., Bayesian Data Analysis, 2.6).
    """
    squares, count = errors**2, tried.sum(axis=1, keepdims=True)
    panel = squares.sum() / count.sum() if count.any() else UNTRIED_SIGMA**2
    sums = squares.sum(axis=1, keepdims=True) + PRIOR_ERRORS * panel
    sigma = np.sqrt(sums / (count + PRIOR_ERRORS))
    without = np.sqrt((sums - squares) / (count + PRIOR_ERRORS - 1))
    return sigma[:, 0], without


def _reach(errors: Floats, tried: Flags, without: Floats, level: float) -> float:
    """How many sigmas the interval reaches: the panel's own quantile of |error| / sigma.

    Split conformal prediction (Lei et al. 2018), drawn to Student's quantile while errors are few.
    """
    usable = tried & (without > 0)
    scores = np.sort(np.abs(errors[usable]) / without[usable])
    prior = _student(level, PRIOR_ERRORS)
    rank = int(np.ceil((len(scores) + 1) * level))
    if rank > len(scores):
        return prior
    return float((len(scores) * scores[rank - 1] + PRIOR_SCORES * prior) / (len(scores) + PRIOR_SCORES))


def _student(level: float, freedom: float) -> float:
    """Two-sided Student quantile by Cornish-Fisher (Abramowitz & Stegun 26.7.5)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
