"""How often all lines together come to what was foreseen, in made-up companies that are shaken, or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bench.accuracy import inputs_of
from bench.report import Range, Score, main, stopwatch
from targetcal_xl.calibration import Floats, compute_baseline, plan_odds, shared_risk

WORLDS: Mapping[str, tuple[float, bool]] = {
    "calm": (0.0, False),
    "shaken by 3 %": (0.03, False),
    "shaken by 6 %": (0.06, False),
    "moved by 3 %": (0.03, True),
    "moved by 6 %": (0.06, True),
}
"""Name: the standard deviation of a quarter's shock to all lines, and whether it stays."""
LINES = (8, 30)
LENGTHS = (4, 6, 8, 12, 16)
PANELS = 200
COVERED = Range(0.75, 0.88)
"""Goal: how often totals lie inside 80 %, and reach what they had odds of 80 % for."""


def measure(quick: bool) -> Iterator[Score]:
    """What lies inside, and what is reached, by world, number of lines and quarters seen."""
    random = np.random.default_rng(4242)
    for world, shaken in WORLDS.items():
        for lines in LINES:
            for length in LENGTHS[:1] if quick else LENGTHS:
                with stopwatch() as times:
                    made = (_panel(random, lines, length + 1, *shaken) for _ in range(3 if quick else PANELS))
                    found = np.array([_odds(panel) for panel in made])
                what = f"{world}, {lines} lines, {length} seen"
                inside, reached = np.abs(found - 0.5) <= 0.4, found <= 0.8
                yield Score(f"{what}, inside 80%", float(inside.mean()), COVERED, times[0])
                yield Score(f"{what}, reached at odds of 80%", float(reached.mean()), COVERED, times[0])


def _odds(panel: Floats) -> float:
    """The odds that the total had of what the last quarter came to."""
    inputs, actual = inputs_of(panel[:, :-1]), panel[:, -1]
    found = compute_baseline(inputs)
    return plan_odds(inputs.plan, found, actual, shared_risk(inputs, found))[1]


def _panel(random: np.random.Generator, lines: int, length: int, shock: float, stays: bool) -> Floats:
    """Lines with a level that wanders, a season, growth, own noise and common shocks, (lines, quarters)."""
    sizes = random.normal(np.log(1000), 0.6, (lines, 1))
    season = random.normal(0, 0.12, (1, 4)) + random.normal(0, 0.04, (lines, 4))
    level = np.cumsum(random.normal(0.015, 0.03, (lines, length)), axis=1)
    shocks = random.normal(0, shock, length)
    common = season[:, np.arange(length) % 4] + (shocks.cumsum() if stays else shocks)
    return np.asarray(np.exp(sizes + level + common + random.normal(0, 0.06, (lines, length))))


if __name__ == "__main__":
    main("totals", measure)
