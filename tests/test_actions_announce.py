"""An objection is told to the HR business partner by the very lock that opens it, whatever mail does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import lock, recalibrate, unlock, verify
from tests.support import desks
from tests.support.desks import Case
from tests.support.mailing import Post, mail_server
from tests.support.noticed import again, noticed, sent, told

HRBP = "hrbp2@example.com"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = noticed(tmp_path_factory.mktemp("begun"))
    desks._submit(case)
    return case


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
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield running


def test_locking_tells_hr_of_what_it_opens_and_nobody_else(case: Case, post: Post) -> None:
    report = case.run(lock)
    assert report.locked and not report.leaves_work
    assert [(row.kind, row.address, row.state) for row in report.announced.messages] == [
        ("objection_raised", HRBP, "sent")
    ]
    assert [to for _, to, _ in post.received] == [HRBP]
    told(case)
    assert [to for _, to, _ in post.received].count(HRBP) == 1, "told once, whatever is sent later"
    assert not case.run(verify).problems


def test_without_a_way_the_message_waits_and_the_report_says_so(case: Case, nowhere: None) -> None:
    report = case.run(lock)
    assert len(report.locked) == 2
    assert [row.state for row in report.announced.messages] == ["prepared"]
    twice = replace(report.announced, messages=report.announced.messages * 2, problems=())
    assert len([*twice.tell("en")]) == 1, "told once of a person, with how many there are"
    assert [problem.code for problem in report.announced.problems] == ["outbox_no_server"]
    assert [(row.address, row.state) for row in sent(case).messages] == [(HRBP, "prepared")]
    assert not case.run(verify).problems


def test_what_waited_is_sent_by_the_outbox(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.run(lock)
    with mail_server(tmp_path) as (running, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        sent(case)
        assert [to for _, to, _ in running.received] == [HRBP]


def test_a_mail_that_fails_fails_no_lock(case: Case, post: Post) -> None:
    post.refused[HRBP] = "550 no such person"
    report = case.run(lock)
    assert len(report.locked) == 2
    assert [row.state for row in report.announced.messages] == ["failed"]
    assert case.value("R2", None, "state") == "locked"
    assert not case.run(verify).problems


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("TARGETCAL_SMTP", "nonsense", "outbox_server"),
        ("TARGETCAL_MAIL_FROM", "nobody", "outbox_sender"),
        ("TARGETCAL_SMTP_PASSWORD", "", "outbox_password"),
    ],
)
def test_a_wrong_setting_is_told_and_fails_no_lock(
    case: Case, post: Post, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    monkeypatch.setenv(name, value)
    report = case.run(lock)
    assert len(report.locked) == 2 and post.received == []
    assert [problem.code for problem in report.announced.problems] == [code]
    assert [row.state for row in report.announced.messages] == ["prepared"]


def test_without_objections_nobody_is_told(case: Case, post: Post) -> None:
    report = case.run(lock, ["R1"])
    assert (report.announced.messages, report.announced.problems, post.received) == ((), (), [])


def test_a_recalibration_tells_hr_of_what_it_makes_an_objection(case: Case, post: Post) -> None:
    case.run(lock)
    post.received.clear()
    case.type({("R1", "R1-1", f"history.{period}"): 140.0 for period in ("2024Q1", "2024Q4")})
    report = case.run(recalibrate, "更正上年数据")
    assert [(region, line) for region, line, _ in report.objections] == [("华东大区", "华东1组")]
    assert [(row.kind, row.state) for row in report.announced.messages] == [("objection_raised", "sent")]
    assert [to for _, to, _ in post.received] == ["hrbp1@example.com"]
    assert not case.run(verify).problems


def test_one_that_opens_again_in_the_same_round_is_told_again(case: Case, post: Post) -> None:
    case.run(lock)
    low = case.value("R2", "R2-1", "declared")
    for declared in (case.suggested("R2-1"), float(str(low))):
        case.run(unlock, "R2", "数字有误")
        case.declare("R2", R2_1=declared)
        case.run(lock)
    assert [to for _, to, _ in post.received] == [HRBP, HRBP]
    told(case)
    assert [to for _, to, _ in post.received].count(HRBP) == 2
