"""The rhythm of a company's days: what share of a period each of them brings, learned from days past.

A day's share is log-linear in what day it is (`day_features`): worked or not, its weekday, its place in the
month and in the period. What days past brought is a multinomial with that share, given the total, which
teaches nothing (McCullagh and Nelder 1989, Generalized Linear Models, 6.4). Each line's results are scaled
down by their dispersion. All lines together are drawn to what is usual of a company by how sure each is: a
normal prior and the curvature at the mode (Laplace; Gelman et al., Bayesian Data Analysis, 4.1), with the
dispersions drawn to the panel's (empirical Bayes, Efron 2010, Large-Scale Inference, ch. 1).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Flags, Floats, Indices
from .plan import DayShape

IDLE_DAY: Final = 0.10
"""What a weekend or holiday usually brings, as a share of a working day."""
QUARTER_END_LIFT: Final = 0.90
"""Log of how much busier the last day usually is than a day in the first three fifths of the period."""
STICK_BEGINS: Final = 0.60
MONTH_EDGE, MONTH_LAST = 5, 2
"""So many working days at either end of a month may be days of their own kind ..."""
PERIOD_EDGE: Final = 5
"""... and so many at either end of the period: a last sprint, and what was booked after the close."""
USUALLY: Final = {
    "idle": 1.0,
    "rush": 0.9,
    "trend": 0.15,
    "sprint": 0.3,
    "opening": 0.3,
    "month_end": 0.5,
    "month_last": 0.3,
    "month_rush": 0.5,
    "month_start": 0.3,
    **{f"weekday_{day}": 0.3 for day in range(7)},
}
"""How far companies' days lie from the usual ones, by feature, as standard deviations of logs: judgements."""
STATED: Final = 0.10
"""The same of what the plan states."""
AGAIN: Final = 0.05
"""The same of a company's rhythm from one period to the next."""
TOGETHER: Final = 0.15
"""The same of what moves the days to come of all lines alike, whatever their kind: season, weather, taste."""
OWN: Final = 0.002
"""How much a line's rhythm may be its own: no line's period counts for more than 1 / OWN results."""
PANEL_DAYS: Final = 30.0
"""Days of its own that a line needs before its scatter counts as much as the panel's."""
WINDFALL: Final = 4.0
"""What a day brought beyond so many standard deviations teaches nothing of the days to come."""
ASTRAY: Final = 1.8
"""A line whose late days are off by so many standard deviations broke or revived: that is no rhythm."""
DAY_SCATTER: Final = 0.30
"""Standard deviation of a day's result over its mean, before days have spoken: a judgement ..."""
FEWEST_DAYS: Final = 5.0
"""... that weighs as much as so many days of all lines."""
REFITS: Final = 3
ROUNDS: Final = 5
LONGEST: Final = 0.7
"""No coefficient moves further than this in one of so many rounds of Newton's."""
_CHUNK: Final = 2_000
"""Lines worked on at once, so that they stay in the processor's cache."""
_TINY: Final = 1e-12
_POINTS: Final = (
    (0.0, 8 / 15),
    *(
        (sign * math.sqrt(5 + far * math.sqrt(10)), (7 - 2 * far * math.sqrt(10)) / 60)
        for far in (-1, 1)
        for sign in (-1, 1)
    ),
)
"""Points of a standard normal with their chances (Abramowitz & Stegun 1972, 25.4.46)."""


def period_weights(
    working: Flags, quarter_end_lift: float = QUARTER_END_LIFT, idle_day: float = IDLE_DAY
) -> Floats:
    """Share of a period's result that each of its days (D,) usually brings; the shares add up to 1.

    A working day weighs 1, any other `idle_day`; from three fifths of the period on, weights grow
    exponentially to e^`quarter_end_lift`, the stick at the quarter's end.
    """
    weights = np.where(working, 1.0, idle_day) * np.exp(quarter_end_lift * _late(len(working)))
    shares: Floats = weights / weights.sum()
    return shares


def _late(days: int) -> Floats:
    """From 0 at three fifths of so many days to 1 on the last."""
    late: Floats = np.maximum(np.linspace(0.0, 1.0, days) - STICK_BEGINS, 0.0) / (1.0 - STICK_BEGINS)
    return late


def day_features(days: Sequence[dt.date], working: Flags) -> Floats:
    """What sets each day apart, (D, K) without a unit, in the order of USUALLY."""
    weekday, whole = np.array([day.weekday() for day in days]), np.zeros(len(days), np.intp)
    month = np.array([day.year * 12 + day.month for day in days], np.intp)
    columns = {
        "idle": ~working,
        "rush": _late(len(days)),
        "trend": np.linspace(-0.5, 0.5, len(days)),
        "sprint": _edge(working, whole, PERIOD_EDGE, last=True),
        "opening": _edge(working, whole, PERIOD_EDGE, last=False),
        "month_end": _edge(working, month, MONTH_EDGE, last=True),
        "month_last": _edge(working, month, MONTH_LAST, last=True),
        "month_rush": _by_group(month, lambda days: _late(len(days))),
        "month_start": _edge(working, month, MONTH_EDGE, last=False),
        **{f"weekday_{day}": weekday == day for day in range(7)},
    }
    return np.column_stack([columns[name] for name in USUALLY]).astype(np.float64)


def _edge(working: Flags, group: Indices, count: int, *, last: bool) -> Floats:
    """1 from the `count`-th last working day of each group on, or up to the `count`-th first."""

    def one(days: Indices) -> Floats:
        worked = working[days][::-1] if last else working[days]
        near = np.cumsum(worked) - worked < count
        return np.asarray(near[::-1] if last else near, np.float64)

    return _by_group(group, one)


def _by_group(group: Indices, of: Callable[[Indices], Floats]) -> Floats:
    found = np.zeros(len(group))
    for one in np.unique(group):
        days = np.flatnonzero(group == one)
        found[days] = of(days)
    return found


@dataclass(frozen=True)
class Rhythm:
    """What is believed of a company's days: how far the logs of their shares are from the usual ones.

    `mean` (K,) and `covariance` (K, K) are of the coefficients of `day_features`; they rest on `days` of
    `lines` lines in `periods` past periods.
    """

    mean: Floats
    covariance: Floats
    periods: int = 0
    days: int = 0
    lines: int = 0


@dataclass(frozen=True)
class PastDays:
    """A period or its beginning: the `shares` that its days usually have, (D,), what they are, (D, K), and
    what n lines brought, (n, days so far), NaN where nobody knows."""

    shares: Floats
    features: Floats
    results: Floats


_TIED: Final = {
    "idle": ("weekday_5", "weekday_6"),
    "rush": ("trend", "sprint"),
    "month_end": ("month_last", "month_rush"),
}
"""What would say the same by another name: what is stated of one holds for these."""


def usual_rhythm(stated: DayShape | None = None) -> Rhythm:
    """What is believed before any day has spoken, with what the plan states of it."""
    said = stated or DayShape()
    mean, spread = dict.fromkeys(USUALLY, 0.0), dict(USUALLY)
    told = {"idle": (said.idle, IDLE_DAY), "rush": (said.period_end, math.exp(QUARTER_END_LIFT))}
    told["month_end"] = said.month_end, 1.0
    for name, (value, usually) in told.items():
        if value is not None:
            mean[name] = math.log(max(value, 1e-3) / usually)
            spread |= dict.fromkeys((name, *_TIED[name]), STATED)
    if said.shares:
        spread |= dict.fromkeys(("rush", *_TIED["rush"], "opening", "month_rush"), STATED)
    return Rhythm(np.array([*mean.values()]), np.diag(np.array([*spread.values()]) ** 2))


World = tuple[float, Floats]
"""A chance, and what each day would bring beside its share of the path, (D,)."""


@dataclass(frozen=True)
class Shape:
    """A period's days: their `shares` of the path, (D,), `features` (D, K), and what is believed of them."""

    shares: Floats
    features: Floats
    rhythm: Rhythm

    def worlds(self, daily: Floats) -> Iterator[World]:
        """What each day may bring beside its share of the path, (D,), after these days, (n, days so far), of
        n lines: as often as it is likely.

        The belief is learned on from these days, and told by five of its points along the way in which the
        days to come are least sure beside those so far (Gauss-Hermite quadrature). They may all be better or
        worse than days of their kind: a common factor, as in `total_spread` (Vasicek 2002).
        """
        believed, before = learn_rhythm([self.past(daily)], self.rhythm), daily.shape[1]
        away = believed.mean - self.rhythm.mean
        contrast = self._mean(away, slice(before, None)) - self._mean(away, slice(before))
        told, ahead = believed.covariance @ contrast, np.arange(len(self.shares)) >= before
        sigma = math.sqrt(float(contrast @ told) + TOGETHER**2)
        along = (self.features @ told + TOGETHER**2 * ahead) / sigma
        for point, chance in _POINTS:
            yield chance, np.exp(self.features @ away + point * along)

    def past(self, daily: Floats) -> PastDays:
        """These days, (n, days so far) in the metric's unit, as what the rhythm is learned from."""
        usual = self.shares * np.exp(-self.features @ self.rhythm.mean)
        return PastDays(usual, self.features, daily)

    def _mean(self, away: Floats, days: slice) -> Floats:
        """The mean features of some of the days, each counting by its share."""
        weights = self.shares[days] * np.exp(self.features[days] @ away)
        mean: Floats = weights @ self.features[days] / max(float(weights.sum()), _TINY)
        return mean


def period_shape(
    days: Sequence[dt.date], working: Flags, rhythm: Rhythm | None = None, stated: DayShape | None = None
) -> Shape:
    """The days of a period, (D,): as the plan states them, as past ones taught, or else the usual ones."""
    known, features = rhythm or usual_rhythm(stated), day_features(days, working)
    shares = period_weights(working)
    if known.mean.any():
        shares = shares * np.exp(features @ known.mean)
        shares /= shares.sum()
    return Shape(_through(shares, days, stated.shares if stated else ()), features, known)


def _through(shares: Floats, days: Sequence[dt.date], stated: Sequence[tuple[dt.date, float]]) -> Floats:
    """The shares of days, such that by each stated day so much is there."""
    found, first, behind = shares.copy(), 0, 0.0
    for day, share in (*stated, (days[-1], 1.0)):
        after = days.index(day) + 1
        if after > first:
            found[first:after] *= (share - behind) / max(float(shares[first:after].sum()), _TINY)
            first, behind = after, share
    return found


def learn_rhythm(past: Sequence[PastDays], before: Rhythm) -> Rhythm:
    """What is believed after periods past, the oldest first; from one to the next it may change by AGAIN."""
    known = before
    for each in past:
        wider = known.covariance + AGAIN**2 * np.eye(len(known.mean)) * (known.periods > 0)
        known = _learned(each, known, np.linalg.inv(wider))
    return known


def _learned(period: PastDays, before: Rhythm, precision: Floats) -> Rhythm:
    """The mode of the coefficients and the curvature there, by Newton's method, the lines weighed anew."""
    length, mean, curvature = period.results.shape[1], before.mean, precision
    features, usual = period.features[:length], np.maximum(period.shares[:length], _TINY)
    masks, group = _masks(period.results)
    for _ in range(REFITS):
        weights = usual * np.exp(features @ mean)
        counts, totals = _counts(period.results, weights, len(masks), group)
        for _ in range(ROUNDS):
            expected, information = _expected(features, usual * np.exp(features @ mean), masks, totals)
            curvature = information + precision
            slope = features.T @ (counts - expected) - precision @ (mean - before.mean)
            mean = mean + np.clip(np.linalg.solve(curvature, slope), -LONGEST, LONGEST)
    known = np.isfinite(period.results)
    return Rhythm(
        mean=mean,
        covariance=np.linalg.inv(curvature),
        periods=before.periods + 1,
        days=before.days + int(known.any(axis=0).sum()),
        lines=max(before.lines, int(known.any(axis=1).sum())),
    )


def _masks(results: Floats) -> tuple[Floats, Indices]:
    """Which days are known, (groups, D), of lines that know the same ones; and each line's group, (n,)."""
    packed = np.packbits(np.isfinite(results), axis=1)
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, first, group = np.unique(rows, return_index=True, return_inverse=True)
    return np.isfinite(results[first]).astype(np.float64), group.reshape(-1)


def _expected(features: Floats, weights: Floats, masks: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """What each day should have brought, (D,), and Fisher's information about the coefficients, (K, K)."""
    shares = masks * weights
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), _TINY)
    expected, means = totals @ shares, shares @ features
    information = (features * expected[:, None]).T @ features - (means * totals[:, None]).T @ means
    return expected, information


def _counts(results: Floats, weights: Floats, groups: int, group: Indices) -> tuple[Floats, Floats]:
    """What the days brought over all lines, (D,), and each group, (groups,), as counts of a multinomial."""
    sums = np.concatenate([_sums(results[rows], weights) for rows in _chunks(len(results))])
    dispersion = _dispersion(sums[:, 0], sums[:, 1], np.maximum(np.isfinite(results).sum(axis=1), 1))
    trust = _steady(sums, dispersion) / dispersion
    counts, totals = np.zeros(results.shape[1]), np.zeros(len(results))
    for rows in _chunks(len(results)):
        usual = _without_windfalls(results[rows], weights, dispersion[rows])
        worth = np.maximum(usual.sum(axis=1), 0.0) * trust[rows]
        counts += (trust[rows] / (1.0 + OWN * worth)) @ usual
        totals[rows] = worth / (1.0 + OWN * worth)
    return counts, np.bincount(group, totals, minlength=groups)


def _chunks(lines: int) -> Iterator[slice]:
    return (slice(first, first + _CHUNK) for first in range(0, lines, _CHUNK))


def _even(results: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """What is known of results, (n, D), and what their days would have brought by the weights alone."""
    known = np.isfinite(results)
    values, due = np.where(known, results, 0.0), np.where(known, weights, 0.0)
    total = np.maximum(values.sum(axis=1), 0.0)
    return values, due * (total / np.maximum(due.sum(axis=1), _TINY))[:, None]


def _sums(results: Floats, weights: Floats) -> Floats:
    """Of each line, (n, 4): total, squared scatter, what its late days brought, and what was due of them."""
    values, due = _even(results, weights)
    late = slice(int(STICK_BEGINS * results.shape[1]), None)
    columns = (due, (values - due) ** 2, values[:, late], due[:, late])
    return np.column_stack([column.sum(axis=1) for column in columns])


def _dispersion(total: Floats, scatter: Floats, days: Indices) -> Floats:
    """Variance over mean of a day's result, (n,), drawn to the panel's, and that to what is judged."""
    mean = total / days
    judged, told = FEWEST_DAYS * DAY_SCATTER**2 * mean**2, total + FEWEST_DAYS * mean
    panel = float((scatter + judged).sum() / max(float(told.sum()), _TINY))
    own = np.where(total > 0, scatter / np.maximum(total, _TINY), panel)
    drawn = (days * own + PANEL_DAYS * panel) / (days + PANEL_DAYS)
    return np.maximum(drawn, np.maximum(1e-6 * mean, _TINY))


def _steady(sums: Floats, dispersion: Floats) -> Floats:
    """How much each line tells, from 0 to 1: less the further its late share lies from most others'.

    Tukey's biweight (Huber 1981, Robust Statistics, 4.8) about the middle of the shorter half of the lines.
    """
    whole, late, due = sums[:, 0], np.maximum(sums[:, 2], 0.0), sums[:, 3]
    early, rest, half = np.maximum(whole - late, 0.0), whole - due, dispersion / 2
    off = np.log((late + half) / (due + half)) - np.log((early + half) / (rest + half))
    variance = dispersion / (due + half) + dispersion / (rest + half)
    centre = _middle(off)
    scale = np.maximum(variance, (1.4826 * float(np.median(np.abs(off - centre)))) ** 2)
    z = (off - centre) / (ASTRAY * np.sqrt(scale))
    return np.where(np.abs(z) < 1, (1.0 - z**2) ** 2, 0.0)


def _middle(values: Floats) -> float:
    """The mean of the shortest half: where most lines are, though a third of them went astray."""
    ordered, half = np.sort(values), len(values) // 2 + 1
    first = int(np.argmin(ordered[half - 1 :] - ordered[: len(ordered) - half + 1]))
    return float(ordered[first : first + half].mean())


def _without_windfalls(results: Floats, weights: Floats, dispersion: Floats) -> Floats:
    """Results, (n, D), no further from what was due than WINDFALL standard deviations and two results."""
    values, due = _even(results, weights)
    reach = WINDFALL * np.sqrt(dispersion[:, None] * due) + 2.0 * dispersion[:, None]
    usual: Floats = np.where(np.isfinite(results), np.clip(values, due - reach, due + reach), 0.0)
    return usual
