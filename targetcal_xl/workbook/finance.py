"""Finance's cells: what a plan's inputs look like in them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from ..calibration import Inputs, Key, Period, Person, Plan, Post, Region, Thresholds, Value
from ..calibration.history import latest
from ..calibration.question import ALL_LINES
from ..calibration.vocabulary import DIRECTIONS, Role
from .sheets.drivers import post_rows, reading_row

UNKNOWN_AMOUNT = "?"
"""The amount of a one-off event whose size nobody knows."""


MEASURE_BOUNDS = {
    "consensus_days": (0.0, math.inf),
    "coordination_hours": (0.0, math.inf),
    "attainment_pct": (0.0, math.inf),
    "agreement_pct": (0.0, 100.0),
    "agreement_mean": (1.0, 5.0),
}
"""Last period's measures, and between what each lies."""


def entered(inputs: Inputs) -> dict[Key, Value]:
    """What finance's cells hold for these inputs; no key for an empty cell."""
    plan = inputs.plan
    cells = {
        **dict(_settings(plan)),
        **dict(_tables(plan)),
        **dict(_history(inputs)),
        **dict(_events(inputs)),
        **dict(_answers(inputs)),
    }
    cells |= _readings(inputs)
    return {key: value for key, value in cells.items() if value not in (None, "")}


def _settings(plan: Plan) -> Iterator[tuple[Key, Value]]:
    said: dict[str, Value] = {"hq_target": float(plan.hq_target), "weights": plan.weights}
    said |= {"calendar": str(plan.calendar)} if plan.calendar else {}
    said |= {item.name: float(getattr(plan.thresholds, item.name)) for item in fields(Thresholds)}
    return (((None, None, code), value) for code, value in said.items())


def fixed(plan: Plan) -> dict[str, Value]:
    """What the settings say of the plan that only another plan could change, by field."""
    metric = plan.metric
    return {
        "company": plan.company,
        "plan": plan.code,
        "period": str(plan.period),
        "metric": metric.code,
        "metric_name": metric.name,
        "metric_definition": metric.definition,
        "unit": metric.unit,
        "direction": DIRECTIONS[metric.direction],
        "kind": metric.kind,
        "step": float(metric.step),
    }


def _tables(plan: Plan) -> Iterator[tuple[Key, Value]]:
    for region in plan.regions:
        for code, value in _people(region).items():
            yield (region.code, None, f"region.{code}"), value
    for driver in plan.drivers:
        yield (None, driver.code, "driver.weight"), float(driver.weight)
    for item in plan.indicators:
        said: dict[str, Value] = {"name": item.name, "driver": item.driver, "share": float(item.share)}
        said |= {"unit": item.unit, "direction": DIRECTIONS[item.direction]}
        yield from (((None, item.code, f"indicator.{code}"), value) for code, value in said.items())
    for post, row in zip(plan.posts, post_rows(plan), strict=True):
        yield from (((None, row, f"post.{code}"), value) for code, value in _post(post).items())
    for number, date in enumerate(plan.milestones, 1):
        yield (None, f"M{number:02d}", "milestone.date"), date.isoformat()
    for code in MEASURE_BOUNDS if plan.last_period else ():
        value = getattr(plan.last_period, code)
        if value is not None and not math.isnan(value):
            yield measure_key(code), float(value)


def _post(post: Post) -> dict[str, Value]:
    """What finance may change of a post."""
    said: dict[str, Value] = {"name": post.name, "heads": float(post.heads), "ramp": float(post.ramp)}
    said |= {code: day.isoformat() for code, day in (("start", post.start), ("end", post.end)) if day}
    return {**said, "output": post.output}


def measure_key(measure: str) -> Key:
    """Where last period's measure is typed."""
    return None, measure, "last_period.last"


def _people(region: Region) -> dict[str, Value]:
    said: dict[str, Value] = {}
    for role in Role:
        person: Person = getattr(region, role)
        said |= {role: person.name, f"{role}_mail": person.mail}
    return said


def _history(inputs: Inputs) -> Iterator[tuple[Key, Value]]:
    fields = [f"history.{period}" for period in inputs.history.periods]
    for line, values in zip(inputs.plan.lines, inputs.history.values.tolist(), strict=True):
        for field, value in zip(fields, values, strict=True):
            yield (line.region, line.code, field), None if math.isnan(value) else value


def _events(inputs: Inputs) -> Iterator[tuple[Key, Value]]:
    """One-off events in the order of lines and periods, a row each."""
    history = inputs.history
    for number, (row, column) in enumerate(np.argwhere(history.one_off != 0), 1):
        amount = float(history.one_off[row, column])
        said: dict[str, Value] = {
            "line": inputs.plan.lines[row].code,
            "period": str(history.periods[column]),
            "amount": UNKNOWN_AMOUNT if math.isnan(amount) else amount,
        }
        yield from (((None, f"E{number:02d}", f"event.{code}"), value) for code, value in said.items())


def _answers(inputs: Inputs) -> Iterator[tuple[Key, Value]]:
    """The answers to what is asked about last values, which have a cell."""
    regions, asked = {line.code: line.region for line in inputs.plan.lines}, asked_periods(inputs)
    for answer in inputs.answers:
        if answer.period == asked.get(answer.line):
            yield answer_key(regions.get(answer.line), answer.line), answer.code


def answer_key(region: str | None, line: str) -> Key:
    """Where the answer about a line's last value is typed, or that about all lines together."""
    return (None, None, "common_answer") if line == ALL_LINES else (region, line, "history.answer")


def asked_periods(inputs: Inputs) -> dict[str, Period]:
    """Line code -> the period that its answer is about: the last that has a value, if any has; ALL_LINES ->
    the last."""
    history = inputs.history.before(inputs.plan.period)
    if not history.periods:
        return {}
    places = latest(history).tolist()
    lines = {line.code: history.periods[at] for line, at in zip(inputs.plan.lines, places, strict=True)}
    return {ALL_LINES: history.periods[-1], **lines}


def _readings(inputs: Inputs) -> dict[Key, Value]:
    sides = {"reference": inputs.readings.reference.tolist(), "now": inputs.readings.now.tolist()}
    return {
        (None, reading_row(line.code, item.code), f"reading.{side}"): values[row][column]
        for row, line in enumerate(inputs.plan.lines)
        for column, item in enumerate(inputs.plan.indicators)
        for side, values in sides.items()
        if not math.isnan(values[row][column])
    }
