"""What is archived lies where it belongs, once, as it was; whatever happens to it later is named."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from targetcal_xl.actions import issue_letters, signed_on_paper, verify
from targetcal_xl.actions.archive import ArchiveReport, archive, archived, delete_archived, verify_archive
from targetcal_xl.archive import (
    ArchivedFile,
    ArchivedLetter,
    ArchiveStore,
    manifests,
    open_store,
    parse_place,
)
from targetcal_xl.calibration import LetterCare
from targetcal_xl.calibration.plan import folder_faults
from targetcal_xl.desk import Stock
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems, Problem, Refused
from targetcal_xl.telling import Sentence
from tests.support.archives import ARCHIVES, PASSWORD
from tests.support.desks import Case
from tests.support.exploring import explores, few
from tests.support.lettered import (
    CORRECTED,
    FIRST,
    SECOND,
    cared_inputs,
    lettered,
    register,
    renegotiate,
    sign,
)
from tests.support.noticed import again

CODE = "2025Q1-new-customers"
LAID = {f"E-00{k}/{CODE}-R{k}-V1.{kind}" for k in (1, 2) for kind in ("docx", "pdf", "proof.json")}
MANIFESTS = {f"manifest-{CODE}.csv", f"manifest-{CODE}.json"}
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:(botocore|moto|aiobotocore|asyncssh|werkzeug)"
)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Case:
    care = LetterCare(keep_years=3)
    return lettered(tmp_path_factory.mktemp("issued") / "plan", cared_inputs(care))


@pytest.fixture
def case(issued: Case, tmp_path: Path) -> Case:
    return again(issued, tmp_path / "plan")


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running archive of each kind."""
    with ARCHIVES[request.param](tmp_path) as (address, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "archive")


class _Lying:
    """What lies in an archive, by whoever may."""

    def __init__(self, place: str) -> None:
        self._place = parse_place(place)

    def names(self) -> set[str]:
        with open_store(self._place) as store:
            return store.names()

    def read(self, name: str) -> bytes:
        with open_store(self._place) as store:
            return store.read(name) or b""

    def all(self) -> dict[str, bytes]:
        with open_store(self._place) as store:
            return {name: store.read(name) or b"" for name in store.names()}

    def put(self, name: str, content: bytes) -> None:
        with open_store(self._place) as store:
            store.put(name, content)

    def remove(self, name: str) -> None:
        with open_store(self._place) as store:
            store.remove(name)


def _codes(report: ArchiveReport) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in report.problems]


@pytest.mark.parametrize("place", ARCHIVES, indirect=True)
def test_every_letter_lies_in_its_person_s_folder_and_a_second_run_changes_nothing(
    case: Case, place: str
) -> None:
    report = case.run(archive, place)
    assert set(report.written) == LAID and report.letters == 2 and not report.problems
    entries, lying = case.entries(), _Lying(place).all()
    assert lying.keys() == LAID | MANIFESTS
    for name in LAID:
        if not name.endswith("json"):
            assert lying[name] == (case.folder / "letters" / Path(name).name).read_bytes()
    assert case.run(archive, place).written == ()
    assert case.entries() == entries
    assert _Lying(place).all() == lying
    assert case.run(verify_archive, place).problems == ()
    assert register(case)[FIRST]["letter_state"] == "archived" and case.run(verify).verified


@pytest.mark.parametrize("place", few(ARCHIVES, {"webdav"}), indirect=True)
def test_whatever_happens_in_the_archive_later_is_named_and_nothing_else(case: Case, place: str) -> None:
    case.run(archive, place)
    store = _Lying(place)
    changed, lost = f"E-001/{FIRST}.pdf", f"E-002/{SECOND}.docx"
    store.put(changed, store.read(changed) + b" ")
    store.remove(lost)
    store.put("E-001/cv.pdf", b"somebody's")
    store.put(f"manifest-{CODE}.csv", b"")
    assert set(_codes(case.run(verify_archive, place))) == {
        ("archive_changed", changed),
        ("archive_missing", lost),
        ("archive_foreign", "E-001/cv.pdf"),
        ("archive_manifest", f"manifest-{CODE}.csv"),
    }
    assert case.run(archive, place).written == (lost,), (
        "what is lost is laid there again, nothing is overwritten"
    )
    assert dict(_codes(case.run(verify_archive, place))) == {
        "archive_changed": changed,
        "archive_foreign": "E-001/cv.pdf",
    }


def test_a_correction_and_a_signed_version_come_to_what_lies_there(case: Case, folder: str) -> None:
    case.run(archive, folder)
    renegotiate(case)
    case.run(issue_letters, case.folder / "letters")
    signed = sign(case.folder / "letters" / f"{FIRST}.pdf")
    digest = hashlib.sha256(signed.read_bytes()).hexdigest()
    report = case.run(archive, folder)
    assert set(report.written) == {
        f"E-001/{FIRST}.{digest[:8]}.pdf",
        *(f"E-002/{CORRECTED}.{kind}" for kind in ("docx", "pdf", "proof.json")),
    }
    sign(signed, "superior")
    assert len(case.run(archive, folder).written) == 1, (
        "a version that was signed again lies beside the first"
    )
    assert case.run(verify_archive, folder).problems == () and len(register(case)) == 3
    with case.desk() as desk:
        kinds = [file.kind for file in archived(desk.ledger, parse_place(folder).address)[FIRST].files]
    assert sorted(kinds) == ["letter", "letter", "proof", "signed", "signed"]


def test_of_a_letter_that_was_signed_where_it_lies_both_states_are_archived(case: Case, folder: str) -> None:
    pdf = case.folder / "letters" / f"{FIRST}.pdf"
    issued = pdf.read_bytes()
    sign(pdf)
    assert not case.run(archive, folder).problems
    store, name = _Lying(folder), hashlib.sha256(pdf.read_bytes()).hexdigest()[:8]
    assert store.read(f"E-001/{FIRST}.pdf") == issued
    assert store.read(f"E-001/{FIRST}.{name}.pdf") == pdf.read_bytes()


def test_a_scan_of_what_was_signed_on_paper_is_kept_and_lies_with_its_letter(
    case: Case, folder: str, tmp_path: Path
) -> None:
    scan = tmp_path / "scan 1.PDF"
    scan.write_bytes(b"%PDF-1.4 what the scanner made")
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    case.run(signed_on_paper, scan, "R1", "both", case.clock().date())
    scan.unlink()
    report = case.run(archive, folder)
    assert report.problems == ()
    assert {f"E-001/{FIRST}.{role}.{digest[:8]}.pdf" for role in ("head", "superior")} <= set(report.written)
    assert case.run(verify_archive, folder).problems == () and case.run(verify).verified


def test_a_scan_that_is_kept_no_more_is_named_by_both_who_prove_and_who_archive(
    case: Case, folder: str, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.jpg"
    scan.write_bytes(b"what the telephone saw")
    case.run(signed_on_paper, scan, "R1", "head", case.clock().date())
    [kept] = case.folder.rglob(f"{hashlib.sha256(scan.read_bytes()).hexdigest()}.jpg")
    kept.unlink()
    assert [one.code for one in case.run(verify).problems] == ["attached_lost"]
    assert _codes(case.run(archive, folder)) == [("archive_scan", "scan.jpg")]
    (case.folder / "letters" / "scan.jpg").write_bytes(scan.read_bytes())
    assert case.run(archive, folder).problems == (), "as what 0.5.0 took in, it may lie beside the letters"


def test_the_manifests_say_the_same_for_people_and_for_programs(case: Case, folder: str) -> None:
    case.run(archive, folder)
    store = _Lying(folder)
    table = store.read(f"manifest-{CODE}.csv")
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    told = json.loads(store.read(f"manifest-{CODE}.json"))["files"]
    assert [{key: str(value) for key, value in row.items()} for row in told] == rows
    assert {row["path"] for row in rows} == LAID
    for row in rows:
        assert row["sha256"] == hashlib.sha256(store.read(row["path"])).hexdigest()
    assert {(row["employee"], row["name"], row["keep_until"]) for row in rows} == {
        ("E-001", "head1", "2028-03-31"),
        ("E-002", "head2", "2028-03-31"),
    }


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_is_a_formula_in_the_table(begin: str) -> None:
    letter = ArchivedLetter(
        "p",
        "n",
        1,
        "E",
        f'{begin}cmd|" /C calc"!A0',
        "r",
        "c",
        "2025Q1",
        "",
        None,
        (ArchivedFile("letter", "x", "0", 1),),
    )
    table = manifests("c", [letter])["manifest-c.csv"].decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table, newline=""))
    assert row["name"] == f"'{letter.name}"


def test_two_plans_share_an_archive(case: Case, folder: str) -> None:
    case.run(archive, folder)
    other = ArchivedLetter(
        "p",
        "X-V1",
        1,
        "E-001",
        "head1",
        "R",
        "other",
        "2025Q2",
        "",
        None,
        (ArchivedFile("letter", "E-001/X-V1.pdf", "0", 1),),
    )
    store = _Lying(folder)
    store.put("E-001/X-V1.pdf", b"another plan's")
    assert _codes(case.run(verify_archive, folder)) == [("archive_foreign", "E-001/X-V1.pdf")]
    for name, content in manifests("other", [other]).items():
        store.put(name, content)
    assert case.run(verify_archive, folder).problems == ()


def test_a_file_of_somebody_else_s_is_never_overwritten(case: Case, folder: str) -> None:
    taken = f"E-001/{FIRST}.pdf"
    _Lying(folder).put(taken, b"not ours")
    report = case.run(archive, folder)
    assert _codes(report) == [("archive_taken", taken)] and _Lying(folder).read(taken) == b"not ours"
    assert ("archive_foreign", taken) in _codes(case.run(verify_archive, folder))
    _Lying(folder).remove(taken)
    assert case.run(archive, folder).written == (taken,)
    assert case.run(verify_archive, folder).problems == ()


def test_a_letter_that_is_missing_or_changed_beside_the_book_is_named(case: Case, folder: str) -> None:
    pdf, word = (case.folder / "letters" / f"{FIRST}.{kind}" for kind in ("pdf", "docx"))
    pdf.write_bytes(b"x")
    word.unlink()
    report = case.run(archive, folder)
    assert _codes(report) == [("letter_file_changed", str(pdf))], "beside a PDF the Word file may be missing"
    assert report.leaves_work and f"E-002/{SECOND}.pdf" in report.written


def _on(case: Case, day: dt.date) -> None:
    case.clock.now = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


@pytest.mark.parametrize("place", few(ARCHIVES, {"sftp"}), indirect=True)
def test_letters_are_deleted_when_their_time_is_over_or_as_the_law_asks_with_a_record(
    case: Case, place: str
) -> None:
    case.run(archive, place)
    with pytest.raises(DataProblems) as kept:
        case.run(delete_archived, place, [FIRST], "three years are over")
    assert [(p.code, p.fields) for p in kept.value.problems] == [("archive_kept", {"until": "2028-03-31"})]
    assert case.run(delete_archived, place, [FIRST], "asked for on 3 March", legal=True).deleted == (FIRST,)
    assert _Lying(place).names() == {name for name in LAID | MANIFESTS if "R1" not in name}
    assert register(case)[FIRST]["letter_state"] == "deleted from the archive"
    entry = case.entries("archive")[-1]
    assert (entry.field, entry.reason, entry.row) == ("letter.deleted", "asked for on 3 March", FIRST)
    assert case.run(archive, place).written == (), "what was deleted stays so"
    _on(case, dt.date(2028, 4, 1))
    case.run(delete_archived, place, [SECOND], "three years are over")
    assert _Lying(place).names() == MANIFESTS
    assert case.run(verify_archive, place).problems == () and case.run(verify).verified


def test_deletion_wants_a_reason_and_a_letter_that_is_there(case: Case, folder: str) -> None:
    case.run(archive, folder)
    before = case.entries()
    for numbers, reason, code in (
        ([FIRST], "-", "reason_missing"),
        (["X"], "time is over", "archive_number"),
    ):
        with pytest.raises(Refused) as refused:
            case.run(delete_archived, folder, numbers, reason, legal=True)
        assert [problem.code for problem in refused.value.problems] == [code]
    assert case.entries() == before and _Lying(folder).names() == LAID | MANIFESTS


def test_without_a_retention_only_the_law_deletes(tmp_path: Path) -> None:
    inputs = cared_inputs(LetterCare(folder="{period}/{region} {name}"), numbers=False)
    case = lettered(tmp_path / "other", inputs, "docx")
    case.run(archive, str(tmp_path / "archive"))
    assert f"2025Q1/R1 head1/{FIRST}.docx" in _Lying(str(tmp_path / "archive")).names()
    with pytest.raises(DataProblems) as refused:
        case.run(delete_archived, str(tmp_path / "archive"), [FIRST], "time is over")
    assert [problem.code for problem in refused.value.problems] == ["archive_no_retention"]


def _killed_at(case: Case, act: Callable[[Case], object], step: int) -> bool:
    """Let somebody act in a process that is killed at one of its writes; whether it came so far."""
    child = os.fork()
    if child == 0:
        _mortal(step)
        act(case)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _mortal(step: int) -> None:
    """Have this process die before its n-th write: in the archive, a half-written file, or the ledger."""
    left = step

    def dies(write: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*said: object, **more: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return write(*said, **more)

        return wrapped

    stack = ExitStack()
    for kind, name in (
        (ArchiveStore, "_begun"),
        (ArchiveStore, "_move"),
        (ArchiveStore, "remove"),
        (Stock, "settle"),
    ):
        stack.enter_context(patch.object(kind, name, dies(getattr(kind, name))))


@pytest.mark.forks
def test_whoever_is_killed_between_any_two_writes_loses_nothing_and_archives_nothing_twice(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each write in `make explore`, else at every fifth."""
    monkeypatch.setattr("targetcal_xl.actions.archive._AT_ONCE", 1)
    step, apart = 0, 1 if explores() else 5
    while True:
        one, folder = again(case, tmp_path / f"{step}"), str(tmp_path / f"archive {step}")
        was_killed = _killed_at(one, lambda case: case.run(archive, folder), step)  # noqa: B023
        one.run(archive, folder)
        assert _Lying(folder).names() == LAID | MANIFESTS, step
        assert one.run(verify_archive, folder).problems == (), step
        assert len([entry for entry in one.entries("archive") if entry.field == "letter.archived"]) == 2
        if not was_killed:
            break
        step += apart
    assert step >= 2 * len(LAID | MANIFESTS) + 2


def test_what_was_stored_when_the_archive_went_away_is_recorded_and_said_to_be(
    case: Case, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targetcal_xl.actions.archive._AT_ONCE", 1)
    put = ArchiveStore.put

    def fails(self: ArchiveStore, name: str, content: bytes) -> None:
        if any(word in name for word in failing):
            raise Refused([Problem("archive_unreached", name, {"said": "OSError"})])
        put(self, name, content)

    monkeypatch.setattr(ArchiveStore, "put", fails)
    failing = list[str]()
    for word, code, letters in ((SECOND, "archive_stopped", 1), ("manifest", "archive_manifest_left", 2)):
        failing[:] = [word]
        with pytest.raises(Refused) as refused:
            case.run(archive, folder)
        *_, last = refused.value.problems
        assert (last.code, last.fields["letters"]) == (code, letters)
        assert len([one for one in case.entries("archive") if one.field == "letter.archived"]) == letters
        for language in LANGUAGES:
            assert str(letters) in last.sentence(language)
    failing.clear()
    assert case.run(archive, folder).written == () and case.run(verify_archive, folder).problems == ()


@pytest.mark.forks
def test_whoever_is_killed_while_deleting_has_it_finished_by_the_next_run(case: Case, tmp_path: Path) -> None:
    folder = str(tmp_path / "archive")
    case.run(archive, folder)
    for step in range(1, 4):
        one = again(case, tmp_path / f"{step}")
        assert _killed_at(
            one, lambda case: case.run(delete_archived, folder, [FIRST], "as asked", legal=True), step
        )
        codes = {code for code, _ in _codes(one.run(verify_archive, folder))}
        assert codes <= {"archive_undeleted", "archive_manifest"} and codes
        one.run(archive, folder)
        assert one.run(verify_archive, folder).problems == ()
        case.run(archive, folder)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("sftp://hr:secret@host/x", "archive_secret"),
        ("s3://bucket/x?key=secret", "archive_secret"),
        ("webdav://files.example.com/x", "archive_plain"),
        ("ftp://host/x", "archive_address"),
        ("sftp:///x", "archive_address"),
        ("sftp://host/../x", "archive_address"),
        ("sftp://host:port/x", "archive_address"),
    ],
)
def test_an_address_that_is_unsafe_or_none_is_refused_and_never_repeated(said: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_place(said, {})
    [problem] = refused.value.problems
    assert problem.code == code
    assert not any("secret" in problem.sentence(language) for language in LANGUAGES)


def test_a_password_is_recorded_and_shown_nowhere(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ARCHIVES["webdav"](tmp_path) as (address, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        report = case.run(archive, address)
        monkeypatch.setenv("TARGETCAL_ARCHIVE_PASSWORD", "another secret")
        with pytest.raises(Refused) as refused:
            case.run(archive, address)
    assert [problem.code for problem in refused.value.problems] == ["archive_unreached"]
    shown = repr(parse_place(address)) + report.place + "".join(map(str, refused.value.problems))
    everything = b"".join(path.read_bytes() for path in case.folder.rglob("*") if path.is_file())
    assert PASSWORD not in shown and PASSWORD.encode() not in everything


def test_an_archive_out_of_reach_is_told_and_nothing_is_recorded(case: Case) -> None:
    before = case.entries()
    for address in ("webdav://hr@localhost:9/x", "sftp://hr@localhost:9/x"):
        with pytest.raises(Refused) as refused:
            case.run(archive, address)
        assert [problem.code for problem in refused.value.problems] == ["archive_unreached"]
    assert case.entries() == before


@pytest.mark.parametrize(
    "pattern", ["../{employee}", "{who}", "/x", "a//b", "x\\y", "{employee}/.", " ", "a:b"]
)
def test_a_folder_s_pattern_leads_nowhere_else(pattern: str) -> None:
    assert folder_faults(pattern)


@pytest.mark.parametrize(
    "pattern", ["{employee}", "{period}/{region} ({name})", "人事档案/{employee}-{name}"]
)
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert folder_faults(pattern) == []


def test_the_report_says_what_happened_in_every_language(case: Case, folder: str) -> None:
    reports = [case.run(archive, folder), case.run(archive, folder), case.run(verify_archive, folder)]
    reports.append(case.run(delete_archived, folder, [FIRST], "as asked", legal=True))
    for language in LANGUAGES:
        said = [part.said for one in reports for part in one.tell(language) if isinstance(part, Sentence)]
        assert len(said) == 4 and all(said)


def test_names_that_are_no_folders_are_made_into_some(tmp_path: Path) -> None:
    inputs = cared_inputs(LetterCare(folder="{name}"))
    first = inputs.plan.regions[0]
    odd = replace(first, head=replace(first.head, name="../A/B: *?"))
    plan = replace(inputs.plan, regions=(odd, *inputs.plan.regions[1:]))
    case = lettered(tmp_path / "plan", replace(inputs, plan=plan), "docx")
    report = case.run(archive, str(tmp_path / "archive"))
    assert {name.count("/") for name in report.written} == {1} and not report.problems
