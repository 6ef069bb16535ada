"""What a commitment letter says: one region's agreement, as numbers, dates and people's words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from .explanation import Explanation, explain
from .metric import Metric
from .period import Period
from .plan import Line, Region
from .standing import Standing, Value


@dataclass(frozen=True)
class Targets:
    """The numbers of a line, or of a region whose lines add up, in the metric's unit; NaN where unknown."""

    last_year: float
    suggested: float
    low: float
    high: float
    declared: float
    agreed: float


@dataclass(frozen=True)
class LineCommitment:
    """What was agreed for one line, and why."""

    name: str
    targets: Targets
    decision: str = ""
    reason: str = ""
    explanation: Explanation | None = None
    """How the suggestion came about."""


@dataclass(frozen=True)
class Grant:
    """A support that the superior granted; `line` is a name, empty for the whole region."""

    line: str
    kind: str
    what: str
    quantity: float | None
    unit: str
    due: dt.date | None


@dataclass(frozen=True)
class Objection:
    """A line that was declared far from its suggestion: the region's grounds, and what became of them."""

    line: str
    basis: str
    support: str
    risk: str
    handled: bool
    handling: str = ""


@dataclass(frozen=True)
class Letter:
    """One version of a region's commitment letter, free of any language."""

    number: str
    version: int
    replaces: str
    """Number of the letter this one corrects; empty for a first version."""
    issued: dt.date
    company: str
    period: Period
    metric: Metric
    region: Region
    lines: tuple[LineCommitment, ...]
    total: Targets | None
    """None when lines of this metric do not add up."""
    history: tuple[tuple[Period, float], ...]
    """The region's past totals, oldest first, where every line is known; empty without a total."""
    grants: tuple[Grant, ...]
    objections: tuple[Objection, ...]
    chain_head: str
    """Hash of the ledger's last entry when the letter was issued."""
    explanation: Explanation | None = None
    """How the suggestions of all lines came about together; None without a total."""


def letter_number(plan_code: str, region_code: str, version: int) -> str:
    """The number that a letter is known by: `<plan>-<region>-V<version>`."""
    return f"{plan_code}-{region_code}-V{version}"


def compose(
    standing: Standing,
    region: str,
    *,
    number: str,
    version: int,
    replaces: str,
    issued: dt.date,
    chain_head: str,
    handling: Mapping[str, str] | None = None,
) -> Letter:
    """The letter of a region whose lines are all agreed; `handling` is by line code what was done
    about its objection. Raise KeyError for an unknown region, ValueError when a line is not agreed."""
    plan = standing.inputs.plan
    own = plan.lines_of(region)
    lines = tuple(_commitment(standing, line) for line in own)
    adds_up = plan.metric.kind == "sum"
    return Letter(
        number=number,
        version=version,
        replaces=replaces,
        issued=issued,
        company=plan.company,
        period=plan.period,
        metric=plan.metric,
        region=plan.region(region),
        lines=lines,
        total=_total(line.targets for line in lines) if adds_up else None,
        history=_history(standing, region) if adds_up else (),
        grants=_grants(standing, region),
        objections=tuple(_objections(standing, own, handling or {})),
        chain_head=chain_head,
        explanation=explain(standing, [standing.row_of[line.code] for line in own]) if adds_up else None,
    )


def _commitment(standing: Standing, line: Line) -> LineCommitment:
    baseline, row = standing.baseline, standing.row_of[line.code]
    said = _Said(standing, line.region, line.code)
    targets = Targets(
        last_year=float(standing.last_year[row]),
        suggested=float(baseline.suggested[row]),
        low=float(baseline.low[row]),
        high=float(baseline.high[row]),
        declared=said.number("declared"),
        agreed=said.number("agreed"),
    )
    return LineCommitment(
        line.name, targets, said.text("decision"), said.text("decision_reason"), explain(standing, [row])
    )


def _total(targets: Iterable[Targets]) -> Targets:
    columns = zip(*map(astuple, targets), strict=True)
    return Targets(*map(math.fsum, columns))


def _history(standing: Standing, region: str) -> tuple[tuple[Period, float], ...]:
    inputs = standing.inputs
    rows = [row for row, line in enumerate(inputs.plan.lines) if line.region == region]
    totals = inputs.history.values[rows].sum(axis=0)
    known = zip(inputs.history.periods, totals.tolist(), strict=True)
    return tuple((period, total) for period, total in known if not math.isnan(total))


def _grants(standing: Standing, region: str) -> tuple[Grant, ...]:
    """Only what was granted, in the order of the rows."""
    names = {line.code: line.name for line in standing.inputs.plan.lines_of(region)}
    rows = {row for where, row, code in standing.values if where == region and code == "granted" and row}
    items = (_Said(standing, region, row) for row in sorted(rows))
    return tuple(_grant(item, names) for item in items if item.text("granted") == "yes")


def _grant(said: _Said, names: Mapping[str, str]) -> Grant:
    line, due = said.text("line"), said.text("due")
    quantity = said.value("quantity")
    return Grant(
        line=names.get(line, line),
        kind=said.text("kind"),
        what=said.text("what"),
        quantity=float(quantity) if isinstance(quantity, int | float) else None,
        unit=said.text("unit"),
        due=dt.date.fromisoformat(due) if due else None,
    )


def _objections(
    standing: Standing, lines: Iterable[Line], handling: Mapping[str, str]
) -> Iterable[Objection]:
    for line in lines:
        said = _Said(standing, line.region, line.code)
        if state := said.text("objection"):
            yield Objection(
                line=line.name,
                basis=said.text("basis"),
                support=said.text("support"),
                risk=said.text("risk"),
                handled=state == "handled",
                handling=handling.get(line.code, ""),
            )


@dataclass(frozen=True)
class _Said:
    """The last words on one row."""

    standing: Standing
    region: str
    row: str

    def value(self, code: str) -> Value:
        return self.standing.value(self.region, self.row, code)

    def text(self, code: str) -> str:
        value = self.value(code)
        return "" if value is None else str(value)

    def number(self, code: str) -> float:
        value = self.value(code)
        if not isinstance(value, int | float):
            raise ValueError(f"{self.row} has no {code} target")
        return float(value)
