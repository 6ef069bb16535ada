"""`audit --verify` proves that ledger and book agree, and finds whatever was done to either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from targetcal_xl.actions import audit, check, lock, verify
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import Cell, open_book
from tests.support.books import changed_parts, parts_of
from tests.support.desks import (
    Case,
    confirmed,
    delete_tab,
    locked,
    rename_tab,
    strip_protection,
    submitted,
    tamper,
    told,
)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are locked."""
    return locked(tmp_path)


def test_an_honest_ledger_and_book_agree(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    report = case.run(verify)
    assert (report.verified, report.problems) == (True, ())
    assert report.head == report.entries[-1].hash
    assert [entry.number for entry in report.entries] == list(range(1, len(report.entries) + 1))


def test_looking_proves_nothing(case: Case) -> None:
    report = case.run(audit)
    assert not report.verified
    assert len(report.entries) == len(case.entries())


def test_one_regions_entries_can_be_read_alone(case: Case) -> None:
    assert {entry.region for entry in case.run(audit, "华南大区").entries} == {"R2"}
    with pytest.raises(Refused):
        case.run(audit, "华西大区")


def test_an_altered_entry_is_found(case: Case) -> None:
    tamper(case, "UPDATE entry SET new = '60' WHERE field = 'declared' AND row = 'R1-1'")
    report = case.run(verify)
    assert [problem.code for problem in report.problems] == ["ledger_altered"]
    assert not report.verified


def test_a_removed_entry_is_found(case: Case) -> None:
    tamper(case, "DELETE FROM entry WHERE number = 7")
    assert "ledger_gap" in [problem.code for problem in case.run(verify).problems]


def test_a_cut_tail_shows_in_the_book(case: Case) -> None:
    tamper(case, "DELETE FROM entry WHERE number > (SELECT max(number) - 1 FROM entry)")
    found = told(case.run(verify).problems)
    assert found[0] == ("book_of_another_ledger", case.path.name)
    assert "audit_row_unknown" in [code for code, _ in found]


def test_a_book_of_a_twin_ledger_is_found_by_its_last_hash(tmp_path: Path) -> None:
    """As many entries, and another word in them."""
    one, other = submitted(tmp_path / "one"), submitted(tmp_path / "other")
    other.type({("R1", "R1-1", "basis"): "试用转化在回升"})
    for case in (one, other):
        case.run(lock)
    assert len(one.entries()) == len(other.entries())
    other.path.write_bytes(one.path.read_bytes())
    assert told(other.run(verify).problems)[0] == ("book_of_another_ledger", other.path.name)


def test_a_cut_tail_shows_by_a_head_that_was_noted(case: Case) -> None:
    head = case.entries()[-1].hash
    assert case.run(verify, [head]).verified
    tamper(case, "DELETE FROM entry WHERE number > (SELECT max(number) - 1 FROM entry)")
    assert [problem.code for problem in case.run(verify, [head]).problems] == ["ledger_head"]


@pytest.mark.parametrize("column", ["at", "actor", "old", "new", "reason", "hash"])
def test_an_edited_row_of_the_audit_sheet_is_found(case: Case, column: str) -> None:
    place, tab = case.reading().places.table("audit", "audit"), case.reading().places.tabs["audit"]
    book = open_book(case.path)
    book.set(tab, {(place.rows["8"], place.columns[column]): Cell("改过")})
    book.save()
    [problem] = case.run(verify).problems
    assert (problem.code, problem.fields["number"]) == ("audit_row_changed", "8")
    assert problem.where.startswith(f"{tab}!")


def test_a_deleted_row_of_the_audit_sheet_is_found(case: Case) -> None:
    place, tab = case.reading().places.table("audit", "audit"), case.reading().places.tabs["audit"]
    book = open_book(case.path)
    book.set(tab, {(place.rows["8"], 1): Cell()})
    book.save()
    first, *_ = case.run(verify).problems
    assert (first.code, first.where, first.fields) == ("audit_row_missing", tab, {"number": "8"})


def test_an_edit_in_a_stripped_file_is_found(case: Case) -> None:
    strip_protection(case.path)
    assert b"sheetProtection" not in b"".join(parts_of(case.path).values())
    key = ("R2", "R2-1", "declared")
    case.type({key: 198.0})
    assert ("sealed_changed", case.where(key)) in told(case.run(verify).problems)


def test_an_edit_by_a_hex_editor_is_found(case: Case) -> None:
    """A number changed in the XML itself, by no spreadsheet program."""
    key = ("R1", "R1-1", "suggested")
    sheet, _ = case.reading().places.find(key)
    where = case.where(key)
    number = open_book(case.path).sheets.index(case.reading().places.tabs[sheet]) + 1
    part = f"xl/worksheets/sheet{number}.xml"
    cell = rb'(<c r="%s"[^>]*><v>)85(</v>)' % where.rpartition("!")[2].encode()
    changed, count = re.subn(cell, rb"\g<1>60\g<2>", parts_of(case.path)[part])
    assert count == 1
    changed_parts(case.path, {part: changed})
    assert told(case.run(verify).problems)[0] == ("readonly_changed", where)


def test_a_lost_tab_and_a_renamed_one_are_found(case: Case) -> None:
    rename_tab(case.path, "华东大区", "East 1")
    delete_tab(case.path, "华南大区")
    report = case.run(verify)
    assert "sheet_missing" in {problem.code for problem in report.problems}
    assert not [place for _, place in told(report.problems) if place.startswith("East 1")]


def test_a_book_without_audit_sheet_is_not_trusted(case: Case) -> None:
    delete_tab(case.path, case.reading().places.tabs["audit"])
    assert "sheet_missing" in [code for code, _ in told(case.run(verify).problems)]
    assert "book_needs_repair" in [code for code, _ in told(case.run(check).problems)]
