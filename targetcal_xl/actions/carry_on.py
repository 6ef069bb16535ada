"""Closing a period into the plan of the next: what came and what was learned is where that one begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..calibration import Floats, Inputs, JudgementRecord, Period, Plan, compute_baseline, relearn, succeeding
from ..connect import staffed
from ..desk import (
    EVALUATION,
    JUDGEMENT,
    LEARNING,
    Desk,
    Evaluated,
    Learning,
    WeightChange,
    chosen,
    judgement_record,
    recorded_progress,
    standing_of,
    weight_changes,
    weight_values,
)
from ..language import text
from ..ledger import Event, dump, load, reference
from ..problems import Problem, Refused
from ..telling import DONE, QUESTION, Part, Report, Sentence
from ..workbook import weights_used
from ..workdays import with_days
from .new import Heritage, NewReport, new
from .recalibrate import tell_weights

BEFORE = "plan.before"
"""The field that says which plan a plan goes on from: its code, and its ledger's checkpoint then."""


@dataclass(frozen=True)
class Succession:
    """What the next plan begins with, and what it is told of the one before."""

    inputs: Inputs
    language: str
    learning: Learning
    judgement: JudgementRecord
    before: Plan
    mark: str
    has_measures: bool
    """Whether the period was evaluated, so that its measures can stand beside the next ones."""


@dataclass(frozen=True)
class NextReport(Report):
    """The plan that begins, and what it takes along."""

    before: str
    begun: NewReport
    results: int
    """Lines whose result is known."""
    weights: tuple[WeightChange, ...]
    has_measures: bool
    judged: int
    """Departures from suggestions of which it is known what came, of all periods that are remembered."""
    unread: int
    """Indicators of which nothing is read for the new period yet."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        carried = text("telling.next.carried", language, before=self.before, results=self.results)
        yield Sentence(carried, DONE)
        yield from tell_weights(self.weights, language)
        if self.judged:
            yield Sentence(text("telling.next.judged", language, count=self.judged))
        if self.unread:
            yield Sentence(text("telling.next.unread", language, count=self.unread), QUESTION)
        if not self.has_measures:
            yield Sentence(text("telling.next.unmeasured", language), QUESTION)
        yield from self.begun.tell(language)


def close(desk: Desk, hq_target: float, period: str = "") -> Succession:
    """What a plan that is over hands on to the next period's, or a later one's; nothing is changed.

    Raise Refused while it was not followed to its last day, for a period that does not follow, and for a
    target that nobody can mean.
    """
    standing = standing_of(desk.ledger)
    plan, followed = standing.inputs.plan, recorded_progress(desk.ledger, standing)
    if followed is None or followed.as_of < plan.period.end:
        raise Refused([Problem("next_not_over", desk.path.name, {"last": plan.period.end})])
    if not plan.least_meant <= hq_target <= plan.most_meant:
        said = {"value": hq_target, "known": plan.hq_target}
        raise Refused([Problem("target_otherwise", desk.path.name, said)])
    evaluated = standing.values.get(EVALUATION)
    measures = load(Evaluated, desk.ledger.document(str(evaluated))).measures if evaluated else None
    results, rhythm = followed.progress.actual, followed.rhythm
    try:
        wanted = Period.parse(period) if period else plan.period.shift(1)
        inputs = succeeding(standing.inputs, results, wanted, hq_target, measures, rhythm)
    except ValueError as error:
        fields = {"said": period, "period": str(plan.period)}
        raise Refused([Problem("next_period", desk.path.name, fields)]) from error
    known = with_days(inputs.history, inputs.plan)
    inputs = replace(inputs, plan=staffed(inputs.plan, known), history=known)
    learning = _learned(inputs, np.array(weights_used(standing), dtype=np.float64))
    mark = desk.ledger.checkpoint.mark
    record = judgement_record(desk.ledger, standing)
    return Succession(inputs, standing.language, learning, record, plan, mark, evaluated is not None)


def begin_next(desk: Desk, found: Succession, language: str = "") -> NextReport:
    """Begin the next plan where there is none yet; its ledger's first entries name the one before.

    Raise Refused and DataProblems as `new` does.
    """
    plan = found.inputs.plan
    said = f"{found.before.code} {found.mark}"
    learned = weight_values(found.learning, plan)
    events = [Event("new", None, None, BEFORE, None, said)]
    events += [Event("new", *key, None, value) for key, value in learned.items() if value is not None]
    documents = [dump(found.learning)] if learned[LEARNING] else []
    if found.judgement.departures:
        documents.append(dump(found.judgement))
        events.append(Event("new", *JUDGEMENT, None, reference(documents[-1])))
    heritage = Heritage(chosen(found.learning, plan), tuple(events), tuple(documents))
    begun = new(desk, found.inputs, language or found.language, heritage)
    last = found.inputs.history.values[:, found.inputs.history.periods.index(found.before.period)]
    return NextReport(
        before=found.before.code,
        begun=begun,
        results=int(np.isfinite(last).sum()),
        weights=weight_changes(found.learning, plan),
        has_measures=found.has_measures,
        judged=len(found.judgement.departures),
        unread=len(plan.indicators),
    )


def _learned(inputs: Inputs, used: Floats) -> Learning:
    """What the closed periods teach of the weights (drivers,), beside those `used` until now."""
    return Learning(relearn(inputs), used, compute_baseline(inputs, used).suggested)
