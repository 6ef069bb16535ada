"""The baseline sheet's numbers as worksheet functions: for finance's own book, which has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from ...calibration.alignment import allot, is_plain
from ...calibration.arrays import Floats
from ...calibration.baseline import PARTS, Baseline, compute_baseline
from ...calibration.calendar import Calendar
from ...calibration.hierarchy import InfeasibleTotal
from ...calibration.ratchet import relieved
from ...calibration.vocabulary import Functions
from ...calibration.workload import MONTHS
from ...ooxml import Block, Cell, Scalar, Spot, column_letters
from ..engines.blocks import blocks
from ..facts import Facts
from ..places import TablePlace
from ..revision import revised

EXPLAINED = ("last_year", *(f"part.{part}" for part in PARTS), "base", "low", "high", "inertial")
"""Columns of the baseline that TC_EXPLAIN gives."""

_TABLES = {
    "history": ("history", "history"),
    "events": ("history", "events"),
    "readings": ("drivers", "readings"),
    "indicators": ("settings", "indicators"),
    "drivers": ("settings", "drivers"),
}
"""The tables that a suggestion is computed from, in the order of the functions' arguments."""


def is_live(facts: Facts) -> bool:
    """Whether the baseline's numbers are to be functions; else they are the values that were recorded."""
    return facts.standing.value(None, None, "functions") == Functions.LIVE


class Computing:
    """The numbers of the baseline sheet, and the functions that compute them where these are live."""

    def __init__(self, facts: Facts, weights: list[float]) -> None:
        """`weights` are the elasticities in use."""
        self._facts, self._weights = facts, weights

    @property
    def baseline(self) -> Baseline:
        """What the sheet shows: what was recorded or, live, what the inputs on the sheets come to."""
        return self._shown[0]

    @property
    def allotment(self) -> Floats:
        """The HQ target split over the lines, (n,), as the sheet shows it."""
        return self._shown[1]

    def cell(self, line: str, code: str, value: Scalar) -> Cell:
        """A number of the tool's on the baseline sheet, with the function that computes it."""
        found = self._functions.get((self._place.rows[line], self._place.columns.get(code, 0)))
        return Cell(value, *found) if found else Cell(value)

    @cached_property
    def _shown(self) -> tuple[Baseline, Floats]:
        recorded = self._facts.standing.baseline, self._facts.standing.allotment
        if not is_live(self._facts) or self._facts.standing.inputs.answers:
            return recorded
        inputs, faults = revised(self._facts.standing.inputs, self._facts.typed)
        if faults:
            return recorded
        weights = np.array(self._weights)
        baseline = relieved(inputs, compute_baseline(inputs, weights), weights)
        try:
            return baseline, allot(inputs.plan, baseline)
        except InfeasibleTotal:
            return baseline, recorded[1]

    @property
    def _place(self) -> TablePlace:
        return self._facts.places.table("baseline", "baseline")

    @cached_property
    def _functions(self) -> Mapping[Spot, tuple[str, Block]]:
        """Where live functions stand: the formula of each cell and the block it fills.

        No function knows what was answered about single values: what rests on that stays a value.
        """
        answered = bool(self._facts.standing.inputs.answers)
        return dict(self._arrays()) if is_live(self._facts) and not answered else {}

    def _arrays(self) -> Iterator[tuple[Spot, tuple[str, Block]]]:
        place = self._place
        # No function knows of limits: a split that has them stays a value.
        given = ((EXPLAINED, self._explain), (("allotment",), self._split))
        for codes, formula in given if is_plain(self._facts.plan) else given[:1]:
            columns = [place.columns[code] for code in codes if code in place.columns]
            spots = [(row, column) for row in place.rows.values() for column in columns]
            for top, left, bottom, right in blocks(spots):
                array = (top, left), (bottom, right)
                for row in range(top, bottom + 1):
                    yield from (((row, at), (formula(array), array)) for at in range(left, right + 1))

    def _explain(self, array: Block) -> str:
        (top, left), (bottom, right) = array
        codes = self._place.head - 1
        columns = f"${column_letters(left)}${codes}:${column_letters(right)}${codes}"
        return self._call(f"$A${top}:$A${bottom}", columns)

    def _split(self, array: Block) -> str:
        (top, _), (bottom, _) = array
        lines, metric = f"$A${top}:$A${bottom}", self._facts.plan.metric
        expected, sigma = (self._call(lines, f'"{code}"') for code in ("expected", "stretch"))
        total = self._field("hq_target")
        return f'TC_SPLIT({total},{expected},{sigma},0,0,{metric.step:g},"{metric.kind}")'

    def _call(self, lines: str, columns: str) -> str:
        given = [self._field("period"), *self._tables, lines, columns]
        figures = [f"{self._facts.plan.metric.step:g}", self._field("confidence"), *self._calendar]
        return f"TC_EXPLAIN({','.join([*given, *figures])})"

    @property
    def _calendar(self) -> list[str]:
        """Whose working days count in months; in quarters none do."""
        plan = self._facts.plan
        if not plan.metric.adds_up or plan.period.per_year != MONTHS:
            return []
        return [self._field("calendar") if plan.calendar else f'"{Calendar()}"']

    def _field(self, code: str) -> str:
        return self._facts.needed(self._facts.field(code))

    @cached_property
    def _tables(self) -> list[str]:
        """Every table from its codes on; 0 stands for one without rows."""
        return [self._table(*names) for names in _TABLES.values()]

    def _table(self, sheet: str, table: str) -> str:
        place = self._facts.places.table(sheet, table)
        if not place.rows:
            return "0"
        last = f"${column_letters(max(place.columns.values()))}${place.ends[1]}"
        return f"{self._facts.needed(self._facts.tab(sheet))}$A${place.head - 1}:{last}"
