"""How well warnings warn: `python -m bench.warning`, in companies whose rush is known and on real days.

Every made-up company has 20 lines, and where it is said one quarter behind it. Three lines in five are
healthy, the others weak from the start, fading, or broken since some day. 14 days before a milestone each is
warned of or not. Real days lie in `build/days/*.csv` (date, line, value), from one day to another without
gaps but for days off; their targets are drawn about what came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.report import Goal, Range, Row, Score, Time, best, main, stopwatch
from targetcal_xl.calibration import (
    Floats,
    PastDays,
    Period,
    Rhythm,
    Shape,
    cumulative_path,
    day_features,
    follow_lines,
    learn_rhythm,
    period_of,
    period_shape,
    period_weights,
    usual_rhythm,
)
from targetcal_xl.calibration.arrays import Flags
from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.plan import Thresholds

WORLDS = ("none", "assumed", "double", "month ends", "weekly")
"""The rush at a quarter's end: none, the usual one, twice that; at the ends of months; within each week."""
LINES, AHEAD, ALLOWED = 20, 14, 0.9
DRAWS = 20
"""Targets that are drawn for each quarter of real days."""
PAST, NOW = Period(2025, 1), Period(2025, 2)
FALLEN = ((1_000.0, 2.0, 0.05), (1_000.0, 5.0, 0.05), (1_000.0, 5.0, 0.03))
"""Volume and dispersion of lines, and the sigma with which one was foreseen 30 % above its target."""
METRIC, THRESHOLDS = Metric("customers", "Customers", "New ones", "customers"), Thresholds()
REAL = Path(__file__).parents[1] / "build" / "days"


@dataclass(frozen=True)
class _Found:
    """Odds of a miss, whether it was warned of, and whether it came, of many lines, (n,)."""

    odds: Floats
    warned: Flags
    missed: Flags

    @property
    def recall(self) -> float:
        """Share of the misses that were warned of."""
        return float(self.warned[self.missed].mean())

    @property
    def false(self) -> float:
        """Share of the others that were warned of."""
        return float(self.warned[~self.missed].mean())

    @property
    def error(self) -> float:
        """How far odds are from what came, in fifths of the odds, by how many lines are in each."""
        fifth = np.minimum((self.odds * 5).astype(int), 4)
        parts = [(fifth == one, (fifth == one).mean()) for one in np.unique(fifth)]
        return float(sum(abs(self.odds[at].mean() - self.missed[at].mean()) * share for at, share in parts))


def measure(quick: bool) -> Iterator[Row | Score]:
    """Every world with a past quarter and without; real days; and the time that learning takes."""
    companies = 10 if quick else 100
    for volume, dispersion in ((1_000.0, 2.0), (5_000.0, 4.0)):
        for world in WORLDS:
            yield from _scores(f"{world}, {volume:,.0f}", companies, world, volume, dispersion)
    for world in WORLDS:
        found, took = _timed(companies, world, (1_000.0, 2.0), True, 60)
        yield Score(f"{world}, 1,000, day 60 of 91: recall", found.recall, Range(), took)
        yield Score(f"{world}, 1,000, day 60 of 91: false alarms", found.false, Range(), took)
    for volume, dispersion, sigma in FALLEN:
        day, took = _fallen(companies // 5, volume, dispersion, sigma)
        yield Score(f"30 % under its target, {dispersion:.0f} x, {sigma}: warned on day", day, Range(), took)
    for file in sorted(REAL.glob("*.csv")):
        found, took = _real(file)
        yield from _three(file.stem, found, took)
    yield _speed(1_000 if quick else 100_000)


def _scores(name: str, companies: int, world: str, volume: float, dispersion: float) -> Iterator[Score]:
    size, last = (volume, dispersion), len(NOW.days)
    yield from _three(f"{name}, one past quarter", *_timed(companies, world, size, True, last))
    found, took = _timed(companies, world, size, False, last)
    yield Score(f"{name}, no past: recall", found.recall, Range(low=0.60), took)
    yield Score(f"{name}, no past: calibration error", found.error, Range(high=0.10), took)


def _three(name: str, found: _Found, took: Time) -> Iterator[Score]:
    yield Score(f"{name}: recall", found.recall, Range(low=0.85), took)
    yield Score(f"{name}: false alarms", found.false, Range(high=0.10), took)
    yield Score(f"{name}: calibration error", found.error, Range(high=0.06), took)


def _timed(
    companies: int, world: str, size: tuple[float, float], has_past: bool, milestone: int
) -> tuple[_Found, Time]:
    random = np.random.default_rng(20260101)
    with stopwatch() as times:
        found = [_company(world, size, has_past, milestone, random) for _ in range(companies)]
    return _all(found), times[0]


def _all(found: list[_Found]) -> _Found:
    columns = zip(*((one.odds, one.warned, one.missed) for one in found), strict=True)
    odds, warned, missed = (np.concatenate(column) for column in columns)
    return _Found(odds, warned, missed)


def _company(
    world: str, size: tuple[float, float], has_past: bool, milestone: int, random: np.random.Generator
) -> _Found:
    _, before = _results(size, _shares(world, PAST), random)
    targets, daily = _results(size, _shares(world, NOW), random)
    known = [PastDays(period_weights(_worked(PAST)), day_features(PAST.days, _worked(PAST)), before)]
    rhythm = learn_rhythm(known if has_past else [], usual_rhythm())
    return _told(period_shape(NOW.days, _worked(NOW), rhythm), targets, daily, milestone)


def _told(shape: Shape, targets: Floats, daily: Floats, milestone: int) -> _Found:
    """What is said AHEAD days before a milestone, and what came."""
    seen = daily[:, : milestone - AHEAD]
    worlds = tuple(shape.worlds(seen))
    said = follow_lines(targets, seen, shape.shares, METRIC, THRESHOLDS, worlds=worlds)
    path = cumulative_path(targets, shape.shares)[:, milestone - 1]
    return _Found(said.odds, said.warned, np.nansum(daily[:, :milestone], axis=1) < ALLOWED * path)


def _fallen(companies: int, volume: float, dispersion: float, sigma: float) -> tuple[float, Time]:
    """The median first day on which a line 30 % under its target is warned of, the others on theirs."""
    random, shape = np.random.default_rng(1), period_shape(NOW.days, _worked(NOW), usual_rhythm())
    first = np.arange(LINES) == 0
    mean = volume * np.where(first, 0.7, 1.0)[:, None] * shape.shares
    with stopwatch() as times:
        made = (_scattered(mean, dispersion, random) for _ in range(companies))
        days = [_warned_on(shape, daily, volume, sigma) for daily in made]
    return float(np.median(days)), times[0]


def _warned_on(shape: Shape, daily: Floats, volume: float, sigma: float) -> int:
    """The first day on which the first line is warned of, of which 30 % more than its target was foreseen."""
    targets, prior = np.full(LINES, volume), np.where(np.arange(LINES) == 0, 1.3, 1.0)
    for day in range(8, len(NOW.days)):
        seen = daily[:, :day]
        worlds, known = tuple(shape.worlds(seen)), (METRIC, THRESHOLDS)
        if follow_lines(targets, seen, shape.shares, *known, worlds=worlds, prior=prior, sigma=sigma).warned[
            0
        ]:
            return day
    return len(NOW.days)


def _scattered(mean: Floats, dispersion: float, random: np.random.Generator) -> Floats:
    """Results of days, as large as `mean` in the middle, with so many times the variance of counting."""
    return np.asarray(random.poisson(random.gamma(mean / (dispersion - 1), dispersion - 1)), np.float64)


def _worked(period: Period) -> Flags:
    return np.array([day.weekday() < 5 for day in period.days])


def _shares(world: str, period: Period) -> Floats:
    """What each day of a period brings in a world, (D,)."""
    days, worked = period.days, _worked(period)
    lift = {"assumed": 0.9, "double": 1.8}.get(world, 0.0)
    weights = period_weights(worked, lift)
    if world == "month ends":
        last = [(day.month, place) for place, day in enumerate(days)]
        for month in {month for month, _ in last}:
            weights[[place for each, place in last if each == month][-5:]] *= 3.0
    if world == "weekly":
        weights = weights * np.array([(0.5, 0.7, 1.0, 1.3, 1.6, 1.5, 1.5)[day.weekday()] for day in days])
    return np.asarray(weights / weights.sum())


def _results(size: tuple[float, float], shares: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Targets and daily results of lines that are healthy, weak, fading or suddenly broken."""
    (volume, dispersion), length = size, len(shares)
    day, targets = np.arange(length), volume * np.exp(random.normal(0, 0.3, LINES))
    late = np.maximum(day / (length - 1) - 0.6, 0) / 0.4
    own = shares * np.exp(random.normal(0, 0.15, (LINES, 1)) * late)
    fate, drop = random.choice(4, LINES, p=[0.6, 0.15, 0.15, 0.1]), random.uniform(0.4, 0.75, (LINES, 1))
    begins = random.integers(10, 65, (LINES, 1))
    pace = np.exp(random.normal(0, 0.04, (LINES, 1))) * np.ones((LINES, length))
    pace[fate == 1] = random.uniform(0.72, 0.88, (LINES, 1))[fate == 1]
    pace[fate == 2] *= (1 - (1 - drop) * np.clip((day - begins) / 30, 0, 1))[fate == 2]
    pace[fate == 3] *= np.where(day >= begins, drop, 1.0)[fate == 3]
    weekly = np.repeat(np.exp(random.normal(0, 0.06, (LINES, 14))), 7, axis=1)[:, :length]
    mean = targets[:, None] * own / own.sum(axis=1, keepdims=True) * pace * weekly
    return targets, _scattered(mean, dispersion, random)


def _real(file: Path) -> tuple[_Found, Time]:
    """Each quarter of a file of real days, foreseen with those before it; targets about what came."""
    table = pd.read_csv(file, parse_dates=["date"])
    every = pd.date_range(table["date"].min(), table["date"].max())
    wide = table.pivot_table(index="line", columns="date", values="value", aggfunc="sum")
    wide = wide.reindex(columns=every).fillna(0.0)
    days = [day.date() for day in pd.DatetimeIndex(wide.columns)]
    random, found, rhythm = np.random.default_rng(7), list[_Found](), usual_rhythm()
    with stopwatch() as times:
        for period in sorted({period_of(day, 4) for day in days}):
            if not {*period.days} <= {*days}:
                continue
            daily = wide[[pd.Timestamp(day) for day in period.days]].to_numpy(float)
            daily = daily[daily.sum(axis=1) > 0]
            shape = period_shape(period.days, _worked(period), rhythm)
            for _ in range(DRAWS if rhythm.periods else 0):
                targets = daily.sum(axis=1) * np.exp(random.normal(0.05, 0.15, len(daily)))
                found.append(_told(shape, targets, daily, len(period.days)))
            rhythm = learn_rhythm([shape.past(daily)], rhythm)
    return _all(found), times[0]


def _speed(lines: int) -> Row:
    daily = np.random.default_rng(1).poisson(3.0, (lines, len(PAST.days))).astype(np.float64)
    past = [PastDays(period_weights(_worked(PAST)), day_features(PAST.days, _worked(PAST)), daily)]

    def learn() -> Rhythm:
        return learn_rhythm(past, usual_rhythm())

    what = f"learn the path: {lines:,} lines x {len(PAST.days)} days"
    return Row(what, best(learn, 3), Goal("seconds", 2.0), by="process")


if __name__ == "__main__":
    main("warning", measure)
