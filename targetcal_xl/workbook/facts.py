"""What the cells are computed from: the standing, what people typed, and where everything stands."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..calibration.plan import Line, Plan
from ..calibration.question import kinds
from ..calibration.standing import Key, Standing, Value, as_number
from ..language import LANGUAGES, text
from ..ooxml import BLANK, Cell, column_letters
from ..sentences import ask
from .captions import caption, shown
from .formulas import (
    NOTHING,
    ROW,
    Expression,
    Values,
    average,
    constants,
    counted,
    expressed,
    if_,
    int_,
    is_number,
    joined,
    max_,
    min_,
    number,
    one_or_0,
    round_,
    sum_,
    sum_product,
)
from .places import Lost, Places, TablePlace
from .shapes import Kind, Table, region_sheet

RowCells = Mapping[str, Cell]
"""Column or field code -> cell."""

TOTALS = ("allotment", "suggested", "declared", "agreed")
"""Figures of the lines that regions and the dashboard add up."""

_LOST = TablePlace(0, {}, {})


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
    def typed_by_region(self) -> Mapping[str | None, Mapping[Key, Value]]:
        """What people typed, by the region that it is about."""
        found: defaultdict[str | None, dict[Key, Value]] = defaultdict(dict)
        for key, value in self.typed.items():
            found[key[0]][key] = value
        return found

    @cached_property
    def declared(self) -> list[float | None]:
        """The targets of the managers that count, over the plan's lines; None for what is no number.

        Of a line that is sealed that is what was recorded, whatever is typed over it.
        """
        values = {True: self.standing.values, False: self.typed}
        return [
            as_number(values[sealed].get((line.region, line.code, "declared")))
            for line, sealed in zip(self.plan.lines, self.sealed, strict=True)
        ]

    @cached_property
    def sealed(self) -> list[bool]:
        """Whether a declaration is sealed, over the plan's lines."""
        return [self.standing.is_sealed(line.region, line.code) for line in self.plan.lines]

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
        """Line code -> what is asked about its last value; ALL_LINES -> what is asked about all of them."""
        asked = self.standing.baseline.questions
        return {
            item.line: ask(item.period, item.share, self.language, kind)
            for item, kind in zip(asked, kinds(asked), strict=True)
        }

    def told(self, key: Key, kind: Kind) -> Cell:
        """A cell that shows the standing's last word on a field."""
        value = self.standing.values.get(key)
        return BLANK if value is None else Cell(shown(value, kind, self.language))

    def last_words(self, table: Table) -> dict[str, list[Cell]]:
        """A table of last words, as the ledger has them."""
        return {
            column.code: [self.told(table.key(row, column.code), column.kind) for row in table.rows]
            for column in table.columns
        }

    def names(self, line: str) -> RowCells:
        """The names that a line's row begins with on a sheet of all regions."""
        return self._names[line]

    @cached_property
    def _names(self) -> Mapping[str, RowCells]:
        regions = {code: Cell(name) for code, name in self.region_names.items()}
        return {
            line.code: {"region": regions[line.region], "name": Cell(line.name)} for line in self.plan.lines
        }

    @property
    def named_lines(self) -> Mapping[str, list[Cell]]:
        """What a table of all lines begins with: their names, and what they weigh where that differs."""
        rows = [self.names(line.code) for line in self.plan.lines]
        named = {code: [row[code] for row in rows] for code in ("region", "name")}
        return {**named, **self.volumes(range(len(rows)))}

    def table(self, sheet: str, table: str) -> TablePlace:
        """Where a table is; one without rows and columns where the book has lost it."""
        return self.places.tables.get((sheet, table), _LOST)

    def own(self, place: TablePlace, column: str, values: Values, pin: str = "") -> Expression:
        """A column of the table that is being written, in its own row; `pin` is a $ before that."""
        is_there = column in place.columns
        return Expression(f"${column_letters(place.columns[column])}{pin}{ROW}" if is_there else None, values)

    def elsewhere(self, refs: Iterable[str | None], values: Values) -> Expression:
        """Cells of other tables, one for each row."""
        return Expression(tuple(refs), values)

    def across(self, place: TablePlace, column: str, values: Values, tab: str = "") -> Expression:
        """A whole column, from its first row to its last; with its tab's name from another sheet."""
        if column not in place.columns or not place.rows:
            return Expression(None, values)
        letters, (first, last) = column_letters(place.columns[column]), place.ends
        return Expression(f"{tab}${letters}${first}:${letters}${last}", values)

    def at(self, sheet: str, table: str, row: str, column: str) -> str | None:
        """A reference to a table's cell from any sheet."""
        return self.each_at(sheet, table, [row], column)[0]

    def each_at(self, sheet: str, table: str, rows: Iterable[str], column: str) -> list[str | None]:
        """References to a column's cells in these rows, from any sheet."""
        tab = self.tab(sheet)
        return [tab and ref and tab + ref for ref in self.each_beside(sheet, table, rows, column)]

    def each_beside(self, sheet: str, table: str, rows: Iterable[str], column: str) -> list[str | None]:
        """References to a column's cells in these rows, from its own sheet."""
        place = self.table(sheet, table)
        if column not in place.columns:
            return [None for _ in rows]
        letters = column_letters(place.columns[column])
        return [f"${letters}${place.rows[row]}" if row in place.rows else None for row in rows]

    def in_rows(self, sheet: str, table: str, rows: Iterable[str], column: str, values: Values) -> Expression:
        """A column's cells in these rows, from any sheet; where there is no such sheet, the numbers."""
        if sheet not in self.places.sheets:
            return constants(values)
        return self.elsewhere(self.each_at(sheet, table, rows, column), values)

    def on_tabs(self, column: str) -> list[str | None]:
        """References to a column of the lines on their regions' tabs, over the plan's lines."""
        found: list[str | None] = [None] * len(self.plan.lines)
        for region, places in self.lines_of.items():
            lines = (self.plan.lines[k].code for k in places)
            refs = self.each_at(region_sheet(region), "lines", lines, column)
            for k, ref in zip(places, refs, strict=True):
                found[k] = ref
        return found

    def field(self, code: str, region: str | None = None) -> str | None:
        """An absolute reference to a field from any sheet."""
        found = self.places.fields.get((region, code))
        return found and self.tab(found[0]) and f"{self.tab(found[0])}{self.here(code, region)}"

    def needed(self, ref: str | None) -> str:
        """A reference that a formula is nothing without; raise Lost when the book has lost it."""
        if ref is None:
            raise Lost
        return ref

    def here(self, code: str, region: str | None = None) -> str | None:
        """A reference to a field from its own sheet."""
        found = self.places.fields.get((region, code))
        return found and f"${column_letters(found[1][1])}${found[1][0]}"

    def tab(self, sheet: str) -> str | None:
        """A sheet's name as a formula writes it, with its exclamation mark."""
        return quoted(self.places.tabs[sheet]) if sheet in self.places.tabs else None

    def typed_in(self, keys: Iterable[Key], kind: Kind = "text") -> Values:
        """What people's cells hold, as formulas see it."""
        found = [self.typed.get(key) for key in keys]
        held = [shown(value, kind, self.language) for value in found] if kind == "choice" else found
        values = np.empty(len(held), object)
        values[:] = held
        return values

    def recorded(self, keys: Iterable[Key], kind: Kind) -> Values:
        """What cells hold that show the standing's last words."""
        held = [self.told(key, kind).value for key in keys]
        values = np.empty(len(held), object)
        values[:] = held
        return values

    def sentence(self, key: str, **parts: Expression | str) -> Expression:
        """A text of the workbook with cells in it."""
        cells = {name: part for name, part in parts.items() if isinstance(part, Expression)}
        said = self.say(key, **{**parts, **{name: f"\0{name}\0" for name in cells}}).split("\0")
        return joined(cells[part] if odd % 2 else expressed(part) for odd, part in enumerate(said))

    def target(self, expected: Expression) -> Expression:
        """What is expected in whole steps, as `Metric.target` has it."""
        metric, inputs = self.plan.metric, self.standing.inputs
        step = number(metric.step, f"{metric.step:g}")
        whole = max_(round_(int_(expected / step + 0.5) * step, 9), 0)
        last = metric.last_step(inputs.history.before(inputs.plan.period).values)
        return whole if math.isinf(last) else min_(whole, last)

    def captions(self, code: str) -> list[str]:
        """What a choice is called, in every language."""
        return [caption(code, language) for language in LANGUAGES]

    def total(self, values: Sequence[float | None], rows: Iterable[int] | None = None) -> float | None:
        """Values of all lines, or of those at these places, together; None when there are none."""
        return self.plan.total(values, rows)

    def totalled(
        self, place: TablePlace, column: str, values: Values, rows: Sequence[int], tab: str = ""
    ) -> Expression:
        """The formula of `total` over a column of a table of lines, whose places in the plan are these."""
        cells = self.across(place, column, values, tab)
        together = sum_(cells) if self.plan.metric.adds_up else average(cells)
        if self.plan.is_weighed:
            volumes = self.across(place, "volume", np.array([self.plan.volumes[k] for k in rows]), tab)
            together = sum_product(cells, volumes) / sum_product(one_or_0(is_number(cells)), volumes)
        return if_(counted(cells).equals(0), NOTHING, together)

    def volumes(self, rows: Iterable[int]) -> Mapping[str, list[Cell]]:
        """What lines weigh, in the tables of a plan where that differs."""
        plan = self.plan
        return {"volume": [Cell(plan.volumes[k]) for k in rows]} if plan.is_weighed else {}


def column_of(figure: str) -> str:
    """The column of a region's lines that is added up for a figure: of what is declared, what counts."""
    return "declared_counted" if figure == "declared" else figure


def quoted(tab: str) -> str:
    """A tab name as a formula writes it, with its exclamation mark."""
    return "'" + tab.replace("'", "''") + "'!"


def optional(values: Iterable[float | None]) -> Values:
    """Numbers as a column of formulas gives them: nothing where there is none."""
    return np.array([math.nan if value is None else value for value in values], np.float64)
