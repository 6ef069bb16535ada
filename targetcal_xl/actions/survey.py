"""What people think of their targets, taken in as figures: never an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from ..calibration import Opinion, summarise
from ..connect import Responses, read_responses
from ..desk import SURVEY, Desk, find_file, keep, plan_of, take_stock
from ..figures import percent, plain, spell
from ..language import text
from ..ledger import dump
from ..telling import Part, Report, table


@dataclass(frozen=True)
class SurveyReport(Report):
    """Opinions by region name and of all together; None where they may not be shown."""

    groups: tuple[tuple[str, Opinion | None], ...]
    overall: Opinion | None

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        overall = (text("telling.survey.overall", language), self.overall)
        rows = [
            (
                name,
                plain(opinion.answers, language),
                spell(opinion.mean, language, 1),
                percent(opinion.agreement_pct / 100, language),
            )
            if opinion
            else (name, text("telling.survey.hidden", language), "", "")
            for name, opinion in (*self.groups, overall)
        ]
        yield table(("region", "answers", "mean", "agreement"), rows, language)


def survey_file(desk: Desk, path: Traversable) -> SurveyReport:
    """Take in a file of answers.

    Raise Refused when there is no such file, DataProblems with every fault of it.
    """
    return survey(desk, read_responses(find_file(path), plan_of(desk)))


def survey(desk: Desk, responses: Responses) -> SurveyReport:
    """Record the survey's figures by region, never an answer."""
    stock = take_stock(desk)
    figures = summarise(responses.groups, responses.scores, stock.plan.thresholds.survey_minimum)
    keep(stock, "survey", SURVEY, dump(figures))
    groups = tuple((stock.plan.region(code).name, opinion) for code, opinion in figures.groups.items())
    return SurveyReport(groups, figures.overall)
