"""Suggestions with interval and explanation, for 10, 1,000 and 100,000 lines over 12 quarters."""

from __future__ import annotations

from collections.abc import Iterator

from bench import rivals
from bench.report import Goal, Range, Row, Score, Time, best, main
from targetcal_xl.calibration import Inputs, compute_baseline
from tests.support.samples import sample_inputs

_SECONDS = {10: 0.010, 1_000: 0.050, 100_000: 1.0}
_FASTER = 500
_RIVAL_LINES = 200
"""AutoETS is timed on so many lines and reckoned up to as many as ours."""


def measure(quick: bool) -> Iterator[Row | Score]:
    """One row a size, then the ratio to AutoETS and how the cost grows; the quick run leaves those out."""
    made = {lines: _inputs(lines) for lines in _SECONDS if lines <= 1_000 or not quick}
    took = {lines: _time(inputs) for lines, inputs in made.items()}
    for lines, inputs in made.items():
        what = f"{len(inputs.plan.lines):,} lines x 12 quarters"
        yield Row(what, took[lines], Goal("seconds", _SECONDS[lines]))
    if not quick:
        largest = max(took)
        theirs = _auto_ets(made[largest], largest)
        yield Row(f"{largest:,} lines", took[largest], Goal("faster", _FASTER), "AutoETS", theirs)
        per_line, per_few = took[largest].wall / largest, took[1_000].wall / 1_000
        what = f"seconds a line of {largest:,}, beside 1,000"
        yield Score(what, per_line * 1e6, Range(high=1.5), took[largest], "1,000 lines", per_few * 1e6)


def _inputs(lines: int) -> Inputs:
    return sample_inputs((min(lines, 50),) * max(1, lines // 50))


def _time(inputs: Inputs) -> Time:
    return best(lambda: compute_baseline(inputs))


def _auto_ets(inputs: Inputs, lines: int) -> Time:
    """How long AutoETS would take for so many lines."""
    seen = inputs.history.values[:_RIVAL_LINES]
    method = rivals.slow()["AutoETS"]
    method(seen[0])  # compiled code is loaded
    took = best(lambda: [method(row) for row in seen], 1)
    return Time(took.wall * lines / len(seen), took.process * lines / len(seen))


if __name__ == "__main__":
    main("baseline_speed", measure)
