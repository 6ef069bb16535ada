"""What may be declared, what counts as a reason, who decides, and what becomes of the lines."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.negotiation import (
    Outcome,
    after_decisions,
    decision_faults,
    declaration_fault,
    departs,
    deviation,
    gap_pct,
    is_implausible,
    is_objection,
    may_decide,
    may_submit,
    needs_reasons,
    objection_change,
    objection_state,
    settles,
)
from targetcal_xl.calibration.plan import Person, Region
from targetcal_xl.calibration.standing import Value
from targetcal_xl.calibration.vocabulary import DecisionKind, State
from targetcal_xl.language import is_placeholder

CUSTOMERS = Metric("new_customers", "New paying customers", "Trials do not count", "customers")
COMPLAINTS = dataclasses.replace(CUSTOMERS, code="complaints", direction=-1)
REGION = Region(
    "HD",
    "华东大区",
    head=Person("陈磊", "chen.lei@example.com"),
    superior=Person("Zhou Min", "zhou.min@example.com"),
    hrbp=Person("林悦"),
)
NUMBERS = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (220, None),
        (0, None),
        (220.0, None),
        (None, "missing"),
        ("  ", "missing"),
        ("220", "text"),
        ("about 200", "text"),
        (True, "text"),
        (-1, "negative"),
        (-0.5, "negative"),
        (187.5, "not_whole"),
        (math.nan, "not_finite"),
        (math.inf, "not_finite"),
    ],
)
def test_a_target_is_a_whole_number_that_somebody_typed(value: Value, fault: str | None) -> None:
    assert declaration_fault(value, False, CUSTOMERS) == fault
    assert declaration_fault(value, True, CUSTOMERS) == "formula"


@given(st.integers(0, 10**7), st.sampled_from([0.01, 0.1, 0.5, 5.0, 1000.0]))
def test_every_multiple_of_the_step_is_whole_and_nothing_between_is(steps: int, step: float) -> None:
    metric = dataclasses.replace(CUSTOMERS, step=step)
    assert declaration_fault(steps * step, False, metric) is None
    assert declaration_fault((steps + 0.5) * step, False, metric) == "not_whole"


def test_a_declaration_15_percent_worse_is_an_objection() -> None:
    sold = deviation([187, 188, 220, 253], 220, CUSTOMERS)
    assert is_objection(sold, 0.15).tolist() == [True, False, False, False]
    complained = deviation([187, 220, 252, 253], 220, COMPLAINTS)
    assert is_objection(complained, 0.15).tolist() == [False, False, False, True]


@given(NUMBERS, st.integers(1, 10_000), st.sampled_from([CUSTOMERS, COMPLAINTS]), st.integers(1, 60))
@example(187, 220, CUSTOMERS, 15)
@example(23, 20, COMPLAINTS, 15)
@example(595, 700, CUSTOMERS, 15)
def test_the_threshold_is_exact_to_the_last_unit(
    declared: int, suggested: int, metric: Metric, pct: int
) -> None:
    exact = Fraction(metric.direction * (declared - suggested), suggested) <= Fraction(-pct, 100)
    assert bool(is_objection(deviation(declared, suggested, metric), pct / 100)) == exact
    in_hundredths = deviation(declared * 0.01, suggested * 0.01, metric)
    assert bool(is_objection(in_hundredths, pct / 100)) == exact


@given(NUMBERS, NUMBERS)
def test_better_one_way_is_worse_the_other(declared: int, suggested: int) -> None:
    assert deviation(declared, suggested, CUSTOMERS) == -deviation(declared, suggested, COMPLAINTS)


def test_beside_a_suggestion_of_zero_any_number_is_infinitely_apart() -> None:
    assert deviation([0, 5], [0, 0], CUSTOMERS).tolist() == [0.0, math.inf]
    assert deviation([0, 5], [0, 0], COMPLAINTS).tolist() == [0.0, -math.inf]
    assert np.isnan(deviation([math.nan, math.nan], [0, 220], CUSTOMERS)).all()
    assert not is_objection(math.nan, 0.15)


def test_only_who_departs_from_the_suggestion_gives_reasons() -> None:
    assert not departs(0.1 + 0.2, 0.3)
    assert not needs_reasons(220, 220.0)
    assert needs_reasons(221, 220)


@given(NUMBERS, NUMBERS, st.sampled_from([1, -1]))
def test_a_counter_is_settled_by_its_equal_or_better(declared: int, counter: int, direction: int) -> None:
    assert settles(declared, counter, direction) == (direction * declared >= direction * counter)
    assert not settles(declared, None, direction)


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        ({}, Outcome(State.DECIDED)),
        ({"a": "accept", "b": "accept"}, Outcome(State.DECIDED)),
        ({"a": "accept", "b": None}, Outcome(State.LOCKED)),
        ({"a": "counter", "b": None}, Outcome(State.LOCKED)),
        ({"a": "counter", "b": "accept", "c": "return"}, Outcome(State.OPEN, ("a", "c"))),
    ],
)
def test_a_region_waits_for_its_last_decision_then_is_done_or_reopens(
    decisions: dict[str, str | None], outcome: Outcome
) -> None:
    assert after_decisions(decisions) == outcome


@given(st.dictionaries(st.text(max_size=3), st.sampled_from([*DecisionKind, None])))
def test_an_accepted_line_is_never_unlocked(decisions: dict[str, str | None]) -> None:
    outcome = after_decisions(decisions)
    assert all(decisions[line] in ("counter", "return") for line in outcome.unlocked)
    assert (outcome.state == State.OPEN) == bool(outcome.unlocked)


@pytest.mark.parametrize("actor", ["Zhou Min", " zhou  min ", "ＺＨＯＵ ＭＩＮ", "zhou.min@example.com"])
def test_the_superior_decides_by_name_or_mail(actor: str) -> None:
    assert may_decide(actor, REGION, submitter="陈磊") is None


@pytest.mark.parametrize(
    ("actor", "submitter", "refusal"),
    [
        ("", "陈磊", "actor_blank"),
        ("\u3000\u200b", "陈磊", "actor_blank"),
        ("陈磊", "王芳", "actor_is_head"),
        ("chen.lei@example.com", "王芳", "actor_is_head"),
        ("王芳", "王芳", "actor_is_submitter"),
        ("Zhou Min", "ZHOU.MIN@example.com", "actor_is_submitter"),
        ("zhou.min@example.com", "zhou min", "actor_is_submitter"),
        ("林悦", "陈磊", "actor_not_superior"),
    ],
)
def test_nobody_else_decides_and_nobody_on_their_own(actor: str, submitter: str, refusal: str) -> None:
    assert may_decide(actor, REGION, submitter) == refusal


def test_a_head_who_is_also_the_superior_does_not_decide_under_any_address() -> None:
    double = dataclasses.replace(REGION, head=Person("Zhou Min"))
    assert may_decide("zhou.min@example.com", double, submitter="王芳") == "actor_is_head"


def test_a_plan_without_a_superior_lets_nobody_decide() -> None:
    nobody = dataclasses.replace(REGION, superior=Person("", "someone@example.com"), head=Person(""))
    assert may_decide("", nobody, submitter="") == "actor_blank"
    assert may_decide("王芳", nobody, submitter="") == "actor_not_superior"


@pytest.mark.parametrize(
    ("decision", "counter", "reason", "faults"),
    [
        ("accept", None, "理由充分，按申报执行", ()),
        ("counter", 205, "两场展会已批预算", ()),
        ("counter", None, "两场展会已批预算", ("counter_missing",)),
        ("counter", 205.5, "n/a", ("reason_missing", "counter_not_whole")),
        ("return", None, None, ("reason_missing",)),
        ("perhaps", None, "", ("decision_unknown", "reason_missing")),
        (None, None, "两场展会已批预算", ("decision_unknown",)),
    ],
)
def test_a_decision_counts_with_a_reason_and_a_counter_with_a_number(
    decision: Value, counter: Value, reason: Value, faults: tuple[str, ...]
) -> None:
    reasoned = not is_placeholder(reason)
    assert decision_faults(decision, counter, CUSTOMERS, is_reasoned=reasoned) == faults


def test_the_gap_is_a_share_of_what_was_declared() -> None:
    gap = gap_pct(1200, 980)
    assert gap is not None
    assert round(gap) == 22
    assert gap_pct(1200, 0) is None


@pytest.mark.parametrize(
    ("recorded", "objects", "change", "submitted", "state"),
    [
        (None, False, None, False, None),
        (None, True, "open", True, "submitted"),
        ("open", True, None, True, "open"),
        ("open", False, "lifted", False, "open"),
        ("handled", True, None, True, "handled"),
        ("handled", False, None, False, "handled"),
        ("lifted", False, None, False, "lifted"),
        ("lifted", True, "open", True, "submitted"),
    ],
)
def test_an_objection_goes_its_way(
    recorded: str | None, objects: bool, change: str | None, submitted: bool, state: str | None
) -> None:
    assert objection_change(recorded, objects) == change
    assert objection_state(recorded, submitted) == state


def test_the_head_or_the_named_deputy_submits_and_nobody_else() -> None:
    region = Region("R", "区", Person("顾明远", "gu@x.cn"), Person("陈立"), Person("周宁"))
    assert may_submit(" 顾明远", region) and may_submit("GU@X.CN", region)
    assert not any(may_submit(name, region) for name in ("", "陈立", "周宁", "顾明"))
    assert may_submit("许宁", dataclasses.replace(region, deputy=Person("许宁")))


def test_the_superior_s_own_counter_needs_no_reasons() -> None:
    assert needs_reasons(90, 85)
    assert not needs_reasons(90, 85, counter=90)
    assert needs_reasons(91, 85, counter=90)


_SHARE = dataclasses.replace(CUSTOMERS, kind="ratio", step=0.001, distance="shortfall")
_IN_PERCENT = dataclasses.replace(_SHARE, unit="%", step=0.1, whole=100.0)
_DAYS = dataclasses.replace(CUSTOMERS, kind="mean", step=0.5, direction=-1)
_REVENUE = dataclasses.replace(CUSTOMERS, step=10_000.0)


@pytest.mark.parametrize(
    ("metric", "declared", "suggested"),
    [
        (_SHARE, 94.6, 0.946),
        (_SHARE, 0.8, 0.938),
        (_SHARE, 0.85, 0.95),
        (_SHARE, 0.3, 0.938),
        (_SHARE, 1.006, 0.998),
        (_SHARE, 1.001, 0.999),
        (_SHARE, 1.001, 1.0),
        (_IN_PERCENT, 0.9, 94.6),
        (_IN_PERCENT, 80.0, 93.8),
        (_IN_PERCENT, 100.1, 99.9),
        (CUSTOMERS, 2200, 220),
        (CUSTOMERS, 22, 220),
        (CUSTOMERS, 50, 0),
        (_DAYS, 200.0, 20.0),
        (_DAYS, 2.0, 20.0),
        (_REVENUE, 110_030_000.0, 1_100_330_000.0),
    ],
)
def test_a_likely_slip_of_the_pen_counts_only_when_somebody_says_that_it_is_meant(
    metric: Metric, declared: float, suggested: float
) -> None:
    assert declaration_fault(declared, False, metric, suggested) == "implausible"
    assert declaration_fault(declared, False, metric, suggested, is_meant=True) is None
    decided = partial(decision_faults, "counter", declared, metric, suggested, is_reasoned=True)
    assert decided() == ("counter_implausible",)
    assert decided(is_meant=True) == ()


@pytest.mark.parametrize(
    ("metric", "declared", "suggested"),
    [
        (_SHARE, 0.9, 0.938),
        (_SHARE, 0.999, 0.938),
        (_SHARE, 0.1, 0.12),
        (_SHARE, 0.999, 1.0),
        (_IN_PERCENT, 90.0, 93.8),
        (_IN_PERCENT, 99.9, 93.8),
        (CUSTOMERS, 100, 220),
        (CUSTOMERS, 600, 220),
        (CUSTOMERS, 5, 0),
        (CUSTOMERS, 6, 1),
        (_DAYS, 25.0, 20.0),
        (_REVENUE, 1_500_000_000.0, 1_100_330_000.0),
    ],
)
def test_what_people_argue_about_is_plausible(metric: Metric, declared: float, suggested: float) -> None:
    assert declaration_fault(declared, False, metric, suggested) is None


@given(st.integers(0, 10**9), st.sampled_from([1.0, 0.5, 0.001, 10_000.0]))
def test_one_hundredth_of_a_step_off_is_off_whatever_the_size(steps: int, step: float) -> None:
    metric = dataclasses.replace(CUSTOMERS, step=step)
    assert declaration_fault((steps + 0.01) * step, False, metric) == "not_whole"


def test_a_share_departs_by_what_it_lacks_to_one_and_a_small_one_by_its_value() -> None:
    assert deviation(0.8, 0.938, _SHARE) == pytest.approx(-0.138 / 0.062)
    assert deviation([0.94, 0.929], 0.938, _SHARE).tolist() == pytest.approx([0.002 / 0.062, -0.009 / 0.062])
    assert deviation(0.1, 0.12, _SHARE) == deviation(0.1, 0.12, CUSTOMERS)
    assert deviation(0.999, 1.0, _SHARE) == pytest.approx(-0.1)
    assert deviation(1.1, 1.2, _SHARE) == deviation(1.1, 1.2, CUSTOMERS)


@given(st.floats(0, 1.5), st.floats(0, 1.5))
def test_a_percentage_departs_by_as_much_as_a_share_of_one(declared: float, suggested: float) -> None:
    share = deviation(declared, suggested, _SHARE)
    assert deviation(100 * declared, 100 * suggested, _IN_PERCENT) == pytest.approx(share, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_worse_of_two_shares_never_departs_less(suggested: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert deviation(low, suggested, _SHARE) <= deviation(high, suggested, _SHARE)
    assert is_implausible(suggested, suggested, _SHARE) is False


@pytest.mark.parametrize("value", [1e300, 1e16, math.inf, math.nan])
def test_no_confirmation_makes_a_target_of_what_nobody_can_reach(value: float) -> None:
    assert declaration_fault(value, False, CUSTOMERS, 100.0, is_meant=True) == "not_finite"
