"""What a commitment letter says: one region's agreement, as numbers, dates and people's words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field

import numpy as np

from .arrays import Floats
from .course import course_path
from .explanation import Explanation, explain
from .metric import Metric
from .period import Period
from .plan import ADDED, Line, Region, Thresholds
from .progress import target_path
from .standing import Standing, Value, as_number
from .supports import SaysNothing, in_words_only, sees_to, support_items
from .vocabulary import JUSTIFICATION, ChangeState, ObjectionState


@dataclass(frozen=True)
class Targets:
    """The numbers of a line, or of a region whose lines add up, in the metric's unit; NaN where unknown."""

    last_year: float
    suggested: float
    low: float
    high: float
    declared: float
    agreed: float


@dataclass(frozen=True)
class Turned:
    """What a target became in the period: from a day on `to` for the whole of it, in all `after`."""

    since: dt.date
    to: float
    before: float
    after: float
    trigger: str
    reason: str


@dataclass(frozen=True)
class LineCommitment:
    """What was agreed for one line, and why."""

    name: str
    targets: Targets
    decision: str = ""
    reason: str = field(default="", metadata=ADDED)
    explanation: Explanation | None = None
    """How the suggestion came about."""
    turned: Turned | None = field(default=None, metadata=ADDED)
    """The last change since it was confirmed."""
    risk: str = field(default="", metadata=ADDED)
    """What the region's head says might come in the way."""


@dataclass(frozen=True)
class Grant:
    """A support that the superior granted or declined; `line` is a name, empty for the whole region."""

    line: str
    kind: str
    what: str
    quantity: float | None
    unit: str
    due: dt.date | None
    reason: str = field(default="", metadata=ADDED)
    """Why, where that was said."""
    owner: str = field(default="", metadata=ADDED)
    """Who sees to a support that was granted."""


@dataclass(frozen=True)
class Milestone:
    """A day on which the region is judged: where its path is by then, and from where on that is missed."""

    day: dt.date
    share: float
    """How much of the path is behind it, of 1."""
    target: float = math.nan
    """In the metric's unit; NaN, like the limit, where lines do not add up."""
    limit: float = math.nan


@dataclass(frozen=True)
class Objection:
    """A line that was declared far from its suggestion: the region's grounds, and what became of them."""

    line: str
    basis: str
    support: str
    risk: str
    handled: bool
    handling: str = ""
    declared: float = field(default=math.nan, metadata=ADDED)
    """What was declared when it was raised, beside what was `suggested`."""
    suggested: float = field(default=math.nan, metadata=ADDED)
    lifted: float | None = field(default=None, metadata=ADDED)
    """The later declaration that no longer objects."""
    outcome: str = field(default="", metadata=ADDED)
    """What the talk about it came to, one of `TALK_OUTCOMES`; empty without one."""

    @property
    def state(self) -> str:
        """One of `OBJECTIONS`."""
        return (
            ObjectionState.HANDLED
            if self.handled
            else ObjectionState.OPEN
            if self.lifted is None
            else ObjectionState.LIFTED
        )


@dataclass(frozen=True)
class Letter:
    """One version of a region's commitment letter, free of any language."""

    number: str
    version: int
    replaces: str
    """Number of the letter this one corrects; empty for a first version."""
    issued: dt.date
    company: str
    period: Period
    metric: Metric
    region: Region
    lines: tuple[LineCommitment, ...]
    total: Targets | None
    """None when lines of this metric do not add up."""
    history: tuple[tuple[Period, float], ...]
    """The region's past totals, oldest first, where every line is known; empty without a total."""
    grants: tuple[Grant, ...]
    objections: tuple[Objection, ...]
    chain_head: str
    """Hash of the ledger's last entry when the letter was issued."""
    explanation: Explanation | None = None
    """How the suggestions of all lines came about together; None without a total."""
    declined: tuple[Grant, ...] = field(default=(), metadata=ADDED)
    """Supports that were asked for and not granted."""
    replaced_head: str = field(default="", metadata=ADDED)
    """The `chain_head` of the letter that this one replaces."""
    replaced_issued: dt.date | None = field(default=None, metadata=ADDED)
    """When that was issued: its targets were in force from then until this one's."""
    milestones: tuple[Milestone, ...] = field(default=(), metadata=ADDED)
    """Those of the plan and the period's last day, in order."""
    thresholds: Thresholds | None = field(default=None, metadata=ADDED)
    """By which lines are warned of; None in letters from before they said so."""
    rests_on: str = field(default="", metadata=ADDED)
    """Number of the region's letter, in that of a representative."""


def letter_number(plan_code: str, region_code: str, version: int) -> str:
    """The number that a letter is known by: `<plan>-<region>-V<version>`."""
    return f"{plan_code}-{region_code}-V{version}"


def compose(
    standing: Standing,
    region: str,
    *,
    replaced: Letter | None = None,
    issued: dt.date,
    chain_head: str,
    handling: Mapping[str, str],
    day_weights: Floats,
    says_nothing: SaysNothing,
) -> Letter:
    """The next letter of a region whose lines are all agreed, which takes the place of `replaced`.

    `handling` is by line code what was done about its objection, `day_weights` (D,) the days' shares; what
    `says_nothing` is no risk. Raise KeyError for an unknown region, ValueError when a line is not agreed.
    """
    plan, version = standing.inputs.plan, replaced.version + 1 if replaced else 1
    own = plan.lines_of(region)
    return Letter(
        number=letter_number(plan.code, region, version),
        version=version,
        replaces=replaced.number if replaced else "",
        issued=issued,
        company=plan.company,
        period=plan.period,
        metric=plan.metric,
        region=plan.region(region),
        lines=tuple(_commitment(standing, line, says_nothing) for line in own),
        total=_total(plan.metric, (_targets(standing, line) for line in own)),
        history=_history(standing, region),
        grants=tuple(_grants(standing, region, "yes")),
        objections=tuple(_objections(standing, own, handling)),
        chain_head=chain_head,
        explanation=_explanation(standing, own),
        declined=tuple(_declined(standing, region, says_nothing)),
        replaced_head=replaced.chain_head if replaced else "",
        replaced_issued=replaced.issued if replaced else None,
        milestones=tuple(_milestones(standing, own, day_weights)),
        thresholds=plan.thresholds,
    )


def path_in_force(standing: Standing, targets: Floats, day_weights: Floats) -> Floats:
    """Where n lines should be at the end of D days, (n, D) in the metric's unit, with every later change."""
    plan = standing.inputs.plan
    path = target_path(targets, day_weights, plan.metric)
    for row, line in enumerate(plan.lines):
        if course := standing.course(line):
            path[row] = course_path(course, plan.period.days, day_weights, plan.metric)
    return path


def _milestones(standing: Standing, own: Sequence[Line], day_weights: Floats) -> Iterator[Milestone]:
    """The plan's milestones and the last day; a region whose lines do not add up has its targets on each."""
    plan = standing.inputs.plan
    days, elapsed = plan.period.days, np.cumsum(day_weights) / np.sum(day_weights)
    agreed = [as_number(standing.value(line.region, line.code, "agreed")) for line in plan.lines]
    path = path_in_force(standing, np.array(agreed, float), day_weights)
    path = path[[standing.row_of[line.code] for line in own]]
    for day in sorted({*plan.milestones, days[-1]}):
        at = days.index(day)
        target = float(path[:, at].sum()) if plan.metric.adds_up else math.nan
        limit = target * (1.0 - plan.metric.direction * (1.0 - plan.thresholds.milestone))
        yield Milestone(day, float(elapsed[at]), target, limit)


def _commitment(standing: Standing, line: Line, says_nothing: SaysNothing) -> LineCommitment:
    said = _Said(standing, line.region, line.code)
    return LineCommitment(
        line.name,
        _targets(standing, line),
        said.text("decision"),
        said.text("decision_reason"),
        explain(standing, [standing.row_of[line.code]]),
        _turned(standing, line, said),
        "" if says_nothing(said.value("risk")) else said.text("risk"),
    )


def _targets(standing: Standing, line: Line) -> Targets:
    baseline, row = standing.baseline, standing.row_of[line.code]
    said = _Said(standing, line.region, line.code)
    return Targets(
        last_year=float(standing.last_year[row]),
        suggested=float(baseline.suggested[row]),
        low=float(baseline.low[row]),
        high=float(baseline.high[row]),
        declared=said.number("declared"),
        agreed=said.number("agreed"),
    )


def _turned(standing: Standing, line: Line, said: _Said) -> Turned | None:
    course = standing.course(line)
    if course is None or said.text("change.state") != ChangeState.APPROVED:
        return None
    *earlier, (since, after) = course.turns
    return Turned(
        since=since,
        to=said.number("change.to"),
        before=earlier[-1][1] if earlier else course.confirmed,
        after=after,
        trigger=said.text("change.trigger"),
        reason=said.text("change.reason"),
    )


def _total(metric: Metric, targets: Iterable[Targets]) -> Targets | None:
    """All lines together, where lines add up."""
    if not metric.adds_up:
        return None
    columns = zip(*map(astuple, targets), strict=True)
    return Targets(*(metric.total(column) or 0.0 for column in columns))


def _explanation(standing: Standing, lines: Iterable[Line]) -> Explanation | None:
    """Where the total comes from, where lines add up."""
    if not standing.inputs.plan.metric.adds_up:
        return None
    return explain(standing, [standing.row_of[line.code] for line in lines])


def _history(standing: Standing, region: str) -> tuple[tuple[Period, float], ...]:
    """The totals of past periods, where lines add up."""
    inputs = standing.inputs
    if not inputs.plan.metric.adds_up:
        return ()
    rows = [row for row, line in enumerate(inputs.plan.lines) if line.region == region]
    totals = (inputs.plan.total_of(column, rows) for column in inputs.history.values.T)
    known = zip(inputs.history.periods, totals, strict=True)
    return tuple((period, total) for period, total in known if not math.isnan(total))


def _grants(standing: Standing, region: str, granted: str) -> Iterator[Grant]:
    """The items that were granted, or those that were not; the superior sees to what nobody else does."""
    whose = standing.inputs.plan.region(region)
    names = {line.code: line.name for line in standing.inputs.plan.lines_of(region)}
    for item in support_items(standing, region):
        if item.granted == granted:
            line = names.get(item.line, item.line)
            owner = sees_to(item, whose) if granted == "yes" else ""
            yield Grant(line, item.kind, item.what, item.quantity, item.unit, item.due, item.reason, owner)


def _declined(standing: Standing, region: str, says_nothing: SaysNothing) -> Iterator[Grant]:
    """What was declined: as an item, or asked for in words only."""
    yield from _grants(standing, region, "no")
    for line, words, reason in in_words_only(standing, region, says_nothing):
        if reason:
            yield Grant(line.name, "", words, None, "", None, reason)


def _objections(
    standing: Standing, lines: Iterable[Line], handling: Mapping[str, str]
) -> Iterator[Objection]:
    for line in lines:
        said = _Said(standing, line.region, line.code)
        if state := said.text("objection"):
            lifted = said.value("objection.lifted")
            if lifted is None and state == ObjectionState.LIFTED:
                lifted = said.value("declared")  # recorded before it was said what lifted one
            yield Objection(
                line=line.name,
                **{code: said.text(f"objection.{code}") or said.text(code) for code in JUSTIFICATION},
                handled=state == ObjectionState.HANDLED,
                handling=handling.get(line.code, ""),
                declared=said.known("objection.declared"),
                suggested=said.known("objection.suggested"),
                lifted=as_number(lifted),
                outcome=said.text("objection.outcome"),
            )


@dataclass(frozen=True)
class _Said:
    """The last words on one row."""

    standing: Standing
    region: str
    row: str

    def value(self, code: str) -> Value:
        return self.standing.value(self.region, self.row, code)

    def text(self, code: str) -> str:
        value = self.value(code)
        return "" if value is None else str(value)

    def number(self, code: str) -> float:
        value = self.value(code)
        if not isinstance(value, int | float):
            raise ValueError(f"{self.row} has no {code} target")
        return float(value)

    def known(self, code: str) -> float:
        value = as_number(self.value(code))
        return math.nan if value is None else value
