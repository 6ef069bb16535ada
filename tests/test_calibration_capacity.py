"""Planned people hold a line to what they can bring: never above, whoever is added never lowers it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    Floats,
    InfeasibleTotal,
    Limits,
    Period,
    Plan,
    Post,
    allot,
    capacity_of,
    compute_baseline,
    explain,
    head_days,
    understaffed,
    with_capacity,
)
from targetcal_xl.calibration.arrays import Flags
from targetcal_xl.sentences import why
from tests.support.samples import sample_inputs, sample_standing

STANDING = sample_standing((3, 2))
INPUTS, BASELINE = STANDING.inputs, STANDING.baseline
PLAN = INPUTS.plan
LINE, REGION = PLAN.lines[1].code, PLAN.regions[1].code
DAYS = st.dates(dt.date(2024, 9, 1), dt.date(2025, 6, 30))
POSTS = st.builds(
    Post,
    line=st.just(LINE),
    heads=st.sampled_from([0.0, 0.5, 1.0, 7.0]),
    start=st.none() | DAYS,
    end=st.none() | DAYS,
    ramp=st.sampled_from([0.0, 0.5, 2.0, 6.0]),
    output=st.floats(0, 40),
)


def _worked(period: Period) -> Flags:
    return np.array([day.weekday() < 5 for day in period.days])


def _staffed(*posts: Post, plan: Plan = PLAN) -> Plan:
    found, unknown = with_capacity(replace(plan, posts=posts), INPUTS.history, _worked)
    assert unknown == ()
    return found


def test_people_who_bring_less_than_half_of_the_suggestion_are_told_of_as_some_may_be_missing() -> None:
    suggested = BASELINE.suggested
    new_post, all_of_them = Post(region=REGION, output=0.1), float(INPUTS.plan.total_of(suggested))
    plan = _staffed(new_post, Post(line=PLAN.lines[0].code, start=dt.date(2024, 1, 1), output=all_of_them))
    [short] = understaffed(plan, suggested)
    rows = [row for row, line in enumerate(PLAN.lines) if line.region == REGION]
    assert (short.at, short.brings) == (("region", REGION), 0.0)
    assert short.suggested == pytest.approx(float(suggested[rows].sum()))
    assert understaffed(PLAN, suggested) == ()


def _ceiling(*posts: Post) -> float:
    return _staffed(*posts).ceilings["line", LINE]


def _by_hand(post: Post) -> float:
    """Every day for itself, as somebody would count it on a calendar."""
    found = 0.0
    for day in PLAN.period.days:
        is_there = post.start is not None and post.start <= day <= (post.end or dt.date.max)
        if is_there and post.start and day.weekday() < 5:
            months_in = ((day - post.start).days + 0.5) / 30.4375
            found += 1.0 if post.ramp == 0 or months_in >= post.ramp else months_in / post.ramp
    return found


@pytest.mark.parametrize(("months", "told"), [(1.0, None), (6.0, dt.date(2024, 11, 15))])
def test_only_who_still_learns_is_told_with_the_day_they_began(months: float, told: dt.date | None) -> None:
    """They leave before the quarter ends, so each is there for a part of it only."""
    begun = Post(
        LINE, heads=1.0, start=dt.date(2024, 11, 15), end=dt.date(2025, 2, 28), ramp=months, output=9
    )
    found = capacity_of(_staffed(begun), [1])
    assert found is not None
    assert [(post.start, post.end) for post in found.partly] == [(told, dt.date(2025, 2, 28))]


@given(POSTS)
def test_a_head_s_days_are_those_worked_while_it_is_there_by_its_ramp(post: Post) -> None:
    assert head_days(post, PLAN.period, _worked(PLAN.period)) == pytest.approx(_by_hand(post), abs=1e-9)
    days = sum(day.weekday() < 5 for day in PLAN.period.days)
    assert _ceiling(post) == pytest.approx(post.heads * _by_hand(post) / days * (post.output or 0.0))


@given(POSTS, POSTS, st.integers(0, 90), st.floats(0, 3))
def test_more_people_an_earlier_day_and_a_shorter_ramp_never_lower_a_ceiling(
    post: Post, other: Post, days: int, more: float
) -> None:
    now, away = _ceiling(post, other), dt.timedelta(days)
    better = [
        replace(post, heads=post.heads + more),
        replace(post, start=post.start and post.start - away),
        replace(post, ramp=max(post.ramp - more, 0.0)),
        replace(post, end=post.end and post.end + away),
        replace(post, output=(post.output or 0.0) + more),
    ]
    assert all(_ceiling(one, other) >= now - 1e-9 for one in better)
    assert _ceiling(post, other, replace(post, start=None)) == now


@given(st.floats(0, 1.4), st.floats(0.2, 1.4), st.booleans())
def test_the_split_keeps_every_ceiling_and_the_sum_or_says_that_it_cannot_be(
    line: float, region: float, low: bool
) -> None:
    plain = allot(PLAN, BASELINE)
    rows = [row for row, one in enumerate(PLAN.lines) if one.region == REGION]
    ever = dt.date(2020, 1, 1)
    posts = (
        Post(line=LINE, start=ever, output=line * float(plain[1])),
        Post(region=REGION, start=ever, output=region * float(plain[rows].sum())),
    )
    limits = Limits(float(plain[1]) * 0.3 if low else None, float(plain[1]) * 1.2)
    lines = tuple(replace(one, limits=limits) if one.code == LINE else one for one in PLAN.lines)
    plan = _staffed(*posts, plan=replace(PLAN, lines=lines))
    if low and math.floor(line * plain[1] + 1e-9) < math.ceil(0.3 * plain[1] - 1e-9):
        with pytest.raises(InfeasibleTotal):
            allot(plan, BASELINE)
        return
    found = allot(plan, BASELINE)
    assert found.sum() == PLAN.hq_target and (found == np.round(found)).all()
    assert found[1] <= min(line, 1.2) * plain[1] + 1e-6
    assert found[rows].sum() <= region * plain[rows].sum() + 1e-6
    if line < 1 and region < 1:
        free = [row for row in range(len(PLAN.lines)) if row != 1 and row not in rows]
        assert (found[free] >= plain[free]).all()


def test_people_for_less_than_the_target_leave_no_way_and_the_most_they_bring_is_told() -> None:
    posts = [Post(line=one.code, start=dt.date(2020, 1, 1), output=50.9) for one in PLAN.lines]
    with pytest.raises(InfeasibleTotal) as told:
        allot(_staffed(*posts), BASELINE)
    assert told.value.most == 50 * len(PLAN.lines)


def _with_past(values: Sequence[float], one_off: Sequence[float]) -> Floats:
    history = sample_inputs((3, 2), len(values)).history
    known, events = history.values.copy(), history.one_off.copy()
    known[1], events[1] = values, one_off
    again = replace(history, values=known, one_off=events)
    posts = (
        Post(line=LINE, heads=2, start=dt.date(2024, 4, 1)),
        Post(line=LINE, start=dt.date(2024, 7, 1), end=dt.date(2024, 9, 30)),
    )
    plan, unknown = with_capacity(replace(PLAN, posts=posts), again, _worked)
    return np.array([math.nan if unknown else plan.posts[0].brings or 0.0, len(unknown)])


def test_what_a_head_brings_is_the_best_of_a_past_full_day_without_what_comes_once() -> None:
    per_day = {q: sum(d.weekday() < 5 for d in Period(2024, q).days) for q in (1, 2, 3, 4)}
    now = sum(day.weekday() < 5 for day in PLAN.period.days)
    # Nobody was there in the first quarter; two in the second and fourth, three in the third.
    brought, _ = _with_past([900, 60, 96, 80], [0, 0, 0, 16])
    best = max(60 / (2 * per_day[2]), 96 / (3 * per_day[3]), 64 / (2 * per_day[4]))
    assert brought == pytest.approx(2 * best * now)
    _, unknown = _with_past([900, math.nan, math.nan, math.nan], [0, 0, 0, 0])
    assert unknown == 1


def test_whoever_asks_why_is_told_the_ceiling_and_who_makes_it() -> None:
    posts = (
        Post(line=LINE, heads=3, start=dt.date(2022, 1, 1), output=22.0),
        Post(line=LINE, start=dt.date(2025, 2, 15), ramp=2, output=22.0),
        Post(line=LINE, heads=2, output=22.0),
    )
    inputs = replace(INPUTS, plan=_staffed(*posts))
    standing = replace(STANDING, inputs=inputs, baseline=compute_baseline(inputs))
    found = capacity_of(inputs.plan, [1])
    assert found and (found.most, found.heads, found.vacant, found.of_region) == (69, 4, 2, False)
    said = why(explain(standing, [1]), PLAN.metric, "en")
    assert said.endswith(
        " Its share of the HQ target is capped at 69: 4 planned people, 1 from 2025-02-15 with 2 months of"
        " ramp, 2 vacant and not counted. The suggestion is more than that."
    )
    assert capacity_of(inputs.plan, [0]) is None and capacity_of(inputs.plan, [0, 1]) is None


@pytest.mark.parametrize(("own", "is_told"), [(60, False), (80, True)])
def test_people_are_named_only_where_no_limit_of_the_line_s_own_is_lower(own: float, is_told: bool) -> None:
    lines = tuple(replace(one, limits=Limits(high=own)) if one.code == LINE else one for one in PLAN.lines)
    post = Post(line=LINE, heads=3, start=dt.date(2022, 1, 1), output=24.0)
    found = capacity_of(_staffed(post, plan=replace(PLAN, lines=lines)), [1])
    assert (found is not None) is is_told
