"""Groups and limits of a plan: whether they hang together, and whether they leave a way to the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from ..calibration import Conflict, Group, InfeasibleTotal, Line, Plan, Region, check_limits
from ..calibration.hierarchy import paths
from ..problems import Problem

_DEEPEST = 16
"""Levels of groups; nobody has so many, and every one is walked."""

TreePath = tuple[int | str, ...]
"""Where in the file: `("lines", 0, "group")`."""
Fault = tuple[TreePath, str, Mapping[str, object]]
"""Place, problem code and the fields of its sentence."""


def tree_faults(plan: Plan) -> list[Fault]:
    """What is wrong with the groups, else which are empty, else what is wrong with the limits."""
    return list(_deep(plan)) or list(_groups(plan)) or list(_empty(plan)) or list(_limits(plan))


def infeasible(plan: Plan, refused: InfeasibleTotal) -> list[Problem]:
    """Each conflict of a split that cannot be, as a problem that names its node."""
    return [
        Problem(code, "", fields) for _, code, fields in (_conflict(plan, one) for one in refused.conflicts)
    ]


def _deep(plan: Plan) -> Iterator[Fault]:
    """Groups in groups in groups, and so on."""
    groups = {group.code: group for group in plan.groups}
    for at, group in enumerate(plan.groups):
        above = list(islice(_above(groups, group.code), _DEEPEST + 1))
        if len(above) > _DEEPEST:
            yield ("groups", at, "parent"), "plan_group_deep", {"value": group.name, "most": _DEEPEST}


def _groups(plan: Plan) -> Iterator[Fault]:
    groups = {group.code: group for group in plan.groups}
    regions = {region.code for region in plan.regions}
    known = {"known": [*groups] or "–"}
    for at, group in enumerate(plan.groups):
        if group.parent and group.parent not in groups and group.parent not in regions:
            yield ("groups", at, "parent"), "plan_group_unknown", {"value": group.parent, **known}
        elif group.code in list(_above(groups, group.parent)):
            yield ("groups", at, "parent"), "plan_group_circle", {"value": group.name}
    for at, region in enumerate(plan.regions):
        if region.group and region.group not in groups:
            yield ("regions", at, "group"), "plan_group_unknown", {"value": region.group, **known}
        elif regions & set(_above(groups, region.group)):
            fields = {"value": groups[region.group].name, "name": region.name}
            yield ("regions", at, "group"), "plan_group_inside", fields
    for at, line in enumerate(plan.lines):
        if line.group and line.group not in groups:
            yield ("lines", at, "group"), "plan_group_unknown", {"value": line.group, **known}
        elif line.group and line.region not in _above(groups, line.group):
            fields = {"value": groups[line.group].name, "name": line.region}
            yield ("lines", at, "group"), "plan_group_elsewhere", fields


def _above(groups: Mapping[str, Group], code: str) -> Iterator[str]:
    """A node's code and those above it; a circle is walked once."""
    seen: set[str] = set()
    while code and code not in seen:
        yield code
        seen.add(code)
        code = groups[code].parent if code in groups else ""


def _empty(plan: Plan) -> Iterator[Fault]:
    """Groups that no line is under."""
    groups = {group.code: group for group in plan.groups}
    used = {code for line in plan.lines for code in _above(groups, line.group)}
    used |= {code for region in plan.regions for code in _above(groups, region.group)}
    for at, group in enumerate(plan.groups):
        if group.code not in used:
            yield ("groups", at), "plan_group_empty", {"value": group.name}


def _limits(plan: Plan) -> Iterator[Fault]:
    try:
        check_limits(plan)
    except InfeasibleTotal as refused:
        yield from (_conflict(plan, one) for one in refused.conflicts)


def _conflict(plan: Plan, one: Conflict) -> Fault:
    """One conflict: where its node stands in the plan, what it is called, and what does not fit."""
    nodes: Mapping[str, tuple[Group | Region | Line, ...]] = {
        "groups": plan.groups,
        "regions": plan.regions,
        "lines": plan.lines,
    }
    weight = _weight(plan, one)
    low, high, least, most = (bound / weight for bound in (one.low, one.high, one.least, one.most))
    bounds = {"least": float(least), "most": float(most)}
    step = {"step": float(plan.metric.step)}
    if one.level < 0:
        fields = {"value": float(plan.hq_target), **bounds, **step}
        reason = "limits_of_people" if plan.ceilings and one.most < one.low else "limits_of_total"
        return ("hq_target",), "plan_steps" if one.least <= one.low <= one.most else reason, fields
    place, node = next(
        ((table, at), node)
        for table, found in nodes.items()
        for at, node in enumerate(found)
        if node.code == one.code
    )
    limits = {"low": float(low), "high": float(high), **bounds}
    held = "limits_of_posts" if plan.bounds(node) != node.limits else "limits_without_step"
    code = held if one.least > one.most else "limits_of_node"
    return place, code, {"name": node.name, **limits, **step}


def _weight(plan: Plan, one: Conflict) -> float:
    """What the bounds of a conflict are times of: those of a mean are told as a mean's."""
    if plan.metric.adds_up:
        return 1.0
    pairs = zip(plan.lines, paths(plan), plan.volumes, strict=True)
    below = (
        volume for line, way, volume in pairs if one.code in {"", line.code, *(node.code for node in way)}
    )
    return sum(below)
