"""Whoever has a letter and a proof needs nothing else to know whether the plan recorded it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.actions import attest, audit, issue_letters, proof, unlock
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import proof_faults, read_proof
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Rows, Sentence
from tests.support.books import changed_parts, parts_of
from tests.support.desks import Case, confirmed, decided, locked, replace_letter

LETTER = "2025Q1-new-customers-R1-V1"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Letters of both regions, and a proof of the first."""
    case = confirmed(tmp_path_factory.mktemp("issued"))
    case.run(issue_letters, case.folder / "letters")
    case.run(proof, "R1", case.folder / "R1.json")
    return case


@pytest.fixture(scope="module")
def written(issued: Case) -> bytes:
    return (issued.folder / "R1.json").read_bytes()


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_letter_beside_its_proof_is_what_was_recorded(issued: Case, form: str) -> None:
    report = attest([issued.folder / "letters" / f"{LETTER}.{form}", issued.folder / "R1.json"])
    [file] = report.files
    assert (file.verdict, file.letter, report.leaves_work) == ("recorded", LETTER, False)
    recorded = issued.entries("letters", "letter.record")
    assert file.entry in {entry.number for entry in recorded if entry.region == "R1"}


def test_what_is_proved_is_all_of_the_region_and_nothing_of_others(issued: Case, written: bytes) -> None:
    found = [one.columns for one in read_proof(written).entries]
    assert [one["number"] for one in found] == [one.number for one in issued.entries() if one.region == "R1"]
    assert "R2-1" not in written.decode()
    issued.run(proof, "R1", issued.folder / "line.json", "R1-2")
    rows = {one.columns["row"] for one in read_proof((issued.folder / "line.json").read_bytes()).entries}
    assert rows == {"R1-2", None}


def test_a_letter_that_was_changed_is_not_proved_though_its_code_is(issued: Case, tmp_path: Path) -> None:
    letter = tmp_path / "mine.docx"
    shutil.copy(issued.folder / "letters" / f"{LETTER}.docx", letter)
    body = parts_of(letter)["word/document.xml"]
    changed_parts(
        letter, {"word/document.xml": body.replace(b"95", b"59").replace("华东".encode(), "华北".encode())}
    )
    report = attest([issued.folder / "R1.json", letter])
    assert [file.verdict for file in report.files] == ["coded"]
    assert report.leaves_work


def test_another_regions_letter_and_other_files_are_not_spoken_of(issued: Case, tmp_path: Path) -> None:
    odd = [tmp_path / "a.pdf", tmp_path / "b.docx", tmp_path / "c"]
    for path, content in zip(odd, (b"%PDF-1.7 broken", b"PK broken", b""), strict=True):
        path.write_bytes(content)
    report = attest([*odd, issued.path, issued.folder / "R1.json", tmp_path / "none"])
    assert {file.verdict for file in report.files} == {"unknown"}
    assert [problem.code for problem in report.problems] == ["file_missing"]
    other = attest(
        [issued.folder / "letters" / f"{LETTER.replace('R1', 'R2')}.pdf", issued.folder / "R1.json"]
    )
    assert [file.verdict for file in other.files] == ["coded"], "it was issued at the same checkpoint"


def _changes(content: bytes) -> Iterator[bytes]:
    """The proof with each thing in it made another."""
    said = json.loads(content)
    for kind in ("entries", "beginnings", "passages"):
        for at, one in enumerate(said[kind]):
            for name, text in one.items():
                bent = _bent(text)
                changed = {**said, kind: [*said[kind][:at], {**one, name: bent}, *said[kind][at + 1 :]]}
                if bent != text:
                    yield json.dumps(changed).encode()
    for at, text in enumerate(said["documents"]):
        changed = {**said, "documents": [*said["documents"][:at], text + " ", *said["documents"][at + 1 :]]}
        yield json.dumps(changed).encode()
    lines = said["checkpoint"].splitlines()
    for bent in (["other/log", *lines[1:]], [lines[0], "7", lines[2]], [*lines[:2], "A" * 43 + "="]):
        yield json.dumps({**said, "checkpoint": "\n".join(bent) + "\n"}).encode()


def _bent(said: object) -> object:
    """Another path, text or number; of an entry's words those of its first part are others."""
    if isinstance(said, list):
        return [{**said[0], "words": "nothing"}, *said[1:]] if "part" in said[0] else [*said[:-1], "00" * 32]
    return said + 100 if isinstance(said, int) else str(said).replace("1", "2")


def test_no_change_of_a_proof_goes_unnoticed(written: bytes) -> None:
    assert [*proof_faults(read_proof(written))] == []
    changes = [*_changes(written)]
    assert len(changes) > 60
    for changed in changes:
        faults = [*proof_faults(read_proof(changed))]
        assert faults
        assert all(fault.sentence(language) for fault in faults for language in LANGUAGES)


@given(st.data())
def test_a_damaged_proof_is_refused_or_proves_no_more_than_before(
    written: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(written) - 1))
    damaged = written[:at] + bytes([data.draw(st.integers(0, 255))]) + written[at + 1 :]
    try:
        found = read_proof(damaged)
    except Refused:
        return
    assert found == read_proof(written) or [*proof_faults(found)]


@pytest.mark.parametrize(
    "content",
    [b"{}", b"{", b"[]", b'{"form": 1}', b'{"form":"targetcal-xl/proof-1","checkpoint":1,"entries":[]}'],
)
def test_what_is_no_proof_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    report = attest([path])
    assert report.leaves_work
    assert {p.code for p in report.problems} <= {"proof_unreadable"}
    assert [file.verdict for file in report.files] == (["unknown"] if content == b"[]" else [])


def _kept(case: Case, name: str, *heads: str) -> Path:
    path = case.folder / name
    case.run(proof, "R1", path, "", heads)
    return path


def test_proofs_of_one_log_agree_where_the_newer_knows_the_older(tmp_path: Path) -> None:
    case = locked(tmp_path)
    older, noted = _kept(case, "older.json"), case.run(audit).head
    case.run(unlock, "R2", "更正")
    newer, knowing = _kept(case, "newer.json"), _kept(case, "knowing.json", noted)
    assert [one.verdict for one in attest([older, newer]).agreements] == ["unshown"]
    assert [one.verdict for one in attest([older, knowing]).agreements] == ["agree"]
    assert not attest([older, knowing]).leaves_work
    assert [one.verdict for one in attest([newer, knowing]).agreements] == ["agree"]


def test_proofs_of_a_ledger_that_was_forked_contradict_each_other(tmp_path: Path) -> None:
    one = locked(tmp_path / "one")
    shutil.copytree(one.folder, tmp_path / "two")
    two = Case(tmp_path / "two", one.inputs)
    two.clock.now = one.clock.now
    one.run(unlock, "R2", "更正")
    two.run(unlock, "R2", "另一种说法")
    report = attest([_kept(one, "p.json"), _kept(two, "q.json")])
    assert [each.verdict for each in report.agreements] == ["fork"]
    assert report.leaves_work


def test_proofs_of_two_plans_are_apart(tmp_path: Path) -> None:
    one, two = locked(tmp_path / "one"), decided(tmp_path / "two")
    (two.folder / "more").mkdir()
    files = [_kept(one, "p.json"), _kept(two, "q.json")]
    assert [each.verdict for each in attest(files).agreements] in (["apart"], ["unshown"])


def test_a_head_that_is_no_beginning_is_refused_and_no_file_written(tmp_path: Path) -> None:
    case = locked(tmp_path)
    with pytest.raises(Refused) as refused:
        _kept(case, "x.json", f"3-{'0' * 40}")
    assert [problem.code for problem in refused.value.problems] == ["ledger_checkpoint"]
    with pytest.raises(Refused, match="json"):
        case.run(proof, "R1", case.path)
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_proved_and_what_is_not_is_said(issued: Case, language: str, tmp_path: Path) -> None:
    report = attest([issued.folder / "letters" / f"{LETTER}.pdf", issued.folder / "R1.json"])
    said = " ".join(str(part) for part in report.tell(language))
    assert LETTER in said
    assert ("Not proved" if language == "en" else "未证明") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_comes_first_and_all_entries_are_listed_on_request(issued: Case, language: str) -> None:
    given = [issued.folder / "R1.json", issued.folder / "letters" / f"{LETTER}.pdf"]
    first, *others = attest(given).tell(language)
    assert isinstance(first, Sentence) and first.said.startswith(given[1].name)
    [about] = [part for part in others if isinstance(part, Rows)]
    recorded = [one for one in issued.entries("letters") if one.region == "R1"]
    assert [row[0] for row in about.rows] == [str(one.number) for one in recorded]
    [every] = [part for part in attest(given, entries=True).tell(language) if isinstance(part, Rows)]
    assert len(every.rows) == len(attest(given).proofs[0].proof.entries) > len(about.rows)
    assert not any(isinstance(part, Rows) for part in attest(given[:1]).tell(language)), "of no letter none"


def _scanned(pdf: Path) -> str:
    """What a telephone reads off a letter."""
    pages = (page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(pdf))
    (read,) = (code.text for page in pages for code in zxingcpp.read_barcodes(page))
    return read


def test_a_letter_on_paper_is_known_by_its_code(issued: Case) -> None:
    code = _scanned(issued.folder / "letters" / f"{LETTER}.pdf")
    report = attest([issued.folder / "R1.json"], codes=[code])
    (judged,) = report.codes
    assert (judged.verdict, judged.letter, report.leaves_work) == ("recorded", LETTER, False)
    agreed = {entry.row: entry.new for entry in issued.entries() if entry.field == "agreed"}
    lines = issued.inputs.plan.lines_of("R1")
    assert judged.agreed == tuple((line.name, agreed[line.code]) for line in lines)


def test_whoever_has_a_letter_that_was_replaced_is_told_by_which(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    case.run(issue_letters, case.folder / "letters")
    case.run(proof, "R1", case.folder / "older.json")
    replace_letter(case)
    case.run(proof, "R1", case.folder / "newer.json")
    old, new = (case.folder / "letters" / f"{LETTER[:-1]}{version}.pdf" for version in (1, 2))
    proofs = [case.folder / "older.json", case.folder / "newer.json"]
    report = attest([old, new, *proofs], codes=[_scanned(old), _scanned(new)])
    assert [one.later for one in report.files] == [one.later for one in report.codes] == [new.stem, ""]
    for language in LANGUAGES:
        told = [part.said for part in report.tell(language) if isinstance(part, Sentence)]
        assert sum(old.stem in one and new.stem in one for one in told) == 2
    assert not any(one.later for one in attest([old, case.folder / "older.json"]).files)


def test_a_code_that_was_made_for_other_targets_is_found_out(issued: Case) -> None:
    code = _scanned(issued.folder / "letters" / f"{LETTER}.pdf")
    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    report = attest([issued.folder / "R1.json"], codes=[forged])
    assert [(one.verdict, bool(one.agreed)) for one in report.codes] == [("differs", True)]
    assert report.leaves_work


def test_another_regions_code_is_not_spoken_of_and_other_texts_are_no_codes(issued: Case) -> None:
    other = _scanned(issued.folder / "letters" / f"{LETTER.replace('R1', 'R2')}.pdf")
    report = attest([issued.folder / "R1.json"], codes=[other, "https://example.com"])
    assert [one.verdict for one in report.codes] == ["unknown", "unread"]
    assert report.leaves_work


def _saved_again(pdf: Path, change: Callable[[bytes], bytes]) -> Path:
    """A PDF as another program writes it, its data changed."""
    with pikepdf.open(pdf) as document:
        file = document.attachments["letter.json"].get_file()
        document.attachments["letter.json"] = pikepdf.AttachedFileSpec(document, change(file.read_bytes()))
        document.save(again := pdf.parent / f"again-{pdf.name}")
    return again


def test_a_letter_that_was_saved_again_is_told_of_by_its_data(issued: Case) -> None:
    again = _saved_again(issued.folder / "letters" / f"{LETTER}.pdf", bytes)
    report = attest([again, issued.folder / "R1.json"])
    assert [one.verdict for one in report.files] == ["coded"]
    assert [(one.file, one.verdict, one.letter) for one in report.codes] == [(again.name, "recorded", LETTER)]
    assert report.leaves_work, "its pages may say something else"


def test_data_that_were_changed_are_found_out_whatever_they_say_of_their_code(issued: Case) -> None:
    agreed = re.compile(rb'"agreed":(\d)')
    letter = issued.folder / "letters" / f"{LETTER}.pdf"
    again = _saved_again(letter, lambda said: agreed.sub(rb'"agreed":9\1', said))
    (judged,) = attest([again, issued.folder / "R1.json"]).codes
    assert (judged.verdict, judged.letter) == ("differs", LETTER)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"agreed": 7}', b'{"agreed": {"number": 1}}', b"\xff"])
def test_data_of_somebodys_own_prove_nothing(issued: Case, data: bytes) -> None:
    again = _saved_again(issued.folder / "letters" / f"{LETTER}.pdf", lambda _: data)
    assert attest([again, issued.folder / "R1.json"]).codes == ()
