"""The superior decides on every line, with a reason; nobody else, and never on what was not sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    check,
    decide,
    decide_as_said,
    decide_tabs,
    decide_typed,
    lock,
    recalibrate,
    unlock,
    verify,
)
from targetcal_xl.calibration import Value
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.workbook import open_book
from tests.support.books import as_openpyxl
from tests.support.desks import (
    Case,
    Said,
    case_inputs,
    delete_tab,
    fresh,
    locked,
    play,
    strip_protection,
    submitted,
    told,
)

TAB = "华东大区"
REASON = "依据充分"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are locked: R1-1 declared 84 for 85, R1-2 130 as suggested."""
    return locked(tmp_path)


def _decide(case: Case, line: str, kind: str, counter: float | None = None) -> str:
    region = line.partition("-")[0]
    return case.run(
        decide, region, line, kind, counter=counter, reason=REASON, by=f"superior{region[1:]}"
    ).stage


def test_an_accepted_line_is_agreed_as_declared(case: Case) -> None:
    report = case.run(decide, TAB, "华东1组", "accept", reason=REASON, hours=1.5, by="superior1")
    assert report.lines == (("华东1组", "accept"),)
    assert (report.stage, report.awaited) == ("decided", ("华南2组",))
    assert case.value("R1", "R1-1", "agreed") == 84
    recorded = {entry.field: (entry.new, entry.actor, entry.reason) for entry in case.entries("decide")}
    assert recorded["decision"] == ("accept", "superior1", REASON)
    assert recorded["hours"][0] == 1.5


def test_the_book_shows_the_decision_and_the_agreed_value(case: Case) -> None:
    _decide(case, "R1-1", "accept")
    typed = case.typed()
    assert typed["R1", "R1-1", "decision"] == "accept"
    assert typed["R1", "R1-1", "decision_reason"] == REASON
    sheet, spot = case.reading().places.find(("R1", "R1-1", "agreed"))
    assert case.reading().grids[sheet][spot].value == 84


def test_a_region_is_decided_with_its_last_line(case: Case) -> None:
    assert _decide(case, "R1-1", "accept") == "decided"
    assert _decide(case, "R1-2", "accept") == "accepted"
    assert case.value("R2", None, "state") == "locked"


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        ("head1", "actor_is_head"),
        ("HEAD1@example.com", "actor_is_head"),
        ("superior2", "actor_not_superior"),
        ("hrbp1", "actor_not_superior"),
        ("林静", "actor_not_superior"),
    ],
)
def test_nobody_but_the_superior_decides(case: Case, actor: str, code: str) -> None:
    before = case.entries()
    with pytest.raises(Refused) as refused:
        case.run(decide, "R1", "R1-1", "accept", reason=REASON, by=actor)
    assert told(refused.value.problems) == [(code, TAB)]
    assert case.entries() == before


def test_a_deputy_who_became_the_superior_does_not_decide_on_what_they_submitted(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({("R1", None, "region.deputy"): "许宁"})
    case.run(recalibrate, "负责人休假")
    case.declare("R1", R1_1=84, R1_2=130)
    case.type({("R1", None, "submitter"): "许宁"})
    assert case.run(lock).locked == (TAB,)
    case.type({("R1", None, "region.deputy"): None, ("R1", None, "region.superior"): "许宁"})
    case.run(recalibrate, "人事调整")
    with pytest.raises(Refused) as refused:
        case.run(decide, "R1", "R1-1", "accept", reason=REASON, by="许宁")
    assert refused.value.problems[0].code == "actor_is_submitter"


def test_the_superior_is_known_by_mail_too(case: Case) -> None:
    assert (
        case.run(decide, "R1", "R1-1", "accept", reason=REASON, by="superior1@example.com").stage == "decided"
    )


@pytest.mark.parametrize(
    ("kind", "counter", "reason", "codes"),
    [
        ("accept", None, "无", {"decision_reason_missing"}),
        ("maybe", None, REASON, {"decision_decision_unknown"}),
        ("counter", None, REASON, {"decision_counter_missing"}),
        ("counter", -3.0, "--", {"decision_counter_negative", "decision_reason_missing"}),
        ("counter", 90.5, REASON, {"decision_counter_not_whole"}),
    ],
)
def test_half_a_decision_does_not_count(
    case: Case, kind: str, counter: float | None, reason: str, codes: set[str]
) -> None:
    with pytest.raises(DataProblems) as problems:
        case.run(decide, "R1", "R1-1", kind, counter=counter, reason=reason, by="superior1")
    assert {problem.code for problem in problems.value.problems} == codes
    assert {problem.where for problem in problems.value.problems} == {f"{TAB} / 华东1组"}
    assert case.entries("decide") == []


def test_a_line_is_decided_once_a_round(case: Case) -> None:
    _decide(case, "R1-1", "return")
    with pytest.raises(DataProblems) as problems:
        _decide(case, "R1-1", "accept")
    assert [problem.code for problem in problems.value.problems] == ["already_decided"]


def test_an_open_region_is_not_decided_on(case: Case) -> None:
    case.run(unlock, "R1", "客户延期，允许改报")
    with pytest.raises(Refused) as refused:
        _decide(case, "R1-1", "accept")
    assert told(refused.value.problems) == [("not_locked_open", TAB)]


def test_a_decided_region_is_not_decided_again(case: Case) -> None:
    _decide(case, "R1-1", "accept")
    _decide(case, "R1-2", "accept")
    with pytest.raises(Refused) as refused:
        _decide(case, "R1-1", "return")
    assert told(refused.value.problems) == [("not_locked_decided", TAB)]


def test_a_sealed_cell_that_changed_is_never_decided_on(case: Case) -> None:
    strip_protection(case.path)
    key = ("R1", "R1-1", "declared")
    case.type({key: 60.0})
    with pytest.raises(DataProblems) as problems:
        _decide(case, "R1-2", "accept")
    assert told(problems.value.problems) == [("sealed_changed", case.where(key))]
    assert problems.value.problems[0].fields == {"sealed": "84", "found": "60"}
    assert case.entries("decide") == []
    assert _decide(case, "R2-1", "accept") == "accepted", "another region is not held up"


def test_a_sealed_tab_that_was_deleted_is_never_decided_on(case: Case) -> None:
    delete_tab(case.path, TAB)
    with pytest.raises(Refused) as refused:
        _decide(case, "R1-1", "accept")
    assert told(refused.value.problems)[0][0] == "sheet_missing"


def test_a_counter_that_is_met_needs_no_second_decision(case: Case) -> None:
    _decide(case, "R1-1", "counter", 88)
    assert _decide(case, "R1-2", "accept") == "returned"
    assert case.typed()["R1", "R1-1", "counter"] == 88
    case.declare("R1", R1_1=88)
    case.run(lock)
    assert case.value("R1", None, "state") == "decided"
    assert case.value("R1", "R1-1", "agreed") == 88


def test_a_counter_that_is_bettered_is_agreed_as_declared(case: Case) -> None:
    _decide(case, "R1-1", "counter", 88)
    _decide(case, "R1-2", "accept")
    case.declare("R1", R1_1=90)
    case.run(lock)
    assert case.value("R1", "R1-1", "agreed") == 90


def test_a_counter_that_is_not_met_waits_for_a_fresh_decision(case: Case) -> None:
    _decide(case, "R1-1", "counter", 88)
    _decide(case, "R1-2", "accept")
    case.declare("R1", R1_1=87)
    case.run(lock)
    assert case.value("R1", None, "state") == "locked"
    assert case.value("R1", "R1-1", "agreed") is None
    assert case.value("R1", "R1-1", "decision") is None
    assert ("R1", "R1-1", "counter") not in case.typed()
    assert _decide(case, "R1-1", "accept") == "accepted"
    assert case.value("R1", "R1-1", "agreed") == 87


def test_a_return_opens_the_next_round_for_that_line_alone(case: Case) -> None:
    _decide(case, "R1-1", "return")
    assert _decide(case, "R1-2", "accept") == "returned"
    assert case.value("R1", None, "round") == 2
    assert case.typed()["R1", None, "status"] == "draft"
    assert not open_book(case.path).is_protected(TAB)
    sheet, typed = as_openpyxl(case.path)[TAB], case.reading().typed
    locks = {
        line: sheet.cell(*typed["R1", line, "declared"].spot).protection.locked for line in ("R1-1", "R1-2")
    }
    assert locks == {"R1-1": False, "R1-2": True}


def test_an_accepted_line_stays_sealed_in_the_next_round(case: Case) -> None:
    _decide(case, "R1-1", "return")
    _decide(case, "R1-2", "accept")
    case.declare("R1", R1_1=86, R1_2=140)
    key = ("R1", "R1-2", "declared")
    assert told(case.run(verify).problems)[-1] == ("sealed_changed", case.where(key))
    [(_, problems)] = case.run(lock).refused
    assert ("sealed_changed", case.where(key)) in told(problems)
    assert case.value("R1", "R1-2", "agreed") == 130


def test_each_line_shows_the_round_it_was_last_declared_in(case: Case) -> None:
    _decide(case, "R1-1", "return")
    _decide(case, "R1-2", "accept")
    case.declare("R1", R1_1=86)
    case.run(lock)
    reading = case.reading()
    rounds = [reading.places.find(("R1", line, "round")) for line in ("R1-1", "R1-2")]
    assert [reading.grids[sheet][spot].value for sheet, spot in rounds] == [2, 1]


def test_decisions_that_were_typed_in_the_tab_are_recorded(case: Case) -> None:
    case.type(
        {
            ("R1", "R1-1", "decision"): "counter",
            ("R1", "R1-1", "counter"): 88.0,
            ("R1", "R1-1", "decision_reason"): "试用转化在回升",
            ("R1", "R1-2", "decision"): "accept",
            ("R1", "R1-2", "decision_reason"): REASON,
        }
    )
    report = case.run(decide_typed, "R1", hours=2.0, by="superior1")
    assert [kind for _, kind in report.lines] == ["counter", "accept"]
    assert (report.stage, report.round) == ("returned", 2)
    assert case.value("R1", "R1-1", "decision_reason") == "试用转化在回升"
    assert sum(float(entry.new or 0) for entry in case.entries(field="hours")) == 2.0
    assert case.run(verify).problems == ()


def test_typed_decisions_are_wrong_all_at_once_each_by_its_cell_and_so_says_check(case: Case) -> None:
    case.type(
        {
            ("R1", "R1-1", "decision"): "随便",
            ("R1", "R1-2", "decision"): "counter",
            ("R1", "R1-2", "counter"): "九十左右",
            ("R1", "R1-2", "decision_reason"): "—",
        }
    )
    with pytest.raises(DataProblems) as problems:
        case.run(decide_typed, "R1", by="superior1")
    assert told(problems.value.problems) == [
        ("decision_decision_unknown", case.where(("R1", "R1-1", "decision"))),
        ("decision_reason_missing", case.where(("R1", "R1-1", "decision_reason"))),
        ("decision_reason_missing", case.where(("R1", "R1-2", "decision_reason"))),
        ("decision_counter_text", case.where(("R1", "R1-2", "counter"))),
    ]
    assert told(case.run(check).problems) == told(problems.value.problems)


def test_a_counter_or_reason_beside_no_decision_is_told_by_its_cell(case: Case) -> None:
    counter, reason = ("R1", "R1-1", "counter"), ("R1", "R1-1", "decision_reason")
    case.type({counter: 88.0, reason: "客户在回流 \U00013000"})
    told_of = [("decision_not_chosen", case.where(key)) for key in (counter, reason)]
    assert told(case.run(check).problems) == [*told_of, ("text_unprintable", case.where(reason))]
    with pytest.raises(DataProblems) as alone:
        case.run(decide_typed, "R1", by="superior1")
    assert told(alone.value.problems) == told_of
    assert [told(problems) for _, problems in case.run(decide_tabs, by="superior1").refused] == [told_of]
    case.type({("R1", "R1-2", "decision"): "accept", ("R1", "R1-2", "decision_reason"): REASON})
    assert case.run(decide_typed, "R1", by="superior1").awaited == ("华东1组",), (
        "one line does not hold up another"
    )


def test_nothing_typed_is_nothing_decided(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(decide_typed, "R1", by="superior1")
    assert told(refused.value.problems) == [("nothing_decided", TAB)]


def test_supports_are_granted_with_the_decision(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    item: dict[str, Value] = {
        "line": "华东1组",
        "kind": "budget",
        "what": "展会费用",
        "quantity": 3.0,
        "due": "2025-02-01",
    }
    case.type({("R1", "S01", code): value for code, value in item.items()})
    case.run(lock)
    assert (case.value("R1", "S01", "line"), case.value("R1", "S01", "due")) == ("R1-1", "2025-02-01")
    case.type({("R1", "S01", "granted"): "yes"})
    _decide(case, "R1-1", "accept")
    assert case.value("R1", "S01", "granted") == "yes"


def test_what_the_superior_typed_is_never_overwritten(case: Case) -> None:
    key = ("R1", "R1-1", "decision_reason")
    case.type({key: "我先记一笔"})
    _decide(case, "R1-1", "accept")
    assert case.typed()[key] == "我先记一笔"
    assert case.value(*key) == REASON


def test_what_the_superior_typed_beside_the_record_can_be_put_back(case: Case) -> None:
    key = ("R1", "R1-1", "decision_reason")
    case.type({key: "我先记一笔"})
    _decide(case, "R1-1", "accept")
    _decide(case, "R1-2", "accept")
    assert told(case.run(check).problems) == [("decision_unrecorded", case.where(key))]
    sheet, typed = as_openpyxl(case.path)[TAB], case.reading().typed
    both = (key, ("R1", "R1-2", "decision_reason"))
    assert [sheet.cell(*typed[at].spot).protection.locked for at in both] == [False, True]
    case.type({key: REASON})
    assert case.run(check).problems == ()


@pytest.mark.parametrize("field", ["decision", "counter", "decision_reason"])
def test_a_decision_that_is_computed_is_none(field: str, tmp_path: Path) -> None:
    case = locked(tmp_path)
    said: Said = {
        ("R1", "R1-1", "decision"): "counter",
        ("R1", "R1-1", "counter"): 84.0,
        ("R1", "R1-1", "decision_reason"): "依据充分",
    }
    case.type(said)
    key = ("R1", "R1-1", field)
    shown = case.reading().grids["region:R1"][case.reading().places.find(key)[1]].value
    case.type({key: Cell(shown, "A1")})
    with pytest.raises(DataProblems) as refused:
        case.run(decide_typed, "R1", by="superior1")
    assert told(refused.value.problems) == [("text_formula", case.where(key))]


@pytest.mark.parametrize("kind", ["accept", "return"])
def test_a_value_that_a_decision_does_not_take_is_not_dropped_in_silence(case: Case, kind: str) -> None:
    with pytest.raises(DataProblems) as refused:
        case.run(decide, "R1", "R1-1", kind, counter=90.0, reason=REASON, by="superior1")
    assert [problem.code for problem in refused.value.problems] == ["decision_counter_idle"]
    said: Said = {("R1", "R1-1", "decision"): kind, ("R1", "R1-1", "decision_reason"): REASON}
    case.type({**said, ("R1", "R1-1", "counter"): 90.0})
    with pytest.raises(DataProblems):
        case.run(decide_typed, "R1", by="superior1")
    case.type({("R1", "R1-1", "counter"): 84.0})
    assert [how for _, how in case.run(decide_typed, "R1", by="superior1").lines] == [kind]


def test_the_counter_of_the_round_before_is_in_nobody_s_way(case: Case) -> None:
    _decide(case, "R1-1", "counter", 90.0)
    _decide(case, "R1-2", "accept")
    case.type({("R1", None, "status"): "submitted"})
    case.run(lock)
    case.type({("R1", "R1-1", "decision"): "accept", ("R1", "R1-1", "decision_reason"): REASON})
    assert case.run(decide_typed, "R1", by="superior1").stage == "accepted"


@pytest.fixture
def common(tmp_path: Path) -> Case:
    """The same, where one person is the superior of both regions."""
    inputs = case_inputs()
    above = inputs.plan.regions[0].superior
    regions = tuple(replace(region, superior=above) for region in inputs.plan.regions)
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, regions=regions)))
    for stage in play(case):
        if stage == "locked":
            break
    return case


def _accepted(*lines: str) -> Said:
    return {
        (line[:2], line, field): value
        for line in lines
        for field, value in (("decision", "accept"), ("decision_reason", REASON))
    }


def test_a_superior_s_decisions_in_all_tabs_are_taken_in_at_once(common: Case) -> None:
    common.type(_accepted("R1-1", "R2-1"))
    report = common.run(decide_tabs, hours=2.0, by="superior1")
    assert [(each.region, each.lines, each.stage) for each in report.decided] == [
        ("华东大区", (("华东1组", "accept"),), "decided"),
        ("华南大区", (("华南1组", "accept"),), "accepted"),
    ]
    assert not report.leaves_work
    assert [entry.new for entry in common.entries(field="hours")] == [2.0]
    assert common.value("R2", "R2-1", "agreed") == common.value("R2", "R2-1", "declared")
    assert common.run(verify).problems == ()
    with pytest.raises(Refused) as refused:
        common.run(decide_tabs, by="superior1")
    assert told(refused.value.problems) == [("nothing_decided_anywhere", "")]


def test_faults_of_one_tab_do_not_hold_up_another(common: Case) -> None:
    common.type(_accepted("R1-1") | {("R2", "R2-1", "decision"): "accept"})
    report = common.run(decide_tabs, hours=2.0, by="superior1")
    assert [each.region for each in report.decided] == ["华东大区"]
    assert [(name, [fault.code for fault in faults]) for name, faults in report.refused] == [
        ("华南大区", ["decision_reason_missing"])
    ]
    assert report.leaves_work
    assert common.value("R2", "R2-1", "decision") is None


def test_only_faults_are_nothing_recorded(common: Case) -> None:
    before = common.entries()
    common.type({("R2", "R2-1", "decision"): "accept"})
    assert common.run(decide_tabs, by="superior1").decided == ()
    assert common.entries() == before


def test_what_another_superior_typed_is_not_taken_in(case: Case) -> None:
    case.type(_accepted("R1-1", "R2-1"))
    assert [each.region for each in case.run(decide_tabs, by="superior2").decided] == ["华南大区"]
    assert case.value("R1", "R1-1", "decision") is None


def test_the_hours_stand_with_the_first_decision_though_an_earlier_tab_only_grants(tmp_path: Path) -> None:
    inputs = case_inputs()
    above = inputs.plan.regions[0].superior
    regions = tuple(replace(region, superior=above) for region in inputs.plan.regions)
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, regions=regions)))
    next(stage for stage in play(case) if stage == "submitted")
    asked: Said = {("R1", "S01", "kind"): "budget", ("R1", "S01", "what"): "展会费用"}
    case.type(asked | {("R1", "S01", "line"): "华东1组", ("R1", "S01", "quantity"): 3.0})
    case.type({("R1", "S01", "due"): "2025-02-01"})
    case.run(lock)
    case.type(_accepted("R2-1") | {("R1", "S01", "granted"): "yes"})
    report = case.run(decide_tabs, hours=2.0, by="superior1")
    assert [len(each.lines) for each in report.decided] == [0, 1]
    assert [(entry.region, entry.new) for entry in case.entries(field="hours")] == [("R2", 2.0)]


@pytest.mark.parametrize("said", ["accept", "同意", " Accept "])
def test_a_decision_may_be_said_in_our_word_of_any_language(tmp_path: Path, said: str) -> None:
    case = locked(tmp_path)
    case.run(decide_as_said, "R1", said, line="R1-1", reason="依据充分，同意", by="superior1")
    assert [entry.new for entry in case.entries("decide", "decision")] == ["accept"]
