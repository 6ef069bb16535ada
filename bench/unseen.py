"""Panels on which nothing was chosen: lines with their real dates, so that what shakes all of them counts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from bench import rivals
from bench.accuracy import errors_of, inputs_of, owa, suggest
from bench.panels import Window
from bench.report import Range, Score, main, stopwatch
from targetcal_xl.calibration import (
    Floats,
    above_middles,
    compute_baseline,
    shared_risk,
    spread,
    total_spread,
)

FOLDER = "TARGETCAL_PANELS"
"""The environment variable that says where the panels lie; docs/benchmarks.md says where they come from."""
PANELS: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    "Tourism, regions": ("tourism", "Quarter", ("Region",), "Trips"),
    "Tourism, regions and purposes": ("tourism", "Quarter", ("Region", "Purpose"), "Trips"),
    "Retail": ("aus_retail", "Month", ("State", "Industry"), "Turnover"),
    "Prescriptions": ("PBS", "Month", ("ATC2", "Concession", "Type"), "Scripts"),
    "Prescription costs": ("PBS", "Month", ("ATC2", "Concession", "Type"), "Cost"),
    "Livestock": ("aus_livestock", "Month", ("Animal", "State"), "Count"),
}
"""Name: its file, its column of periods, the columns that make a line, and the column of values."""
LENGTHS = (8, 12)
TOTAL_LENGTHS = (4, 6, 8, 12, 16)
LINES, ORIGINS = 60, 8
"""So many lines are drawn of each panel, and so many origins spread evenly over its life."""
MOST_YEARS = 30
DRAWS = 1_000
BEST, WORST = 0.92, 1.03
"""Goals: the mean over panels of our error over the best rival's, and the worst of them."""
COVERED = Range(0.75, 0.88)
BIAS = Range(-0.01, 0.01)
"""Goals: how often lines and totals lie inside their intervals; the mean log error of totals over panels."""


def measure(quick: bool) -> Iterator[Score]:
    """Beside the best rival by panel and length; then what lies inside intervals, and how totals are off."""
    ratios, found = [], _made_up() if quick else panels()
    for name, values in found.items():
        for length in LENGTHS[:1] if quick else LENGTHS:
            score = _beside_the_best(name, length, _windows(values, length), quick)
            ratios.append(score.figure)
            yield score
    mean = float(np.exp(np.mean(np.log(ratios))))
    yield Score("geometric mean of the ratios", mean, Range(high=BEST), score.took)
    for length in TOTAL_LENGTHS[:1] if quick else TOTAL_LENGTHS:
        yield from _of_all_origins(found, length)


def panels() -> dict[str, Floats]:
    """Quarters of every panel, (lines, periods); end with what to do where there are none."""
    if FOLDER not in os.environ:
        sys.exit(f"Set {FOLDER} to the folder with the panels: docs/benchmarks.md says where they come from.")
    folder = Path(os.environ[FOLDER])
    return {name: _panel(folder, *said) for name, said in PANELS.items()}


def _made_up() -> dict[str, Floats]:
    """A panel drawn at random, (lines, periods): it tries the bench where no real one is at hand."""
    random, steps = np.random.default_rng(11), np.arange(40)
    season = np.exp(0.2 * np.sin(steps * np.pi / 2))
    level = np.exp(np.cumsum(random.normal(0, 0.05, (12, len(steps))), axis=1))
    return {"made up": 100 * level * season}


def _panel(folder: Path, file: str, time: str, keys: tuple[str, ...], value: str) -> Floats:
    """The lines that are known all the time, of at most MOST_YEARS, mostly above 0; months as quarters."""
    import rdata  # noqa: PLC0415

    classes = dict(rdata.conversion.DEFAULT_CLASS_MAP)
    for kind in ("tbl_ts", "tbl_df", "data.frame", "yearmonth", "yearquarter", "vctrs_vctr"):
        classes[kind] = lambda found, attributes: found
    found = rdata.conversion.convert(rdata.parser.parse_file(folder / f"{file}.rda"), classes)[file]
    table = pd.DataFrame({str(name): np.asarray(column) for name, column in found.items()})
    table = table[table[time] > table[time].max() - 366 * MOST_YEARS]
    wide = table.pivot_table(index=list(keys), columns=time, values=value, aggfunc="sum")
    values = wide.loc[:, wide.notna().mean() > 0.9].dropna().to_numpy(float)
    values = values[(values > 0).mean(axis=1) > 0.5]
    if time == "Month":
        first = values.shape[1] % 3
        values = values[:, first:].reshape(len(values), -1, 3).sum(axis=2)
    rows = np.random.default_rng(5).choice(len(values), min(LINES, len(values)), replace=False)
    return np.asarray(values[np.sort(rows)])


def _windows(values: Floats, length: int) -> list[Window]:
    ends = np.linspace(length, values.shape[1] - 1, ORIGINS).astype(int).tolist()
    return [Window(values[:, end - length : end], values[:, end]) for end in ends]


def _beside_the_best(name: str, length: int, seen: list[Window], quick: bool) -> Score:
    """The ratio to the best rival, with a bootstrap over origins and lines; the mean of three is one, too."""
    with stopwatch() as times:
        ours = [suggest(window.seen).expected for window in seen]
    others = {rival: [plain(window.seen) for window in seen] for rival, plain in rivals.PLAIN.items()}
    if not quick:
        for rival, method in rivals.slow().items():
            others[rival], _ = rivals.forecasts(f"{name} {length} {rival}", method, seen)
        three = zip(*(others[rival] for rival in rivals.slow()), strict=True)
        others["mean of three"] = [np.mean(one, axis=0) for one in three]
    reference = errors_of(others["seasonal naive"], seen)
    own, found = errors_of(ours, seen), {rival: errors_of(made, seen) for rival, made in others.items()}
    best = min(found, key=lambda rival: owa(found[rival], reference))
    random, (origins, lines) = np.random.default_rng(20250103), own.symmetric.shape
    draws = [
        (random.integers(0, origins, (origins, 1)), random.integers(0, lines, (1, lines)))
        for _ in range(DRAWS)
    ]
    ratios = [owa(own, reference, draw) / owa(found[best], reference, draw) for draw in draws]
    low, high = np.quantile(ratios, (0.025, 0.975))
    return Score(
        f"{name}, {length} seen",
        ours=owa(own, reference),
        goal=Range(high=WORST),
        took=times[0],
        other=best,
        theirs=owa(found[best], reference),
        spread=(float(low), float(high)),
    )


def _of_all_origins(found: Mapping[str, Floats], length: int) -> Iterator[Score]:
    """The same of every origin of every panel: an interval of a total is one value a period."""
    off = []
    for name, values in found.items():
        ends = range(length, values.shape[1])
        with stopwatch() as times:
            said = [_looked_at(Window(values[:, end - length : end], values[:, end])) for end in ends]
        inside, total, bias = np.mean(said, axis=0).tolist()
        off.append(bias)
        yield Score(f"{name}, {length} seen, inside 80%", inside, COVERED, times[0])
        yield Score(f"{name}, {length} seen, totals inside 80%", total, COVERED, times[0])
        yield Score(f"{name}, {length} seen, totals, mean log error", bias, Range(), times[0])
    yield Score(f"totals, {length} seen, mean log error", float(np.mean(off)), BIAS, times[0])


def _looked_at(window: Window) -> tuple[float, float, float]:
    """What share of the lines lay inside the interval, whether their total did, and the total's log error.

    All count in the unit that they have. In units of their own means seen, lines that happened to be low
    would count for more and come back up, the sooner the fewer quarters that mean is of.
    """
    alive = window.seen.any(axis=1)
    inputs, actual = inputs_of(window.seen[alive]), window.actual[alive]
    found = compute_baseline(inputs)
    wide = spread(found, 0.8)
    mean = found.expected.sum() * above_middles(found.expected, wide)
    reach = 1.2816 * total_spread(found.expected, wide, shared_risk(inputs, found))
    off = float(np.log(mean / actual.sum()))
    inside = float(np.mean((found.low <= actual) & (actual <= found.high)))
    return inside, float(abs(off) <= reach), off


if __name__ == "__main__":
    main("unseen", measure)
