"""What older releases wrote is brought up to date with every word; what newer ones write is refused."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from targetcal_xl.actions import (
    audit,
    backtest,
    check,
    confirm,
    decide,
    decide_support,
    decide_typed,
    doctor,
    evaluate,
    follow,
    handle_objection,
    issue_letters,
    lock,
    new,
    objections,
    recalibrate,
    recalibrations,
    repair,
    survey,
    switch_functions,
    unlock,
    upgrade,
    verify,
    whatif,
)
from targetcal_xl.actions.repair import PENDING
from targetcal_xl.cli.app import app, told
from targetcal_xl.connect import Responses, read_actuals
from targetcal_xl.desk import issues, ledger_beside
from targetcal_xl.formats import BOOK, LEDGER, UNMARKED
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import open_ledger
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import book_format, marks, open_book, region_sheet
from targetcal_xl.workbook.finance import fixed
from tests.fixtures import Kept, fixtures
from tests.support.books import as_openpyxl, changed_parts, parts_of
from tests.support.desks import (
    RESERVE,
    TALK,
    Case,
    case_inputs,
    decline,
    fresh,
    locked,
    play,
)
from tests.support.exploring import few
from tests.support.mortal import crashes
from tests.support.postgres import PASSWORD, Server, postgres

__all__ = ["postgres"]

FORMATS = {
    **{"0.1.0": (1, 1), "0.2.0": (2, 2), "0.3.0": (2, 3)},
    **{"0.4.0": (3, 4), "0.5.0": (4, 4), "0.6.0": (5, 4), "0.7.0": (6, 4), "0.8.0": (7, 4)},
    **{"0.9.0": (8, 4)},
}
"""In which formats each release wrote books and ledgers."""
TODAYS = (BOOK.number, LEDGER.number)
BY_TURNS = {
    f"{kept.release}, {kept.stage}": kept
    for kept in sorted(fixtures(), key=lambda one: (one.stage == "negotiated") == (one.language == "en"))
}
"""Each stage of each release once: negotiated in English and the others in Chinese, if there are both."""
OUTDATED = few(
    [pytest.param(kept, id=kept.name) for kept in fixtures() if FORMATS[kept.release] != TODAYS],
    {
        *("2026-11-25/en-confirmed", "2026-11-25/zh-CN-negotiated", "2026-11-27T0303/en-negotiated"),
        *("2026-11-27T0654/zh-CN-new", "0.2.0/zh-CN-confirmed", "0.3.0/en-new", "0.4.0/zh-CN-negotiated"),
        *("0.5.0/en-confirmed", "0.6.0/zh-CN-new", "0.7.0/en-negotiated", "0.8.0/zh-CN-confirmed"),
        "0.9.0/en-new",
    },
)
"""What each release wrote, every time at another stage; `make explore` takes them all."""
OLD = Kept("0.1.0", "2026-11-27T0654/zh-CN-negotiated")
ACTIONS: dict[str, Callable[[Case], object]] = {
    "audit": lambda case: case.run(audit),
    "audit --verify": lambda case: case.run(verify),
    "backtest": lambda case: case.run(backtest),
    "check": lambda case: case.run(check),
    "confirm": lambda case: case.run(confirm),
    "decide": lambda case: case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1"),
    "evaluate": lambda case: case.run(evaluate),
    "functions": lambda case: case.run(switch_functions, "live"),
    "letters": lambda case: case.run(issue_letters, case.folder / "letters", "docx"),
    "lock": lambda case: case.run(lock),
    "new": lambda case: case.run(new, case.inputs, "en"),
    "objections": lambda case: case.run(objections),
    "recalibrate": lambda case: case.run(recalibrate, "更正"),
    "recalibrate --list": lambda case: case.run(recalibrations),
    "repair": lambda case: case.run(repair),
    "survey": lambda case: case.run(survey, Responses(("R1",) * 6, (4.0,) * 6)),
    "unlock": lambda case: case.run(unlock, "R1", "大客户取消"),
    "whatif": lambda case: case.run(whatif, [("R1-1", "heads", "+1")]),
}


def _files(folder: Path) -> dict[str, str]:
    """What every file in a folder holds, but the lock's."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.suffix != ".lock"
    }


def _old(folder: Path, kept: Kept = OLD) -> Case:
    """A case that an older release left, at a desk that takes it."""
    return replace(kept.unpacked(folder)[0], outdated=True)


def _refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_on_a_plan_of_before_names_the_command_that_helps_and_writes_nothing(
    action: str, tmp_path: Path
) -> None:
    case, _ = OLD.unpacked(tmp_path)
    before = _files(tmp_path)
    with pytest.raises(Refused) as refused:
        ACTIONS[action](case)
    (problem,) = refused.value.problems
    for language in LANGUAGES:
        assert "targetcal upgrade targets.xlsx" in problem.sentence(language)
    assert _files(tmp_path) == before


@pytest.mark.parametrize("kept", OUTDATED)
def test_the_command_line_says_of_whatever_was_kept_that_it_is_old(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, _ = kept.unpacked(tmp_path)
    before = _files(tmp_path)
    assert told(lambda: app(["check", str(case.path)], standalone_mode=False)) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f"targetcal upgrade {case.book}" in said.err
    assert _files(tmp_path) == before


@pytest.mark.parametrize("kept", OUTDATED)
def test_an_upgrade_keeps_every_typed_word_every_entry_and_what_is_locked(kept: Kept, tmp_path: Path) -> None:
    case, typed = kept.unpacked(tmp_path)
    case = replace(case, outdated=True)
    entries, before = case.entries(), _files(tmp_path)
    report = case.run(upgrade)
    book_format, ledger_format = FORMATS[kept.release]
    assert (report.upgraded, report.book, report.ledger) == (True, book_format, ledger_format)
    assert (report.restored, report.own, report.unread) == ((), (), ())
    cells, now = case.reading().typed, case.typed()
    assert {key: now.get(key) for key in typed if key in cells} == {
        key: value for key, value in typed.items() if key in cells
    }
    assert {field for _, _, field in typed.keys() - cells.keys()} <= _of_the_plan(kept, case)
    assert case.entries()[: len(entries)] == entries
    added = [(entry.action, entry.field, entry.old, entry.new) for entry in case.entries()[len(entries) :]]
    changed = (("format.ledger", ledger_format, LEDGER.number), ("format.book", book_format, BOOK.number))
    assert added == [("upgrade", *change) for change in changed if change[1] != change[2]]
    book, tabs = open_book(case.path), case.reading().places.tabs
    for region in case.inputs.plan.regions:
        is_closed = case.value(region.code, None, "state") not in (None, "open")
        assert book.is_protected(tabs[region_sheet(region.code)]) == is_closed
    copies = {name: digest for name, digest in _files(tmp_path).items() if name in report.copies}
    assert sorted(copies.values()) == sorted(before.values())
    assert ledger_beside(tmp_path / report.copies[0]).name == report.copies[1]
    assert [p for p in case.run(verify).problems if p.code not in PENDING] == []


def _of_the_plan(kept: Kept, case: Case) -> set[str]:
    """What finance could type in the first books, and is nobody's to type any more."""
    before = kept.name.startswith("2026-11-25")
    return {*fixed(case.inputs.plan), "region.name", "driver.name"} if before else set()


@pytest.mark.parametrize(
    "kept",
    few(
        [pytest.param(kept, id=name) for name, kept in BY_TURNS.items()],
        {"0.1.0, new", "0.1.0, negotiated", "0.4.0, confirmed", "0.8.0, negotiated", "0.8.0, confirmed"},
    ),
)
def test_the_negotiation_goes_on_after_an_upgrade_to_its_letters_and_results(
    kept: Kept, tmp_path: Path
) -> None:
    case = _old(tmp_path, kept)
    case.run(upgrade)
    case = replace(case, outdated=False)
    _GOES_ON[kept.stage](case)
    case.run(confirm, RESERVE)
    _issue(case, tmp_path / "letters")
    case.run(follow, read_actuals(_results(case), case.inputs.plan))
    assert case.run(verify).verified
    assert case.run(check).problems == ()


def _issue(case: Case, out: Path) -> None:
    """Every region whose targets are new gets its letter; one that holds and is of an older release stays."""
    with case.desk() as desk:
        before = {issue.letter.region.name: issue.letter.number for issue in issues(desk.ledger)}
    report = case.run(issue_letters, out, "docx")
    told = {one.region for one in report.letters}
    assert {one.region for one in report.letters if one.is_new} == told, "whatever can be written here is new"
    left = {region: number for region, number in before.items() if region not in told}
    assert {one.fields["letter"] for one in report.left} == {*left.values()}
    assert told and told | left.keys() == {region.name for region in case.inputs.plan.regions}
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{one.number}.docx" for one in report.letters
    )
    if before:
        assert [(one.number, one.is_new) for one in report.letters] == [("2025Q1-new-customers-R1-V2", True)]


def _results(case: Case) -> Path:
    """Three days of results, a file."""
    lines = [line.code for line in case.inputs.plan.lines]
    rows = [f"2025-01-0{day},{line},1" for day in (2, 3, 6) for line in lines]
    path = case.folder / "results.csv"
    path.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    return path


def _from_the_start(case: Case) -> None:
    first, second, third = 84.0, 130.0, 139.0
    case.declare("R1", R1_1=first, R1_2=second)
    case.declare("R2", R2_1=third)
    case.run(lock)
    _decline(case, "R1-1", "R1-2", "R2-1")
    _accept(case, "R1-1", "R1-2", "R2-1")


def _from_half_way(case: Case) -> None:
    case.run(recalibrate, "按填写更正")
    case.run(decide_typed, "R1", by="superior1")
    case.type({("R1", "R1-2", "agree"): "yes"})
    case.declare("R1")
    case.declare("R2", R2_1=139.0)
    case.run(lock)
    case.run(decide_support, "R2", "S01", "yes", reason="同意", by="superior2")
    _decline(case, "R1-1", "R1-2")
    _accept(case, "R2-1")


def _from_the_end(case: Case) -> None:
    case.run(unlock, "R1", "大客户取消")
    case.declare("R1", R1_1=84.0, R1_2=131.0)
    case.run(lock)
    _decline(case, "R1-1", "R1-2")
    _accept(case, "R1-1", "R1-2")


def _decline(case: Case, *lines: str) -> None:
    for line in lines:
        decline(case, line)


def _accept(case: Case, *lines: str) -> None:
    for line in lines:
        region, who = line[:2], f"superior{line[1]}"
        if case.value(region, line, "objection") == "open":
            hrbp = str(case.typed()[region, None, "region.hrbp"])
            case.run(handle_objection, region, line, **TALK, note="已面谈", by=hrbp)
        case.run(decide, region, line, "accept", reason="依据充分", by=who)


_GOES_ON = {"new": _from_the_start, "negotiated": _from_half_way, "confirmed": _from_the_end}


def test_an_upgrade_of_what_is_up_to_date_says_so_and_changes_nothing(tmp_path: Path) -> None:
    case = _old(tmp_path)
    case.run(upgrade)
    before = _files(tmp_path)
    report = case.run(upgrade)
    assert (report.upgraded, report.book, report.ledger) == (False, BOOK.number, LEDGER.number)
    assert not fresh(tmp_path / "new").run(upgrade).upgraded
    assert _files(tmp_path) == before


def test_a_release_that_wrote_the_formats_of_today_left_what_needs_no_upgrade(tmp_path: Path) -> None:
    for kept in fixtures():
        if FORMATS[kept.release] == TODAYS:
            case, typed = kept.unpacked(tmp_path / kept.name)
            assert not case.run(upgrade).upgraded
            assert case.typed().items() >= typed.items()


def test_what_is_said_of_a_plan_of_before_names_the_format_that_is_behind(tmp_path: Path) -> None:
    case, _ = Kept("0.7.0", "0.7.0/zh-CN-new").unpacked(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(check)
    (problem,) = refused.value.problems
    assert problem.fields["format"] == FORMATS["0.7.0"][0]


def test_a_ledger_from_before_there_was_a_tree_gets_one_and_its_book_stays(tmp_path: Path) -> None:
    case = _old(tmp_path, Kept("0.2.0", "0.2.0/zh-CN-negotiated"))
    entries, typed = case.entries(), case.typed()
    assert _refused(lambda: replace(case, outdated=False).run(check)) == ["book_outdated"]
    report = case.run(upgrade)
    assert (report.upgraded, report.book, report.ledger) == (True, 2, 2)
    assert (case.typed(), case.entries()[: len(entries)]) == (typed, entries)
    assert [(entry.field, entry.old, entry.new) for entry in case.entries("upgrade")] == [
        ("format.ledger", 2, LEDGER.number),
        ("format.book", 2, BOOK.number),
    ]
    assert [p for p in case.run(verify).problems if p.code not in PENDING] == []


def test_a_workbook_with_macros_gets_those_of_today(tmp_path: Path) -> None:
    case = _old(tmp_path, Kept("0.1.0", "2026-11-25/zh-CN-negotiated"))
    old = parts_of(case.path)
    case.run(upgrade)
    now, today = parts_of(case.path), _new_book(tmp_path / "today", ".xlsm")
    assert open_book(case.path).has_buttons
    for part in ("xl/vbaProject.bin", "customUI/customUI14.xml"):
        assert now[part] == parts_of(today)[part]
    assert now["xl/vbaProject.bin"] != old["xl/vbaProject.bin"]


def _new_book(folder: Path, suffix: str) -> Path:
    folder.mkdir()
    case = Case(folder, case_inputs(), book=f"targets{suffix}")
    next(iter(play(case)))
    return case.path


def test_an_upgrade_that_is_killed_at_any_write_can_be_run_again(tmp_path: Path) -> None:
    case = _old(tmp_path / "case")
    typed = case.typed()
    found = crashes(case.folder, partial(case.run, upgrade), fills=False)
    for left in found.killed():
        dead = replace(case, folder=found.lay(left, tmp_path / "dead"))
        dead.run(upgrade)
        assert dead.typed() == typed
        assert len(dead.entries("upgrade")) == 2
        assert [p for p in dead.run(verify).problems if p.code not in PENDING] == []
    assert len(found.killed()) > 6


def test_a_book_that_a_program_has_open_is_not_upgraded(tmp_path: Path) -> None:
    case = _old(tmp_path)
    (tmp_path / ".~lock.targets.xlsx#").write_text("周倩,zhou,pc,2025;", "utf-8")
    before = _files(tmp_path)
    assert _refused(lambda: case.run(upgrade)) == ["file_open_elsewhere"]
    assert _files(tmp_path) == before


def test_what_was_changed_after_it_was_recorded_is_named_and_stays_in_the_copy(tmp_path: Path) -> None:
    case = _old(tmp_path)
    case.type({("R1", "R1-1", "declared"): 7.0})
    where = case.where(("R1", "R1-1", "declared"))
    report = case.run(upgrade)
    assert [(problem.code, problem.where) for problem in report.restored] == [("sealed_changed", where)]
    assert case.typed()["R1", "R1-1", "declared"] == 84.0
    spot = where.partition("!")[2]
    assert as_openpyxl(tmp_path / report.copies[0])["华东大区"][spot].value == 7


def test_tabs_of_peoples_own_are_named(tmp_path: Path) -> None:
    case = _old(tmp_path)
    book = as_openpyxl(case.path)
    book.create_sheet("备忘")
    book.save(case.path)
    assert [problem.where for problem in case.run(upgrade).own] == ["备忘"]


def test_a_lost_book_of_before_is_written_from_its_ledger(tmp_path: Path) -> None:
    case = _old(tmp_path)
    case.path.unlink()
    report = case.run(upgrade)
    assert [Path(name).suffix for name in report.copies] == [".sqlite"]
    assert case.run(verify).verified


def test_a_damaged_book_of_before_gives_what_can_be_read_of_it(tmp_path: Path) -> None:
    case = _old(tmp_path)
    parts = parts_of(case.path)
    tab = next(
        name
        for name, data in parts.items()
        if b"sheet:region:R2" in data or "写到一半的依据".encode() in data
    )
    changed_parts(case.path, {tab: parts[tab]})
    names = parts["xl/workbook.xml"]
    changed_parts(
        case.path, {"xl/workbook.xml": names.replace(b"<definedNames>", b"<definedNames><definedName")}
    )
    report = case.run(upgrade)
    assert report.unread != ()
    assert len(report.copies) == 2
    assert [p for p in case.run(verify).problems if p.code not in PENDING] == []


def test_only_what_a_book_of_before_said_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    case = _old(tmp_path)
    said = {name: data for name, data in parts_of(case.path).items() if b"<v>139</v>" in data}
    assert said
    changed_parts(
        case.path, {name: data.replace(b"<v>139</v>", b"<v>1_39</v>") for name, data in said.items()}
    )
    report = case.run(upgrade)
    unread = {problem.where for problem in report.unread if problem.code == "typed_unread"}
    messages = {case.where(key) for key, cell in case.reading().typed.items() if cell.kind == "message"}
    assert case.where(("R2", "R2-1", "declared")) in unread
    assert messages.isdisjoint(unread), "such a book had no cells for them yet"


@pytest.mark.parametrize("kind", ["ledger", "book"])
def test_what_a_newer_program_wrote_is_refused_with_the_version_needed(kind: str, tmp_path: Path) -> None:
    case = replace(fresh(tmp_path), outdated=True)
    with closing(sqlite3.connect(ledger_beside(case.path))) as database:
        database.execute("INSERT INTO format VALUES (?, ?, ?)", (kind, 99, "1.4.0"))
        database.commit()
    _newer(case, f"{kind}_newer")


def test_a_book_that_says_it_is_newer_is_refused_also_by_repair(tmp_path: Path) -> None:
    case = replace(fresh(tmp_path), outdated=True)
    _remark(case, "format:99 targetcal:1.4.0")
    _newer(case, "book_newer")


def _newer(case: Case, code: str) -> None:
    before = _files(case.folder)
    for action in (check, verify, repair, upgrade, lock):
        with pytest.raises(Refused) as refused:
            case.run(action)
        (problem,) = refused.value.problems
        assert problem.code == code
        for language in LANGUAGES:
            assert "1.4.0" in problem.sentence(language)
            assert "99" in problem.sentence(language)
    assert _files(case.folder) == before


def _remark(case: Case, mark: str | None) -> None:
    book = open_book(case.path)
    ((tab, spot, found),) = marks(book)
    assert found == BOOK
    book.set(tab, {spot: Cell(mark)})
    book.save()


@pytest.mark.parametrize("mark", [None, "format:1 targetcal:0.1.0", "format:two", "x"])
@pytest.mark.parametrize("action", [repair, upgrade])
def test_a_book_that_has_lost_its_mark_gets_it_back(
    mark: str | None, action: Callable[..., object], tmp_path: Path
) -> None:
    case = locked(tmp_path)
    entries = case.entries()
    _remark(case, mark)
    assert [problem.code for problem in case.run(check).problems] == ["book_outdated"]
    assert [problem.code for problem in case.run(verify).problems] == ["book_outdated"]
    case.run(action)
    assert book_format(open_book(case.path)) == BOOK
    assert case.entries() == entries
    assert case.run(verify).verified


def test_a_mark_that_is_computed_is_none(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    book = open_book(case.path)
    ((tab, spot, _),) = marks(book)
    book.set(tab, {spot: Cell(f"format:{BOOK.number} targetcal:9", '"a"')})
    assert book_format(book) == UNMARKED


def test_a_mark_that_was_moved_by_inserted_columns_is_found(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    book = as_openpyxl(case.path)
    book["设置"].insert_cols(2, 3)
    book.save(case.path)
    assert [spot for _, spot, _ in marks(open_book(case.path))] == [(1, 5)]


def test_the_doctor_tells_the_formats_and_what_to_do_about_old_ones(tmp_path: Path) -> None:
    old, now = OLD.unpacked(tmp_path / "old")[0], fresh(tmp_path / "now")
    report = doctor("en", old.path)
    assert "Format of the book: 1 (targetcal 0.1.0); of the ledger: 1 (targetcal 0.1.0)" in report.findings
    assert [problem.code for problem in report.problems] == ["book_outdated"]
    assert doctor("en", now.path).problems == ()
    assert any(f"of the ledger: {LEDGER.number}" in said for said in doctor("en", now.path).findings)


def test_a_ledger_whose_marks_make_no_sense_is_damaged(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with closing(sqlite3.connect(ledger_beside(case.path))) as database:
        database.execute("INSERT INTO format VALUES ('book', 'nine', 'x')")
        database.commit()
    assert _refused(case.entries) == ["ledger_damaged"]


def test_marks_are_only_ever_added(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    with closing(sqlite3.connect(ledger_beside(case.path))) as database:
        for statement in ("UPDATE format SET number = 1", "DELETE FROM format"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)


def test_a_plan_whose_ledger_is_in_postgresql_is_upgraded_there(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    case = OLD.unpacked(tmp_path)[0]
    url = _moved(ledger_beside(case.path), postgres.database("upgraded"))
    case = replace(case, ledger=url)
    assert _refused(lambda: case.run(check)) == ["book_outdated"]
    old = replace(case, outdated=True)
    report = old.run(upgrade)
    assert (report.upgraded, report.database) == (True, url)
    assert [Path(name).suffix for name in report.copies] == [".xlsx"]
    assert not old.run(upgrade).upgraded
    with case.desk() as desk:
        assert desk.ledger.formats == {"ledger": LEDGER, "book": BOOK}
    assert [p for p in case.run(verify).problems if p.code not in PENDING] == []


def _moved(ledger: Path, url: str) -> str:
    """A ledger of before in a database, where it has no table of marks either; the file is gone."""
    with open_ledger(url, create=True):
        pass
    with closing(sqlite3.connect(ledger)) as old, psycopg.connect(url, password=PASSWORD) as database:
        database.execute("DROP TABLE format")
        for table in ("document", "entry"):
            rows = old.execute(f"SELECT * FROM {table}").fetchall()
            marks = ", ".join(["%s"] * len(rows[0]))
            database.cursor().executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    ledger.unlink()
    return url
