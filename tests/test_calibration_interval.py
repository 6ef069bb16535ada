"""How far an interval reaches by what is known of errors, and by how little that is."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from targetcal_xl.calibration.interval import student


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.98])
@pytest.mark.parametrize("freedom", [4, 5, 7, 12, 40])
def test_students_quantile_is_right_within_a_hundredth(level: float, freedom: int) -> None:
    assert student(level, freedom) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), rel=0.01)
    assert student(level, math.inf) == pytest.approx(stats.norm.ppf((1 + level) / 2))
    assert student(level, freedom) > student(level, freedom + 1)
