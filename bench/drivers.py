"""What learning the weights of drivers costs and gains, and what one-off events do, with the truth known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bench.report import Range, Score, Time, main, stopwatch
from bench.worlds import EXPERTS, World, world
from targetcal_xl.calibration import Floats, clean, compute_baseline, relearn
from targetcal_xl.calibration.projection import project

SIZES = (3, 10, 30, 100, 300)
ENOUGH = 30
"""The goals are for so many lines and more."""
LINES = 6_000
"""So many lines of every kind are made up, in companies of each size."""
TRUTHS = {"as the experts say": EXPERTS, "other": np.array([0.6, 0.05, 0.4]), "useless": np.zeros(3)}
COST, GAIN, BIAS = Range(high=1.03), Range(low=0.8), Range(high=0.5)

Suggest = Callable[[World], Floats]


def measure(quick: bool) -> Iterator[Score]:
    """One row a kind of drivers, size and question."""
    for size in SIZES[1:3] if quick else SIZES:
        for stays in (False, True):
            for name, truth in TRUTHS.items():
                random = np.random.default_rng(20250103)
                number = 4 if quick else max(LINES // size, 20)
                made = [world(size, truth, stays, random) for _ in range(number)]
                what = f"{size} lines, drivers {name}, their effect {'stays' if stays else 'passes'}"
                yield _useless(what, size, made) if name == "useless" else _useful(what, size, made, truth)
    number = 4 if quick else LINES // ENOUGH
    random = np.random.default_rng(20250104)
    yield from _events([world(ENOUGH, EXPERTS, True, random) for _ in range(number)])


def _useless(what: str, size: int, made: list[World]) -> Score:
    """Our error with learned weights over the error without drivers, when they say nothing."""
    ours, took = _error(made, _learned)
    theirs, _ = _error(made, _without)
    return Score(what, ours, COST if size >= ENOUGH else Range(), took, "no drivers", theirs)


def _useful(what: str, size: int, made: list[World], truth: Floats) -> Score:
    """Our gain over no drivers as a share of the gain with the true weights."""
    without, _ = _error(made, _without)
    ours, took = _error(made, _learned)
    best, _ = _error(made, lambda one: compute_baseline(one.inputs, truth).expected)
    goal = GAIN if size >= ENOUGH else Range()
    return Score(f"{what}: gain", without - ours, goal, took, "the true weights", without - best)


def _events(made: list[World]) -> Iterator[Score]:
    """How far lines with a one-off event are suggested too much, beside no handling at all."""
    theirs, _ = _bias(made, _unhandled)
    ours, took = _bias(made, _learned)
    yield Score("bias after events, half of them flagged", ours, BIAS, took, "not handled", theirs)
    answered, took = _bias(made, lambda one: compute_baseline(one.answered, _weights(one)).expected)
    what = "bias after events, half of them flagged, questions answered"
    yield Score(what, answered, BIAS, took, "not handled", theirs)


def _weights(one: World) -> Floats:
    return relearn(one.inputs).weights


def _learned(one: World) -> Floats:
    return compute_baseline(one.inputs, _weights(one)).expected


def _without(one: World) -> Floats:
    return compute_baseline(one.inputs, np.zeros(3)).expected


def _unhandled(one: World) -> Floats:
    """History as it is, no value masked or drawn in, with the true drivers' effects left out."""
    history = one.inputs.history
    cleaned = clean(type(history)(history.periods, history.values, np.zeros_like(history.values)))
    ahead = project(cleaned.logs, cleaned.known, history.per_year, back=1)
    effects = compute_baseline(one.inputs, _weights(one)).effects
    suggested: Floats = np.exp(ahead.logs + effects.sum(axis=1))
    return suggested


def _error(made: list[World], suggest: Suggest) -> tuple[float, Time]:
    """Sum of absolute errors over the sum of what came (WAPE)."""
    with stopwatch() as times:
        found = [suggest(one) for one in made]
    off = sum(float(np.abs(one - each.actual).sum()) for one, each in zip(found, made, strict=True))
    return off / sum(float(each.actual.sum()) for each in made), times[0]


def _bias(made: list[World], suggest: Suggest) -> tuple[float, Time]:
    """Mean log of suggestion over truth for the lines with an event, less that for the others."""
    with stopwatch() as times:
        found = [np.log(suggest(one) / one.expected) for one in made]
    struck = np.concatenate([each.struck for each in made])
    logs = np.concatenate(found)
    return float(logs[struck].mean() - logs[~struck].mean()), times[0]


if __name__ == "__main__":
    main("drivers", measure)
