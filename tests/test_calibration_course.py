"""Targets that change in their period: what has passed stays, and all days together come to the target."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Course,
    Metric,
    approvers,
    course_path,
    parse_course,
    period_weights,
    pro_rata,
    target_path,
)
from targetcal_xl.calibration.vocabulary import Role
from tests.support.samples import sample_inputs

DAYS = [dt.date(2025, 1, 1) + dt.timedelta(k) for k in range(90)]
WEIGHTS = period_weights(np.array([day.weekday() < 5 for day in DAYS]))
SUM = Metric("deals", "新增客户", "", "家")
MEAN = Metric("days", "交付天数", "", "天", kind="mean", direction=-1, step=0.1)
metrics = st.sampled_from([SUM, MEAN])
targets = st.integers(1, 500).map(float)
courses = st.builds(
    lambda first, turns: Course(first, tuple(sorted(turns.items()))),
    targets,
    st.dictionaries(st.sampled_from(DAYS), targets, max_size=4),
)


def path(course: Course, metric: Metric) -> np.ndarray:
    return course_path(course, DAYS, WEIGHTS, metric)


@given(targets, metrics)
def test_without_a_turn_the_path_is_that_of_the_target(target: float, metric: Metric) -> None:
    assert path(Course(target), metric) == pytest.approx(target_path(np.array([target]), WEIGHTS, metric)[0])


@given(courses, metrics)
def test_all_days_together_come_to_the_target_in_force(course: Course, metric: Metric) -> None:
    assert path(course, metric)[-1] == pytest.approx(course.target)


@given(courses, st.integers(0, 89), targets, metrics)
def test_a_turn_leaves_what_has_passed_as_it_was(
    course: Course, first: int, target: float, metric: Metric
) -> None:
    before = Course(course.confirmed, tuple(turn for turn in course.turns if turn[0] < DAYS[first]))
    turned = course.turned(DAYS[first], target)
    assert path(turned, metric)[:first] == pytest.approx(path(before, metric)[:first])
    assert turned.target == target


@given(courses)
def test_a_course_comes_back_from_its_text(course: Course) -> None:
    assert parse_course(str(course)) == course


@pytest.mark.parametrize("text", ["", "100;2025-01-01 5", "100; gestern 5", "x"])
def test_a_text_that_is_no_course_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_course(text)


@given(targets, targets, st.integers(0, 89), metrics)
def test_of_a_new_target_counts_the_share_of_the_path_that_is_ahead(
    confirmed: float, new: float, first: int, metric: Metric
) -> None:
    behind = WEIGHTS[:first].sum() / WEIGHTS.sum()
    due = confirmed * behind + new * (1 - behind)
    found = pro_rata(Course(confirmed), DAYS[first], new, DAYS, WEIGHTS, metric)
    assert found == pytest.approx(due, abs=metric.step / 2 + 1e-9)
    assert found / metric.step == pytest.approx(round(found / metric.step))


def test_a_mean_has_one_level_before_and_another_after_the_turn() -> None:
    weeks = course_path(Course(8.0, ((DAYS[45], 7.0),)), DAYS, np.full(90, 1 / 90), MEAN)
    assert set(np.round(weeks[:45], 9)) == {8.0}
    ahead = np.diff(weeks * np.arange(1, 91))[45:]
    assert ahead == pytest.approx(np.full(44, 6.0))


@pytest.mark.parametrize(
    ("after", "needed"),
    [(114, (Role.SUPERIOR,)), (115, (Role.SUPERIOR, Role.HRBP)), (85, (Role.SUPERIOR, Role.HRBP))],
)
def test_large_changes_need_the_hr_business_partner_too(after: float, needed: tuple[Role, ...]) -> None:
    assert approvers(sample_inputs((2, 1)).plan, 100, after) == needed
