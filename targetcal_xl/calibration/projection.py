"""One period ahead from history alone: an anchor, a growth, and how wrong the same method was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .history import Cleaned, Flags, Floats

GROWTH_LIMIT: Final = 0.5
"""A year's growth is believed up to this log change."""
DISCOUNT: Final = 0.4
"""Each period back, a growth counts this much of the one after it."""
ORIGINS: Final = 4
"""How many past periods growth is read from, and how many are forecast again to learn the error."""
PRIOR_TRUST: Final = 0.6
"""How much of a line's own growth is believed before the panel has spoken ..."""
PRIOR_PAIRS: Final = 20
"""... and how many of the panel's pairs it takes to outweigh that."""


@dataclass(frozen=True)
class Projection:
    """One period ahead without drivers: `anchor` in the unit and `growth` in logs, both (n,)."""

    anchor: Floats
    growth: Floats

    @property
    def base(self) -> Floats:
        """The anchor, grown."""
        grown: Floats = self.anchor * np.exp(self.growth)
        return grown


def project(cleaned: Cleaned, per_year: int) -> Projection:
    """Forecast every line: last year's same period, grown by the shrunken growth of the last year.

    Seasonal naive with drift (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2).
    A line with a zero in that year, or with no more than a year, shows no season: its level stands
    in. A line of which nothing is known gets the panel's median.
    """
    lines, length = cleaned.values.shape
    if length > per_year:
        year = cleaned.values[:, -per_year:]
        anchor = np.where((year == 0).any(axis=1), year.mean(axis=1), year[:, 0])
        return _typical_where_unknown(anchor, _growth(cleaned, per_year), cleaned.known)
    return _typical_where_unknown(_level(cleaned), np.zeros(lines), cleaned.known)


def past_errors(cleaned: Cleaned, per_year: int) -> tuple[Floats, Flags]:
    """Log errors of the last periods, each forecast from those before it, (n, k), and which were tried.

    Rolling origins (Tashman 2000); 0 where it was not tried.
    """
    length = cleaned.values.shape[1]
    first = max(per_year + 1, length - ORIGINS)
    origins = range(first if first < length else max(1, length - ORIGINS), length)
    errors = np.zeros((len(cleaned.values), len(origins)))
    tried = np.zeros(errors.shape, bool)
    for column, end in enumerate(origins):
        before = cleaned.until(end)
        base = project(before, per_year).base + cleaned.offset
        usable = cleaned.known[:, end] & before.known.any(axis=1) & (base > 0)
        tried[:, column] = usable
        errors[usable, column] = cleaned.logs[usable, end] - np.log(base[usable])
    return errors, tried


def _level(cleaned: Cleaned) -> Floats:
    """The geometric mean of what is known; the arithmetic mean for a line with zeros."""
    count = np.maximum(cleaned.known.sum(axis=1), 1)
    geometric = np.exp((cleaned.logs * cleaned.known).sum(axis=1) / count)
    arithmetic = (cleaned.values * cleaned.known).sum(axis=1) / count
    level: Floats = np.where((cleaned.offset > 0) | (arithmetic == 0), arithmetic, geometric)
    return level


def _typical_where_unknown(anchor: Floats, growth: Floats, known: Flags) -> Projection:
    seen = known.any(axis=1)
    typical = np.median((anchor * np.exp(growth))[seen]) if seen.any() else 0.0
    return Projection(np.where(seen, anchor, typical), np.where(seen, growth, 0.0))


def _growth(cleaned: Cleaned, per_year: int) -> Floats:
    """Year-on-year log growth, (n,), each line shrunk toward the panel: G + trust * (own - G)."""
    growths = np.clip(cleaned.logs[:, per_year:] - cleaned.logs[:, :-per_year], -GROWTH_LIMIT, GROWTH_LIMIT)
    seen = cleaned.known[:, per_year:] & cleaned.known[:, :-per_year]
    own, heard = _discounted(growths, seen)
    if not heard.any():
        return own
    panel = float(own[heard].mean())
    shrunk: Floats = np.where(heard, panel + _trust(growths, seen) * (own - panel), panel)
    return shrunk


def _discounted(growths: Floats, seen: Flags) -> tuple[Floats, Flags]:
    """Mean of the last growths with weights DISCOUNT ** age, (n,), and whether any is known."""
    growths, seen = growths[:, -ORIGINS:], seen[:, -ORIGINS:]
    weights = seen * DISCOUNT ** np.arange(growths.shape[1])[::-1]
    total = weights.sum(axis=1)
    heard = total > 0
    return (growths * weights).sum(axis=1) / np.where(heard, total, 1.0), heard


def _trust(growths: Floats, seen: Flags) -> float:
    """How much of a line's lead in growth over the panel is still there one period later.

    The regression of the next growth on this one: James-Stein estimation as Stigler (1990) explains
    it. The slope is itself drawn to PRIOR_TRUST while pairs are few.
    """
    product, square, pairs = 0.0, 0.0, 0
    for end in range(max(1, growths.shape[1] - ORIGINS), growths.shape[1]):
        own, heard = _discounted(growths[:, :end], seen[:, :end])
        usable = heard & seen[:, end]
        if usable.any():
            lead, later = own[usable] - own[usable].mean(), growths[usable, end]
            product += float(lead @ (later - later.mean()))
            square += float(lead @ lead)
            pairs += len(lead)
    slope = product / square if square > 0 else PRIOR_TRUST
    return float(np.clip((pairs * slope + PRIOR_PAIRS * PRIOR_TRUST) / (pairs + PRIOR_PAIRS), 0.0, 1.0))
