"""Many plans on one page: how far each has come, its numbers, what waits, and its regions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..calibration import Metric
from ..calibration.vocabulary import Light, PlanState, Stage
from ..figures import UNKNOWN, Figures, percent
from ..language import text
from ..workbook import caption
from .listing import Listing, ListingCell, listing
from .page import MOST_BYTES, part, rendered, to_the_minute

_SIZES = (2000, 500, 200, 100, 50, 20)
"""How many rows a list has at most: the first of these with which the page is small enough."""


@dataclass(frozen=True)
class RegionOverview:
    """A region of a plan: who sees to it, where it is, and its numbers; None where nobody knows one."""

    name: str
    people: tuple[str, ...]
    stage: Stage
    suggested: float
    agreed: float | None
    attainment: float | None


@dataclass(frozen=True)
class PlanOverview:
    """A plan as its ledger has it."""

    book: str
    """The workbook's path from the folder that was looked at."""
    code: str
    company: str
    period: str
    last_day: dt.date
    metric: Metric
    state: PlanState
    regions: tuple[RegionOverview, ...]
    handed_in: int
    objections: int
    warnings: int
    hq: float
    suggested: float
    agreed: float | None
    result: float | None
    """What the lines have brought so far, or in the end."""
    changed: dt.datetime | None
    """When something was recorded last."""

    @property
    def light(self) -> Light:
        """Red where lines are warned of, amber where objections wait."""
        if self.warnings:
            return Light.BEHIND
        return Light.CLOSE if self.objections else Light.ON_PATH


def plans_page(plans: Sequence[PlanOverview], folder: str, at: dt.datetime, language: str) -> str:
    """The page; its lists are as long as there is room for."""
    page = ""
    for most in _SIZES:
        told = _Plans(plans, language, most).data()
        stamp = {"folder": folder, "at": to_the_minute(at, language)}
        page = rendered("plans.html", language, part("plans.js"), **told, **stamp)
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


class _Plans:
    """Makes what the template tells."""

    def __init__(self, plans: Sequence[PlanOverview], language: str, most: int) -> None:
        self._plans, self._language, self._most = plans, language, most

    def data(self) -> dict[str, object]:
        """Every part of the page."""
        states = Counter(one.state for one in self._plans)
        cards = [(self._state(state), str(states[state])) for state in PlanState]
        return {"cards": cards, "listings": [self._overview(), self._regions()]}

    def _say(self, key: str, **fields: object) -> str:
        return text(f"pages.plans.{key}", self._language, **fields)

    def _state(self, state: PlanState) -> str:
        return text(f"calibration.plan_state.{state}", self._language)

    def _overview(self) -> Listing:
        codes = ("book", "company", "period", "metric", "state", "handed_in", "objections", "warnings")
        numbers = ("hq", "suggested", "agreed", "result", "changed")
        captions = [self._say(f"column.{code}") for code in (*codes, *numbers)]
        rows = [self._plan(one) for one in self._plans]
        return listing("plans", self._say("plans"), captions, rows, self._most, self._say("none"))

    def _plan(self, one: PlanOverview) -> tuple[ListingCell, ...]:
        return (
            ListingCell(one.book, one.light),
            ListingCell(one.company),
            ListingCell(one.period),
            ListingCell(one.metric.name),
            ListingCell(self._state(one.state)),
            _number(f"{one.handed_in}/{len(one.regions)}"),
            *(_number(str(count or "")) for count in (one.objections, one.warnings)),
            *self._totals(one.metric, (one.hq, one.suggested, one.agreed, one.result)),
            _number("" if one.changed is None else to_the_minute(one.changed, self._language)),
        )

    def _regions(self) -> Listing:
        codes = ("region", "period", "metric", "stage", "suggested", "agreed", "attainment", "book")
        captions = [self._say(f"column.{code}") for code in codes]
        found = [(region, plan) for plan in self._plans for region in plan.regions]
        found.sort(key=lambda pair: pair[0].name)
        rows = [self._region(*pair) for pair in found]
        return listing("regions", self._say("regions"), captions, rows, self._most, self._say("none"))

    def _region(self, one: RegionOverview, plan: PlanOverview) -> tuple[ListingCell, ...]:
        return (
            ListingCell(one.name),
            ListingCell(plan.period),
            ListingCell(plan.metric.name),
            ListingCell(caption(one.stage, self._language)),
            *self._totals(plan.metric, (one.suggested, one.agreed)),
            _number(percent(one.attainment, self._language, 1)),
            ListingCell(plan.book),
        )

    def _totals(self, metric: Metric, values: Sequence[float | None]) -> list[ListingCell]:
        shown = Figures(metric, self._language)
        return [
            _number(UNKNOWN if value is None else f"{shown.total(value)} {shown.unit}") for value in values
        ]


def _number(said: str) -> ListingCell:
    return ListingCell(said, "number" if said else "nothing")
