"""Whatever happens to machine or book, `repair` makes book and ledger agree and loses nothing typed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    audit,
    check,
    dashboard,
    decide,
    lock,
    new,
    objections,
    repair,
    switch_functions,
    unlock,
    verify,
)
from targetcal_xl.calibration import Value
from targetcal_xl.desk import Desk, ledger_beside
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support.books import changed_parts, parts_of
from tests.support.desks import (
    Case,
    begin,
    case_inputs,
    decided,
    delete_tab,
    fresh,
    locked,
    submitted,
    tamper,
    told,
)
from tests.support.exploring import few
from tests.support.mortal import as_nobody
from tests.support.validator import sound


def test_a_book_that_missed_an_action_catches_up(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    before = case.path.read_bytes()
    recorded = len(case.entries())
    case.run(lock)
    after = case.path.read_bytes()
    case.path.write_bytes(before)
    assert told(case.run(verify).problems) == [("book_behind", case.path.name)]
    with pytest.raises(Refused) as refused:
        case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    assert refused.value.problems[0].code == "book_behind"
    assert told(case.run(check).problems) == [("book_behind", case.path.name)]
    report = case.run(repair)
    assert (report.rewritten, report.caught_up, report.changed) == (
        False,
        len(case.entries()) - recorded,
        True,
    )
    assert case.run(verify).verified
    assert len(case.path.read_bytes()) == pytest.approx(len(after), rel=0.02)


def test_repairing_a_sound_book_changes_nothing(tmp_path: Path) -> None:
    case = decided(tmp_path)
    before = case.path.read_bytes()
    report = case.run(repair)
    assert (report.rewritten, report.caught_up, report.changed) == (False, 0, False)
    assert case.path.read_bytes() == before


def test_cells_of_ours_and_sealed_ones_say_again_what_was_recorded_and_the_book_is_kept(
    tmp_path: Path,
) -> None:
    case = locked(tmp_path)
    ours, theirs = ("R1", "R1-1", "suggested"), ("R1", "R1-1", "declared")
    before = case.typed()[theirs]
    case.type({ours: 60.0, ("R1", "R1-1", "deviation"): 0.0, theirs: 61.0})
    tampered = case.path.read_bytes()
    report = case.run(repair)
    assert ("sealed_changed", case.where(theirs)) in told(report.mended)
    assert (case.suggested("R1-1"), case.typed()[theirs]) == (85, before)
    assert case.path.with_name(report.kept).read_bytes() == tampered
    assert case.run(verify).verified


def test_what_is_open_to_somebody_is_not_touched(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    ours, theirs = ("R1", "R1-1", "suggested"), ("R1", "R1-1", "declared")
    case.type({ours: 60.0, theirs: 61.0})
    report = case.run(repair)
    assert (case.suggested("R1-1"), case.typed()[theirs], report.kept) == (85, 61, "")


def test_what_a_lock_cannot_have_touched_is_named_by_check_and_mended_by_repair(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    ours = (None, "R1-1", "baseline.low")
    case.type({ours: 1.0})
    at = case.where(ours)
    parts = parts_of(case.path)
    case.run(lock)
    now = parts_of(case.path)
    sheets = {name for name in parts if name.startswith("xl/worksheets/sheet") and now[name] == parts[name]}
    assert sheets, "sheets that suggestions are made from stay byte for byte"
    assert ("readonly_changed", at) in told(case.run(check).problems)
    assert case.run(repair).changed
    assert case.run(verify).verified


def test_what_was_typed_into_a_sealed_region_while_the_book_was_behind_is_kept_beside(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    before = case.path.read_bytes()
    case.run(lock)
    case.path.write_bytes(before)
    note = ("R1", "R1-1", "comment")
    case.type({note: "补充说明"})
    report = case.run(repair)
    assert note not in case.typed()
    kept = replace(case, book=report.kept)
    assert kept.typed()[note] == "补充说明"
    assert case.run(verify).verified


def test_a_status_handed_back_is_caught_up_and_a_decision_is_what_was_decided(tmp_path: Path) -> None:
    case = locked(tmp_path)
    before = case.path.read_bytes()
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "return", reason="请补充商机清单", by="superior1")
    case.path.write_bytes(before)
    case.type({("R1", "R1-1", "decision_reason"): "我另有想法"})
    report = case.run(repair)
    typed = case.typed()
    assert typed["R1", None, "status"] == "draft"
    assert typed["R1", "R1-1", "decision_reason"] == "请补充商机清单"
    assert replace(case, book=report.kept).typed()["R1", "R1-1", "decision_reason"] == "我另有想法"


def test_a_lost_book_is_written_anew(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    item: dict[str, Value] = {
        "line": "华东1组",
        "kind": "budget",
        "what": "展会",
        "quantity": 3.0,
        "due": "2025-02-01",
    }
    case.type({("R1", "S01", code): value for code, value in item.items()})
    case.run(lock)
    case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    typed = case.typed()
    case.path.unlink()
    report = case.run(repair)
    assert (report.rewritten, report.caught_up) == (True, len(case.entries()))
    assert case.typed() == typed
    spot = case.reading().typed["R1", "S01", "line"].spot
    assert open_book(case.path).grid("华东大区")[spot].value == "华东1组"
    assert case.run(verify).problems == ()
    assert open_book(case.path).is_protected("华东大区")
    assert sound(case.path)


def test_a_book_of_another_plan_is_left_alone(tmp_path: Path) -> None:
    case, other = submitted(tmp_path / "one"), fresh(tmp_path / "two")
    other.path.unlink()
    ledger_beside(other.path).unlink()
    other.clock.advance(hours=1)
    with other.desk(create=True) as desk:
        new(desk, other.inputs, "zh-CN")
    other.type({("R1", None, "status"): "submitted"})
    case.path.write_bytes(other.path.read_bytes())
    before = case.path.read_bytes()
    with pytest.raises(Refused) as refused:
        case.run(repair)
    assert refused.value.problems[0].code == "book_of_another_plan"
    assert case.path.read_bytes() == before


def test_a_book_without_audit_sheet_is_written_anew_with_what_was_typed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.run(unlock, "R1", "大客户取消")
    case.type({("R1", "R1-1", "comment"): "补充说明"})
    typed = case.typed()
    delete_tab(case.path, case.reading().places.tabs["audit"])
    report = case.run(repair)
    assert report.rewritten and report.unread == ()
    assert case.typed() == typed
    assert case.run(verify).verified


@pytest.mark.parametrize("damage", [b"", b"not a workbook", None])
def test_a_book_that_nobody_can_read_is_kept_and_written_anew(tmp_path: Path, damage: bytes | None) -> None:
    case = decided(tmp_path)
    typed, broken = case.typed(), case.path.read_bytes()[:-300] if damage is None else damage
    case.path.write_bytes(broken)
    report = case.run(repair)
    assert report.rewritten and report.unread
    assert case.path.with_name(report.kept).read_bytes() == broken
    assert case.typed() == typed
    assert case.run(verify).verified


def test_a_broken_ledger_mends_no_book(tmp_path: Path) -> None:
    case = decided(tmp_path)
    tamper(case, "UPDATE entry SET new = '60' WHERE field = 'agreed'")
    case.path.unlink()
    with pytest.raises(Refused) as refused:
        case.run(repair)
    assert {problem.code for problem in refused.value.problems} == {"ledger_altered"}
    assert not case.path.exists()


def test_a_book_whose_buttons_some_program_dropped_gets_them_back(tmp_path: Path) -> None:
    case = replace(fresh(tmp_path), book="targets.xlsm")
    tmp_path.joinpath("targets.ledger.sqlite").unlink()
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    case.type({("R1", "R1-1", "comment"): "补充说明"})
    sound_parts, typed = parts_of(case.path), case.typed()
    listed = re.sub(rb'<Relationship [^>]*extensibility"[^>]*/>', b"", sound_parts["_rels/.rels"])
    assert listed != sound_parts["_rels/.rels"]
    changed_parts(case.path, {"_rels/.rels": listed})
    assert told(case.run(verify).problems) == [("buttons_lost", "targets.xlsm")]
    assert case.run(repair).rewritten
    assert case.typed() == typed
    assert parts_of(case.path)["_rels/.rels"] == sound_parts["_rels/.rels"]


def _page_elsewhere(desk: Desk) -> object:
    """A page in a folder of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        return dashboard(desk, Path(folder, "page.html"))


READING: dict[str, Callable[[Desk], object]] = {
    "check": check,
    "audit": audit,
    "verify": verify,
    "objections": objections,
    "dashboard": _page_elsewhere,
}


@pytest.mark.parametrize("action", READING)
def test_where_nothing_may_be_written_one_can_still_read(action: str, read_only: Case) -> None:
    assert as_nobody(lambda: read_only.run(READING[action])) == []


@pytest.mark.parametrize(("action", "said"), [(lock, ()), (switch_functions, ("live",))])
def test_where_nothing_may_be_written_what_writes_says_so(
    action: Callable[..., object], said: tuple[str, ...], read_only: Case
) -> None:
    assert as_nobody(lambda: read_only.run(action, *said))[0] in ("ledger_read_only", "file_not_written")


def test_where_nothing_may_be_written_no_plan_begins_and_nobody_else_is_blamed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder, "house")
        house.mkdir(mode=0o555)
        Path(folder).chmod(0o755)
        assert as_nobody(lambda: begin(Case(house, case_inputs()))) == ["ledger_unopened"]


@pytest.fixture
def read_only() -> Iterator[Case]:
    """A plan in a folder that everybody may look into and nobody may write in."""
    with tempfile.TemporaryDirectory() as folder:
        case = submitted(Path(folder, "plan"))
        places = [Path(folder), *Path(folder).rglob("*")]
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        yield case
        for place in places:
            place.chmod(0o755)


def test_what_could_not_be_read_is_named_cell_by_cell(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    where = [case.where(("R1", line, "declared")) for line in ("R1-1", "R1-2")]
    place = case.reading().places.table("region:R1", "lines")
    book = open_book(case.path)
    book.set("华东大区", {(place.head - 1, place.columns["declared"]): Cell()})
    book.save()
    report = case.run(repair)
    assert told(report.unread) == [("typed_unread", at) for at in where]
    assert case.typed()["R1", "R1-1", "basis"] == "在手商机与试用转化"


def test_repair_says_which_head_the_book_knew_and_the_ledger_does_not(tmp_path: Path) -> None:
    case = locked(tmp_path)
    head, last = case.entries()[-1].hash, case.entries()[-3].number
    whole = ledger_beside(case.path).read_bytes()
    tamper(case, f"DELETE FROM entry WHERE number > {last}", f"DELETE FROM node WHERE number > {last}")
    report = case.run(repair)
    assert (report.witness, bool(report.kept)) == (head, True)
    assert any(head in str(part) for part in report.tell("en"))
    assert [problem.code for problem in case.run(verify, [head]).problems] == ["ledger_head"]
    ledger_beside(case.path).write_bytes(whole)
    assert case.run(repair).witness == "", "the book is behind, and agrees as far as it goes"
    assert case.run(verify, [head]).verified


def test_an_invented_last_row_is_no_head(tmp_path: Path) -> None:
    case = locked(tmp_path)
    place, tab = case.reading().places.table("audit", "audit"), case.reading().places.tabs["audit"]
    book = open_book(case.path)
    book.set(tab, {(max(place.rows.values()), place.columns["hash"]): Cell("改过")})
    book.save()
    assert case.run(repair).witness == ""


DAMAGE = {
    "no number": (b"<v>2_20</v>", 1),
    "no text": (b"", 1),
    "a value twice": (b"<v>1</v><v>2</v>", 1),
    "a cell twice": (b"<v>1</v>", 2),
    "a formula twice": (b"<f>1</f><f>2</f><v>1</v>", 1),
}


@pytest.mark.parametrize("damage", few(DAMAGE, {"no number", "a cell twice"}))
def test_a_cell_that_cannot_be_read_costs_no_other_one(damage: str, tmp_path: Path) -> None:
    case = submitted(tmp_path)
    typed, key = case.typed(), ("R1", "R1-1", "declared")
    place = case.where(key)
    said, times = DAMAGE[damage]
    kind = b' t="s"' if damage == "no text" else b""
    ref = place.partition("!")[2].encode()
    name, data = _part(case, "region:R1")
    found = re.search(rb'<c r="%b"( s="\d+")?.*?</c>' % ref, data, re.DOTALL)
    assert found
    cell = b'<c r="%b"%b%b>%b</c>' % (ref, found[1], kind, said or b"<v>9999999</v>")
    changed_parts(case.path, {name: data.replace(found[0], cell * times)})
    report = case.run(repair)
    assert told(report.unread) == [("typed_unread", place)]
    assert case.typed() == {each: value for each, value in typed.items() if each != key}
    assert case.run(verify).verified


def _part(case: Case, sheet: str) -> tuple[str, bytes]:
    """Name and content of a sheet's part."""
    name = f"xl/worksheets/sheet{list(case.reading().places.tabs).index(sheet) + 1}.xml"
    return name, parts_of(case.path)[name]


def test_a_tab_that_cannot_be_read_costs_no_other_one(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    typed, cells = case.typed(), case.reading().typed
    name, data = _part(case, "region:R1")
    changed_parts(case.path, {name: data.replace(b"</sheetData>", b"</sheetData><sheetData/>")})
    report = case.run(repair)
    elsewhere = {key: value for key, value in typed.items() if cells[key].sheet != "region:R1"}
    assert case.typed() == elsewhere != typed
    assert report.unread and report.kept
