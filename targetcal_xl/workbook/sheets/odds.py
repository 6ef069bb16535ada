"""The odds of every target, a line's and all together's, as formulas over what people typed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from ...calibration.odds import LARGEST_SPREAD, LIFT, SUREST, above_middles, total_spread
from ...ooxml import Cell
from ..facts import TOTALS, Facts, optional
from ..formulas import (
    NOTHING,
    Expression,
    and_,
    cell_at,
    counted,
    grouped,
    if_,
    is_number,
    ln,
    max_,
    min_,
    normal_quantile,
    normal_share,
    number,
    number_or_0,
    one_or_0,
    round_,
    rows,
    sqrt,
    sum_,
    sum_product,
)
from ..part import Columns, Fields, SheetPart
from ..shapes import region_sheet
from .baseline import Way
from .baseline_live import is_live

_DIGITS = 4
"""Odds stand to a hundredth of a percent, so that every program comes to the same."""


class Odds:
    """Writes the odds on the baseline sheet, on the regions' tabs and on the dashboard."""

    def __init__(self, facts: Facts, way: Way) -> None:
        self._facts, self._way = facts, way
        self._table = facts.table("baseline", "baseline")
        self._lines = facts.plan.lines
        self._known: dict[str, Expression] = {}

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the baseline sheet."""
        yield SheetPart("baseline", {"baseline": self._columns})

    def _columns(self) -> Columns:
        """How far a line's results spread, and the odds of what head office wants and of the suggestion."""
        return {"spread": self._spread, "odds.allotment": self._allotment, "odds.suggested": self._suggested}

    @property
    def _pair(self) -> tuple[Expression, Expression]:
        """What is expected and how far that spreads, in a row of the baseline."""
        spread = self._facts.own(self._table, "spread", self._spread.values, "$")
        return self._way.cell("expected", "$"), spread

    @cached_property
    def _allotment(self) -> Expression:
        return self._of(self._way.cell("allotment", "$"), *self._pair)

    @cached_property
    def _suggested(self) -> Expression:
        return self._of(self._way.cell("suggested", "$"), *self._pair)

    def of_region(self, region: str) -> Columns:
        """The odds of what was declared, on the region's tab."""
        return {"odds_declared": self._declared(region)}

    def _declared(self, region: str) -> Expression:
        if region not in self._known:
            self._known[region] = self._of_declared(region)
        return self._known[region]

    def _of_declared(self, region: str) -> Expression:
        facts, places = self._facts, self._facts.lines_of[region]
        lines = [self._lines[k].code for k in places]
        spread, expected = self._spread.values[places], self._way.values("expected")[places]
        table = facts.table(region_sheet(region), "lines")
        declared = facts.own(table, "declared", optional(facts.declared[k] for k in places))
        pair = (
            facts.in_rows("baseline", "baseline", lines, code, values)
            for code, values in (("expected", expected), ("spread", spread))
        )
        return self._of(declared, *pair)

    def overview(self) -> Columns:
        """Both odds of a line, on the dashboard."""
        facts, lines = self._facts, self._lines
        hq = facts.each_at("baseline", "baseline", (line.code for line in lines), "odds.allotment")
        declared = np.full(len(lines), np.nan)
        for region, places in facts.lines_of.items():
            declared[places] = self._declared(region).values
        return {
            "odds_hq": facts.elsewhere(hq, self._allotment.values),
            "odds_declared": facts.elsewhere(facts.on_tabs("odds_declared"), declared),
        }

    def fields(self) -> Fields:
        """The odds of all lines together, how far their sum spreads, and how much of that they share."""
        return {
            "total_spread": self._together,
            "total_mean": self._mean,
            "shared": Cell(self._facts.standing.shared),
            "odds_hq": self._of_total("hq", self._facts.plan.hq_target),
            **{f"odds_{code}": self._when_complete(code) for code in TOTALS[1:]},
        }

    def _when_complete(self, code: str) -> Expression:
        """The odds of one of the dashboard's totals; none until every line has its part in it."""
        values = optional(self._facts.compared[code])
        column = self._facts.across(self._facts.table("dashboard", "lines"), code, values)
        total = self._facts.total(self._facts.compared[code])
        return if_(counted(column) < rows(column), NOTHING, self._of_total(code, total))

    def _of_total(self, code: str, value: float | None) -> Expression:
        facts, tab = self._facts, self._facts.tab("baseline") or ""
        places = range(len(self._lines))
        centre = facts.totalled(self._table, "expected", self._way.values("expected"), places, tab)
        target = cell_at(facts.here(f"dashboard_{code}"), "" if value is None else value)
        wide = Expression(facts.here("total_spread"), self._together.values)
        return self._of(target, grouped(centre * self._above_middles) / (1 + wide**2 / 2), wide)

    @cached_property
    def _mean(self) -> Expression:
        """What all lines are expected to come to: as they add up, a mean of means."""
        tab, places = self._facts.tab("baseline") or "", range(len(self._lines))
        values = self._way.values("expected")
        centre = self._facts.totalled(self._table, "expected", values, places, tab)
        return if_(self._weight > 0, grouped(centre) * self._above_middles, NOTHING)

    def _of(self, target: Expression, expected: Expression, wide: Expression) -> Expression:
        """The lognormal odds of a target or better, as `odds` has them."""
        lead = ln(expected / target)
        share = normal_share((lead if self._facts.plan.metric.direction > 0 else -lead) / wide)
        least = number(1 - SUREST, f"{1 - SUREST:.2f}")
        positive = (number_or_0(one) > 0 for one in (target, expected, wide))
        sure = round_(min_(SUREST, max_(least, share)), _DIGITS)
        return if_(and_(is_number(target), *positive), sure, NOTHING)

    @cached_property
    def _spread(self) -> Expression:
        """A line's spread, as `log_spread` has it."""
        expected, low, high = (self._way.cell(code, "$") for code in ("expected", "low", "high"))
        reach = normal_quantile((1 + self._confidence) / 2)
        width = if_(low > 0, ln(high / low) / 2, ln(high / expected))
        return if_(and_(expected > 0, high > expected), width / reach, 0)

    @property
    def _confidence(self) -> Expression:
        """The level of the interval that stands on the sheet: live functions take it from its cell."""
        recorded = self._facts.plan.thresholds.confidence
        if not is_live(self._facts):
            return number(recorded, f"{recorded:g}")
        typed = self._facts.number(None, None, "confidence")
        return cell_at(self._facts.field("confidence"), recorded if typed is None else typed)

    @cached_property
    def _together(self) -> Expression:
        """The spread of all lines together, as `total_spread` has it, weighed by what is expected of them."""
        wide = self._across("spread")
        weighed, total = self._weighed, self._weight
        shared = cell_at(self._facts.here("shared"), self._facts.standing.shared)
        common = shared * sum_product(*weighed, wide) ** 2
        own = (1 - shared) * sum_product(*weighed, *weighed, wide, wide)
        weights = self._way.values("expected") * self._facts.plan.volumes
        found = total_spread(weights, self._spread.values, self._facts.standing.shared)
        return if_(total > 0, sqrt(common + own) / total, 0).found(found)

    @property
    def _weighed(self) -> list[Expression]:
        """What is multiplied to a line's part in the total."""
        volumes = [self._across("volume")] if self._facts.plan.is_weighed else []
        return [self._across("expected"), *volumes]

    @property
    def _weight(self) -> Expression:
        """All these parts together."""
        return sum_product(*self._weighed) if self._facts.plan.is_weighed else sum_(*self._weighed)

    @property
    def _above_middles(self) -> Expression:
        """How far the mean of the total lies above the lines' middles, as `above_middles` has it."""
        wide = self._across("spread")
        weights = self._way.values("expected") * self._facts.plan.volumes
        found = above_middles(weights, self._spread.values)
        square = one_or_0(wide < LARGEST_SPREAD) * wide**2 + one_or_0(wide >= LARGEST_SPREAD)
        lifted = number(LIFT, f"{LIFT:g}") * sum_product(*self._weighed, square)
        return grouped(1 + lifted / (2 * self._weight)).found(found)

    def _across(self, code: str) -> Expression:
        columns = {"spread": self._spread.values, "volume": np.array(self._facts.plan.volumes)}
        values = columns[code] if code in columns else self._way.values(code)
        return self._facts.across(self._table, code, values, self._facts.tab("baseline") or "")
