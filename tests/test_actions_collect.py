"""What regions are handed, and what becomes of it when it comes back: all of a file or nothing, once."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell as Cell_
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl import formats
from targetcal_xl.actions import (
    CollectReport,
    answers,
    attest,
    check,
    collect,
    decide,
    lock,
    proof,
    recalibrate,
    repair,
    split,
    unlock,
    verify,
    watched,
    withdraw,
)
from targetcal_xl.actions.split import split_book
from targetcal_xl.calibration import Key, Value
from targetcal_xl.desk import file_changes, sent_items
from targetcal_xl.exchange import find_slip, mac, slip_text
from targetcal_xl.ooxml import Cell, cell_name
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Report
from targetcal_xl.workbook import open_book
from targetcal_xl.workbook.mark import mark_text
from tests.support import desks, packs
from tests.support.books import changed_parts, parts_of
from tests.support.desks import BOOK, REASONS, Case
from tests.support.exploring import explores, few
from tests.support.packs import answered, by_openpyxl, declaration, handed, opened, refusals, taken, write
from tests.support.resave import SAVERS


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return desks.fresh(tmp_path)


def _texts(path: Path) -> str:
    """Everything that a file holds, in one text."""
    with ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


# What goes out


def test_a_region_is_handed_its_own_and_nothing_of_another(case: Case) -> None:
    path, plan = handed(case, "R2"), case.inputs.plan
    said = _texts(path)
    people = [person.name for one in plan.regions[:1] for person in (one.head, one.superior, one.hrbp)]
    others = [plan.region("R1").name, "R1-1", *(line.name for line in plan.lines_of("R1")), *people]
    assert [word for word in others if word in said] == []
    assert plan.region("R2").name in said
    (grid,) = opened(case, path).reading.grids.values()
    assert {cell.value for cell in grid.values()}.isdisjoint({case.suggested("R1-2"), plan.hq_target})


def test_a_pack_shows_what_the_regions_tab_shows(case: Case) -> None:
    pack, book = opened(case, handed(case)).reading, case.reading()
    here, there = (one.places.tables["region:R1", "lines"] for one in (pack, book))
    for row in here.rows:
        for column in here.columns:
            seen = [
                one.grids["region:R1"].get((place.rows[row], place.columns[column]))
                for one, place in ((pack, here), (book, there))
            ]
            assert (seen[0] and seen[0].value) == (seen[1] and seen[1].value), (row, column)


def test_what_was_handed_out_comes_again_with_the_same_bytes(case: Case) -> None:
    first = {path.name: path.read_bytes() for path in _split(case, "a")}
    again = {path.name: path.read_bytes() for path in _split(case, "b")}
    assert first == again
    assert len(case.entries("split")) == 2


def _split(case: Case, folder: str) -> list[Path]:
    case.run(split_book, case.folder / folder)
    return sorted((case.folder / folder).iterdir())


def test_another_declaration_begun_in_the_book_is_handed_out_anew(case: Case) -> None:
    before = handed(case, folder="a").read_bytes()
    case.type({("R1", "R1-1", "comment"): "先看一下"})
    after = handed(case, folder="b")
    assert after.read_bytes() != before
    assert opened(case, after).reading.values["R1", "R1-1", "comment"] == "先看一下"


def test_a_file_that_somebody_filled_in_is_not_written_over(case: Case) -> None:
    path = answered(case)
    held = path.read_bytes()
    report = case.run(split_book, path.parent, ("R1",))
    assert [one.outcome for one in report.files] == ["in_the_way"]
    assert report.leaves_work
    assert path.read_bytes() == held


def test_a_locked_region_has_nothing_to_fill_in(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    report = case.run(split_book, tmp_path / "packs")
    assert (report.files, [state for _, state in report.closed]) == ((), ["submitted", "objected"])


def test_what_was_agreed_cannot_be_typed_in_again(tmp_path: Path) -> None:
    case = _countered(tmp_path)
    path = handed(case)
    reading = opened(case, path).reading
    sheet = openpyxl.load_workbook(path).worksheets[0]
    closed = {
        line: sheet.cell(*reading.places.find(("R1", line, "declared"))[1]).protection.locked
        for line in ("R1-1", "R1-2")
    }
    assert closed == {"R1-1": False, "R1-2": True}


def _countered(folder: Path) -> Case:
    """R1-1 was countered with one less than suggested, R1-2 accepted: R1 is in its second round."""
    case = desks.locked(folder)
    wanted = case.suggested("R1-1")
    case.run(decide, "R1", "R1-1", "counter", reason="资源已到位", counter=wanted, by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    return case


# What comes back


def test_a_pack_counts_as_if_it_had_been_typed_in_the_book(tmp_path: Path) -> None:
    low = desks.submitted(tmp_path / "tab")
    typed = desks.low(low)
    low.run(lock)
    case = desks.fresh(tmp_path / "pack")
    path = answered(case, R1_1=typed[0], R1_2=typed[1])
    other = answered(case, "R2", R2_1=typed[2])
    report = taken(case, path, other)
    assert [region for region, _ in report.locked] == [region.name for region in case.inputs.plan.regions]
    with case.desk() as here, low.desk() as there:
        ours, theirs = here.ledger.values(), there.ledger.values()
    own = {key: value for key, value in ours.items() if ".record" not in key[2] and "message." not in key[2]}
    reasons = {key for key in own.keys() - theirs.keys() if key[2] in REASONS}
    apart = ("seal", "message.record", "message.content", "message.state")
    assert {key: value for key, value in own.items() if key not in reasons and key[2] not in apart} == {
        key: value for key, value in theirs.items() if key[2] not in apart
    }
    assert case.problems() == []
    assert case.run(verify).verified


def _compute_nothing(*_: object) -> None:
    raise AssertionError("what a region would be shown need not be computed")


def test_what_a_pack_still_shows_as_it_was_handed_out_is_not_computed_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = answered(case, "R1"), answered(case, "R2")
    by_openpyxl(second)
    monkeypatch.setattr(answers, "pack_content", _compute_nothing)
    assert taken(case, first).locked and taken(case, second).locked


def test_a_pack_from_before_its_own_seal_was_kept_is_taken_in(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split, "file_seal", lambda _: "")
    assert taken(case, answered(case)).locked


def test_a_text_of_ours_that_a_formula_spells_is_named(case: Case) -> None:
    path, line = answered(case), case.inputs.plan.lines_of("R1")[0]
    pack = opened(case, path)
    place = pack.reading.places.tables["region:R1", "lines"]
    pack.book.set(
        pack.book.sheets[0], {(place.rows[line.code], place.columns["name"]): Cell(line.name, line.name)}
    )
    pack.book.save()
    assert refusals(taken(case, path)) == ["readonly_changed"]


def test_collecting_again_changes_nothing(case: Case) -> None:
    path = answered(case)
    taken(case, path)
    book, entries = case.path.read_bytes(), case.entries()
    report = taken(case, path)
    assert report.already == ((case.inputs.plan.region("R1").name, path.name),)
    assert not report.refused
    assert (case.path.read_bytes(), case.entries()) == (book, entries)


def test_a_folder_is_looked_through_and_programs_own_files_are_passed_over(case: Case) -> None:
    path = answered(case)
    inner = path.parent / "from mail"
    inner.mkdir()
    shutil.move(path, inner / "回复.XLSX")
    for name in ("~$回复.xlsx", ".~lock.回复.xlsx#", "notes.txt", "desktop.ini"):
        (inner / name).write_bytes(b"x")
    report = taken(case, path.parent)
    assert [file for _, file in report.locked] == ["回复.XLSX"]
    assert not report.refused


def test_a_draft_waits(case: Case) -> None:
    path = handed(case)
    write(case, path, {("R1", "R1-1", "declared"): 80.0})
    before = case.path.read_bytes()
    report = taken(case, path)
    assert (report.waiting[0][1], report.locked, report.recorded) == (path.name, (), 0)
    assert case.path.read_bytes() == before


def test_a_draft_waits_no_more_once_its_region_has_submitted(case: Case) -> None:
    draft, done = handed(case), answered(case, folder="done")
    for report in (taken(case, draft, done), taken(case, draft)):
        assert [file for _, file in report.passed_over] == [draft.name]
        assert not [file for _, file in report.waiting if file]


def _withdrawn(case: Case) -> None:
    case.run(withdraw, "R1", "a customer was left out", by="head1")


def _unlocked(case: Case) -> None:
    case.run(unlock, "R1", "numbers were last year's", by="finance")


_OPENED = [pytest.param(_withdrawn, id="withdrawn"), pytest.param(_unlocked, id="unlocked")]


def _opened_again(case: Case, opened: Callable[[Case], None] = _withdrawn) -> Path:
    """A pack that was taken in, and whose region is open again."""
    path = answered(case)
    assert taken(case, path).locked
    opened(case)
    return path


@pytest.mark.parametrize("opened", few(_OPENED, {"withdrawn"}))
def test_what_was_taken_in_does_not_count_again_once_its_region_is_open_again(
    opened: Callable[[Case], None], case: Case
) -> None:
    path = _opened_again(case, opened)
    before = case.path.read_bytes()
    report = taken(case, path)
    assert [file for _, file in report.spent] == [path.name]
    assert (report.refused, report.recorded, case.path.read_bytes()) == ((), 0, before)


@pytest.mark.parametrize("opened", few(_OPENED, {"unlocked"}))
def test_the_same_file_put_right_is_another_answer(opened: Callable[[Case], None], case: Case) -> None:
    path, other = _opened_again(case, opened), case.suggested("R1-2")
    case.type({("R1", "R1-2", "basis"): "typed in the book meanwhile"})
    write(case, path, {("R1", "R1-1", "declared"): 96.0})
    report = taken(case, path)
    assert [file for _, file in report.locked] == [f"{path.name}"] and not report.refused
    assert (case.value("R1", "R1-1", "declared"), case.value("R1", "R1-2", "declared")) == (96, other)
    assert case.value("R1", "R1-2", "basis") == "typed in the book meanwhile"


def test_a_cell_that_book_and_file_put_right_otherwise_is_shown_from_both(case: Case) -> None:
    path = _opened_again(case)
    case.type({("R1", "R1-1", "declared"): 97.0})
    write(case, path, {("R1", "R1-1", "declared"): 96.0})
    (problem,) = taken(case, path).refused[0].problems
    found = (problem.code, problem.fields["ours"], problem.fields["theirs"])
    assert found == ("answer_contested", "97", "96")


def test_a_status_that_nobody_offered_is_told_and_does_not_pass_for_a_draft(case: Case) -> None:
    path = handed(case)
    write(case, path, {**declaration(case, "R1"), ("R1", None, "status"): Cell("done")})
    case.type({("R2", None, "status"): Cell("done")})
    report = taken(case, path)
    assert [one.problems[0].code for one in report.refused] == ["choice_unknown"] * 2
    assert report.waiting == ()
    locked = case.run(lock, ["R2"])
    assert locked.waiting == () and locked.refused[0][1][0].code == "choice_unknown"


def test_a_file_with_the_tabs_of_two_regions_is_refused_and_neither_is_lost_in_silence(case: Case) -> None:
    path, other = answered(case), find_slip(open_book(handed(case, "R2")))
    assert other

    def beside(sheet: Worksheet) -> None:
        assert sheet.parent
        sheet.parent.create_sheet("theirs")["B1"] = slip_text(other[0])

    by_openpyxl(path, beside)
    [refused] = taken(case, path).refused
    names = [case.inputs.plan.region(code).name for code in ("R1", "R2")]
    assert [(one.code, one.fields["regions"]) for one in refused.problems] == [("answer_several", names)]


def test_what_keeps_a_tab_from_counting_keeps_a_pack_from_counting(case: Case) -> None:
    path = handed(case)
    write(case, path, {**declaration(case, "R1", R1_1=80.0), ("R1", "R1-1", "basis"): "无"})
    report = taken(case, path)
    assert refusals(report) == ["basis_placeholder", "declared_missing"]
    assert case.entries("lock") == []


def test_files_of_regions_that_were_not_asked_for_are_left_and_told(case: Case) -> None:
    mine, other = answered(case), answered(case, "R2")
    report = case.run(collect, [mine, other], ["R1"])
    assert report.left == ((case.inputs.plan.region("R2").name, other.name),)
    assert [file for _, file in report.locked] == [mine.name]


def test_one_bad_file_does_not_hold_up_the_others(case: Case) -> None:
    good = answered(case, "R2")
    bad = path = handed(case)
    path.write_bytes(b"PK\x03\x04 no archive")
    report = taken(case, bad, good)
    assert [region for region, _ in report.locked] == [case.inputs.plan.region("R2").name]
    assert [one.name for one in report.refused] == [bad.name]


def test_who_said_it_and_in_which_file_is_recorded(case: Case) -> None:
    path = answered(case)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    taken(case, path, by="林静")
    (record,) = case.entries("lock", "answer.record")
    with case.desk() as desk:
        told = json.loads(desk.ledger.document(str(record.new)))
        (sent,) = sent_items(desk.ledger, "R1")
    assert (told["file"], told["sha256"], record.actor) == (path.name, digest, "林静")
    assert told["slip"]["nonce"] == sent.slip.nonce
    assert len(told["cosigned"]) == 64
    declared = case.entries("lock", "declared")
    assert all(case.inputs.plan.region("R1").head.name in entry.reason for entry in declared)


# What people and programs do to files


@pytest.mark.parametrize("saver", few(SAVERS, {"LibreOffice", "exceljs"}))
def test_a_pack_survives_every_program(saver: str, case: Case) -> None:
    path = answered(case, R1_1=84.0, R1_2=120.0)
    to = path.with_name("saved.xlsx")
    SAVERS[saver](path, to)
    report = taken(case, to)
    assert refusals(report) == []
    assert case.value("R1", "R1-1", "declared") == 84
    assert case.run(verify).verified


def _sorted(sheet: Worksheet) -> None:
    """Swap the two lines of each table, as sorting does."""
    for first in [row for row in range(1, 80) if sheet.cell(row, 1).value == "R1-1"]:
        for column in range(1, sheet.max_column + 1):
            here, there = sheet.cell(first, column), sheet.cell(first + 1, column)
            if isinstance(here, Cell_) and isinstance(there, Cell_):
                here.value, there.value = _moved(there, here), _moved(here, there)


def _moved(cell: Cell_, to: Cell_) -> object:
    """What a cell holds, as its formula is elsewhere."""
    said = cell.value
    is_formula = isinstance(said, str) and said.startswith("=")
    return Translator(said, cell.coordinate).translate_formula(to.coordinate) if is_formula else said


def _inserted(sheet: Worksheet) -> None:
    sheet["AZ3"] = "自己的备注"
    sheet["AZ4"] = 17


def _merged(sheet: Worksheet) -> None:
    sheet.merge_cells("AY60:BA61")
    sheet["AY60"] = "合并"


def _extra_sheet(sheet: Worksheet) -> None:
    assert sheet.parent
    sheet.parent.create_sheet("草稿", 0)["A1"] = "=1+1"


def _renamed(sheet: Worksheet) -> None:
    sheet.title = "我的大区"


def _filtered(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "B9:K11"
    sheet.row_dimensions[11].hidden = True


def _much(sheet: Worksheet) -> None:
    """All that leaves the rows where they are, at once."""
    for habit in (_extra_sheet, _inserted, _merged, _filtered):
        habit(sheet)
    sheet.protection.disable()


_HABITS: dict[str, Callable[[Worksheet], None]] = {
    "much at once": _much,
    "another sheet before it": _extra_sheet,
    "notes beside it": _inserted,
    "cells merged": _merged,
    "a filter": _filtered,
    "protection taken off": lambda sheet: sheet.protection.disable(),
    "rows sorted": _sorted,
}


@pytest.mark.parametrize("habit", few(_HABITS, {"much at once", "rows sorted"}))
def test_a_pack_survives_what_people_do(habit: str, case: Case) -> None:
    path = answered(case, R1_1=84.0, R1_2=120.0)
    packs.by_openpyxl(path, _HABITS[habit])
    report = taken(case, path)
    assert refusals(report) == []
    assert (case.value("R1", "R1-1", "declared"), case.value("R1", "R1-2", "declared")) == (84, 120)


@pytest.mark.parametrize("typed", ["我们的目标", None])
def test_a_heading_that_was_typed_over_is_told_and_changes_nothing(case: Case, typed: str | None) -> None:
    path, untouched = answered(case), answered(case, "R2")
    pack = opened(case, path)
    place = pack.reading.places.tables["region:R1", "lines"]
    spot = (place.head, place.columns["declared"])
    heading = str(pack.book.grid(pack.book.sheets[0])[spot].value)
    pack.book.set(pack.book.sheets[0], {spot: Cell(typed)})
    pack.book.save()
    report = taken(case, path, untouched)
    [told] = [problem for one in report.notes for problem in one.problems]
    assert (told.code, told.fields["expected"]) == ("heading_changed", heading)
    assert told.where == f"{pack.book.sheets[0]}!{cell_name(spot)}" and len(report.locked) == 2
    assert case.value("R1", "R1-1", "declared") == case.suggested("R1-1")


def test_what_was_written_beside_the_table_is_told_and_not_lost_silently(case: Case) -> None:
    path = answered(case)
    packs.by_openpyxl(path, _inserted)
    report = taken(case, path)
    assert [problem.code for one in report.notes for problem in one.problems] == ["cell_stray", "cell_stray"]


def test_a_pack_is_judged_by_its_own_sheet_and_not_by_a_mark_in_the_book(case: Case) -> None:
    path = answered(case)
    for file, said in ((case.path, mark_text(formats.BOOK)), (path, "call me")):
        book = open_book(file)
        tab = case.inputs.plan.region("R1").name
        book.set(tab, {(1, 40): Cell(said)})
        book.save()
    report = taken(case, path)
    assert [problem.fields["found"] for one in report.notes for problem in one.problems] == ["call me"]
    assert len(report.locked) == 1


@pytest.mark.parametrize("names", ["follow", "are left behind"])
def test_a_renamed_tab_is_found_and_nothing_is_said_of_it(names: str, case: Case) -> None:
    path = answered(case)
    if names == "follow":
        desks.rename_tab(path, case.inputs.plan.region("R1").name, "我的大区")
    else:
        packs.by_openpyxl(path, _renamed)
    report = taken(case, path)
    assert (refusals(report), len(report.locked)) == ([], 1)
    assert [problem for one in report.notes for problem in one.problems] == []


_AS_TEXTS = {"84 ": 84, "８４": 84, "84家": 84, "0.0084万": 84, " 84.0": 84, "8,4": None, "很多": None}


@pytest.mark.parametrize("said", few(_AS_TEXTS, {"８４", "84家", "0.0084万", "8,4"}))
def test_numbers_typed_as_texts_are_taken_for_what_they_mean(said: str, case: Case) -> None:
    meant = _AS_TEXTS[said]
    path = handed(case)
    write(case, path, declaration(case, "R1", R1_1=Cell(said), R1_2=120.0))
    report = taken(case, path)
    if meant is None:
        assert refusals(report) == ["declared_text"]
        return
    assert refusals(report) == []
    assert case.value("R1", "R1-1", "declared") == meant
    assert case.typed()["R1", "R1-1", "declared"] == meant
    assert case.run(verify).verified


def test_numbers_typed_as_texts_count_in_the_book_too(case: Case) -> None:
    case.type({**declaration(case, "R1", R1_1=Cell("８４"), R1_2=120.0)})
    report = taken(case)
    assert refusals(report) == []
    assert case.typed()["R1", "R1-1", "declared"] == 84
    assert case.run(verify).verified


@pytest.mark.parametrize(
    "said", few(["2025/1/7", "2025.01.07", "2025年1月7日", "２０２５－１－７"], {"2025/1/7", "2025年1月7日"})
)
def test_dates_typed_as_texts_are_taken_for_what_they_mean(said: str, case: Case) -> None:
    path = answered(case)
    write(case, path, {("R1", None, "submitted_on"): Cell(said)})
    assert refusals(taken(case, path)) == []
    assert case.value("R1", None, "submitted_on") == "2025-01-07"


# What does not count


def _changed_slip(path: Path, **fields: Any) -> None:
    found = find_slip(open_book(path))
    assert found
    slip, at = found
    book = open_book(path)
    (tab,) = book.sheets
    assert at == f"{tab}!B1"
    book.set(tab, {(1, 2): Cell(slip_text(replace(slip, **fields)))})
    book.save()


_SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"plan": "another"}, "answer_other_plan"),
    ({"period": "2024Q4"}, "answer_other_period"),
    ({"region": "R9"}, "answer_other_region"),
    ({"region": "R2"}, "answer_slip_changed"),
    ({"round": 2}, "answer_slip_changed"),
    ({"format": 99}, "answer_slip_changed"),
    ({"nonce": "0" * 32}, "answer_unsent"),
    ({"head": "1-" + "0" * 40}, "answer_forked"),
    ({"head": "99-" + "0" * 40}, "answer_forked"),
]


def test_another_plans_regions_or_rounds_file_is_refused_by_name(case: Case) -> None:
    path = answered(case)
    whole = path.read_bytes()
    for fields, code in _SLIPS:
        path.write_bytes(whole)
        _changed_slip(path, **fields)
        assert refusals(taken(case, path)) == [code], fields
    assert case.entries("lock") == []


def test_a_file_of_an_earlier_round_is_refused(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    early = answered(case, R1_1=84.0, R1_2=130.0)
    taken(case, early)
    case.run(decide, "R1", "R1-1", "counter", reason="资源已到位", counter=85.0, by="superior1")
    desks.decline(case, "R1-1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    assert refusals(taken(case, early)) == ["answer_other_round"]
    again = handed(case)
    write(case, again, {("R1", "R1-1", "agree"): "yes", ("R1", None, "status"): "submitted"})
    report = taken(case, again)
    assert refusals(report) == []
    assert case.value("R1", "R1-1", "agreed") == 85


def test_what_was_handed_out_before_a_recalibration_is_refused(case: Case) -> None:
    path = answered(case)
    case.type({(None, None, "hq_target"): 400.0})
    case.run(recalibrate, "总部上调")
    assert refusals(taken(case, path)) == ["answer_outdated"]


def test_a_changed_cell_that_is_nobodys_to_type_is_named(case: Case) -> None:
    path = answered(case)
    reading, whole = opened(case, path).reading, path.read_bytes()
    for column in ("suggested", "low", "allotment", "deviation", "missing", "name"):
        path.write_bytes(whole)
        pack = open_book(path)
        pack.set(pack.sheets[0], {reading.places.find(("R1", "R1-1", column))[1]: Cell(1.0)})
        pack.save()
        (one,) = taken(case, path).refused
        codes = [problem.code for problem in one.problems]
        assert codes in (["readonly_changed"], ["formula_overwritten"]), column
    assert case.entries("lock") == []


def test_two_different_answers_of_one_region_are_both_shown(case: Case) -> None:
    first = answered(case, folder="a", R1_1=84.0, R1_2=130.0)
    second = answered(case, folder="b", R1_1=83.0, R1_2=130.0)
    second = second.rename(second.with_name("second.xlsx"))
    report = taken(case, first, second)
    (one,) = report.refused
    (problem,) = one.problems
    assert (problem.code, problem.fields["ours"], problem.fields["theirs"]) == ("answer_two", "84", "83")
    assert report.locked == ()
    assert second.name in one.name
    assert problem.fields["other"] == first.name


def test_two_equal_answers_are_one(case: Case) -> None:
    first = answered(case, folder="a", R1_1=84.0, R1_2=130.0)
    second = answered(case, folder="b", R1_1=84.0, R1_2=130.0)
    report = taken(case, first, second)
    assert (len(report.locked), len(report.already), report.refused) == (1, 1, ())


def test_another_answer_after_the_region_was_locked_is_refused_cell_by_cell(case: Case) -> None:
    path = answered(case, R1_1=84.0, R1_2=130.0)
    taken(case, path)
    write(case, path, {("R1", "R1-1", "declared"): 80.0})
    report = taken(case, path)
    assert refusals(report) == ["answer_late"]
    assert report.refused[0].problems[0].fields["theirs"] == "80"
    case.run(unlock, "R1", "数字有误")
    fresh = answered(case, folder="again", R1_1=80.0, R1_2=130.0)
    assert refusals(taken(case, fresh)) == []
    assert case.value("R1", "R1-1", "declared") == 80


def test_what_the_head_typed_in_the_book_meanwhile_is_not_lost(case: Case) -> None:
    path = answered(case, R1_1=84.0, R1_2=130.0)
    case.type({("R1", "R1-1", "declared"): 82.0, ("R1", "R1-2", "comment"): "待定客户两家"})
    report = taken(case, path)
    assert refusals(report) == ["answer_contested"]
    assert report.refused[0].problems[0].fields["ours"] == "82"
    case.type({("R1", "R1-1", "declared"): 84.0})
    assert refusals(taken(case, path)) == []
    assert case.value("R1", "R1-2", "comment") == "待定客户两家"


def test_a_file_with_macros_is_refused(case: Case) -> None:
    path = answered(case)
    listed = parts_of(path)["xl/_rels/workbook.xml.rels"].decode()
    held = listed.replace(
        "</Relationships>",
        '<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        ' Target="vbaProject.bin"/></Relationships>',
    )
    changed_parts(path, {"xl/_rels/workbook.xml.rels": held.encode()})
    assert refusals(taken(case, path)) == ["pack_macros"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_not_workbook"),
        (b"PK", "file_not_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_old_xls"),
        (b"{}", "answer_none"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le")
            + "DRMEncryptedDataSpace".encode("utf-16-le"),
            "pack_labelled",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "pack_encrypted"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(
    content: bytes, code: str, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGETCAL_PACK_PASSWORD", raising=False)
    file = case.folder / "odd.xlsx"
    file.write_bytes(content)
    assert refusals(taken(case, file)) == [code]


def test_a_workbook_that_has_nothing_to_do_with_it_is_refused(case: Case) -> None:
    file = case.folder / "budget.xlsx"
    openpyxl.Workbook().save(file)
    assert refusals(taken(case, file)) == ["answer_none_book"]


def test_a_path_where_nothing_is_is_refused(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        taken(case, case.folder / "nowhere.xlsx")
    assert [problem.code for problem in refused.value.problems] == ["file_missing"]


def test_nothing_is_handed_out_or_taken_in_while_settings_wait(case: Case) -> None:
    case.type({(None, None, "hq_target"): 400.0})
    for action in (lambda: case.run(split_book, case.folder / "packs"), lambda: taken(case)):
        with pytest.raises(DataProblems) as refused:
            action()
        assert [problem.code for problem in refused.value.problems] == ["not_taken_in"]


# Passwords


def test_a_pack_with_a_password_opens_with_it_alone(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGETCAL_PACK_PASSWORD_R1", "一号密码")
    path = handed(case, encrypt=True)
    held = path.read_bytes()
    assert held.startswith(b"\xd0\xcf\x11\xe0")
    assert handed(case, encrypt=True).read_bytes() == held
    monkeypatch.setenv("TARGETCAL_PACK_PASSWORD_R1", "另一个")
    assert refusals(taken(case, path)) == ["pack_other_password"]
    monkeypatch.delenv("TARGETCAL_PACK_PASSWORD_R1")
    assert refusals(taken(case, path)) == ["pack_encrypted"]
    monkeypatch.setenv("TARGETCAL_PACK_PASSWORD_R1", "一号密码")
    assert taken(case, path).waiting[0][1] == path.name


def test_without_a_password_nothing_is_encrypted_and_nothing_recorded(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGETCAL_PACK_PASSWORD", raising=False)
    with pytest.raises(Refused) as refused:
        case.run(split_book, case.folder / "packs", encrypt=True)
    assert refused.value.problems[0].code == "pack_no_password"
    assert case.entries("split") == []
    assert not (case.folder / "packs").exists()


# Pages


def _page_answer(case: Case, path: Path, said: Mapping[Key, object]) -> Path:
    """The answer that a page saves, sealed as its script does."""
    page = path.read_text("utf-8")
    found = re.search(r"const TOLD=(\{.*?\});\n", page)
    assert found
    slip = json.loads(found[1])["slip"]
    values = [[row, field, value] for (_, row, field), value in said.items()]
    content = json.dumps({**slip, "saved_at": "2025-01-07T08:00:00Z", "values": values}, ensure_ascii=False)
    file = {"targetcal": "answer", "version": 1, "content": content, "mac": mac(slip["nonce"], content)}
    answer = path.with_suffix(".answer.json")
    answer.write_text(json.dumps(file, ensure_ascii=False), "utf-8")
    return answer


def test_a_pages_answer_counts_like_a_pack(case: Case) -> None:
    path = handed(case, html=True)
    answer = _page_answer(case, path, declaration(case, "R1", R1_1=84.0, R1_2=130.0))
    report = taken(case, answer)
    assert refusals(report) == []
    assert case.value("R1", "R1-1", "declared") == 84
    assert case.run(verify).verified
    assert taken(case, answer).already


def test_a_page_and_a_pack_that_say_the_same_are_one_answer(case: Case) -> None:
    pack = answered(case, R1_1=84.0, R1_2=130.0)
    page = handed(case, folder="pages", html=True)
    said = {key: value for key, value in opened(case, pack).reading.values.items() if key[2] != "name"}
    report = taken(case, pack, _page_answer(case, page, said))
    assert (len(report.locked), len(report.already), report.refused) == (1, 1, ())


def test_a_page_is_not_encrypted(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        handed(case, html=True, encrypt=True)
    assert refused.value.problems[0].code == "page_not_encrypted"


# Copies of the book


def _copied(case: Case, name: str) -> Case:
    """The book as another computer had it."""
    copy = replace(case, book=name, ledger=str(case.folder / "targets.ledger.sqlite"))
    shutil.copy(case.path, copy.path)
    return copy


def _type_in_copy(copy: Case, said: Mapping[Key, Value | Cell]) -> None:
    book, reading = open_book(copy.path), copy.reading()
    for key, value in said.items():
        sheet, spot = reading.places.find(key)
        book.set(reading.places.tabs[sheet], {spot: desks.filled(reading, key, value)})
    book.save()


_COPIES: Mapping[str, dict[Key, Value | Cell]] = {
    "targets (Chen's conflicted copy 2025-01-07).xlsx": {
        ("R1", "R1-1", "declared"): 84.0,
        ("R2", "R2-1", "comment"): "渠道收缩",
    },
    "targets (1).xlsx": {("R1", "R1-1", "basis"): "在手商机"},
    "targets - 副本.xlsx": {("R1", "R1-1", "support"): "增加一名售前"},
    "targets (陈的冲突副本).xlsx": {("R1", "R1-1", "risk"): "客户推迟签约"},
    "targets-CHEN-LAPTOP.xlsx": {("R1", "R1-1", "comment"): "两家待定"},
    "targets.sync-conflict-20250107-080000-ABCDEFG.xlsx": {("R1", "R1-2", "comment"): "一家待定"},
    "targets_conflict-20250107-080000.xlsx": {("R2", "R2-1", "declared"): 150.0},
}
"""What people typed, each into another copy."""


def test_conflict_copies_are_found_and_brought_together_cell_by_cell(case: Case) -> None:
    for name, said in _COPIES.items():
        copy = _copied(case, name)
        _type_in_copy(copy, said)
        case.type({("R1", "R1-2", "declared"): 129.0})
        report = taken(case)
        assert refusals(report) == [], name
        assert [cells for _, _, cells in report.merged] == [1] * len(said), name
        typed = case.typed()
        assert {key: typed[key] for key in said} == said and typed["R1", "R1-2", "declared"] == 129, name
        before = case.path.read_bytes()
        assert taken(case).merged == () and case.path.read_bytes() == before, name
        copy.path.unlink()


def test_a_region_that_was_submitted_in_a_copy_is_locked(case: Case) -> None:
    copy = _copied(case, "targets (1).xlsx")
    _type_in_copy(copy, declaration(case, "R1", R1_1=84.0, R1_2=130.0))
    report = taken(case)
    assert refusals(report) == []
    assert [region for region, _ in report.locked] == [case.inputs.plan.region("R1").name]
    assert case.run(verify).verified


def test_a_cell_that_both_changed_is_shown_and_neither_is_lost(case: Case) -> None:
    copy = _copied(case, "targets (1).xlsx")
    _type_in_copy(copy, {("R1", "R1-1", "declared"): 84.0})
    case.type({("R1", "R1-1", "declared"): 82.0})
    report = taken(case)
    assert refusals(report) == ["answer_contested"]
    assert case.typed()["R1", "R1-1", "declared"] == 82


def test_a_superiors_decision_in_a_copy_is_brought_in(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    copy = _copied(case, "targets (1).xlsx")
    said: dict[Key, Value] = {
        ("R1", "R1-2", "decision"): "accept",
        ("R1", "R1-2", "decision_reason"): "依据充分",
    }
    _type_in_copy(copy, said)
    report = taken(case)
    assert refusals(report) == []
    assert {key: case.typed()[key] for key in said} == said


def test_what_a_copy_says_of_a_sealed_cell_is_shown_and_not_passed_over(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    copy = _copied(case, "targets (1).xlsx")
    _type_in_copy(copy, {("R1", "R1-1", "declared"): 81.0})
    case.run(lock)
    report = taken(case)
    assert refusals(report) == ["answer_late"]
    (problem,) = report.refused[0].problems
    assert problem.fields["theirs"] == "81"
    assert case.inputs.plan.region("R1").name not in {name for name, _ in report.already}


def test_a_copy_of_another_ledger_is_refused(case: Case) -> None:
    other = Case(case.folder / "other", case.inputs)
    other.folder.mkdir()
    other.clock.advance(days=1)
    desks.begin(other)
    shutil.copy(other.path, case.folder / "targets (1).xlsx")
    assert refusals(taken(case)) == ["copy_of_another_ledger"]


def test_the_book_itself_is_picked_up(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    report = taken(case)
    assert len(report.locked) == 2
    assert case.run(check).regions[0].stage == "submitted"
    assert case.run(verify).verified


def test_a_watched_folder_is_taken_in_as_files_arrive(case: Case) -> None:
    out, told, stop = case.folder / "in", list[Report](), Event()
    out.mkdir()
    paths = [answered(case), answered(case, "R2")]

    def hear(report: Report) -> None:
        told.append(report)
        if paths:
            shutil.move(paths.pop(), out)
        else:
            stop.set()

    watched(lambda: taken(case, out), file_changes([case.path, out], stop), hear)
    locked = [region for report in told if isinstance(report, CollectReport) for region, _ in report.locked]
    assert sorted(locked) == sorted(region.name for region in case.inputs.plan.regions)


@settings(
    max_examples=25 if explores() else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_a_file_with_any_bytes_changed_is_taken_whole_or_refused_by_name(
    hurt: dict[str, object], seed: int, count: int
) -> None:
    case, content = hurt["case"], hurt["content"]
    assert isinstance(case, Case) and isinstance(content, bytes)
    chance = random.Random(seed)
    spoiled = bytearray(content)
    for _ in range(count):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    file = case.folder / "hurt.xlsx"
    file.write_bytes(bytes(spoiled))
    with case.desk() as desk:
        report = collect(desk, (file,))
    names = [name for _, name in report.waiting if name] + [
        one.name.split(" · ")[-1] for one in report.refused
    ]
    assert names == [file.name], "a draft waits, anything else is refused: told once, by its name"
    assert (report.locked, report.recorded) == ((), 0)


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    case = desks.fresh(tmp_path_factory.mktemp("hurt"))
    return {"case": case, "content": handed(case).read_bytes()}


def test_a_copy_cannot_be_worked_on_with_the_ledger_of_its_original(case: Case) -> None:
    copy = _copied(case, "mine.xlsx")
    for action in (check, lock, repair):
        with pytest.raises(Refused) as refused:
            copy.run(action)
        (problem,) = refused.value.problems
        assert (problem.code, problem.fields["book"]) == ("book_is_copy", BOOK)
    (case.folder / BOOK).rename(case.folder / "renamed.xlsx")
    assert replace(copy, book="renamed.xlsx").problems(), "a book that was renamed goes on"


# Proofs


def test_anybody_can_tell_what_was_handed_out_from_what_was_not(case: Case) -> None:
    pack, page = handed(case), handed(case, folder="pages", html=True)
    other = handed(case, "R2")
    filled = answered(case, folder="filled")
    case.run(proof, "R1", case.folder / "R1.json")
    report = attest([case.folder / "R1.json", pack, page, filled, other])
    verdicts = {one.name: one.verdict for one in report.files}
    assert [verdicts[path.name] for path in (page, other)] == ["recorded", "unknown"]
    assert [one.verdict for one in report.files if one.name == pack.name] == ["recorded", "coded"]


def test_checkpoints_that_were_handed_out_are_looked_for(case: Case) -> None:
    found = find_slip(open_book(handed(case)))
    assert found
    assert found[0].head in case.run(verify).heads
