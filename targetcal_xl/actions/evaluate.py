"""In retrospect: attainment, and beside it what people think of their targets, in four quadrants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from itertools import chain, zip_longest

import numpy as np

from ..calibration import (
    Floats,
    Inside,
    Measures,
    Region,
    Review,
    Standing,
    Survey,
    WarningTurn,
    beside,
    consensus_days,
    count_inside,
    deviations,
    quadrant,
    reached,
    review,
    too_few,
)
from ..calibration.review import Episode
from ..calibration.vocabulary import WarningState
from ..desk import (
    EVALUATION,
    HIDDEN,
    PROGRESS,
    SINCE,
    UNKNOWN,
    Desk,
    Evaluated,
    Followed,
    RegionResult,
    Stock,
    first_declarations,
    keep,
    recorded_progress,
    recorded_survey,
    take_stock,
)
from ..ledger import Ledger, dump, load
from ..problems import DataProblems, Problem
from .evaluation_told import EvaluateReport
from .follow import agreed_targets


def evaluate(desk: Desk) -> EvaluateReport:
    """Record and show how the calibration went, without opinions where nobody was asked.

    Raise DataProblems where results were never followed.
    """
    stock = take_stock(desk)
    figures, followed = recorded_survey(desk.ledger), _followed(stock)
    agreed = agreed_targets(stock.standing)
    plan, progress = stock.plan, followed.progress
    told = progress.volumes, progress.actual
    actual, target = reached(plan, *told), beside(plan, *told, agreed)
    due = beside(plan, *told, plan.metric.due(agreed, progress.path))
    attainment = 100 * plan.metric.attained(actual, due)
    measures = _measures(desk.ledger, figures, attainment)
    regions = tuple(_results(stock.standing, followed, figures))
    fell = _inside(stock.standing, followed)
    back = _review(stock, followed, agreed)
    keep(stock, "evaluate", EVALUATION, dump(Evaluated(measures, regions, fell, back)))
    opened, closed = deviations(warning_turns(desk.ledger), followed.as_of, plan.period.end)
    return EvaluateReport(
        measures=measures,
        last_period=plan.last_period,
        attainment_pct=attainment,
        actual_total=plan.metric.shown(actual),
        agreed_total=plan.metric.shown(target),
        deviations=opened,
        self_corrected=closed,
        regions=regions,
        metric=plan.metric,
        inside=fell,
        as_of=followed.as_of,
        period_end=plan.period.end,
        review=back,
        is_surveyed=figures is not None,
    )


def _measures(ledger: Ledger, figures: Survey | None, attainment: float) -> Measures:
    overall = figures.overall if figures else None
    return Measures(
        consensus_days=consensus_days(*_negotiation(ledger)),
        coordination_hours=coordination_hours(ledger),
        agreement_pct=overall.agreement_pct if overall else math.nan,
        agreement_mean=overall.mean if overall else math.nan,
        attainment_pct=None if math.isnan(attainment) else attainment,
    )


def _review(stock: Stock, followed: Followed, agreed: Floats) -> Review | None:
    """What everything was worth, once the period is over."""
    plan, progress, ledger = stock.plan, followed.progress, stock.desk.ledger
    if followed.as_of < plan.period.end:
        return None
    first = first_declarations(ledger)
    pairs = zip(progress.actual.tolist(), progress.path.tolist(), strict=True)
    paces = np.array([plan.metric.attained(actual, path) for actual, path in pairs])
    return review(
        stock.standing,
        progress.actual,
        agreed,
        np.array([first.get(line.code, math.nan) for line in plan.lines]),
        reached=~(paces < plan.thresholds.milestone),
        few=too_few(agreed, plan.metric),
        warned=_warned(ledger),
    )


def _warned(ledger: Ledger) -> dict[str, list[Episode]]:
    """Line code -> from which to which day of results each of its warnings stood."""
    days = _days_of_results(ledger)
    found: dict[str, list[Episode]] = {}
    for entry in ledger.entries(field="warning"):
        if entry.row is not None and entry.at in days:
            own = found.setdefault(entry.row, [])
            if entry.new == WarningState.OPEN:
                own.append((days[entry.at], None))
            elif own:
                own[-1] = own[-1][0], days[entry.at]
    return found


def _days_of_results(ledger: Ledger) -> dict[dt.datetime, dt.date]:
    """When a plan was followed and a warning began or ended -> the day up to which results counted then."""
    wanted = {entry.at for entry in ledger.entries(field="warning")}
    followed = ledger.entries(action="follow", field=PROGRESS[2])
    told = ((entry.at, str(entry.new)) for entry in followed if entry.at in wanted)
    return {at: load(Followed, ledger.document(name)).as_of for at, name in told}


def _inside(standing: Standing, followed: Followed) -> Inside | None:
    """How many results fell inside their intervals, once they are all there."""
    plan, baseline = standing.inputs.plan, standing.baseline
    if followed.as_of < plan.period.end:
        return None
    return count_inside(baseline.low, baseline.high, followed.progress.actual, plan.thresholds.confidence)


def _followed(stock: Stock) -> Followed:
    """The latest progress, which an evaluation rests on."""
    progress = recorded_progress(stock.desk.ledger, stock.standing)
    if progress is None:
        raise DataProblems([Problem("no_progress")])
    return progress


def _negotiation(ledger: Ledger) -> tuple[dt.datetime, dt.datetime]:
    """When the plan was opened and when it was last confirmed."""
    opened = next(ledger.entries(action="new")).at
    return opened, max(entry.at for entry in ledger.entries(action="confirm"))


def coordination_hours(ledger: Ledger) -> float:
    """Hours that people have spent on objections and decisions; NaN where nobody said how many."""
    told = [float(entry.new or 0) for entry in ledger.entries(field="hours")]
    return math.fsum(told) if told else math.nan


def warning_turns(ledger: Ledger) -> Iterator[WarningTurn]:
    """Warnings of lines that began or ended, in order, each with its day where that was noted."""
    both = chain(ledger.entries(field="warning"), ledger.entries(field=SINCE))
    entries = sorted((one for one in both if one.row is not None), key=lambda one: one.number)
    for entry, after in zip_longest(entries, entries[1:]):
        if entry.field == "warning":
            is_dated = after is not None and (after.field, after.row) == (SINCE, entry.row)
            day = dt.date.fromisoformat(str(after.new)) if is_dated else None
            yield WarningTurn((entry.region, entry.row), WarningState(str(entry.new)), day)


def _results(standing: Standing, followed: Followed, figures: Survey | None) -> Iterator[RegionResult]:
    plan, progress = standing.inputs.plan, followed.progress
    due = plan.metric.due(agreed_targets(standing), progress.path)
    for region in plan.regions:
        own = [row for row, line in enumerate(plan.lines) if line.region == region.code]
        told = plan, progress.volumes, progress.actual
        attainment = plan.metric.attained(reached(*told, own), beside(*told, due, own))
        yield _result(region, attainment, figures)


def _result(region: Region, attainment: float, figures: Survey | None) -> RegionResult:
    opinion = figures.groups.get(region.code) if figures else None
    if opinion is None:
        instead = HIDDEN if figures else UNKNOWN
        return RegionResult(region.code, region.name, attainment, None, None, None, instead, False)
    found = None if math.isnan(attainment) else quadrant(attainment, opinion.agreement_pct / 100)
    return RegionResult(
        region=region.code,
        name=region.name,
        attainment=attainment,
        agreement_pct=opinion.agreement_pct,
        mean=opinion.mean,
        answers=opinion.answers,
        quadrant=found.code if found else UNKNOWN,
        borderline=bool(found and found.borderline),
    )
