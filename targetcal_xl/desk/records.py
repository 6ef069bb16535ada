"""The latest progress, evaluation and backtest, kept in the ledger whole and shown in the book by field."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ..calibration import (
    Floats,
    Inside,
    Key,
    Measures,
    Plan,
    Progress,
    Review,
    Rhythm,
    Standing,
    Survey,
    Value,
    beside,
    reached,
)
from ..calibration.plan import ADDED
from ..calibration.standing import DECIDED_NOW
from ..calibration.vocabulary import ObjectionState
from ..language import text
from ..ledger import Log, load
from ..ledger import standing as fold
from ..sentences import rests_on
from .alarm import Alarm, advice, proposal, reason, warning_state
from .habits import judgement_fields
from .learning import learning_fields, recorded_learning
from .tested import BACKTEST, Tested, backtest_fields
from .threads import FILE, FOLDER, TEXT, thread_fields

PROGRESS: Key = (None, None, "progress")
SURVEY: Key = (None, None, "survey")
EVALUATION: Key = (None, None, "evaluation")

HIDDEN, UNKNOWN = "hidden", "unknown"
"""In place of a quadrant, where the survey may not be shown, and where there is no result or no survey."""


@dataclass(frozen=True)
class Week:
    """Where path and results of all lines together were at the end of a week; NaN before it ends."""

    date: dt.date
    path: float
    actual: float


@dataclass(frozen=True)
class Followed:
    """How the lines stood on a day."""

    as_of: dt.date
    progress: Progress
    weeks: tuple[Week, ...]
    recent: tuple[float, ...] = field(default=(), metadata=ADDED)
    """How the last days of each line went beside what they should have brought."""
    groups: Progress | None = field(default=None, metadata=ADDED)
    """How the regions stood, in the plan's order, and behind them the whole."""
    alarms: tuple[Alarm, ...] = field(default=(), metadata=ADDED)
    rhythm: Rhythm | None = field(default=None, metadata=ADDED)
    """What the days so far taught, for the plan that comes after."""

    @cached_property
    def alarm_of(self) -> Mapping[tuple[str | None, str | None], Alarm]:
        """What stands behind the warnings, by region and line."""
        return {(alarm.region, alarm.line): alarm for alarm in self.alarms}


@dataclass(frozen=True)
class RegionResult:
    """One region at the end of the period; None where the survey may not be shown."""

    region: str
    name: str
    attainment: float
    agreement_pct: float | None
    mean: float | None
    answers: int | None
    quadrant: str
    borderline: bool


@dataclass(frozen=True)
class Evaluated:
    """The period in retrospect."""

    measures: Measures
    regions: tuple[RegionResult, ...]
    inside: Inside | None = field(default=None, metadata=ADDED)
    review: Review | None = field(default=None, metadata=ADDED)
    """What everything was worth; None before the period is over."""


def standing_of(ledger: Log) -> Standing:
    """Where the plan stands, with its latest progress, evaluation and backtest by field."""
    standing = fold(ledger)
    values: dict[Key, Value] = dict(standing.values)
    language, plan = standing.language, standing.inputs.plan
    if learning := recorded_learning(ledger, standing):
        values.update(learning_fields(learning, plan, language))
    if followed := recorded_progress(ledger, standing):
        values.update(_progress_fields(followed, standing, language))
    if EVALUATION in values:
        values.update(_evaluation_fields(load(Evaluated, ledger.document(str(values[EVALUATION]))), plan))
    if BACKTEST in values:
        values.update(backtest_fields(load(Tested, ledger.document(str(values[BACKTEST]))), plan, language))
    if any(field in (TEXT, FILE) for _, _, field in values):
        values.update(thread_fields(ledger, plan, values.get(FOLDER), language))
    values.update(judgement_fields(ledger, standing))
    values.update(_decided_now(ledger))
    values.update(_objected(ledger))
    return replace(standing, values=values)


def _objected(ledger: Log) -> Iterator[tuple[Key, Value]]:
    """Since which day each region's oldest open objection is open."""
    now = {(entry.region, entry.row): entry for entry in ledger.entries(field="objection")}
    opened = [entry for entry in now.values() if entry.new == ObjectionState.OPEN]
    for entry in sorted(opened, key=lambda entry: -entry.number):
        yield (entry.region, None, "objected"), entry.at.date().isoformat()


def _decided_now(ledger: Log) -> Iterator[tuple[Key, Value]]:
    """How many decisions each region has had since it was locked, or handed back."""
    moved = {entry.region: entry.number for entry in ledger.entries(field="state")}
    decided = (entry for entry in ledger.entries(action="decide", field="decision"))
    found = Counter(entry.region for entry in decided if entry.number > moved.get(entry.region, 0))
    yield from (((region, None, DECIDED_NOW), count) for region, count in found.items())


def recorded_progress(ledger: Log, standing: Standing) -> Followed | None:
    """How the plan stood when it was followed last; None before it was."""
    value = standing.values.get(PROGRESS)
    return load(Followed, ledger.document(str(value))) if value else None


def recorded_survey(ledger: Log) -> Survey | None:
    """The latest survey's figures; None before there was one."""
    value = ledger.values().get(SURVEY)
    return load(Survey, ledger.document(str(value))) if value else None


def first_declarations(ledger: Log) -> dict[str, float]:
    """Line code -> what was declared in the first round."""
    first: dict[str, float] = {}
    for entry in ledger.entries(action="lock", field="declared"):
        first.setdefault(str(entry.row), float(entry.new or 0))
    return first


def _progress_fields(followed: Followed, standing: Standing, language: str) -> Iterator[tuple[Key, Value]]:
    progress, plan = followed.progress, standing.inputs.plan
    told = progress.volumes, progress.actual
    targets = np.array([standing.in_force(line) or 0.0 for line in plan.lines])
    yield (None, None, "progress.actual"), _known(reached(plan, *told))
    yield (None, None, "progress.agreed"), _known(beside(plan, *told, targets))
    for row, line in enumerate(plan.lines):
        agreed = float(targets[row])
        fields: dict[str, Value] = {
            "agreed": agreed,
            "as_of": followed.as_of.isoformat(),
            "actual": _known(progress.actual[row]),
            "path": float(progress.path[row]),
            "attainment": _known(progress.attainment[row]),
            "expected_final": _known(progress.expected_final[row]),
            "recent": _known(followed.recent[row]) if followed.recent else None,
            "odds": _known(progress.odds[row]),
            **_warned_of(
                followed, (line.region, line.code), advice(progress, row, agreed, plan, language), standing
            ),
            "warned": bool(progress.warned[row]),
        }
        yield from (((line.region, line.code, f"progress.{code}"), value) for code, value in fields.items())
    yield from _group_fields(followed, standing, targets)
    yield (None, None, "progress.rests"), rests_on(followed.rhythm, standing.inputs, language)
    for number, week in enumerate(followed.weeks, 1):
        row_code = f"W{number:02d}"
        yield (None, row_code, "weekly.date"), week.date.isoformat()
        yield (None, row_code, "weekly.path"), week.path
        yield (None, row_code, "weekly.actual"), _known(week.actual)


def _warned_of(
    followed: Followed, about: tuple[str | None, str | None], ours: str, standing: Standing
) -> dict[str, Value]:
    """How the warning of something stands, what is behind it and what may be done about it."""
    language = standing.language
    state = warning_state(standing, *about, language)
    alarm = followed.alarm_of.get(about)
    if alarm is None:
        return {"warning_state": state, "cause": "", "suggestion": ours}
    said = proposal(alarm, ours, standing, language)
    return {"warning_state": state, "cause": reason(alarm, standing, language), "suggestion": said}


def _group_fields(followed: Followed, standing: Standing, targets: Floats) -> Iterator[tuple[Key, Value]]:
    """How the regions and the whole stand; nothing of results from before they were followed."""
    groups, plan = followed.groups, standing.inputs.plan
    if groups is None:
        return
    for row, (code, rows) in enumerate(plan.groups_of_lines):
        is_warned, is_on = bool(groups.warned[row]), followed.as_of < plan.period.end
        ours = text("calibration.suggestion.group", standing.language) if is_warned and is_on else ""
        fields: dict[str, Value] = {
            "warned_lines": int(followed.progress.warned[rows].sum()),
            "agreed": _known(plan.total_of(targets, rows)),
            "as_of": followed.as_of.isoformat(),
            "actual": _known(groups.actual[row]),
            "path": _known(groups.path[row]),
            "attainment": _known(groups.attainment[row]),
            "expected_final": _known(groups.expected_final[row]),
            "odds": _known(groups.odds[row]),
            "odds_end": _known(groups.odds_end[row]),
            **_warned_of(followed, (code, None), ours, standing),
            "warned": is_warned,
        }
        told = fields if code else {name: fields[name] for name in _OF_THE_WHOLE}
        yield from (((code, None, f"progress.{name}"), value) for name, value in told.items())


_OF_THE_WHOLE = ("odds", "odds_end", "expected_final", "warned", "warning_state", "cause", "suggestion")
"""What is told of the whole plan here; its results are told beside the lines'."""


def _evaluation_fields(evaluated: Evaluated, plan: Plan) -> Iterator[tuple[Key, Value]]:
    last = plan.last_period
    for code, value in vars(evaluated.measures).items():
        yield (None, code, "measure.now"), _known(value)
        yield (None, code, "measure.last"), _known(getattr(last, code, None))
    if inside := evaluated.inside:
        yield (None, None, "evaluation.inside"), float(inside.count)
        yield (None, None, "evaluation.inside_of"), float(inside.of)
        yield (None, None, "evaluation.inside_due"), inside.due
    if evaluated.review:
        yield from _review_fields(evaluated.review, plan)
    for result in evaluated.regions:
        share = None if result.agreement_pct is None else result.agreement_pct / 100
        has_quadrant = result.quadrant not in (HIDDEN, UNKNOWN)
        fields: dict[str, Value] = {
            "attainment": _known(result.attainment),
            "agreement_pct": share,
            "mean": result.mean,
            "n": result.answers,
            "quadrant": result.quadrant if has_quadrant else None,
            "borderline": result.borderline if has_quadrant else None,
        }
        yield from (((result.region, None, f"evaluation.{code}"), value) for code, value in fields.items())


def _review_fields(review: Review, plan: Plan) -> Iterator[tuple[Key, Value]]:
    found, came = review.foretold, review.supports
    counts = {"missed": found.missed, "warned_in_time": found.in_time, "unwarned": found.unwarned}
    counts |= {"supports_granted": came.granted, "supports_in_time": came.in_time}
    yield from (((None, None, f"evaluation.{code}"), float(count)) for code, count in counts.items())
    for one in review.regions:
        told = {"lines": float(one.lines), "off_suggested": one.suggested, "off_declared": one.declared}
        told |= {"off_agreed": one.agreed, "region_added": one.region_added, "talk_added": one.talk_added}
        yield from (((one.code, None, f"worth.{code}"), _known(value)) for code, value in told.items())
    for driver, worth in zip(plan.drivers, review.drivers, strict=True):
        yield (None, driver.code, "moved.moved"), _known(worth.moved)
        yield (None, driver.code, "moved.added"), _known(worth.added)


def _known(value: float | None) -> Value:
    return None if value is None or math.isnan(value) else float(value)
