"""Whether targets are as hard for all: odds and past attainment against size, growth, region and group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .backtest import Backtest
from .metric import Metric
from .vocabulary import Leaning

FEWEST_LINES: Final = 8
"""Ranks of fewer lines say nothing: their interval spans most of what there is."""
SLIGHT: Final = 0.1
"""A rank correlation up to this is none, however many lines there are."""
_CERTAINTY: Final = 0.95


@dataclass(frozen=True)
class Lean:
    """How what lines may hope for, or have attained, goes with a trait of theirs.

    `correlation` is Spearman's, over `count` lines, with the ends of its 95 % interval; NaN where too few
    lines are known.
    """

    outcome: str
    trait: str
    correlation: float
    low: float
    high: float
    count: int
    leaning: Leaning


@dataclass(frozen=True)
class Camp:
    """Lines that belong together: how many, and their median odds and past attainment; NaN where unknown."""

    code: str
    lines: int
    odds: float
    attained: float


@dataclass(frozen=True)
class Division:
    """All camps of a kind; `uneven` has by outcome the chance that alike ones differ so much."""

    kind: str
    camps: tuple[Camp, ...]
    uneven: Mapping[str, float]


@dataclass(frozen=True)
class Fairness:
    """How outcomes go with traits, and how camps differ."""

    leans: tuple[Lean, ...]
    divisions: tuple[Division, ...]


def fairness_of(
    outcomes: Mapping[str, Floats], traits: Mapping[str, Floats], camps: Mapping[str, Sequence[str]]
) -> Fairness:
    """Hold every outcome against every trait, and against which camp a line is in.

    All arrays are (n,), NaN where nobody knows: outcomes are `odds` (probabilities) and `attained` (shares
    of what was foreseen), traits in any unit, `camps` by kind the code of each line's region or group.
    """
    leans = [lean(name, what, outcomes[name], traits[what]) for name in outcomes for what in traits]
    return Fairness(tuple(leans), tuple(_division(kind, codes, outcomes) for kind, codes in camps.items()))


def _division(kind: str, codes: Sequence[str], outcomes: Mapping[str, Floats]) -> Division:
    known = list(dict.fromkeys(codes))
    members = np.array([known.index(code) for code in codes])
    camps = tuple(_camp(code, members == k, outcomes) for k, code in enumerate(known))
    return Division(kind, camps, {name: uneven(values, members) for name, values in outcomes.items()})


def lean(outcome: str, trait: str, values: Floats, measured: Floats) -> Lean:
    """How an outcome, (n,), goes with a trait, (n,): in ranks, as neither is a straight line of the other."""
    known = np.isfinite(values) & np.isfinite(measured)
    count = int(known.sum())
    rho = rank_correlation(values[known], measured[known]) if count >= FEWEST_LINES else math.nan
    low, high = rank_interval(rho, count)
    return Lean(outcome, trait, rho, low, high, count, leaning(rho, low, high))


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation of two arrays, (n,) each, ties sharing ranks; NaN where one is flat."""
    first, second = (ranks(values) - (len(values) + 1) / 2 for values in (one, other))
    size = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / size if size else math.nan


def ranks(values: Floats) -> Floats:
    """The place of each value, (n,), from 1 for the smallest; equal ones share the mean of their places."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])


def rank_interval(correlation: float, count: int) -> tuple[float, float]:
    """Both ends of its 95 % interval: Fisher's z, by Fieller, Hartley and Pearson (1957)."""
    if math.isnan(correlation):
        return math.nan, math.nan
    z = math.atanh(min(max(correlation, -0.999), 0.999))
    reach = NormalDist().inv_cdf((1 + _CERTAINTY) / 2) * math.sqrt(1.06 / (count - 3))
    return math.tanh(z - reach), math.tanh(z + reach)


def leaning(correlation: float, low: float, high: float) -> Leaning:
    """What a rank correlation comes to in words: only what is neither slight nor maybe chance counts."""
    if math.isnan(correlation):
        return Leaning.UNSURE
    if abs(correlation) <= SLIGHT or low <= 0 <= high:
        return Leaning.EVEN
    return Leaning.EASIER if correlation > 0 else Leaning.HARDER


def uneven(values: Floats, members: NDArray[np.int_]) -> float:
    """The chance that camps, (n,) numbers from 0, differ so much in an outcome, (n,), where all are alike.

    The test of Kruskal and Wallis (1952), corrected for ties.
    NaN for fewer than two camps or too few lines.
    """
    known = np.isfinite(values)
    count, camps = int(known.sum()), np.unique(members[known])
    if count < FEWEST_LINES or len(camps) < 2:
        return math.nan
    placed, belongs = ranks(values[known]) - (count + 1) / 2, members[known]
    spread = float(placed @ placed)
    if not spread:
        return 1.0
    between = sum(float(placed[belongs == camp].sum()) ** 2 / (belongs == camp).sum() for camp in camps)
    statistic, freedom = (count - 1) * between / spread, len(camps) - 1
    return _above(statistic, freedom)


def _above(statistic: float, freedom: int) -> float:
    """The chance of more than a chi-square: Abramowitz and Stegun (1964), 26.4.4 and 26.4.5."""
    half = statistic / 2
    if half <= 0:
        return 1.0
    first = freedom % 2
    tail = math.erfc(math.sqrt(half)) if first else 0.0
    powers = (k / 2 for k in range(first, freedom, 2))
    return tail + sum(math.exp(p * math.log(half) - half - math.lgamma(p + 1)) for p in powers)


def past_attainment(test: Backtest, metric: Metric) -> Floats:
    """How much of what the method would have suggested each line attained in the past, (n,), as a share.

    The median over the periods of a backtest; NaN where it had no word on the line.
    """
    shares = metric.attainment(test.actual, test.forecasts["model"])
    shares = np.where(np.isfinite(test.actual) & np.isfinite(test.forecasts["model"]), shares, np.nan)
    known = np.isfinite(shares).any(axis=1) if shares.shape[1] else np.zeros(len(shares), dtype=bool)
    found = np.full(len(shares), np.nan)
    found[known] = np.nanmedian(shares[known], axis=1)
    return found


def _camp(code: str, belongs: NDArray[np.bool_], outcomes: Mapping[str, Floats]) -> Camp:
    odds, attained = (_median(outcomes[name][belongs]) for name in ("odds", "attained"))
    return Camp(code, int(belongs.sum()), odds, attained)


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan
