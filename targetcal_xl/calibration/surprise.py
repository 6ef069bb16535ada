"""What is asked about the newest values: once about what shook all lines, and about those that stand out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from .arrays import Flags, Floats, Indices
from .foresight import BACK, Foresight
from .history import History, latest
from .interval import reach
from .question import ALL_LINES, Answer, Question

ASKED_BEYOND: Final = 0.98
"""A last value outside the interval of this level is asked about ..."""
ASKED_SHARE: Final = 0.1
"""... when it is off by so much of what was expected ..."""
ASKED_FROM: Final = 6
"""... and there are so many periods to tell from."""
COMMON_SHARE: Final = 0.05
"""What all lines have in common is asked about from so much of what was expected on; it moves every total."""
COMMON_LINES: Final = 3
"""Fewer lines have nothing in common that could be told from what is their own."""
PRIOR_COMMON: Final = 0.2
"""What part of a line's variance is common to all before their past has spoken: a judgement, tried out."""
PRIOR_ORIGINS: Final = 4
"""It weighs as much as this many past periods."""
_MEDIAN: Final = math.pi / 2
"""The variance of a median beside a mean's, of normal errors (Huber 1981, Robust Statistics, 1.1)."""
_NORMAL: Final = 1.4826
"""Makes the median of sizes a standard deviation, of normal errors."""
_TINY: Final = 1e-300


@dataclass(frozen=True)
class _Newest:
    """The last values of m lines, (m,) each: their `rows`, and their places `at` in the history and `column`
    among what was foreseen; `value`, what was `foreseen` of it, and `offset`, as in Foresight; the `sigma`
    of the log error."""

    rows: Indices
    at: Indices
    column: Indices
    value: Floats
    foreseen: Floats
    offset: Floats
    sigma: Floats

    @property
    def error(self) -> Floats:
        """How far the value is from what was foreseen, as a log, (m,)."""
        return np.asarray(np.log((self.value + self.offset) / (self.foreseen + self.offset) + _TINY))

    def shares(self, common: Floats) -> Floats:
        """The same as shares of what was foreseen, had `common`, a log, hit it as well, (m,)."""
        expected = np.maximum((self.foreseen + self.offset) * np.exp(common) - self.offset, _TINY)
        return np.asarray(self.value / expected - 1.0)


def questions(
    history: History, foresight: Foresight, lines: Sequence[str], answers: Sequence[Answer]
) -> Iterator[Question]:
    """What all lines have in common, first and once; then last values that are as far off beside that as one
    in fifty. What somebody has spoken about stays to be seen."""
    newest, last = _newest(history, foresight), len(history.periods) - 1
    spoken = {(answer.line, answer.period) for answer in answers}
    together = newest.at == last
    shift, is_odd = _common(newest.error[together], newest.sigma[together], foresight)
    if last >= 0 and (is_odd or (ALL_LINES, history.periods[last]) in spoken):
        yield Question(ALL_LINES, history.periods[last], math.expm1(shift))
    else:
        shift = 0.0
    common = np.where(together, shift, 0.0)
    shares, odd = newest.shares(common), _odd(newest, common, together, foresight)
    for k, row in enumerate(newest.rows.tolist()):
        period = history.periods[newest.at[k]]
        if odd[k] or (lines[row], period) in spoken:
            yield Question(lines[row], period, float(shares[k]))


def _newest(history: History, foresight: Foresight) -> _Newest:
    """Every line's last value that there are enough periods to judge by."""
    values = np.maximum(history.values - history.one_off, 0.0)
    at = latest(history)
    column = at - (len(history.periods) - foresight.errors.shape[1])
    rows = np.flatnonzero((at + 1 >= ASKED_FROM) & (column >= 0))
    rows = rows[foresight.foreseen[rows, column[rows]] > 0]
    at, column = at[rows], column[rows]
    foreseen, sigma = foresight.foreseen[rows, column], foresight.sigmas[rows, column]
    return _Newest(rows, at, column, values[rows, at], foreseen, foresight.offset[rows], sigma)


def _common(errors: Floats, sigmas: Floats, foresight: Foresight) -> tuple[float, bool]:
    """How far all lines are off together in the newest period, as a log, and whether that is odd.

    It is the median of their errors, which no few lines move. Odd is what lies outside the interval of
    ASKED_BEYOND of what the medians of earlier periods were, whose variance is drawn to what one common shock
    with PRIOR_COMMON of a line's variance and the lines' own noise would make of it.
    """
    if len(errors) < COMMON_LINES:
        return 0.0, False
    shift = float(np.median(errors))
    before = foresight.errors[:, -BACK:-1]
    heard = before[:, np.isfinite(before).sum(axis=0) >= COMMON_LINES]
    medians = np.nanmedian(heard, axis=0) if heard.size else np.empty(0)
    expected = float(np.median(sigmas)) ** 2 * (PRIOR_COMMON + _MEDIAN / len(errors))
    variance = (PRIOR_ORIGINS * expected + float(medians @ medians)) / (PRIOR_ORIGINS + len(medians))
    far = NormalDist().inv_cdf((1 + ASKED_BEYOND) / 2) * math.sqrt(variance)
    return shift, abs(shift) > far and abs(math.expm1(shift)) >= COMMON_SHARE


def _odd(newest: _Newest, common: Floats, together: Flags, foresight: Foresight) -> Flags:
    """Which of the last values are to be asked about, (m,), beside what is common to all, a log (m,).

    A shock hits lines unequally: where those of the newest period scatter more than their sigmas say, they
    are held against that.
    """
    beside, sigma = np.abs(newest.error - common), newest.sigma.copy()
    if common.any():
        scatter = float(np.median(beside[together] / sigma[together])) * _NORMAL
        sigma[together] *= max(1.0, scatter)
    others = foresight.errors.copy()
    others[newest.rows, newest.column] = np.nan
    freedom = float(newest.at.max(initial=ASKED_FROM))
    farthest = reach(others[:, -BACK:], foresight.sigmas[:, -BACK:], ASKED_BEYOND, freedom)
    return np.asarray((beside > farthest * sigma) & (np.abs(newest.shares(common)) >= ASKED_SHARE))
