"""One quarter ahead on other people's series: how far off, and how often inside the interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bench import rivals
from bench.panels import Window, panels, windows
from bench.report import Range, Score, Time, main, stopwatch
from targetcal_xl.calibration import Baseline, Floats, History, Inputs, Readings, compute_baseline
from targetcal_xl.calibration.arrays import Indices
from tests.support.samples import sample_plan

LENGTHS = (8, 12)
COVERED = {0.8: Range(0.75, 0.88), 0.9: Range(0.85, 0.95)}
COVERED_LENGTHS = (4, 5, 6, 7, 8, 12, 16)
SMALL, SMALL_PANELS = 5, 200
SAMPLE = 8
"""AutoARIMA forecasts every n-th series."""
DRAWS = 1_000
BEST, WORST = 0.95, 1.05
"""Goals: the mean over panels of our error over the best rival's, and the worst of them."""

Drawn = slice | tuple[slice | Indices, ...]
"""Which origins and which series are drawn."""


@dataclass(frozen=True)
class Errors:
    """Of m series at every origin, (origins, m): symmetric percentage errors, and errors in units of the
    mean change from year to year seen before."""

    symmetric: Floats
    scaled: Floats


def measure(quick: bool) -> Iterator[Score]:
    """Accuracy beside every rival by panel and length; coverage by panel, length and size of the panel."""
    scores = []
    for length in LENGTHS:
        for name, series in panels().items():
            seen = windows(series, length, every=20 if quick else 1)
            score = _beside_the_best(name, length, seen, quick)
            scores.append(score)
            yield score
            if not quick:
                yield _beside_arima(name, length, windows(series, length, every=SAMPLE))
    yield Score("geometric mean of the ratios", _mean(scores), Range(high=BEST), _together(scores))
    for length in COVERED_LENGTHS[-2:] if quick else COVERED_LENGTHS:
        for name, series in panels().items():
            yield from _coverage(f"{name}, {length} seen", windows(series, length, every=20 if quick else 1))
            yield from _small_coverage(f"{name} by {SMALL}, {length} seen", windows(series, length), quick)


def suggest(seen: Floats, confidence: float = 0.8) -> Baseline:
    """Our suggestion for every series as the lines of one plan, without drivers."""
    return compute_baseline(inputs_of(seen, confidence))


def inputs_of(seen: Floats, confidence: float = 0.8) -> Inputs:
    """Every series as a line of one plan, without drivers."""
    plan = sample_plan((len(seen),))
    plan = replace(
        plan, thresholds=replace(plan.thresholds, confidence=confidence), drivers=(), indicators=()
    )
    periods = tuple(plan.period.shift(k - seen.shape[1]) for k in range(seen.shape[1]))
    nothing = np.empty((len(seen), 0))
    history = History(periods, seen, np.zeros_like(seen))
    return Inputs(plan, history, Readings(nothing, nothing))


def _beside_the_best(name: str, length: int, seen: list[Window], quick: bool) -> Score:
    with stopwatch() as times:
        ours = [suggest(window.seen).expected for window in seen]
    others = {rival: [plain(window.seen) for window in seen] for rival, plain in rivals.PLAIN.items()}
    if not quick:
        for rival, method in rivals.slow().items():
            others[rival], _ = rivals.forecasts(f"{name} {length} {rival}", method, seen)
    return _compared(f"{name}, {length} seen", ours, others, seen, times[0], Range(high=WORST))


def _beside_arima(name: str, length: int, seen: list[Window]) -> Score:
    with stopwatch() as times:
        ours = [suggest(window.seen).expected for window in seen]
    theirs, _ = rivals.forecasts(f"{name} {length} AutoARIMA of {SAMPLE}", rivals.auto_arima, seen)
    what = f"{name}, {length} seen, {len(seen[0].seen)} series"
    return _compared(what, ours, {"AutoARIMA": theirs}, seen, times[0], Range(high=WORST))


def _compared(
    what: str,
    ours: list[Floats],
    others: dict[str, list[Floats]],
    seen: list[Window],
    took: Time,
    goal: Range,
) -> Score:
    """Our overall weighted average beside the best rival's, with a bootstrap over the series."""
    reference = errors_of([rivals.seasonal_naive(window.seen) for window in seen], seen)
    found = {rival: errors_of(made, seen) for rival, made in others.items()}
    own = errors_of(ours, seen)
    best = min(found, key=lambda rival: owa(found[rival], reference))
    random = np.random.default_rng(20250101)
    draws = random.integers(0, own.symmetric.shape[1], (DRAWS, own.symmetric.shape[1]))
    series = [(slice(None), draw) for draw in draws]
    ratios = [owa(own, reference, draw) / owa(found[best], reference, draw) for draw in series]
    low, high = np.quantile(ratios, (0.025, 0.975))
    return Score(
        what,
        ours=owa(own, reference),
        goal=goal,
        took=took,
        other=best,
        theirs=owa(found[best], reference),
        spread=(float(low), float(high)),
    )


def errors_of(made: list[Floats], seen: list[Window]) -> Errors:
    """How far forecasts of every window, (m,) each, were off."""
    symmetric, scaled = [], []
    for forecast, window in zip(made, seen, strict=True):
        off = np.abs(forecast - window.actual)
        both = np.abs(forecast) + np.abs(window.actual)
        change = np.abs(window.seen[:, rivals.YEAR :] - window.seen[:, : -rivals.YEAR]).mean(axis=1)
        symmetric.append(np.where(both > 0, 2 * off / np.where(both > 0, both, 1.0), 0.0))
        scaled.append(np.where(change > 0, off / np.where(change > 0, change, 1.0), np.nan))
    return Errors(np.array(symmetric), np.array(scaled))


def owa(errors: Errors, reference: Errors, drawn: Drawn = slice(None)) -> float:
    """Mean of both errors of what is drawn over those of seasonal naive (Makridakis et al. 2020, M4, 2.2)."""
    symmetric = errors.symmetric[drawn].mean() / reference.symmetric[drawn].mean()
    scaled = np.nanmean(errors.scaled[drawn]) / np.nanmean(reference.scaled[drawn])
    return float(symmetric + scaled) / 2


def _mean(scores: list[Score]) -> float:
    return float(np.exp(np.mean([np.log(score.figure) for score in scores])))


def _together(scores: list[Score]) -> Time:
    return Time(sum(score.took.wall for score in scores), sum(score.took.process for score in scores))


def _coverage(what: str, seen: list[Window]) -> Iterator[Score]:
    """How often what came lies inside the interval."""
    for level, goal in COVERED.items():
        with stopwatch() as times:
            found = [suggest(window.seen, level) for window in seen]
        inside = [
            (one.low <= window.actual) & (window.actual <= one.high)
            for one, window in zip(found, seen, strict=True)
        ]
        yield Score(f"{what}, inside {level:.0%}", float(np.mean(inside)), goal, times[0])


def _small_coverage(what: str, seen: list[Window], quick: bool) -> Iterator[Score]:
    """The same, with small panels drawn from the large one."""
    random = np.random.default_rng(20250102)
    small = []
    for _ in range(4 if quick else SMALL_PANELS):
        window = seen[random.integers(len(seen))]
        rows = random.choice(len(window.seen), SMALL, replace=False)
        small.append(Window(window.seen[rows], window.actual[rows]))
    yield from _coverage(what, small)


if __name__ == "__main__":
    main("accuracy", measure)
