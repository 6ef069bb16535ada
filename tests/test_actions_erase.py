"""Erasing words: they are gone from every byte, everything else stands, and every proof still holds."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    EraseReport,
    Wanted,
    attest,
    audit,
    erase,
    issue_letters,
    lock,
    proof,
    recalibrate,
    repair,
    trace,
    unlock,
    upgrade,
    verify,
)
from targetcal_xl.calibration import Inputs
from targetcal_xl.desk import issues, ledger_beside
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import WORDS
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Rows, Sentence
from targetcal_xl.workbook import layout
from tests.fixtures import Kept
from tests.support.books import parts_of
from tests.support.desks import Case, case_inputs, confirmed, play, submitted, tamper
from tests.support.mortal import crashes
from tests.support.postgres import PASSWORD, Server, postgres
from tests.support.resave import SAVERS

__all__ = ["postgres"]

HERS = {
    "basis": "渠道主管老郑的病假条",
    "support": "替老郑找一名代班的人",
    "risk": "老郑家里的事传开了",
    "comment": "请勿外传：老郑住院",
}
"""What the head of R1 wrote of somebody, about the line R1-1."""
WHY = "老郑来信要求删除"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are locked, and R1's head has said too much about one line."""
    found = submitted(tmp_path / "case")
    found.type({("R1", "R1-1", field): words for field, words in HERS.items()})
    found.run(lock)
    return found


def _erased(case: Case, wanted: Wanted | None = None) -> EraseReport:
    return case.run(erase, wanted or Wanted(region="R1", line="R1-1"), WHY, True)


def _refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises((Refused, DataProblems)) as refused:
        act()
    return [problem.code for problem in refused.value.problems]


def _bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file's content, and of workbooks and letters what is packed inside."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
            if path.suffix in (".xlsx", ".docx"):
                yield from ((f"{path.name}:{part}", data) for part, data in parts_of(path).items())


def _holding(folder: Path, words: str) -> list[str]:
    """The files in whose bytes words stand, as UTF-8, as UTF-16 or escaped in JSON."""
    forms = [words.encode(), words.encode("utf-16-le"), json.dumps(words)[1:-1].encode()]
    return [name for name, data in _bytes(folder) if any(form in data for form in forms)]


def test_what_would_go_is_shown_and_nothing_changes(case: Case) -> None:
    before = {path: path.read_bytes() for path in case.folder.iterdir() if path.suffix != ".lock"}
    report = case.run(erase, Wanted(region="R1", line="R1-1"), "")
    assert not report.erased
    assert [one.words for one in report.words if one.row and one.part] == [*HERS.values()]
    assert {path: path.read_bytes() for path in before} == before
    for language in LANGUAGES:
        told = [*report.tell(language)]
        rows = [cell for part in told if isinstance(part, Rows) for row in part.rows for cell in row]
        assert {*HERS.values()} <= {*rows}
        assert "--yes" in next(part.said for part in told if isinstance(part, Sentence))


def test_erased_words_are_gone_from_every_byte_of_ledger_and_book(case: Case) -> None:
    assert all(_holding(case.folder, words) for words in HERS.values())
    report = _erased(case)
    assert report.erased
    assert [words for words in HERS.values() if _holding(case.folder, words)] == []
    assert [one.words for one in report.words if one.words] == []
    assert case.run(verify).verified
    assert case.problems() == []


def test_they_are_gone_too_where_a_program_had_saved_the_book(case: Case) -> None:
    SAVERS["LibreOffice"](case.path, case.path)
    case.run(repair)
    assert all(f"{case.book}:xl/sharedStrings.xml" in _holding(case.folder, words) for words in HERS.values())
    for kept in case.folder.glob("*.before-*"):
        kept.unlink()
    _erased(case)
    assert [words for words in HERS.values() if _holding(case.folder, words)] == []
    assert case.run(verify).verified


def test_everybody_sees_who_erased_it_when_and_which_entry_says_why(case: Case) -> None:
    _erased(case)
    (entry,) = case.entries("erase")
    assert (entry.actor, entry.region, entry.reason) == ("林静", "R1", WHY)
    said = f"［已于 2025-01-06 由林静删除，理由见第 {entry.number} 条记录］"
    assert case.typed()["R1", "R1-1", "basis"] == said
    assert case.value("R1", "R1-1", "basis") == said
    shown = [row for row in case.run(audit, "R1").said if row["new"] == said]
    assert len(shown) == len(HERS) + 1, "the four, and the seal over them"
    assert said in {step.entry.new for step in case.run(trace, "R1-1").steps}
    grid = case.reading().grids["audit"]
    assert sum(cell.value == said for cell in grid.values()) == len(HERS) + 1


def test_numbers_decisions_and_everybody_elses_words_stay(case: Case) -> None:
    before = {entry.number: entry for entry in case.entries()}
    _erased(case)
    gone = {
        entry.number for entry in case.entries() if entry.number in before and entry != before[entry.number]
    }
    fields = {(before[number].row, before[number].field) for number in gone}
    assert fields == {*(("R1-1", field) for field in HERS), (None, "seal")}
    assert all(entry.hash == before[entry.number].hash for entry in case.entries() if entry.number in before)


def test_proofs_from_before_hold_and_agree_with_those_from_after(case: Case, tmp_path: Path) -> None:
    case.run(proof, "R1", tmp_path / "before.json")
    with case.desk() as desk:
        heads = [desk.ledger.head, desk.ledger.checkpoint.mark, str(desk.ledger.checkpoint)]
    _erased(case)
    case.run(proof, "R1", tmp_path / "after.json", heads=heads[1:2])
    assert case.run(verify, heads).verified
    judged = attest([tmp_path / "before.json", tmp_path / "after.json"])
    assert [one.problems for one in judged.proofs] == [(), ()]
    assert [pair.verdict for pair in judged.agreements] == ["agree"]
    listed = replace(judged, entries=True).tell("en")
    told = [cell for part in listed if isinstance(part, Rows) for row in part.rows for cell in row]
    assert any(HERS["basis"] in cell for cell in told), "the proof of before still says it"
    assert any("[erased on 2025-01-06 by 林静" in cell for cell in told)
    assert HERS["basis"] not in (tmp_path / "after.json").read_text("utf-8")


def test_words_are_found_by_entry_field_and_person(case: Case) -> None:
    entries = {entry.field: entry.number for entry in case.entries() if entry.row == "R1-1"}
    by_entry = case.run(erase, Wanted(entries=(entries["risk"],)), "")
    assert [one.words for one in by_entry.words if one.row] == [HERS["risk"]]
    by_field = case.run(erase, Wanted(region="R1", line="R1-1", field="comment"), "")
    assert [one.words for one in by_field.words if one.row] == [HERS["comment"]]
    by_person = case.run(erase, Wanted(person=" HEAD1 "), "")
    said = [entry for entry in case.entries("lock", None) if entry.region == "R1" and entry.field in WORDS]
    assert {one.entry for one in by_person.words} == {entry.number for entry in said}


def test_the_words_of_a_superior_are_erased_from_decision_and_reason(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    before = [entry for entry in case.entries() if "依据充分" in (entry.new, entry.reason)]
    _erased(case, Wanted(person="superior1", field="decision_reason"))
    left = [entry for entry in case.entries() if "依据充分" in (entry.new, entry.reason)]
    assert before
    assert left == []
    assert case.value("R1", "R1-1", "decision") == "accept"
    assert case.run(verify).verified


def test_letters_are_named_and_their_records_lose_the_words_and_no_number(tmp_path: Path) -> None:
    case = confirmed(tmp_path / "case")
    case.run(issue_letters, tmp_path / "letters", "docx")
    with case.desk() as desk:
        before = next(iter(issues(desk.ledger)))
    report = _erased(case, Wanted(region="R1", line="R1-1", field="decision_reason"))
    assert list(report.files) == [name for name, _ in before.files]
    with case.desk() as desk:
        after = next(iter(issues(desk.ledger)))
    assert "删除" in after.letter.lines[0].reason
    assert (after.letter.lines[0].targets, after.files) == (before.letter.lines[0].targets, before.files)
    assert case.run(verify).verified
    kept = case.run(issue_letters, tmp_path / "letters", "docx")
    assert [one.is_new for one in kept.letters] == [False, False], "what lies there is what was issued"
    (tmp_path / "letters" / report.files[0]).unlink()
    anew = case.run(issue_letters, tmp_path / "letters", "docx")
    assert [(one.number[-2:], one.is_new) for one in anew.letters] == [("V2", True), ("V1", False)]
    with case.desk() as desk:
        said = [issue.letter.lines for issue in issues(desk.ledger) if issue.letter.region.code == "R1"]
    assert [["删除" in line.reason for line in lines] for lines in said] == [[True, False]] * 2


def test_the_next_declaration_neither_tells_nor_needs_what_was_erased(case: Case) -> None:
    _erased(case)
    case.run(unlock, "R1", "再谈一次")
    case.declare("R1", R1_1=84, R1_2=130)
    assert case.run(lock).refused == ()
    said = [entry for entry in case.entries("lock") if (entry.row, entry.field) == ("R1-1", "basis")]
    assert "删除" in str(said[-1].old)
    assert case.run(verify).verified


def test_what_a_manager_typed_since_is_theirs(case: Case) -> None:
    case.run(unlock, "R1", "再谈一次")
    case.type({("R1", "R1-1", "basis"): "新的依据"})
    _erased(case)
    typed = case.typed()
    assert typed["R1", "R1-1", "basis"] == "新的依据"
    assert "删除" in str(typed["R1", "R1-1", "risk"])
    assert [words for words in HERS.values() if _holding(case.folder, words)] == []


@pytest.mark.parametrize("by", ["head1", "superior1", "Superior2"])
def test_nobody_who_negotiates_erases_anything(by: str, case: Case) -> None:
    assert _refused(lambda: case.run(erase, Wanted(person="head1"), WHY, True, by=by)) == [
        "erase_not_allowed"
    ]
    assert _refused(lambda: case.run(erase, Wanted(person="head1"), "", True)) == ["reason_missing"]
    assert case.run(erase, Wanted(person="head1"), WHY, True, by="hrbp1").erased


def test_what_is_no_word_is_refused_by_name(case: Case) -> None:
    declared = next(entry.number for entry in case.entries() if entry.field == "declared")
    refused = {
        "erase_no_words": Wanted(entries=(declared,)),
        "erase_field": Wanted(region="R1", line="R1-1", field="declared"),
        "erase_unknown": Wanted(entries=(9999,)),
        "erase_what": Wanted(region="R1"),
        "erase_nothing": Wanted(person="nobody"),
    }
    for code, wanted in refused.items():
        assert _refused(partial(_erased, case, wanted)) == [code]
    _erased(case)
    assert _refused(lambda: _erased(case)) == ["erase_nothing"]


def test_an_erasure_that_is_killed_at_any_write_is_finished_by_repair(case: Case, tmp_path: Path) -> None:
    with case.desk() as desk:
        mark = desk.ledger.checkpoint.mark
    found = crashes(case.folder, partial(_erased, case), fills=False)
    for each in (*found.killed(), found.after):
        dead = replace(case, folder=found.lay(each, tmp_path / "dead"))
        dead.run(repair)
        is_erased = bool(dead.entries("erase"))
        assert all(bool(_holding(dead.folder, words)) != is_erased for words in HERS.values())
        assert dead.run(verify, [mark]).verified
    assert len(found.killed()) > 4


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("UPDATE word SET new_words = '\"别的\"' WHERE new_words LIKE '%病假条%'", ["ledger_words"]),
        ("UPDATE word SET new_salt = zeroblob(16) WHERE new_words LIKE '%病假条%'", ["ledger_words"]),
        ("UPDATE word SET new_salt = NULL WHERE new_words LIKE '%病假条%'", ["ledger_words"]),
        (
            "UPDATE word SET new_salt = NULL, new_words = NULL WHERE new_words LIKE '%病假条%'",
            ["ledger_words_missing"],
        ),
        ("DELETE FROM word WHERE new_words LIKE '%病假条%'", ["ledger_words_missing"]),
        ("INSERT INTO word (number, new_salt, new_words) VALUES (999, x'00', 'x')", ["ledger_cut"]),
    ],
)
def test_words_and_salts_that_were_changed_are_named(change: str, codes: list[str], case: Case) -> None:
    tamper(case, change)
    found = case.run(verify)
    assert [problem.code for problem in found.problems] == codes
    assert _refused(lambda: case.run(recalibrate, "更正")) == codes


@pytest.mark.parametrize(
    "change", ["SET words = words || '。'", "SET words = NULL, salt = NULL", "SET salt = zeroblob(16)"]
)
def test_words_in_a_letters_record_that_were_changed_are_named(change: str, tmp_path: Path) -> None:
    case = confirmed(tmp_path / "case")
    case.run(issue_letters, tmp_path / "letters", "docx")
    tamper(case, f"UPDATE passage {change} WHERE place = 0 AND words = '依据充分'")
    assert {problem.code for problem in case.run(verify).problems} == {"ledger_document_altered"}


def test_words_that_stand_there_again_are_told_and_go_again(case: Case) -> None:
    held = ledger_beside(case.path).read_bytes()
    assert HERS["basis"].encode() in held
    _erased(case)
    tamper(case, "DELETE FROM scrubbed")
    assert [problem.code for problem in case.run(verify).problems] == ["ledger_unscrubbed"]
    case.run(repair)
    assert case.run(verify).verified


def test_words_of_before_stay_and_those_said_since_can_go(tmp_path: Path) -> None:
    case = replace(Kept("0.3.0", "0.3.0/zh-CN-negotiated").unpacked(tmp_path)[0], outdated=True)
    case.run(upgrade)
    plain = next(entry for entry in case.entries() if entry.field == "decision_reason")
    assert _refused(lambda: _erased(case, Wanted(entries=(plain.number,)))) == ["erase_before"]
    case.run(unlock, "R1", "老郑的事")
    report = _erased(case, Wanted(person="林静", region="R1"))
    assert {one.words for one in report.words} == {""}
    assert "老郑的事".encode() not in ledger_beside(case.path).read_bytes()
    assert _holding(tmp_path, "老郑的事") == []


def test_words_in_a_database_go_as_well(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = postgres.database(uuid.uuid4().hex)
    case = Case(tmp_path, case_inputs(), ledger=url)
    for stage in itertools.islice(play(case), 3):
        assert stage
    case.run(unlock, "R2", WHY)
    report = _erased(case, Wanted(region="R2", line="R2-1"))
    assert report.erased
    with case.desk() as desk:
        assert desk.ledger.spoken().keys().isdisjoint(desk.ledger.erased())
        assert desk.ledger.verify() == []
    assert case.run(verify).verified


def _long(inputs: Inputs) -> Iterator[str]:
    """Fields in which people write as much as they like."""
    for sheet in layout.layout(inputs):
        for table in sheet.tables:
            for column in table.columns:
                if column.owner.is_person and column.kind == "long":
                    yield table.prefix + column.code


def test_every_cell_for_somebodys_own_words_is_one_whose_words_can_go(case: Case) -> None:
    assert {*_long(case.inputs)} <= WORDS
    assert {"declared", "decision", "counter", "agreed", "round", "state", "quantity"}.isdisjoint(WORDS)
