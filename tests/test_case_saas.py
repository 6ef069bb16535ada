"""The worked case: the published figures come out of its inputs, by the same functions that a plan uses."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math

import numpy as np
import pytest

from targetcal_xl.calibration import (
    JUSTIFICATION,
    compute_baseline,
    consensus_days,
    count_inside,
    declaration_fault,
    deviation,
    gap_pct,
    is_objection,
    may_decide,
    needs_reasons,
    shared_risk,
    spread,
    summarise,
    total_spread,
)
from targetcal_xl.connect import plan_template, read_actuals, read_plan, read_responses
from targetcal_xl.language import is_placeholder
from targetcal_xl.workdays import working_days

CASE = plan_template("saas")
INPUTS = read_plan(CASE)
PLAN = INPUTS.plan
BASELINE = compute_baseline(INPUTS)
ROW = {line.name: row for row, line in enumerate(PLAN.lines)}
PLACE = {line.code: row for row, line in enumerate(PLAN.lines)}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(CASE.joinpath(name).read_text("utf-8"))))


def declared(round_: str) -> dict[str, float]:
    return {row["line"]: float(row["declared"]) for row in rows("declarations.csv") if row["round"] == round_}


def final() -> np.ndarray:
    words = declared("1") | declared("2")
    return np.array([words[line.code] for line in PLAN.lines])


def test_it_is_the_quarter_the_people_and_the_measures_that_were_published() -> None:
    assert (str(PLAN.period), PLAN.hq_target, len(INPUTS.history.periods)) == ("2025Q1", 1200, 12)
    assert [region.name for region in PLAN.regions] == ["华东大区", "华南大区", "华北大区"]
    assert "试用" in PLAN.metric.definition
    last = PLAN.last_period
    assert last is not None
    measures = (last.consensus_days, last.coordination_hours, last.agreement_pct, last.agreement_mean)
    assert measures == (7, 42, 58, 3.1)
    assert last.attainment_pct == 66


def test_east_china_sold_210_with_a_one_off_boost_and_growth_alone_would_say_240() -> None:
    east = ROW["华东"]
    assert INPUTS.history.values[east, -1] == 210
    assert INPUTS.history.one_off[east, -1] > 0
    assert BASELINE.inertial[east] == pytest.approx(240, abs=1e-9)


@pytest.mark.parametrize(("line", "suggested"), [("华东", 220), ("西南", 160)])
def test_the_method_suggests_what_was_published_and_not_by_a_hair(line: str, suggested: float) -> None:
    assert BASELINE.suggested[ROW[line]] == suggested
    assert abs(BASELINE.expected[ROW[line]] - suggested) < 0.3


@pytest.mark.parametrize(("line", "change"), [("华东", -0.12), ("西南", 0.18)])
def test_the_search_index_moved_as_was_published(line: str, change: float) -> None:
    place = [indicator.code for indicator in PLAN.indicators].index("search_index")
    now, before = INPUTS.readings.now[ROW[line], place], INPUTS.readings.reference[ROW[line], place]
    assert now / before - 1 == pytest.approx(change, abs=1e-9)


def test_the_suggestions_lie_between_the_offer_and_what_head_office_wants() -> None:
    assert 1150 <= BASELINE.suggested.sum() <= PLAN.hq_target


def test_the_regions_offer_980_and_the_gap_is_22_percent_of_that() -> None:
    offer = declared("1")
    assert set(offer) == set(PLACE)
    assert sum(offer.values()) == 980
    assert round(gap_pct(PLAN.hq_target, sum(offer.values())) or 0) == 22


def test_two_offers_are_objections_and_each_is_handled() -> None:
    offers = np.array([declared("1")[line.code] for line in PLAN.lines])
    gaps = deviation(offers, BASELINE.suggested, PLAN.metric)
    objections = is_objection(gaps, PLAN.thresholds.objection)
    assert {PLAN.lines[row].name for row in np.flatnonzero(objections)} == {"华东", "西南"}
    handled = {act["line"] for act in rows("story.csv") if act["action"] == "objection"}
    assert handled == {PLAN.lines[row].code for row in np.flatnonzero(objections)}


def test_every_declaration_is_valid_and_whoever_departs_says_why() -> None:
    for row in rows("declarations.csv"):
        value = float(row["declared"])
        assert declaration_fault(value, False, PLAN.metric) is None
        suggested = float(BASELINE.suggested[PLACE[row["line"]]])
        is_silent = any(is_placeholder(row[code]) for code in JUSTIFICATION)
        assert not (is_silent and needs_reasons(value, suggested))


def test_what_is_agreed_adds_up_to_1180() -> None:
    assert final().sum() == 1180


def test_counters_are_met_returns_are_declared_again_and_nothing_else_is() -> None:
    again, decided = declared("2"), dict[str, list[tuple[str, str]]]()
    for act in rows("story.csv"):
        if act["action"] == "decide":
            kind, _, value = act["value"].partition(" ")
            decided.setdefault(act["line"], []).append((kind, value))
    for line, words in decided.items():
        kinds = [kind for kind, _ in words]
        assert kinds in (["accept"], ["counter"], ["return", "accept"])
        assert (line in again) == (kinds != ["accept"])
        if kinds == ["counter"]:
            assert again[line] == float(words[0][1])
    assert set(decided) == set(PLACE)


def test_consensus_took_five_days_and_sixteen_hours() -> None:
    acts = rows("story.csv")
    at = {act["action"]: dt.datetime.fromisoformat(act["at"]) for act in reversed(acts)}
    assert consensus_days(at["new"], at["confirm"]) == 5
    assert math.fsum(float(act["hours"] or 0) for act in acts) == 16
    times = [dt.datetime.fromisoformat(act["at"]) for act in acts]
    assert times == sorted(times)


def test_everybody_acts_in_their_own_part() -> None:
    for act in rows("story.csv"):
        if act["region"] and act["action"] != "lock":
            region = PLAN.region(act["region"])
            if act["action"] == "decide":
                assert may_decide(act["actor"], region, region.head.name) is None
            else:
                assert act["actor"] == {"submit": region.head, "objection": region.hrbp}[act["action"]].name
        assert (act["action"] in ("decide", "objection")) == bool(act["line"])
        assert not act["line"] or not is_placeholder(act["reason"])


def test_supports_belong_to_lines_and_are_due_within_the_quarter() -> None:
    kinds = {"budget", "headcount", "leads", "training", "product", "other"}
    for row in rows("supports.csv"):
        assert row["line"] in PLACE
        assert row["kind"] in kinds
        assert row["granted"] in ("yes", "no")
        assert float(row["quantity"]) > 0
        assert PLAN.period.start <= dt.date.fromisoformat(row["due"]) <= PLAN.period.end


def test_the_quarter_brought_1050_which_is_89_percent_and_rested_over_spring_festival() -> None:
    actuals = read_actuals(CASE.joinpath("actuals.csv"), PLAN)
    assert actuals.dates == PLAN.period.days
    assert np.isfinite(actuals.value).all()
    assert actuals.value.sum() == 1050
    assert round(100 * actuals.value.sum() / final().sum()) == 89
    worked = working_days(PLAN.period).days
    assert actuals.value[:, worked].mean() > 5 * actuals.value[:, ~worked].mean()


def test_its_quarters_scatter_as_real_ones_do_so_the_odds_are_not_surer_than_what_came() -> None:
    actuals = read_actuals(CASE.joinpath("actuals.csv"), PLAN).value.sum(axis=1)
    fell = count_inside(BASELINE.low, BASELINE.high, actuals, PLAN.thresholds.confidence)
    assert (fell.count, fell.of) == (10, 12) and fell.due == pytest.approx(9.6)
    wide = total_spread(BASELINE.expected, spread(BASELINE, 0.8), shared_risk(INPUTS, BASELINE))
    assert abs(math.log(actuals.sum() / BASELINE.expected.sum())) < 1.5 * wide


def test_the_one_off_boost_shows_in_the_explanation() -> None:
    events = BASELINE.contributions[ROW["华东"], BASELINE.parts.index("events")]
    assert -22 < events < -8
    assert BASELINE.contributions[ROW["江苏"], BASELINE.parts.index("events")] == 0


def test_84_percent_agree_with_a_mean_of_4_2_in_groups_that_may_be_shown() -> None:
    answers = read_responses(CASE.joinpath("survey.csv"), PLAN)
    survey = summarise(answers.groups, answers.scores, PLAN.thresholds.survey_minimum)
    assert survey.overall is not None
    figures = (survey.overall.answers, survey.overall.agreement_pct, round(survey.overall.mean, 9))
    assert figures == (25, 84, 4.2)
    assert all(survey.groups.values())


@pytest.mark.parametrize("name", ["history", "drivers", "declarations", "supports", "actuals", "survey"])
def test_every_number_says_whether_it_was_published_or_is_an_example(name: str) -> None:
    assert {row["note"].partition(":")[0] for row in rows(f"{name}.csv")} <= {"published", "example"}
