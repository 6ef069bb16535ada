"""The negotiation cannot be bent: nobody decides early, submits for others, or changes what has to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    check,
    confirm,
    decide,
    decide_typed,
    handle_objection,
    issue_letters,
    lock,
    new,
    objections,
    recalibrate,
    repair,
    unlock,
    verify,
)
from targetcal_xl.calibration import Key, Value
from targetcal_xl.desk.records import standing_of
from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.workbook.content import content
from tests.support.books import as_openpyxl
from tests.support.desks import RESERVE, TALK, Case, decided, decline, fresh, locked, submitted, told
from tests.support.exploring import few
from tests.support.letters import word_text

TAB = "华东大区"
REASON = "依据充分"


def _locks(case: Case, region: str, *cells: tuple[str, str]) -> list[bool]:
    """Which of a region's cells, by row and field, another program finds locked."""
    book, typed = (
        as_openpyxl(case.path, read_only=True),
        [case.reading().typed[region, *cell] for cell in cells],
    )
    tabs = case.reading().places.tabs
    return [bool(book[tabs[one.sheet]].cell(*one.spot).protection.locked) for one in typed]


def _refused(case: Case) -> list[tuple[str, str]]:
    return [item for _, problems in case.run(lock).refused for item in told(problems)]


# --- the superior's cells


SUPERIOR = (("R1-1", "decision"), ("R1-1", "counter"), ("R1-1", "decision_reason"), ("S01", "granted"))


def test_the_superior_s_cells_are_open_only_while_the_region_is_locked(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    assert _locks(case, "R1", *SUPERIOR) == [True] * 4
    case.run(lock)
    assert _locks(case, "R1", *SUPERIOR) == [False] * 4
    case.run(decide, "R1", "R1-1", "return", reason=REASON, by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason=REASON, by="superior1")
    assert _locks(case, "R1", *SUPERIOR) == [True] * 4, "open to the region again"
    case.run(unlock, "R2", "重新测算")
    assert _locks(case, "R2", ("R2-1", "decision")) == [True]


def test_what_is_granted_stays_open_until_the_region_is_confirmed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    assert _locks(case, "R1", *SUPERIOR) == [True, True, True, False]
    case.run(confirm, RESERVE)
    assert _locks(case, "R1", *SUPERIOR) == [True] * 4


def test_a_book_that_is_written_anew_is_open_where_it_was(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(unlock, "R2", "重新测算")
    case.path.unlink()
    case.run(repair)
    assert _locks(case, "R1", *SUPERIOR) == [False] * 4
    assert _locks(case, "R2", ("R2-1", "decision"), ("R2-1", "declared")) == [True, False]


def test_what_stands_in_the_superior_s_cells_at_the_lock_is_refused_by_its_cell(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    said: dict[Key, Value | Cell] = {
        ("R1", "R1-1", "decision"): "accept",
        ("R1", "R1-1", "counter"): 60.0,
        ("R1", "R1-1", "decision_reason"): "同意",
        ("R1", "S01", "granted"): "yes",
        ("R1", "R1-2", "decision"): Cell("接受", '"接受"'),
    }
    case.type(said)
    named = {("decision_early", case.where(key)) for key in said}
    assert named <= set(case.problems())
    refused = _refused(case)
    assert set(refused) == named and len(refused) == len(named)
    assert [case.entries("lock", code) for _, _, code in said] == [[]] * len(said)
    assert case.value("R2", None, "state") == "locked", "one region does not hold up another"


def test_in_a_later_round_the_superior_s_last_answer_stands_and_may_not_be_bent(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(decide, "R1", "R1-1", "counter", counter=88, reason=REASON, by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason=REASON, by="superior1")
    case.type({("R1", "R1-1", "counter"): 70.0})
    case.declare("R1", R1_1=70)
    assert _refused(case) == [("decision_changed", case.where(("R1", "R1-1", "counter")))]
    case.type({("R1", "R1-1", "counter"): 88.0})
    case.declare("R1", R1_1=88)
    assert case.run(lock).locked == (TAB,)


def test_what_the_superior_typed_before_an_unlock_does_not_wait_for_the_next_declaration(
    tmp_path: Path,
) -> None:
    case = locked(tmp_path)
    key = ("R1", "R1-1", "decision")
    case.type({key: "accept"})
    case.run(unlock, "R1", "客户延期，允许改报")
    case.declare("R1", R1_1=60, R1_2=130)
    assert _refused(case) == [("decision_early", case.where(key))]


# --- who said it


def test_a_declaration_is_recorded_under_the_name_that_the_tab_is_signed_with(tmp_path: Path) -> None:
    case = locked(tmp_path)
    typed = [entry for entry in case.entries("lock") if entry.field in ("declared", "basis", "status")]
    assert {entry.reason for entry in typed if entry.region == "R1"} == {"标签页署名：head1"}
    assert {entry.reason for entry in typed if entry.region == "R2"} == {"标签页署名：head2"}


def test_typed_decisions_say_that_they_were_typed_in_the_tab(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type({("R2", "R2-1", "decision"): "accept", ("R2", "R2-1", "decision_reason"): REASON})
    case.run(decide_typed, "R2", by="superior2")
    case.run(decide, "R1", "R1-1", "accept", reason=REASON, by="superior1")
    sources = {entry.region: entry.source for entry in case.entries("decide", "decision")}
    assert sources == {"R1": "test", "R2": "test, tab"}


def test_a_submitter_who_is_not_the_head_is_named_and_not_locked(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    key = ("R1", None, "submitter")
    for name in ("superior1", "head2", "林静", "王五"):
        case.type({key: name})
        assert case.problems() == [("submitter_not_head", case.where(key))], name
        assert _refused(case) == [("submitter_not_head", case.where(key))], name


@pytest.mark.parametrize("name", few(["HEAD1", " ｈｅａｄ１ ", "head1@example.com"], {" ｈｅａｄ１ "}))
def test_the_head_is_known_whatever_the_spelling(tmp_path: Path, name: str) -> None:
    case = submitted(tmp_path)
    case.type({("R1", None, "submitter"): name})
    assert TAB in case.run(lock).locked


def test_a_deputy_of_the_settings_may_submit_once_taken_in(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({("R1", None, "submitter"): "许宁", ("R1", None, "region.deputy"): "许宁"})
    with pytest.raises(DataProblems) as found:
        case.run(lock)
    assert told(found.value.problems) == [("not_taken_in", case.where(("R1", None, "region.deputy")))]
    case.run(recalibrate, "负责人休假")
    assert TAB in case.run(lock).locked


# --- objections


def test_an_objection_exists_once_it_is_submitted_and_is_answered_once_it_is_locked(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    [item] = case.run(objections).open
    assert (item.line, item.state, item.declared, item.suggested) == ("华南1组", "submitted", 139, 198)
    assert _dashboard(case) == 1
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈", by="hrbp2")
    assert [problem.code for problem in refused.value.problems] == ["objection_submitted"]
    case.type({("R2", None, "status"): "draft"})
    assert (case.run(objections).objections, _dashboard(case)) == ((), 0)


def _dashboard(case: Case) -> object:
    """The dashboard's count once everything on it is computed."""
    return _computed(case, "dashboard")[case.reading().places.field("dashboard_objections")[1]].value


def test_a_better_declaration_lifts_an_objection_and_the_letter_says_by_what(tmp_path: Path) -> None:
    case = locked(tmp_path / "plan")
    case.run(unlock, "R2", "区域要求重报")
    case.declare("R2", R2_1=195)
    case.run(lock)
    [item] = case.run(objections).objections
    assert (item.state, item.declared, item.lifted) == ("lifted", 139, 195)
    lifted = [(e.field, e.old, e.new) for e in case.entries("lock") if e.row == "R2-1"][-2:]
    assert lifted == [("objection", "open", "lifted"), ("objection.lifted", None, 195)]
    with pytest.raises(Refused) as refused:
        case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈", by="hrbp2")
    assert [problem.code for problem in refused.value.problems] == ["objection_lifted"]
    for line in ("R1-1", "R1-2", "R2-1"):
        case.run(decide, line[:2], line, "accept", reason=REASON, by=f"superior{line[1]}")
        decline(case, line)
    case.run(confirm, RESERVE)
    case.run(issue_letters, tmp_path / "out", "docx")
    said = word_text((tmp_path / "out" / "2025Q1-new-customers-R2-V1.docx").read_bytes())
    assert "因重新申报而解除" in said
    assert "申报：139，模型建议：198，较建议：−29.8%" in said
    assert "之后改报 195，不再构成异议" in said


def test_an_answered_objection_that_is_lifted_later_keeps_its_answer_and_says_by_what(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈，同意补人", by="hrbp2")
    case.run(decide, "R2", "R2-1", "return", reason="请重新测算", by="superior2")
    case.declare("R2", R2_1=198)
    case.run(lock)
    [item] = case.run(objections).objections
    assert (item.state, item.handling, item.declared, item.lifted) == (
        "handled",
        "已面谈，同意补人",
        139,
        198,
    )


def test_an_objection_keeps_the_words_it_was_raised_with(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(unlock, "R2", "区域要求重报")
    case.declare("R2", R2_1=195)
    case.type({("R2", "R2-1", "basis"): "渠道恢复"})
    case.run(lock)
    assert case.run(objections).objections[0].basis == "在手商机与试用转化"


def test_recalibrating_opens_and_lifts_objections_to_what_is_locked(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type({(None, None, "objection"): 0.4})
    case.run(recalibrate, "放宽")
    assert [(i.line, i.state) for i in case.run(objections).objections] == [("华南1组", "lifted")]
    case.type({(None, None, "objection"): 0.01})
    case.run(recalibrate, "收紧")
    states = [(item.line, item.state) for item in case.run(objections).objections]
    assert states == [("华东1组", "open"), ("华南1组", "open")]
    assert case.run(verify).problems == ()


# --- settings


OF_THE_PLAN: dict[Key, Value] = {
    (None, None, "period"): "2025Q2",
    (None, None, "plan"): "2025Q2-other",
    (None, None, "metric"): "revenue",
    (None, None, "metric_name"): "回款",
    (None, None, "metric_definition"): "到账",
    (None, None, "unit"): "万元",
    (None, None, "company"): "别的公司",
    (None, None, "direction"): "越低越好",
    (None, None, "kind"): "均值",
    (None, None, "step"): 10.0,
    ("R1", None, "region.name"): "华东一区",
    (None, "market", "driver.name"): "天气",
    (None, "market", "driver.direction"): "越低越好",
}


def test_what_belongs_to_the_plan_is_not_yellow_and_a_change_is_refused(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    book, reading = as_openpyxl(case.path), case.reading()
    for key in OF_THE_PLAN:
        sheet, spot = reading.places.find(key)
        cell = book[reading.places.tabs[sheet]].cell(*spot)
        assert cell.protection.locked and cell.fill.fgColor.rgb != "FFFFF8DC", key
        assert key not in reading.typed
    before, where = case.entries(), {key: case.where(key) for key in OF_THE_PLAN}
    case.type(OF_THE_PLAN)
    named = sorted(("readonly_changed", one) for one in where.values())
    assert set(named) <= set(case.problems())
    for action in (recalibrate, lock):
        with pytest.raises(DataProblems) as found:
            case.run(action)
        assert sorted(told(found.value.problems)) == named
    assert case.entries() == before
    case.run(repair)
    assert not set(named) & set(case.problems())


def test_a_setting_that_was_not_taken_in_is_named_and_nothing_is_locked_or_confirmed_meanwhile(
    tmp_path: Path,
) -> None:
    said: dict[Key, Value | Cell] = {
        (None, None, "objection"): 0.5,
        (None, None, "hq_target"): 300.0,
        (None, None, "hq_tolerance"): 0.5,
        ("R1", None, "region.superior"): "周总",
        (None, "pipeline", "driver.weight"): 0.9,
        (None, "M01", "milestone.date"): "2025-02-20",
        (None, "R1-1/search", "reading.now"): 3.0,
    }
    case = submitted(tmp_path / "one")
    case.type(said)
    named = sorted(("not_taken_in", case.where(key)) for key in said)
    assert sorted(case.problems()) == named
    for who, action in ((case, lock), (decided(tmp_path / "two"), confirm)):
        who.type(said)
        with pytest.raises(DataProblems) as found:
            who.run(action)
        assert sorted(told(found.value.problems)) == named


def _computed(case: Case, sheet: str) -> Mapping[Spot, Cell]:
    """What a sheet shows once everything on it is computed."""
    reading = case.reading()
    with case.desk() as desk:
        return content(standing_of(desk.ledger), reading.values, reading.places)[sheet]


def test_a_threshold_that_was_not_taken_in_moves_no_flag(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    spot = case.reading().places.find(("R2", "R2-1", "flag"))[1]
    before = _computed(case, "region:R2")[spot]
    case.type({(None, None, "objection"): 0.5})
    assert _computed(case, "region:R2")[spot] == before == before._replace(value="异议")
    case.run(recalibrate, "放宽")
    after = _computed(case, "region:R2")[spot]
    assert (after.value, after.formula == before.formula) == ("有偏离", False)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({(None, "search", "indicator.share"): 0.5}, "shares_off"),
        ({(None, "M01", "milestone.date"): "2026-02-01"}, "milestone_outside"),
        ({("R1", None, "region.head"): "superior1"}, "same_person"),
        ({(None, None, "warning_days"): 7.5}, "number_not_whole"),
        (
            {(None, "heads", "indicator.driver"): "market", (None, "heads", "indicator.share"): 0.0},
            "driver_unmeasured",
        ),
    ],
)
def test_settings_act_completely_or_not_at_all(tmp_path: Path, said: dict[Key, Value], code: str) -> None:
    case = fresh(tmp_path)
    before = case.entries()
    case.type({**said, (None, None, "hq_target"): 400.0})
    with pytest.raises(DataProblems) as found:
        case.run(recalibrate)
    assert code in {problem.code for problem in found.value.problems}
    assert case.entries() == before


# --- agreeing with the superior's counter


@pytest.fixture
def countered(tmp_path: Path) -> Case:
    """R1-1, which declared 84 for 85, is countered at 88 in round 2; R1-2 is accepted."""
    case = locked(tmp_path)
    case.run(decide, "R1", "R1-1", "counter", counter=88, reason=REASON, by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason=REASON, by="superior1")
    return case


SUBMIT: dict[Key, Value] = {("R1", None, "status"): "submitted"}
AGREE: Key = ("R1", "R1-1", "agree")
NO_REASONS: dict[Key, Value] = {("R1", "R1-1", code): None for code in ("basis", "support", "risk")}


def test_one_click_agrees_with_the_counter(countered: Case) -> None:
    countered.type({AGREE: "yes", **SUBMIT})
    assert countered.problems() == []
    assert countered.run(lock).locked == (TAB,)
    assert countered.value("R1", "R1-1", "agreed") == countered.value("R1", "R1-1", "declared") == 88
    assert countered.typed()["R1", "R1-1", "declared"] == 88
    assert countered.value("R1", None, "state") == "decided"
    assert countered.run(verify).problems == ()


@pytest.mark.parametrize("said", [{AGREE: "yes"}, {("R1", "R1-1", "declared"): 88.0}], ids=["yes", "number"])
def test_agreeing_asks_for_no_new_reasons_in_check_sheet_and_lock(
    countered: Case, said: dict[Key, Value]
) -> None:
    countered.type({**said, **NO_REASONS, **SUBMIT})
    assert countered.problems() == []
    assert _missing(countered) == ("", 0)
    assert countered.run(lock).locked == (TAB,)


def _missing(case: Case) -> tuple[object, object]:
    """What the sheet says is missing on R1-1 and on the tab, once everything is computed."""
    places, cells = case.reading().places, _computed(case, "region:R1")
    spots = (places.find(("R1", "R1-1", "missing"))[1], places.field("checks", "R1")[1])
    return cells[spots[0]].value, cells[spots[1]].value


def test_another_number_still_needs_its_reasons(countered: Case) -> None:
    countered.type({("R1", "R1-1", "declared"): 87.0, **NO_REASONS, **SUBMIT})
    assert {code for code, _ in countered.problems()} == {"basis_missing", "support_missing", "risk_missing"}
    assert _missing(countered)[1] == 1


def test_agreeing_and_declaring_a_third_number_is_refused(countered: Case) -> None:
    countered.type({AGREE: "yes", ("R1", "R1-1", "declared"): 60.0, **SUBMIT})
    assert countered.problems() == [("agree_twice", countered.where(("R1", "R1-1", "declared")))]


def test_there_is_nothing_to_agree_to_without_a_counter(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({AGREE: "yes"})
    assert case.problems() == [("agree_nothing", case.where(AGREE))]


def test_agreement_does_not_outlive_an_unlock(countered: Case) -> None:
    countered.type({AGREE: "yes", **SUBMIT})
    countered.run(lock)
    countered.run(unlock, "R1", "客户延期，允许改报")
    assert AGREE not in countered.typed()
    countered.declare("R1", R1_1=84, R1_2=130)
    assert countered.run(lock).locked == (TAB,)
    assert countered.value("R1", "R1-1", "agreed") is None


# --- codes


def _coded(folder: Path, *codes: str) -> Case:
    """The three lines with other codes."""
    base = fresh(folder / "base").inputs
    lines = tuple(replace(line, code=code) for line, code in zip(base.plan.lines, codes, strict=True))
    case = Case(folder, replace(base, plan=replace(base.plan, lines=lines)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    return case


@pytest.mark.parametrize(
    "codes",
    few(
        [
            pytest.param(("S01", "M01", "R2"), id="one of each"),
            pytest.param(("S01", "S02", "S03"), id="supports"),
            pytest.param(("M01", "E01", "W01"), id="milestones"),
            pytest.param(("R1", "R2", "market"), id="regions"),
        ],
        {"one of each"},
    ),
)
def test_codes_of_different_kinds_never_meet(tmp_path: Path, codes: tuple[str, str, str]) -> None:
    case = _coded(tmp_path, *codes)
    first, second, third = codes
    item: dict[str, Value] = {"kind": "budget", "what": "展会费用", "quantity": 3.0, "line": "华东1组"}
    case.declare("R1", **{first: 84, second: 130})
    case.declare("R2", **{third: 198})
    case.type({("R1", "S01", code): value for code, value in item.items()})
    case.type({("R1", "S02", "what"): "只写了内容"})
    missing = {("support_kind_missing", case.where(("R1", "S02", "kind")))}
    assert missing < set(case.problems()), "an unfinished item is found"
    case.type({("R1", "S02", "what"): None})
    case.run(lock)
    case.run(decide, "R1", first, "accept", reason=REASON, by="superior1")
    case.run(decide, "R1", second, "return", reason=REASON, by="superior1")
    case.type({("R1", "S01", "quantity"): 5.0, ("R1", None, "status"): "submitted"})
    assert case.problems() == [], "an item is open although a line of its code is agreed"
    case.run(lock)
    assert case.value("R1", "S01", "quantity") == 5
    sheet = case.reading().grids["audit"]
    place = case.reading().places.table("audit", "audit")
    rows = {
        (sheet[row, place.columns["field"]].value, sheet[row, place.columns["row"]].value)
        for row in place.rows.values()
        if (row, place.columns["row"]) in sheet
    }
    assert ("内容", "S01") in rows and ("申报目标", "华东1组") in rows
    assert case.run(verify).problems == ()


def test_check_changes_nothing_and_names_all(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    case.type({("R1", "R1-1", "decision"): "accept", (None, None, "objection"): 0.3})
    before = case.path.read_bytes()
    assert {problem.code for problem in case.run(check).problems} == {"decision_early", "not_taken_in"}
    assert case.path.read_bytes() == before
