"""What no single word of a plan.toml shows: codes that stand twice, loose ends, odd sums and days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ..calibration import plan
from ..calibration.baseline import PARTS
from ..figures import typed
from ..problems import Problem
from ..workdays import calendar_problems
from .plan_schema import LimitedWords, PlanPlace, PlanWords

_WHOLE_STEPS = 1e-6
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MOST_STEPS = 1e9
"""A target of more steps than this has a slip of the pen in one of the two."""


def plan_faults(said: PlanWords) -> list[Problem]:
    """Everything that is wrong between the words of a plan, each with its `PlanPlace`."""
    problems = [*_twice(said), *_loose_ends(said), *_sums(said), *_locked_twice(said), *_calendar(said)]
    return [*problems, *_notices(said), *_letter_care(said), *_day_shares(said), *_posts(said)]


def _twice(said: PlanWords) -> Iterator[Problem]:
    """Codes that two things of one kind share, and names that two regions, or lines of a region, share."""
    indicators = [indicator for driver in said.drivers for indicator in driver.indicators]
    yield from _repeats("regions", "code", (region.code for region in said.regions))
    if said.groups:
        nodes = [*(region.code for region in said.regions), *(group.code for group in said.groups)]
        yield from _repeats("groups", "code", nodes)
    yield from _repeats("regions", "name", (region.name for region in said.regions))
    yield from _repeats("lines", "code", (line.code for line in said.lines))
    yield from _repeats("lines", "name", (f"{line.name} ({line.region})" for line in said.lines))
    yield from _repeats("drivers", "code", (driver.code for driver in said.drivers))
    yield from _repeats("indicators", "code", (indicator.code for indicator in indicators))


def _repeats(table: str, key: str, said: Iterable[str]) -> Iterator[Problem]:
    for value, times in Counter(map(str.casefold, said)).items():
        if times > 1:
            yield Problem("plan_twice", PlanPlace(table, key), {"value": value, "times": times})


def _loose_ends(said: PlanWords) -> Iterator[Problem]:
    """What points nowhere: lines without a region, regions without a line, days and periods far away."""
    if not _FIRST_YEAR <= said.period.year <= _LAST_YEAR:
        fields = {"value": str(said.period), "first": str(_FIRST_YEAR), "last": str(_LAST_YEAR)}
        yield Problem("plan_year", PlanPlace("period"), fields)
    regions = {region.code: region.name for region in said.regions}
    for place, line in enumerate(said.lines):
        if line.region not in regions:
            where = PlanPlace("lines", place, "region")
            yield Problem("plan_region_unknown", where, {"value": line.region, "known": [*regions]})
    used = {line.region for line in said.lines}
    for place, region in enumerate(said.regions):
        if region.code not in used:
            yield Problem("plan_region_empty", PlanPlace("regions", place), {"value": region.name})
        names = [person.name for person in (region.head, region.deputy) if person]
        if region.superior.name in names:
            yield Problem("plan_same_person", PlanPlace("regions", place), {"value": region.superior.name})
    for place, day in enumerate(said.milestones):
        if not said.period.start <= day <= said.period.end:
            fields = {"value": str(day), "period": str(said.period)}
            yield Problem("plan_milestone_outside", PlanPlace("milestones", place), fields)


def _sums(said: PlanWords) -> Iterator[Problem]:
    """Shares that do not add up to 1, and a target that is no whole number of steps."""
    for place, driver in enumerate(said.drivers):
        if driver.code in PARTS:
            yield Problem("plan_reserved", PlanPlace("drivers", place, "code"), {"value": driver.code})
        total = sum(indicator.share for indicator in driver.indicators)
        if abs(total - 1) > plan.SHARES_ADD_UP:
            fields = {"value": driver.name, "sum": typed(total)}
            yield Problem("plan_shares", PlanPlace("drivers", place), fields)
    steps = said.hq_target / said.metric.step
    if steps > _MOST_STEPS:
        fields = {"count": typed(steps), "step": typed(said.metric.step)}
        yield Problem("plan_many_steps", PlanPlace("hq_target"), fields)
    elif abs(steps - round(steps)) > _WHOLE_STEPS:
        fields = {"value": typed(said.hq_target), "step": typed(said.metric.step)}
        yield Problem("plan_steps", PlanPlace("hq_target"), fields)


def _locked_twice(said: PlanWords) -> Iterator[Problem]:
    """What is locked at a number, and has limits beside it."""
    tables: dict[str, Iterable[LimitedWords]] = {
        "regions": said.regions,
        "lines": said.lines,
        "groups": said.groups,
    }
    for table, nodes in tables.items():
        for place, node in enumerate(nodes):
            if node.locked is not None and (node.low, node.high) != (None, None):
                yield Problem("plan_locked_limits", PlanPlace(table, place))


def _calendar(said: PlanWords) -> list[Problem]:
    """A country that nobody knows, and days that cannot be meant."""
    if said.calendar is None:
        return []
    return calendar_problems(said.calendar.calendar, said.period.year, PlanPlace("calendar"))


def _notices(said: PlanWords) -> Iterator[Problem]:
    """Robots that nobody knows or that stand twice, addresses that are none, deadlines out of order."""
    yield from _repeats("robots", "code", (robot.code for robot in said.robots))
    known = {robot.code for robot in said.robots}
    for place, person in said.people:
        if person.robot and person.robot not in known:
            fields = {"value": person.robot, "known": sorted(known)}
            yield Problem("plan_robot_unknown", PlanPlace(*place, "robot"), fields)
        if re.search(plan.ODD_IN_MAIL, person.mail):
            yield Problem("plan_mail_odd", PlanPlace(*place, "mail"), {"value": person.mail})
    if sorted(set(said.deadlines)) != said.deadlines:
        yield Problem("plan_deadlines", PlanPlace("deadlines"))


def _letter_care(said: PlanWords) -> Iterator[Problem]:
    """A folder that names what nobody knows, and two people's under one number."""
    for fault in plan.folder_faults(said.letters.folder):
        fields = {"value": fault, "known": [*plan.FOLDER_FIELDS]}
        yield Problem("plan_letter_folder", PlanPlace("letters", "folder"), fields)
    owners: dict[str, str] = {}
    for place, person in said.people:
        if person.employee and owners.setdefault(person.employee.casefold(), person.name) != person.name:
            fields = {"value": person.employee, "other": owners[person.employee.casefold()]}
            yield Problem("plan_employee_twice", PlanPlace(*place, "employee"), fields)


def _day_shares(said: PlanWords) -> Iterator[Problem]:
    """Shares of the target that do not rise from day to day within the period."""
    shares = said.days.shares
    days = [said.period.start, *(one.day for one in shares), said.period.end]
    rises = all(one.share < other.share for one, other in pairwise(shares))
    if shares and not (rises and days[0] <= days[1] and all(a < b for a, b in pairwise(days[1:]))):
        yield Problem("plan_day_shares", PlanPlace("days", "shares"), {"period": str(said.period)})


def _posts(said: PlanWords) -> Iterator[Problem]:
    """People of nobody, of a region and of its lines at once, or gone before they come."""
    counted = said.metric.metric(said.hq_target)
    if said.posts and not (counted.adds_up and counted.direction > 0):
        yield Problem("plan_posts_metric", PlanPlace("posts"))
    known = {"line": {line.code: line.region for line in said.lines}}
    known["region"] = {region.code: region.code for region in said.regions}
    whole = {post.region for post in said.posts if post.region}
    for place, post in enumerate(said.posts):
        kind, code = ("line", post.line) if post.line else ("region", post.region)
        if bool(post.line) == bool(post.region):
            yield Problem("plan_post_place", PlanPlace("posts", place))
        elif code not in known[kind]:
            yield Problem("plan_post_unknown", PlanPlace("posts", place, kind), {"value": code})
        elif kind == "line" and known[kind][code] in whole:
            fields = {"value": code, "region": known[kind][code]}
            yield Problem("plan_post_twice", PlanPlace("posts", place, kind), fields)
        if post.start and post.end and post.end < post.start:
            yield Problem("post_days", PlanPlace("posts", place, "end"))
