"""`audit --verify` proves that ledger and book agree, and finds whatever was done to either."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    audit,
    backtest,
    check,
    confirm,
    decide,
    evaluate,
    issue_letters,
    lock,
    objections,
    recalibrate,
    recalibrations,
    repair,
    unlock,
    verify,
    whatif,
)
from targetcal_xl.calibration import Key
from targetcal_xl.desk import ledger_beside
from targetcal_xl.desk.issued import Issue, issues
from targetcal_xl.ledger import Event, reference
from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support.books import changed_parts, parts_of
from tests.support.desks import (
    Case,
    confirmed,
    decided,
    delete_tab,
    locked,
    rename_tab,
    strip_protection,
    submitted,
    tamper,
    told,
)
from tests.support.exploring import few


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are locked."""
    return locked(tmp_path)


def test_an_honest_ledger_and_book_agree(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    report = case.run(verify)
    assert (report.verified, report.problems) == (True, ())
    assert report.head.startswith(f"{len(report.entries)}-")
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


def _cut(case: Case, by: int = 1) -> None:
    """Cut the ledger's tail, and the tree's with it."""
    last = case.entries()[-1].number - by
    tamper(case, f"DELETE FROM entry WHERE number > {last}", f"DELETE FROM node WHERE number > {last}")


def test_a_cut_tail_shows_in_the_book(case: Case) -> None:
    _cut(case)
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
    head, mark = case.entries()[-1].hash, case.run(audit).head
    assert case.run(verify, [head, mark]).verified
    _cut(case)
    assert [problem.code for problem in case.run(verify, [head, mark]).problems] == [
        "ledger_head",
        "ledger_short",
    ]


@pytest.mark.parametrize("said", ["abc", "12-3", "3f" * 31, "letter 7"])
def test_what_is_no_checkpoint_accuses_nobody(case: Case, said: str) -> None:
    (problem,) = case.run(verify, [said]).problems
    assert problem.code == "ledger_no_checkpoint" and "".join(said.split()) in problem.sentence("en")


def test_what_every_letter_carries_is_a_beginning_of_the_ledger_or_is_named(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    case.run(issue_letters, tmp_path / "letters", "docx")
    [mark] = {issue.letter.chain_head for issue in _issues(case)}
    with case.desk() as desk:
        record = desk.ledger.entries(field="letter.record")
        first, content = next((entry, desk.ledger.document(str(entry.new))) for entry in record)
    forged = content.replace(mark.encode(), mark.replace(mark[-4:], "beef").encode())
    with case.desk() as desk:
        event = Event("letters", first.region, None, "letter.record", first.new, reference(forged))
        desk.ledger.record([event], at=case.clock(), actor="x", source="x", documents=[forged])
    assert "ledger_checkpoint" in {problem.code for problem in case.run(verify).problems}


def _issues(case: Case) -> list[Issue]:
    with case.desk() as desk:
        return [*issues(desk.ledger)]


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


def test_a_lost_tab_does_not_make_strays_of_what_other_sheets_show_of_its_region(case: Case) -> None:
    delete_tab(case.path, "华南大区")
    assert {code for code, _ in told(case.run(verify).problems)} == {"sheet_missing", "book_needs_repair"}


def test_a_book_without_audit_sheet_is_not_trusted(case: Case) -> None:
    delete_tab(case.path, case.reading().places.tabs["audit"])
    assert "sheet_missing" in [code for code, _ in told(case.run(verify).problems)]
    assert "book_needs_repair" in [code for code, _ in told(case.run(check).problems)]


def _exchanged(case: Case, sheet: str, one: Spot, other: Spot) -> None:
    book, tab = open_book(case.path), case.reading().places.tabs[sheet]
    grid = book.grid(tab)
    book.set(tab, {one: grid[other], other: grid[one]})
    book.save()


def test_captions_of_two_columns_that_were_exchanged_are_named(case: Case) -> None:
    place = case.reading().places.table("region:R1", "lines")
    head = place.head
    _exchanged(case, "region:R1", (head, place.columns["declared"]), (head, place.columns["suggested"]))
    found = told(case.run(verify).problems)
    assert {code for code, _ in found} == {"label_changed"} and len(found) == 2


@pytest.mark.parametrize("with_code", [True, False])
def test_a_copied_column_is_no_column(case: Case, with_code: bool) -> None:
    """The real one may be hidden meanwhile; neither is believed until one of the two is gone."""
    reading = case.reading()
    place, grid = reading.places.table("region:R1", "lines"), reading.grids["region:R1"]
    at = place.columns["declared"]
    copied = {
        (row, 60): cell for (row, column), cell in grid.items() if column == at and row >= place.head - 1
    }
    copied |= {(row, 60): Cell(999.0) for row in place.rows.values()}
    if not with_code:
        del copied[place.head - 1, 60]
    book = open_book(case.path)
    book.set(reading.places.tabs["region:R1"], copied)
    book.save()
    assert ("column_twice" if with_code else "label_twice") in [
        code for code, _ in told(case.run(verify).problems)
    ]
    if with_code:
        with pytest.raises(Refused, match="second time"):
            case.run(lock)


def test_rows_of_the_audit_sheet_that_were_exchanged_are_named(case: Case) -> None:
    place = case.reading().places.table("audit", "audit")
    for across in place.columns.values():
        if case.reading().grids["audit"].get((place.rows["7"], across)):
            _exchanged(case, "audit", (place.rows["7"], across), (place.rows["8"], across))
    assert {code for code, _ in told(case.run(verify).problems)} == {"audit_row_changed"}


def test_a_register_row_that_nobody_issued_is_named(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    reading = case.reading()
    place, tab = reading.places.table("letters", "letters"), reading.places.tabs["letters"]
    row = place.head + 1
    forged = {(row, 1): Cell("V9"), (row, place.columns["number"]): Cell("V9")}
    for cells in (forged, {(row, place.columns["number"]): Cell("V9")}):
        book = open_book(case.path)
        book.set(tab, {(row, 1): Cell(), **cells})
        book.save()
        found = [code for code, _ in told(case.run(verify).problems)]
        assert found in (["letters_row_unknown"], ["row_uncoded"])


@pytest.mark.parametrize(
    "key", [(None, None, "hq_target"), (None, None, "objection"), ("R1", None, "region.head")]
)
def test_a_setting_that_shows_something_else_is_named(case: Case, key: Key) -> None:
    value = "别人" if key[2] == "region.head" else 0.4
    case.type({key: value})
    assert ("not_taken_in", case.where(key)) in told(case.run(verify).problems)


def test_a_decision_and_a_support_that_were_changed_are_named(tmp_path: Path) -> None:
    case = decided(tmp_path)
    for key, value in (
        (("R1", "R1-1", "decision"), "return"),
        (("R2", "R2-1", "decision_reason"), "另有原因"),
    ):
        case.type({key: value})
        assert ("decision_unrecorded", case.where(key)) in told(case.run(verify).problems)


def test_a_result_that_its_formula_does_not_come_to_is_named(case: Case) -> None:
    """Previewers show it, and so does whoever does not compute."""
    reading = case.reading()
    sheet, spot = reading.places.field("dashboard_declared")
    cell = reading.grids[sheet][spot]
    part = f"xl/worksheets/sheet{open_book(case.path).sheets.index(reading.places.tabs[sheet]) + 1}.xml"
    old = f"</f><v>{cell.value:g}</v>".encode()
    data = parts_of(case.path)[part]
    assert old in data
    changed_parts(case.path, {part: data.replace(old, b"</f><v>9999</v>", 1)})
    assert {code for code, _ in told(case.run(verify).problems)} == {"result_false"}


def test_a_head_is_the_same_however_somebody_copied_it(case: Case) -> None:
    head = case.entries()[-1].hash
    assert case.run(verify, [f" {head[:32].upper()} {head[32:]}\n"]).verified


def test_what_the_chain_was_held_against_is_said(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    before = case.run(audit).head
    case.run(issue_letters, tmp_path / "letters", "docx")
    assert case.run(verify, [before]).heads == (case.run(audit).head, before, before, before)


ACTIONS: dict[str, tuple[Callable[[Path], Case], Callable[..., object], tuple[object, ...]]] = {
    "check": (submitted, check, ()),
    "lock": (submitted, lock, ()),
    "decide": (locked, decide, ("R1", "R1-1", "accept")),
    "objections": (locked, objections, ()),
    "confirm": (decided, confirm, ()),
    "unlock": (decided, unlock, ("R1", "大客户取消")),
    "letters": (confirmed, issue_letters, (Path("letters"),)),
    "evaluate": (confirmed, evaluate, ()),
    "recalibrate": (submitted, recalibrate, ()),
    "recalibrations": (submitted, recalibrations, ()),
    "whatif": (submitted, whatif, ([],)),
    "backtest": (submitted, backtest, ()),
    "audit": (submitted, audit, ()),
    "repair": (submitted, repair, ()),
}


BROKEN = [
    ("UPDATE entry SET new = '60' WHERE number = 2", "ledger_altered"),
    ("UPDATE document SET content = x'7b7d' WHERE rowid = 1", "ledger_document_altered"),
    ("DELETE FROM document", "ledger_document_missing"),
    ("UPDATE entry SET action = 'x'", "ledger_altered"),
    ("DELETE FROM entry", "ledger_cut"),
    ("DELETE FROM entry WHERE number = 2", "ledger_gap"),
    ("INSERT INTO entry SELECT -1, at, actor, source, action, region, row, field, old, new, reason, "
     "previous, hash FROM entry WHERE number = 2", "ledger_gap"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "statement", "code"),
    few(
        [
            pytest.param(action, *broken, id=f"{action}-{number}")
            for action in ACTIONS
            for number, broken in enumerate(BROKEN)
        ],
        {f"{action}-{number % len(BROKEN)}" for number, action in enumerate(ACTIONS)},
    ),
)
def test_no_action_believes_a_broken_ledger(action: str, statement: str, code: str, tmp_path: Path) -> None:
    stage, act, said = ACTIONS[action]
    case = stage(tmp_path)
    tamper(case, statement)
    with pytest.raises(Refused) as refused:
        case.run(act, *said, by="superior1" if action == "decide" else "林静")
    assert code in {problem.code for problem in refused.value.problems}


def test_a_hidden_tab_is_named(case: Case) -> None:
    listed, shown = parts_of(case.path)["xl/workbook.xml"].decode(), '<sheet name="华东大区"'
    hidden = listed.replace(shown, f'{shown} state="veryHidden"')
    changed_parts(case.path, {"xl/workbook.xml": hidden.encode()})
    report = case.run(verify)
    assert (report.problems, told(report.notes)) == ((), [("tab_hidden", "华东大区")])


@pytest.mark.parametrize(
    ("damage", "code"),
    [(lambda held: b"hello" * 5000, "ledger_other"), (lambda held: held[: len(held) // 2], "ledger_damaged")],
)
def test_a_damaged_ledger_file_is_not_said_to_be_busy(
    case: Case, damage: Callable[[bytes], bytes], code: str
) -> None:
    ledger = ledger_beside(case.path)
    ledger.write_bytes(damage(ledger.read_bytes()))
    for action in (check, verify, repair):
        with pytest.raises(Refused) as refused:
            case.run(action)
        assert [problem.code for problem in refused.value.problems] == [code]
