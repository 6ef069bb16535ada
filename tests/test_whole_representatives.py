"""Letters of representatives live as those of regions do: they are signed, mailed, archived, withdrawn."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    LettersReport,
    answer,
    ask,
    attest,
    issue_letters,
    repair,
    sign,
    signed_as_said,
    signed_on_paper,
    take_in_signed,
    verify,
)
from targetcal_xl.actions.archive import archive, verify_archive
from targetcal_xl.actions.issue_individual import issue_individual
from targetcal_xl.actions.mail import mail
from targetcal_xl.actions.remind import remind
from targetcal_xl.actions.sign import Wish
from targetcal_xl.desk import INDIVIDUAL, Individual, last_letters, take_stock
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import Event, dump, read_proof, reference
from targetcal_xl.problems import DataProblems, Problem, TargetcalError
from targetcal_xl.telling import Sentence
from tests.support.desks import Case
from tests.support.lettered import lettered, register, renegotiate
from tests.support.noticed import again
from tests.support.signers import PASSWORD, Certifier

STEM = "2025Q1-new-customers"
TABLE = """employee,name,line,target,mail
E1,李雷,R1-1,60,li.lei@example.com
E2,韩梅梅,R1-1,40,han@example.com
E3,张三,R1-2,130,
E4,李四,R2-1,140,li.si@example.com
"""
CERTIFIER = Certifier()


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Regions have their letters in `letters`, representatives theirs in `people`."""
    case = lettered(tmp_path_factory.mktemp("issued") / "plan", form="pdf")
    _issue(case)
    return case


@pytest.fixture
def case(issued: Case, tmp_path: Path) -> Case:
    return again(issued, tmp_path / "plan")


def _table(case: Case, text: str = TABLE) -> Path:
    path = case.folder / "people.csv"
    path.write_text(text, "utf-8")
    return path


def _issue(case: Case, text: str = TABLE, form: str = "pdf") -> LettersReport:
    return case.run(issue_individual, case.folder / "people", _table(case, text), form)


def _number(who: str, region: str = "R1", version: int = 1) -> str:
    return f"{STEM}-{region}-{who}-V{version}"


def _pdf(case: Case, who: str, region: str = "R1") -> Path:
    return case.folder / "people" / f"{_number(who, region)}.pdf"


def _key(case: Case, name: str) -> str:
    path = case.folder / f"{name}.p12"
    if not path.exists():
        CERTIFIER.person(path, name)
    return str(path)


def _sign(case: Case, role: str, name: str, *files: Path) -> None:
    case.run(sign, files, Wish(role, _key(case, name)), lambda _name: PASSWORD)


def _problems(act: Callable[[], object]) -> list[Problem]:
    with pytest.raises(TargetcalError) as refused:
        act()
    return [*refused.value.problems]


def _codes(act: Callable[[], object]) -> list[str]:
    return [one.code for one in _problems(act)]


def test_each_signs_the_own_letter_and_the_head_all_of_them_at_once(case: Case) -> None:
    _sign(case, "head", "李雷", _pdf(case, "E1"))
    _sign(case, "superior", "head1", *(_pdf(case, who) for who in ("E1", "E2", "E3")))
    stands = {one.letter: one for one in case.run(take_in_signed, []).letters}
    assert {number: one.state for number, one in stands.items() if one.person} == {
        _number("E1"): "signed",
        _number("E2"): "half_signed",
        _number("E3"): "half_signed",
        _number("E4", "R2"): "unsigned",
    }
    assert register(case)[_number("E1")]["letter_state"] == "signed by both"
    case.run(archive, str(case.folder / "archive"), [case.folder / "letters", case.folder / "people"])
    folder, roots = case.folder / "archive" / "E1", CERTIFIER.write_root(case.folder / "roots.pem")
    [final] = [path for path in folder.glob("*.pdf") if path.name != f"{_number('E1')}.pdf"]
    report = attest([folder / f"{_number('E1')}.proof.json", final], roots)
    assert [one.verdict for one in report.signatures] == ["valid"]


def test_a_region_s_letters_are_listed_or_counted(case: Case) -> None:
    for region, numbers in (("R1", 4), ("", 6)):
        report = case.run(signed_as_said, [], None, region, "", None, "", "")
        assert len(report.letters) == numbers
        for language in LANGUAGES:
            said = [part for part in report.tell(language) if isinstance(part, Sentence)]
            assert len(said) == (0 if region else 2), "how many letters a region's representatives have"


def test_a_representative_asks_and_is_answered_before_signing(case: Case) -> None:
    until = case.clock().date()
    assert _codes(lambda: case.run(ask, "R1", "算谁的？", until, "E1", by="superior1")) == ["ask_who"]
    assert _codes(lambda: case.run(ask, "R1", "算谁的？", until, "E9", by="李雷")) == ["letter_none_of"]
    assert case.run(ask, "R1", "渠道客户算谁的？", until, "e1", by="李雷").letter == _number("E1")
    assert _codes(lambda: _sign(case, "head", "李雷", _pdf(case, "E1"))) == ["sign_asked"]
    [row] = [one for one in case.run(remind, dry_run=True).messages if one.kind == "letter_asked"]
    assert row.person == "hrbp1" and _number("E1") in row.subject
    case.run(answer, "R1", "算您的", "E1", by="head1")
    _sign(case, "head", "李雷", _pdf(case, "E1"))


def test_what_a_representative_signed_on_paper_is_kept_with_their_letter(case: Case, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"what the scanner made")
    report = case.run(signed_on_paper, scan, "R1", "both", case.clock().date(), employee="E2")
    assert [one.signer for one in report.taken] == ["韩梅梅", "head1"]
    case.run(archive, str(case.folder / "archive"), [case.folder / "letters", case.folder / "people"])
    name = f"{_number('E2')}.head.{sha256(scan.read_bytes()).hexdigest()[:8]}.png"
    assert (case.folder / "archive" / "E2" / name).read_bytes() == scan.read_bytes()


def test_everybody_of_the_table_is_mailed_the_own_letter_once_where_an_address_stands_there(
    case: Case,
) -> None:
    people, drafts = _table(case), case.folder / "drafts"
    first = case.run(mail, letters=case.folder / "people", people=people, draft=drafts)
    assert [(row.person, row.address, row.attachments) for row in first.messages] == [
        ("李雷", "li.lei@example.com", (f"{_number('E1')}.pdf",)),
        ("韩梅梅", "han@example.com", (f"{_number('E2')}.pdf",)),
        ("李四", "li.si@example.com", (f"{_number('E4', 'R2')}.pdf",)),
    ]
    assert [(one.code, one.where) for one in first.problems] == [("mail_no_address_in", "张三")]
    assert len([*drafts.iterdir()]) == 3
    case.run(mail, letters=case.folder / "people", people=people, draft=drafts)
    assert len([*drafts.iterdir()]) == 3
    assert register(case)[_number("E1")]["mailed"].endswith("李雷 <li.lei@example.com>")
    case.clock.advance(days=8)
    pressed = [one for one in case.run(remind, dry_run=True).messages if "unsigned" in one.kind]
    own = [(one.person, one.address) for one in pressed if "li.lei" in one.address]
    assert own == [("李雷", "li.lei@example.com")]
    assert {one.person for one in pressed if one.kind == "letters_unsigned"} == {"head1", "head2"}


def test_a_letter_that_the_table_does_not_fit_is_not_mailed(case: Case) -> None:
    people = _table(case, TABLE.replace("R1-1,60", "R1-1,61").replace("E4,", "E5,"))
    report = case.run(mail, letters=case.folder / "people", people=people, dry_run=True)
    assert [row.person for row in report.messages] == ["韩梅梅"]
    assert sorted((one.code, one.where) for one in report.problems) == [
        ("letter_not_issued_to", "李四"),
        ("letter_table_differs", "李雷"),
        ("mail_no_address_in", "张三"),
    ]


def test_each_folder_of_the_archive_has_the_own_letter_and_a_proof_of_nobody_else_s(case: Case) -> None:
    place = case.folder / "archive"
    report = case.run(archive, str(place), [case.folder / "letters", case.folder / "people"])
    assert report.letters == 6 and not report.problems
    assert {path.name for path in place.iterdir() if path.is_dir()} == {
        *("E-001", "E-002", "E1", "E2", "E3", "E4")
    }
    held = read_proof((place / "E1" / f"{_number('E1')}.proof.json").read_bytes())
    everything = repr(held)
    assert "李雷" in everything and not any(name in everything for name in ("韩梅梅", "张三", "李四"))
    proved = attest([place / "E1" / f"{_number('E1')}.{kind}" for kind in ("pdf", "proof.json")])
    assert [(one.verdict, one.letter) for one in proved.files] == [("recorded", _number("E1"))]
    own = (place / "E-001" / f"{STEM}-R1-V1.proof.json").read_text("utf-8")
    assert "韩梅梅" not in own, "the region's proof tells of no representative"
    table = (place / f"manifest-{STEM}.csv").read_text("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["kind"] == "letter"]
    assert {row["employee"] for row in rows} == {"E-001", "E-002", "E1", "E2", "E3", "E4"}
    assert case.run(verify_archive, str(place)).problems == ()


def test_a_letter_whose_files_lie_elsewhere_is_named_and_not_said_to_be_archived(case: Case) -> None:
    report = case.run(archive, str(case.folder / "archive"))
    assert (report.letters, {one.code for one in report.problems}) == (2, {"letter_not_lying"})
    assert not (case.folder / "archive" / "E1").exists()
    assert register(case)[_number("E1")]["letter_state"] == "issued"


def test_who_left_the_table_has_the_letter_withdrawn_and_who_comes_back_gets_the_next(case: Case) -> None:
    without = TABLE.replace("E2,韩梅梅,R1-1,40,han@example.com\n", "").replace("R1-1,60", "R1-1,100")
    report = _issue(case, without)
    assert [(one.code, one.where, one.fields["letter"]) for one in report.withdrawn] == [
        ("individual_withdrawn", "韩梅梅", _number("E2"))
    ]
    rows = register(case)
    assert (
        rows[_number("E2")]["letter_state"] == "withdrawn"
        and "people.csv" in rows[_number("E2")]["replaced_by"]
    )
    assert _codes(lambda: _sign(case, "head", "韩梅梅", _pdf(case, "E2"))) == ["sign_withdrawn"]
    assert _number("E2") not in {one.letter for one in case.run(take_in_signed, []).letters}
    assert _issue(case, without).withdrawn == (), "nobody is told twice"
    back = {one.number: one.is_new for one in _issue(case).letters}
    assert back[_number("E2", version=2)] and register(case)[_number("E2")]["letter_state"] == "replaced"
    assert case.run(verify).verified


def test_a_table_of_some_lines_withdraws_nothing_of_others(case: Case) -> None:
    some = "".join(line for line in TABLE.splitlines(keepends=True) if "R2-1" not in line)
    report = _issue(case, some)
    assert (report.withdrawn, report.notes) == ((), ())


def test_who_moves_to_another_region_has_one_letter_there_that_replaces_the_other(case: Case) -> None:
    moved = TABLE.replace("R1-1,60", "R1-1,100").replace("E2,韩梅梅,R1-1,40", "E2,韩梅梅,R2-1,40")
    assert _issue(case, moved).withdrawn == ()
    rows = register(case)
    assert rows[_number("E2")]["replaced_by"] == _number("E2", "R2", 2)
    assert case.run(verify).verified, "the sheet says so of the letter in the region that they left, too"


def test_letters_that_rest_on_a_replaced_one_are_neither_signed_nor_mailed(case: Case) -> None:
    renegotiate(case)
    case.run(issue_letters, case.folder / "letters", "pdf")
    assert "individual_outdated" in [note.code for note in case.run(verify).notes]
    [problem] = _problems(lambda: _sign(case, "head", "李四", _pdf(case, "E4", "R2")))
    assert (problem.code, problem.fields["later"]) == ("sign_rests", f"{STEM}-R2-V2")
    report = case.run(mail, letters=case.folder / "people", people=_table(case), dry_run=True)
    assert "sign_rests" in [one.code for one in report.problems]


def test_numbers_that_differ_by_case_alone_are_refused_with_their_cells(case: Case) -> None:
    text = TABLE + "X9,王五,R1-1,5,\nx9,赵六,R1-1,5,\nX9,孙七,R1-1,5,\n"
    with pytest.raises(DataProblems) as refused:
        _issue(case, text)
    assert {one.code: one.fields.get("first") for one in refused.value.problems} == {
        "csv_employee_case": 6,
        "csv_duplicate": 6,
    }
    for language in LANGUAGES:
        said = next(
            one.sentence(language) for one in refused.value.problems if one.code == "csv_employee_case"
        )
        assert "x9" in said and "X9" in said and "7" in said


def test_a_number_is_written_as_it_was_when_its_letter_was_issued(case: Case) -> None:
    with pytest.raises(DataProblems) as refused:
        _issue(case, TABLE.replace("E2,", "e2,"))
    [problem] = refused.value.problems
    assert (problem.code, problem.fields["other"]) == ("csv_employee_known", "E2")


def test_a_line_that_nobody_in_the_table_carries_any_more_is_named(case: Case) -> None:
    report = _issue(case, TABLE.replace("E3,张三,R1-2,130,\n", ""))
    assert report.leaves_work and report.withdrawn == ()
    assert [(one.code, one.fields["count"]) for one in report.notes] == [("individual_uncarried", 1)]


def test_an_address_that_is_none_is_refused(case: Case) -> None:
    with pytest.raises(DataProblems) as refused:
        _issue(case, TABLE.replace("han@example.com", "han at example"))
    assert [one.code for one in refused.value.problems] == ["plan_mail_odd"]


def test_letters_that_release_0_5_0_recorded_together_live_on(
    issued: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issued.desk() as desk:
        known = [one for one in last_letters(desk.ledger).values() if one.letter.region.code == "R1"]
    case = lettered(tmp_path / "plan", form="pdf")
    content = dump(Individual(tuple(known)))
    with monkeypatch.context() as then, case.desk() as desk:
        then.setattr(sys.modules["targetcal_xl.desk.post"], "LIFE", frozenset())
        event = Event("letters", "R1", None, INDIVIDUAL, None, reference(content))
        take_stock(desk).settle([event], [content])
    assert {one.code for one in case.run(verify).problems} == {"letters_row_missing"}
    assert case.run(repair).mended and case.run(verify).verified
    stands = {one.letter for one in case.run(take_in_signed, []).letters}
    assert stands >= {one.letter.number for one in known}
    shutil.copytree(issued.folder / "people", case.folder / "people")
    case.run(archive, str(case.folder / "archive"), [case.folder / "letters", case.folder / "people"])
    own = [case.folder / "archive" / "E1" / f"{_number('E1')}.{kind}" for kind in ("pdf", "proof.json")]
    assert [one.verdict for one in attest(own).files] == ["recorded"]
