"""The fold: what the entries add up to is where the plan stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Standing
from targetcal_xl.ledger import Event, Ledger, groundwork, open_ledger, standing
from targetcal_xl.problems import Refused
from tests.support.clock import Clock
from tests.support.samples import sample_standing
from tests.test_ledger_documents import same

CLOCK = Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite", create=True) as opened:
        yield opened


def put(ledger: Ledger, events: list[Event], documents: list[bytes] | None = None) -> None:
    ledger.record(events, at=CLOCK(), actor="李四", source="test", documents=documents or [])


def ground(ledger: Ledger, of: Standing) -> list[str]:
    """Lay the ground of a plan; the fields that changed."""
    before = ledger.values()
    events, documents = groundwork("new", of.inputs, of.baseline, of.allotment, before=before)
    put(ledger, events, documents)
    return [event.field for event in events]


def test_a_ledger_without_a_plan_has_no_standing(ledger: Ledger) -> None:
    put(ledger, [Event("lock", "HD", "L1", "declared", None, 1)])
    with pytest.raises(Refused, match="no plan yet"):
        standing(ledger)


def test_a_plan_stands_as_it_was_laid(ledger: Ledger) -> None:
    laid = sample_standing()
    assert ground(ledger, laid) == ["inputs", "baseline"]
    stands = standing(ledger)
    assert same(stands.inputs, laid.inputs)
    assert same(stands.baseline, laid.baseline)
    assert same(stands.allotment, laid.allotment)


def test_the_same_ground_is_not_laid_twice(ledger: Ledger) -> None:
    assert ground(ledger, sample_standing()) == ["inputs", "baseline"]
    assert ground(ledger, sample_standing()) == []


def test_a_recalibration_stands_in_place_of_the_first(ledger: Ledger) -> None:
    laid = sample_standing()
    ground(ledger, laid)
    again = Standing(laid.inputs, laid.baseline, laid.allotment + 1)
    assert ground(ledger, again) == ["baseline"]
    assert np.array_equal(standing(ledger).allotment, laid.allotment + 1)
    first, second = ledger.entries(field="baseline")
    assert second.old == first.new != second.new


keys = st.tuples(
    st.sampled_from(["HD", "HN", None]), st.sampled_from(["L1", "S01", None]), st.sampled_from("ab")
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.tuples(keys, st.integers(0, 9) | st.none() | st.booleans()), max_size=4), max_size=4)
)
def test_the_last_word_on_every_field_stands(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[tuple[tuple[str | None, str | None, str], int]]],
) -> None:
    with open_ledger(tmp_path_factory.mktemp("fold") / "ledger.sqlite", create=True) as ledger:
        ground(ledger, sample_standing())
        last = dict(ledger.values())
        for batch in batches:
            put(ledger, [Event("lock", *key, last.get(key), new) for key, new in batch])
            last |= dict(batch)
        assert standing(ledger).values == last


def test_a_plan_can_be_seen_as_it_stood_after_any_entry(ledger: Ledger) -> None:
    ground(ledger, sample_standing(periods=8))
    for value in (1, 2, 3):
        put(ledger, [Event("lock", "R1", "R1-1", "declared", value - 1, value)])
    ground(ledger, sample_standing(periods=12))
    for entry in ledger.entries():
        if entry.field == "declared":
            then = standing(ledger, entry.number)
            assert then.value("R1", "R1-1", "declared") == entry.new
            assert len(then.inputs.history.periods) == 8
    assert len(standing(ledger).inputs.history.periods) == 12
    with pytest.raises(Refused, match="no plan yet"):
        standing(ledger, 1)
