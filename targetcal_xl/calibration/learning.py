"""What each driver has been worth: weights learned from closed periods, beside what experts say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Floats, Indices
from .baseline import Inputs
from .drivers import signals
from .foresight import Foresight, look_ahead

PRIOR_ERROR: Final = 0.2
"""Standard deviation of an expert's weight around the truth."""
FIRST: Final = 4
"""So many periods of history come before the first that is learned from ..."""
MOST: Final = 12
"""... and no more than so many of the latest are."""
HUBER: Final = 1.5
"""Errors beyond so many standard deviations count less (Huber 1981, Robust Statistics, 7.8)."""
ROUNDS: Final = 5
SWEEPS: Final = 10_000
"""Coordinate descent ends after so many rounds over the drivers, at the latest."""


@dataclass(frozen=True)
class Relearned:
    """Elasticities (drivers,), never below 0, and what they rest on.

    `prior` is what the experts say, `weights` what they become, `error` their standard error, and
    `prior_share` how much of each still is the experts' word: 1 when nothing was learned. `panel` is
    what the movement common to all lines was worth, learned apart (Mundlak 1978, Econometrica 46,
    69-85): too few periods tell it for the weights to rest on. They rest on `readings` values of
    `lines` lines in `quarters` closed periods.
    """

    prior: Floats
    weights: Floats
    error: Floats
    prior_share: Floats
    panel: Floats
    quarters: int
    readings: int
    lines: int


@dataclass(frozen=True)
class _Closed:
    """What one closed period tells: which lines (m,), their errors in sigmas (m,), their signals (m, d),
    and the sigmas (m,)."""

    rows: Indices
    errors: Floats
    signals: Floats
    sigmas: Floats


def relearn(inputs: Inputs) -> Relearned:
    """Learn the drivers' weights from how far past periods were off what history alone let expect.

    In each period errors and signals are taken from the panel's mean, so that what moved all lines at
    once, for whatever reason, teaches nothing about the differences between them. Raise ValueError
    when the history counts in other periods than the plan.
    """
    plan = inputs.plan
    prior = np.array([driver.weight for driver in plan.drivers], float)
    history = inputs.history.before(plan.period)
    length = len(history.periods)
    back = min(MOST, max(length - FIRST, 0))
    foresight = look_ahead(history, [line.code for line in plan.lines], inputs.answers, back)
    closed = list(_closed(inputs, foresight, length)) if back and plan.drivers else []
    own = _posterior(prior, [_apart(period) for period in closed])
    panel = _posterior(prior, [_together(period) for period in closed])
    return Relearned(
        prior=prior,
        weights=own[0],
        error=own[1],
        prior_share=own[2],
        panel=panel[0],
        quarters=len(closed),
        readings=sum(len(period.rows) for period in closed),
        lines=len(set().union(*(period.rows.tolist() for period in closed))),
    )


def _closed(inputs: Inputs, foresight: Foresight, length: int) -> Iterator[_Closed]:
    """The closed periods of which both results and readings are known."""
    first = length - foresight.errors.shape[1]
    for place in range(first, length):
        readings = inputs.readings.past(place)
        if readings is None:
            continue
        read = (np.isfinite(readings.now) & np.isfinite(readings.reference)).any(axis=1)
        errors = foresight.errors[:, place - first]
        rows = np.flatnonzero(read & np.isfinite(errors))
        if len(rows):
            moved = signals(readings, inputs.plan)
            yield _Closed(rows, errors[rows], moved[rows], foresight.sigmas[rows, place - first])


def _apart(period: _Closed) -> tuple[Floats, Floats]:
    """Errors and signals of the lines beside the panel's mean, in sigmas: (m,), (m, d)."""
    error, moved = _means(period)
    scale = period.sigmas[:, None]
    return (period.errors - error) / period.sigmas, (period.signals - moved) / scale


def _together(period: _Closed) -> tuple[Floats, Floats]:
    """The panel's mean error and signals, in sigmas of a typical line: (1,), (1, d)."""
    error, moved = _means(period)
    scale = np.sqrt(np.mean(period.sigmas**2))
    return np.array([error / scale]), moved[None] / scale


def _means(period: _Closed) -> tuple[float, Floats]:
    """Means over the lines, of the error and of each signal, the surer line counting more."""
    weights = period.sigmas**-2.0 / (period.sigmas**-2.0).sum()
    return float(weights @ period.errors), weights @ period.signals


def _posterior(prior: Floats, told: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    """Weights, their standard errors, and the prior's share in them, each (drivers,).

    Bayesian linear regression (Gelman et al., Bayesian Data Analysis, 14.8) with a normal prior, weights
    that are not below 0, and errors beyond HUBER taken for less (iteratively reweighted least squares).
    """
    trust = np.full(len(prior), PRIOR_ERROR**-2.0)
    if not told:
        return prior, np.full(len(prior), PRIOR_ERROR), np.ones(len(prior))
    errors = np.concatenate([error for error, _ in told])
    moved = np.concatenate([signal for _, signal in told])
    weights, precision = prior, np.diag(trust)
    for _ in range(ROUNDS):
        rest = errors - moved @ weights
        scale = _scale(rest)
        counted = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-12))[:, None] * moved / scale**2
        precision = counted.T @ moved + np.diag(trust)
        weights = not_negative(precision, counted.T @ errors + trust * prior)
    spread = np.linalg.inv(precision)
    return weights, np.sqrt(np.diag(spread)), np.diag(spread) * trust


def _scale(errors: Floats) -> float:
    """Standard deviation of errors in sigmas, from the median of their sizes, with ten that are one."""
    median = float(np.median(np.abs(errors))) * 1.4826
    return float(np.sqrt((len(errors) * median**2 + 10) / (len(errors) + 10)))


def not_negative(precision: Floats, moments: Floats) -> Floats:
    """The w >= 0 that minimises w' P w / 2 - m' w, for a positive definite P (d, d), in any unit.

    By coordinate descent (Wright 2015, Coordinate descent algorithms, Mathematical Programming 151, 3-34.)
    """
    weights = np.zeros(len(moments))
    for _ in range(SWEEPS):
        before = weights.copy()
        for place in range(len(weights)):
            gradient = precision[place] @ weights - moments[place]
            weights[place] = max(0.0, weights[place] - gradient / precision[place, place])
        if np.abs(weights - before).max(initial=0.0) <= 1e-12:
            break
    return weights
