"""Objectives and key results: what they say of a plan's lines, whichever way its metric goes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Metric, Thresholds, headway, status_of
from targetcal_xl.calibration.vocabulary import KeyStatus

AMOUNTS = st.floats(0.1, 1e6)
SUM = Metric("n", "N", "", "", 1, "sum")
SHARE, DAYS = Metric("s", "S", "", "", 1, "ratio", 0.01), Metric("d", "D", "", "", -1, "mean", 0.1)


def test_a_sum_has_come_as_far_as_its_result() -> None:
    assert headway(SUM, 0.0, 200.0, 50.0, 200.0) == 0.25


@pytest.mark.parametrize(
    ("metric", "start", "target", "current", "done"),
    [
        (SHARE, 0.90, 0.94, 0.93, 0.75),
        (SHARE, 0.90, 0.94, 0.88, 0.0),
        (DAYS, 12.0, 10.0, 11.0, 0.5),
        (DAYS, 12.0, 10.0, 9.0, 1.5),
    ],
)
def test_a_mean_or_ratio_has_come_as_far_as_the_change_that_was_agreed(
    metric: Metric, start: float, target: float, current: float, done: float
) -> None:
    assert headway(metric, start, target, current, target) == pytest.approx(done)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_where_there_is_no_way_the_attainment_is_told(start: float, target: float, current: float) -> None:
    for metric in (SHARE, DAYS):
        if (target - start) * metric.direction <= 0:
            assert headway(metric, start, target, current, target) == metric.attained(current, target)
    assert headway(SHARE, math.nan, target, current, target) == current / target


@given(st.floats(0, 3), st.booleans())
def test_a_warning_never_makes_a_status_better_nor_a_better_result_a_worse_one(
    pace: float, warned: bool
) -> None:
    order = [KeyStatus.DELAYED, KeyStatus.AT_RISK, KeyStatus.NORMAL]
    found = status_of(pace, warned, Thresholds())
    assert order.index(status_of(pace, True, Thresholds())) <= order.index(found)
    assert order.index(status_of(pace + 0.01, warned, Thresholds())) >= order.index(found)
    assert (found == KeyStatus.DELAYED) == (pace < 0.9)


def test_nothing_is_told_of_what_nobody_knows() -> None:
    assert status_of(math.nan, True, Thresholds()) == KeyStatus.UNTOLD
