"""Habits of those who depart from suggestions are found where they are, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Correction,
    Departure,
    Floats,
    JudgementRecord,
    correction,
    departures,
    going_on,
    opinions,
    values_added,
)
from targetcal_xl.calibration.habits import FEWEST_PERIODS
from targetcal_xl.calibration.judgement import KEPT_PERIODS
from targetcal_xl.calibration.pooling import pool
from tests.support import desks

PLAN = desks.case_inputs().plan


def _told(period: int, region: str, line: int, departed: float, came: float) -> Departure:
    said = 100 * (1 + departed), 100 * (1 + came)
    return Departure(f"P{period:02}", region, f"{region}-{line}", 100.0, *said, 1.0, 100.0)


def _world(
    short: Mapping[str, float], periods: int, makes: float = 1.0, shock: float = 0.0
) -> JudgementRecord:
    """Heads who know exactly what comes, make so much of it, and say so much too little."""
    random = np.random.default_rng(7)
    told = []
    for period in range(periods):
        common = random.normal(0, shock) if shock else 0.0
        for region, low in short.items():
            for line in range(3):
                knows = random.normal(0, 0.1)
                told.append(_told(period, region, line, makes * knows - low, knows + common))
    return JudgementRecord(tuple(told))


def test_a_departure_counts_as_closer_only_where_the_suggestion_was_further_off() -> None:
    assert _told(1, "R1", 1, 0.1, 0.08).closer
    assert not _told(1, "R1", 1, 0.1, 0.05).closer
    assert not _told(1, "R1", 1, 0.1, -0.05).closer


def test_lines_as_suggested_undeclared_or_without_a_result_are_no_departures() -> None:
    suggested, nan = np.full(3, 100.0), np.nan
    own = departures(PLAN, suggested, np.array([100.0, 90.0, nan]), np.array([95.0, 93.0, 80.0]))
    assert [(one.line, one.period) for one in own] == [("R1-2", "2025Q1")]
    assert own[0].short == pytest.approx(0.03)
    assert departures(PLAN, suggested, np.array([90.0, 110.0, 95.0]), np.full(3, nan)) == ()
    assert departures(PLAN, np.zeros(3), np.array([90.0, 110.0, 95.0]), np.full(3, 95.0)) == ()


def test_verdicts_say_how_often_and_how_far_by_region_and_by_side() -> None:
    record = JudgementRecord(
        (_told(1, "R1", 1, 0.1, 0.2), _told(1, "R2", 1, -0.1, 0.1), _told(2, "R2", 1, 0.1, 0))
    )
    first, second = values_added(record, "region")
    assert (first.code, first.departures, first.closer) == ("R1", 1, 1)
    assert (first.short, first.added) == pytest.approx((0.1, 10 / 120))
    assert (second.code, second.departures, second.closer, second.periods) == ("R2", 2, 0, 2)
    assert second.added == pytest.approx((10 + 0 - 20 - 10) / 210)
    assert [(one.code, one.departures, one.closer) for one in values_added(record, "way")] == [
        ("above", 2, 1),
        ("below", 1, 0),
    ]


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.floats(-1, 1), max_size=5), min_size=1))
def test_a_pooled_mean_lies_between_the_groups_own_and_that_of_all(told: dict[str, list[float]]) -> None:
    values: dict[str, Floats] = {code: np.array(own) for code, own in told.items()}
    if any(told.values()):
        middle = np.mean([one for own in told.values() for one in own])
        for code, found in pool(values).items():
            own = np.mean(told[code]) if told[code] else middle
            assert min(own, middle) - 1e-9 <= found <= max(own, middle) + 1e-9


@pytest.mark.parametrize("further", [0.03, 0.002])
def test_who_was_further_off_is_not_said_to_have_helped_because_all_others_did(further: float) -> None:
    came = -0.2
    others = [_told(1, code, line, came, came) for code in ("B", "C", "D") for line in (1, 2)]
    contrary = [_told(1, "A", line, further, came) for line in (1, 2)]
    worth = {one.code: one for one in values_added(JudgementRecord((*contrary, *others)), "region")}
    assert worth["A"].closer == 0 and worth["A"].added < 0 < worth["A"].pooled
    assert {code: one.did for code, one in worth.items()} == {"A": "open", **dict.fromkeys("BCD", "helped")}


def test_groups_that_differ_by_chance_alone_are_told_alike_and_others_are_not() -> None:
    alike = pool({"a": np.array([0.1, -0.1]), "b": np.array([-0.1, 0.12]), "c": np.array([0.1, -0.12])})
    assert len(set(alike.values())) == 1
    apart = pool({"a": np.array([0.5, 0.51]), "b": np.array([-0.5, -0.51])})
    assert apart["a"] == pytest.approx(0.505, abs=0.01)


def test_who_always_says_too_little_is_corrected_by_that_much_and_nobody_else() -> None:
    habit = correction(_world({"R1": 0.1, "R2": 0.0, "R3": 0.0}, 6))
    assert habit.of("R1", -0.1) == pytest.approx(0.0, abs=0.01)
    assert habit.of("R2", 0.05) == pytest.approx(0.05, abs=0.01)


def test_who_makes_twice_of_what_they_know_is_taken_at_half() -> None:
    habit = correction(_world({"R1": 0.0, "R2": 0.0}, 8, makes=2.0))
    assert habit.slope == pytest.approx(-0.5, abs=0.01)
    assert habit.of("R1", 0.2) == pytest.approx(0.1, abs=0.01)


def test_heads_without_habits_are_taken_at_their_word() -> None:
    habit = correction(_world({"R1": 0.0, "R2": 0.0, "R3": 0.0}, 8))
    assert [habit.of("R1", departed) for departed in (-0.2, 0.1)] == pytest.approx([-0.2, 0.1], abs=1e-9)


def test_shocks_that_all_share_are_no_habit_of_anybody() -> None:
    """What is taken for a habit stays well within what chance makes of the mean of eight shocks."""
    habit = correction(_world({"R1": 0.0, "R2": 0.0, "R3": 0.0}, 8, shock=0.2))
    assert abs(habit.level) < 0.2 / np.sqrt(8)
    assert max(map(abs, (habit.own or {}).values())) < 0.01


def test_few_periods_teach_nothing() -> None:
    assert correction(_world({"R1": 0.1}, FEWEST_PERIODS - 1)) == Correction()
    assert correction(JudgementRecord()) == Correction()
    assert correction(_world({"R1": 0.1}, FEWEST_PERIODS)) != Correction()


def test_one_slip_of_the_pen_does_not_make_a_habit() -> None:
    record = _world({"R1": 0.0, "R2": 0.0}, 8, shock=0.01)
    first = record.departures[0]
    slipped = replace(
        record, departures=(replace(first, declared=10 * first.declared), *record.departures[1:])
    )
    assert correction(slipped).of("R1", 0.0) == pytest.approx(0.0, abs=0.02)


def test_a_record_goes_on_and_forgets_what_is_long_ago() -> None:
    record = JudgementRecord()
    for period in range(KEPT_PERIODS + 2):
        record = going_on(record, [_told(period, "R1", line, 0.1, 0.1) for line in range(2)])
    assert len(record.periods) == KEPT_PERIODS
    assert record.periods[-1] == f"P{KEPT_PERIODS + 1:02}"
    assert len(record.departures) == 2 * KEPT_PERIODS


def test_suggestions_that_heads_rightly_mistrust_are_no_habit_of_the_heads() -> None:
    """All suggestions are a tenth too high for years, and everybody says so: nothing is to be corrected."""
    told = tuple(
        _told(period, f"R{k}", line, -0.1, -0.1 + 0.01 * ((period + line) % 3 - 1))
        for period in range(8)
        for k in range(3)
        for line in range(3)
    )
    assert correction(JudgementRecord(told)).of("R1", -0.1) == pytest.approx(-0.1, abs=0.01)


def test_what_does_not_depart_stays_and_what_does_is_a_target_of_the_metric() -> None:
    suggested, declared = np.full(3, 100.0), np.array([100.0, 90.0, np.nan])
    [found] = opinions(PLAN, Correction(0.0, 0.034, {"R1": 0.01}), suggested, declared, np.ones((3, 4)))
    assert (found.region, found.line, found.amounts) == ("R1", "R1-2", (100.0, 90.0, 94.0))


def test_a_corrected_share_is_never_more_than_all() -> None:
    plan = replace(PLAN, metric=replace(PLAN.metric, kind="ratio", step=0.01))
    declared = np.array([0.97, 0.9, 0.9])
    [found] = opinions(plan, Correction(0.0, 0.5), np.full(3, 0.9), declared, np.full((3, 4), 0.9))
    assert found.corrected == 1.0
