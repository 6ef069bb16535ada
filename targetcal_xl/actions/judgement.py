"""Whether each head's departures from suggestions were right, beside what is declared now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..calibration import CorrectedDeclaration, Correction, Metric, ValueAdded, correction, values_added
from ..calibration.habits import FEWEST_PERIODS
from ..desk import Desk, find_region, judgement_record, look, opinions_now, past_judgement
from ..figures import figures
from ..language import text
from ..sentences import judged, judged_cells
from ..telling import QUIET, Part, Report, Sentence, table

COLUMNS = ("judged", "departures", "nearer", "too_low", "added", "pooled", "worth")


@dataclass(frozen=True)
class JudgementReport(Report):
    """How departures did, by region and by side, and what is declared now; of one region, or all."""

    periods: tuple[str, ...]
    regions: tuple[ValueAdded, ...]
    ways: tuple[ValueAdded, ...]
    """Of all regions, also where one was asked for: a single one says little."""
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
        for one in self.regions:
            yield Sentence(judged(one, language), about=self._named(one.code))
        if self.ways:
            rows = [(self._named(one.code), *judged_cells(one, language)) for one in self.regions]
            sides = ((text(f"telling.judgement.way.{one.code}", language), one) for one in self.ways)
            rows += [(said, *judged_cells(one, language)) for said, one in sides]
            yield table(COLUMNS, rows, language)
            yield Sentence(text("telling.judgement.meaning", language), QUIET)
            yield from self._opinions(language)

    def _named(self, code: str) -> str:
        return self.names.get(code, code)

    def _opinions(self, language: str) -> Iterator[Part]:
        if self.learned < FEWEST_PERIODS:
            known = {"count": self.learned, "fewest": FEWEST_PERIODS}
            yield Sentence(text("telling.judgement.few", language, **known), QUIET)
        elif self.opinions:
            yield table(
                ("region", "line", "suggested", "declared", "corrected"),
                (self._opinion(one, language) for one in self.opinions),
                language,
            )
            yield Sentence(text("telling.judgement.opinion", language), QUIET)

    def _opinion(self, one: CorrectedDeclaration, language: str) -> tuple[str, ...]:
        told = figures(self.metric, language)
        numbers = map(told.number, one.amounts)
        return (self._named(one.region), self._named(one.line), *numbers)


def judgement(desk: Desk, region: str = "") -> JudgementReport:
    """Say whether departures were right, and what declarations would be without habits; change nothing.

    What is corrected rests on periods before the plan's alone: none is corrected by what came of itself.
    Raise Refused for a region that there is not.
    """
    stock = look(desk)
    record, plan = judgement_record(desk.ledger, stock.standing), stock.plan
    past = past_judgement(desk.ledger, stock.standing.values)
    habit, only = correction(past), find_region(plan, region).code if region else ""
    return JudgementReport(
        periods=record.periods,
        regions=tuple(one for one in values_added(record, "region") if only in ("", one.code)),
        ways=values_added(record, "way"),
        learned=len(past.periods),
        habit=habit,
        opinions=tuple(one for one in opinions_now(stock, habit) if only in ("", one.region)),
        names={one.code: one.name for one in plan.regions} | {one.code: one.name for one in plan.lines},
        metric=plan.metric,
    )
