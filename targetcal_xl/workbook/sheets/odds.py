"""The odds of every target, a line's and all together's, as formulas over what people typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ...calibration.odds import SUREST, log_spread, odds, total_spread
from ...ooxml import Cell, column_letters
from ..facts import TOTALS, Facts, Row, or_blank, span
from ..places import TablePlace
from ..shapes import region_sheet
from .baseline import Explanation
from .baseline_live import is_live

_DIGITS = 4
"""Odds stand to a hundredth of a percent, so that every program comes to the same."""


class Chances:
    """Writes the odds on the baseline sheet, on the regions' tabs and on the dashboard."""

    def __init__(self, facts: Facts, explanation: Explanation) -> None:
        self._facts, self._explanation = facts, explanation

    def baseline(self, line: str) -> Row:
        """How far a line's results spread, and the odds of what head office wants and of the suggestion."""
        k, at = self._facts.lines[line][0], self._baseline.rows[line]
        pair = self._own("expected", at), self._own("spread", at)
        return {"spread": Cell(self._spread[k], self._spread_formula(at))} | {
            f"odds.{code}": Cell(or_blank(self._odds[code][k]), self._formula(self._own(code, at), *pair))
            for code in ("allotment", "suggested")
        }

    def declared(self, line: str) -> Row:
        """The odds of what was declared, on the region's tab."""
        k, known = self._facts.lines[line]
        lines = self._facts.places.table(region_sheet(known.region), "lines")
        typed = f"${column_letters(lines.columns['declared'])}${lines.rows[line]}"
        tab, at = self._facts.tab("baseline"), self._baseline.rows[line]
        pair = (f"{tab}{self._own(code, at)}" for code in ("expected", "spread"))
        return {"odds_declared": Cell(or_blank(self._odds["declared"][k]), self._formula(typed, *pair))}

    def overview(self, line: str) -> Row:
        """Both odds of a line, on the dashboard."""
        k, known = self._facts.lines[line]
        sheet = region_sheet(known.region)
        row, column = self._facts.places.spot(sheet, "lines", line, "odds_declared")
        hq = self._facts.tab("baseline") + self._own("odds.allotment", self._baseline.rows[line])
        declared = f"{self._facts.tab(sheet)}${column_letters(column)}${row}"
        return {
            "odds_hq": Cell(or_blank(self._odds["allotment"][k]), hq),
            "odds_declared": Cell(or_blank(self._odds["declared"][k]), declared),
        }

    def fields(self) -> Row:
        """The odds of all lines together, how far their sum spreads, and how much of that they share."""
        return {
            "total_spread": Cell(self._together, self._together_formula),
            "shared": Cell(self._facts.standing.shared),
            "odds_hq": self._of_total("hq", self._facts.plan.hq_target),
            **{f"odds_{code}": self._of_total(code, self._complete(code)) for code in TOTALS[1:]},
        }

    def _of_total(self, code: str, value: float | None) -> Cell:
        """The odds of one of the dashboard's totals; none until every line has its part in it."""
        expected = self._facts.total(self._explanation.expected)
        wide = self._facts.here("total_spread")
        centre = self._facts.total_formula(self._baseline, "expected", self._facts.tab("baseline"))
        formula = self._formula(self._facts.here(f"dashboard_{code}"), f"({centre})", wide)
        if code in TOTALS:
            column = span(self._facts.places.table("dashboard", "lines"), code)
            formula = f'IF(COUNT({column})<ROWS({column}),"",{formula})'
        found = self._found([value], [expected or 0.0], [self._together])[0]
        return Cell(or_blank(found), formula)

    def _complete(self, code: str) -> float | None:
        values = self._facts.compared[code]
        return None if None in values else self._facts.total(values)

    def _formula(self, target: str, expected: str, wide: str) -> str:
        """The lognormal odds of a target or better, as `odds` has them."""
        way = "" if self._facts.plan.metric.direction > 0 else "-"
        share = f"NORMSDIST({way}LN({expected}/{target})/{wide})"
        known = f"AND(ISNUMBER({target}),N({target})>0,N({expected})>0,N({wide})>0)"
        return f'IF({known},ROUND(MIN({SUREST},MAX({1 - SUREST:.2f},{share})),{_DIGITS}),"")'

    def _found(
        self, targets: Sequence[float | None], expected: Sequence[float], wide: Sequence[float]
    ) -> list[float | None]:
        """What the formula gives."""
        above = [np.nan if target is None or target <= 0 else target for target in targets]
        target, centre, sigma = (np.array(side, np.float64) for side in (above, expected, wide))
        found = odds(target, centre, sigma, self._facts.plan.metric.direction).tolist()
        return [
            None if math.isnan(share) or not sure > 0 else math.floor(share * 10**_DIGITS + 0.5) / 10**_DIGITS
            for share, sure in zip(found, wide, strict=True)
        ]

    @cached_property
    def _odds(self) -> dict[str, list[float | None]]:
        """The odds of every line by what is to be reached, over the plan's lines."""
        targets: dict[str, Sequence[float | None]] = {
            "allotment": self._explanation.allotment,
            "suggested": self._explanation.suggested,
            "declared": self._facts.declared,
        }
        expected, wide = self._explanation.expected, self._spread
        return {code: self._found(values, expected, wide) for code, values in targets.items()}

    @cached_property
    def _spread(self) -> list[float]:
        """What the formulas of the lines' spreads give, over the plan's lines."""
        sides = (self._explanation.expected, *self._explanation.ends)
        expected, low, high = (np.array(side, np.float64) for side in sides)
        return list(log_spread(expected, low, high, self._level).tolist())

    def _spread_formula(self, at: int) -> str:
        """A line's spread as `log_spread` has it."""
        expected, low, high = (self._own(code, at) for code in ("expected", "low", "high"))
        reach = f"NORMSINV((1+{self._confidence})/2)"
        width = f"IF({low}>0,LN({high}/{low})/2,LN({high}/{expected}))"
        return f"IF(AND({expected}>0,{high}>{expected}),{width}/{reach},0)"

    @property
    def _level(self) -> float:
        """The level of the interval that stands on the sheet."""
        recorded = self._facts.plan.thresholds.confidence
        typed = self._facts.number(None, None, "confidence") if is_live(self._facts) else None
        return recorded if typed is None else typed

    @property
    def _confidence(self) -> str:
        """The same in a formula: live functions take it from its cell."""
        return self._facts.field("confidence") if is_live(self._facts) else f"{self._level:g}"

    @cached_property
    def _together(self) -> float:
        """The spread of all lines together."""
        expected, wide = (np.array(side, np.float64) for side in (self._explanation.expected, self._spread))
        return total_spread(expected * self._facts.plan.volumes, wide, self._facts.standing.shared)

    @property
    def _together_formula(self) -> str:
        """The same as `total_spread` has it, of lines that are weighed by what is expected of them."""
        tab, shared = self._facts.tab("baseline"), self._facts.here("shared")
        expected, wide = (f"{tab}{span(self._baseline, code)}" for code in ("expected", "spread"))
        total = f"SUM({expected})"
        if self._facts.plan.is_weighed:
            expected += f",{tab}{span(self._baseline, 'volume')}"
            total = f"SUMPRODUCT({expected})"
        common = f"{shared}*SUMPRODUCT({expected},{wide})^2"
        own = f"(1-{shared})*SUMPRODUCT({expected},{expected},{wide},{wide})"
        return f"IF({total}>0,SQRT({common}+{own})/{total},0)"

    @property
    def _baseline(self) -> TablePlace:
        return self._facts.places.table("baseline", "baseline")

    def _own(self, code: str, at: int) -> str:
        """A cell of a row of the baseline."""
        return f"${column_letters(self._baseline.columns[code])}${at}"
