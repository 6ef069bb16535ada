"""Letters are signed once by each, in files or on paper, and what a file is worth is said plainly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp

from targetcal_xl.actions import (
    answer,
    ask,
    attest,
    issue_letters,
    proof,
    repair,
    sign,
    sign_alone,
    signed_as_said,
    signed_on_paper,
    take_in_signed,
    verify,
)
from targetcal_xl.actions.letter_files import is_named
from targetcal_xl.actions.remind import remind
from targetcal_xl.actions.sign import KEY_PASSWORD, Wish
from targetcal_xl.calibration import Person, Trust
from targetcal_xl.calibration.vocabulary import Role
from targetcal_xl.connect.stamps import SIGNERS_ROOTS
from targetcal_xl.desk import LetterSignature, letter_questions, letter_signatures, signed_by
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import Problem, TargetcalError
from targetcal_xl.signing import examination, examined
from targetcal_xl.telling import Report, Rows
from tests.support.commands import Terminal
from tests.support.desks import Case, confirmed, told
from tests.support.lettered import cared_inputs, lettered
from tests.support.signers import (
    FROM,
    PASSWORD,
    Answering,
    Certifier,
    picture_of_hand,
    responder,
    revocations,
    sign_as,
)

NUMBERS = ("2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R2-V1")
NOBODY = "nobody is asked"
AFTERWARDS = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


class Office:
    """A plan with its letters issued, and the people who sign them."""

    def __init__(self, folder: Path, case: Case, certifier: Certifier) -> None:
        self.folder, self.case, self.certifier = folder, case, certifier
        self.letters = [folder / "letters" / f"{number}.pdf" for number in NUMBERS]
        self.asked = 0

    def key(self, name: str) -> str:
        path = self.folder / f"{name}.p12"
        if not path.exists():
            self.certifier.person(path, name)
        return str(path)

    def secret(self, _name: str) -> str:
        self.asked += 1
        return PASSWORD

    def sign(self, role: str, name: str, *files: Path, **more: object) -> Report:
        wish = Wish(role, self.key(name), **more)  # type: ignore[arg-type]
        return self.case.run(sign, files or [self.letters[0]], wish, self.secret)

    def both(self) -> bytes:
        """The first letter as both have signed it."""
        self.sign("head", "head1")
        self.sign("superior", "superior1")
        return self.letters[0].read_bytes()

    def recorded(self) -> list[tuple[str, str, str]]:
        with self.case.desk() as desk:
            found = [*letter_signatures(desk.ledger)]
        return [(one.letter, one.role, one.signer) for one in found]

    def proof(self) -> Path:
        path = self.folder / "R1.json"
        self.case.run(proof, "R1", path)
        return path

    def worth(self, *files: Path, trusting: bool = True) -> str:
        """What `verify` says of the signatures in the last file."""
        roots = self.certifier.write_root(self.folder / "roots.pem") if trusting else None
        report = attest(files, roots)
        assert report.leaves_work == (report.signatures[-1].verdict not in ("valid", "unsigned"))
        return report.signatures[-1].verdict


@pytest.fixture(scope="module")
def _issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Case]:
    folder = tmp_path_factory.mktemp("issued")
    case = confirmed(folder)
    case.run(issue_letters, folder / "letters")
    return folder, case


@pytest.fixture
def office(tmp_path: Path, _issued: tuple[Path, Case], monkeypatch: pytest.MonkeyPatch) -> Office:
    import shutil

    folder, model = _issued
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    case = Case(tmp_path, model.inputs)
    case.clock.now = model.clock.now
    monkeypatch.delenv(KEY_PASSWORD, raising=False)
    monkeypatch.delenv(SIGNERS_ROOTS, raising=False)
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    return Office(tmp_path, case, Certifier())


def _refused(act: Callable[[], object]) -> list[Problem]:
    with pytest.raises(TargetcalError) as refused:
        act()
    return [*refused.value.problems]


def _codes(act: Callable[[], object]) -> list[str]:
    return [one.code for one in _refused(act)]


def _said(report: Report, language: str = "en") -> str:
    return "\n".join(
        " ".join(cell for row in part.rows for cell in row) if isinstance(part, Rows) else part.said
        for part in report.tell(language)
    )


def test_both_sign_and_the_ledger_knows(office: Office) -> None:
    issued = office.letters[0].read_bytes()
    content = office.both()
    assert content.startswith(issued)
    assert office.recorded() == [(NUMBERS[0], "head", "head1"), (NUMBERS[0], "superior", "superior1")]
    with office.case.desk() as desk:
        last = signed_by(desk.ledger)[NUMBERS[0]][Role.SUPERIOR]
    assert last.sha256 == sha256(content).hexdigest()
    assert dt.datetime.fromisoformat(last.signed_at) == office.case.clock()
    assert office.case.run(verify).problems == ()


def test_a_superior_signs_a_batch_with_one_question(office: Office) -> None:
    office.case.run(sign, [office.letters[0]], Wish("head", office.key("head1")), office.secret)
    before = office.asked
    report = office.sign("superior", "superior1", office.letters[0])
    assert office.asked == before + 1
    assert "signed by superior1 as superior" in _said(report)
    wish = Wish("superior", office.key("both"), reason="deputises for both, by power of attorney")
    office.case.run(sign, office.letters[1:], wish, office.secret)
    assert office.recorded()[-1] == (NUMBERS[1], "superior", "both")
    assert office.case.entries("sign")[-1].reason == wish.reason


def test_what_is_signed_already_stays_as_it_is(office: Office) -> None:
    first = office.both()
    entries = len(office.case.entries())
    report = office.sign("superior", "superior1")
    assert office.letters[0].read_bytes() == first and len(office.case.entries()) == entries
    assert "already" in _said(report)


def test_letters_that_were_signed_are_kept_when_letters_are_written_again(office: Office) -> None:
    signed = office.both()
    report = office.case.run(issue_letters, office.folder / "letters")
    assert [one.is_new for one in report.letters] == [False, False]
    assert office.letters[0].read_bytes() == signed
    office.letters[0].write_bytes(signed + b"\n")
    assert _codes(lambda: office.case.run(issue_letters, office.folder / "letters")) == [
        "letter_file_differs"
    ]


def test_nothing_is_signed_where_one_letter_may_not_be(office: Office) -> None:
    office.letters[1].write_bytes(office.letters[1].read_bytes() + b"\n")
    before = [one.read_bytes() for one in office.letters]
    assert _codes(lambda: office.sign("head", "head1", *office.letters)) == ["sign_altered"]
    assert [one.read_bytes() for one in office.letters] == before and office.recorded() == []


def test_a_changed_letter_and_somebody_elses_file_are_not_signed(office: Office) -> None:
    content = bytearray(office.letters[0].read_bytes())
    content[len(content) // 2] ^= 1
    office.letters[0].write_bytes(content)
    (office.folder / "other.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert _codes(lambda: office.sign("head", "head1", office.letters[0], office.folder / "other.pdf")) == [
        "sign_not_issued", "sign_not_issued",
    ]  # fmt: skip


def test_an_earlier_copy_gets_no_second_signature(office: Office) -> None:
    issued = office.letters[0].read_bytes()
    office.sign("head", "head1")
    office.letters[0].write_bytes(issued)
    assert _codes(lambda: office.sign("head", "head1")) == ["sign_earlier_file"]
    assert _codes(lambda: office.sign("superior", "superior1")) == ["sign_earlier_file"]


def test_a_letter_that_was_replaced_is_not_signed(office: Office) -> None:
    from targetcal_xl.actions import confirm, decide, lock, unlock
    from tests.support.desks import RESERVE

    case = office.case
    case.run(unlock, "R2", reason="渠道恢复")
    case.declare("R2", R2_1=round(case.suggested("R2-1")) - 1)
    case.run(lock)
    case.run(decide, "R2", "R2-1", "accept", reason="渠道恢复属实", by="superior2")
    case.run(confirm, RESERVE)
    case.run(issue_letters, office.folder / "letters")
    assert _codes(lambda: office.sign("head", "head2", office.letters[1])) == ["sign_replaced"]


def test_a_certificate_that_names_somebody_else_needs_a_reason(office: Office) -> None:
    assert _codes(lambda: office.sign("head", "head2")) == ["sign_stranger"]
    assert office.recorded() == [] and not examined(office.letters[0].read_bytes()).signatures
    office.sign("head", "head2", reason="seen with the passport")
    assert office.recorded() == [(NUMBERS[0], "head", "head2")]


@pytest.mark.parametrize(
    ("signer", "mails", "person", "is_theirs"),
    [
        ("朱芳", (), Person("朱芳"), True),
        ("朱芳 E10001", (), Person("朱芳"), True),
        ("051@朱芳10001@Z123", (), Person("朱芳"), True),
        ("朱芳菲", (), Person("朱芳"), False),
        ("LI Chen", (), Person("Chen Li"), True),
        ("Chen", (), Person("Chen Li"), False),
        ("head2", (), Person("head1"), False),
        ("Zhu Fang", ("Fang.Zhu@x.example",), Person("朱芳", "fang.zhu@X.example"), True),
        ("Zhu Fang", ("",), Person("朱芳"), False),
        ("", (), Person("朱芳"), False),
        ("x", (), Person(""), False),
    ],
)
def test_a_certificate_names_a_person_by_all_parts_of_the_name_or_by_mail(
    signer: str, mails: tuple[str, ...], person: Person, is_theirs: bool
) -> None:
    assert is_named(signer, mails, person) is is_theirs


def test_what_a_person_says_must_make_sense(office: Office) -> None:
    assert _codes(lambda: office.sign("finance", "head1")) == ["sign_role"]
    assert _codes(lambda: office.case.run(sign, [office.letters[0]], Wish("head", ""), office.secret)) == [
        "sign_no_key"
    ]
    assert _codes(lambda: office.sign("head", "head1", stamp=True)) == ["stamp_nobody"]
    (office.folder / "hand.png").write_bytes(b"no picture")
    assert _codes(lambda: office.sign("head", "head1", picture=office.folder / "hand.png")) == [
        "sign_picture"
    ]
    until = office.case.clock.now - dt.timedelta(days=1)
    office.certifier.person(office.folder / "head1.p12", "head1", until=until)
    assert _codes(lambda: office.sign("head", "head1")) == ["key_expired"]


def test_a_picture_of_the_hand_is_shown(office: Office) -> None:
    import pypdfium2

    (office.folder / "hand.png").write_bytes(picture_of_hand())
    office.sign("head", "head1", picture=office.folder / "hand.png")
    with pypdfium2.PdfDocument(office.letters[0]) as document:
        document.init_forms()
        pages = [page.render(scale=2, may_draw_forms=True).to_numpy() for page in document]
    assert any(bool(((page[..., 0] > 100) & (page[..., 2] < 60)).any()) for page in pages)


def test_the_secret_comes_from_the_environment_before_anybody_is_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_PASSWORD, PASSWORD)
    office.sign("head", "head1")
    assert office.asked == 0
    monkeypatch.setattr("keyring.get_password", lambda _, name: {"key head2.p12": PASSWORD}.get(name))
    monkeypatch.delenv(KEY_PASSWORD)
    office.case.run(sign, [office.letters[1]], Wish("head", office.key("head2")), office.secret)
    assert office.asked == 0


def test_who_has_no_plan_at_hand_signs_what_was_sent(office: Office) -> None:
    at = office.case.clock()
    for language in LANGUAGES:
        path = office.folder / f"{language}.pdf"
        path.write_bytes(office.letters[0].read_bytes())
        report = sign_alone([path], Wish("head", office.key("head1")), at, language, office.secret)
        assert (report.letters[0].signer, report.recorded) == ("head1", False)
        again = path.read_bytes()
        sign_alone([path], Wish("head", office.key("head1")), at, language, office.secret)
        assert path.read_bytes() == again
    taken = office.case.run(take_in_signed, [path])
    assert [one.signer for one in taken.taken] == ["head1"] and not taken.leaves_work
    assert office.case.run(take_in_signed, [path]).taken == ()
    path.write_bytes(path.read_bytes() + b" ")
    assert _codes(
        lambda: sign_alone([path], Wish("superior", office.key("superior1")), at, "en", office.secret)
    ) == ["sign_changed"]


def test_a_command_signs_with_a_key_and_without_a_book(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_PASSWORD, PASSWORD)
    given = Terminal("en", office.case.clock)
    letter, key = office.letters[0], office.key("head1")
    said = given("sign", letter, "--as", "head", "--key", key)
    assert (said.status, said.err) == (0, "") and "Nothing is recorded yet" in said.out, said
    said = given("signed", office.case.path, letter)
    assert (said.status, said.err) == (0, "") and "signature of head1 as the one who commits" in said.out, (
        said
    )
    states = [one["state"] for one in given("signed", office.case.path, "--json").json["letters"]]
    assert states == ["half_signed", "unsigned"]


def test_without_a_terminal_nobody_is_asked_for_a_password(office: Office) -> None:
    said = Terminal("en")("sign", office.letters[0], "--as", "head", "--key", office.key("head1"))
    assert said.status == 2 and "keyring set targetcal" in said.err and PASSWORD not in str(said)
    for words in (["sign", "--as", "head"], ["sign", office.case.path, "--as", "head"]):
        assert "Name the letters to sign" in Terminal("en")(*words).err


def test_what_came_back_is_taken_in_or_named(office: Office) -> None:
    back = office.folder / "back"
    back.mkdir()
    for number, letter in enumerate(office.letters):
        (back / f"{number}.pdf").write_bytes(letter.read_bytes())
    at = office.case.clock()
    sign_alone([back / "0.pdf"], Wish("head", office.key("head1")), at, "en", office.secret)
    sign_alone([back / "1.pdf"], Wish("head", office.key("stranger")), at, "en", office.secret)
    report = office.case.run(take_in_signed, [*back.iterdir(), office.letters[1], back / "none.pdf"])
    assert [one.signer for one in report.taken] == ["head1"]
    assert sorted(one.code for one in report.refused) == [
        "file_missing", "sign_stranger", "sign_twice", "signed_unsigned",
    ]  # fmt: skip
    report = office.case.run(take_in_signed, [back / "1.pdf"])
    assert [one.code for one in report.refused] == ["sign_stranger"]
    assert _codes(lambda: office.sign("superior", "superior2", back / "1.pdf")) == ["sign_stranger"]
    (back / "0.pdf").write_bytes(office.letters[0].read_bytes())
    again = office.certifier.person(office.folder / "again.p12", "head1")
    sign_alone([back / "0.pdf"], Wish("head", str(again)), at, "en", office.secret)
    assert _codes(lambda: office.sign("superior", "superior1", back / "0.pdf")) == ["sign_other_hand"]
    other = office.case.run(take_in_signed, [back / "0.pdf"])
    assert [one.code for one in other.refused] == ["sign_other_hand"]
    assert [one.state for one in report.letters] == ["half_signed", "unsigned"]
    assert all(word in _said(report) for word in ("half signed", "unsigned"))


def test_a_letter_signed_on_paper_is_recorded_with_its_scan(office: Office) -> None:
    scan = office.folder / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4 what the scanner made")
    on = office.case.clock().date()
    with office.case.desk() as desk:
        issued = next(iter(desk.ledger.entries(action="letters"))).at.date()
    for day in (issued - dt.timedelta(days=1), on + dt.timedelta(days=2)):
        assert _codes(lambda: office.case.run(signed_on_paper, scan, "R1", "both", day)) == ["signed_when"]  # noqa: B023
    report = office.case.run(signed_on_paper, scan, "R1", "both", on)
    assert [(one.signer, one.way, one.sha256) for one in report.taken] == [
        (name, "paper", sha256(scan.read_bytes()).hexdigest()) for name in ("head1", "superior1")
    ]
    assert report.letters[0].state == "signed"
    assert _codes(lambda: office.case.run(signed_on_paper, scan, "R1", "head", on)) == ["signed_already"]
    assert _codes(lambda: office.sign("head", "head1")) == ["sign_on_paper"]
    assert attest([office.proof(), scan]).files[0].verdict == "recorded"
    assert office.worth(office.proof(), office.letters[0]) == "unsigned"


def test_half_of_what_paper_needs_is_refused(office: Office) -> None:
    scan = office.folder / "scan.pdf"
    scan.write_bytes(b"x")
    on = office.case.clock().date()
    halves: tuple[tuple[object, ...], ...] = (
        ([], None, "R1", "head", None, "", ""),
        ([], None, "R1", "", None, "", "", "E1"),
        ([], scan, "R1", "both", None, "", ""),
        ([scan], scan, "R1", "both", on, "", ""),
        ([], scan, "R1", "both", on, "somebody", ""),
    )
    for said in halves:
        assert "signed_paper_needs" in _codes(lambda: office.case.run(signed_as_said, *said))  # noqa: B023
    report = office.case.run(signed_as_said, [], scan, "R1", "head", on, "the deputy", "")
    assert [one.signer for one in report.taken] == ["the deputy"]


# What a file is worth.


def test_a_letter_that_both_have_signed_is_valid_beside_its_proof(office: Office) -> None:
    office.both()
    letter, proved = office.letters[0], office.proof()
    assert office.worth(proved, letter) == "valid"
    assert office.worth(proved, letter, trusting=False) == "untrusted"
    assert office.worth(letter) == "unproved"
    report = attest([proved, letter], office.certifier.write_root(office.folder / "roots.pem"))
    assert [one.verdict for one in report.files] == ["recorded"]
    for language, word in (("en", "is valid"), ("zh-CN", "有效：")):
        assert word in _said(report, language)


def test_the_roots_that_are_trusted_may_stand_in_the_environment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.both()
    root = office.certifier.write_root(office.folder / "roots.pem")
    monkeypatch.setenv(SIGNERS_ROOTS, str(root))
    assert attest([office.proof(), office.letters[0]]).signatures[0].verdict == "valid"


def test_a_half_signed_letter_is_told_to_be_one(office: Office) -> None:
    office.sign("head", "head1")
    assert office.worth(office.proof(), office.letters[0]) == "half"
    report = attest([office.proof(), office.letters[0]])
    assert "1 of 2" in _said(report) and "superior is missing" in _said(report)


def test_a_file_that_was_cut_back_lacks_what_the_plan_knows(office: Office) -> None:
    """Each of the earlier states is a sound file by itself."""
    issued = office.letters[0].read_bytes()
    office.sign("head", "head1")
    by_head = office.letters[0].read_bytes()
    office.sign("superior", "superior1")
    proved, cut = office.proof(), office.folder / "cut.pdf"
    for earlier in (issued, by_head):
        cut.write_bytes(earlier)
        assert office.worth(proved, cut) == "earlier"
        assert "valid:" not in _said(attest([proved, cut]))


def test_another_hand_in_the_same_place_is_not_what_was_recorded(office: Office) -> None:
    issued = office.letters[0].read_bytes()
    office.both()
    other = office.folder / "other.pdf"
    other.write_bytes(issued)
    at = office.case.clock()
    for role, name in (("head", "head1"), ("superior", "superior1")):
        key = office.certifier.person(office.folder / "again.p12", name)
        sign_alone([other], Wish(role, str(key)), at, "en", office.secret)
    assert office.worth(office.proof(), other) == "other"


def test_what_was_added_to_makes_a_letter_worthless(office: Office) -> None:
    issued = office.letters[0].read_bytes()
    content = office.both()
    proved, path = office.proof(), office.folder / "added.pdf"
    for added in (b"\n", b"%%EOF\n", b"1 0 obj <<>> endobj\n%%EOF\n"):
        for whole in (issued, content):
            path.write_bytes(whole + added)
            assert office.worth(proved, path) == "altered", added


def test_an_issued_letter_is_said_to_carry_no_signature(office: Office) -> None:
    report = attest([office.proof(), office.letters[0]])
    assert "carries no signature; 2 are due" in _said(report) and not report.leaves_work


# Acknowledge or ask.


def test_who_signs_may_ask_first_and_is_answered(office: Office) -> None:
    case = office.case
    until = case.clock().date() + dt.timedelta(days=3)
    case.run(ask, "R1", "S02 由谁负责？", until, by="head1")
    assert _codes(lambda: office.sign("head", "head1")) == ["sign_asked"]
    assert case.run(signed_as_said, [], None, "", "", None, "", "").letters[0].state == "asked"
    assert _codes(lambda: case.run(ask, "R1", "还有一问", until, by="superior1")) == ["ask_waiting"]
    assert _codes(lambda: case.run(answer, "R1", "我自己", by="head1")) == ["answer_own"]
    case.run(answer, "R1", "由销售运营负责", by="hrbp1")
    with case.desk() as desk:
        [asked] = letter_questions(desk.ledger)[NUMBERS[0]]
    assert (asked.by, asked.due, asked.text) == ("head1", until, "S02 由谁负责？")
    assert (asked.answered_by, asked.answer, asked.is_open) == ("hrbp1", "由销售运营负责", False)
    office.sign("head", "head1")
    case.run(ask, "R1", "再问一次", until, by="superior1")
    with case.desk() as desk:
        assert [one.is_open for one in letter_questions(desk.ledger)[NUMBERS[0]]] == [False, True]
    assert case.run(verify).problems == ()


def test_what_cannot_be_asked_or_answered_is_told(office: Office) -> None:
    case = office.case
    day = case.clock().date()
    assert _codes(lambda: case.run(answer, "R1", "说明", by="hrbp1")) == ["answer_nothing"]
    assert _codes(lambda: case.run(ask, "R1", "问题", day - dt.timedelta(days=1), by="林静")) == [
        "ask_who", "ask_until",
    ]  # fmt: skip
    assert _codes(lambda: case.run(ask, "R1", "无", day, by="head1")) == ["ask_words"]
    case.run(ask, "R1", "有无例外？", day, by="head1")
    assert _codes(lambda: case.run(answer, "R1", " \n", by="hrbp1")) == ["ask_words"]
    case.run(answer, "R1", "无", by="hrbp1")
    office.both()
    assert _codes(lambda: case.run(ask, "R1", "太晚了", day, by="head1")) == ["ask_signed"]


def test_before_a_letter_is_issued_nothing_is_signed_or_asked(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    day = case.clock().date()
    (tmp_path / "scan.pdf").write_bytes(b"x")
    assert _codes(lambda: case.run(ask, "R1", "问题", day, by="head1")) == ["letter_none"]
    assert _codes(lambda: case.run(signed_on_paper, tmp_path / "scan.pdf", "R1", "head", day)) == [
        "letter_none"
    ]
    report = case.run(take_in_signed, [])
    assert "No letter has been issued yet." in _said(report)


def test_a_plan_with_signatures_is_proved_and_repaired_like_any(office: Office) -> None:
    office.both()
    assert told(office.case.run(verify).problems) == []
    office.case.path.unlink()
    office.case.run(repair)
    assert told(office.case.run(verify).problems) == []


def test_the_record_of_a_signature_reads_again_as_it_was(office: Office) -> None:
    office.sign("head", "head1")
    with office.case.desk() as desk:
        [one] = letter_signatures(desk.ledger)
    assert isinstance(one, LetterSignature) and (one.way, one.file) == ("file", office.letters[0].name)
    assert one.issuer == office.certifier.name and len(one.certificate) == 64


def _due(office: Office, days: float) -> set[tuple[str, str]]:
    """Who would be told of letters after so many days: for what, and whom."""
    office.case.clock.advance(days=days)
    report = office.case.run(remind, dry_run=True)
    return {(one.subject.partition("：")[2][:3], one.person) for one in report.messages}


def test_who_has_not_signed_is_reminded_and_a_question_is_told_at_once(office: Office) -> None:
    assert _due(office, 1) == set()
    assert {person for _, person in _due(office, 2)} == {"head1", "superior1", "head2", "superior2"}
    until = office.case.clock().date() + dt.timedelta(days=1)
    office.case.run(ask, "R1", "S02 由谁负责？", until, by="head1")
    assert {person for _, person in _due(office, 0)} == {"hrbp1", "head2", "superior2"}
    office.case.run(answer, "R1", "由销售运营负责", by="hrbp1")
    office.sign("head", "head1")
    assert {person for _, person in _due(office, 0)} == {"superior1", "head2", "superior2"}


# Whom the plan trusts, and whether certificates were revoked.


def test_who_issued_certificates_is_asked_whether_they_were_revoked_where_somebody_says_so(
    office: Office,
) -> None:
    lists: list[bytes] = []
    with revocations(lists) as address:
        certifier = Certifier(revocations=address)
        office.certifier = certifier
        office.both()
        proved, roots = office.proof(), certifier.write_root(office.folder / "roots.pem")
        held = pkcs12.load_key_and_certificates(Path(office.key("head1")).read_bytes(), PASSWORD.encode())[1]
        assert held is not None
        said = {}
        own = [held.serial_number]
        answers = {
            "unreached": [],
            "valid": [certifier.revoked([])],
            "later": [certifier.revoked(own, AFTERWARDS)],
            "revoked": [certifier.revoked(own)],
        }
        for verdict, answer in answers.items():
            lists += answer
            report = attest([proved, office.letters[0]], roots, online=True)
            said[verdict] = report.signatures[0].verdict
            for language in LANGUAGES:
                assert _said(report, language)
    assert said == {verdict: verdict for verdict in answers}
    offline = attest([proved, office.letters[0]], roots)
    assert offline.signatures[0].verdict == "valid" and "was not asked" in _said(offline)


def test_an_authority_that_was_revoked_is_told_apart_from_the_signer(office: Office) -> None:
    of_root, of_own = list[bytes](), list[bytes]()
    with revocations(of_root) as first, revocations(of_own) as second:
        root = Certifier("Root", revocations=first)
        office.certifier = between = Certifier("Between", revocations=second, above=root)
        office.both()
        asked, roots = [office.proof(), office.letters[0]], root.write_root(office.folder / "roots.pem")
        of_own.append(between.revoked([]))
        said = {}
        for numbers in ([], [between.root.serial_number]):
            of_root.append(root.revoked(numbers))
            report = attest(asked, roots, online=True)
            said[report.signatures[0].verdict] = [_said(report, language) for language in LANGUAGES]
    assert [*said] == ["valid", "revoked"]
    assert all("an authority that vouches" in one or "上级机构" in one for one in said["revoked"])
    assert not any("an authority that vouches" in one or "上级机构" in one for one in said["valid"])


_OCSP = ocsp.OCSPCertStatus
_ANSWERS: Mapping[str, tuple[str, Callable[[Certifier], Answering]]] = {
    "good": ("valid", Answering),
    "good, says a deputy": ("valid", lambda by: Answering(by, deputy=True)),
    "revoked before": ("revoked", lambda by: Answering(by, _OCSP.REVOKED, revoked=FROM)),
    "revoked after the hour that the signer gives": (
        "later",
        lambda by: Answering(by, _OCSP.REVOKED, revoked=AFTERWARDS),
    ),
    "unknown": ("unreached", lambda by: Answering(by, _OCSP.UNKNOWN)),
    "signed by another": ("unreached", lambda by: Answering(Certifier(by.name))),
    "a deputy who may not": ("unreached", lambda by: Answering(by, deputy=False)),
    "of before the signature": ("unreached", lambda by: Answering(by, at=FROM)),
    "of another certificate": ("unreached", lambda by: Answering(by, number=1)),
}
"""What a responder says -> the verdict, and its answer. A signer's own clock does not outdo a revocation."""


def test_a_responder_is_asked_and_only_an_answer_that_counts_is_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "_SECONDS", 0.5)
    answers: list[Callable[[bytes], bytes]] = []
    with responder(answers) as address:
        office.certifier = certifier = Certifier(responder=address)
        office.both()
        proved, roots = office.proof(), certifier.write_root(office.folder / "roots.pem")
        asked = [proved, office.letters[0]]
        reports = {}
        for name, (_, answer) in _ANSWERS.items():
            answers.append(answer(certifier))
            reports[name] = attest(asked, roots, online=True)
        answers.append(lambda _: b"no answer at all")
        reports["noise"] = attest(asked, roots, online=True)
        answers.clear()
        reports["silence"] = attest(asked, roots, online=True)
    reports["nobody"] = attest(asked, roots, online=True)
    due = {name: verdict for name, (verdict, _) in _ANSWERS.items()}
    due |= dict.fromkeys(("silence", "noise", "nobody"), "unreached")
    assert {name: report.signatures[0].verdict for name, report in reports.items()} == due
    for name, report in reports.items():
        for language in LANGUAGES:
            assert _WORDS[due[name]][language] in _said(report, language), name


_WORDS = {
    "valid": {"en": "It had not been revoked", "zh-CN": "证书在签署时未被吊销"},
    "revoked": {
        "en": "The signer's certificate had been revoked by then",
        "zh-CN": "签署人证书在签署时已被吊销",
    },
    "later": {
        "en": "The signer's certificate was revoked on 2026-06-01 ",
        "zh-CN": "签署人证书已于 2026-06-01 ",
    },
    "unreached": {"en": "gave no answer that counts", "zh-CN": "吊销状态查询未得到有效答复"},
}


def test_what_no_certificate_says_whom_to_ask_is_said(office: Office) -> None:
    office.both()
    roots = office.certifier.write_root(office.folder / "roots.pem")
    report = attest([office.proof(), office.letters[0]], roots, online=True)
    assert report.signatures[0].verdict == "valid" and "names nobody who could be asked" in _said(report)


def test_a_plan_that_names_whom_it_trusts_takes_no_signature_that_others_vouch_for(tmp_path: Path) -> None:
    trusted, other, inputs = Certifier(), Certifier("Another"), cared_inputs()
    trust = Trust(roots=(trusted.write_root(tmp_path / "roots.pem").read_text("ascii"),))
    plan = replace(inputs.plan, trust=trust)
    case = lettered(tmp_path / "plan", replace(inputs, plan=plan), "pdf")
    pdf = case.folder / "letters" / f"{NUMBERS[0]}.pdf"
    keys = {one: str(one.person(tmp_path / f"{one.name}.p12", "head1")) for one in (trusted, other)}

    def act(key: str) -> Report:
        return case.run(sign, [pdf], Wish("head", key), lambda _: PASSWORD)

    [problem] = _refused(lambda: act(keys[other]))
    assert (problem.code, problem.fields["issuer"]) == ("key_untrusted", "Another")
    elsewhere = tmp_path / "back.pdf"
    elsewhere.write_bytes(sign_as("head", pdf.read_bytes(), Path(keys[other])))
    assert [one.code for one in case.run(take_in_signed, [elsewhere]).refused] == ["sign_untrusted"]
    act(keys[trusted])
    assert case.run(take_in_signed, [pdf]).refused == () and case.run(verify).verified
