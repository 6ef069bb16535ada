"""Following what adds up: the pace so far, and what the days to come are likely to bring."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Floats, quotient
from .metric import Metric
from .rhythm import World
from .shortage import Resources

HALF_LIFE = 25.0
"""Days after which a day's evidence counts half: the pace of selling drifts."""
FREEDOM = 3.5
"""Student's degrees of freedom of suggestions' errors: as panels have them, see docs/benchmarks.md."""
PANEL_DAYS = 30.0
"""Days of its own that a line needs before its scatter counts as much as the panel's."""
DAY_SCATTER = 0.30
"""Standard deviation of a day's result over its mean, beyond that of counting: a judgement."""
LEAD_WEIGHT = 0.40
"""How far the leads in hand move the log of the expected pace."""
_TINY = 1e-12


@dataclass(frozen=True)
class _Belief:
    """A Gamma belief about the pace (actual over path) of n lines, and what it means for the days unseen.

    Given the pace, what comes is quasi-Poisson with variance `dispersion` x mean: Gamma-Poisson,
    Gelman et al., Bayesian Data Analysis, ch. 2, with evidence discounted by age.
    """

    path: Floats
    actual: Floats
    unseen: Floats
    """Exposure (n, D), added up over the days, of every day without a result."""
    pace: Floats
    shape: Floats
    dispersion: Floats

    def mean(self, day: int) -> Floats:
        """Expected sum of what is unseen up to the end of that day (from 1)."""
        return self.pace * self.unseen[:, day - 1]

    def expected(self, day: int) -> Floats:
        """Expected total at the end of that day."""
        return self.actual + self.mean(day)

    def odds_of_miss(self, day: int, milestone: float, metric: Metric) -> Floats:
        """Probability (n,) that the total at the end of that day is off the path by over 1 - `milestone`."""
        limit = (1.0 - metric.direction * (1.0 - milestone)) * self.path[:, day - 1]
        steps = np.round((limit - self.actual) / metric.step, 9)
        mean = self.mean(day)
        variance = self.dispersion * mean + mean**2 / self.shape
        if metric.direction > 0:
            return _gamma_cdf((np.ceil(steps) - 0.5) * metric.step, mean, variance)
        return 1.0 - _gamma_cdf((np.floor(steps) + 0.5) * metric.step, mean, variance)


@dataclass(frozen=True)
class PaceOutlook:
    """What the days so far say of n lines, for each shape that the days may have, with its chance."""

    worlds: tuple[tuple[float, _Belief], ...]

    @property
    def actual(self) -> Floats:
        """What came so far, (n,), in the metric's unit."""
        return self.worlds[0][1].actual

    def expected(self, day: int) -> Floats:
        """Expected total (n,) at the end of that day, in the metric's unit."""
        return _mixed((chance, outlook.expected(day)) for chance, outlook in self.worlds)

    def odds_of_miss(self, day: int, milestone: float, metric: Metric) -> Floats:
        """Probability (n,) of a miss, as each world has it."""
        odds = ((chance, outlook.odds_of_miss(day, milestone, metric)) for chance, outlook in self.worlds)
        return np.clip(_mixed(odds), 0.0, 1.0)


def pace_outlook(
    path: Floats,
    daily: Floats,
    worlds: Sequence[World],
    step: float,
    belief: tuple[Floats, Floats],
    resources: Resources | None = None,
) -> PaceOutlook:
    """What `daily` (n, days so far) says of the days to come, beside the `path` (n, D), in the metric's unit.

    `belief` is what was expected, as a share of the path, and its standard deviation; without `worlds` days
    bring what the path says.
    """
    exposure = np.diff(path, axis=1, prepend=0.0)
    leans = worlds or ((1.0, np.ones(path.shape[1])),)
    heard = [(chance, _evidence(_leant(exposure, lean), daily, step)) for chance, lean in leans]
    pace = belief[0], _worth(heard, daily.shape[1], *belief)
    return PaceOutlook(tuple((chance, _believed(path, daily, one, pace, resources)) for chance, one in heard))


def _mixed(parts: Iterable[tuple[float, Floats]]) -> Floats:
    """The mean by their chances; where all say the same, exactly that."""
    (_, first), *others = parts
    return np.asarray(first + sum(chance * (part - first) for chance, part in others))


def _leant(exposure: Floats, lean: Floats) -> Floats:
    """The same amounts, (n, D), shared out to days that bring so many times as much each, (D,)."""
    leant = exposure * lean
    whole = exposure.sum(axis=1, keepdims=True)
    return leant * quotient(whole, leant.sum(axis=1, keepdims=True), otherwise=1.0)


@dataclass(frozen=True)
class _Evidence:
    """What the days so far tell of the pace of n lines, if days bring what one world says.

    `came` and `due` (n,) are discounted by age and counted in results that tell one by one; `unseen` and
    `dispersion` are as in _Belief.
    """

    came: Floats
    due: Floats
    unseen: Floats
    dispersion: Floats


def _evidence(exposure: Floats, daily: Floats, step: float) -> _Evidence:
    """The evidence of `daily` (n, days so far), where each day should bring its `exposure` (n, D)."""
    known = np.zeros(exposure.shape, dtype=bool)
    known[:, : daily.shape[1]] = np.isfinite(daily)
    # When the period is over nothing more will come: what was not reported did not happen.
    known |= daily.shape[1] == exposure.shape[1]
    seen = np.where(known, exposure, 0.0)[:, : daily.shape[1]]
    results = np.where(np.isfinite(daily), daily, 0.0)
    dispersion = _dispersion(results, seen, step)
    discount = 0.5 ** (np.arange(daily.shape[1])[::-1] / HALF_LIFE)
    return _Evidence(
        came=np.maximum(results @ discount, 0.0) / dispersion,
        due=(seen @ discount) / dispersion,
        unseen=np.cumsum(np.where(known, 0.0, exposure), axis=1),
        dispersion=dispersion,
    )


def _worth(heard: Sequence[tuple[float, _Evidence]], days: int, prior: Floats, sigma: Floats) -> Floats:
    """How many results what was foreseen counts for after so many days, (n,).

    Suggestions' errors are Student's with FREEDOM degrees and a variance of sigma squared, so of a line that
    lies far outside the foresight counts less (Lange, Little and Taylor 1989, JASA 84, 881-896), and never
    more than with a normal error. Far is told beside the middle line: what all are off by together is as
    well the rhythm of the days.
    """
    belief = 0.5 ** (days / HALF_LIFE) / sigma**2
    off = _mixed((chance, _beside(one.came, one.due * prior)) for chance, one in heard)
    unsure = _mixed((chance, 1.0 / np.maximum(one.due * prior, _TINY)) for chance, one in heard)
    trust = (FREEDOM + 1.0) / (FREEDOM - 2.0 + off**2 / (unsure + 1.0 / belief))
    return np.asarray(belief * np.minimum(trust, 1.0))


def _beside(came: Floats, due: Floats) -> Floats:
    """How far what came is off beside the middle line, (n,), as shares of what was due; 0 where that is 0."""
    off = quotient(came, due, otherwise=math.nan)
    return np.nan_to_num(off - (np.nanmedian(off) if np.isfinite(off).any() else 0.0))


def _believed(
    path: Floats, daily: Floats, heard: _Evidence, pace: tuple[Floats, Floats], resources: Resources | None
) -> _Belief:
    """What the days so far say about the pace of each line, `pace` with (mean, results it counts for)."""
    prior, worth = pace
    shape = worth + heard.came
    return _Belief(
        path=path,
        actual=np.where(np.isfinite(daily), daily, 0.0).sum(axis=1),
        unseen=heard.unseen,
        pace=_led(shape / (worth / prior + heard.due), resources),
        shape=shape,
        dispersion=heard.dispersion,
    )


def _dispersion(results: Floats, exposure: Floats, step: float) -> Floats:
    """Variance over mean of a day's result, (n,), drawn towards the panel's; never under one step.

    What one day tells of scatter, which is nothing, is judged: that of counting, and DAY_SCATTER.
    """
    mean = exposure * quotient(results.sum(axis=1), exposure.sum(axis=1), otherwise=0.0)[:, None]
    scatter, total = ((results - mean) ** 2).sum(axis=1), mean.sum(axis=1)
    day = np.maximum(total, 0.0) / results.shape[1]
    judged = (step + DAY_SCATTER**2 * day) * day
    panel = float((scatter.sum() + judged.sum()) / max(total.sum(), step))
    days = results.shape[1]
    own = quotient(scatter, total, otherwise=panel)
    drawn: Floats = np.maximum((days * own + PANEL_DAYS * panel) / (days + PANEL_DAYS), step)
    return drawn


def _led(pace: Floats, resources: Resources | None) -> Floats:
    """The pace, drawn towards the share of planned leads in hand where that is known."""
    if resources is None:
        return pace
    leads = np.where(np.isfinite(resources.leads), np.clip(resources.leads, 0.3, 2.0), pace)
    led: Floats = pace ** (1.0 - LEAD_WEIGHT) * leads**LEAD_WEIGHT
    return led


_normal_cdf = np.frompyfunc(lambda z: 0.5 * math.erfc(-z / math.sqrt(2.0)), 1, 1)


def _gamma_cdf(value: Floats, mean: Floats, variance: Floats) -> Floats:
    """P(G <= value), (n,), for a Gamma of that mean and variance; a mean of 0 is certainly 0.

    The cube root of a Gamma is nearly normal: Wilson and Hilferty (1931), PNAS 17, 684-688.
    """
    sure = mean <= 1e-9
    shape = np.where(sure, 1.0, mean**2 / np.where(sure, 1.0, variance))
    root = np.cbrt(np.maximum(value, 0.0) / np.where(sure, 1.0, mean))
    z = (root - (1.0 - 1.0 / (9.0 * shape))) * 3.0 * np.sqrt(shape)
    chance: Floats = _normal_cdf(z).astype(np.float64)
    return np.where(value < 0, 0.0, np.where(sure, 1.0, chance))
