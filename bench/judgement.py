"""What correcting declarations is worth, on heads of known habits: `python -m bench.judgement`.

Every made-up panel has six regions of four lines over some years of quarters. What comes of a line is moved
by a shock that all share, by what its head knows, and by luck. Heads depart from three suggestions in five.
From the period on for which six are known, what was declared is corrected by those before, and both are held
against what came, for eight periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.report import Range, Score, main, stopwatch
from targetcal_xl.calibration import Departure, Floats, JudgementRecord, correction, going_on

REGIONS, LINES, KNOWN, JUDGED = 6, 4, 6, 8
LUCK, KNOWLEDGE = 0.08, 0.06
"""Standard deviations, as shares of suggestions: of what is a line's own, and of what its head knows."""


@dataclass(frozen=True)
class Habit:
    """How far heads declare beside what they know: on average, and how far regions differ in that.

    They make `makes` times as much as it is worth of what they know, and add `chance`; `shock` is what moves
    all lines at once, `missed` what suggestions miss for years, which heads know. All are shares of
    suggestions, and standard deviations but for `level`, `makes` and `missed`.
    """

    level: float = 0.0
    apart: float = 0.0
    makes: float = 1.0
    chance: float = 0.0
    shock: float = 0.04
    missed: float = 0.0


HABITS = {
    "slightly cautious": Habit(-0.03, 0.02),
    "cautious": Habit(-0.06, 0.03),
    "hopeful": Habit(0.06, 0.03),
    "each another way": Habit(0.0, 0.07),
    "exaggerating": Habit(0.0, 0.02, 2.2, 0.03),
    "guessing": Habit(0.0, 0.0, 0.0, 0.1),
    "cautious, suggestions too low": Habit(-0.06, 0.03, missed=0.04),
}
UNBIASED = {
    "knowing": Habit(),
    "knowing, large shocks": Habit(shock=0.1),
    "knowing, suggestions too high": Habit(missed=-0.04),
}


def measure(quick: bool) -> Iterator[Score]:
    """Of biased heads the share of panels that become better, and the error; of others the error alone."""
    for name, habit in (HABITS | UNBIASED).items():
        random = np.random.default_rng(20250105)
        with stopwatch() as times:
            found = np.array([_panel(habit, random) for _ in range(20 if quick else 200)])
        if name in HABITS:
            better = float((found[:, 1] < found[:, 0]).mean())
            yield Score(f"{name}: panels with a smaller error", better, Range(low=0.8), times[0])
        raw, ours = found.mean(axis=0).tolist()
        goal = Range(high=1.0 if name in HABITS else 1.02)
        yield Score(f"{name}: mean error", ours, goal, times[0], "raw", raw)


def _panel(habit: Habit, random: np.random.Generator) -> tuple[float, float]:
    """Mean absolute errors of a panel's declarations, raw and corrected."""
    own = random.normal(habit.level, habit.apart, REGIONS)
    told = [_period(str(k), own, habit, random) for k in range(KNOWN + JUDGED)]
    record, errors = JudgementRecord(), []
    for k, now in enumerate(told):
        if k >= KNOWN:
            found = correction(record)
            errors += [(abs(one.short), abs(_came(one) - found.of(one.region, one.departed))) for one in now]
        record = going_on(record, now)
    raw, ours = np.array(errors).mean(axis=0).tolist()
    return raw, ours


def _came(one: Departure) -> float:
    return (one.actual - one.suggested) / one.scale


def _period(name: str, own: Floats, habit: Habit, random: np.random.Generator) -> list[Departure]:
    shock, told = random.normal(0, habit.shock), []
    for region in range(REGIONS):
        for line in range(LINES):
            knows, luck = random.normal(0, KNOWLEDGE), random.normal(0, LUCK)
            said = own[region] + habit.missed + habit.makes * knows + random.normal(0, 1) * habit.chance
            if random.random() < 0.6:
                amounts = 100 * (1 + said), 100 * (1 + habit.missed + shock + knows + luck)
                told.append(Departure(name, f"R{region}", f"R{region}-{line}", 100, *amounts, 1, 100))
    return told


if __name__ == "__main__":
    main("judgement", measure)
