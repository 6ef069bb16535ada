"""The path, the odds of missing it, and the warnings that follow."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.pace import HALF_LIFE
from targetcal_xl.calibration.plan import Thresholds
from targetcal_xl.calibration.progress import (
    Progress,
    cumulative_path,
    episodes,
    follow_lines,
    hope,
)
from targetcal_xl.calibration.rhythm import period_weights
from targetcal_xl.calibration.shortage import Resources, Shortage, shortages
from targetcal_xl.desk.alarm import advice
from targetcal_xl.language import LANGUAGES, text
from tests.support.samples import sample_plan

QUARTER = [dt.date(2025, 1, 1) + dt.timedelta(days=k) for k in range(90)]
WORKING = np.array([day.weekday() < 5 for day in QUARTER])
WEIGHTS = period_weights(WORKING)
CUSTOMERS = Metric("new_customers", "New paying customers", "Trials do not count", "customers")
COMPLAINTS = dataclasses.replace(CUSTOMERS, code="complaints", direction=-1)
THRESHOLDS = Thresholds()


def on_pace(target: float, pace: float, days: int) -> np.ndarray:
    """Daily results at a constant share of the path."""
    return pace * np.diff(cumulative_path(np.array([target]), WEIGHTS), axis=1, prepend=0.0)[:, :days]


def check(daily: np.ndarray, target: float = 1000.0, metric: Metric = CUSTOMERS, **more: Any) -> Progress:
    """Follow lines of one target through the quarter."""
    return follow_lines(np.full(len(daily), target), daily, WEIGHTS, metric, THRESHOLDS, **more)


def test_day_weights_are_shares_with_quiet_weekends_and_a_busy_quarter_end() -> None:
    assert WEIGHTS.sum() == pytest.approx(1.0)
    assert WEIGHTS[3] == pytest.approx(0.1 * WEIGHTS[2])
    assert WEIGHTS[89] == pytest.approx(np.exp(0.9) * WEIGHTS[2])
    assert period_weights(WORKING, quarter_end_lift=0.0)[89] == pytest.approx(1 / (64 + 2.6))


@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=5),
    st.lists(st.floats(0, 10), min_size=1, max_size=100).filter(lambda weights: sum(weights) > 1e-6),
)
def test_a_path_never_falls_and_ends_at_the_target_exactly(
    targets: list[float], weights: list[float]
) -> None:
    path = cumulative_path(np.array(targets), np.array(weights))
    assert np.all(np.diff(path, axis=1) >= 0)
    assert path[:, -1].tolist() == targets


@pytest.mark.parametrize("weights", [[1.0, -0.5, 1.0], [0.0, 0.0]])
def test_days_that_bring_less_than_nothing_or_nothing_at_all_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="day weights"):
        cumulative_path(np.array([100.0]), np.array(weights))


@pytest.mark.parametrize("remaining", [20, 200, 2000])
@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.3])
def test_odds_before_any_evidence_are_those_of_a_negative_binomial(remaining: int, sigma: float) -> None:
    weights = np.r_[np.zeros(10), np.ones(20)]
    pace = np.array([0.8, 0.9, 1.0, 1.1])
    nothing = np.zeros((4, 10))
    seen = follow_lines(
        np.full(4, float(remaining)), nothing, weights, CUSTOMERS, THRESHOLDS, prior=pace, sigma=sigma
    )
    shape = 0.5 ** (10 / HALF_LIFE) / sigma**2
    short = np.ceil(0.9 * remaining) - 1
    oracle = stats.nbinom.cdf(short, shape, shape / (shape + pace * remaining))
    assert seen.odds_end == pytest.approx(oracle, abs=0.02)
    assert seen.expected_final == pytest.approx(pace * remaining)


def simulate(lines: int, volume: float, dispersion: float) -> tuple[np.ndarray, np.ndarray]:
    """Targets and daily results of regions that are healthy, weak, fading or suddenly broken."""
    random = np.random.default_rng(20250101)
    day = np.arange(90)
    targets = volume * np.exp(random.normal(0, 0.3, lines))
    stick = np.exp(random.normal(0, 0.15, (lines, 1)) * np.maximum(day / 89 - 0.6, 0) / 0.4)
    shape = WEIGHTS * stick
    fate, drop = random.choice(4, lines, p=[0.6, 0.15, 0.15, 0.1]), random.uniform(0.4, 0.75, (lines, 1))
    begins = random.integers(10, 65, (lines, 1))
    pace = np.exp(random.normal(0, 0.04, (lines, 1))) * np.ones((lines, 90))
    pace[fate == 1] = random.uniform(0.72, 0.88, (lines, 1))[fate == 1]
    fading = 1 - (1 - drop) * np.clip((day - begins) / 30, 0, 1)
    pace[fate == 2] *= fading[fate == 2]
    pace[fate == 3] *= np.where(day >= begins, drop, 1.0)[fate == 3]
    weekly = np.repeat(np.exp(random.normal(0, 0.06, (lines, 13))), 7, axis=1)[:, :90]
    mean = targets[:, None] * shape / shape.sum(axis=1, keepdims=True) * pace * weekly
    daily = random.poisson(random.gamma(mean / (dispersion - 1), dispersion - 1))
    return targets, daily.astype(np.float64)


@pytest.mark.parametrize(("volume", "dispersion"), [(200, 1.6), (1000, 2.0), (5000, 4.0)])
@pytest.mark.parametrize("milestone", [60, 90])
def test_odds_are_calibrated_and_spare_the_healthy_where_a_straight_line_alarms(
    volume: float, dispersion: float, milestone: int
) -> None:
    targets, daily = simulate(3000, volume, dispersion)
    today = milestone - THRESHOLDS.warning_days
    seen = follow_lines(targets, daily[:, :today], WEIGHTS, CUSTOMERS, THRESHOLDS)
    path = cumulative_path(targets, WEIGHTS)[:, milestone - 1]
    missed = daily[:, :milestone].sum(axis=1) < 0.9 * path
    bins = np.clip((seen.odds * 5).astype(int), 0, 4)
    error = sum(
        abs(seen.odds[bins == b].mean() - missed[bins == b].mean()) * (bins == b).mean() for b in range(5)
    )
    straight_line = daily[:, :today].sum(axis=1) < 0.9 * targets * today / 90
    assert error < 0.06
    assert seen.warned[missed].mean() > 0.75
    assert seen.warned[~missed].mean() < 0.12
    assert straight_line[~missed].mean() > 4 * seen.warned[~missed].mean()


@given(st.integers(1, 90), st.floats(0.2, 1.5), st.floats(0.01, 0.5))
def test_more_results_never_raise_the_odds_of_a_miss(days: int, pace: float, extra: float) -> None:
    lines = np.vstack([on_pace(1000, pace, days), on_pace(1000, pace + extra, days)])
    seen = follow_lines(np.array([1000.0, 1000.0]), lines, WEIGHTS, CUSTOMERS, THRESHOLDS)
    for odds in (seen.odds, seen.odds_milestone, seen.odds_end):
        assert np.all((odds >= 0) & (odds <= 1))
        assert odds[1] <= odds[0] + 1e-9
    assert seen.expected_final[1] > seen.expected_final[0]


def test_on_the_last_day_nothing_is_a_matter_of_odds() -> None:
    daily = np.vstack([on_pace(1000, 0.899, 90), on_pace(1000, 0.9, 90)])
    seen = check(daily)
    assert seen.odds_end.tolist() == [1.0, 0.0]
    assert seen.attainment == pytest.approx([0.899, 0.9])
    assert seen.expected_final == pytest.approx(seen.actual)


def test_the_unit_of_the_metric_does_not_change_the_odds() -> None:
    targets, daily = simulate(20, 200, 1.6)
    in_yuan = dataclasses.replace(CUSTOMERS, step=1000.0)
    counted = follow_lines(targets, daily[:, :40], WEIGHTS, CUSTOMERS, THRESHOLDS)
    priced = follow_lines(targets * 1000, daily[:, :40] * 1000, WEIGHTS, in_yuan, THRESHOLDS)
    assert priced.odds == pytest.approx(counted.odds)
    assert priced.expected_final == pytest.approx(counted.expected_final * 1000)


def test_a_day_without_a_report_is_no_day_without_results() -> None:
    reported = on_pace(1000, 1.0, 50)
    silent = reported.copy()
    silent[0, 30:] = np.nan
    zero = np.nan_to_num(silent)
    assert check(silent).odds[0] < 0.2 < check(zero).odds[0]
    assert check(silent).expected_final == pytest.approx(check(reported).expected_final)
    assert check(silent).actual == pytest.approx(zero.sum(axis=1))


@pytest.mark.parametrize("step", [0.1, 1.0, 1000.0])
@pytest.mark.parametrize("size", [60.0, 1e4, 1e9])
def test_one_day_alone_hardly_moves_what_is_expected(size: float, step: float) -> None:
    """A windfall of twelve times a day's share, in whatever unit: one day tells nothing of its scatter."""
    target, metric = size * step, dataclasses.replace(CUSTOMERS, step=step)
    seen = check(on_pace(target, 12.0, 1), target, metric)
    assert 1.0 < seen.expected_final[0] / target < 1.3


def test_the_first_seven_days_warn_nobody() -> None:
    assert not check(np.zeros((1, 7))).warned[0]
    assert check(np.zeros((1, 8))).warned[0]


def test_a_milestone_within_the_watch_warns_by_itself() -> None:
    recovering = on_pace(1000, 0.9, 50)
    recovering[:, :40] *= 0.97
    quiet = check(recovering, prior=1.6, sigma=0.01)
    watched = check(recovering, prior=1.6, sigma=0.01, milestones=(20, 51, 80))
    assert (quiet.warned[0], watched.warned[0]) == (False, True)
    assert watched.odds_milestone[0] > 0.5 > watched.odds[0]
    far = check(recovering, prior=1.6, sigma=0.01, milestones=(80,))
    assert far.odds_milestone[0] < watched.odds_milestone[0]


def test_a_milestone_past_the_end_is_none() -> None:
    daily = on_pace(1000, 0.95, 50)
    assert check(daily, milestones=(20, 200)).odds_milestone == check(daily).odds_end


def test_what_happened_lately_weighs_more() -> None:
    fading = on_pace(1000, 1.0, 60) * np.linspace(1.2, 0.6, 60)
    reviving = on_pace(1000, 1.0, 60) * np.linspace(0.6, 1.2, 60)
    reviving *= fading.sum() / reviving.sum()
    seen = check(np.vstack([fading, reviving]))
    assert seen.actual[0] == pytest.approx(seen.actual[1])
    assert seen.odds_end[0] > seen.odds_end[1] + 0.3


def test_an_erratic_line_is_given_less_certain_odds_than_a_steady_one() -> None:
    steady = on_pace(1000, 0.8, 60)
    erratic = steady * np.where(np.arange(60) % 2, 0.0, 2.0)
    erratic *= steady.sum() / erratic.sum()
    alone = [check(daily).odds_end[0] for daily in (steady, erratic)]
    assert 0.5 < alone[1] < alone[0] - 0.01
    together = check(np.vstack([steady, erratic])).odds_end
    assert alone[1] < together[1] < together[0] < alone[0]


def _first_warned(prior: float, others: int) -> int:
    """The first day on which a line 30 % below its target is warned of, beside others on their path."""
    foreseen = np.array([prior] + [1.0] * others)
    lines = np.vstack([on_pace(1000, 0.7, 90)] + [on_pace(1000, 1.0, 90)] * others)
    return next(day for day in range(8, 90) if check(lines[:, :day], prior=foreseen, sigma=0.03).warned[0])


def test_a_line_far_below_what_was_foreseen_of_it_alone_is_believed_in_no_longer() -> None:
    """What all lines are off by together may be the rhythm of the days: so the others are on theirs."""
    assert _first_warned(1.3, 9) < _first_warned(1.3, 0) - 3
    assert _first_warned(1.0, 9) == _first_warned(1.0, 0) == 8


def test_what_was_foreseen_counts_as_before_where_a_line_is_not_far_off() -> None:
    lines = np.vstack([on_pace(1000, pace, 30) for pace in (0.95, 1.0, 1.05)])
    together = check(lines, sigma=0.1).expected_final
    alone = [check(line[None], sigma=0.1).expected_final[0] for line in lines]
    assert together == pytest.approx(alone)


def test_what_is_better_when_lower_warns_when_it_runs_above_its_path() -> None:
    daily = np.vstack([on_pace(1000, 0.7, 45), on_pace(1000, 1.3, 45)])
    assert check(daily, metric=COMPLAINTS).warned.tolist() == [False, True]
    assert check(daily, metric=CUSTOMERS).warned.tolist() == [True, False]


def test_more_days_than_the_period_has_are_refused() -> None:
    for days in (0, 91):
        with pytest.raises(ValueError, match=f"{days} days of results"):
            check(np.ones((1, days)))


def test_a_line_without_a_target_is_neither_late_nor_divided_by_zero() -> None:
    seen = check(np.zeros((1, 30)), target=0.0)
    assert (seen.odds_end[0], seen.expected_final[0], seen.warned[0]) == (0.0, 0.0, False)
    assert np.isnan(seen.attainment[0])


def test_leads_speak_before_results_do() -> None:
    daily = np.vstack([on_pace(1000, 0.97, 40)] * 3)
    plenty = Resources(leads=np.array([0.6, np.nan, 1.3]), capacity=np.ones(3))
    with_leads, without = check(daily, resources=plenty), check(daily)
    assert with_leads.odds[0] > without.odds[0] > with_leads.odds[2]
    assert with_leads.odds[1] == pytest.approx(without.odds[1])


def test_leads_of_something_better_when_lower_are_refused() -> None:
    with pytest.raises(ValueError, match="complaints is better when lower"):
        check(on_pace(1000, 1, 30), metric=COMPLAINTS, resources=Resources(np.ones(1), np.ones(1)))


def test_a_warned_line_says_what_is_short_with_conversion_as_what_leads_leave_unexplained() -> None:
    daily = np.vstack([on_pace(1000, pace, 45) for pace in (0.72, 0.72, 0.72, 1.0)])
    seen = check(
        daily,
        resources=Resources(leads=np.array([0.8, 1.2, np.nan, 0.5]), capacity=np.array([0.7, 1.0, 1.0, 0.5])),
    )
    assert [[(short.code, round(short.share, 9)) for short in line] for line in seen.shortages] == [
        [("capacity", 0.7), ("leads", 0.8), ("conversion", 0.9)],
        [("conversion", 0.6)],
        [],
        [],
    ]


def test_shortages_come_scarcest_first_and_the_unknown_is_not_short() -> None:
    assert shortages(0.9, 0.5, float("nan")) == (Shortage("conversion", 0.5), Shortage("leads", 0.9))
    assert shortages(0.95, 1.0, 0.96) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shortage_has_a_suggestion_with_its_number(language: str) -> None:
    codes = [shortage.code for shortage in shortages(0.72, 0.72, 0.72)]
    sentences = {text(f"calibration.suggestion.{code}", language, share="72%") for code in codes}
    sentences.add(text("calibration.suggestion.unexplained", language, share="72%"))
    assert len(sentences) == 4
    assert all("72%" in sentence for sentence in sentences)


@given(st.lists(st.sets(st.sampled_from("ABCDE")), max_size=10))
def test_every_deviation_opens_once_and_closes_at_most_once(checks: list[set[str]]) -> None:
    still_open: frozenset[str] = frozenset()
    opened_in_all = closed_in_all = 0
    for warned in checks:
        opened, closed = episodes(still_open, warned)
        assert not opened & still_open
        assert closed <= still_open
        still_open = (still_open | opened) - closed
        opened_in_all, closed_in_all = opened_in_all + len(opened), closed_in_all + len(closed)
        assert still_open == warned
    assert opened_in_all - closed_in_all == len(still_open)


def test_when_the_period_is_over_nothing_more_is_expected() -> None:
    daily = np.full((2, len(WEIGHTS)), np.nan)
    daily[:, ::7] = 60.0
    over = check(daily)
    np.testing.assert_array_equal(over.expected_final, over.actual)
    assert set(over.odds_end.tolist()) <= {0.0, 1.0}
    assert (check(daily[:, :-1]).expected_final > over.actual).all()


PLAN = dataclasses.replace(sample_plan((1,)), metric=CUSTOMERS)


@given(st.integers(1, 9), st.integers(1, 90), st.sampled_from([1.0, 10_000.0]))
def test_a_target_of_a_handful_is_never_warned_of(steps: int, days: int, step: float) -> None:
    metric = dataclasses.replace(CUSTOMERS, step=step)
    assert not check(np.zeros((1, days)), target=steps * step, metric=metric).warned[0]


@pytest.mark.parametrize(
    ("target", "pace", "days", "hoped"),
    [
        (4.0, 0.0, 50, "few"),
        (4.0, 0.0, 90, "over"),
        (1000.0, 0.5, 50, "open"),
        (1000.0, 0.5, 85, "lost"),
        (1000.0, 0.5, 90, "over"),
        (1000.0, 0.95, 89, "open"),
    ],
)
def test_help_is_offered_only_while_it_can_help(target: float, pace: float, days: int, hoped: str) -> None:
    seen = check(on_pace(target, pace, days), target=target)
    assert hope(seen, 0, target, PLAN) == hoped
    said = advice(seen, 0, target, PLAN, "en")
    if hoped == "open":
        assert bool(said) == seen.warned[0]
    else:
        assert said.startswith("Too few to tell" if hoped == "few" else "") and bool(said) == (hoped == "few")


def test_too_many_of_what_should_be_few_cannot_be_taken_back() -> None:
    plan = dataclasses.replace(PLAN, metric=COMPLAINTS)
    seen = check(on_pace(1000.0, 2.5, 60), metric=COMPLAINTS)
    assert hope(seen, 0, 1000.0, plan) == "lost"
