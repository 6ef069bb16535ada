from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import UnknownReading, compute_baseline, what_if
from tests.support.samples import sample_inputs, sample_standing

STANDING = sample_standing()
INPUTS, TARGETS = STANDING.inputs, STANDING.baseline.suggested
LINE = INPUTS.plan.lines[0].code
AT = [item.code for item in INPUTS.plan.indicators]


def test_without_a_change_nothing_moves() -> None:
    seen = what_if(INPUTS, {}, TARGETS)
    assert np.array_equal(seen.before.baseline.suggested, STANDING.baseline.suggested)
    assert np.array_equal(seen.before.odds, seen.after.odds)
    assert seen.before.total_odds == seen.after.total_odds


@given(st.floats(1.01, 1.04))
def test_one_more_account_executive_raises_suggestion_interval_and_odds(more: float) -> None:
    heads = float(INPUTS.readings.now[0, AT.index("heads")])
    seen = what_if(INPUTS, {(LINE, "heads"): heads * more}, TARGETS)
    before, after = seen.before, seen.after
    for code in ("expected", "low", "high"):
        assert getattr(after.baseline, code)[0] > getattr(before.baseline, code)[0]
    assert after.odds[0] > before.odds[0] and after.total_odds > before.total_odds


def test_what_is_better_lower_lowers_when_it_rises() -> None:
    cycle = float(INPUTS.readings.now[0, AT.index("cycle")])
    seen = what_if(INPUTS, {(LINE, "cycle"): cycle * 1.5}, TARGETS)
    assert seen.after.baseline.expected[0] < seen.before.baseline.expected[0]


def test_the_inputs_stay_as_they_were_and_given_weights_are_used() -> None:
    now = INPUTS.readings.now.copy()
    none = np.zeros(len(INPUTS.plan.drivers))
    seen = what_if(INPUTS, {(LINE, "heads"): 999.0}, TARGETS, weights=none)
    assert np.array_equal(INPUTS.readings.now, now, equal_nan=True)
    assert np.array_equal(seen.after.baseline.expected, compute_baseline(INPUTS, none).expected)
    assert np.array_equal(seen.after.baseline.expected, seen.before.baseline.expected)


def test_a_reading_that_was_unknown_may_be_supposed() -> None:
    inputs = sample_inputs()
    line, item = inputs.plan.lines[-1].code, inputs.plan.indicators[0].code
    assert math.isnan(inputs.readings.now[-1, 0])
    seen = what_if(inputs, {(line, item): float(inputs.readings.reference[-1, 0]) * 2}, TARGETS)
    assert seen.after.baseline.expected[-1] > seen.before.baseline.expected[-1]


@pytest.mark.parametrize(
    ("line", "indicator", "reading", "why"),
    [
        ("nowhere", "heads", 5.0, "no such reading"),
        (LINE, "weather", 5.0, "no such reading"),
        (LINE, "heads", -1.0, "from 0 up"),
        (LINE, "heads", math.nan, "from 0 up"),
        (LINE, "heads", math.inf, "from 0 up"),
    ],
)
def test_a_reading_that_cannot_be_is_named(line: str, indicator: str, reading: float, why: str) -> None:
    with pytest.raises(UnknownReading, match=why) as caught:
        what_if(INPUTS, {(line, indicator): reading}, TARGETS)
    assert (caught.value.line, caught.value.indicator) == (line, indicator)
