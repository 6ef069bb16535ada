"""What is known of a period that is over stands where the next plan looks for it, and nothing else does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from targetcal_xl.calibration import Inputs, compute_baseline, succeeding
from targetcal_xl.calibration.period import Period
from targetcal_xl.calibration.plan import DayShape, Measures
from tests.support.samples import sample_inputs

RESULTS = np.array([50.0, 60.0, np.nan, 80.0, 90.0, 10.0, 20.0, 30.0, 40.0])
MEASURES = Measures(5, 6, 84, 4.0, 101.5)


def _next(inputs: Inputs, period: str = "2025Q2") -> Inputs:
    return succeeding(inputs, RESULTS, Period.parse(period), 777.0, MEASURES, None)


def test_results_are_the_last_of_the_history_and_the_past_stays_as_it_was() -> None:
    old = sample_inputs()
    history = _next(old).history
    assert [str(period) for period in history.periods[-2:]] == ["2024Q4", "2025Q1"]
    np.testing.assert_array_equal(history.values[:, :-1], old.history.values)
    np.testing.assert_array_equal(history.values[:, -1], RESULTS)
    assert not history.one_off[:, -1].any()


def test_what_was_read_of_the_old_period_is_past_and_of_the_new_one_nothing_is_read() -> None:
    old = sample_inputs()
    readings = _next(old).readings
    assert np.isnan(readings.now).all()
    closed = readings.past(len(old.history.periods))
    assert closed is not None
    np.testing.assert_array_equal(closed.now, old.readings.now)
    np.testing.assert_array_equal(closed.reference, old.readings.reference)


def test_a_year_later_the_old_readings_are_what_new_ones_are_held_against() -> None:
    old = sample_inputs()
    np.testing.assert_array_equal(_next(old, "2026Q1").readings.reference, old.readings.now)
    assert np.isnan(_next(old).readings.reference).all()


def test_periods_in_between_are_unknown() -> None:
    history = _next(sample_inputs(), "2025Q4").history
    assert [str(period) for period in history.periods[-3:]] == ["2025Q1", "2025Q2", "2025Q3"]
    assert np.isnan(history.values[:, -2:]).all()


def test_people_settings_and_answers_carry_on_and_what_belongs_to_a_period_moves() -> None:
    old = sample_inputs()
    shaped = DayShape(shares=((dt.date(2025, 2, 1), 0.3), (dt.date(2025, 3, 31), 1.0)))
    deadlines = (dt.date(2025, 1, 9),)
    plan = _next(replace(old, plan=replace(old.plan, days=shaped, deadlines=deadlines))).plan
    assert (plan.code, str(plan.period), plan.hq_target) == ("2025Q2-new-customers", "2025Q2", 777.0)
    assert (plan.regions, plan.lines, plan.thresholds) == (
        old.plan.regions,
        old.plan.lines,
        old.plan.thresholds,
    )
    assert plan.milestones == (dt.date(2025, 5, 29), dt.date(2025, 6, 29))
    assert all(plan.period.start <= day <= plan.period.end for day, _ in plan.days.shares)
    assert (plan.last_period, plan.deadlines) == (MEASURES, ())


def test_a_code_without_a_period_gets_one() -> None:
    old = sample_inputs()
    assert _next(replace(old, plan=replace(old.plan, code="customers"))).plan.code == "2025Q2-customers"


def test_the_next_plan_can_be_computed() -> None:
    baseline = compute_baseline(_next(sample_inputs()))
    assert np.isfinite(baseline.suggested).all()
    assert not baseline.effects.any(), "nothing is read yet"


@pytest.mark.parametrize("period", ["2025Q1", "2024Q4", "2025M04"])
def test_only_a_later_period_of_the_same_kind_follows(period: str) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        _next(sample_inputs(), period)
