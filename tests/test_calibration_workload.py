"""Days count in months where what all lines did together says so, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from targetcal_xl.calibration import Calendar, Floats, History, Inputs, Period, Readings, compute_baseline
from targetcal_xl.calibration.workload import in_days
from targetcal_xl.workdays import with_days
from tests.support.samples import METRIC, sample_plan

MARCH = Period(2025, 3, 12)
PLAN = replace(sample_plan((30,)), period=MARCH, drivers=(), indicators=(), calendar=Calendar("US"))


def _history(follows: float, months: int = 36, seed: int = 1) -> History:
    """Thirty lines that follow the working days of their months so strongly, with noise of 4 %."""
    random = np.random.default_rng(seed)
    periods = tuple(MARCH.shift(k - months) for k in range(months))
    plain = with_days(History(periods, np.ones((30, months)), np.zeros((30, months))), PLAN)
    worked = np.array(plain.worked[:months], float)
    values = random.lognormal(5, 1, (30, 1)) * worked**follows * random.lognormal(0, 0.04, (30, months))
    return replace(plain, values=values)


def _expected(history: History) -> Floats:
    none = np.empty((30, 0))
    return compute_baseline(Inputs(PLAN, history, Readings(none, none))).expected


def test_the_days_of_every_month_and_of_the_plans_are_those_of_its_calendar() -> None:
    worked = _history(0.0, months=14).worked
    assert len(worked) == 15
    assert worked[-1] == 21  # March 2025 has 21 weekdays and no holiday of the United States
    assert worked[-2] == 19  # February has 20, less Washington's birthday


def test_quarters_and_means_have_no_days() -> None:
    history = History((Period(2024, 4),), np.ones((30, 1)), np.zeros((30, 1)))
    assert with_days(history, sample_plan((30,))).worked == ()
    mean = replace(PLAN, metric=replace(METRIC, kind="mean"))
    assert with_days(replace(_history(1.0), worked=()), mean).worked == ()


def test_lines_that_follow_working_days_are_foreseen_by_those_to_come() -> None:
    history = _history(1.0)
    days = in_days(np.log(history.values), history)
    worked = np.log(np.array(history.worked))
    np.testing.assert_allclose(days, worked - worked[:-1].mean(), atol=0.03)
    truth = history.values.mean(axis=1) * history.worked[-1] / np.mean(history.worked[:-1])
    blind = replace(history, worked=())
    near, far = (np.abs(np.log(_expected(one) / truth)).mean() for one in (history, blind))
    assert near < far


@pytest.mark.parametrize("seed", range(4))
def test_lines_that_do_not_are_left_as_they_are(seed: int) -> None:
    history = _history(0.0, seed=seed)
    assert np.abs(in_days(np.log(history.values), history)).max() < 0.02


def test_less_than_two_years_tell_nothing_of_days() -> None:
    history = _history(1.0, months=23)
    assert not in_days(np.log(history.values), history).any()


def test_contributions_add_up_with_days_too() -> None:
    history, none = _history(1.0), np.empty((30, 0))
    found = compute_baseline(Inputs(PLAN, history, Readings(none, none)))
    np.testing.assert_allclose(found.last_year + found.contributions.sum(axis=1), found.expected, rtol=1e-9)
    thousands = replace(history, values=history.values * 1000)
    np.testing.assert_allclose(_expected(thousands), 1000 * found.expected, rtol=1e-6)
