"""The rhythm of days: what past days teach of it, what is stated, and what stays uncertain."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    DayShape,
    Floats,
    PastDays,
    Period,
    Rhythm,
    Shape,
    day_features,
    follow_lines,
    learn_rhythm,
    period_shape,
    period_weights,
    usual_rhythm,
)
from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.plan import Thresholds

BEFORE, NOW = Period(2025, 1), Period(2025, 2)
CUSTOMERS = Metric("customers", "Customers", "New ones", "customers")


def worked(period: Period) -> np.ndarray:
    return np.array([day.weekday() < 5 for day in period.days])


def busy(period: Period, lift: float, idle: float = 0.1) -> Floats:
    return period_weights(worked(period), lift, idle)


def taught(daily: Floats, period: Period = BEFORE, before: Rhythm | None = None) -> Rhythm:
    known = PastDays(period_weights(worked(period)), day_features(period.days, worked(period)), daily)
    return learn_rhythm([known], before or usual_rhythm())


def came(shares: Floats, lines: int = 20, volume: float = 1000.0, seed: int = 1) -> Floats:
    """What lines brought whose days share so."""
    return np.random.default_rng(seed).poisson(np.outer(np.full(lines, volume), shares)).astype(float)


def late_share(shape: Shape) -> float:
    return float(shape.shares[-14:].sum())


@pytest.mark.parametrize("lift", [0.0, 0.9, 1.8])
def test_one_past_quarter_tells_the_next_ones_rush(lift: float) -> None:
    rhythm = taught(came(busy(BEFORE, lift)))
    learned = period_shape(NOW.days, worked(NOW), rhythm)
    assert late_share(learned) == pytest.approx(float(busy(NOW, lift)[-14:].sum()), rel=0.08)
    assert (rhythm.periods, rhythm.days, rhythm.lines) == (1, 90, 20)


def test_a_shop_that_sells_at_weekends_is_learned_as_one() -> None:
    rhythm = taught(came(busy(BEFORE, 0.0, idle=1.5)))
    shares = period_shape(NOW.days, worked(NOW), rhythm).shares
    off = ~worked(NOW)
    assert shares[off].mean() / shares[~off].mean() == pytest.approx(1.5, rel=0.1)


def test_without_past_days_the_path_is_the_usual_one_to_the_last_bit() -> None:
    shape = period_shape(NOW.days, worked(NOW))
    assert shape.shares.tolist() == period_weights(worked(NOW)).tolist()


@given(st.integers(0, 80), st.floats(0.01, 1e9))
@settings(max_examples=10)
def test_what_is_learned_has_no_unit_and_no_order_of_lines(seed: int, factor: float) -> None:
    daily = came(busy(BEFORE, 0.5), lines=5, volume=300, seed=seed)
    one = taught(daily)
    for other in (taught(daily * factor), taught(daily[::-1])):
        assert other.mean == pytest.approx(one.mean, abs=1e-6)


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_few_results_change_little_and_many_are_surer(seed: int) -> None:
    few, many = (taught(came(busy(BEFORE, 0.0), lines, 200.0, seed)) for lines in (1, 30))
    usual = usual_rhythm()
    assert np.trace(many.covariance) < np.trace(few.covariance) < np.trace(usual.covariance)
    assert abs(few.mean[1]) < abs(many.mean[1]) + 0.5


def test_nothing_and_silence_teach_nothing() -> None:
    usual = usual_rhythm()
    for daily in (np.zeros((3, 90)), np.full((3, 90), np.nan)):
        assert taught(daily).mean == pytest.approx(usual.mean, abs=1e-9)


def test_a_windfall_and_a_broken_line_are_no_rhythm() -> None:
    daily = came(busy(BEFORE, 0.0))
    plain = taught(daily)
    daily[3, 85] += 2000
    daily[7, 50:] = 0
    assert taught(daily).mean[1] == pytest.approx(plain.mean[1], abs=0.12)


def test_a_later_period_corrects_an_earlier_one() -> None:
    rushed = taught(came(busy(BEFORE, 1.8)))
    calm = taught(came(busy(NOW, 0.0)), NOW, rushed)
    assert calm.periods == 2
    assert calm.mean[1] < rushed.mean[1] - 0.8


def test_days_that_are_not_known_are_not_days_without_results() -> None:
    daily = came(busy(BEFORE, 0.9), volume=5000)
    half = daily.copy()
    half[:10, ::2] = np.nan
    assert taught(half).mean[1] == pytest.approx(taught(daily).mean[1], abs=0.2)


def test_a_stated_shape_is_the_path_and_hardly_moves() -> None:
    stated = DayShape(idle=1.0, period_end=1.0)
    shape = period_shape(NOW.days, worked(NOW), None, stated)
    assert shape.shares == pytest.approx(np.full(91, 1 / 91))
    after = learn_rhythm([shape.past(came(busy(NOW, 1.8), lines=1)[:, :30])], shape.rhythm)
    assert after.mean[:2] == pytest.approx(shape.rhythm.mean[:2], abs=0.3)


def test_stated_shares_are_there_by_their_days() -> None:
    stated = DayShape(shares=((dt.date(2025, 4, 30), 0.2), (dt.date(2025, 5, 31), 0.5)))
    path = np.cumsum(period_shape(NOW.days, worked(NOW), None, stated).shares)
    assert path[[29, 60, 90]] == pytest.approx([0.2, 0.5, 1.0])
    assert np.all(np.diff(path) > 0)


def test_worlds_are_sure_where_the_past_is_and_open_where_it_is_not() -> None:
    def spread(rhythm: Rhythm) -> float:
        shape = period_shape(NOW.days, worked(NOW), rhythm)
        worlds = list(shape.worlds(came(busy(NOW, 0.9))[:, :30]))
        assert sum(chance for chance, _ in worlds) == pytest.approx(1.0)
        late = [float((shape.shares * lean)[-14:].sum() / (shape.shares * lean).sum()) for _, lean in worlds]
        return max(late) - min(late)

    assert spread(taught(came(busy(BEFORE, 0.9)))) < 0.3 * spread(usual_rhythm())


@given(st.integers(1, 90))
@settings(max_examples=10)
def test_days_to_come_may_all_differ_from_what_a_sure_rhythm_foresees_and_those_so_far_do_not(
    so_far: int,
) -> None:
    usual = usual_rhythm()
    sure = period_shape(NOW.days, worked(NOW), Rhythm(usual.mean, 1e-12 * usual.covariance))
    worlds = list(sure.worlds(came(busy(NOW, 0.9))[:, :so_far]))
    chances = np.array([chance for chance, _ in worlds])
    moved = np.log([lean for _, lean in worlds])
    assert moved[:, :so_far] == pytest.approx(0.0, abs=1e-4)
    assert chances @ moved == pytest.approx(0.0, abs=1e-4)
    assert np.sqrt(chances @ moved**2)[so_far:] == pytest.approx(0.15, abs=1e-4)


def test_odds_are_those_that_come_where_the_last_days_of_all_lines_move_together() -> None:
    random, shares, targets = np.random.default_rng(3), busy(NOW, 0.9), np.full(20, 20_000.0)
    shape, odds, missed = period_shape(NOW.days, worked(NOW), taught(came(busy(BEFORE, 0.9)))), [], []
    for _ in range(60):
        mean = np.outer(targets * random.uniform(0.85, 0.95), shares)
        mean[:, -14:] *= np.exp(random.normal(0.0, 0.15))
        daily = random.poisson(mean).astype(float)
        seen = daily[:, :-14]
        said = follow_lines(
            targets, seen, shape.shares, CUSTOMERS, Thresholds(), worlds=tuple(shape.worlds(seen))
        )
        odds.append(said.odds_end.mean())
        missed.append(float((daily.sum(axis=1) < 0.9 * targets).mean()))
    for low, high in ((0.0, 0.25), (0.25, 0.75), (0.75, 1.01)):
        inside = [low <= each < high for each in odds]
        assert np.mean(odds, where=inside) == pytest.approx(np.mean(missed, where=inside), abs=0.12)


def test_odds_of_a_company_without_a_rush_are_warned_in_time_once_its_past_is_known() -> None:
    daily = came(busy(NOW, 0.0)) * 0.85
    targets = np.full(20, 1000.0)

    def odds(rhythm: Rhythm | None) -> Floats:
        shape, seen = period_shape(NOW.days, worked(NOW), rhythm), daily[:, :77]
        known = (targets, seen, shape.shares, CUSTOMERS, Thresholds())
        return follow_lines(*known, worlds=tuple(shape.worlds(seen)) if rhythm else ()).odds_end

    learned, fixed = odds(taught(came(busy(BEFORE, 0.0)))), odds(None)
    assert learned.mean() > 0.8 and fixed.mean() < 0.3


def test_when_all_is_seen_worlds_say_the_same() -> None:
    shape = period_shape(NOW.days, worked(NOW))
    daily = came(busy(NOW, 1.8), lines=3)
    seen = follow_lines(
        np.full(3, 1000.0), daily, shape.shares, CUSTOMERS, Thresholds(), worlds=tuple(shape.worlds(daily))
    )
    assert set(seen.odds_end.tolist()) <= {0.0, 1.0}
    assert seen.expected_final.tolist() == seen.actual.tolist()


def test_who_was_warned_stays_warned_until_the_odds_are_calm() -> None:
    shares, paces = period_weights(worked(NOW)), np.linspace(0.7, 1.0, 40)
    daily = 1000 * paces[:, None] * shares[None, :60]
    fresh, still = (
        follow_lines(
            np.full(40, 1000.0), daily, shares, CUSTOMERS, Thresholds(), still=np.full(40, before)
        ).warned
        for before in (False, True)
    )
    assert fresh[0] and not still[-1]
    assert np.all(still >= fresh) and still.sum() > fresh.sum()
