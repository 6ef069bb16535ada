"""Following a mean or ratio: its level so far, and where the days to come are likely to leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Floats
from .metric import Metric

DAY_SIGMA = 0.10
"""Standard deviation of a day's value over its level, before the days have spoken: a judgement."""
PRIOR_DAYS = 5.0
"""It weighs as much as this many days."""
PANEL_DAYS = 30.0
"""Days of its own that a line needs before its scatter counts as much as the panel's."""


@dataclass(frozen=True)
class LevelOutlook:
    """What the days so far say about the level of n lines at the end of any day.

    The level of the days to come is normal: what was expected, drawn to what was seen by how sure each
    is (Gelman et al., Bayesian Data Analysis, ch. 2). A day counts by its volume; those to come
    are taken to bring as much as `day_weights` say.
    """

    target: Floats
    actual: Floats
    """The mean of the days so far by their volumes, NaN where there was none."""
    level: Floats
    spread: Floats
    """Standard deviation of what is believed of the level."""
    scatter: Floats
    """Standard deviation of one usual day about it; the variance of a day is less the more it weighs."""
    usual: Floats
    """What share of the period a usual day stands for."""
    seen: Floats
    """The part of the period that the days with a result stand for."""
    day_weights: Floats
    as_of: int

    def expected(self, day: int) -> Floats:
        """The mean up to that day (from 1), (n,) in the metric's unit; NaN where nothing comes."""
        share, known = self._share_to_come(day), np.where(self.seen > 0, self.actual, 0.0)
        mean: Floats = (1 - share) * known + share * self.level
        return np.where((self.seen > 0) | (share > 0), mean, np.nan)

    def odds_of_miss(self, day: int, milestone: float, metric: Metric) -> Floats:
        """Odds that the mean up to that day is worse than the target by over 1 - `milestone` of it, (n,)."""
        limit = (1.0 - metric.direction * (1.0 - milestone)) * self.target
        share, coming = self._share_to_come(day), float(self.day_weights[self.as_of : day].sum())
        days = np.full(len(share), coming) / self.usual
        sigma = share * np.sqrt(self.spread**2 + _over(self.scatter**2, days, 0.0))
        worse = metric.direction * (limit - self.expected(day))
        z = np.divide(worse, sigma, out=np.where(worse > 0, math.inf, -math.inf), where=sigma > 0)
        return np.where(np.isnan(worse), np.nan, _normal_cdf(z).astype(np.float64))

    def _share_to_come(self, day: int) -> Floats:
        """The part of the days up to that one which is still unseen."""
        coming = float(self.day_weights[self.as_of : day].sum())
        whole = self.seen + coming
        return np.divide(coming, whole, out=np.zeros(len(whole)), where=whole > 0)


_normal_cdf = np.frompyfunc(lambda z: 0.5 * math.erfc(-z / math.sqrt(2.0)), 1, 1)


def level_outlook(
    target: Floats,
    daily: Floats,
    volumes: Floats | None,
    day_weights: Floats,
    expected: tuple[Floats, Floats],
) -> LevelOutlook:
    """The outlook of n lines from `daily` values and `volumes`, (n, days so far), NaN where not reported.

    `expected` is what was foreseen as a share of the `target`, with its standard deviation.
    """
    actual, weights = mean_so_far(daily, volumes)
    values, volume = np.where(weights > 0, daily, 0.0), weights.sum(axis=1)
    foreseen, sigma = target * expected[0], target * expected[0] * expected[1]
    scatter = _scatter(values, weights, actual, foreseen)
    days = _heard(weights).sum(axis=1).astype(np.float64)
    seen = (_heard(weights) * day_weights[: daily.shape[1]]).sum(axis=1)
    precision = _over(days, scatter**2, 0.0)
    prior = _over(np.ones(len(target)), np.maximum(sigma, 1e-9 * np.maximum(foreseen, 1.0)) ** 2, 0.0)
    whole = prior + precision
    return LevelOutlook(
        target=target,
        actual=actual,
        level=(prior * foreseen + precision * np.where(volume > 0, actual, 0.0)) / whole,
        spread=whole**-0.5,
        scatter=scatter,
        usual=_over(seen, days, float(day_weights.mean())),
        seen=seen,
        day_weights=day_weights,
        as_of=daily.shape[1],
    )


def mean_so_far(daily: Floats, volumes: Floats | None) -> tuple[Floats, Floats]:
    """The mean of each line's days by their volumes, (n,) in the metric's unit, NaN where there was none, and
    what every day weighs, (n, days so far); without volumes all days weigh the same."""
    known = np.isfinite(daily)
    given = np.ones_like(daily) if volumes is None else np.nan_to_num(volumes)
    weights = np.where(known, given, 0.0)
    values = np.where(known, daily, 0.0)
    return _over((weights * values).sum(axis=1), weights.sum(axis=1), math.nan), weights


def _heard(weights: Floats) -> Flags:
    return np.asarray(weights > 0)


def _scatter(values: Floats, weights: Floats, actual: Floats, foreseen: Floats) -> Floats:
    """Standard deviation of a day of the line's usual volume, (n,), drawn to the panel's by how few days
    there are, and to DAY_SIGMA of the level."""
    days = _heard(weights).sum(axis=1)
    level = np.where((days > 0) & (actual > 0), actual, foreseen)
    usual = _over(weights.sum(axis=1), days.astype(np.float64), 1.0)
    off = np.where(_heard(weights), values - np.where(days > 0, actual, 0.0)[:, None], 0.0)
    square = ((weights / usual[:, None]) * off**2).sum(axis=1)
    relative, free = _over(square, level**2, 0.0), np.maximum(days - 1.0, 0.0)
    panel = (relative.sum() + PRIOR_DAYS * DAY_SIGMA**2) / (free.sum() + PRIOR_DAYS)
    found: Floats = level * np.sqrt((relative + PANEL_DAYS * panel) / (free + PANEL_DAYS))
    return found


def _over(part: Floats, whole: Floats, otherwise: float) -> Floats:
    quotient: Floats = np.divide(part, whole, out=np.full(np.shape(part), otherwise), where=whole > 0)
    return quotient
