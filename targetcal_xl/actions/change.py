"""Changing a confirmed target while its period runs: asked for, approved by its size, in force from a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from ..calibration import (
    Course,
    Line,
    Metric,
    Plan,
    Region,
    Standing,
    Value,
    approvers,
    as_number,
    hq_gap,
    is_hrbp,
    is_multiple,
    kept,
    may_decide,
    pro_rata,
)
from ..calibration.vocabulary import ChangeState, Role, Trigger
from ..desk import Desk, Stock, find_line, find_region, take_stock, text_faults
from ..figures import Figures, percent
from ..language import is_placeholder, listed, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUESTION, QUIET, WRONG, Part, Report, Sentence
from ..workdays import plan_shape
from .check import broken_seals
from .confirm import summary

FIELDS = ("to", "from", "trigger", "withdraw", "asked_by", "reason")
"""What a request says, each recorded as `change.<field>`."""

_MARKS = {ChangeState.ASKED: QUESTION, ChangeState.APPROVED: DONE, ChangeState.DECLINED: WRONG}


@dataclass(frozen=True)
class Changed:
    """A change of a line's target: what was asked for, and how far it has come."""

    region: str
    line: str
    state: ChangeState
    since: dt.date
    """The day from which it holds."""
    to: float
    """The target that would hold if all of the period were like that."""
    before: float
    after: float
    """The target in force without and with it."""
    trigger: Trigger
    reason: str
    asked_by: str
    approved: tuple[Role, ...]
    missing: tuple[str, ...]
    """Names of those who have to approve still."""
    withdrawn: str = ""
    """The support that goes with it."""


@dataclass(frozen=True)
class ChangeReport(Report):
    """The last change of every line that has one, and what the plan comes to with those that are in force."""

    changes: tuple[Changed, ...]
    total: float
    hq_gap: float
    metric: Metric

    @property
    def leaves_work(self) -> bool:
        """Whether a change waits for an approval."""
        return any(one.state == ChangeState.ASKED for one in self.changes)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if not self.changes:
            yield Sentence(text("telling.change.none", language), QUIET)
            return
        told = Figures(self.metric, language)
        for one in self.changes:
            fields = {"since": one.since, "by": one.asked_by, "reason": one.reason, "to": told.number(one.to)}
            fields |= {"before": told.number(one.before), "after": told.number(one.after)}
            fields |= {"trigger": text(f"workbook.change.trigger.{one.trigger}", language)}
            missing = listed(one.missing, language)
            said = text(f"telling.change.{one.state}", language, **fields, missing=missing)
            yield Sentence(said, _MARKS[one.state], f"{one.region} / {one.line}")
            if one.withdrawn:
                withdrawn = text("telling.change.withdrawn", language, support=one.withdrawn)
                yield Sentence(withdrawn, indented=True)
        gap = percent(self.hq_gap, language, 1, signed=True)
        yield Sentence(text("telling.change.total", language, total=told.total(self.total), gap=gap))
        if any(one.state == ChangeState.APPROVED for one in self.changes):
            yield Sentence(text("telling.change.letters", language))


def change_as_said(
    desk: Desk,
    region: str,
    line: str,
    to: float | None,
    since: dt.date | None,
    trigger: str,
    withdraw: str,
    approve: str,
    reason: str,
) -> ChangeReport:
    """List changes where nothing is named, answer one where an answer is given, ask for one otherwise.

    Raise Refused for half of a request.
    """
    if approve and region and line:
        return answer_change(desk, region, line, approve == "yes", reason)
    if region and line and to is not None and since is not None:
        return ask_change(desk, region, line, to, since, trigger, reason, withdraw)
    if any((region, line, to is not None, since, trigger, withdraw, approve)):
        raise Refused([Problem("change_needs")])
    return changes(desk)


def changes(desk: Desk) -> ChangeReport:
    """The last change of every line that has one."""
    stock = take_stock(desk)
    return _report(stock.standing)


def ask_change(
    desk: Desk,
    region: str,
    line: str,
    to: float,
    since: dt.date,
    trigger: str,
    reason: str,
    withdraw: str = "",
) -> ChangeReport:
    """Ask for another target of a confirmed line: `to` is that of the whole period, it holds from `since`.

    What has passed stays: of `to` counts the share of the path that is still ahead. `withdraw` is the code
    of a granted support that goes with it. Raise Refused for a region that is not confirmed, a line
    whose change still waits, a day before today or outside the period, and a trigger that the plan does
    not list; DataProblems for what cannot be recorded.
    """
    stock = take_stock(desk)
    found, row = _confirmed(stock, region, line)
    place = f"{found.name} / {row.name}"
    problems = [*_faults(stock, place, to, since, trigger, reason), *_unknown(stock, found, place, withdraw)]
    if problems:
        raise Refused(problems)
    if faults := list(text_faults(place, reason)):
        raise DataProblems(faults)
    said: dict[str, Value] = {
        "to": to,
        "from": since.isoformat(),
        "trigger": trigger,
        "withdraw": withdraw or None,
        "asked_by": desk.actor,
        "reason": reason.strip(),
        "superior": None,
        "hrbp": None,
        "state": ChangeState.ASKED,
    }
    return _report(stock.settle(list(_told(stock.standing, row, said, reason))))


def answer_change(desk: Desk, region: str, line: str, approves: bool, reason: str) -> ChangeReport:
    """Approve or decline a change that was asked for; it is in force once everybody has approved who has to.

    That is the superior, and from the objection threshold on the HR business partner too, neither of them
    whoever asked. Raise Refused for anybody else, where nothing waits, once its day has passed, and without
    a reason; DataProblems for a region whose seal is broken and for a text that cannot be kept.
    """
    stock = take_stock(desk)
    found, row = _confirmed(stock, region, line, waiting=True)
    place = f"{found.name} / {row.name}"
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing", place)])
    if faults := list(text_faults(place, reason)):
        raise DataProblems(faults)
    change = _change(stock.standing, row)
    if approves and change.since < desk.clock().date():
        raise Refused([Problem("change_late", place, {"since": change.since})])
    role = _role(desk.actor, found, change, place)
    said: dict[str, Value] = {role: desk.actor} if approves else {"state": ChangeState.DECLINED}
    events = list(_told(stock.standing, row, said, reason))
    if approves and not {*_needed(stock.plan, change)} - {*change.approved, role}:
        events += _in_force(stock, row, change, reason)
    return _report(stock.settle(events))


def _confirmed(stock: Stock, region: str, line: str, waiting: bool = False) -> tuple[Region, Line]:
    """A line of a confirmed region, whose change waits for an answer, or does not."""
    found = find_region(stock.plan, region)
    row = find_line(stock.plan, found, line)
    place, side = f"{found.name} / {row.name}", stock.table(found)
    if not side.allows("approve" if waiting else "change"):
        raise Refused([Problem("region_not_confirmed", found.name)])
    if problems := list(broken_seals(stock, found)):
        raise DataProblems(problems)
    is_asked = side.of(row.code, "change.state") == ChangeState.ASKED
    if is_asked != waiting:
        raise Refused([Problem("change_waits" if is_asked else "change_none", place)])
    return found, row


def _faults(
    stock: Stock, place: str, to: float, since: dt.date, trigger: str, reason: str
) -> Iterator[Problem]:
    plan, today = stock.plan, stock.desk.clock().date()
    if not to >= 0 or not is_multiple(to, plan.metric.step):
        yield Problem("change_target", place, {"found": to, "step": plan.metric.step})
    first, last = max(plan.period.start, today), plan.period.end
    if first > last:
        yield Problem("change_over", place, {"period": plan.period, "last": last})
    elif not first <= since <= last:
        yield Problem("change_day", place, {"found": since, "first": first, "last": last})
    if trigger not in plan.triggers:
        yield Problem("change_trigger", place, {"found": trigger, "known": plan.triggers})
    if is_placeholder(reason):
        yield Problem("reason_missing", place)


def _unknown(stock: Stock, region: Region, place: str, withdraw: str) -> Iterator[Problem]:
    """A support that is to be withdrawn and was never granted."""
    if withdraw and stock.standing.value(region.code, withdraw, "granted") != "yes":
        yield Problem("change_support", place, {"said": withdraw})


def _role(actor: str, region: Region, change: Changed, place: str) -> Role:
    """As what this person answers."""
    if is_hrbp(actor, region) and not is_hrbp(change.asked_by, region):
        return Role.HRBP
    if code := may_decide(actor, region, change.asked_by):
        raise Refused([Problem(code, place, {"actor": actor, "superior": region.superior.name})])
    return Role.SUPERIOR


def _told(standing: Standing, line: Line, said: dict[str, Value], reason: str) -> Iterator[Event]:
    """What is recorded of a change, where it is news."""
    for field, new in said.items():
        old = standing.value(line.region, line.code, f"change.{field}")
        if old != new:
            yield Event("change", line.region, line.code, f"change.{field}", old, new, reason)


def _in_force(stock: Stock, line: Line, change: Changed, reason: str) -> Iterator[Event]:
    """What approving a change does: the line's target and path, the support, and what all lines come to."""
    standing = stock.standing
    course = _course(standing, line).turned(change.since, change.after)
    new: dict[str, Value] = {
        "agreed": change.after,
        "in_force": change.after,
        "course": str(course),
        "change.state": ChangeState.APPROVED,
    }
    for field, value in new.items():
        old = standing.value(line.region, line.code, field)
        if old != value:
            yield Event("change", line.region, line.code, field, old, value, reason)
    if change.withdrawn:
        for field, value in (("granted", "no"), ("granted_reason", reason.strip())):
            old = standing.value(line.region, change.withdrawn, field)
            yield Event("change", line.region, change.withdrawn, field, old, value, reason)
    yield from summary("change", standing, _total(standing, {line.code: change.after}), reason)


def _course(standing: Standing, line: Line) -> Course:
    return standing.course(line) or Course(standing.in_force(line) or 0.0)


def _needed(plan: Plan, change: Changed) -> tuple[Role, ...]:
    return approvers(plan, change.before, change.after)


def _total(standing: Standing, changed: dict[str, float] | None = None) -> float:
    """What the targets in force come to, with some of them changed."""
    plan = standing.inputs.plan
    values = {line.code: standing.in_force(line) for line in plan.lines} | (changed or {})
    return kept(plan.total([values[line.code] for line in plan.lines]) or 0.0)


def _report(standing: Standing) -> ChangeReport:
    plan = standing.inputs.plan
    asked = (line for line in plan.lines if standing.value(line.region, line.code, "change.state"))
    total = _total(standing)
    found = tuple(_change(standing, line) for line in asked)
    return ChangeReport(found, total, hq_gap(plan.hq_target, total), plan.metric)


def _change(standing: Standing, line: Line) -> Changed:
    """A line's last change, from what was recorded of it."""
    plan = standing.inputs.plan
    region = plan.region(line.region)
    said = {field: standing.value(line.region, line.code, f"change.{field}") for field in FIELDS}
    state = ChangeState(str(standing.value(line.region, line.code, "change.state")))
    since, to = dt.date.fromisoformat(str(said["from"])), as_number(said["to"]) or 0.0
    before, after = _both_sides(standing, line, since, to, state)
    roles = (Role.SUPERIOR, Role.HRBP)
    approved = tuple(role for role in roles if standing.value(line.region, line.code, f"change.{role}"))
    names = {Role.SUPERIOR: region.superior.name, Role.HRBP: region.hrbp.name}
    due = approvers(plan, before, after) if state == ChangeState.ASKED else ()
    return Changed(
        region=region.name,
        line=line.name,
        state=state,
        since=since,
        to=to,
        before=before,
        after=after,
        trigger=cast(Trigger, str(said["trigger"])),
        reason=str(said["reason"]),
        asked_by=str(said["asked_by"]),
        approved=approved,
        missing=tuple(names[role] for role in due if role not in approved),
        withdrawn=str(said["withdraw"] or ""),
    )


def _both_sides(
    standing: Standing, line: Line, since: dt.date, to: float, state: ChangeState
) -> tuple[float, float]:
    """The target in force without and with a change."""
    plan, course = standing.inputs.plan, _course(standing, line)
    if state == ChangeState.APPROVED:
        earlier = [target for day, target in course.turns if day < since]
        return (earlier or [course.confirmed])[-1], course.target
    days = plan.period.days
    weights = plan_shape(standing.inputs).shares
    return course.target, pro_rata(course, since, to, days, weights, plan.metric)
