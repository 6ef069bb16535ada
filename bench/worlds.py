"""Made-up companies of which everything is known: what drove them, what was a one-off, and what comes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from targetcal_xl.calibration import Answer, Floats, History, Inputs, Readings
from targetcal_xl.calibration.arrays import Flags
from tests.support.samples import sample_plan

EXPERTS = np.array([0.30, 0.25, 0.20])
"""What the plan says of its three drivers, whatever is true."""
PERIODS = 12
EVENTS, FLAGGED = 0.15, 0.5
"""Share of lines with a one-off event in the last year, and of these flagged, with a size nobody knows."""
GAPS, UNREAD = 0.03, 0.20
"""Share of results and of readings that are missing."""


@dataclass(frozen=True)
class World:
    """Inputs of n lines, and the truth: what came, what was to be expected of it, and where events were."""

    inputs: Inputs
    actual: Floats
    expected: Floats
    events: Floats
    """How much an event added to a result, as a log, (n, T)."""

    @property
    def struck(self) -> Flags:
        """Whether a line had an event, (n,)."""
        struck: Flags = self.events.any(axis=1)
        return struck

    @property
    def answered(self) -> Inputs:
        """The inputs when every event of the newest quarter has been called a one-off."""
        plan, newest = self.inputs.plan, self.inputs.history.periods[-1]
        lines = (line for line, struck in zip(plan.lines, self.events[:, -1] > 0, strict=True) if struck)
        return replace(self.inputs, answers=tuple(Answer(line.code, newest, "one_off") for line in lines))


def world(lines: int, weights: Floats, stays: bool, random: np.random.Generator) -> World:
    """A company whose drivers are worth `weights`; what they bring `stays` in the level, or passes.

    Levels wander, grow and have seasons, partly in common; signals repeat four tenths of the last one.
    """
    signals = _signals(lines, random)
    brought = signals @ weights
    steps = random.normal(0.012, 0.012, (lines, 1)) + random.normal(0, 0.03, (lines, PERIODS + 1))
    steps += random.normal(0, 0.02, (1, PERIODS + 1))
    level = random.normal(5, 0.7, (lines, 1)) + np.cumsum(steps, axis=1)
    level += np.cumsum(brought, axis=1) if stays else brought
    season = random.normal(0, 0.12, 4) + random.normal(0, 0.015, (lines, 4))
    logs = level + (season - season.mean(axis=1, keepdims=True))[:, np.arange(PERIODS + 1) % 4]
    events = _events(lines, random)
    results = np.exp(logs + random.normal(0, 0.05, logs.shape))
    results[:, :PERIODS] *= np.exp(events)
    return World(_inputs(results, signals, events, random), results[:, -1], np.exp(logs[:, -1]), events)


def _signals(lines: int, random: np.random.Generator) -> Floats:
    """How far each driver has moved, (n, T + 1, 3), in logs."""
    news = random.normal(0, 0.12, (lines, PERIODS + 1, 3)) + random.normal(0, 0.04, (1, PERIODS + 1, 3))
    for period in range(1, PERIODS + 1):
        news[:, period] += 0.4 * news[:, period - 1]
    return news


def _events(lines: int, random: np.random.Generator) -> Floats:
    events = np.zeros((lines, PERIODS))
    struck = np.flatnonzero(random.random(lines) < EVENTS)
    events[struck, PERIODS - 1 - random.integers(0, 4, len(struck))] = random.uniform(0.14, 0.3, len(struck))
    return events


def _inputs(results: Floats, signals: Floats, events: Floats, random: np.random.Generator) -> Inputs:
    """What finance has of it: one indicator a driver, gaps, and some of the events flagged."""
    lines = len(results)
    plan = sample_plan((lines,))
    drivers = tuple(
        replace(driver, weight=float(weight)) for driver, weight in zip(plan.drivers, EXPERTS, strict=True)
    )
    firsts = {item.driver: item for item in reversed(plan.indicators)}
    indicators = tuple(replace(firsts[driver.code], share=1.0, direction=1) for driver in drivers)
    values = results[:, :PERIODS].copy()
    values[random.random(values.shape) < GAPS] = np.nan
    flagged = (events > 0) & (random.random(events.shape) < FLAGGED)
    read = np.where(random.random(signals.shape) < UNREAD, np.nan, 100 * np.exp(signals)).transpose(1, 0, 2)
    reference = np.full(read.shape, 100.0)
    return Inputs(
        replace(plan, drivers=drivers, indicators=indicators),
        History(
            tuple(plan.period.shift(k - PERIODS) for k in range(PERIODS)),
            values,
            np.where(flagged, np.nan, 0.0),
        ),
        Readings(read[-1], reference[-1], read[:-1], reference[:-1]),
    )
