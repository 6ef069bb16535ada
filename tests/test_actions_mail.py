"""Letters are mailed once, to whom the plan says, whatever servers and people do; what came back is noted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from targetcal_xl.actions import issue_letters, letter_files, verify
from targetcal_xl.actions.mail import mail, mail_texts
from targetcal_xl.actions.mail_texts import FIELDS, texts_path
from targetcal_xl.actions.outbox import OutboxReport
from targetcal_xl.calibration import LetterCare
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.signing import SignedFile, examined
from targetcal_xl.telling import Sentence
from tests.support.desks import Case
from tests.support.lettered import CORRECTED, FIRST, cared_inputs, lettered, register, renegotiate, sign
from tests.support.mailing import Post, mail_server
from tests.support.noticed import act, again, sent, told

TO = ("head1@example.com", "superior1@example.com", "head2@example.com", "superior2@example.com")
Server = tuple[Post, dict[str, str]]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Every region has its letter, beside the book."""
    return lettered(tmp_path_factory.mktemp("issued") / "plan")


@pytest.fixture
def case(issued: Case, tmp_path: Path) -> Case:
    return again(issued, tmp_path / "plan")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with mail_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def post(server: Server, monkeypatch: pytest.MonkeyPatch) -> Post:
    running, environment = server
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for kept in (running.received, running.answers, running.refused):
        kept.clear()
    running.hangs_up = False
    return running


def _mailed(case: Case, **more: object) -> OutboxReport:
    return act(case, mail, **more)


def _states(report: OutboxReport) -> list[str]:
    """Where the letters are; the objection that was announced before is another matter."""
    return [row.state for row in report.messages if row.kind.startswith("letter")]


def _to(report: OutboxReport) -> list[str]:
    return [row.address for row in report.messages]


def test_a_dry_run_lists_who_would_get_which_letter_and_does_nothing(case: Case, post: Post) -> None:
    before, book = case.entries(), case.path.read_bytes()
    report = _mailed(case, dry_run=True)
    assert tuple(_to(report)) == TO and not report.problems
    assert report.messages[0].attachments == (f"{FIRST}.pdf",)
    assert (case.entries(), case.path.read_bytes(), post.received) == (before, book, [])


def test_a_dry_run_lists_letters_that_wait_for_a_server(
    case: Case, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as nowhere:
        nowhere.delenv("TARGETCAL_SMTP")
        _mailed(case)
    assert tuple(_to(_mailed(case, dry_run=True))) == TO
    _mailed(case)
    assert tuple(to for _, to, _ in post.received) == TO
    assert _mailed(case, dry_run=True).messages == ()


def test_every_head_gets_the_letter_as_it_was_issued_and_the_superior_a_copy_once(
    case: Case, post: Post
) -> None:
    report = _mailed(case)
    assert tuple(_to(report)) == TO and {row.state for row in report.messages} == {"sent"}
    assert tuple(to for _, to, _ in post.received) == TO
    for mail_, region in zip(post.mails, ("R1", "R1", "R2", "R2"), strict=True):
        [enclosed] = mail_.iter_attachments()
        name = f"2025Q1-new-customers-{region}-V1.pdf"
        assert enclosed.get_filename() == name
        assert enclosed.get_content() == (case.folder / "letters" / name).read_bytes()
    _mailed(case)
    sent(case)
    assert len(post.received) == 4
    assert _mailed(case, dry_run=True).messages == ()


def test_the_register_and_its_sheet_say_to_whom_a_letter_was_mailed(case: Case, post: Post) -> None:
    _mailed(case)
    row = register(case)[FIRST]
    assert row["letter_state"] == "mailed"
    assert [line.partition("  ")[2] for line in row["mailed"].splitlines()] == [
        "head1 <head1@example.com>",
        "superior1 <superior1@example.com>",
    ]
    assert case.run(verify).verified


def test_whom_a_copy_goes_to_says_the_plan_and_somebody_without_an_address_is_named(
    tmp_path: Path, post: Post
) -> None:
    inputs = cared_inputs(LetterCare(copies=("hrbp", "superior")))
    first, second = inputs.plan.regions
    second = replace(second, head=replace(second.head, mail=""))
    inputs = replace(inputs, plan=replace(inputs.plan, regions=(first, second)))
    case = lettered(tmp_path / "plan", inputs, "docx")
    report = _mailed(case, dry_run=True, form="docx")
    assert _to(report)[:3] == ["head1@example.com", "hrbp1@example.com", "superior1@example.com"]
    assert [(p.code, p.where) for p in report.problems] == [("mail_no_address", "head2")]
    codes = {problem.code for problem in _mailed(case, dry_run=True).problems}
    assert codes == {"letter_not_lying", "mail_no_address"}


def test_drafts_are_written_once_and_the_register_says_that_they_are_drafts(
    case: Case, tmp_path: Path
) -> None:
    report = _mailed(case, draft=tmp_path / "drafts")
    assert {row.state for row in report.messages} == {"drafted"}
    files = [path.read_bytes() for path in (tmp_path / "drafts").iterdir()]
    assert len(files) == 4 and all(content.startswith(b"X-Unsent: 1\r\n") for content in files)
    assert register(case)[FIRST]["letter_state"] == "draft written"
    again = _mailed(case).tell("en")
    assert "outbox --resend" in " ".join(part.said for part in again if isinstance(part, Sentence))
    assert _mailed(case, draft=tmp_path / "drafts", dry_run=True).messages == ()


def test_a_signed_version_goes_in_place_of_the_letter_also_after_that_was_mailed(
    case: Case, post: Post
) -> None:
    _mailed(case)
    pdf = case.folder / "letters" / f"{FIRST}.pdf"
    signed = sign(pdf, to=pdf.with_name(f"{FIRST}.signed.pdf"))
    pdf.with_name(f"{FIRST}-other.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n" + signed.read_bytes())
    pdf.with_name(f"{FIRST}-more.pdf").write_bytes(signed.read_bytes() + b"altered since\n%%EOF\n")
    report = _mailed(case, dry_run=True)
    assert [(row.address, row.attachments) for row in report.messages] == [
        (to, (signed.name,)) for to in TO[:2]
    ]
    _mailed(case)
    assert len(post.received) == 6
    [enclosed] = post.mails[-1].iter_attachments()
    assert enclosed.get_content() == signed.read_bytes()
    subjects = [str(mail["Subject"]) for mail in (post.mails[0], post.mails[-2])]
    assert ["已签署" in one for one in subjects] == [False, True], "who has signed is not asked to sign"
    sign(signed, "superior")
    assert len(_mailed(case, dry_run=True).messages) == 2, "once both have signed, everybody gets that"


def test_a_signed_file_is_examined_once(case: Case, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(case.folder / "letters" / f"{FIRST}.pdf")
    seen: list[bytes] = []

    def looked_at(content: bytes) -> SignedFile:
        seen.append(content)
        return examined(content)

    monkeypatch.setattr(letter_files, "examined", looked_at)
    _mailed(case, dry_run=True)
    assert len(seen) == 1


def test_a_letter_that_was_signed_where_it_lies_goes_as_it_is(case: Case, post: Post) -> None:
    signed = sign(case.folder / "letters" / f"{FIRST}.pdf")
    assert not _mailed(case).problems
    [enclosed] = post.mails[0].iter_attachments()
    assert enclosed.get_content() == signed.read_bytes()


def test_a_letter_that_is_not_there_or_not_what_was_issued_is_named_and_the_others_go(
    case: Case, post: Post
) -> None:
    pdf = case.folder / "letters" / f"{FIRST}.pdf"
    pdf.write_bytes(pdf.read_bytes().replace(b"%%EOF", b"%%EOF "))
    report = _mailed(case)
    assert [problem.code for problem in report.problems] == ["letter_file_changed"]
    assert [to for _, to, _ in post.received] == [*TO[2:]] and report.leaves_work
    pdf.unlink()
    assert [problem.code for problem in _mailed(case, dry_run=True).problems] == ["letter_not_lying"]


def test_a_letter_that_was_overtaken_is_not_mailed_and_its_correction_is(
    case: Case, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGETCAL_SMTP")
    assert {row.state for row in _mailed(case).messages} == {"prepared"}
    renegotiate(case)
    assert "letter_outdated" in [problem.code for problem in _mailed(case, dry_run=True).problems]
    case.run(issue_letters, case.folder / "letters")
    monkeypatch.setenv("TARGETCAL_SMTP", f"smtp://finance%40example.com@localhost:{post.port}")
    _mailed(case)
    names = [str(part.get_filename()) for mail_ in post.mails for part in mail_.iter_attachments()]
    assert sorted(names) == sorted([f"{FIRST}.pdf", f"{CORRECTED}.pdf"] * 2)


def test_what_a_server_says_of_one_letter_keeps_no_other(case: Case, post: Post) -> None:
    post.refused[TO[0]] = "550 no such user"
    post.refused[TO[1]] = "452 too many recipients"
    post.answers += ["451 busy", "554 looks odd"]
    report = _mailed(case)
    assert _states(report) == ["failed", "prepared", "prepared", "failed"], (
        "a lane in which one waits is tried once"
    )
    assert register(case)[FIRST]["letter_state"] == "issued"
    post.refused.clear()
    _mailed(case)
    assert [to for _, to, _ in post.received] == [TO[1], TO[2]]


def test_a_line_that_breaks_after_the_letter_went_leaves_it_in_doubt_until_somebody_says(
    case: Case, post: Post
) -> None:
    post.hangs_up = True
    assert {row.state for row in _mailed(case).messages} == {"doubtful"}
    post.hangs_up = False
    assert {row.state for row in _mailed(case).messages} == {"doubtful"} and len(post.received) == 4
    assert register(case)[FIRST]["letter_state"] == "issued"
    sent(case, arrived=[2, 3, 4], resend=[5])
    assert len(post.received) == 5 and register(case)[FIRST]["letter_state"] == "mailed"
    assert len(register(case)[FIRST]["mailed"].splitlines()) == 2


def _report(mail_: EmailMessage, *, action: str = "failed", headers_only: bool = True) -> bytes:
    """What a mail server says of a mail that it could not deliver."""
    said = [
        "From: MAILER-DAEMON@mx.example.net",
        "To: finance@example.com",
        "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
        "MIME-Version: 1.0",
        "",
        "--B",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "I'm sorry.",
        "",
        "--B",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.net",
        "",
        f"Final-Recipient: rfc822; {mail_['To'].addresses[0].addr_spec}",
        f"Action: {action}",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown",
        "",
        "--B",
        f"Content-Type: {'text/rfc822-headers' if headers_only else 'message/rfc822'}",
        "",
        f"Message-ID: {mail_['Message-ID']}",
        "Subject: letter",
        "",
        "" if headers_only else "a body\r\n",
        "--B--",
        "",
    ]
    return "\r\n".join(said).encode()


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_letter_that_came_back_is_noted_once_and_can_be_sent_again(
    case: Case, post: Post, tmp_path: Path, headers_only: bool
) -> None:
    _mailed(case)
    returned = tmp_path / "returned" / "new"
    returned.mkdir(parents=True)
    (returned / "1.host").write_bytes(_report(post.mails[0], headers_only=headers_only))
    (returned / "2.host").write_bytes(_report(post.mails[2], action="delayed"))
    (returned / "3.host").write_bytes(b"Subject: holidays\r\n\r\nI am away.\r\n")
    report = sent(case, bounces=tmp_path / "returned")
    assert _states(report) == ["failed", "sent", "sent", "sent"]
    assert "User unknown" in report.messages[1].reason
    row = register(case)[FIRST]
    assert row["letter_state"] == "mail returned" and "550 5.1.1 User unknown" in row["mailed"]
    before = case.entries()
    sent(case, bounces=tmp_path / "returned")
    assert case.entries() == before
    sent(case, resend=[2], bounces=tmp_path / "returned")
    assert len(post.received) == 5 and register(case)[FIRST]["letter_state"] == "mailed"
    sent(case, bounces=tmp_path / "returned")
    assert register(case)[FIRST]["letter_state"] == "mailed", "the old report says nothing of the new mail"
    assert case.run(verify).verified


def test_a_report_of_somebody_else_s_mail_changes_nothing(case: Case, post: Post, tmp_path: Path) -> None:
    _mailed(case)
    other = EmailMessage(policy=SMTP)
    other["To"], other["Message-ID"] = "a@example.com", "<x@elsewhere>"
    (tmp_path / "one.eml").write_bytes(_report(other))
    (tmp_path / "odd.eml").write_bytes(b"Content-Type: multipart/report; boundary=\xff\r\n\r\n\xff\xfe")
    before = case.entries()
    sent(case, bounces=tmp_path)
    assert case.entries() == before
    with pytest.raises(Refused):
        sent(case, bounces=tmp_path / "nowhere")


def test_the_house_s_own_words_go_out_filled_in_and_never_read_again(case: Case, post: Post) -> None:
    path = texts_path(case.path)
    assert case.run(mail_texts).file == path.name
    assert all(f"[{language}.letter]" in path.read_text("utf-8") for language in LANGUAGES)
    assert _to(_mailed(case, dry_run=True)) == [*TO], "our own texts, written down, hold as they are"
    own = '[zh-CN.letter]\nsubject = "请签收 {number}"\nbody = "{person}您好：{region}，{files}。{company}"\n'
    path.write_text(own, "utf-8")
    _mailed(case)
    assert post.mails[0]["Subject"] == f"请签收 {FIRST}"
    [body] = [part for part in post.mails[0].walk() if part.get_content_type() == "text/plain"]
    assert body.get_content().startswith(f"head1您好：华东大区，{FIRST}.pdf。")
    assert post.mails[1]["Subject"].startswith("华东大区")
    with pytest.raises(Refused):
        case.run(mail_texts)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("x", ["mail_texts_syntax"]),
        ("[de.letter]\nsubject = 'x'", ["mail_texts_key"]),
        ("[en.letter]\nsubject = 1", ["mail_texts_shape"]),
        ("en = 'x'", ["mail_texts_shape"]),
        ("[en.letter]\nsubject = '{person.__class__} {0} {!r}'", ["mail_texts_field"] * 3),
        ("[en.letter]\nsubject = 'a\\nb'\nbody = '{ person'", ["mail_texts_brace"]),
        ('[en.letter]\nsubject = "a\\nb"', ["mail_texts_lines"]),
        ("[zh-CN.letter]\nsubject = ' '\nbody = '{what}'", ["mail_texts_shape", "mail_texts_field"]),
    ],
)
def test_covering_texts_that_cannot_be_used_are_refused_by_place(
    case: Case, post: Post, said: str, codes: list[str]
) -> None:
    texts_path(case.path).write_text(said, "utf-8")
    before = case.entries()
    with pytest.raises(DataProblems) as refused:
        _mailed(case)
    assert [problem.code for problem in refused.value.problems] == codes
    assert case.entries() == before and post.received == []


def test_every_field_has_something_to_say(case: Case, post: Post) -> None:
    body = " ".join(f"{{{code}}}" for code in FIELDS)
    texts_path(case.path).write_text(f"[zh-CN.letter]\nbody = '{body}'\n", "utf-8")
    _mailed(case)
    assert "{" not in str(post.mails[0].get_body())


def test_what_was_mailed_is_recorded_by_its_hash(case: Case, post: Post) -> None:
    _mailed(case)
    with case.desk() as desk:
        recorded = {entry.new for entry in desk.ledger.entries(field="letter.mailed")}
    assert recorded == {f"{to.partition('@')[0]} <{to}>" for to in TO}
    pdf = (case.folder / "letters" / f"{FIRST}.pdf").read_bytes()
    [enclosed] = post.mails[0].iter_attachments()
    assert hashlib.sha256(enclosed.get_content()).digest() == hashlib.sha256(pdf).digest()


def test_remind_sends_no_letter_twice(case: Case, post: Post) -> None:
    _mailed(case)
    told(case)
    assert len([to for _, to, _ in post.received if to in TO]) == 4
