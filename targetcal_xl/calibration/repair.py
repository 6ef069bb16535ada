"""Histories made whole before they are judged: gaps filled, single values that fit nowhere drawn in."""

from __future__ import annotations

from typing import Final

import numpy as np

from .arrays import Flags, Floats, Indices
from .history import Cleaned
from .hypotheses import HYPOTHESES, Operators, operators

TYPICAL: Final = [
    place
    for place, said in enumerate(HYPOTHESES)
    if said.level > 0.0 and said.growth == 0.2
    if (said.season, said.habit) in ((0.0, 1.0), (1.0, 0.9), (4.0, 1.0))
]
"""A few hypotheses that stand for all: calm and restless, with no, little and much season."""
FEWEST: Final = 7
"""Shorter histories cannot tell an outlier from a change."""
OUTLIER: Final = 4.0
"""A value is drawn in when it is so many standard errors off what all the others say of it ..."""
KEPT: Final = 1.5
"""... and keeps so many of them."""
PANEL_WEIGHT: Final = 1.5
"""The panel's noise weighs as much as so many values of the line's own."""


def repair(cleaned: Cleaned, per_year: int, trusted: Flags) -> Floats:
    """The logs, (n, T), with gaps filled and outliers drawn in; `trusted` (n, T) cells are left alone.

    The newest value is always left alone: it may be a new level, which only people can tell.
    """
    length = cleaned.logs.shape[1]
    if length < 2:
        return cleaned.logs
    does, origin = operators(length, per_year), cleaned.logs[:, :1]
    moved = cleaned.logs - origin
    best = _best(moved, cleaned.known, does)
    moved = _filled(moved, cleaned.known, does.precision[TYPICAL], best)
    if length >= FEWEST:
        free = cleaned.known & ~trusted
        free[:, -1] = False
        for _ in range(1 + length // (3 * per_year)):
            moved = _drawn_in(moved, free, does.precision[TYPICAL], best)
    return moved + origin


def _best(moved: Floats, known: Flags, does: Operators) -> Indices:
    """Which typical hypothesis each line is likeliest under, (n,)."""
    count = np.maximum(known.sum(axis=1) - 1, 1)
    likelihoods = [
        -count / 2 * np.log(np.maximum(_square(moved, does.precision[place]), 1e-12))
        - np.log(does.spread[place, 1:-1]).sum()
        for place in TYPICAL
    ]
    best: Indices = np.argmax(likelihoods, axis=0)
    return best


def _square(moved: Floats, precision: Floats) -> Floats:
    """x' P x for every row x."""
    product: Floats = ((moved @ precision) * moved).sum(axis=1)
    return product


def _filled(moved: Floats, known: Flags, precisions: Floats, best: Indices) -> Floats:
    """Gaps as what is known lets expect: the conditional mean -P_gg^-1 P_gk x_k of a Gaussian.

    (Rasmussen & Williams 2006, A.6, by the inverse covariance P.)
    """
    rows = np.flatnonzero(known.any(axis=1) & ~known.all(axis=1))
    filled = moved.copy()
    for some in np.array_split(rows, 1 + len(rows) // 2_000):
        gaps, precision = ~known[some], precisions[best[some]]
        seen = np.where(gaps, 0.0, moved[some])
        between = np.where(gaps[:, :, None] & gaps[:, None, :], precision, 0.0)
        between += np.einsum("nt,ts->nts", ~gaps, np.eye(moved.shape[1]))
        wanted = np.where(gaps, -np.einsum("nts,ns->nt", precision, seen), 0.0)
        found = np.linalg.solve(between, wanted[:, :, None])[:, :, 0]
        filled[some] = np.where(gaps, found, moved[some])
    return filled


def _drawn_in(moved: Floats, free: Flags, precisions: Floats, best: Indices) -> Floats:
    """Each line's oddest value drawn towards what the others say of it, where that is far away.

    Deletion residuals (Cook & Weisberg 1982, Residuals and Influence in Regression, 2.2) of a Gaussian
    process: (P x) / diag P (Rasmussen & Williams 2006, 5.4.2).
    """
    drawn = moved.copy()
    for place, precision in enumerate(precisions):
        rows = np.flatnonzero(best == place)
        some, weight = moved[rows], np.diag(precision)
        residuals = some @ precision / weight
        explained = residuals**2 * weight
        square = _square(some, precision)
        panel = np.exp(np.log(square / weight.size + 1e-12).mean()) if len(rows) else 0.0
        rest = np.maximum(square[:, None] - explained, 0.0) + PANEL_WEIGHT * panel
        errors = np.sqrt(rest / (weight.size - 2 + PANEL_WEIGHT) / weight)
        oddness = np.where(free[rows], np.abs(residuals) / np.maximum(errors, 1e-12), 0.0)
        worst = oddness.argmax(axis=1)
        at = np.arange(len(rows)), worst
        odd = oddness[at] > OUTLIER
        keep = np.where(odd, KEPT / np.maximum(oddness[at], OUTLIER), 1.0)
        drawn[rows, worst] -= residuals[at] * (1.0 - keep)
    return drawn
