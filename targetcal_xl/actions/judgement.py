"""Whether each head's departures from suggestions were right, beside what is declared now."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..calibration import Correction, Metric, Verdict, as_number, corrected, correction, verdicts
from ..calibration.judgement import FEWEST_PERIODS, departs
from ..calibration.review import what_it_did
from ..desk import Desk, Stock, judgement_record, look, past_judgement
from ..figures import UNKNOWN, figures, percent, plain
from ..language import text
from ..telling import QUIET, Part, Report, Sentence, table


@dataclass(frozen=True)
class CorrectedDeclaration:
    """A declaration that departs from its suggestion, and what it would be without its region's habit."""

    region: str
    line: str
    suggested: float
    declared: float
    corrected: float


@dataclass(frozen=True)
class JudgementReport(Report):
    """How departures did, by region and by side, and what is declared now."""

    periods: tuple[str, ...]
    regions: tuple[Verdict, ...]
    ways: tuple[Verdict, ...]
    learned: int
    """Periods before the plan's that the correction rests on."""
    habit: Correction
    opinions: tuple[CorrectedDeclaration, ...]
    names: Mapping[str, str]
    metric: Metric

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if not self.regions:
            yield Sentence(text("telling.judgement.none", language), QUIET)
            return
        for one in self.regions:
            yield Sentence(said_of(one, language), about=self._named(one.code))
        columns = ("judged", "departures", "nearer", "too_low", "added", "pooled", "worth")
        rows = [_cells(one, self._named(one.code), language) for one in self.regions]
        sides = {one.code: text(f"telling.judgement.way.{one.code}", language) for one in self.ways}
        yield table(columns, rows + [_cells(one, sides[one.code], language) for one in self.ways], language)
        yield Sentence(text("telling.judgement.meaning", language), QUIET)
        yield from self._opinions(language)

    def _named(self, code: str) -> str:
        return self.names.get(code, code)

    def _opinions(self, language: str) -> Iterator[Part]:
        if self.learned < FEWEST_PERIODS:
            known = {"count": self.learned, "fewest": FEWEST_PERIODS}
            yield Sentence(text("telling.judgement.few", language, **known), QUIET)
        elif self.opinions:
            told = figures(self.metric, language)
            rows = (
                (
                    self._named(one.region),
                    self._named(one.line),
                    *map(told.number, (one.suggested, one.declared, one.corrected)),
                )
                for one in self.opinions
            )
            yield table(("region", "line", "suggested", "declared", "corrected"), rows, language)
            yield Sentence(text("telling.judgement.opinion", language), QUIET)


def said_of(one: Verdict, language: str) -> str:
    """How often departures were closer than the suggestion, and how far too low or high on average."""
    side = "level" if not float(f"{one.short:.3f}") else "low" if one.short > 0 else "high"
    points = plain(100 * abs(one.short), language, 1)
    told = {"count": one.departures, "closer": one.closer, "points": points}
    return text(f"telling.judgement.did_{side}", language, **told)


def _cells(one: Verdict, name: str, language: str) -> tuple[str, ...]:
    shares = (percent(value, language, 1, signed=True) for value in (one.short, one.added, one.pooled))
    known = not math.isnan(one.pooled)
    worth = text(f"telling.evaluate.driver.{what_it_did(one.pooled)}", language) if known else UNKNOWN
    return (name, str(one.departures), str(one.closer), *shares, worth)


def judgement(desk: Desk) -> JudgementReport:
    """Say whether departures were right, and what declarations would be without habits; change nothing.

    What is corrected rests on periods before the plan's alone: none is corrected by what came of itself.
    """
    stock = look(desk)
    record, plan = judgement_record(desk.ledger, stock.standing), stock.plan
    past = past_judgement(desk.ledger, stock.standing)
    habit = correction(past)
    return JudgementReport(
        periods=record.periods,
        regions=verdicts(record, "region"),
        ways=verdicts(record, "way"),
        learned=len(past.periods),
        habit=habit,
        opinions=tuple(_opinions(stock, habit)),
        names={one.code: one.name for one in (*plan.regions, *plan.lines)},
        metric=plan.metric,
    )


def _opinions(stock: Stock, habit: Correction) -> Iterator[CorrectedDeclaration]:
    """Declarations that depart from their suggestions."""
    standing, plan = stock.standing, stock.plan
    keys = [(line.region, line.code, "declared") for line in plan.lines]
    typed = [as_number(stock.typed(key)) for key in keys]
    declared = np.array([math.nan if one is None else one for one in typed])
    suggested = standing.baseline.suggested
    found = corrected(plan, habit, suggested, declared, standing.inputs.history.values)
    rows = zip(plan.lines, *(one.tolist() for one in (suggested, declared, found)), strict=True)
    for line, *values in rows:
        if departs(values[1], values[0]):
            yield CorrectedDeclaration(line.region, line.code, *values)
