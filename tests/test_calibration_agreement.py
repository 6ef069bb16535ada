"""The survey that tells no one's answer, and the quadrants."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from targetcal_xl.calibration.agreement import Opinion, Survey, consensus_days, quadrant, summarise
from targetcal_xl.language import LANGUAGES, text

ANSWERS = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 5)), max_size=60)
UTC = dt.UTC


def survey(**sizes: int) -> tuple[list[str], list[int]]:
    """Groups of these sizes that all answer 4."""
    groups = [group for group, size in sizes.items() for _ in range(size)]
    return groups, [4] * len(groups)


def test_figures_are_the_mean_and_the_share_of_fours_and_fives() -> None:
    seen = summarise(["East"] * 5 + ["North"] * 5, [5, 4, 3, 4, 5, 1, 2, 3, 4, 5], minimum=5)
    told = {"East": seen.groups["East"], "North": seen.groups["North"], "all": seen.overall}
    assert {name: (one.answers, one.mean, one.agreement_pct) for name, one in told.items() if one} == {
        "East": (5, 4.2, 80.0),
        "North": (5, 3.0, 40.0),
        "all": (10, 3.6, 60.0),
    }


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


@given(ANSWERS, st.integers(3, 10))
def test_of_groups_alone_the_small_ones_hide_with_the_next_smallest(
    answers: list[tuple[str, int]], minimum: int
) -> None:
    groups = [group for group, _ in answers]
    sizes = {group: groups.count(group) for group in groups}
    seen = summarise(groups, [score for _, score in answers], minimum)
    if len(answers) >= minimum:
        assert {name for name, opinion in seen.groups.items() if opinion is None} == _small(sizes, minimum)


def _small(sizes: dict[str, int], minimum: int) -> set[str]:
    """Those under the minimum, and the next smallest while too few hide among each other."""
    found: set[str] = set()
    together = 0
    for group in sorted(sizes, key=lambda group: (sizes[group], group)):
        if sizes[group] >= minimum and not 0 < together < minimum:
            break
        found.add(group)
        together += sizes[group]
    return found


TABLES = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("mrs")), st.integers(1, 9), min_size=1, max_size=9
)


@settings(max_examples=150)
@given(TABLES, st.integers(3, 6))
def test_no_sum_or_difference_of_what_is_shown_tells_of_fewer_than_the_minimum(
    table: dict[tuple[str, str], int], minimum: int
) -> None:
    """Every set of people under the minimum: no combination of all that is shown is about these alone."""
    cells = [cell for cell, size in table.items() for _ in range(size)]
    seen = summarise([g for g, _ in cells], [3] * len(cells), minimum, [role for _, role in cells])
    shown = np.array([[_is_of(cell, code) for cell in table] for code in _shown(seen)], dtype=float)
    assert all(sum(table[c] for c in table if _is_of(c, code)) >= minimum for code in _shown(seen))
    for count in range(1, len(table) + 1):
        for few in combinations(range(len(table)), count):
            if shown.size and sum(list(table.values())[at] for at in few) < minimum:
                others = np.delete(shown, few, axis=1)
                assert np.linalg.matrix_rank(others) == np.linalg.matrix_rank(shown), few


def _shown(seen: Survey) -> list[tuple[str | None, str | None]]:
    told: dict[tuple[str | None, str | None], Opinion | None] = {(None, None): seen.overall}
    told |= {(group, None): opinion for group, opinion in seen.groups.items()}
    told |= {(None, role): opinion for role, opinion in seen.roles.items()}
    told |= {(group, role): opinion for group, row in seen.table.items() for role, opinion in row.items()}
    return [code for code, opinion in told.items() if opinion]


def _is_of(cell: tuple[str, str], code: tuple[str | None, str | None]) -> bool:
    return all(own in (None, said) for said, own in zip(cell, code, strict=True))


def test_a_table_that_may_be_shown_is_shown() -> None:
    """Safety alone would be easy: nothing would be shown."""
    groups, roles = zip(*[(g, role) for g in "ABC" for role in "mr" for _ in range(6)], strict=True)
    assert len(_shown(summarise(groups, [4] * 36, 5, roles))) == 1 + 3 + 2 + 6


def test_a_role_of_one_region_alone_does_not_give_away_the_rest_of_it() -> None:
    """Six managers, five of them in A, where nobody else is: managers less A would be one person."""
    cells = [("A", "m")] * 5 + [("B", "m")] + [("B", "r")] * 9
    seen = summarise([g for g, _ in cells], [4] * 15, 5, [role for _, role in cells])
    assert seen.groups["A"] and seen.groups["B"] and seen.roles == {"m": None, "r": None}


def test_many_tiny_groups_are_safe_and_take_no_time_to_speak_of() -> None:
    cells = [(f"R{k:02}", role) for k in range(40) for role in ("m", "r", "s")]
    seen = summarise([g for g, _ in cells], [4] * 120, 5, [role for _, role in cells])
    assert seen.overall and not any(seen.groups.values())


@given(st.lists(st.integers(1, 5), min_size=3, max_size=60))
def test_intervals_are_those_of_the_textbooks(scores: list[int]) -> None:
    opinion = summarise(["A"] * len(scores), scores, 3).overall
    assert opinion and opinion.mean_interval
    agreeing = sum(score >= 4 for score in scores)
    wilson = proportion_confint(agreeing, len(scores), 0.05, "wilson")
    assert opinion.agreement_interval == pytest.approx(wilson, abs=1e-9)
    near = 0.04 if len(scores) < 5 else 0.001
    reach = stats.t.ppf(0.975, len(scores) - 1) * np.std(scores, ddof=1) / np.sqrt(len(scores))
    low, high = max(opinion.mean - reach, 1), min(opinion.mean + reach, 5)
    assert opinion.mean_interval == pytest.approx((low, high), abs=float(near * reach) + 1e-9)


@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=3, max_size=30))
def test_the_scale_is_the_mean_of_its_four_items(items: list[list[int]]) -> None:
    opinion = summarise(["A"] * len(items), [4] * len(items), 3, items=items).overall
    assert opinion and opinion.commitment == pytest.approx(np.mean(items))
    table = np.array(items, dtype=float)
    alpha = summarise(["A"] * len(items), [4] * len(items), 3, items=items).reliability
    if alpha is not None:
        shares = table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1)
        assert alpha == pytest.approx(4 / 3 * (1 - shares))


@given(ANSWERS)
def test_the_order_of_answers_tells_nothing(answers: list[tuple[str, int]]) -> None:
    forth = summarise([group for group, _ in answers], [score for _, score in answers], 5)
    back = summarise([group for group, _ in answers[::-1]], [score for _, score in answers[::-1]], 5)
    assert forth == back, "to the last bit"
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
