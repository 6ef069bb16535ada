"""Who is told what, and when; and that nothing is sent twice in silence, whatever happens."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from importlib import import_module
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock
from zipfile import ZipFile

import pytest

from targetcal_xl.actions import comment, lock, split_book, verify
from targetcal_xl.actions.outbox import OutboxReport, outbox
from targetcal_xl.actions.remind import remind
from targetcal_xl.calibration import Person
from targetcal_xl.calibration.vocabulary import MessageState
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Rows
from tests.support import desks
from tests.support.desks import Case
from tests.support.exploring import explores, few
from tests.support.mailing import USER, Post, mail_server
from tests.support.noticed import HEADS, again, noticed, sent, states, told, told_inputs


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return noticed(tmp_path_factory.mktemp("begun"))


@pytest.fixture
def case(begun: Case, tmp_path: Path) -> Case:
    return again(begun, tmp_path / "plan")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TARGETCAL_SMTP", "TARGETCAL_MAIL_FROM", "TARGETCAL_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with mail_server(tmp_path) as (running, environment):
        _use(monkeypatch, environment)
        yield running


def _use(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def _go_to(case: Case, day: int) -> None:
    """Noon of a day of January 2025."""
    case.clock.now = dt.datetime(2025, 1, day, 12, tzinfo=dt.UTC)


def _listed(report: OutboxReport) -> list[tuple[str, str]]:
    return [(row.kind, row.address) for row in report.messages]


INVITED = [("invitation", address) for address in HEADS]
REMINDED = [("reminder", address) for address in HEADS]


def test_a_dry_run_lists_who_would_be_told_what_and_does_nothing(case: Case, post: Post) -> None:
    before, book = case.entries(), case.path.read_bytes()
    report = told(case, dry_run=True)
    first, second = zip(INVITED, REMINDED, strict=True)
    assert _listed(report) == [*first, *second, ("digest", "finance@example.com")]
    assert not report.leaves_work
    assert (case.entries(), case.path.read_bytes(), post.received) == (before, book, [])


def test_what_was_listed_is_sent_and_never_again(case: Case, post: Post) -> None:
    planned = _listed(told(case, dry_run=True))
    report = told(case)
    assert _listed(report) == planned and {row.state for row in report.messages} == {"sent"}
    assert [to for _, to, _ in post.received] == [address for _, address in planned]
    assert _listed(told(case, dry_run=True)) == []
    assert len(told(case).messages) == len(sent(case).messages) == len(post.received) == 5
    assert not case.run(verify).leaves_work


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (4, set()),
        (5, {"reminder"}),
        (6, {"reminder"}),
        (7, {"reminder"}),
        (8, {"reminder"}),
        (9, {"overdue"}),
        (10, {"overdue", "escalation"}),
        (20, {"overdue", "escalation"}),
    ],
)
def test_who_has_not_submitted_is_told_by_the_days_to_the_deadline(
    case: Case, nowhere: None, day: int, kinds: set[str]
) -> None:
    _go_to(case, 4)
    told(case)
    _go_to(case, day)
    due = {kind for kind, _ in _listed(told(case, dry_run=True))}
    assert due - {"invitation", "digest"} == kinds


def test_whoever_hears_of_it_when_it_is_over_is_invited_first_and_called_late_the_next_day(
    case: Case, post: Post
) -> None:
    _go_to(case, 11)
    report = told(case)
    assert _listed(report) == [*INVITED, ("digest", "finance@example.com")]
    assert "已过 3 天" in report.messages[0].subject
    assert len(told(case).messages) == 3
    _go_to(case, 12)
    late = {kind for kind, _ in _listed(told(case, dry_run=True))}
    assert late == {"overdue", "escalation", "digest"}


def test_each_reminder_goes_out_once_though_somebody_runs_it_every_hour(case: Case, post: Post) -> None:
    for day in range(4, 14):
        for hour in (8, 9, 17) if explores() or day in (5, 9) else (8,):
            case.clock.now = dt.datetime(2025, 1, day, hour, tzinfo=dt.UTC)
            told(case)
    to_head = [to for _, to, _ in post.received if to == HEADS[0]]
    assert len(to_head) == 1 + 2 + 2, "an invitation, 3 and 1 days before, 1 and 3 days after"
    to_superior = [to for _, to, _ in post.received if to == "superior1@example.com"]
    assert len(to_superior) == 1
    assert sum(to == "finance@example.com" for _, to, _ in post.received) == 10, "a digest a day"


def test_who_has_submitted_is_left_alone(case: Case, post: Post) -> None:
    desks._submit(case)
    _go_to(case, 20)
    assert {kind for kind, _ in _listed(told(case, dry_run=True))} == {"digest"}


def test_an_objection_is_told_to_the_hr_business_partner_once(case: Case, post: Post) -> None:
    desks._submit(case)
    case.run(lock)
    report = told(case)
    assert ("objection_raised", "hrbp2@example.com") in _listed(report)
    told(case)
    both = zip(post.mails, post.received, strict=True)
    raised = [mail for mail, (_, to, _) in both if to.startswith("hrbp")]
    assert len(raised) == 1 and case.inputs.plan.region("R2").name in str(raised[0]["Subject"])
    declared = case.value("R2", "R2-1", "declared")
    assert isinstance(declared, float | int) and f"{declared:g}" not in str(raised[0]["Subject"])


def test_without_a_mail_server_everything_waits_and_says_what_is_missing(case: Case, nowhere: None) -> None:
    report = told(case)
    assert {row.state for row in report.messages} == {"prepared"}
    assert [problem.code for problem in report.problems] == ["outbox_no_server"]
    assert report.leaves_work


@pytest.mark.parametrize("day", few([8, 9], {"9"}))
def test_a_dry_run_lists_what_waits_and_would_be_sent(
    case: Case, post: Post, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as nowhere:
        nowhere.delenv("TARGETCAL_SMTP")
        told(case)
    desks._submit(case)
    _go_to(case, day)
    planned = [address for _, address in _listed(told(case, dry_run=True))]
    assert planned[:2] == [*HEADS], "invitations wait"
    told(case)
    assert [to for _, to, _ in post.received] == planned


def test_what_waited_too_long_to_be_true_is_withdrawn(case: Case, nowhere: None) -> None:
    told(case)
    desks._submit(case)
    _go_to(case, 9)
    assert states(sent(case)) == {
        "invitation": ["prepared"] * 2,
        "reminder": ["withdrawn"] * 2,
        "digest": ["withdrawn"],
    }


def test_drafts_open_in_outlook_and_are_written_once(case: Case, nowhere: None, tmp_path: Path) -> None:
    pack = tmp_path / "华东 2025Q1 目标.xlsx"
    pack.write_bytes(b"PK pack of R1")
    report = told(case, draft=tmp_path / "草稿", attach=[f"R1={pack}"])
    assert {row.state for row in report.messages} == {"drafted"} and not report.leaves_work
    files = list((tmp_path / "草稿").iterdir())
    drafts = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert len(drafts) == 5 and {file.suffix for file in files} == {".eml"}
    assert {draft["X-Unsent"] for draft in drafts} == {"1"}
    [enclosed] = [part for draft in drafts for part in draft.iter_attachments()]
    assert (enclosed.get_filename(), enclosed.get_content()) == (pack.name, b"PK pack of R1")
    told(case, draft=tmp_path / "草稿")
    assert len(list((tmp_path / "草稿").iterdir())) == 5


def test_a_new_pack_is_a_new_invitation_and_no_pack_is_none(case: Case, post: Post, tmp_path: Path) -> None:
    pack = tmp_path / "R1.xlsx"
    pack.write_bytes(b"one")
    told(case, attach=[f"R1={pack}"])
    assert _listed(told(case, dry_run=True)) == []
    assert _listed(told(case, dry_run=True, attach=[f"R1={pack}"])) == []
    pack.write_bytes(b"another")
    assert _listed(told(case, dry_run=True, attach=[f"R1={pack}"])) == INVITED[:1]


@pytest.mark.parametrize("said", ["R1", "R1=", "R1=not there.xlsx", "R9=x.xlsx"])
def test_a_file_or_region_that_is_not_there_is_refused_before_anything_is_recorded(
    said: str, case: Case, post: Post
) -> None:
    before = case.entries()
    with pytest.raises(Refused):
        told(case, attach=[said])
    assert case.entries() == before and post.received == []


def test_what_regions_were_handed_goes_with_their_invitations(
    case: Case, nowhere: None, tmp_path: Path
) -> None:
    packs = tmp_path / "packs"
    report = case.run(split_book, packs)
    told(case, draft=tmp_path / "drafts", packs=packs)
    drafts = [
        message_from_bytes(path.read_bytes(), policy=default) for path in (tmp_path / "drafts").iterdir()
    ]
    names = {part.get_filename() for draft in drafts for part in draft.iter_attachments()}
    assert names == {one.file for one in report.files}
    assert all(len(list(draft.iter_attachments())) <= 1 for draft in drafts), "nobody gets another region's"
    assert told(case, dry_run=True, packs=packs).messages == ()


def test_attached_files_go_with_the_pack_as_one_zip_that_the_mail_names(
    case: Case, nowhere: None, tmp_path: Path
) -> None:
    (tmp_path / "报价.pdf").write_bytes(b"%PDF-1.7")
    case.run(comment, "R1", "R1-1", "", [tmp_path / "报价.pdf"], by="superior1")
    packs = tmp_path / "packs"
    report = case.run(split_book, packs)
    told(case, draft=tmp_path / "drafts", packs=packs)
    [draft] = (
        message_from_bytes(path.read_bytes(), policy=default)
        for path in (tmp_path / "drafts").glob("invitation-R1-*")
    )
    parts = {part.get_filename(): part.get_content() for part in draft.iter_attachments()}
    name = f"{Path(report.files[0].file).stem}.files.zip"
    assert parts.keys() == {report.files[0].file, name}
    with ZipFile(BytesIO(parts[name])) as archive:
        assert {one: archive.read(one) for one in archive.namelist()} == {"报价.pdf": b"%PDF-1.7"}
    body = draft.get_body()
    assert body is not None and name in body.get_content()
    assert told(case, dry_run=True, packs=packs).messages == ()


def test_somebody_without_an_address_is_named(tmp_path: Path, nowhere: None) -> None:
    case = noticed(tmp_path / "plan", told_inputs(mail=False))
    report = told(case, dry_run=True)
    assert {problem.where for problem in report.problems} == {"head1", "head2"}


def test_a_deputy_is_told_where_there_is_an_address_and_missed_nowhere_else(
    tmp_path: Path, nowhere: None
) -> None:
    """A plan may name a deputy without one: the head is told, and nothing is to be mended."""
    inputs = told_inputs()
    first, second = inputs.plan.regions
    regions = (
        replace(first, deputy=Person("Xu Ning")),
        replace(second, deputy=Person("Yu Bo", "deputy2@example.com")),
    )
    case = noticed(tmp_path / "plan", replace(inputs, plan=replace(inputs.plan, regions=regions)))
    report = told(case, dry_run=True)
    reminded = [address for kind, address in _listed(report) if kind == "reminder"]
    assert (reminded, report.problems) == ([*HEADS, "deputy2@example.com"], ())


def test_a_refused_address_is_told_by_name_and_the_others_get_their_mail(case: Case, post: Post) -> None:
    post.refused[HEADS[0]] = "550 no such user"
    report = told(case)
    failed = [row for row in report.messages if row.state == "failed"]
    assert {row.address for row in failed} == {HEADS[0]} and "550 no such user" in failed[0].reason
    assert len(post.received) == 3
    for language in LANGUAGES:
        assert any("head1" in part.said for part in report.tell(language) if not isinstance(part, Rows))
    del post.refused[HEADS[0]]
    assert len(post.received) == 3 and sent(case) and len(post.received) == 3, "not without being asked"
    again_sent = sent(case, resend=[row.number for row in failed])
    assert {row.state for row in again_sent.messages} == {"sent"} and len(post.received) == 5


def test_a_busy_server_is_tried_again_later_in_the_same_run(case: Case, post: Post) -> None:
    post.answers += ["451 busy", "452 still busy"]
    assert {row.state for row in told(case).messages} == {"sent"}
    assert len(post.received) == 5


def test_others_work_on_the_book_while_messages_wait_and_nothing_is_sent_twice(
    case: Case, post: Post
) -> None:
    post.answers += ["451 busy"]
    runs: list[OutboxReport] = []

    def meanwhile(_seconds: float) -> None:
        if not runs:
            runs.append(case.run(remind, sleep=lambda _: None))
            case.run(comment, "R1", "R1-1", "等邮件的时候写的")
            case.run(lock)

    report = case.run(remind, sleep=meanwhile)
    assert {row.state for row in (*report.messages, *runs[0].messages)} == {"sent"}
    assert len(post.received) == 5 and len({mail["Message-ID"] for mail in post.mails}) == 5
    assert not case.run(verify).problems


def test_a_list_of_messages_reads_the_book_once_however_many_they_are(
    case: Case, nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(case)
    stock = import_module("targetcal_xl.desk.stock")
    counted = Mock(wraps=stock.read)
    monkeypatch.setattr(stock, "read", counted)
    assert (len(case.run(outbox, listed=True).messages), counted.call_count) == (5, 1)


def test_a_server_that_stays_busy_keeps_messages_waiting(case: Case, post: Post) -> None:
    post.answers += ["451 busy"] * 50
    report = told(case)
    assert {row.state for row in report.messages} == {"prepared"} and report.leaves_work
    post.answers.clear()
    assert {row.state for row in sent(case).messages} == {"sent"}
    assert len(post.received) == 5


def test_a_line_that_breaks_after_the_mail_was_taken_leaves_it_in_doubt(case: Case, post: Post) -> None:
    post.hangs_up = True
    report = told(case)
    assert {row.state for row in report.messages} == {"doubtful"} and report.leaves_work
    post.hangs_up = False
    assert {row.state for row in sent(case).messages} == {"doubtful"}
    assert len(post.received) == 5, "nothing in doubt is sent again without being asked"
    report = sent(case, arrived=[1, 2], resend=[3])
    assert [row.state for row in report.messages] == ["sent"] * 3 + ["doubtful"] * 2
    assert len(post.received) == 6
    assert post.mails[-1]["Message-ID"] == post.mails[2]["Message-ID"], "whoever got both can see that"


@pytest.mark.parametrize("numbers", few([[99], [0], [1]], {"[99]", "[1]"}))
def test_what_is_not_over_is_not_sent_again(numbers: list[int], case: Case, nowhere: None) -> None:
    told(case)
    with pytest.raises(Refused) as refused:
        sent(case, resend=numbers)
    assert [problem.code for problem in refused.value.problems] == ["outbox_number"]


def test_a_wrong_password_is_told_and_every_message_waits(
    case: Case, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_SMTP_PASSWORD", "wrong")
    report = told(case)
    assert {row.state for row in report.messages} == {"prepared"} and post.received == []
    assert len([row for row in report.messages if row.reason.startswith("535")]) == 1, "tried once for all"


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(
    case: Case, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert {row.state for row in told(case).messages} == {"prepared"} and post.received == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_mails_go_over_a_line_that_is_encrypted_at_once(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(tmp_path, at_once=True) as (running, environment):
        _use(monkeypatch, environment)
        assert {row.state for row in told(case).messages} == {"sent"}
    assert len(running.received) == 5


def test_mails_follow_each_other_no_faster_than_the_limit(tmp_path: Path, post: Post, begun: Case) -> None:
    case = again(begun, tmp_path / "plan")
    numbers = [row.number for row in told(case).messages]
    for _ in range(7):
        sent(case, resend=numbers)
    entries = [entry for entry in case.entries("outbox") if entry.new == MessageState.SENDING]
    times = [entry.at for entry in entries]
    apart = [later - sooner for sooner, later in zip(times, times[30:], strict=False)]
    assert len(times) == 40 and min(apart) >= dt.timedelta(seconds=60)


def test_a_mail_carries_plan_checkpoint_and_an_id_of_its_content(case: Case, post: Post) -> None:
    told(case)
    heads = {entry.hash for entry in case.entries()}
    for mail in post.mails:
        assert mail["X-Targetcal-Plan"] == case.inputs.plan.code
        assert mail["X-Checkpoint"] in heads
        assert mail["X-Checkpoint"] in mail.get_content()
        assert mail["From"].addresses[0].addr_spec == USER
        assert mail["Date"].datetime == pytest.approx(case.clock.now, abs=dt.timedelta(days=1))
    assert len({mail["Message-ID"] for mail in post.mails}) == len(post.mails)


def test_two_who_send_at_once_send_each_message_once(case: Case, post: Post) -> None:
    processes = [multiprocessing.get_context("fork").Process(target=_told, args=(case,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    taken = [mail["Message-ID"] for mail in post.mails]
    assert len(taken) == len(set(taken)) == 5


def _told(case: Case) -> None:
    told(case)
