"""A region's way from last year's figure to its suggestion, step by step, as a chart can draw it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

import numpy as np

from ...calibration.baseline import LEVEL
from ...calibration.history import Flags
from ...ooxml import Cell, column_letters
from ..captions import heading
from ..facts import Facts, Row, span
from ..places import TablePlace
from ..shapes import region_sheet
from .baseline import Explanation

_LEVEL = tuple(f"part.{part}" for part in LEVEL)
"""What stands in for last year's figure, where there is none: what the history leads to, before events."""


class Waterfall:
    """Writes the steps of all lines of a region together, and the pieces of the columns that show them.

    The first and the last stand as a `whole`; between them a column rises or falls from its `foot`.
    """

    def __init__(self, facts: Facts, explanation: Explanation, region: str) -> None:
        self._facts, self._explanation, self._region = facts, explanation, region
        self._sheet = region_sheet(region)
        self._lines = facts.lines_of[region]

    def step(self, code: str) -> Row:
        """One step: what it adds, and where its column stands."""
        place = self._facts.places.table(self._sheet, "steps")
        first, at = place.ends[0], place.rows[code]
        column, amount = f"${column_letters(place.columns['contribution'])}", self._amounts[code]
        row = {"name": Cell(self._names[code]), "contribution": Cell(amount, self._formulas[code])}
        own, nothing = f"{column}{at}", Cell(0.0, "0")
        if code in ("last_year", "suggested"):
            return row | {"whole": Cell(amount, own), "foot": nothing, "rise": nothing, "fall": nothing}
        so_far, end = f"SUM({column}{first}:{column}{at - 1})", self._ends[code]
        return row | {
            "whole": nothing,
            "foot": Cell(max(min(end - amount, end), 0.0), f"MAX(MIN({so_far},{so_far}+{own}),0)"),
            "rise": Cell(max(amount, 0.0), f"MAX({own},0)"),
            "fall": Cell(max(-amount, 0.0), f"MAX(-{own},0)"),
        }

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """What each step is called: as in the table of the lines."""
        why, language = self._facts.places.sheets[self._sheet].table("why"), self._facts.language
        names = {column.code: heading(why, column, self._facts.plan, language) for column in why.columns}
        names |= {code: self._facts.say(f"column.{code}") for code in ("rounding", "suggested")}
        return names if self._known.all() else names | {"last_year": self._facts.say("step.estimated")}

    @cached_property
    def _known(self) -> Flags:
        """Which lines have a figure of last year's."""
        return np.isfinite(self._facts.standing.last_year[self._lines])

    @cached_property
    def _amounts(self) -> Mapping[str, float]:
        """What each step adds, in the order of the steps."""
        shares = self._facts.plan.shares(self._lines)
        columns = {code: np.array(values)[self._lines] for code, values in self._explanation.steps.items()}
        level = np.sum([columns[code] for code in _LEVEL], axis=0)
        columns["last_year"] = np.where(self._known, columns["last_year"], level)
        columns |= {code: columns[code] * self._known for code in _LEVEL}
        amounts = {code: float(values @ shares) for code, values in columns.items()}
        suggested = self._facts.total(self._facts.figures["suggested"], self._lines) or 0.0
        rounding = round(suggested - amounts.pop("sum"), 9)
        return {**amounts, "rounding": rounding, "suggested": suggested}

    @cached_property
    def _ends(self) -> Mapping[str, float]:
        """Where each step arrives."""
        return dict(zip(self._amounts, accumulate(self._amounts.values()), strict=True))

    @cached_property
    def _formulas(self) -> Mapping[str, str]:
        """The amounts from the table of the lines."""
        why = self._facts.places.table(self._sheet, "why")
        spans = {code: span(why, code) for code in self._explanation.steps}
        known = f"ISNUMBER({spans['last_year']})"
        add, times, share = self._adding(why)
        level = "+".join(spans[code] for code in _LEVEL)
        added = {code: f"{add.format(cells)}{share}" for code, cells in spans.items()}
        added |= {code: f"SUMPRODUCT({known}*{spans[code]}{times}){share}" for code in _LEVEL}
        estimated = f"SUMPRODUCT((1-{known})*({level}){times})"
        added["last_year"] = f"({add.format(spans['last_year'])}+{estimated}){share}"
        suggested = f"N({self._facts.here('suggested', self._region)})"
        return {**added, "rounding": f"ROUND({suggested}-{added.pop('sum')},9)", "suggested": suggested}

    def _adding(self, why: TablePlace) -> tuple[str, str, str]:
        """How a column is added up, what each of its cells is multiplied with, and what all is divided by."""
        plan = self._facts.plan
        if plan.is_weighed:
            volumes = span(why, "volume")
            return f"SUMPRODUCT({{}},{volumes})", f"*{volumes}", f"/SUM({volumes})"
        return "SUM({})", "", "" if plan.metric.adds_up else f"/ROWS({span(why, 'last_year')})"
