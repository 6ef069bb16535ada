"""What planned people can bring: a ceiling for the line or the region that they work for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .hierarchy import CLOSE
from .history import History
from .period import Period
from .plan import Limits, Plan, Post

MONTH: Final = 365.25 / 12
"""Days of a month of ramp."""

_FEW: Final = 0.5
"""People who bring less than this share of the suggestion are probably not all who are there."""
_Place = tuple[str, str]
"""`line` or `region`, and its code."""

Worked = Callable[[Period], Flags]
"""Which days of a period, (D,), are worked."""


@dataclass(frozen=True)
class Capacity:
    """What the planned people of a line, or of its region together, can bring in the plan's period.

    `most` is in whole steps of the metric. `partly` are the posts that are there for a part of the period
    only, or still learn: each with what of its first and last day has to do with that. `vacant` heads have
    no first day and count for nothing.
    """

    most: float
    heads: float
    partly: tuple[Post, ...]
    vacant: float
    of_region: bool
    """Whether it is the region's, whose lines share it."""


def head_days(post: Post, period: Period, worked: Flags) -> float:
    """Full working days that one head of a post has in a period whose days, (D,), are `worked` or not.

    A head is there from its first day to its last. What it brings grows evenly from nothing on the first
    day to all at the end of its ramp; a day counts as at its middle. A post without a first day has none.
    """
    if post.start is None:
        return 0.0
    days = np.array([day.toordinal() for day in period.days])
    since = days - post.start.toordinal()
    last = math.inf if post.end is None else post.end.toordinal()
    there = worked & (since >= 0) & (days <= last)
    ramp = post.ramp * MONTH
    grown = np.clip((since + 0.5) / ramp, 0.0, 1.0) if ramp else np.ones(len(days))
    return float(grown[there].sum())


def best_output(values: Floats, heads: Floats, whole: Floats) -> float:
    """The most that a head has brought on a full working day of a past period; NaN where none tells.

    `values`, (T,) in the metric's unit, are what periods brought with `heads` (T,) head-days, and `whole`
    (T,) working days: a period counts that had at least one full head.
    """
    usable = np.isfinite(values) & (heads >= whole) & (whole > 0)
    return float((values[usable] / heads[usable]).max()) if usable.any() else math.nan


def with_capacity(plan: Plan, history: History, worked: Worked) -> tuple[Plan, tuple[int, ...]]:
    """The plan with what each of its posts brings, and the places of those whose output nobody can tell.

    A post brings heads x full working days x output a day. The output is what the plan says of a full
    period, over the period's working days, or the best that people of the same line or region have brought
    on a full day, without one-off events, in a past period.
    """
    learnt: dict[_Place, float] = {}
    posts, unknown = list[Post](), list[int]()
    days = worked(plan.period)
    for place, post in enumerate(plan.posts):
        full = head_days(post, plan.period, days)
        counted = post.heads * full / max(int(days.sum()), 1)
        output = post.output
        if output is None and counted:
            if post.at not in learnt:
                learnt[post.at] = _learnt(plan, history, worked, post.at) * int(days.sum())
            output = learnt[post.at]
        if output is not None and math.isnan(output):
            unknown.append(place)
            output = None
        posts.append(replace(post, counted=counted, brings=counted * output if output else 0.0))
    return replace(plan, posts=tuple(posts)), tuple(unknown)


def _learnt(plan: Plan, history: History, worked: Worked, at: _Place) -> float:
    """The best output of a head's full day in a past period; NaN where there is none to learn from."""
    rows = [
        row for row, line in enumerate(plan.lines) if at in (("line", line.code), ("region", line.region))
    ]
    past = history.before(plan.period)
    values = (past.values - past.one_off)[rows].sum(axis=0)
    own = [post for post in plan.posts if post.at == at]
    whole = [worked(period) for period in past.periods]
    heads = [
        math.fsum(post.heads * head_days(post, period, days) for post in own)
        for period, days in zip(past.periods, whole, strict=True)
    ]
    return best_output(values, np.array(heads), np.array([float(days.sum()) for days in whole]))


@dataclass(frozen=True)
class Understaffing:
    """A line or region (`at`) whose planned people bring far less than `suggested`, in the metric's unit."""

    at: _Place
    brings: float
    suggested: float


def understaffed(plan: Plan, suggested: Floats) -> tuple[Understaffing, ...]:
    """Where people bring less than half of what is `suggested`, (lines,) in the metric's unit: some may be
    missing.
    """
    return tuple(_understaffed(plan, suggested))


def _understaffed(plan: Plan, suggested: Floats) -> Iterator[Understaffing]:
    for (kind, code), brings in plan.ceilings.items():
        own = [code == (line.code if kind == "line" else line.region) for line in plan.lines]
        expected = float(suggested[own].sum())
        if brings < _FEW * expected:
            yield Understaffing((kind, code), brings, expected)


def capacity_of(plan: Plan, rows: Sequence[int]) -> Capacity | None:
    """The capacity that holds a line, or all of a region's, by places.

    None where no people are told of, or a limit of its own allows less than they can bring.
    """
    if not plan.posts or not rows:
        return None
    lines = [plan.lines[row] for row in rows]
    region = lines[0].region
    known = _by_place(plan)
    if len(lines) == 1 and ("line", lines[0].code) in known:
        return _capacity(plan, ("line", lines[0].code), known)
    whole = {line.region for line in lines} == {region} and len(lines) == len(plan.lines_of(region))
    if ("region", region) in known and (whole or len(lines) == 1):
        return _capacity(plan, ("region", region), known)
    return None


def _by_place(plan: Plan) -> Mapping[_Place, list[Post]]:
    found: dict[_Place, list[Post]] = {}
    for post in plan.posts:
        found.setdefault(post.at, []).append(post)
    return found


def _capacity(plan: Plan, at: _Place, known: Mapping[_Place, Sequence[Post]]) -> Capacity | None:
    step, posts = plan.metric.step, known[at]
    most = plan.ceilings.get(at, 0.0)
    own = _limits_at(plan, at).high
    if own is not None and own < most:
        return None
    here = [post for post in posts if post.counted > 0]
    return Capacity(
        most=math.floor(most / step + CLOSE) * step,
        heads=math.fsum(post.heads for post in here),
        partly=tuple(_told(post, plan.period) for post in here if post.counted < post.heads * (1 - CLOSE)),
        vacant=math.fsum(post.heads for post in posts if post.start is None),
        of_region=at[0] == "region",
    )


def _limits_at(plan: Plan, at: _Place) -> Limits:
    kind, code = at
    nodes = plan.lines if kind == "line" else plan.regions
    return next(node.limits for node in nodes if node.code == code)


def _told(post: Post, period: Period) -> Post:
    """A post without the days that have nothing to do with this period."""
    start, end = post.start, post.end
    if start and start + dt.timedelta(days=math.ceil(post.ramp * MONTH)) <= period.start:
        start = None
    return replace(post, start=start, end=end if end and end < period.end else None)
