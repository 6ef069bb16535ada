"""A letter is issued once; a correction is a new version that names the old; no file is overwritten."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from targetcal_xl.actions import (
    audit,
    confirm,
    decide,
    doctor,
    examine_template,
    issue_letters,
    lock,
    unlock,
    verify,
)
from targetcal_xl.calibration import Letter, compose
from targetcal_xl.desk import issues, register_rows, take_stock
from targetcal_xl.ledger import Event, dump, reference
from targetcal_xl.problems import DataProblems, Refused
from tests.support.books import as_openpyxl
from tests.support.desks import RESERVE, Case, confirmed, decided, strip_protection, told
from tests.support.exploring import exhaustive, few
from tests.support.letters import pdf_text, shipped, with_paragraph, word_text

FIRST = ("2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R2-V1")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Both regions are confirmed."""
    return confirmed(tmp_path / "plan")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _renegotiate(case: Case) -> None:
    """R2 is unlocked, declares better, and is agreed upon again."""
    case.run(unlock, "R2", reason="渠道恢复")
    case.declare("R2", R2_1=round(case.suggested("R2-1")) - 1)
    case.run(lock)
    case.run(decide, "R2", "R2-1", "accept", reason="渠道恢复属实", by="superior2")
    case.run(confirm, RESERVE)


def _head(files: dict[str, bytes]) -> str:
    """The check code in the footer of the second region's first letter."""
    found = re.search(r"[0-9]+-[0-9a-f]{40}", word_text(files[f"{FIRST[1]}.docx"], "word/footer1.xml"))
    assert found
    return found[0]


def test_every_region_gets_its_letter_as_word_and_pdf(case: Case, tmp_path: Path) -> None:
    report = case.run(issue_letters, tmp_path / "out")
    assert sorted(_files(tmp_path / "out")) == sorted(
        f"{n}.{kind}" for n in FIRST for kind in ("docx", "pdf")
    )
    assert [(letter.region, letter.is_new) for letter in report.letters] == [
        ("华东大区", True), ("华南大区", True),
    ]  # fmt: skip
    first = (tmp_path / "out" / f"{FIRST[0]}.docx").read_bytes()
    assert "84" in word_text(first)
    assert "依据充分" in word_text(first)
    assert "异议成立：与负责人面谈，渠道缺人。" in word_text(
        (tmp_path / "out" / f"{FIRST[1]}.docx").read_bytes()
    )


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_one_format_may_be_asked_for(case: Case, tmp_path: Path, form: str) -> None:
    case.run(issue_letters, tmp_path / "out", form)
    assert sorted(_files(tmp_path / "out")) == sorted(f"{name}.{form}" for name in FIRST)


def test_what_was_issued_is_kept_to_the_byte(case: Case, tmp_path: Path) -> None:
    case.run(issue_letters, tmp_path / "out")
    before, entries = _files(tmp_path / "out"), case.entries("letters")
    case.clock.advance(days=3)
    again = case.run(issue_letters, tmp_path / "out")
    elsewhere = case.run(issue_letters, tmp_path / "elsewhere")
    assert not any(letter.is_new for letter in (*again.letters, *elsewhere.letters))
    assert _files(tmp_path / "out") == _files(tmp_path / "elsewhere") == before
    assert case.entries("letters") == entries


def test_a_letter_from_before_outcomes_were_said_stays_in_force(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_in_0_6_0(*args: Any, **said: Any) -> Letter:
        letter = compose(*args, **said)
        return replace(letter, objections=tuple(replace(one, outcome="") for one in letter.objections))

    with monkeypatch.context() as older:
        older.setattr(import_module("targetcal_xl.actions.issue_letters"), "compose", as_in_0_6_0)
        case.run(issue_letters, tmp_path / "out", "docx")
    before = _files(tmp_path / "out")
    again, elsewhere = (case.run(issue_letters, tmp_path / name, "docx") for name in ("out", "elsewhere"))
    assert not any(letter.is_new for letter in (*again.letters, *elsewhere.letters))
    assert _files(tmp_path / "out") == _files(tmp_path / "elsewhere") == before


def test_the_files_are_those_of_the_register(case: Case, tmp_path: Path) -> None:
    case.run(issue_letters, tmp_path / "out")
    with case.desk() as desk:
        recorded = dict(pair for issue in issues(desk.ledger) for pair in issue.files)
    made = {name: hashlib.sha256(data).hexdigest() for name, data in _files(tmp_path / "out").items()}
    assert recorded == made


def test_the_register_stands_on_the_letters_sheet(case: Case, tmp_path: Path) -> None:
    case.run(issue_letters, tmp_path / "out")
    sheet = as_openpyxl(case.path)[case.reading().places.tabs["letters"]]
    said = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None}
    assert {"2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R2-V1", "华东大区"} <= said
    digest = hashlib.sha256((tmp_path / "out" / f"{FIRST[0]}.pdf").read_bytes()).hexdigest()
    assert any(digest in cell for cell in said)


def test_the_chain_head_before_the_issue_is_printed(case: Case, tmp_path: Path) -> None:
    head = case.run(audit).head
    case.run(issue_letters, tmp_path / "out")
    for name in FIRST:
        assert head in word_text((tmp_path / "out" / f"{name}.docx").read_bytes(), "word/footer1.xml")
        assert head in pdf_text((tmp_path / "out" / f"{name}.pdf").read_bytes())


def test_a_correction_is_a_new_version_that_names_the_old(case: Case, tmp_path: Path) -> None:
    case.run(issue_letters, tmp_path / "out")
    before = _files(tmp_path / "out")
    case.clock.advance(days=3)
    _renegotiate(case)
    kept, corrected = case.run(issue_letters, tmp_path / "out").letters
    assert (kept.number, kept.is_new) == ("2025Q1-new-customers-R1-V1", False)
    assert (corrected.number, corrected.is_new) == ("2025Q1-new-customers-R2-V2", True)
    after = _files(tmp_path / "out")
    assert after.items() > before.items()
    said = word_text(after["2025Q1-new-customers-R2-V2.docx"])
    assert "本函为第 2 版。" in said
    assert "取代 2025Q1-new-customers-R2-V1 号函件（出具日期：2025年1月6日，" in said
    assert _head(before) in said, "the check code that the replaced letter carries"
    until = case.clock.now.date()
    assert f"原函所列目标在本函出具之日（{until.year}年{until.month}月{until.day}日）前有效" in said
    entry = case.entries("letters", "letter")[-1]
    assert (entry.old, entry.new) == ("2025Q1-new-customers-R2-V1", "2025Q1-new-customers-R2-V2")


def test_a_file_with_other_content_is_never_overwritten(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "out"
    case.run(issue_letters, out)
    path = out / f"{FIRST[0]}.docx"
    path.write_bytes(b"signed by hand")
    with pytest.raises(Refused) as refused:
        case.run(issue_letters, out)
    assert told(refused.value.problems) == [("letter_file_differs", str(path))]
    assert path.read_bytes() == b"signed by hand"
    assert not list(out.glob(".*"))


def test_a_region_that_is_not_confirmed_has_no_letter(tmp_path: Path) -> None:
    case = decided(tmp_path / "plan")
    before = case.entries()
    with pytest.raises(DataProblems) as refused:
        case.run(issue_letters, tmp_path / "out")
    assert told(refused.value.problems) == [
        ("region_not_confirmed", "华东大区"), ("region_not_confirmed", "华南大区"),
    ]  # fmt: skip
    assert not (tmp_path / "out").exists()
    assert case.entries() == before


def test_a_figure_changed_after_the_lock_stops_the_letters(case: Case, tmp_path: Path) -> None:
    strip_protection(case.path)
    case.type({("R1", "R1-1", "declared"): 1.0})
    with pytest.raises(DataProblems) as refused:
        case.run(issue_letters, tmp_path / "out")
    assert case.where(("R1", "R1-1", "declared")) in [problem.where for problem in refused.value.problems]
    assert not (tmp_path / "out").exists()


def test_a_template_of_ones_own_is_used(case: Case, tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    own.write_bytes(with_paragraph("致 {{ head }} 女士"))
    case.run(issue_letters, tmp_path / "out", "docx", own)
    assert word_text((tmp_path / "out" / f"{FIRST[0]}.docx").read_bytes()).startswith("致 head1 女士")


def test_a_broken_template_issues_nothing(case: Case, tmp_path: Path) -> None:
    own, before = tmp_path / "own.docx", case.entries()
    own.write_bytes(with_paragraph("{{ agread }}"))
    with pytest.raises(DataProblems) as refused:
        case.run(issue_letters, tmp_path / "out", "both", own)
    assert [problem.code for problem in refused.value.problems] == ["letter_field_unknown"]
    assert case.entries() == before
    with pytest.raises(Refused) as missing:
        case.run(issue_letters, tmp_path / "out", "both", tmp_path / "none.docx")
    assert told(missing.value.problems) == [("file_missing", str(tmp_path / "none.docx"))]


def _own(path: Path, words: str) -> Path:
    path.write_bytes(with_paragraph(words))
    return path


def _recorded(case: Case) -> dict[str, str]:
    with case.desk() as desk:
        return dict(pair for issue in issues(desk.ledger) for pair in issue.files)


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in _files(folder).items()}


@pytest.mark.parametrize("form", few(["docx", "pdf", "both"], {"pdf"}))
def test_a_number_never_gets_a_second_content(case: Case, tmp_path: Path, form: str) -> None:
    case.run(issue_letters, tmp_path / "out", form)
    before, recorded = case.entries(), _recorded(case)
    other = _own(tmp_path / "other.docx", "另一份模板")
    for again in ("docx", "pdf", "both"):
        report = case.run(issue_letters, tmp_path / "out2", again, other)
        assert report.leaves_work and {problem.code for problem in report.left} == {"letter_differs"}
        assert {problem.where for problem in report.left} >= {f"{name}.docx" for name in FIRST}
        assert report.letters == () and not (tmp_path / "out2").exists()
    assert (case.entries(), _recorded(case)) == (before, recorded)


def test_where_one_letter_cannot_be_made_again_the_version_that_another_needs_comes_out(
    case: Case, tmp_path: Path
) -> None:
    case.run(issue_letters, tmp_path / "out", "docx")
    other = _own(tmp_path / "other.docx", "另一份模板")
    _renegotiate(case)
    report = case.run(issue_letters, tmp_path / "out2", "docx", other)
    assert [(one.number, one.is_new) for one in report.letters] == [("2025Q1-new-customers-R2-V2", True)]
    assert [(one.code, one.where) for one in report.left] == [("letter_differs", f"{FIRST[0]}.docx")]
    assert sorted(_files(tmp_path / "out2")) == ["2025Q1-new-customers-R2-V2.docx"]
    assert case.run(verify).verified


def test_a_letter_that_lies_in_its_folder_is_kept_whatever_the_template_is_by_now(
    case: Case, tmp_path: Path
) -> None:
    case.run(issue_letters, tmp_path / "out")
    before = _files(tmp_path / "out")
    kept = case.run(issue_letters, tmp_path / "out", "both", _own(tmp_path / "other.docx", "另一份模板"))
    assert not any(letter.is_new for letter in kept.letters)
    assert _files(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("first", "second"),
    [("docx", "pdf"), ("pdf", "docx"), pytest.param("docx", "both", marks=exhaustive)],
)
def test_word_first_and_pdf_later_are_one_letter(case: Case, tmp_path: Path, first: str, second: str) -> None:
    case.run(issue_letters, tmp_path / "out", first)
    case.clock.advance(days=2)
    report = case.run(issue_letters, tmp_path / "out", second)
    assert not any(letter.is_new for letter in report.letters)
    assert sorted(_files(tmp_path / "out")) == sorted(
        f"{n}.{kind}" for n in FIRST for kind in ("docx", "pdf")
    )
    assert _recorded(case) == _digests(tmp_path / "out")
    with case.desk() as desk:
        assert [issue.letter.number for issue in issues(desk.ledger)] == list(FIRST)
    assert len(case.entries("letters", "letter")) == 2
    audited = case.run(verify)
    assert (audited.verified, audited.problems) == (True, ())
    entries = case.entries()
    case.run(issue_letters, tmp_path / "elsewhere")
    assert case.entries() == entries
    assert _files(tmp_path / "elsewhere") == _files(tmp_path / "out")


def test_both_at_once_and_one_after_the_other_give_the_same_files(tmp_path: Path) -> None:
    at_once, in_turn = confirmed(tmp_path / "a"), confirmed(tmp_path / "b")
    at_once.run(issue_letters, tmp_path / "once")
    for form in ("docx", "pdf"):
        in_turn.run(issue_letters, tmp_path / "turn", form)
    assert _recorded(at_once).keys() == _recorded(in_turn).keys()
    assert _digests(tmp_path / "turn") == _recorded(in_turn)


def test_word_alone_needs_no_libreoffice(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    floating = '<w:pPr><w:framePr w:w="100"/></w:pPr><w:r><w:t>致</w:t></w:r>'
    own = _own(tmp_path / "own.docx", floating)
    case.run(issue_letters, tmp_path / "out", "docx", own)
    assert sorted(_files(tmp_path / "out")) == [f"{name}.docx" for name in FIRST]
    with pytest.raises(DataProblems) as refused:
        case.run(issue_letters, tmp_path / "out", "pdf", own)
    assert "letter_office_missing" in {problem.code for problem in refused.value.problems}


def test_a_letter_that_libreoffice_sets_is_the_same_file_every_time(case: Case, tmp_path: Path) -> None:
    framed = '<w:pPr><w:framePr w:w="2000" w:wrap="around"/></w:pPr><w:r><w:t>致</w:t></w:r>'
    own = _own(tmp_path / "own.docx", framed)
    case.run(issue_letters, tmp_path / "out", "both", own)
    case.clock.advance(days=2)
    case.run(issue_letters, tmp_path / "elsewhere", "both", own)
    assert _files(tmp_path / "elsewhere") == _files(tmp_path / "out")
    assert "致" in pdf_text(_files(tmp_path / "out")[f"{FIRST[0]}.pdf"])


def test_the_doctor_passes_a_good_template_and_tries_it_out_the_way_it_will_be_used(tmp_path: Path) -> None:
    good = tmp_path / "good.docx"
    good.write_bytes(shipped("en").data)
    report = examine_template(good, "en")
    assert report.problems == ()
    assert "good.docx" in report.findings[0]
    assert "LibreOffice is not needed" in report.findings[1]


def test_the_doctor_names_every_unknown_and_broken_field(tmp_path: Path) -> None:
    bad = tmp_path / "bad.docx"
    bad.write_bytes(with_paragraph("{{ agread }} {{ x.y }}"))
    report = examine_template(bad, "zh-CN")
    assert report.findings == ()
    assert [problem.fields["field"] for problem in report.problems] == ["agread", "x.y"]
    bad.write_bytes(with_paragraph("{{ region }"))
    assert [problem.code for problem in examine_template(bad, "zh-CN").problems] == ["letter_syntax"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_the_doctor_finds_can_be_read(tmp_path: Path, language: str) -> None:
    bad = tmp_path / "bad.docx"
    bad.write_bytes(with_paragraph("{{ agread }}"))
    (problem,) = examine_template(bad, language).problems
    assert "agread" in problem.sentence(language)
    assert "agreed" in problem.sentence(language)


def test_the_doctor_says_when_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        examine_template(tmp_path / "none.docx", "en")


def test_the_doctor_says_whether_there_is_libreoffice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    without = doctor("en")
    (tmp_path / "soffice").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "soffice").chmod(0o755)
    found = doctor("en")
    assert without.problems == found.problems == ()
    assert without.findings[:-1] == found.findings[:-1]
    assert without.findings[-1] != found.findings[-1]


def test_a_template_that_hides_a_clause_is_told_before_anything_is_issued(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    hidden = '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>第九条</w:t></w:r>'
    path.write_bytes(with_paragraph(hidden))
    assert {one.code for one in examine_template(path, "en").problems} == {"letter_text_hidden"}


def test_why_libreoffice_is_needed_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(with_paragraph("<w:r><w:rPr><w:i/></w:rPr><w:t>第九条</w:t></w:r>"))
    tried = examine_template(path, "zh-CN")
    assert tried.problems == ()
    assert "斜体" in tried.findings[1]


def test_a_letter_that_no_longer_says_what_holds_is_noted_and_the_register_names_what_replaces_it(
    case: Case, tmp_path: Path
) -> None:
    case.run(issue_letters, tmp_path / "out")
    _renegotiate(case)
    report = case.run(verify)
    assert report.verified and [note.code for note in report.notes] == ["letter_outdated"]
    assert report.notes[0].fields["letter"] == FIRST[1]
    case.run(issue_letters, tmp_path / "out")
    with case.desk() as desk:
        rows = {row["number"]: row for row in register_rows(desk.ledger, "en")}
    assert rows[FIRST[1]]["replaced_by"] == "2025Q1-new-customers-R2-V2"
    assert [row["letter_state"] for row in rows.values()] == ["issued", "replaced", "issued"]
    report = case.run(verify)
    assert report.verified and report.notes == (), "the sheet says so, too"


def test_a_letter_that_never_said_what_was_agreed_is_named_and_holds_up_confirming(
    case: Case, tmp_path: Path
) -> None:
    case.run(issue_letters, tmp_path / "out")
    with case.desk() as desk:
        [*_, issue] = issues(desk.ledger)
        line = issue.letter.lines[0]
        targets = replace(line.targets, agreed=line.targets.agreed + 1)
        letter = replace(issue.letter, lines=(replace(line, targets=targets), *issue.letter.lines[1:]))
        content = dump(replace(issue, letter=letter))
        said = desk.ledger.values()["R2", None, "letter.record"]
        event = Event("letters", "R2", None, "letter.record", said, reference(content))
        take_stock(desk).settle([event], [content])
    assert "letter_unfaithful" in [problem.code for problem in case.run(verify).problems]
    case.run(unlock, "R1", reason="渠道恢复")
    with pytest.raises(DataProblems) as refused:
        case.run(confirm, RESERVE)
    assert "letter_unfaithful" in [problem.code for problem in refused.value.problems]


def test_a_letter_file_beside_the_book_that_was_changed_is_named(case: Case) -> None:
    case.run(issue_letters, case.folder / "letters")
    assert case.run(verify).verified
    changed = case.folder / "letters" / f"{FIRST[0]}.pdf"
    changed.write_bytes(changed.read_bytes() + b" ")
    [problem] = case.run(verify).problems
    assert (problem.code, problem.where) == ("letter_file_changed", str(changed))
