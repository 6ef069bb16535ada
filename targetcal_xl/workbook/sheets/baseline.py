"""The baseline: every line's way from last year's figure to its suggestion, in formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from ...calibration.arrays import Floats
from ...calibration.baseline import PARTS
from ...calibration.drivers import EFFECT_LIMIT
from ...calibration.explanation import explain_each
from ...calibration.plan import Plan
from ...calibration.standing import Standing
from ...ooxml import Cell
from ...sentences import why
from ..facts import Facts, optional
from ..formulas import (
    NOTHING,
    Expression,
    Values,
    abs_,
    added,
    cell_at,
    constants,
    exp,
    expressed,
    if_,
    is_number,
    max_,
)
from ..part import Columns, SheetPart
from ..shapes import Column, Kind, Owner, Sheet, region_sheet
from .baseline_live import Computing
from .columns import NAME, REGION, of_lines, stacked, volume_column
from .drivers import ReadingsSheet, reading_row


def sheet(plan: Plan) -> Sheet:
    """A line's way from last year's figure to its suggestion, and its odds."""

    def number(code: str, owner: Owner, kind: Kind = "number", width: float = 10) -> Column:
        return Column(code, owner, kind, width)

    tool, formula = Owner.TOOL, Owner.FORMULA
    drivers = [driver.code for driver in plan.drivers]
    columns = (
        REGION,
        NAME,
        number("last_year", tool),
        *(number(f"part.{part}", tool, "amount") for part in PARTS),
        number("base", tool, "amount"),
        *(number(f"signal.{driver}", formula, "percent") for driver in drivers),
        number("raw", formula, "percent"),
        *(number(f"effect.{driver}", formula, "percent") for driver in drivers),
        number("total", formula, "percent"),
        number("expected", formula, "amount"),
        number("log_mean", formula, "amount"),
        *(number(f"part.{driver}", formula, "amount") for driver in drivers),
        number("sum", formula, "amount"),
        number("suggested", formula),
        number("at_old_weights", tool, width=12),
        number("low", tool),
        number("high", tool),
        number("inertial", tool),
        number("allotment", tool),
        *volume_column(plan),
        number("spread", formula, "percent"),
        *(number(f"odds.{code}", formula, "percent") for code in ("allotment", "suggested")),
    )
    return Sheet(
        "baseline", (), stacked(5, of_lines("baseline", columns, plan, "baseline.")), filtered="baseline"
    )


def weights_used(standing: Standing) -> list[float]:
    """The elasticities that the suggestions were made with: learnt ones, or else the plan's."""
    drivers = standing.inputs.plan.drivers
    learnt = [standing.value(None, driver.code, "driver.used") for driver in drivers]
    return [float(w) if w is not None else driver.weight for w, driver in zip(learnt, drivers, strict=True)]


class Way:
    """Every line's way to its suggestion: what the tool found, and the formulas that follow from it."""

    def __init__(self, facts: Facts, readings: ReadingsSheet) -> None:
        self._facts, self.readings = facts, readings
        self._drivers = [driver.code for driver in facts.plan.drivers]
        self._table = facts.table("baseline", "baseline")
        self._weights = weights_used(facts.standing)
        self._computing = Computing(facts, self._weights)

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet but the odds."""
        yield SheetPart("baseline", {"baseline": self._columns})

    def _columns(self) -> Columns:
        facts, lines = self._facts, self._facts.plan.lines
        old = ((line.region, line.code, "baseline.at_old_weights") for line in lines)
        given = {
            code: [
                self._computing.cell(line.code, code, value)
                for line, value in zip(lines, values.tolist(), strict=True)
            ]
            for code, values in self._given.items()
        }
        return {
            **facts.named_lines,
            **given,
            "at_old_weights": [facts.told(key, "number") for key in old],
            **self.formulas,
        }

    def of_region(self, region: str) -> Columns:
        """The same way in one row of the region's own tab for each line, and in words."""
        facts, places = self._facts, self._facts.lines_of[region]
        lines, sheet = [facts.plan.lines[k] for k in places], region_sheet(region)
        steps = {code: self._of_lines(code, values, places) for code, values in self.steps.items()}
        above = facts.each_beside(sheet, "lines", (line.code for line in lines), "last_year")
        known = facts.elsewhere(above, optional(facts.figures["last_year"][k] for k in places))
        past = steps["last_year"]
        is_there = np.isfinite(known.values)
        steps["last_year"] = (
            constants(np.where(is_there, past.values, np.nan))
            if past.is_plain
            else if_(is_number(known), past, NOTHING)
        )
        explained = explain_each(facts.standing, places)
        said = (why(one, facts.plan.metric, facts.language) for one in explained)
        names, words = [Cell(line.name) for line in lines], [Cell(sentence) for sentence in said]
        return {"name": names, **steps, "why": words, **facts.volumes(places)}

    def _of_lines(self, code: str, values: Values, places: Sequence[int]) -> Expression:
        """A column of the sheet in the rows of some lines, wherever these are."""
        lines = (self._facts.plan.lines[k].code for k in places)
        return self._facts.in_rows("baseline", "baseline", lines, code, values[places])

    @cached_property
    def steps(self) -> Mapping[str, Values]:
        """The columns of that way, in order, over the lines; last year is 0 where unknown."""
        codes = ("last_year", *(f"part.{part}" for part in (*PARTS, *self._drivers)), "sum")
        return {code: self.values(code) for code in codes}

    def values(self, code: str) -> Values:
        """A column of the sheet, over the plan's lines."""
        return self._given[code] if code in self._given else self.formulas[code].values

    def cell(self, code: str, pin: str = "") -> Expression:
        """A column of the sheet in its own row."""
        return self._facts.own(self._table, code, self.values(code), pin)

    @cached_property
    def _given(self) -> Mapping[str, Values]:
        """Columns that are numbers of the tool's."""
        baseline = self._computing.baseline
        parts = {f"part.{part}": baseline.contributions[:, baseline.parts.index(part)] for part in PARTS}
        codes = ("last_year", "base", "low", "high", "inertial")
        values = {code: getattr(baseline, code) for code in codes}
        return {**values, **parts, "allotment": self._computing.allotment}

    @cached_property
    def formulas(self) -> Mapping[str, Expression]:
        """Columns that follow from the readings: each driver's signal and effect, and what they make."""
        found = {f"signal.{driver}": self._signal(place) for place, driver in enumerate(self._drivers)}

        def cell(code: str) -> Expression:
            values = found[code].values if code in found else self._given[code]
            return self._facts.own(self._table, code, values)

        weighed = {driver: self._weight(driver) * cell(f"signal.{driver}") for driver in self._drivers}
        found["raw"] = added(weighed.values()).found(self._signals @ np.array(self._weights))
        shrunk = EFFECT_LIMIT / max_(abs_(cell("raw")), EFFECT_LIMIT)
        found |= {f"effect.{driver}": one * shrunk for driver, one in weighed.items()}
        found["total"] = added(cell(f"effect.{driver}") for driver in self._drivers)
        base, total = cell("base"), cell("total")
        found["expected"] = base * exp(total)
        expected = cell("expected")
        found["log_mean"] = if_(total.equals(0), base, (expected - base) / total)
        found |= {f"part.{driver}": cell("log_mean") * cell(f"effect.{driver}") for driver in self._drivers}
        before = cell("last_year") + added(cell(f"part.{part}") for part in PARTS)
        moved = [cell(f"part.{driver}") for driver in self._drivers]
        found["sum"] = before + added(moved) if moved else before
        return {**found, "suggested": self._facts.target(expected)}

    def _signal(self, place: int) -> Expression:
        """A driver's signal: its indicators' signals by their shares."""
        driver, items = self._facts.plan.drivers[place], enumerate(self._facts.plan.indicators)
        own = [(item.code, j) for j, item in items if item.driver == driver.code]
        terms = ((self._share(item), self._read(item, j)) for item, j in own)
        signal = added(
            (expressed(-1) * share if driver.direction < 0 else share) * read for share, read in terms
        )
        return signal.found(self._signals[:, place])

    @cached_property
    def _signals(self) -> Floats:
        """The signals of all drivers, (n, drivers)."""
        drivers, items = self._facts.plan.drivers, self._facts.plan.indicators
        shares = [
            [
                float(self._share(item.code).values[()]) * (item.driver == driver.code) * driver.direction
                for driver in drivers
            ]
            for item in items
        ]
        return np.asarray(self.readings.signals @ np.array(shares).reshape(len(items), len(drivers)))

    def _read(self, item: str, column: int) -> Expression:
        """What an indicator signals, line by line."""
        rows = (reading_row(line.code, item) for line in self._facts.plan.lines)
        refs = self._facts.each_at("drivers", "readings", rows, "signal")
        return self._facts.elsewhere(refs, self.readings.signals[:, column])

    def _share(self, item: str) -> Expression:
        """An indicator's share as it stands on the settings sheet."""
        share = self._facts.number(None, item, "indicator.share") or 0.0
        return cell_at(self._facts.at("settings", "indicators", item, "share"), share)

    def _weight(self, driver: str) -> Expression:
        """The weight that a driver was given."""
        used = self._weights[self._drivers.index(driver)]
        return cell_at(self._facts.at("settings", "drivers", driver, "used"), used)
