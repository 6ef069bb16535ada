"""`lock` takes valid submissions in, cell by cell, and keeps them; `unlock` hands them back."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import lock, new, unlock, verify
from targetcal_xl.calibration import Key
from targetcal_xl.connect import plan_template, read_plan
from targetcal_xl.desk import open_desk
from targetcal_xl.desk.post import audit_rows
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support.books import as_openpyxl, parts_of
from tests.support.desks import FINANCE, Case, Said, fresh, locked, low, submitted, told
from tests.support.validator import sound

TAB, OTHER = "华东大区", "华南大区"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Two regions whose submissions are in order."""
    return submitted(tmp_path)


def test_what_was_submitted_is_locked(case: Case) -> None:
    typed = {key for key in case.typed() if key[0] in ("R1", "R2") and "." not in key[2]}
    report = case.run(lock)
    assert report.locked == (TAB, OTHER)
    assert (report.already, report.waiting, report.refused) == ((), (), ())
    assert report.recorded == sum(key[1] is not None for key in typed)
    assert case.value("R1", None, "state") == case.value("R2", None, "state") == "locked"


def test_who_has_not_submitted_is_waited_for(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    report = case.run(lock)
    assert (report.locked, report.waiting) == ((), (TAB, OTHER))
    assert case.entries("lock") == []


def test_one_regions_problems_do_not_hold_up_another(case: Case) -> None:
    case.type({("R1", "R1-1", "declared"): -1.0})
    report = case.run(lock)
    assert report.locked == (OTHER,)
    [(region, problems)] = report.refused
    assert region == TAB
    assert told(problems) == [("declared_negative", case.where(("R1", "R1-1", "declared")))]
    assert case.value("R1", None, "state") is None
    assert case.value("R1", "R1-1", "declared") is None


def test_only_the_chosen_region_is_locked(case: Case) -> None:
    assert case.run(lock, ["R2"]).locked == (OTHER,)
    assert case.value("R1", None, "state") is None


def test_the_garbage_collector_rests_at_a_desk_and_works_again_afterwards(case: Case) -> None:
    with case.desk():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(Refused), case.desk() as desk:
        unlock(desk, "nowhere", "because")
    assert gc.isenabled()


def test_locking_again_records_nothing(case: Case) -> None:
    case.run(lock)
    before, book = case.entries(), case.path.read_bytes()
    report = case.run(lock)
    assert (report.locked, report.already, report.recorded) == ((), (TAB, OTHER), 0)
    assert case.entries() == before
    assert case.path.read_bytes() == book


def test_every_typed_cell_is_in_the_ledger_with_old_and_new(case: Case) -> None:
    typed = {key: value for key, value in case.typed().items() if key[0] == "R1" and "." not in key[2]}
    case.run(lock)
    recorded = {entry.key: (entry.old, entry.new) for entry in case.entries("lock")}
    assert {key: recorded[key] for key in typed} == {key: (None, value) for key, value in typed.items()}
    first = case.entries("lock")[0]
    assert (first.at, first.actor, first.source) == (case.clock(), FINANCE, "test")


def test_the_audit_sheet_says_what_the_ledger_says(case: Case) -> None:
    case.run(lock)
    sheet = as_openpyxl(case.path)[case.reading().places.tabs["audit"]]
    place = case.reading().places.table("audit", "audit")
    printed = {
        row: {code: sheet.cell(at, column).value for code, column in place.columns.items()}
        for row, at in place.rows.items()
    }
    entries = case.entries()
    assert list(printed) == [str(entry.number) for entry in entries]
    for entry in entries:
        row = printed[str(entry.number)]
        assert (row["actor"], row["hash"]) == (entry.actor, entry.hash)
        assert (row["old"] is None, row["new"] is None) == (entry.old is None, entry.new is None)
    declared = next(row for row in printed.values() if row["field"] == "申报目标")
    assert (declared["region"], declared["row"], declared["new"]) == (TAB, "华东1组", "84 家")
    assert declared["action"] == "锁定"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_audit_sheet_speaks_in_words_of_the_book_s_language(language: str, tmp_path: Path) -> None:
    case = locked(tmp_path)
    with case.desk() as desk:
        standing, entries = standing_of(desk.ledger), list(desk.ledger.entries())
    rows = list(
        audit_rows(replace(standing, values={**standing.values, (None, None, "language"): language}), entries)
    )
    codes = {entry.field for entry in entries} | {entry.action for entry in entries}
    assert not {row["field"] for row in rows} & codes
    assert not {row["action"] for row in rows} & codes
    kinds = [row["field"] for entry, row in zip(entries, rows, strict=True) if entry.field == "kind"]
    assert set(kinds) <= {text("workbook.column.kind", language)}
    states = [row for entry, row in zip(entries, rows, strict=True) if entry.field == "state"]
    assert {row["new"] for row in states} == {text("workbook.state.locked", language)}


def test_a_second_round_records_only_what_changed(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(unlock, TAB, "客户延期，允许改报")
    case.type({("R1", "R1-1", "declared"): 80.0, ("R1", None, "status"): "submitted"})
    assert case.run(lock).recorded == 1
    last = [entry for entry in case.entries("lock", "declared") if entry.row == "R1-1"][-1]
    assert (last.old, last.new) == (84, 80)


def test_an_objection_begins_at_exactly_15_percent(tmp_path: Path) -> None:
    inputs = read_plan(plan_template("saas"))
    case = Case(tmp_path, inputs)
    with open_desk(case.path, actor=FINANCE, clock=case.clock, source="test", create=True) as desk:
        new(desk, inputs, "zh-CN")
    at = {line.code: _suggested(case, line.region, line.code) for line in inputs.plan.lines}
    assert (at["HD-HD"], at["HN-XN"]) == (220, 160)
    for region, name, declared in (("HD", "HD-HD", 187.0), ("HN", "HN-XN", 137.0)):
        targets = {row.code: at[row.code] for row in inputs.plan.lines_of(region)} | {name: declared}
        case.declare(region, **{code.replace("-", "_"): value for code, value in targets.items()})
    [(_, line, by)] = case.run(lock).objections
    assert line == "华东"
    assert by == pytest.approx(-0.15)
    assert [entry.row for entry in case.entries(field="objection")] == ["HD-HD"]


def _suggested(case: Case, region: str, line: str) -> float:
    sheet, spot = case.reading().places.find((region, line, "suggested"))
    value = case.reading().grids[sheet][spot].value
    assert isinstance(value, float)
    return value


def test_an_objection_keeps_the_numbers_it_was_raised_on(tmp_path: Path) -> None:
    case = locked(tmp_path)
    assert case.value("R2", "R2-1", "objection") == "open"
    assert case.value("R2", "R2-1", "objection.declared") == low(case)[2]
    assert case.value("R2", "R2-1", "objection.suggested") == case.suggested("R2-1")


def test_an_objection_is_lifted_when_the_region_no_longer_objects(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.run(unlock, OTHER, "区域要求重报")
    case.declare("R2", R2_1=case.suggested("R2-1"))
    assert case.run(lock).objections == ()
    assert case.value("R2", "R2-1", "objection") == "lifted"
    case.run(unlock, OTHER, "区域再次要求重报")
    case.declare("R2", R2_1=100)
    assert [line for _, line, _ in case.run(lock).objections] == ["华南1组"]
    assert case.value("R2", "R2-1", "objection.declared") == 100


def test_a_locked_tab_is_protected_with_a_password_and_closed_cell_by_cell(case: Case) -> None:
    case.run(lock, ["R1"])
    book, sheets = open_book(case.path), as_openpyxl(case.path)
    assert book.is_protected(TAB)
    assert not book.is_protected(OTHER)
    assert sheets[TAB].protection.algorithmName == "SHA-512"
    spots = {region: case.reading().typed[region, f"{region}-1", "declared"].spot for region in ("R1", "R2")}
    assert sheets[TAB].cell(*spots["R1"]).protection.locked
    assert not sheets[OTHER].cell(*spots["R2"]).protection.locked


def test_what_was_not_touched_stays_byte_for_byte(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.declare("R1", R1_1=84, R1_2=130)
    before, typed = parts_of(case.path), case.typed()
    assert case.run(lock).locked == (TAB,)
    after, sheets = parts_of(case.path), list(open_book(case.path).sheets)
    places = case.reading().places
    told_of = (TAB, places.tabs["audit"], places.tabs["dashboard"])
    written = {f"xl/worksheets/sheet{sheets.index(name) + 1}.xml" for name in told_of}
    assert list(after) == list(before)
    assert {part for part in before if before[part] != after[part]} <= written | {
        "xl/workbook.xml",
        "xl/styles.xml",
    }
    assert case.typed() == typed


def test_a_locked_book_opens_without_a_word(case: Case) -> None:
    case.run(lock)
    assert sound(case.path)


SEALED: Said = {
    ("R1", "R1-1", "declared"): 60.0,
    ("R1", "R1-2", "risk"): "没有风险",
    ("R1", "S01", "what"): "再加一人",
    ("R1", None, "submitter"): "somebody",
}


def test_sealed_cells_that_changed_are_named_with_old_and_new(tmp_path: Path) -> None:
    case = locked(tmp_path)
    case.type(SEALED)
    report = case.run(verify)
    sealed = [problem for problem in report.problems if problem.code == "sealed_changed"]
    assert {problem.where for problem in sealed} == {case.where(key) for key in SEALED}
    declared = next(p for p in sealed if p.where == case.where(("R1", "R1-1", "declared")))
    assert declared.fields == {"sealed": "84", "found": "60"}
    assert case.run(lock).locked == ()
    assert case.value("R1", "R1-1", "declared") == 84


@pytest.mark.parametrize(
    "cell", [Cell(None), Cell(84.0, "42*2"), Cell("84")], ids=["emptied", "computed", "text"]
)
def test_a_sealed_cell_must_be_the_very_same(tmp_path: Path, cell: Cell) -> None:
    case = locked(tmp_path)
    key: Key = ("R1", "R1-1", "declared")
    case.type({key: cell})
    assert ("sealed_changed", case.where(key)) in told(case.run(verify).problems)


def test_unlocking_opens_the_tab_and_says_why(tmp_path: Path) -> None:
    case = locked(tmp_path)
    typed = case.typed()
    assert case.run(unlock, "R1", "客户延期，允许改报").region == TAB
    assert case.value("R1", None, "state") == "open"
    assert {entry.reason for entry in case.entries("unlock")} == {"客户延期，允许改报"}
    assert not open_book(case.path).is_protected(TAB)
    spot = case.reading().typed["R1", "R1-1", "declared"].spot
    assert not as_openpyxl(case.path)[TAB].cell(*spot).protection.locked
    assert case.typed() == {**typed, ("R1", None, "status"): "draft"}
    assert case.run(lock).waiting == (TAB,)


@pytest.mark.parametrize("reason", ["", "  ", "无", "--"])
def test_unlocking_takes_a_reason(tmp_path: Path, reason: str) -> None:
    case = locked(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(unlock, "R1", reason)
    assert refused.value.problems[0].code == "reason_missing"
    assert case.entries("unlock") == []


def test_an_open_region_cannot_be_unlocked(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(unlock, "R1", "客户延期，允许改报")
    assert told(refused.value.problems) == [("region_open", TAB)]
