"""In retrospect: attainment, and beside it what people think of their targets, in four quadrants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import chain, zip_longest

import numpy as np

from ..calibration import (
    DELIVERED,
    NOT_DELIVERED,
    Floats,
    Foretold,
    Inside,
    Measures,
    Metric,
    Opinion,
    Region,
    Review,
    Standing,
    SupportsCame,
    Survey,
    WarningTurn,
    Worth,
    beside,
    consensus_days,
    count_inside,
    deviations,
    quadrant,
    reached,
    review,
    support_items,
    too_few,
)
from ..calibration.agreement import BORDERLINE
from ..calibration.review import EVEN, Episode
from ..calibration.vocabulary import QUADRANTS, Measure, WarningState
from ..connect import read_deliveries
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
    find_file,
    first_declarations,
    keep,
    recorded_progress,
    recorded_survey,
    take_stock,
)
from ..figures import Figures, percent, plain, spell
from ..language import text
from ..ledger import Event, Ledger, dump, load
from ..problems import DataProblems, Problem
from ..telling import DONE, QUIET, WARNING, Part, Report, Rows, Sentence, table
from .follow import agreed_targets

_JUDGED = {
    ("helped", "helped"): "both",
    ("helped", "even"): "region",
    ("helped", "hurt"): "region_then_away",
    ("even", "helped"): "talks",
    ("even", "even"): "neither",
    ("even", "hurt"): "talks_away",
    ("hurt", "helped"): "mended",
    ("hurt", "even"): "suggestion",
    ("hurt", "hurt"): "suggestion_most",
}
"""Whose judgement helped, by what the region and what the talks did."""


@dataclass(frozen=True)
class Section:
    """A part of the report: its title, a table where it has one, and what is said below."""

    code: str
    title: str
    rows: Rows | None
    said: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class EvaluateReport(Report):
    """The four measures beside last period's, every region's quadrant, and what everything was worth."""

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
    review: Review | None = None
    files: tuple[str, ...] = ()
    """What was written: a page, a report."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for at, section in enumerate(self.sections(language)):
            if at > 1:
                yield Sentence(section.title)
            if section.rows:
                yield section.rows
            yield from section.said
        for file in self.files:
            yield Sentence(text("telling.evaluate.written", language, file=file), DONE)

    def sections(self, language: str) -> Iterator[Section]:
        """The same, part by part, as pages and reports have them."""
        told = _Told(self, language)
        yield told.measured()
        yield told.quadrants()
        if self.review:
            yield told.suggestion(self.review)
            yield told.judgement(self.review)
            if self.review.drivers:
                yield told.drivers(self.review)
            yield told.warnings(self.review.foretold)
            if self.review.supports.granted:
                yield told.supports(self.review.supports)


@dataclass(frozen=True)
class _Told:
    """Makes the report's parts in a language."""

    report: EvaluateReport
    language: str

    def _say(self, code: str, **fields: object) -> str:
        return text(f"telling.evaluate.{code}", self.language, **fields)

    def _section(self, code: str, rows: Rows | None, *said: Sentence) -> Section:
        return Section(code, self._say(f"title.{code}"), rows, said)

    def _share(self, value: float | None, *, signed: bool = False) -> str:
        return percent(value, self.language, 1, signed=signed)

    def measured(self) -> Section:
        """The measures, attainment first."""
        now, last = self.report.measures, self.report.last_period
        rows = [
            (
                text(f"telling.measure.{code}", self.language),
                *_two(getattr(now, code), getattr(last, code, None), self.language),
            )
            for code in Measure
        ]
        return self._section("measures", table(("measure", "now", "last"), rows, self.language))

    def quadrants(self) -> Section:
        """Every region's quadrant, and what those that there are mean."""
        report, columns = self.report, ("region", "attainment", "agreement", "quadrant")
        rows = table(columns, (_quadrant_row(one, self.language) for one in report.regions), self.language)
        return self._section("regions", rows, *self._meanings(), *self._totals())

    def _meanings(self) -> Iterator[Sentence]:
        there = {one.quadrant for one in self.report.regions}
        for code in QUADRANTS:
            if code in there:
                name = text(f"calibration.quadrant.{code}", self.language)
                yield Sentence(text(f"calibration.meaning.{code}", self.language), QUIET, name)
        if any(one.borderline for one in self.report.regions):
            reach = {"reach": plain(100 * BORDERLINE, self.language)}
            yield Sentence(text("calibration.meaning.borderline", self.language, **reach), QUIET)

    def _totals(self) -> Iterator[Sentence]:
        report, told = self.report, Figures(self.report.metric, self.language)
        totals = {"actual": told.total(report.actual_total), "agreed": told.total(report.agreed_total)}
        totals["percent"] = percent(report.attainment_pct / 100, self.language)
        yield Sentence(self._say("attainment", **totals))
        if report.as_of < report.period_end:
            days = {"until": report.as_of, "end": report.period_end}
            yield Sentence(self._say("so_far", **days), WARNING)
        counts = {"count": report.deviations, "corrected": report.self_corrected}
        yield Sentence(self._say("deviations", **counts))

    def suggestion(self, review: Review) -> Section:
        """Whether the suggestion was right."""
        whole, inside = review.whole, self.report.inside
        said = [Sentence(self._say("error", error=self._share(whole.suggested), lines=whole.lines))]
        if not math.isnan(review.bias):
            side = "high" if review.bias > EVEN else "low" if review.bias < -EVEN else "level"
            said.append(Sentence(self._say(f"bias_{side}", share=self._share(abs(review.bias)))))
        if inside:
            fell = {"count": inside.count, "of": inside.of, "due": spell(inside.due, self.language, 1)}
            said.append(Sentence(self._say("inside", **fell)))
        return self._section("suggestion", None, *said)

    def judgement(self, review: Review) -> Section:
        """Whose judgement helped, region by region and in all."""
        columns = ("region", "lines", "off_suggested", "off_declared", "off_agreed", "judgement")
        everything = text("telling.survey.overall", self.language)
        named = [*((one.name, one) for one in review.regions), (everything, review.whole)]
        rows = table(columns, (self._worth(name, one) for name, one in named), self.language)
        return self._section("judgement", rows, Sentence(self._say("worth"), QUIET))

    def _worth(self, name: str, one: Worth) -> tuple[str, ...]:
        errors = (one.suggested, one.declared, one.agreed)
        told = (self._share(None if value is None or math.isnan(value) else value) for value in errors)
        return name, plain(one.lines, self.language), *told, self._judged(one)

    def _judged(self, one: Worth) -> str:
        """Who brought the target nearer to what came."""
        if one.region_added is None or one.talk_added is None or math.isnan(one.region_added):
            return ""
        return self._say(f"judged.{_JUDGED[_side(one.region_added), _side(one.talk_added)]}")

    def drivers(self, review: Review) -> Section:
        """Which driver helped, and which misled."""
        told = Figures(self.report.metric, self.language)
        rows = (
            (
                one.name,
                told.total(one.moved),
                self._share(one.added, signed=True),
                self._say(f"driver.{_side(one.added)}"),
            )
            for one in review.drivers
        )
        columns = ("driver", "moved", "took_off", "worth")
        return self._section(
            "drivers", table(columns, rows, self.language), Sentence(self._say("moved"), QUIET)
        )

    def warnings(self, found: Foretold) -> Section:
        """Whether warnings warned in time."""
        said = [Sentence(self._say("missed", **vars(found), missed=found.missed))]
        said.append(Sentence(self._say("averted", **vars(found))))
        if found.few:
            said.append(Sentence(self._say("few", count=found.few), QUIET))
        return self._section("warnings", None, *said)

    def supports(self, came: SupportsCame) -> Section:
        """Whether supports were delivered."""
        said = [Sentence(self._say("supports", **vars(came)))]
        if came.untold:
            said.append(Sentence(self._say("supports_untold", count=came.untold), WARNING))
        return self._section("supports", None, *said)


def _side(added: float) -> str:
    """Whether something helped, hurt, or made no difference."""
    return "helped" if added > EVEN else "hurt" if added < -EVEN else "even"


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
    )


def take_deliveries(desk: Desk, source: Traversable) -> None:
    """Record which granted supports came, and when; raise DataProblems with every fault of the file."""
    stock = take_stock(desk)
    granted = {
        f"{region.code} {item.row}": item.what
        for region in stock.plan.regions
        for item in support_items(stock.standing, region.code)
        if item.granted == "yes"
    }
    events = []
    for one in read_deliveries(find_file(source), stock.plan, granted):
        old = stock.standing.value(one.region, one.row, DELIVERED)
        new = NOT_DELIVERED if one.day is None else one.day.isoformat()
        if old != new:
            events.append(Event("evaluate", one.region, one.row, DELIVERED, old, new))
    if events:
        stock.settle(events)


def _measures(ledger: Ledger, figures: Survey, attainment: float) -> Measures:
    overall = figures.overall
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


def _grounds(stock: Stock) -> tuple[Survey, Followed]:
    """The survey and the latest progress that an evaluation rests on."""
    figures = recorded_survey(stock.desk.ledger)
    progress = recorded_progress(stock.desk.ledger, stock.standing)
    problems = [
        Problem(code) for code, known in (("no_survey", figures), ("no_progress", progress)) if known is None
    ]
    if figures is None or progress is None:
        raise DataProblems(problems)
    return figures, progress


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
