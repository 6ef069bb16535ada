"""An authority says when the ledger was as it is: asked at confirmation, in nobody's way."""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.actions import attest, audit, confirm, proof, repair, stamp, verify
from targetcal_xl.calibration import Trust
from targetcal_xl.connect import ask_stamp, stamped_at, trusted_roots
from targetcal_xl.connect.stamps import AUTHORITY, ROOTS
from targetcal_xl.desk import Stamp, stamps
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import parse_checkpoint
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Report, Rows
from tests.support.desks import Case, begin, case_inputs, decided
from tests.support.exploring import few
from tests.support.judge import judged, told_by_page_alone
from tests.support.stamping import Authority, stamping


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with stamping(tmp_path_factory.mktemp("office") / "own") as authority:
        yield authority


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another authority, which has stamped nothing of ours."""
    return Authority(tmp_path_factory.mktemp("others") / "own").found()


@pytest.fixture
def asks(office: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority is named, and trusted."""
    monkeypatch.setenv(AUTHORITY, office.address)
    monkeypatch.setenv(ROOTS, str(office.root))
    return office


def _said(report: Report, language: str = "en") -> str:
    return "\n".join(part.said for part in report.tell(language) if not isinstance(part, Rows))


def _recorded(case: Case) -> list[Stamp]:
    with case.desk() as desk:
        return [*stamps(desk.ledger)]


def test_confirming_has_the_ledger_stamped_where_an_authority_is_named(
    asks: Authority, tmp_path: Path
) -> None:
    case = decided(tmp_path)
    report = case.run(confirm, "总部承担余下部分")
    assert report.stamp is not None and report.stamp.is_trusted and report.unstamped == ()
    [found] = _recorded(case)
    entries = case.entries()
    seen = parse_checkpoint(found.checkpoint)
    assert [entry.action for entry in entries[seen.size - 1 :]] == ["confirm", "stamp"]
    assert found.authority == asks.address
    proved = case.run(verify)
    assert (proved.problems, [one.head for one in proved.stamps]) == ((), [seen.mark])
    assert abs(proved.stamps[0].at - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    for language in LANGUAGES:
        assert seen.mark in _said(report, language) and asks.address in _said(proved, language)


def test_what_is_stamped_is_the_text_that_a_checkpoint_is_signed_as(asks: Authority, tmp_path: Path) -> None:
    """openssl itself holds the stamp against the text's hash."""
    case = decided(tmp_path / "case")
    case.run(stamp)
    [found] = _recorded(case)
    (asks.folder / "own.tsr").write_bytes(found.answer)
    digest = sha256(found.checkpoint.encode()).hexdigest()
    asks._openssl("ts", "-verify", "-digest", digest, "-in", "own.tsr", "-CAfile", "root.pem")


def test_the_authority_and_its_root_may_be_the_plan_s(office: Authority, tmp_path: Path) -> None:
    inputs = case_inputs()
    trust = Trust(office.address, (office.root.read_text("ascii"),))
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, trust=trust)))
    begin(case)
    assert case.run(stamp).is_trusted
    proved = case.run(verify)
    assert ([one.authority for one in proved.stamps], proved.notes) == ([office.address], ())


def test_without_an_authority_nobody_is_asked(office: Authority, tmp_path: Path) -> None:
    before = office.asked
    case = decided(tmp_path)
    case.run(confirm, "总部承担余下部分")
    assert (office.asked, _recorded(case)) == (before, [])
    with pytest.raises(Refused) as refused:
        case.run(stamp)
    assert [problem.code for problem in refused.value.problems] == ["stamp_nobody"]


_ANSWERS: list[bytes | int] = [503, 302, b"", b"hello", b"\x30\x03\x02\x01\x02"]


@pytest.mark.parametrize("answer", few([None, *_ANSWERS], {"None", "302", "b'hello'"}))
def test_an_authority_that_fails_fails_no_confirmation(
    answer: bytes | int | None, asks: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if answer is None:
        monkeypatch.setenv(AUTHORITY, "http://127.0.0.1:9/nobody")
    else:
        asks.answers.append(answer)
    case = decided(tmp_path)
    report = case.run(confirm, "总部承担余下部分")
    assert report.stamp is None
    assert [problem.code for problem in report.unstamped] == [
        "stamp_unreached" if answer is None or isinstance(answer, int) else "stamp_invalid"
    ]
    assert "targetcal stamp BOOK" in _said(report)
    assert case.value("R1", None, "state") == "confirmed"
    assert not case.run(audit, None).problems and _recorded(case) == []
    monkeypatch.setenv(AUTHORITY, asks.address)
    assert case.run(stamp).is_trusted and case.run(verify).problems == ()


@pytest.mark.parametrize("address", ["", " ", "nowhere", "ftp://x/", "http://[", "http://\x00"])
def test_an_address_that_is_none_is_told(address: str, tmp_path: Path) -> None:
    case = decided(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(stamp, address)
    code = "stamp_unreached" if address.strip() else "stamp_nobody"
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_stamp_of_an_older_request_is_none_of_this_one(asks: Authority, tmp_path: Path) -> None:
    """Whoever answers with a stamp that was caught before is found by the nonce."""
    case = decided(tmp_path)
    case.run(stamp)
    [found] = _recorded(case)
    asks.answers.append(found.answer)
    with pytest.raises(Refused, match="nonce"):
        ask_stamp(asks.address, found.checkpoint.encode())


def test_a_stamp_of_whom_nobody_trusts_is_not_recorded(
    asks: Authority, others: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = decided(tmp_path)
    monkeypatch.setenv(ROOTS, str(others.root))
    with pytest.raises(Refused) as refused:
        case.run(stamp)
    assert [problem.code for problem in refused.value.problems] == ["stamp_invalid"]
    assert _recorded(case) == []
    monkeypatch.delenv(ROOTS)
    untrusted = case.run(stamp)
    assert not untrusted.is_trusted and ROOTS in _said(untrusted)
    assert [note.code for note in case.run(verify).notes] == ["stamps_unheld"]
    monkeypatch.setenv(ROOTS, str(others.root))
    assert [problem.code for problem in case.run(verify).problems] == ["stamp_wrong"]
    monkeypatch.setenv(ROOTS, str(asks.root))
    assert case.run(verify).problems == ()


def test_roots_may_be_a_folder(asks: Authority, others: Authority, tmp_path: Path) -> None:
    shutil.copy(asks.root, tmp_path / "one.pem")
    shutil.copy(others.root, tmp_path / "two.crt")
    (tmp_path / "readme.txt").write_text("no certificate", encoding="utf-8")
    assert len(trusted_roots(tmp_path)) == 2
    stamp_of = ask_stamp(asks.address, b"a")
    assert stamped_at(stamp_of, b"a", trusted_roots(tmp_path)).tzinfo is dt.UTC
    for place in (tmp_path / "readme.txt", tmp_path / "none.pem", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(Refused):
            trusted_roots(place)


def test_whoever_has_a_proof_sees_the_stamps_in_it(
    asks: Authority, others: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = decided(tmp_path)
    case.run(confirm, "总部承担余下部分")
    case.run(proof, "R1", tmp_path / "R1.json", "R1-1")
    monkeypatch.delenv(ROOTS)
    [found] = _recorded(case)
    mark = parse_checkpoint(found.checkpoint).mark
    [one] = attest([tmp_path / "R1.json"], asks.root).proofs
    assert ([each.head for each in one.stamps], one.wrong, one.unheld, one.problems) == ([mark], (), 0, ())
    wrong = attest([tmp_path / "R1.json"], others.root)
    assert [problem.code for problem in wrong.proofs[0].wrong] == ["stamp_wrong"] and wrong.leaves_work
    unheld = attest([tmp_path / "R1.json"])
    assert (unheld.proofs[0].unheld, unheld.leaves_work) == (1, False)
    [page] = judged([{"R1.json": (tmp_path / "R1.json").read_bytes()}])
    for language in LANGUAGES:
        asked, fits = (part for part in page["told"][language] if part.get("mark") == "·")
        assert asked["said"] in _said(unheld, language)
        assert fits["mark"] == "·" and mark in fits["said"] and told_by_page_alone(fits)
    with pytest.raises(Refused):
        attest([tmp_path / "R1.json"], tmp_path / "none.pem")


def test_a_stamp_that_was_changed_in_the_ledger_is_named(asks: Authority, tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.run(stamp)
    [found] = _recorded(case)
    bent = bytearray(found.answer)
    bent[-1] ^= 1
    with pytest.raises(Refused):
        stamped_at(bytes(bent), found.checkpoint.encode(), trusted_roots())
    with pytest.raises(Refused):
        stamped_at(found.answer, b"another text", trusted_roots())
    with pytest.raises(Refused):
        stamped_at(found.answer, b"another text")


@settings(max_examples=200)
@given(data=st.data())
def test_no_answer_raises_anything_but_a_refusal(office: Authority, data: st.DataObject) -> None:
    whole = _whole(office)
    at = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:at] + data.draw(st.binary(max_size=2)) + whole[at + data.draw(st.integers(0, 3)) :]
    try:
        stamped_at(bent, b"a", trusted_roots(office.root))
    except Refused:
        return
    assert stamped_at(bent, b"a") == stamped_at(whole, b"a")


def _whole(office: Authority) -> bytes:
    kept = office.folder / "kept.tsr"
    if not kept.exists():
        kept.write_bytes(ask_stamp(office.address, b"a"))
    return kept.read_bytes()


def test_a_book_that_missed_its_stamp_is_brought_up_to_date(asks: Authority, tmp_path: Path) -> None:
    case = decided(tmp_path)
    before = case.path.read_bytes()
    case.run(stamp)
    case.path.write_bytes(before)
    assert case.run(repair).caught_up == 1
    assert case.run(verify).problems == ()


def test_where_the_library_is_missing_the_line_that_installs_it_is_named(
    asks: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    monkeypatch.delenv(ROOTS)
    case = decided(tmp_path)
    report = case.run(confirm, "总部承担余下部分")
    assert 'pip install "targetcal-xl[stamps]"' in _said(report)


def test_a_record_that_makes_no_sense_is_told_not_raised() -> None:
    for odd in (Stamp("x", "a", "AAAA"), Stamp("a\n1\n" + "A" * 43 + "=\n", "a", "é"), Stamp("", "", "A")):
        with pytest.raises(Refused):
            stamped_at(odd.answer, odd.seen.text.encode())


def test_what_is_stored_is_the_whole_answer_as_a_document(asks: Authority, tmp_path: Path) -> None:
    case = decided(tmp_path)
    case.run(stamp)
    [entry] = case.entries("stamp", "stamp.record")
    with case.desk() as desk:
        said = json.loads(desk.ledger.document(str(entry.new)))
    assert sorted(said) == ["authority", "checkpoint", "token"]
    assert stamped_at(base64.b64decode(said["token"]), said["checkpoint"].encode(), trusted_roots())
