"""Worksheet functions for how likely a target is, what is assigned beyond it, and what would be if."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from .. import calibration
from ..calibration import Floats, Metric, Plan
from ..calibration.fairness import lean
from ..calibration.odds import SUREST, log_spread
from ..calibration.overassignment import beside_asked, cushion, known_risk
from ..language import spoken_language, text
from ..problems import Problem
from .inputs import Lines, computed_from, inputs_of, readings_meant
from .meaning import kind_meant, side_meant
from .ranges import ErrorValue, Number, Numbers, RangeTable, RangeValue, Text, Unanswerable, refuse
from .registry import SpilledRows, function


@function
def TC_ODDS(
    target: Numbers,
    expected: Numbers,
    low: Numbers,
    high: Numbers,
    confidence: Number = 0.80,
    direction: Number = 1,
    shared: Number | None = None,
) -> SpilledRows:
    """The odds that each target is reached or bettered; with `shared` a last row for all together."""
    side, aims = side_meant(direction), target.ravel()
    centre, wide = _foreseen(aims, expected, low, high, confidence)
    found = calibration.odds(aims, centre, wide, side).tolist()
    if shared is not None:
        found.append(calibration.total_odds(aims, centre, wide, side, shared))
    return [["" if np.isnan(share) else share] for share in found]


@function
def TC_OVERASSIGN(
    asked: Number,
    target: Numbers,
    expected: Numbers,
    low: Numbers,
    high: Numbers,
    shared: Number,
    confidence: Number = 0.80,
    direction: Number = 1,
    kind: Text = "sum",
    volume: Numbers | None = None,
    chosen: Number | None = None,
) -> SpilledRows:
    """What targets come to, that as a share of what is asked, and two odds that what is asked is reached.

    The first follow from the forecast alone, the second suppose that results fall about the targets as they
    fall about forecasts. With `chosen` odds a last cell: what the targets have to come to for these.
    """
    metric = Metric("", "", "", "", side_meant(direction), kind_meant(kind))
    aims = target.ravel()
    centre, wide = _foreseen(aims, expected, low, high, confidence)
    weights = _weights(volume, aims.size, metric)
    if asked <= 0:
        raise refuse("udf_asked", "asked", "#NUM!", found=float(asked))
    if np.isnan(aims).any():
        raise refuse("udf_missing", "target")
    if not 0 <= shared <= 1:
        raise refuse("udf_share", "shared", "#NUM!", found=float(shared))
    risk = known_risk(centre, wide)
    found = beside_asked(metric, asked, (centre, aims), risk, weights, shared)
    numbers = (found.assigned, found.share, found.foreseen, found.followed)
    row: list[RangeValue] = ["" if np.isnan(number) else number for number in numbers]
    if chosen is not None:
        row.append(asked * _cushion(aims * weights, risk, metric.direction, shared, chosen))
    return [row]


def _weights(volume: Numbers | None, size: int, metric: Metric) -> Floats:
    """What lines weigh in a total, (n,)."""
    if volume is None or metric.adds_up:
        return np.ones(size)
    if volume.size != size:
        raise refuse("udf_unequal", "volume", cells=volume.size, other="target", others=size)
    if not (volume > 0).all():
        raise refuse("udf_volume", "volume", "#NUM!")
    return volume.ravel()


def _cushion(parts: Floats, risk: Floats, direction: int, shared: float, chosen: float) -> float:
    try:
        return cushion(parts, risk, direction, shared, chosen)
    except ValueError as error:
        fields = {"found": float(chosen), "least": 1 - SUREST, "most": SUREST}
        raise refuse("udf_odds", "chosen", "#NUM!", **fields) from error


def _foreseen(
    aims: Floats, expected: Numbers, low: Numbers, high: Numbers, confidence: float
) -> tuple[Floats, Floats]:
    """What lines are expected to reach and how far that spreads, (n,) each, as many as there are targets."""
    for name, given in (("expected", expected), ("low", low), ("high", high)):
        if given.size != aims.size:
            raise refuse("udf_unequal", name, cells=given.size, other="target", others=aims.size)
    if not 0 < confidence < 1:
        raise refuse("udf_confidence", "confidence", "#NUM!", found=float(confidence))
    centre, *ends = (np.nan_to_num(one.ravel()) for one in (expected, low, high))
    if (ends[0] > ends[1]).any():
        raise refuse("udf_turned", "low", "#NUM!")
    return centre, log_spread(centre, ends[0], ends[1], confidence)


@function
def TC_WHATIF(
    period: Text,
    history: RangeTable,
    readings: RangeTable,
    indicators: RangeTable,
    drivers: RangeTable,
    changes: RangeTable,
    events: RangeTable | None = None,
    target: Numbers | None = None,
    step: Number = 1.0,
    confidence: Number = 0.80,
    direction: Number = 1,
) -> SpilledRows:
    """Suggestion, interval and odds with other readings, beside what they are, with headings.

    The odds are those of `target`, and of the suggestion as it is where none is given.
    """
    known, inputs = inputs_of(period, history, events, readings, indicators, drivers, step, confidence)
    inputs = replace(inputs, plan=_aimed(inputs.plan, side_meant(direction)))
    before = computed_from(inputs, period)
    aims = before.suggested if target is None else target.ravel()
    if aims.size != len(known.codes):
        raise refuse("udf_unequal", "target", cells=aims.size, other="history", others=len(known.codes))
    found = calibration.what_if(inputs, _changes(changes, inputs.plan, known), aims)
    now, then = found.before, found.after
    columns = [
        now.baseline.suggested, then.baseline.suggested, then.baseline.low, then.baseline.high,
        now.odds, then.odds,
    ]  # fmt: skip
    codes = ("line", "before", "after", "low", "high", "odds_before", "odds_after")
    headings = [text(f"excel.heading.{code}", spoken_language()) for code in codes]
    rows = zip(known.codes, np.column_stack(columns).tolist(), strict=True)
    return [headings, *([code, *("" if np.isnan(cell) else cell for cell in row)] for code, row in rows)]


@function
def TC_FAIRNESS(outcome: Numbers, trait: Numbers) -> SpilledRows:
    """How lines' odds go with a trait of theirs: rank correlation, both ends of its interval, verdict."""
    if trait.size != outcome.size:
        raise refuse("udf_unequal", "trait", cells=trait.size, other="outcome", others=outcome.size)
    found = lean("outcome", "trait", outcome.ravel(), trait.ravel())
    numbers = (found.correlation, found.low, found.high)
    verdict = text(f"excel.leaning.{found.leaning}", spoken_language())
    return [[*("" if np.isnan(number) else number for number in numbers), verdict]]


def _aimed(plan: Plan, direction: Literal[1, -1]) -> Plan:
    return replace(plan, metric=replace(plan.metric, direction=direction))


def _changes(table: RangeTable, plan: Plan, lines: Lines) -> dict[tuple[str, str], float]:
    """(line, indicator) -> its other reading."""
    (now,) = table.needed("now")
    at, items = readings_meant(table, plan, lines)
    numbers = table.numbers([now])[:, 0].tolist()
    if wrong := [k for k, number in enumerate(numbers) if not 0 <= number < np.inf]:
        raise Unanswerable(
            ErrorValue("#VALUE!", Problem("udf_reading", table.where(k, now), {"found": numbers[k]}))
            for k in wrong
        )
    keys = ((lines.codes[line], plan.indicators[item].code) for line, item in zip(at, items, strict=True))
    return dict(zip(keys, numbers, strict=True))
