"""Suggestions with interval and explanation, for 10, 1,000 and 100,000 lines over 12 quarters."""

from __future__ import annotations

from collections.abc import Iterator

from bench.report import Goal, Row, best, main
from targetcal_xl.calibration import compute_baseline
from tests.support.samples import sample_inputs

_SECONDS = {10: 0.010, 1_000: 0.100, 100_000: 1.0}


def measure(quick: bool) -> Iterator[Row]:
    """One row a size; the quick run leaves out the largest."""
    for lines, seconds in _SECONDS.items():
        if quick and lines > 1_000:
            continue
        inputs = sample_inputs((min(lines, 50),) * max(1, lines // 50))
        took = best(lambda inputs=inputs: compute_baseline(inputs))
        yield Row(f"{len(inputs.plan.lines):,} lines x 12 quarters", took, Goal("seconds", seconds))


if __name__ == "__main__":
    main("baseline_speed", measure)
