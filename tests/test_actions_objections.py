"""Objections are seen, answered by the HR business partner, and never suppressed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from targetcal_xl.actions import handle_objection, objections, unlock, verify
from targetcal_xl.actions.objections import Talk
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Sentence
from targetcal_xl.workbook import caption
from tests.support.desks import REASONS, TALK, Case, fresh, locked, low, told

PLACE = "华南大区 / 华南1组"
NOTE = "与负责人面谈，渠道缺人"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """R2-1 objects: 139 declared for 198."""
    return locked(tmp_path)


def test_without_declarations_nobody_objects(tmp_path: Path) -> None:
    assert fresh(tmp_path).run(objections).objections == ()


def test_an_objection_says_who_objects_to_what_and_why(case: Case) -> None:
    [item] = case.run(objections).open
    assert (item.region, item.line, item.hrbp) == ("华南大区", "华南1组", "hrbp2")
    assert (item.declared, item.suggested) == (low(case)[2], case.suggested("R2-1"))
    assert item.deviation == pytest.approx(139 / 198 - 1)
    assert {"basis": item.basis, "support": item.support, "risk": item.risk} == REASONS
    assert (item.state, item.handling, item.hours) == ("open", "", 0)


@pytest.mark.parametrize(("language", "words"), [("en", "(30% worse)"), ("zh-CN", "（差 30%）")])
def test_an_objection_is_told_by_how_much_worse_it_is(case: Case, language: str, words: str) -> None:
    """Of days, too, of which more is worse: a bare -30 % would claim that fewer were declared."""
    said = [part.said for part in case.run(objections).tell(language) if isinstance(part, Sentence)]
    assert any(words in one for one in said) and not any("−" in one for one in said)


def test_the_answer_stays_with_the_objection(case: Case) -> None:
    case.run(handle_objection, "华南大区", "华南1组", **TALK, note=NOTE, hours=1.5, by="hrbp2@example.com")
    report = case.run(objections)
    assert report.open == ()
    [item] = report.objections
    assert (item.state, item.handling, item.hours) == ("handled", NOTE, 1.5)
    first = case.entries("objection")[0]
    assert (first.old, first.new, first.actor, first.reason) == ("open", "handled", "hrbp2@example.com", NOTE)


def test_an_objection_keeps_its_numbers_when_the_region_gives_in(case: Case) -> None:
    case.run(unlock, "R2", "区域要求重报")
    case.declare("R2", R2_1=case.suggested("R2-1"))
    assert case.run(objections).objections[0].declared == 139


@pytest.mark.parametrize("actor", ["hrbp1", "head2", "superior2", "林静"])
def test_nobody_else_answers_an_objection(case: Case, actor: str) -> None:
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **TALK, note=NOTE, by=actor)
    assert told(refused.value.problems) == [("not_hrbp", PLACE)]
    assert case.run(objections).open


def test_an_answer_says_something(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **TALK, note="无", by="hrbp2")
    assert told(refused.value.problems) == [("reason_missing", PLACE)]


def test_what_is_no_open_objection_cannot_be_answered(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R1", "R1-1", **TALK, note=NOTE, by="hrbp1")
    assert told(refused.value.problems) == [("objection_none", "华东大区 / 华东1组")]
    case.run(handle_objection, "R2", "R2-1", **TALK, note=NOTE, by="hrbp2")
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **TALK, note=NOTE, by="hrbp2")
    assert told(refused.value.problems) == [("objection_handled", PLACE)]


def test_the_talk_is_recorded_with_its_day_its_people_and_its_outcome(case: Case) -> None:
    case.run(handle_objection, "R2", "R2-1", **TALK, note=NOTE, by="hrbp2")
    [item] = case.run(objections).objections
    assert item.talk == Talk("2025-01-06", "负责人、HRBP", "upheld")
    fields = {entry.field: (entry.new, entry.reason) for entry in case.entries("objection")}
    assert fields["objection.outcome"] == ("upheld", NOTE)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("部分成立", "partly"),
        ("upheld in part", "partly"),
        ("维持建议目标", "target_kept"),
        ("upheld", "upheld"),
    ],
)
def test_what_a_talk_came_to_may_be_said_in_our_words_of_any_language(
    case: Case, said: str, code: str
) -> None:
    case.run(handle_objection, "R2", "R2-1", **{**TALK, "outcome": said}, note=NOTE, by="hrbp2")
    [item] = case.run(objections).objections
    assert item.talk is not None and item.talk.outcome == code
    told = {cell.value for cell in case.reading().grids["audit"].values()}
    assert caption(code, "zh-CN") in told and code not in told


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"held": None}, "talk_held"),
        ({"held": dt.date(2025, 3, 1)}, "talk_held"),
        ({"present": " "}, "talk_present"),
        ({"outcome": ""}, "talk_outcome"),
        ({"outcome": "won"}, "talk_outcome"),
    ],
)
def test_without_a_whole_record_an_objection_stays_open(
    case: Case, said: dict[str, object], code: str
) -> None:
    before = case.entries()
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **{**TALK, "note": NOTE, **said}, by="hrbp2")
    assert told(refused.value.problems) == [(code, PLACE)]
    assert case.entries() == before
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", note="无", by="hrbp2")
    assert len(refused.value.problems) == 4, "all that is missing at once"


def test_the_dashboards_tab_shows_since_when_an_objection_waits(tmp_path: Path) -> None:
    case = locked(tmp_path)
    place = case.reading().places.table("dashboard", "regions")
    spots = {row: (at, place.columns["objected"]) for row, at in place.rows.items()}

    def since() -> dict[str, object]:
        grid = case.reading().grids["dashboard"]
        return {row: grid[spot].value for row, spot in spots.items() if spot in grid}

    [(region, day)] = since().items()
    assert (region, day) == ("R2", float((dt.date(2025, 1, 6) - dt.date(1899, 12, 30)).days))
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    assert since() == {} and case.run(verify).verified
