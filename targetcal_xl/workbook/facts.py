"""What the cells are computed from: the standing, what people typed, and where everything stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..calibration.negotiation import deviation
from ..calibration.plan import Line, Plan
from ..calibration.standing import Key, Standing, Value
from ..language import text
from ..ooxml import BLANK, Cell, Scalar, Spot, column_letters
from ..sentences import ask
from .captions import caption, shown
from .places import Places, TablePlace
from .shapes import Kind

Row = Mapping[str, Cell]
"""Column or field code -> cell."""

ROW = "{row}"
"""Where the row's number goes in a formula that many rows share."""

TOTALS = ("allotment", "suggested", "declared", "agreed")
"""Columns of the lines that regions and the dashboard add up."""

BESIDE_ZERO = 9.99
"""The largest deviation that is shown, also beside a suggestion of 0, where the true one is infinite."""

DEVIATION_DIGITS = 13
"""Decimals that deviations keep: what differs from the suggestion by what floats lose is the same."""


@dataclass(frozen=True)
class Facts:
    """Everything a sheet's cells may be told from."""

    standing: Standing
    typed: Mapping[Key, Value]
    places: Places

    @property
    def plan(self) -> Plan:
        """The plan the book is for."""
        return self.standing.inputs.plan

    @property
    def language(self) -> str:
        """The language the book is written in."""
        return self.places.language

    @cached_property
    def lines(self) -> Mapping[str, tuple[int, Line]]:
        """Line code -> its place in the plan's arrays, and the line."""
        return {line.code: (k, line) for k, line in enumerate(self.plan.lines)}

    @cached_property
    def region_names(self) -> Mapping[str, str]:
        """Region code -> name."""
        return {region.code: region.name for region in self.plan.regions}

    def say(self, key: str, **fields: object) -> str:
        """A text of the workbook in its language."""
        return text(f"workbook.{key}", self.language, **fields)

    def caption(self, code: str) -> str:
        """What a choice is called in the book's language."""
        return caption(code, self.language)

    def number(self, region: str | None, row: str | None, code: str) -> float | None:
        """A number somebody typed, None for anything else."""
        return as_number(self.typed.get((region, row, code)))

    @cached_property
    def declared(self) -> list[float | None]:
        """What the managers typed as targets, over the plan's lines; None for what is no number."""
        return [self.number(line.region, line.code, "declared") for line in self.plan.lines]

    @cached_property
    def deviations(self) -> list[float | None]:
        """What the cells of the deviations show, over the plan's lines."""
        declared = np.array(self.declared, dtype=np.float64)
        found = deviation(
            declared, self.standing.baseline.suggested, self.plan.metric.direction, self.plan.metric.distance
        )
        shown = (np.round(np.clip(found, -BESIDE_ZERO, BESIDE_ZERO), DEVIATION_DIGITS) + 0.0).tolist()
        return [None if value is None else d for value, d in zip(self.declared, shown, strict=True)]

    @cached_property
    def agreed(self) -> list[float | None]:
        """What both sides stand by, over the plan's lines."""
        value = self.standing.value
        return [as_number(value(line.region, line.code, "agreed")) for line in self.plan.lines]

    @cached_property
    def in_force(self) -> list[float | None]:
        """The targets that were confirmed last, over the plan's lines."""
        return [self.standing.in_force(line) for line in self.plan.lines]

    @property
    def objection(self) -> float:
        """The objection threshold that counts: a changed setting does after recalibrating."""
        return self.plan.thresholds.objection

    @cached_property
    def figures(self) -> Mapping[str, list[float] | list[float | None]]:
        """The tool's own numbers about every line, over the plan's lines."""
        baseline = self.standing.baseline
        columns = {code: getattr(baseline, code).tolist() for code in ("suggested", "low", "high")}
        past = [None if math.isnan(value) else value for value in self.standing.last_year.tolist()]
        allotment = self.standing.allotment.tolist()
        return {"last_year": past, **columns, "allotment": allotment, "agreed": self.agreed}

    @cached_property
    def compared(self) -> Mapping[str, Sequence[float | None]]:
        """`figures` beside what was declared."""
        return {**self.figures, "declared": self.declared}

    @cached_property
    def lines_of(self) -> Mapping[str, list[int]]:
        """Region code -> the places of its lines in the plan's arrays."""
        found: dict[str, list[int]] = {region.code: [] for region in self.plan.regions}
        for k, line in enumerate(self.plan.lines):
            found[line.region].append(k)
        return found

    @cached_property
    def questions(self) -> Mapping[str, str]:
        """Line code -> what is asked about its last value."""
        asked = self.standing.baseline.questions
        return {item.line: ask(item.period, item.share, self.language) for item in asked}

    def told(self, key: Key, kind: Kind) -> Cell:
        """A cell that shows the standing's last word on a field."""
        value = self.standing.values.get(key)
        return BLANK if value is None else Cell(shown(value, kind, self.language))

    def names(self, line: str) -> Row:
        """The names that a line's row begins with on a sheet of all regions."""
        return self._names[line]

    @cached_property
    def _names(self) -> Mapping[str, Row]:
        regions = {code: Cell(name) for code, name in self.region_names.items()}
        return {
            line.code: {"region": regions[line.region], "name": Cell(line.name)} for line in self.plan.lines
        }

    def ref(self, sheet: str, spot: Spot) -> str:
        """An absolute reference to a cell from any sheet."""
        return f"{self.tab(sheet)}${column_letters(spot[1])}${spot[0]}"

    def field(self, code: str, region: str | None = None) -> str:
        """An absolute reference to a field from any sheet."""
        return self.ref(*self.places.field(code, region))

    def here(self, code: str, region: str | None = None) -> str:
        """A reference to a field from its own sheet."""
        row, column = self.places.field(code, region)[1]
        return f"${column_letters(column)}${row}"

    def tab(self, sheet: str) -> str:
        """A sheet's name as a formula writes it, with its exclamation mark."""
        return quoted(self.places.sheet_name(sheet))

    def total(self, values: Sequence[float | None], rows: Iterable[int] | None = None) -> float | None:
        """Values of all lines, or of those at these places, together; None when there are none."""
        return self.plan.total(values, rows)

    def total_formula(self, place: TablePlace, column: str, tab: str = "") -> str:
        """The formula of `total` over a column of a table of lines, on its own sheet or with its tab."""
        cells = tab + span(place, column)
        together = f"SUM({cells})" if self.plan.metric.adds_up else f"AVERAGE({cells})"
        if self.plan.is_weighed:
            volumes = tab + span(place, "volume")
            together = f"SUMPRODUCT({cells},{volumes})/SUMPRODUCT(--ISNUMBER({cells}),{volumes})"
        return f'IF(COUNT({cells})=0,"",{together})'

    def volume(self, line: str) -> Row:
        """What a line weighs, in the tables of a plan where that differs."""
        weight = self.plan.volumes[self.lines[line][0]]
        return {"volume": Cell(weight)} if self.plan.is_weighed else {}


def as_number(value: Value) -> float | None:
    """A value as the number that a spreadsheet takes it for, None where it takes it for none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def quoted(tab: str) -> str:
    """A tab name as a formula writes it, with its exclamation mark."""
    return "'" + tab.replace("'", "''") + "'!"


def span(place: TablePlace, column: str) -> str:
    """The range of a table's column, from its first row to its last."""
    letters, (first, last) = column_letters(place.columns[column]), place.ends
    return f"${letters}${first}:${letters}${last}"


def quote(said: str) -> str:
    """Text as a formula writes it."""
    return '"' + said.replace('"', '""') + '"'


def count_of(cells: str, said: str) -> str:
    """How many cells say this; some programs compute COUNTIF over formulas one calculation late."""
    return f"SUMPRODUCT(--({cells}={said}))"


def or_blank(value: Scalar) -> Scalar:
    """What a formula gives that shows nothing where there is no value."""
    return "" if value is None else value
