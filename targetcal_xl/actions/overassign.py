"""How much more is assigned than head office needs, and the odds that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..calibration import (
    Assigned,
    Floats,
    InfeasibleTotal,
    Metric,
    Plan,
    Standing,
    assigned,
    over_assign,
    over_assign_region,
)
from ..calibration.odds import SUREST
from ..connect import infeasible
from ..desk import Desk, Stock, find_region, look
from ..figures import Figures, percent
from ..language import spoken_language, text
from ..problems import Problem, Refused
from ..telling import Part, Report, Sentence, table
from .fairness import targets_now


@dataclass(frozen=True)
class AssignedTo:
    """A region or a line by its code and name, and what is assigned to it; both empty for the whole."""

    code: str
    name: str
    found: Assigned


@dataclass(frozen=True)
class OverassignReport(Report):
    """What is assigned in all and below; which targets these are, or the odds they were split for."""

    targets: str
    chosen: float | None
    whole: AssignedTo
    below: tuple[AssignedTo, ...]
    metric: Metric

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and a table."""
        told, all_of = Figures(self.metric, language), self.whole.found
        chosen = percent(self.chosen, language)
        said = {"chosen": chosen, "region": self.below[0].name}
        yield Sentence(text(f"telling.overassign.targets.{self.targets}", language, **said))
        yield Sentence(_total(all_of, told))
        columns = ("assigned_to", "hq", "assigned", "assigned_share", "odds_foreseen", "odds_followed")
        rows = (_row(one, told) for one in (self.whole, *self.below))
        yield table(columns, rows, language)
        enough = percent(self.metric.attained(all_of.asked, all_of.assigned), language)
        yield Sentence(text("telling.overassign.cushion", language, attained=enough))
        yield Sentence(text("telling.overassign.meaning", language))


def _row(one: AssignedTo, told: Figures) -> tuple[str, ...]:
    found, language = one.found, told.language
    odds = (percent(value, language) for value in (found.foreseen, found.followed))
    amounts = told.total(found.asked), told.total(found.assigned), _share(found, language)
    return (one.name or text("telling.overassign.whole", language), *amounts, *odds)


def _total(found: Assigned, told: Figures) -> str:
    """How much of HQ's target is assigned, and the odds that HQ's is reached."""
    odds = {code: percent(getattr(found, code), told.language) for code in ("foreseen", "followed")}
    numbers = {"share": _share(found, told.language), "hq": told.total(found.asked)}
    return text("telling.overassign.total", told.language, **numbers, **odds)


def assigned_now(stock: Stock, language: str) -> tuple[str, str]:
    """Which targets stand, and how far they exceed HQ's with which odds, each in a sentence."""
    plan, (code, targets) = stock.plan, targets_now(stock)
    found = _of(stock.standing, plan.hq_target, targets, range(len(plan.lines)))
    return text(f"telling.overassign.targets.{code}", language), _total(found, Figures(plan.metric, language))


def _share(found: Assigned, language: str) -> str:
    return percent(found.share, language, 1)


def overassign(desk: Desk, odds: float | None = None, region: str = "") -> OverassignReport:
    """Hold what lines are assigned against the HQ target, by region or by the lines of one; change nothing.

    The targets are those that stand, as for fairness; with `odds`, a share of 1, those that the HQ target
    would have to be split into to be reached with these odds; with a region too, its part of the HQ target
    is, and all others keep theirs. Refuse odds that cannot be or be had.
    """
    stock = look(desk)
    standing, plan = stock.standing, stock.plan
    if odds is None:
        code, targets = targets_now(stock)
    else:
        code = "region" if region else "chosen"
        targets = _for_odds(standing, odds, region)
    below = tuple(_below(standing, targets, region))
    whole = AssignedTo("", "", _of(standing, plan.hq_target, targets, range(len(plan.lines))))
    return OverassignReport(code, odds, whole, below, plan.metric)


def _for_odds(standing: Standing, odds: float, region: str) -> Floats:
    plan, baseline, shared = standing.inputs.plan, standing.baseline, standing.shared
    if not 1 - SUREST <= odds <= SUREST:
        raise Refused([Problem("overassign_odds", fields={"found": odds})])
    try:
        if not region:
            return over_assign(plan, baseline, shared, odds)
        code, targets = find_region(plan, region).code, standing.allotment.copy()
        rows = _rows(plan, code)
        asked = plan.total_of(targets, rows)
        targets[rows] = over_assign_region(plan, baseline, shared, odds, code, asked)
        return targets
    except InfeasibleTotal as refused:
        fields = {"odds": percent(odds, spoken_language())}
        raise Refused([Problem("overassign_limits", fields=fields), *infeasible(plan, refused)]) from None


def _below(standing: Standing, targets: Floats, region: str) -> Iterator[AssignedTo]:
    plan = standing.inputs.plan
    if region:
        meant = find_region(plan, region)
        nodes = [(meant.code, meant.name, _rows(plan, meant.code))]
        nodes += [(plan.lines[row].code, plan.lines[row].name, [row]) for row in nodes[0][2]]
    else:
        nodes = [(one.code, one.name, _rows(plan, one.code)) for one in plan.regions]
    for code, name, rows in nodes:
        asked = plan.total_of(standing.allotment, rows)
        yield AssignedTo(code, name, _of(standing, asked, targets, rows))


def _rows(plan: Plan, region: str) -> list[int]:
    return [row for row, line in enumerate(plan.lines) if line.region == region]


def _of(standing: Standing, asked: float, targets: Floats, rows: Sequence[int]) -> Assigned:
    plan, baseline = standing.inputs.plan, standing.baseline
    return assigned(plan, baseline, asked, np.asarray(targets), standing.shared, rows)
