"""The odds of every target, a line's and all together's, as formulas over what people typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from ...calibration.arrays import Floats
from ...calibration.odds import LARGEST_SPREAD, LIFT, SUREST, above_middles, total_spread
from ...ooxml import Cell
from ..facts import TOTALS, Facts, column_of, optional
from ..formulas import (
    NOTHING,
    Expression,
    Values,
    and_,
    cell_at,
    counted,
    grouped,
    how_many,
    if_,
    is_number,
    listed,
    ln,
    max_,
    min_,
    normal_quantile,
    normal_share,
    number,
    number_or_0,
    one_or_0,
    or_,
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


_TABLES = {"baseline": "baseline", "dashboard": "lines"}
"""Where lines stand with what they spread."""


@dataclass(frozen=True)
class _Together:
    """Lines taken together: columns whose product is a line's part in the total, and how far each spreads."""

    weighed: tuple[Expression, ...]
    spread: Expression
    shared: Expression

    @property
    def weight(self) -> Expression:
        """All parts together."""
        return sum_product(*self.weighed) if len(self.weighed) > 1 else sum_(*self.weighed)

    @cached_property
    def wide(self) -> Expression:
        """The spread of the total, as `total_spread` has it."""
        common = self.shared * sum_product(*self.weighed, self.spread) ** 2
        own = (1 - self.shared) * sum_product(*self.weighed, *self.weighed, self.spread, self.spread)
        found = total_spread(self._parts, self.spread.values, float(self.shared.values))
        return (sqrt(common + own) / self.weight).found(found)

    @cached_property
    def above(self) -> Expression:
        """How far the mean of the total lies above the lines' middles, as `above_middles` has it."""
        wide = self.spread
        square = one_or_0(wide < LARGEST_SPREAD) * wide**2 + one_or_0(wide >= LARGEST_SPREAD)
        lifted = number(LIFT, f"{LIFT:g}") * sum_product(*self.weighed, square)
        found = above_middles(self._parts, wide.values)
        return grouped(1 + lifted / (2 * self.weight)).found(found)

    @property
    def _parts(self) -> Floats:
        return np.asarray(np.prod([one.values for one in self.weighed], axis=0))


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
        declared = facts.own(table, column_of("declared"), optional(facts.declared[k] for k in places))
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
            "spread": facts.elsewhere(self._each("spread"), self._spread.values),
            "assigned": self._assigned,
        }

    def _each(self, code: str) -> list[str | None]:
        """References to a column of the baseline sheet, over the plan's lines."""
        return self._facts.each_at("baseline", "baseline", (line.code for line in self._lines), code)

    @cached_property
    def _assigned(self) -> Expression:
        """The target that stands: agreed, or else in force, or else declared."""
        facts, table = self._facts, self._facts.table("dashboard", "lines")
        held = {"agreed": facts.agreed, "in_force": facts.in_force, "declared": facts.declared}
        cells = [facts.own(table, code, optional(values)) for code, values in held.items()]
        return reduce(lambda other, cell: if_(is_number(cell), cell, other), reversed(cells), NOTHING)

    def of_regions(self) -> Columns:
        """What each region is assigned beside its part of HQ's target, and the odds that this is reached."""
        facts, table = self._facts, self._facts.table("dashboard", "regions")
        found: dict[str, list[Expression]] = {"assigned_share": [], "odds_hq": [], "odds_followed": []}
        for region, places in facts.lines_of.items():
            name = facts.own(table, "name", np.array(facts.region_names[region], object))
            asked = facts.own(table, "allotment", optional([facts.total(facts.figures["allotment"], places)]))
            foreseen = self._some("baseline", "expected", self._way.values("expected"), places, name)
            for code, told in zip(found, self._beside(asked, foreseen, places, name), strict=True):
                found[code].append(told)
        return {code: listed(told) for code, told in found.items()}

    def _beside(
        self, asked: Expression, foreseen: _Together | None, places: Sequence[int], name: Expression | None
    ) -> Iterator[Expression]:
        """The share of what is asked that is assigned; odds by the forecast, and about the targets."""
        table, targets = self._facts.table("dashboard", "lines"), self._assigned.values
        some = self._some("dashboard", "assigned", targets, places, name)
        given = self._facts.across(table, "assigned", targets[places])
        spread = self._facts.across(table, "spread", self._spread.values[places])
        only = [] if name is None else [self._is_of("dashboard", places, name)]
        is_open = how_many(*only, is_number(given)) < len(places)
        is_dark = how_many(*only, is_number(given), spread > 0) < len(places)
        nothing = or_(is_open, number_or_0(asked).equals(0))
        yield if_(nothing, NOTHING, grouped(self._mean_of(some, places)) / asked)
        if foreseen is not None:
            yield self._reached(asked, foreseen, places)
        yield if_(is_dark, NOTHING, self._reached(asked, some, places))

    def _reached(self, asked: Expression, some: _Together, places: Sequence[int]) -> Expression:
        """The odds that lines reach together what is asked of them."""
        middle = grouped(self._mean_of(some, places) * some.above) / (1 + some.wide**2 / 2)
        return self._of(asked, middle, some.wide)

    def _mean_of(self, some: _Together, places: Sequence[int]) -> Expression:
        """What lines come to as they add up: for a mean, over what they weigh."""
        plan = self._facts.plan
        weight = float(sum(plan.volumes[k] for k in places))
        return some.weight if plan.metric.adds_up else some.weight / number(weight, f"{weight:.15g}")

    def _some(
        self, sheet: str, code: str, values: Values, places: Sequence[int], name: Expression | None
    ) -> _Together:
        """Some lines by a column of a sheet: those of the region that is called so, or all."""
        facts, table = self._facts, self._facts.table(sheet, _TABLES[sheet])
        tab = "" if sheet == "dashboard" else facts.tab(sheet) or ""
        columns = [
            (code, values),
            *([("volume", np.array(facts.plan.volumes))] if facts.plan.is_weighed else []),
        ]
        cells = (facts.across(table, one, held[places], tab) for one, held in columns)
        only = [] if name is None else [one_or_0(self._is_of(sheet, places, name))]
        spread = facts.across(table, "spread", self._spread.values[places], tab)
        return _Together((*only, *cells), spread, self._shared)

    def _is_of(self, sheet: str, places: Sequence[int], name: Expression) -> Expression:
        """Which rows of a sheet are about the region that is called so."""
        facts, tab = self._facts, "" if sheet == "dashboard" else self._facts.tab(sheet) or ""
        names = np.full(len(places), name.values[()], object)
        return grouped(facts.across(facts.table(sheet, _TABLES[sheet]), "region", names, tab).equals(name))

    def fields(self) -> Fields:
        """The odds of all lines together, how far their sum spreads, and how much of that they share."""
        return {
            "total_spread": self._together,
            "total_mean": self._mean,
            "shared": Cell(self._facts.standing.shared),
            "odds_hq": self._of_total("hq", self._facts.plan.hq_target),
            **{f"odds_{code}": self._when_complete(code) for code in TOTALS[1:]},
            **dict(zip(("assigned_share", "odds_followed"), self._of_hq, strict=True)),
        }

    @property
    def _of_hq(self) -> Iterator[Expression]:
        """What is assigned beside HQ's target, and the odds of that where results fall about the targets."""
        asked = cell_at(self._facts.here("dashboard_hq"), self._facts.plan.hq_target)
        return self._beside(asked, None, range(len(self._lines)), None)

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
        return self._of(target, grouped(centre * self._whole.above) / (1 + wide**2 / 2), wide)

    @cached_property
    def _mean(self) -> Expression:
        """What all lines are expected to come to: as they add up, a mean of means."""
        tab, places = self._facts.tab("baseline") or "", range(len(self._lines))
        values = self._way.values("expected")
        centre = self._facts.totalled(self._table, "expected", values, places, tab)
        return if_(self._whole.weight > 0, grouped(centre) * self._whole.above, NOTHING)

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
        return if_(self._whole.weight > 0, self._whole.wide, 0).found(self._whole.wide.values)

    @cached_property
    def _whole(self) -> _Together:
        """All lines, by what is expected of them."""
        volumes = [self._across("volume")] if self._facts.plan.is_weighed else []
        return _Together((self._across("expected"), *volumes), self._across("spread"), self._shared)

    @property
    def _shared(self) -> Expression:
        return cell_at(self._facts.here("shared"), self._facts.standing.shared)

    def _across(self, code: str) -> Expression:
        columns = {"spread": self._spread.values, "volume": np.array(self._facts.plan.volumes)}
        values = columns[code] if code in columns else self._way.values(code)
        return self._facts.across(self._table, code, values, self._facts.tab("baseline") or "")
