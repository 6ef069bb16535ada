"""The survey that tells no one's answer, and the quadrants."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration.agreement import Opinion, consensus_days, quadrant, summarise
from targetcal_xl.language import LANGUAGES, text

ANSWERS = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 5)), max_size=60)
UTC = dt.UTC


def survey(**sizes: int) -> tuple[list[str], list[int]]:
    """Groups of these sizes that all answer 4."""
    groups = [group for group, size in sizes.items() for _ in range(size)]
    return groups, [4] * len(groups)


def test_figures_are_the_mean_and_the_share_of_fours_and_fives() -> None:
    seen = summarise(["East"] * 5 + ["North"] * 5, [5, 4, 3, 4, 5, 1, 2, 3, 4, 5], minimum=5)
    assert seen.groups == {"East": Opinion(5, 4.2, 80.0), "North": Opinion(5, 3.0, 40.0)}
    assert seen.overall == Opinion(10, 3.6, 60.0)


def hidden(minimum: int, **sizes: int) -> set[str]:
    """The groups whose figures are not shown."""
    return {
        group for group, opinion in summarise(*survey(**sizes), minimum).groups.items() if opinion is None
    }


def test_a_single_small_group_takes_the_next_smallest_into_hiding() -> None:
    assert hidden(5, A=4, B=9, C=7, D=20) == {"A", "C"}


def test_small_groups_that_are_too_few_together_take_one_more() -> None:
    assert hidden(5, A=1, B=2, C=7, D=20) == {"A", "B", "C"}
    assert hidden(5, A=3, B=2, C=7, D=20) == {"A", "B"}


def test_groups_of_the_minimum_are_shown_and_no_setting_goes_below_three() -> None:
    assert hidden(5, A=5, B=5) == set()
    assert hidden(1, A=2, B=3, C=4) == {"A", "B"}


@given(ANSWERS, st.integers(0, 10))
def test_no_answer_can_be_had_by_subtraction(answers: list[tuple[str, int]], minimum: int) -> None:
    groups, scores = [group for group, _ in answers], [score for _, score in answers]
    seen = summarise(groups, scores, minimum)
    enough = max(minimum, 3)
    shown = [opinion for opinion in seen.groups.values() if opinion]
    assert all(opinion.answers >= enough for opinion in shown)
    assert (seen.overall is None) == (len(scores) < enough)
    if seen.overall and len(shown) < len(seen.groups):
        assert len(seen.groups) - len(shown) >= 2
        assert seen.overall.answers - sum(opinion.answers for opinion in shown) >= enough


@given(ANSWERS)
def test_the_order_of_answers_tells_nothing(answers: list[tuple[str, int]]) -> None:
    forth = summarise([group for group, _ in answers], [score for _, score in answers], 5)
    back = summarise([group for group, _ in answers[::-1]], [score for _, score in answers[::-1]], 5)
    assert forth == back
    assert list(forth.groups) == list(back.groups) == sorted(forth.groups)


@pytest.mark.parametrize("score", [0, 6, 3.5, float("nan")])
def test_a_score_off_the_scale_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="from 1 to 5"):
        summarise(["A", "A"], [3, score], 5)


def test_a_score_without_a_group_is_refused() -> None:
    with pytest.raises(ValueError, match="1 groups for 2 scores"):
        summarise(["A"], [3, 4], 5)


@pytest.mark.parametrize(
    ("attainment", "agreement", "code", "borderline"),
    [
        (1.05, 0.84, "thriving", False),
        (0.95, 0.50, "pressed", False),
        (0.80, 0.90, "content", False),
        (0.60, 0.40, "failing", False),
        (0.90, 0.70, "thriving", True),
        (0.89, 0.84, "content", True),
        (0.92, 0.90, "thriving", True),
        (1.00, 0.681, "pressed", True),
        (0.921, 0.90, "thriving", False),
    ],
)
def test_cuts_are_fixed_and_results_near_them_are_marked(
    attainment: float, agreement: float, code: str, borderline: bool
) -> None:
    seen = quadrant(attainment, agreement)
    assert (seen.code, seen.borderline) == (code, borderline)


def test_no_quadrant_is_guessed_from_an_unknown() -> None:
    for pair in ((float("nan"), 0.8), (0.9, float("nan"))):
        with pytest.raises(ValueError, match="no quadrant"):
            quadrant(*pair)


def test_every_quadrant_has_a_name_of_its_own_in_each_language() -> None:
    codes = {quadrant(reached, agreed).code for reached in (0, 1) for agreed in (0, 1)}
    for language in LANGUAGES:
        assert len({text(f"calibration.quadrant.{code}", language) for code in codes}) == 4


@pytest.mark.parametrize(
    ("opened", "confirmed", "days"),
    [
        (dt.datetime(2025, 1, 6, 9, tzinfo=UTC), dt.datetime(2025, 1, 6, 9, tzinfo=UTC), 0),
        (dt.datetime(2025, 1, 6, 9, tzinfo=UTC), dt.datetime(2025, 1, 6, 10, tzinfo=UTC), 1),
        (dt.datetime(2025, 1, 6, 9, tzinfo=UTC), dt.datetime(2025, 1, 10, 17, tzinfo=UTC), 5),
        (dt.datetime(2025, 1, 6, 9, tzinfo=UTC), dt.datetime(2025, 1, 11, 9, tzinfo=UTC), 5),
    ],
)
def test_a_begun_day_counts_whole(opened: dt.datetime, confirmed: dt.datetime, days: int) -> None:
    assert consensus_days(opened, confirmed) == days
    elsewhere = confirmed.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert consensus_days(opened, elsewhere) == days


def test_stamps_without_a_zone_or_out_of_order_are_refused() -> None:
    noon = dt.datetime(2025, 1, 6, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        consensus_days(noon.replace(tzinfo=None), noon)
    with pytest.raises(ValueError, match="before it was opened"):
        consensus_days(noon, noon - dt.timedelta(seconds=1))
