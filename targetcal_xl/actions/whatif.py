"""What if a reading were another: told from the ledger's ground, and nothing is changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..calibration import (
    Floats,
    Inputs,
    Metric,
    Outlook,
    Standing,
    as_number,
    plan_odds,
    total_interval,
    what_if,
)
from ..desk import Desk, find_indicator, find_line_anywhere, standing_of
from ..figures import Figures, percent, plain
from ..language import text
from ..problems import Problem, Refused
from ..telling import Part, Report, Sentence, table
from ..workbook import weights_used

_SAID = re.compile(r"\s*([+-]?)\s*(\d+(?:\.\d+)?)\s*(%?)\s*")


@dataclass(frozen=True)
class Supposed:
    """A reading as it is, None where that is unknown, and as it would be."""

    region: str
    line: str
    indicator: str
    unit: str
    before: float | None
    after: float


@dataclass(frozen=True)
class Seen:
    """What the model says of a line, or of all together; the odds are None without a target."""

    suggested: float
    low: float
    high: float
    odds_hq: float | None
    odds_declared: float | None


@dataclass(frozen=True)
class Moved:
    """The outlook of a line before and after, beside head office's figure and the declared one."""

    region: str
    line: str
    hq: float
    declared: float | None
    before: Seen
    after: Seen


@dataclass(frozen=True)
class WhatIfReport(Report):
    """The readings supposed, the lines whose outlook they move, and all together."""

    readings: tuple[Supposed, ...]
    lines: tuple[Moved, ...]
    total: Moved
    metric: Metric

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.readings:
            fields = {"region": one.region, "line": one.line, "indicator": one.indicator, "unit": one.unit}
            numbers = {"before": plain(one.before, language), "after": plain(one.after, language)}
            yield Sentence(text("telling.whatif.reading", language, **fields, **numbers).rstrip())
        columns = ("line", "side", "suggested", "interval", "hq", "odds_hq", "declared", "odds_declared")
        sides = (*self.lines, self.total)
        told = Figures(self.metric, language)
        rows = (row for moved in sides for row in _outlook_rows(moved, told))
        yield table(columns, rows, language)
        yield Sentence(text("telling.whatif.odds", language))


def _outlook_rows(moved: Moved, told: Figures) -> Iterator[tuple[str, ...]]:
    """A line before and after, or all together."""
    language, number = told.language, told.number if moved.line else told.total
    name = moved.line or text("telling.whatif.total", language)
    for side, seen in (("before", moved.before), ("after", moved.after)):
        yield (
            name,
            text(f"telling.column.{side}", language),
            number(seen.suggested),
            told.interval(seen.low, seen.high),
            number(moved.hq),
            percent(seen.odds_hq, language),
            number(moved.declared),
            percent(seen.odds_declared, language),
        )


def paired(
    lines: Sequence[str], indicators: Sequence[str], readings: Sequence[str]
) -> list[tuple[str, str, str]]:
    """What is supposed, from as many lines, indicators and readings; raise Refused for other lists."""
    if not len(lines) == len(indicators) == len(readings):
        raise Refused([Problem("whatif_pairs")])
    return list(zip(lines, indicators, readings, strict=True))


def whatif(desk: Desk, said: Sequence[tuple[str, str, str]]) -> WhatIfReport:
    """Suggest anew with other readings: (line, indicator, reading), as a person says them.

    A reading is a number, or `+1`, `-2`, `+10%` beside what it is now. Refuse what is no line,
    indicator or reading.
    """
    standing = standing_of(desk.ledger)
    changes = _changes(standing.inputs, said)
    weights, shared = np.array(weights_used(standing)), standing.shared
    found = what_if(standing.inputs, changes, standing.allotment, weights=weights, shared=shared)
    before, after = (_Side(standing, outlook) for outlook in (found.before, found.after))
    moved = found.before.baseline.suggested != found.after.baseline.suggested
    supposed = {line for line, _ in changes}
    return WhatIfReport(
        readings=tuple(_supposed(standing.inputs, changes)),
        lines=tuple(
            Moved(
                standing.inputs.plan.region(line.region).name,
                line.name,
                hq=float(standing.allotment[row]),
                declared=_known(before.declared[row]),
                before=before.line(row),
                after=after.line(row),
            )
            for row, line in enumerate(standing.inputs.plan.lines)
            if line.code in supposed or moved[row]
        ),
        total=Moved(
            "", "", standing.inputs.plan.hq_target, before.declared_total, before.together(), after.together()
        ),
        metric=standing.inputs.plan.metric,
    )


class _Side:
    """The outlook before or after, told by line and together."""

    def __init__(self, standing: Standing, outlook: Outlook) -> None:
        plan, value = standing.inputs.plan, standing.value
        said = [value(line.region, line.code, "declared") for line in plan.lines]
        self.declared = np.array([as_number(one) for one in said], np.float64)
        self._plan, self._baseline, self._outlook = plan, outlook.baseline, outlook
        self._shared = standing.shared
        self._declared_odds = plan_odds(plan, self._baseline, self.declared, standing.shared)

    @property
    def declared_total(self) -> float | None:
        """What was declared together; None until every line is."""
        return _known(self._together(self.declared))

    def line(self, row: int) -> Seen:
        """What is said of a line."""
        low, high = float(self._baseline.low[row]), float(self._baseline.high[row])
        odds = (_known(found[row]) for found in (self._outlook.odds, self._declared_odds[0]))
        return Seen(float(self._baseline.suggested[row]), low, high, *odds)

    def together(self) -> Seen:
        """What is said of all together."""
        interval = total_interval(self._plan, self._baseline, self._shared)
        odds = (_known(found) for found in (self._outlook.total_odds, self._declared_odds[1]))
        return Seen(self._together(self._baseline.suggested), *interval, *odds)

    def _together(self, values: Floats) -> float:
        return self._plan.metric.shown(self._plan.total_of(values))


def _changes(inputs: Inputs, said: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str], float]:
    """Line and indicator codes -> the reading that is supposed; refuse all that cannot be read."""
    changes: dict[tuple[str, str], float] = {}
    problems = []
    for line_said, indicator_said, reading in said:
        line = find_line_anywhere(inputs.plan, line_said)
        indicator = find_indicator(inputs.plan, indicator_said)
        at = line.code, indicator.code
        found = _reading(reading, changes.get(at, _now(inputs, at)))
        if isinstance(found, str):
            problems.append(Problem(found, f"{line.name} / {indicator.name}", {"said": reading}))
        else:
            changes[at] = found
    if problems:
        raise Refused(problems)
    return changes


def _reading(said: str, now: float) -> float | str:
    """The reading that a person means, or the code of what is wrong with it."""
    found = _SAID.fullmatch(said.replace("％", "%").replace("＋", "+"))
    if not found or (found[3] and not found[1]):
        return "reading_unreadable"
    amount = float(found[2])
    if not found[1]:
        return amount
    if math.isnan(now):
        return "reading_unknown"
    amount *= -1 if found[1] == "-" else 1
    reading = now * (1 + amount / 100) if found[3] else now + amount
    return reading if reading >= 0 else "reading_negative"


def _now(inputs: Inputs, at: tuple[str, str]) -> float:
    rows = {line.code: row for row, line in enumerate(inputs.plan.lines)}
    columns = {item.code: column for column, item in enumerate(inputs.plan.indicators)}
    return float(inputs.readings.now[rows[at[0]], columns[at[1]]])


def _supposed(inputs: Inputs, changes: Mapping[tuple[str, str], float]) -> Iterator[Supposed]:
    lines = {line.code: line for line in inputs.plan.lines}
    items = {item.code: item for item in inputs.plan.indicators}
    for at, reading in changes.items():
        line, item = lines[at[0]], items[at[1]]
        region, before = inputs.plan.region(line.region).name, _known(_now(inputs, at))
        yield Supposed(region, line.name, item.name, item.unit, before, reading)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
