"""What people think of their targets, taken in as figures: never an answer."""

from __future__ import annotations

from dataclasses import dataclass

from ..calibration import Opinion, summarise
from ..connect import Responses
from ..desk import SURVEY, Desk, keep, take_stock
from ..ledger import dump


@dataclass(frozen=True)
class SurveyReport:
    """Opinions by region name and of all together; None where they may not be shown."""

    groups: tuple[tuple[str, Opinion | None], ...]
    overall: Opinion | None


def survey(desk: Desk, responses: Responses) -> SurveyReport:
    """Record the survey's figures by region, never an answer."""
    stock = take_stock(desk)
    figures = summarise(responses.groups, responses.scores, stock.plan.thresholds.survey_minimum)
    keep(stock, "survey", SURVEY, dump(figures))
    groups = tuple((stock.plan.region(code).name, opinion) for code, opinion in figures.groups.items())
    return SurveyReport(groups, figures.overall)
