"""A period in retrospect: errors, what judgement and drivers took off them, and what warnings were worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Foretold, Key, Review, Standing, Value, compute_baseline, review
from tests.support.samples import sample_inputs

INPUTS = sample_inputs((2, 1))
BASELINE = compute_baseline(INPUTS)
STANDING = Standing(INPUTS, BASELINE, BASELINE.suggested)
AMOUNTS = st.lists(st.floats(1, 500), min_size=3, max_size=3)
NOT = np.zeros(3, dtype=bool)


def _review(actual: object, declared: object = None, agreed: object = None, **more: object) -> Review:
    told = {"reached": ~NOT, "few": NOT, "warned": {}, **more}
    words = [
        np.full(3, np.nan) if said is None else np.array(said, dtype=float) for said in (declared, agreed)
    ]
    return review(STANDING, np.array(actual, dtype=float), words[1], words[0], **told)  # type: ignore[arg-type]


@settings(max_examples=40)
@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_judgement_is_worth_what_it_took_off_the_error(
    actual: list[float], declared: list[float], agreed: list[float]
) -> None:
    whole = _review(actual, declared, agreed).whole
    errors = [
        np.abs(np.array(said) - actual).sum() / np.sum(actual)
        for said in (BASELINE.suggested, declared, agreed)
    ]
    assert (whole.suggested, whole.declared, whole.agreed) == pytest.approx(tuple(errors))
    assert whole.region_added is not None and whole.talk_added is not None
    assert whole.region_added + whole.talk_added == pytest.approx(errors[0] - errors[2])


def test_a_region_that_said_nothing_is_not_judged_and_a_line_without_result_counts_for_nothing() -> None:
    found = _review([100, np.nan, 50], [90, np.nan, 60], [100, 1, 50])
    assert [(one.lines, one.declared is None) for one in found.regions] == [(1, True), (1, False)]
    assert found.regions[0].agreed == 0 and found.whole.lines == 2


@settings(max_examples=40)
@given(AMOUNTS)
def test_a_driver_is_worth_what_the_error_would_have_been_without_it(actual: list[float]) -> None:
    came = np.array(actual)
    for at, one in enumerate(_review(actual, None, actual).drivers):
        moved = BASELINE.contributions[:, BASELINE.parts.index(INPUTS.plan.drivers[at].code)]
        off = [
            np.abs(forecast - came).sum() / came.sum()
            for forecast in (BASELINE.expected, BASELINE.expected - moved)
        ]
        assert one.added == pytest.approx(off[1] - off[0]) and one.moved == pytest.approx(moved.sum())
        assert one.misled == (one.added < -0.01)


def test_suggestions_that_were_right_have_no_error_and_no_bias() -> None:
    found = _review(BASELINE.suggested, None, BASELINE.suggested)
    assert found.whole.suggested == 0 and found.bias == pytest.approx(0)
    assert _review(BASELINE.suggested / 2).bias == pytest.approx(1)


def test_every_line_is_counted_once_by_what_was_said_of_it() -> None:
    plan = INPUTS.plan
    end = plan.period.end
    last = end - dt.timedelta(days=plan.thresholds.warning_days)
    day = dt.timedelta(days=1)

    def told(since: dt.date, until: dt.date | None = None, **more: object) -> Foretold:
        warned = {line.code: [(since, until)] for line in plan.lines}
        found = _review([1, 1, 1], warned=warned, **more).foretold
        assert sum(vars(found).values()) == 3
        return found

    missed: dict[str, Any] = {"reached": NOT}
    assert told(last, **missed).in_time == told(last - 30 * day, last + day, **missed).in_time == 3
    assert told(last + day, **missed).late == 3
    assert told(last - 30 * day, last, **missed).unwarned == 3, "it was taken back"
    assert told(end, **missed).unwarned == 3, "that is no warning"
    assert told(last).averted == 3 and told(last, few=~NOT).few == 3
    assert _review([1, 1, 1], **missed).foretold.unwarned == _review([1, 1, 1]).foretold.quiet == 3


@pytest.mark.parametrize(
    ("said", "column"), [("2025-01-31", "in_time"), ("2025-02-01", "late"), ("no", "never"), (None, "untold")]
)
def test_a_support_comes_by_the_day_it_was_due(said: str | None, column: str) -> None:
    values: dict[Key, Value] = {
        ("R1", "S01", "what"): "two people",
        ("R1", "S01", "granted"): "yes",
        ("R1", "S01", "due"): "2025-01-31",
        ("R1", "S01", "delivered"): said,
        ("R1", "S02", "what"): "money",
        ("R1", "S02", "granted"): "no",
    }
    standing = replace(STANDING, values=values)
    unknown = np.full(3, np.nan)
    came = review(standing, unknown, unknown, unknown, ~NOT, NOT, {}).supports
    counts = {code: getattr(came, code) for code in ("in_time", "late", "never", "untold")}
    assert came.granted == 1 and counts == {**dict.fromkeys(counts, 0), column: 1}
