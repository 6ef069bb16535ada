"""What a history may be like: a level, a growth and a season, each steady or wandering.

Every hypothesis is a Gaussian process whose covariance is known up to one factor, the line's own
noise: a basic structural model (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman
Filter, 2.3) written as sums of kernels (Rasmussen & Williams 2006, Gaussian Processes for Machine
Learning, 2.2 and 5.4.3). What it says of a history is linear, so it is worked out once for all lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from .arrays import Floats

DIFFUSE: Final = 1e6
"""Variance of a level of which nothing is known beforehand, in noise variances."""

LEVELS: Final = {0.0: 0.2, 0.3: 0.3, 1.0: 0.5}
GROWTHS: Final = {(0.0, 1.0): 0.25, (0.2, 1.0): 0.3, (0.6, 0.6): 0.25, (1.0, 1.0): 0.2}
SEASONS: Final = {(0.0, 1.0): 0.2, (1.0, 0.9): 0.2, (4.0, 0.9): 0.2, (4.0, 1.0): 0.2, (16.0, 1.0): 0.2}
"""The kinds of level, growth and season, and how often each is right where nobody has looked yet:
about what panels of other people's series show, but even-handed about seasons. See docs/benchmarks.md."""
FIRST_SEASONS: Final = (0.05, 0.1, 0.25, 0.3, 0.3)
"""The same of seasons within the first year, which cannot tell one: to miss a season costs far more than to
suspect one where there is none. From two years on histories speak for themselves."""
COMMON_GROWTHS: Final = {(0.0, 1.0): 0.02, (0.2, 1.0): 0.08, (0.6, 0.6): 0.1, (1.0, 1.0): 0.8}
"""The same for what all lines do together: a mean has less noise than its lines but no less growth."""


class Hypothesis(NamedTuple):
    """Standard deviations in those of the line's noise.

    `level` is the share of the noise variance that stays in the level: 0 for a fixed one, 1 for a random
    walk. `growth` is how much a period grows, and `momentum` the share of it that the next one repeats.
    `season` is how much a season departs from the level, and `habit` the share of it kept a year later.
    """

    level: float
    growth: float
    momentum: float
    season: float
    habit: float


HYPOTHESES: Final = tuple(
    Hypothesis(level, *growth, *season) for level, growth, season in product(LEVELS, GROWTHS, SEASONS)
)


@cache
def beliefs(length: int, per_year: int) -> tuple[Floats, Floats]:
    """Probabilities of the hypotheses beforehand, (K,) each: of a line, and of what all lines do together.

    Of seasons it goes from FIRST_SEASONS to SEASONS, as a geometric mean, while the second year comes in.
    """
    early = min(max(2.0 - length / per_year, 0.0), 1.0)
    pairs = zip(FIRST_SEASONS, SEASONS.values(), strict=True)
    seasons = np.array([first**early * later ** (1 - early) for first, later in pairs])
    kinds = (seasons / seasons.sum()).tolist()
    own, common = (
        np.array([np.prod(shares) for shares in product(LEVELS.values(), growths.values(), kinds)])
        for growths in (GROWTHS, COMMON_GROWTHS)
    )
    return own, common


@dataclass(frozen=True)
class Operators:
    """What K hypotheses say of T periods; logs are counted from the first one's.

    `whitening` (K, T, T) turns logs into one-step errors over their standard deviations `spread` (K, T + 1),
    the prediction error decomposition (Harvey 1989, 3.4). `ahead` (K, T) forecasts the next period,
    `season` (K, T) finds its season alone, and `level` (K, T) the level a year before it. `precision`
    (K, T, T) is the inverse covariance.
    """

    whitening: Floats
    spread: Floats
    ahead: Floats
    season: Floats
    level: Floats
    precision: Floats


@cache
def operators(length: int, per_year: int) -> Operators:
    """The operators for so many periods, at least one."""
    kernels = [_kernels(hypothesis, length + 1, per_year) for hypothesis in HYPOTHESES]
    levels, seasons, noise = np.array(kernels).transpose(1, 0, 2, 3)
    factor = np.linalg.cholesky(levels + seasons + noise)
    inverse = np.linalg.inv(factor)
    whitening, spread = inverse[:, :length, :length], np.einsum("kss->ks", factor)
    precision = whitening.transpose(0, 2, 1) @ whitening
    year = max(length - per_year, 0)
    return Operators(
        whitening=whitening,
        spread=spread,
        ahead=-inverse[:, length, :length] * spread[:, length:],
        season=np.einsum("kt,kts->ks", seasons[:, length, :length], precision),
        level=np.einsum("kt,kts->ks", levels[:, year, :length], precision),
        precision=precision,
    )


def _kernels(hypothesis: Hypothesis, length: int, per_year: int) -> tuple[Floats, Floats, Floats]:
    """Covariances (T, T) of level with growth, of season, and of noise that does not stay."""
    level, growth, momentum, season, habit = hypothesis
    steps = np.arange(length)
    apart = np.abs(steps[:, None] - steps)
    repeated = growth**2 * momentum**apart
    repeated[0], repeated[:, 0] = 0.0, 0.0
    grown = repeated.cumsum(axis=0).cumsum(axis=1)
    wandering = DIFFUSE + level * (1.0 + np.minimum.outer(steps, steps)) + grown
    same = (apart % per_year == 0) - 1.0 / per_year
    return wandering, season**2 * same * habit ** (apart / per_year), (1.0 - level) * np.eye(length)
