"""Worksheet functions for departures from suggestions: whether they were right, and without their habits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from .. import calibration
from ..calibration import Floats, Line, Metric, Period, Plan
from ..language import spoken_language, text
from ..problems import Problem
from .meaning import metric_meant
from .ranges import ErrorValue, Number, Numbers, RangeTable, RangeValue, Text, Texts, Unanswerable, refuse
from .registry import SpilledRows, function

_JUDGED = ("departures", "nearer", "too_low", "added", "pooled", "worth")


@function
def TC_JUDGEMENT(record: RangeTable, direction: Number = 1, kind: Text = "sum") -> SpilledRows:
    """Whether each region's departures from suggestions were right, with headings."""
    told = calibration.values_added(_record(record, metric_meant(direction, kind)), "region")
    headings = [text(f"telling.column.{code}", spoken_language()) for code in ("region", *_JUDGED)]
    return [headings, *_judged(told)]


def _judged(told: Iterable[calibration.ValueAdded]) -> Iterator[list[RangeValue]]:
    for one in told:
        shares = (one.short, one.added, one.pooled)
        verdict = text(f"telling.evaluate.driver.{one.did}", spoken_language()) if one.did else ""
        counts = (float(one.departures), float(one.closer))
        yield [one.code, *counts, *("" if np.isnan(share) else share for share in shares), verdict]


@function
def TC_CORRECTED(
    record: RangeTable,
    region: Texts,
    suggested: Numbers,
    declared: Numbers,
    direction: Number = 1,
    kind: Text = "sum",
    step: Number = 1.0,
) -> SpilledRows:
    """Each declaration without the habit that its region's departures have shown, a row for each line.

    Without at least four periods, and where a declaration is the suggestion, it stays what it is.
    """
    if step <= 0:
        raise refuse("udf_step", "step", "#NUM!", found=float(step))
    for name, size in (("suggested", suggested.size), ("declared", declared.size)):
        if size != len(region):
            raise refuse("udf_unequal", name, cells=size, other="region", others=len(region))
    metric, own = metric_meant(direction, kind, step), declared.ravel()
    habit = calibration.correction(_record(record, metric))
    plan = _lines(metric, Period(1, 1, 4), region, np.ones(len(region)))
    found = calibration.opinions(plan, habit, suggested.ravel(), own, suggested)
    corrected = {int(one.line): one.corrected for one in found}
    told = [corrected.get(k, value) for k, value in enumerate(own.tolist())]
    return [["" if np.isnan(value) else value] for value in told]


def _record(table: RangeTable, metric: Metric) -> calibration.JudgementRecord:
    """The departures of a table with a row for each line and period that is over."""
    at, region, *columns = table.needed("period", "region", "suggested", "declared", "actual")
    weight = table.column("volume")
    numbers = table.numbers(columns if weight is None else [*columns, weight])
    periods, regions = _periods(table, at), table.texts(region)
    weights = np.ones(len(numbers)) if weight is None else np.where(numbers[:, 3] > 0, numbers[:, 3], 1.0)
    found = calibration.JudgementRecord()
    for period in sorted(set(periods)):
        rows = [k for k, when in enumerate(periods) if when == period]
        plan = _lines(metric, period, [regions[k] for k in rows], weights[rows])
        found = calibration.going_on(found, calibration.departures(plan, *numbers[rows, :3].T))
    return found


def _periods(table: RangeTable, column: int) -> list[Period]:
    """The period of every row; raise Unanswerable with each that is none."""
    found, errors = list[Period](), list[ErrorValue]()
    for row, said in enumerate(table.texts(column)):
        try:
            found.append(Period.parse(said))
        except ValueError:
            problem = Problem("udf_not_a_period", table.where(row, column), {"found": said})
            errors.append(ErrorValue("#VALUE!", problem))
    if len({one.per_year for one in found}) > 1:
        errors.append(ErrorValue("#VALUE!", Problem("udf_no_periods", table.argument)))
    if errors:
        raise Unanswerable(errors)
    return found


def _lines(metric: Metric, period: Period, regions: Sequence[str], volumes: Floats) -> Plan:
    """As much of a plan as judgement asks for: a line for each region told, called by its place."""
    pairs = enumerate(zip(regions, volumes.tolist(), strict=True))
    lines = tuple(Line(str(k), "", region, volume=volume) for k, (region, volume) in pairs)
    return Plan("", "", period, metric, 0.0, (), lines)
