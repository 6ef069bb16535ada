"""What a head gains by holding effort back for a quarter: under last year x growth, and under the method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from bench.accuracy import inputs_of
from bench.report import Range, Score, main, stopwatch
from targetcal_xl.calibration import Floats, Inputs, compute_baseline, relieved

PANELS, LINES, SEEN = 40, 12, 12
HELD_BACK = 0.1
"""What share of a quarter's result a head does not bring."""
HORIZONS = {"a quarter": 1, "a year": 4, "two years": 8}
MOST = 0.5
"""Goal: withholding gains at least half less than under last year x growth."""
METHODS: dict[str, Callable[[Floats], Floats]] = {
    "suggested": lambda seen: compute_baseline(inputs_of(seen)).expected,
    "split, limited": lambda seen: _limited(inputs_of(seen)),
    "last year x growth": lambda seen: compute_baseline(inputs_of(seen)).inertial,
}
LIMIT = 0.25
"""What of a percent of over-performance the limited split may ask again, in percent."""


def measure(quick: bool) -> Iterator[Score]:
    """Targets of the quarters that follow, lowered by what was held back, over what was held back."""
    theirs = _gains(METHODS["last year x growth"], quick)
    for method in ("suggested", "split, limited"):
        with stopwatch() as times:
            ours = _gains(METHODS[method], quick)
        for name, quarters in HORIZONS.items():
            gained, rival = (float(gain[:, :quarters].sum(axis=1).mean()) for gain in (ours, theirs))
            told = f"{method}: gain over {name}"
            yield Score(told, gained, Range(high=MOST), times[0], "last year x growth", rival)


def _limited(inputs: Inputs) -> Floats:
    """What the split starts from where the ratchet is limited."""
    plan = replace(inputs.plan, ratchet_limit=LIMIT)
    limited = replace(inputs, plan=plan)
    return relieved(limited, compute_baseline(limited)).centre


def _gains(method: Callable[[Floats], Floats], quick: bool) -> Floats:
    """What one line's targets are lower by in each quarter after, in log over log, (panels, quarters)."""
    random = np.random.default_rng(2002)
    return np.array([_gain(method, _panel(random)) for _ in range(3 if quick else PANELS)])


def _gain(method: Callable[[Floats], Floats], honest: Floats) -> Floats:
    held = honest.copy()
    held[0, SEEN - 1] *= 1 - HELD_BACK
    ends = range(SEEN, SEEN + max(HORIZONS.values()))
    fallen = [np.log(method(honest[:, :end])[0] / method(held[:, :end])[0]) for end in ends]
    return np.asarray(np.array(fallen) / -np.log(1 - HELD_BACK))


def _panel(random: np.random.Generator) -> Floats:
    """Lines with a level that wanders, a season, growth, own noise and common shocks, (lines, quarters)."""
    length = SEEN + max(HORIZONS.values())
    sizes = random.normal(np.log(100), 0.6, (LINES, 1))
    season = np.tile(random.normal(0, 0.12, (1, 4)) + random.normal(0, 0.04, (LINES, 4)), length // 4)
    level = np.cumsum(random.normal(0.015, 0.03, (LINES, length)), axis=1)
    shocks = random.normal(0, 0.03, (1, length))
    return np.asarray(np.exp(sizes + level + season + shocks + random.normal(0, 0.06, (LINES, length))))


if __name__ == "__main__":
    main("ratchet", measure)
