"""In retrospect: attainment, and beside it what people think of their targets, in four quadrants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from ..calibration import (
    Inside,
    Measures,
    Metric,
    Opinion,
    Region,
    Standing,
    Survey,
    WarningTurn,
    beside,
    consensus_days,
    count_inside,
    deviations,
    quadrant,
    reached,
)
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
    keep,
    recorded_survey,
    take_stock,
)
from ..figures import Figures, percent, plain, spell
from ..language import text
from ..ledger import Ledger, dump, load
from ..problems import DataProblems, Problem
from ..telling import WARNING, Part, Report, Sentence, table
from .follow import agreed_targets


@dataclass(frozen=True)
class EvaluateReport(Report):
    """The four measures beside last period's, and every region's quadrant."""

    measures: Measures
    last_period: Measures | None
    attainment_pct: float
    actual_total: float
    agreed_total: float
    deviations: int
    self_corrected: int
    regions: tuple[RegionResult, ...]
    metric: Metric
    inside: Inside | None
    """How many results fell inside their intervals, beside how many should; None while days are to come."""
    as_of: dt.date
    """The day up to which results count."""
    period_end: dt.date

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        last = self.last_period
        rows = [
            (text(f"telling.measure.{code}", language), *_two(value, getattr(last, code, None), language))
            for code, value in vars(self.measures).items()
        ]
        yield table(("measure", "now", "last"), rows, language)
        columns = ("region", "attainment", "agreement", "quadrant")
        yield table(columns, (_quadrant_row(result, language) for result in self.regions), language)
        told = Figures(self.metric, language)
        totals = {"actual": told.total(self.actual_total), "agreed": told.total(self.agreed_total)}
        totals["percent"] = percent(self.attainment_pct / 100, language)
        yield Sentence(text("telling.evaluate.attainment", language, **totals))
        if self.as_of < self.period_end:
            days = {"until": self.as_of, "end": self.period_end}
            yield Sentence(text("telling.evaluate.so_far", language, **days), WARNING)
        if inside := self.inside:
            fell = {"count": inside.count, "of": inside.of, "due": spell(inside.due, language, 1)}
            yield Sentence(text("telling.evaluate.inside", language, **fell))
        counts = {"count": self.deviations, "corrected": self.self_corrected}
        yield Sentence(text("telling.evaluate.deviations", language, **counts))


def _two(now: float, last: float | None, language: str) -> tuple[str, str]:
    return plain(now, language, 2), plain(last, language, 2)


def _quadrant_row(result: RegionResult, language: str) -> tuple[str, ...]:
    agreement = None if result.agreement_pct is None else result.agreement_pct / 100
    shares = percent(result.attainment, language), percent(agreement, language)
    return result.name, *shares, _quadrant(result, language)


def _quadrant(result: RegionResult, language: str) -> str:
    if result.quadrant == HIDDEN:
        return text("telling.survey.hidden", language)
    if result.quadrant == UNKNOWN:
        return UNKNOWN
    name = text(f"calibration.quadrant.{result.quadrant}", language)
    return text("calibration.quadrant.borderline", language, name=name) if result.borderline else name


def evaluate(desk: Desk) -> EvaluateReport:
    """Record and show how the calibration went; raise DataProblems for what is still to be done."""
    stock = take_stock(desk)
    figures, followed = _grounds(stock)
    agreed = agreed_targets(stock.standing)
    plan, progress, overall = stock.plan, followed.progress, figures.overall
    told = progress.volumes, progress.actual
    actual, target = reached(plan, *told), beside(plan, *told, agreed)
    due = beside(plan, *told, plan.metric.due(agreed, progress.path))
    attainment = 100 * plan.metric.attained(actual, due)
    measures = Measures(
        consensus_days=consensus_days(*_negotiation(desk.ledger)),
        coordination_hours=coordination_hours(desk.ledger),
        agreement_pct=overall.agreement_pct if overall else math.nan,
        agreement_mean=overall.mean if overall else math.nan,
        attainment_pct=None if math.isnan(attainment) else attainment,
    )
    regions = tuple(_results(stock.standing, followed, figures))
    fell = _inside(stock.standing, followed)
    keep(stock, "evaluate", EVALUATION, dump(Evaluated(measures, regions, fell)))
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
    )


def _inside(standing: Standing, followed: Followed) -> Inside | None:
    """How many results fell inside their intervals, once they are all there."""
    plan, baseline = standing.inputs.plan, standing.baseline
    if followed.as_of < plan.period.end:
        return None
    return count_inside(baseline.low, baseline.high, followed.progress.actual, plan.thresholds.confidence)


def _grounds(stock: Stock) -> tuple[Survey, Followed]:
    """The survey and the latest progress that an evaluation rests on."""
    figures = recorded_survey(stock.desk.ledger)
    progress = stock.standing.values.get(PROGRESS)
    problems = [
        Problem(code) for code, known in (("no_survey", figures), ("no_progress", progress)) if known is None
    ]
    if figures is None or progress is None:
        raise DataProblems(problems)
    return figures, load(Followed, stock.desk.ledger.document(str(progress)))


def _negotiation(ledger: Ledger) -> tuple[dt.datetime, dt.datetime]:
    """When the plan was opened and when it was last confirmed."""
    opened = next(ledger.entries(action="new")).at
    return opened, max(entry.at for entry in ledger.entries(action="confirm"))


def coordination_hours(ledger: Ledger) -> float:
    """Hours that people have spent on objections and decisions."""
    return math.fsum(float(entry.new or 0) for entry in ledger.entries(field="hours"))


def warning_turns(ledger: Ledger) -> Iterator[WarningTurn]:
    """Warnings of lines that began or ended, in order, each with its day where that was noted."""
    both = chain(ledger.entries(field="warning"), ledger.entries(field=SINCE))
    entries = sorted((one for one in both if one.row is not None), key=lambda one: one.number)
    for entry, after in zip_longest(entries, entries[1:]):
        if entry.field == "warning":
            is_dated = after is not None and (after.field, after.row) == (SINCE, entry.row)
            day = dt.date.fromisoformat(str(after.new)) if is_dated else None
            yield WarningTurn((entry.region, entry.row), WarningState(str(entry.new)), day)


def _results(standing: Standing, followed: Followed, figures: Survey) -> Iterator[RegionResult]:
    plan, progress = standing.inputs.plan, followed.progress
    due = plan.metric.due(agreed_targets(standing), progress.path)
    for region in plan.regions:
        own = [row for row, line in enumerate(plan.lines) if line.region == region.code]
        told = plan, progress.volumes, progress.actual
        attainment = plan.metric.attained(reached(*told, own), beside(*told, due, own))
        yield _result(region, attainment, figures.groups.get(region.code))


def _result(region: Region, attainment: float, opinion: Opinion | None) -> RegionResult:
    if opinion is None:
        return RegionResult(region.code, region.name, attainment, None, None, None, HIDDEN, False)
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
