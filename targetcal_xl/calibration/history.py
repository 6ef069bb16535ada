"""What really happened: past values of every line, and the one-off events among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .arrays import Flags, Floats, Indices
from .period import Period
from .plan import ADDED

MOST_PERIODS = 40
"""Periods, known and unknown, that a history may reach back from the plan's."""


class FarAway(ValueError):
    """A period that a history cannot be followed to."""


@dataclass(frozen=True)
class History:
    """Past values of n lines over T consecutive periods, oldest first.

    `values` (n, T), in the metric's unit, NaN where unknown. `one_off` (n, T) is the known amount
    of a one-off event inside the value: 0 where there was none, NaN where its size is unknown.
    """

    periods: tuple[Period, ...]
    values: Floats
    one_off: Floats
    worked: tuple[int, ...] = field(default=(), metadata=ADDED)
    """How many days were worked in each period, and in those that follow up to the plan's; empty where that
    is not known or does not matter."""

    @property
    def per_year(self) -> int:
        """How many periods make a year; 4 when there is no history at all."""
        return self.periods[0].per_year if self.periods else 4

    def before(self, period: Period) -> History:
        """The history up to the eve of `period`: later values cut off, missing periods unknown.

        Raise ValueError when the history counts in other periods (months against quarters), FarAway when it
        would begin more than MOST_PERIODS before: so far back lies nothing but a slip of the pen.
        """
        if not self.periods:
            return self
        if period.per_year != self.per_year:
            raise ValueError(f"{period} and {self.periods[0]} are not the same kind of period")
        periods = consecutive(self.periods[0], period)
        length = len(periods)
        extra = max(length - len(self.periods), 0)
        return History(
            periods,
            np.pad(self.values, ((0, 0), (0, extra)), constant_values=np.nan)[:, :length],
            np.pad(self.one_off, ((0, 0), (0, extra)))[:, :length],
            self.worked,
        )


@dataclass(frozen=True)
class Cleaned:
    """A history without its one-off events and gaps; every array (n, T) but `offset` (n,).

    `logs` = log(`values` + `offset`); the offset is 0 unless the line has zeros. `known` is false
    where a value had to be filled in, and all false for a line of which nothing is known
    (`values` and `logs` are then 0).
    """

    values: Floats
    logs: Floats
    offset: Floats
    known: Flags


def last_year(history: History) -> Floats:
    """The same period of the previous year as it happened, (n,) in the metric's unit; NaN where unknown.

    "The same" is seen from the period that follows the history.
    """
    if len(history.periods) < history.per_year:
        return np.full(len(history.values), np.nan)
    return history.values[:, -history.per_year].copy()


def latest(history: History) -> Indices:
    """The place of every line's last value that counts, (n,), -1 where there is none."""
    known = np.isfinite(history.values - history.one_off)
    places: Indices = np.where(known, np.arange(known.shape[1]), -1).max(axis=1, initial=-1)
    return places


def clean(history: History) -> Cleaned:
    """Take known one-offs out, mask those of unknown size, and fill every gap.

    Values below zero count as zero: the method works on logarithms. A line with zeros is moved up
    by its own mean before the logarithm is taken, which keeps the result free of the unit.
    """
    without = np.maximum(history.values - history.one_off, 0.0)
    known = np.isfinite(without)
    seen = np.where(known, without, 0.0)
    sparse = (known & (seen == 0)).any(axis=1)
    mean = seen.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    offset = np.where(sparse, mean, 0.0)
    moved = seen + offset[:, None]
    logs = np.log(moved, out=np.zeros_like(moved), where=moved > 0)
    gaps = np.flatnonzero(known.any(axis=1) & ~known.all(axis=1))
    logs[gaps] = _filled(logs[gaps], known[gaps], history.per_year)
    filled = np.where(known.any(axis=1, keepdims=True) & (mean[:, None] > 0), np.exp(logs), 0.0)
    values = np.where(known, seen, np.maximum(filled - offset[:, None], 0.0))
    return Cleaned(values, logs, offset, known)


def _filled(logs: Floats, known: Flags, per_year: int) -> Floats:
    """Gaps from each line's own level, trend and season: ridge regression (Hoerl & Kennard 1970).

    Trend and season carry one pseudo-observation of zero each, so that few values do not run away.
    """
    length = logs.shape[1]
    steps = np.arange(length)
    years = (steps - (length - 1) / 2) / per_year
    design = np.column_stack([np.ones(length), years, np.eye(per_year)[steps % per_year]])
    weighted = known[:, :, None] * design
    normal = design.T @ weighted + np.diag([0.0] + [1.0] * (1 + per_year))
    moments = np.einsum("ntk,nt->nk", weighted, np.where(known, logs, 0.0))
    fit = np.linalg.solve(normal, moments[:, :, None])[:, :, 0] @ design.T
    return np.where(known, logs, fit)


def consecutive(first: Period, end: Period) -> tuple[Period, ...]:
    """Every period from the first one to before the `end`; raise FarAway for more than MOST_PERIODS."""
    length = (end.year - first.year) * first.per_year + end.number - first.number
    if length > MOST_PERIODS:
        raise FarAway(f"{first} lies {length} periods before {end}: over {MOST_PERIODS}")
    return tuple(first.shift(k) for k in range(length))
