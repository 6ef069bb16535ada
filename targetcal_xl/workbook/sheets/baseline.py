"""The suggestion as formulas: from readings to signals, effects, contributions and the target itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from ...calibration.baseline import PARTS
from ...calibration.drivers import EFFECT_LIMIT, SIGNAL_LIMIT, Readings, changes, effects
from ...calibration.explanation import explain
from ...calibration.history import Floats
from ...calibration.plan import Plan
from ...calibration.standing import Standing
from ...figures import typed
from ...ooxml import Cell, column_letters
from ...sentences import why
from ..facts import ROW, Facts, Row, or_blank
from ..places import TablePlace
from ..shapes import Column, Kind, Owner, Sheet, region_sheet
from .baseline_live import Computing
from .columns import NAME, REGION, of_lines, stacked, volume_column
from .drivers import reading_row


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
    return Sheet("baseline", (), stacked(5, of_lines("baseline", columns, plan, "baseline.")))


def weights_used(standing: Standing) -> list[float]:
    """The elasticities that the suggestions were made with: learnt ones, or else the plan's."""
    drivers = standing.inputs.plan.drivers
    learnt = [standing.value(None, driver.code, "driver.used") for driver in drivers]
    return [float(w) if w is not None else driver.weight for w, driver in zip(learnt, drivers, strict=True)]


class Explanation:
    """Writes the rows of the readings, of the baseline, and of every region's own explanation."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._drivers = [driver.code for driver in facts.plan.drivers]
        self._items = {
            reading_row(line.code, item.code): (k, j)
            for k, line in enumerate(facts.plan.lines)
            for j, item in enumerate(facts.plan.indicators)
        }

    def reading(self, row: str) -> Row:
        """One line's reading of one indicator: its name, how far it moved, and what that signals."""
        at, (k, j) = str(self._readings.rows[row]), self._items[row]
        line, item = self._facts.plan.lines[k], self._facts.plan.indicators[j]
        signal = self._signal_formulas[item.direction]
        return {
            **self._facts.names(line.code),
            **self._labels[j],
            "change": Cell(self._changes[k][j], self._change_formula.replace(ROW, at)),
            "signal": Cell(self._moves[k][j], signal.replace(ROW, at)),
        }

    def baseline(self, line: str) -> Row:
        """One line's way from last year's figure to the suggestion."""
        k = self._facts.lines[line][0]
        at = str(self._baseline.rows[line])
        row = {
            **self._facts.names(line),
            **self._facts.volume(line),
            **{code: self._computing.cell(line, code, values[k]) for code, values in self._given.items()},
        }
        region = self._facts.plan.lines[k].region
        row["at_old_weights"] = self._facts.told((region, line, "baseline.at_old_weights"), "number")
        for driver in self._drivers:
            row[f"signal.{driver}"] = Cell(self._found[f"signal.{driver}"][k], self._signal(line, driver))
        for code, formula in self._formulas.items():
            row[code] = Cell(self._found[code][k], formula.replace(ROW, at))
        return row

    def why(self, line: str) -> Row:
        """The same way in one row of the region's own tab, and in words."""
        k, known = self._facts.lines[line]
        at, tab = self._baseline.rows[line], self._facts.tab("baseline")
        refs = {code: f"{tab}${column_letters(self._baseline.columns[code])}${at}" for code in self.steps}
        row = {code: Cell(values[k], refs[code]) for code, values in self.steps.items()}
        sheet = region_sheet(known.region)
        above, column = self._facts.places.spot(sheet, "lines", line, "last_year")
        past = None if self._facts.figures["last_year"][k] is None else self.steps["last_year"][k]
        formula = f'IF(ISNUMBER(${column_letters(column)}${above}),{refs["last_year"]},"")'
        row["last_year"] = Cell(or_blank(past), formula)
        said = why(explain(self._facts.standing, [k]), self._facts.plan.metric, self._facts.language)
        return {"name": Cell(known.name), **row, **self._facts.volume(line), "why": Cell(said)}

    @cached_property
    def steps(self) -> Mapping[str, list[float]]:
        """The columns of that way, in order, as lists over the lines; last year is 0 where unknown."""
        codes = ("last_year", *(f"part.{part}" for part in (*PARTS, *self._drivers)), "sum")
        values = {**self._given, **self._found}
        return {code: values[code] for code in codes}

    @property
    def allotment(self) -> list[float]:
        """The lines' shares of the HQ target as the sheet shows them, over the plan's lines."""
        return self._given["allotment"]

    @property
    def ends(self) -> tuple[list[float], list[float]]:
        """Both ends of every line's interval as the sheet shows them, over the plan's lines."""
        return self._given["low"], self._given["high"]

    @property
    def expected(self) -> list[float]:
        """What the sheet expects of every line, over the plan's lines."""
        return self._found["expected"]

    @property
    def suggested(self) -> list[float]:
        """The same to the metric's step."""
        return self._found["suggested"]

    @cached_property
    def _computing(self) -> Computing:
        return Computing(self._facts, weights_used(self._facts.standing))

    @cached_property
    def _baseline(self) -> TablePlace:
        return self._facts.places.table("baseline", "baseline")

    @cached_property
    def _readings(self) -> TablePlace:
        return self._facts.places.table("drivers", "readings")

    @cached_property
    def _read(self) -> Readings:
        """The readings as they stand on the sheet now, in the order of the plan."""
        plan, number = self._facts.plan, self._facts.number
        sides = [
            [
                number(None, reading_row(line.code, item.code), f"reading.{side}")
                for line in plan.lines
                for item in plan.indicators
            ]
            for side in ("now", "reference")
        ]
        now, reference = np.array(sides, dtype=np.float64).reshape(2, len(plan.lines), len(plan.indicators))
        return Readings(now, reference)

    @cached_property
    def _labels(self) -> list[Row]:
        """What every indicator is called, whichever line it is read for."""
        names = {driver.code: driver.name for driver in self._facts.plan.drivers}
        return [
            {
                "indicator": Cell(item.name),
                "driver": Cell(names.get(item.driver)),
                "unit": Cell(item.unit or None),
            }
            for item in self._facts.plan.indicators
        ]

    @cached_property
    def _changes(self) -> list[list[float | str]]:
        """Relative changes as their cells show them, by line and indicator."""
        reference = np.where(self._read.reference > 0, self._read.reference, np.nan)
        found = (self._read.now / reference - 1).tolist()
        return [["" if math.isnan(change) else change for change in line] for line in found]

    @cached_property
    def _moves(self) -> list[list[float]]:
        return list(self._moved.tolist())

    @cached_property
    def _moved(self) -> Floats:
        """The signal of every indicator, (n, indicators)."""
        directions = np.array([item.direction for item in self._facts.plan.indicators])
        soft = SIGNAL_LIMIT * np.tanh(changes(self._read) / SIGNAL_LIMIT)
        return np.asarray(soft * directions + 0.0)

    @cached_property
    def _change_formula(self) -> str:
        reference, now = (self._cell(self._readings, code) for code in ("reference", "now"))
        return f'IF(COUNT({reference},{now})=2,IF({reference}>0,{now}/{reference}-1,""),"")'

    @cached_property
    def _signal_formulas(self) -> Mapping[int, str]:
        """By the indicator's direction: a soft-clipped log change, 0 where a reading is unknown."""
        x, y = (self._cell(self._readings, code) for code in ("reference", "now"))
        c = SIGNAL_LIMIT
        at_zero = f"IF(AND({x}=0,{y}>0),{c},IF(AND({x}>0,{y}=0),-{c},0))"
        soft = f"IF(AND({x}>0,{y}>0),{c}*TANH(LN({y}/{x})/{c}),{at_zero})"
        known = f"IF(COUNT({x},{y})<2,0,{soft})"
        return {1: known, -1: f"-1*{known}"}

    def _signal(self, line: str, driver: str) -> str:
        """The formula of a driver's signal: its indicators' signals by their shares."""
        tab, column = self._facts.tab("drivers"), column_letters(self._readings.columns["signal"])
        sign = {driver.code: "-1*" * (driver.direction < 0) for driver in self._facts.plan.drivers}[driver]
        terms = (
            f"{sign}{share}*{tab}${column}${self._readings.rows[reading_row(line, item)]}"
            for item, share in self._shares[driver].items()
        )
        return "+".join(terms) or "0"

    @cached_property
    def _shares(self) -> Mapping[str, Mapping[str, str]]:
        """Driver -> indicator -> where its share stands."""
        place, tab = self._facts.places.table("settings", "indicators"), self._facts.tab("settings")
        column = column_letters(place.columns["share"])
        refs: dict[str, dict[str, str]] = {driver: {} for driver in self._drivers}
        for item in self._facts.plan.indicators:
            refs.get(item.driver, {})[item.code] = f"{tab}${column}${place.rows[item.code]}"
        return refs

    @cached_property
    def _given(self) -> Mapping[str, list[float]]:
        """Columns of the baseline that are numbers of the tool's, as lists over the lines."""
        baseline = self._computing.baseline
        parts = {
            f"part.{part}": baseline.contributions[:, baseline.parts.index(part)].tolist() for part in PARTS
        }
        codes = ("last_year", "base", "low", "high", "inertial")
        values = {code: getattr(baseline, code).tolist() for code in codes}
        return {**values, **parts, "allotment": self._computing.allotment.tolist()}

    @cached_property
    def _found(self) -> Mapping[str, list[float]]:
        """What the formulas of the baseline give, as lists over the lines."""
        plan, baseline = self._facts.plan, self._computing.baseline
        signal = self._moved @ self._share_matrix
        worth = effects(signal, np.array(weights_used(self._facts.standing)))
        total = worth.sum(axis=1)
        expected = baseline.base * np.exp(total)
        safe = np.where(total == 0, 1.0, total)
        mean = np.where(total == 0, baseline.base, (expected - baseline.base) / safe)
        parts = mean[:, None] * worth
        before = baseline.last_year + baseline.contributions[:, : len(PARTS)].sum(axis=1)
        return {
            **self._by_driver("signal", signal),
            "raw": (signal @ np.array(weights_used(self._facts.standing))).tolist(),
            **self._by_driver("effect", worth),
            "total": total.tolist(),
            "expected": expected.tolist(),
            "log_mean": mean.tolist(),
            **self._by_driver("part", parts),
            "sum": (before + parts.sum(axis=1)).tolist(),
            "suggested": plan.metric.target(expected, self._past).tolist(),
        }

    @cached_property
    def _share_matrix(self) -> Floats:
        """(indicators, drivers): the share as it stands on the settings sheet."""
        items = self._facts.plan.indicators
        shares = [
            [
                (self._facts.number(None, item.code, "indicator.share") or 0.0)
                * (item.driver == driver.code)
                * driver.direction
                for driver in self._facts.plan.drivers
            ]
            for item in items
        ]
        return np.array(shares, dtype=np.float64).reshape(len(items), len(self._drivers))

    def _by_driver(self, name: str, values: Floats) -> dict[str, list[float]]:
        return {f"{name}.{driver}": values[:, d].tolist() for d, driver in enumerate(self._drivers)}

    @cached_property
    def _formulas(self) -> Mapping[str, str]:
        """The baseline's formulas but the signals', with the row left open."""
        drivers = self._drivers

        def cell(code: str) -> str:
            return self._cell(self._baseline, code)

        def added(codes: list[str]) -> str:
            return "+".join(map(cell, codes)) or "0"

        weighed = {driver: f"{weight}*{cell(f'signal.{driver}')}" for driver, weight in self._weights.items()}
        shrunk = f"{EFFECT_LIMIT}/MAX(ABS({cell('raw')}),{EFFECT_LIMIT})"
        base, total, expected = cell("base"), cell("total"), cell("expected")
        step, end = self._facts.plan.metric.step, self._facts.plan.metric.last_step(self._past)
        whole = f"MAX(ROUND(INT({expected}/{step:g}+0.5)*{step:g},9),0)"
        return {
            "raw": "+".join(weighed.values()) or "0",
            **{f"effect.{driver}": f"{weighed[driver]}*{shrunk}" for driver in drivers},
            "total": added([f"effect.{driver}" for driver in drivers]),
            "expected": f"{base}*EXP({total})",
            "log_mean": f"IF({total}=0,{base},({expected}-{base})/{total})",
            **{f"part.{driver}": f"{cell('log_mean')}*{cell(f'effect.{driver}')}" for driver in drivers},
            "sum": added(["last_year", *(f"part.{part}" for part in (*PARTS, *drivers))]),
            "suggested": whole if math.isinf(end) else f"MIN({whole},{typed(end)})",
        }

    @property
    def _past(self) -> Floats:
        """What the lines have been before the plan's period."""
        inputs = self._facts.standing.inputs
        return inputs.history.before(inputs.plan.period).values

    @cached_property
    def _weights(self) -> Mapping[str, str]:
        """Driver -> where the weight it was given stands."""
        place, tab = self._facts.places.table("settings", "drivers"), self._facts.tab("settings")
        column = column_letters(place.columns["used"])
        return {driver: f"{tab}${column}${place.rows[driver]}" for driver in self._drivers}

    @staticmethod
    def _cell(place: TablePlace, code: str) -> str:
        """A cell of the row that is being written."""
        return f"${column_letters(place.columns[code])}{ROW}"
