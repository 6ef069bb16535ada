"""What an evaluation found, in words: parts that the console, the page and the report all show."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Foretold, Inside, Measures, Metric, Review, SupportsCame, Worth
from ..calibration.agreement import BORDERLINE
from ..calibration.review import EVEN, what_it_did
from ..calibration.vocabulary import QUADRANTS, Measure
from ..desk import HIDDEN, UNKNOWN, RegionResult
from ..figures import Figures, percent, plain, spell
from ..language import text
from ..telling import DONE, QUESTION, QUIET, WARNING, Part, Report, Rows, Sentence, table

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
    is_surveyed: bool = True

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
        if not report.is_surveyed:
            yield Sentence(self._say("unsurveyed"), QUESTION)
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
        return self._say(f"judged.{_JUDGED[what_it_did(one.region_added), what_it_did(one.talk_added)]}")

    def drivers(self, review: Review) -> Section:
        """Which driver helped, and which misled."""
        told = Figures(self.report.metric, self.language)
        rows = (
            (
                one.name,
                told.total(one.moved),
                self._share(one.added, signed=True),
                self._say(f"driver.{what_it_did(one.added)}"),
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
        return plain(None, language)
    name = text(f"calibration.quadrant.{result.quadrant}", language)
    return text("calibration.quadrant.borderline", language, name=name) if result.borderline else name
