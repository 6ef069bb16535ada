"""One period ahead from history alone: every hypothesis weighted by how well it foresaw the past.

Bayesian model averaging (Hoeting et al. 1999, Statistical Science 14, 382-417) over the hypotheses, with
the weights and the noise of a line drawn towards those of the panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from .arrays import Flags, Floats, Indices
from .hypotheses import Operators, beliefs, operators

SHAPE: Final = 0.5
"""How much the panel's noise says about a line's: half the degrees of freedom of a chi-square."""
PRIOR_LINES: Final = 10.0
"""How many lines it takes to outweigh what is believed of the hypotheses beforehand."""
ROUNDS: Final = 6
"""In so many rounds the panel's shares of the hypotheses settle."""
SAMPLE: Final = 2_000
"""The panel's shares are learned from no more than so many lines."""
CHUNK: Final = 500
"""Lines worked on at once, so that they stay in the processor's cache."""
LEAST: Final = 1e-10
"""The smallest variance of a log: a line that never surprised still may."""
NOISE: Final = 0.1
"""Standard deviation of a log's noise where no line has shown any; counts as one line."""
FIRST: Final = 2
"""No period before this one (from 0) is foreseen again."""
FEWEST_RELATIVES: Final = 3
"""Fewer lines have nothing in common that could be told from what is their own."""


@dataclass(frozen=True)
class Projection:
    """One period ahead, in logs, without drivers; every array (n,) but the last two, (n, k).

    `sigma` is the standard deviation of the error of `logs`; `season` is the part of `logs` that belongs
    to the time of year, and `level` what the log was a year before without it. `errors` and `sigmas` are
    those of the last k periods, each foreseen from the periods before it (rolling origins, Tashman 2000).
    """

    logs: Floats
    sigma: Floats
    season: Floats
    level: Floats
    errors: Floats
    sigmas: Floats


@dataclass(frozen=True)
class _Panel:
    """What lines have in common: the noise `variance` of a typical one, the log `shares` (K,) of the
    hypotheses among them, and how likely all that makes them, as a log."""

    variance: float
    shares: Floats
    evidence: float


def project(logs: Floats, known: Flags, per_year: int, back: int) -> Projection:
    """Foresee the period after `logs` (n, T), T >= 1, and again the `back` periods before it.

    The first two periods are never foreseen: there is nothing to foresee them from. `known` (n, T) are
    the values that were not filled in.

    What all lines do together is foreseen apart from what each does beside that, where this makes
    the histories likelier.
    """
    does = operators(logs.shape[1], per_year)
    moved = logs - logs[:, :1]
    common = moved.mean(axis=0, keepdims=True)
    all_known = np.ones(common.shape, bool)
    of_lines, of_all = beliefs(logs.shape[1], per_year)
    apart, own = (_learn(some, known, does, of_lines) for some in (moved - common, moved))
    together = _learn(common, all_known, does, of_all)
    free = 1.0 - 1.0 / len(moved)
    if len(moved) < FEWEST_RELATIVES or free * apart.evidence + together.evidence <= own.evidence:
        return _from(logs[:, 0], _foresee(moved, known, does, own, back))
    deviations = _foresee(moved - common, known, does, apart, back)
    shared = _foresee(common, all_known, does, together, back)
    return _from(logs[:, 0], _sum(deviations, shared))


def evidence(logs: Floats, per_year: int) -> float:
    """How likely one history (T,) is, as a log, whichever hypothesis holds of what all lines do together."""
    does, (_, believed) = operators(len(logs), per_year), beliefs(len(logs), per_year)
    moved = (logs - logs[0])[None]
    return _learn(moved, np.ones(moved.shape, bool), does, believed).evidence


def _from(origin: Floats, moved: Projection) -> Projection:
    """The same, with the first period's logs put back."""
    return Projection(
        origin + moved.logs, moved.sigma, moved.season, origin + moved.level, moved.errors, moved.sigmas
    )


def _sum(one: Projection, other: Projection) -> Projection:
    """Two independent parts of the same lines together."""
    return Projection(
        logs=one.logs + other.logs,
        sigma=np.hypot(one.sigma, other.sigma),
        season=one.season + other.season,
        level=one.level + other.level,
        errors=one.errors + other.errors,
        sigmas=np.hypot(one.sigmas, other.sigmas),
    )


def _learn(moved: Floats, known: Flags, does: Operators, prior: Floats) -> _Panel:
    """Shares of the hypotheses among the lines, by expectation maximisation (Dempster et al. 1977).

    Empirical Bayes (Efron 2010, Large-Scale Inference, ch. 1): a line with little to say for itself
    is taken for one like the others.
    """
    rows = _sample(moved)
    moved, count = moved[rows], _count(known[rows])
    squares = np.concatenate([_squares(errors) for _, errors in _chunks(moved, does)])
    volume, variance = _volume(does, moved.shape[1]), NOISE**2
    shares, evidence = np.log(prior), np.zeros(len(moved))
    for _ in range(ROUNDS):
        weights, evidence = _posterior(_likelihoods(squares, count, volume, variance) + shares)
        shares = np.log((PRIOR_LINES * prior + weights.sum(axis=0)) / (PRIOR_LINES + len(moved)))
        precision = (weights / _noise(squares, count, variance)).sum()
        variance = (1 + len(moved)) / (1 / NOISE**2 + precision)
    return _Panel(variance, shares, float(evidence.sum()))


def _sample(moved: Floats) -> Indices:
    """Indices of at most SAMPLE lines, from those that moved least to most, whatever order they stand in."""
    order = np.argsort(np.abs(moved).sum(axis=1), kind="stable")
    sample: Indices = order[np.linspace(0, len(order) - 1, min(len(order), SAMPLE)).astype(np.intp)]
    return sample


def _count(known: Flags) -> Floats:
    """How many one-step errors there are, (n,): the first value is nobody's error."""
    count: Floats = np.maximum(known.sum(axis=1) - 1.0, 0.0)
    return count


def _volume(does: Operators, end: int) -> Floats:
    """Half the log determinant of the covariance of the first periods' errors, (K,)."""
    volume: Floats = np.log(does.spread[:, 1:end]).sum(axis=1)
    return volume


def _chunks(moved: Floats, does: Operators) -> Iterator[tuple[slice, Floats]]:
    """One-step errors over their standard deviations, (chunk, K, T - 1), some lines at a time."""
    hypotheses, length, _ = does.whitening.shape
    flat = does.whitening[:, 1:].reshape(-1, length).T
    for start in range(0, len(moved), CHUNK):
        rows = slice(start, start + CHUNK)
        yield rows, (moved[rows] @ flat).reshape(len(moved[rows]), hypotheses, length - 1)


def _squares(errors: Floats) -> Floats:
    """Sums of squares over the periods, (n, K)."""
    squares: Floats = np.einsum("nkt,nkt->nk", errors, errors)
    return squares


def _likelihoods(squares: Floats, count: Floats, volume: Floats, variance: float) -> Floats:
    """Log likelihoods, (n, K), up to a constant.

    The line's own noise is integrated out under an inverse gamma prior around the panel's (Gelman et
    al., Bayesian Data Analysis, 3.3): what remains is a Student likelihood.
    """
    half = SHAPE * variance
    logs: Floats = SHAPE * np.log(half) - (SHAPE + count[:, None] / 2) * np.log(half + squares / 2) - volume
    return logs


def _noise(squares: Floats, count: Floats, variance: float) -> Floats:
    """The noise variance of a line under each hypothesis, (n, K): one over its expected inverse."""
    noise: Floats = (SHAPE * variance + squares / 2 + LEAST) / (SHAPE + count[:, None] / 2)
    return noise


def _posterior(logs: Floats) -> tuple[Floats, Floats]:
    """Weights that add up to 1 by row, (n, K), and the log of what they had to be divided by, (n,)."""
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, (top + np.log(total))[:, 0]


def _foresee(moved: Floats, known: Flags, does: Operators, panel: _Panel, back: int) -> Projection:
    """The period after, and each of the last ones from those before it."""
    parts = [
        _foresee_some(moved[rows], known[rows], errors, (does, panel), back)
        for rows, errors in _chunks(moved, does)
    ]
    columns = ([getattr(part, field.name) for part in parts] for field in fields(Projection))
    return Projection(*map(np.concatenate, columns))


def _foresee_some(
    moved: Floats, known: Flags, errors: Floats, means: tuple[Operators, _Panel], back: int
) -> Projection:
    does, panel = means
    length = moved.shape[1]
    ends = range(min(max(FIRST, length - back), length), length)
    squares = _squares(errors[:, :, : ends.start - 1])
    off, spreads = np.zeros((len(moved), len(ends))), np.zeros((len(moved), len(ends)))
    for column, end in enumerate(ends):
        found = errors[:, :, end - 1]
        weights, variances = _judged(squares, _count(known[:, :end]), end, does, panel)
        off[:, column], spreads[:, column] = _mixed(found * does.spread[:, end], weights, variances)
        squares += found**2
    weights, variances = _judged(squares, _count(known), length, does, panel)
    logs, sigma = _mixed(moved @ does.ahead.T, weights, variances)
    season, level = (np.einsum("nk,nk->n", moved @ said.T, weights) for said in (does.season, does.level))
    return Projection(logs, sigma, season, level, off, spreads)


def _judged(
    squares: Floats, count: Floats, end: int, does: Operators, panel: _Panel
) -> tuple[Floats, Floats]:
    """Weights of the hypotheses after so many periods, and the variances they expect next, (n, K)."""
    likelihoods = _likelihoods(squares, count, _volume(does, end), panel.variance)
    weights, _ = _posterior(likelihoods + panel.shares)
    return weights, _noise(squares, count, panel.variance) * does.spread[:, end] ** 2


def _mixed(said: Floats, weights: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation, (n,), of the mixture of what the hypotheses say."""
    mean = np.einsum("nk,nk->n", weights, said)
    variance = np.einsum("nk,nk->n", weights, variances + said**2) - mean**2
    return mean, np.sqrt(np.maximum(variance, LEAST))
