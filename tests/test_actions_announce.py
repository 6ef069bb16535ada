"""An objection is told to the HR business partner by the very lock that opens it, whatever mail does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import erase, handle_objection, lock, recalibrate, unlock, verify
from targetcal_xl.actions.erase import Wanted
from targetcal_xl.calibration import Inputs, Person, Robot
from targetcal_xl.calibration.vocabulary import MessageKind
from targetcal_xl.desk import take_stock
from targetcal_xl.outbox import Message, enter, queue
from targetcal_xl.problems import Refused
from tests.support import desks
from tests.support.desks import FINANCE, REASONS, TALK, Case
from tests.support.mailing import Post, mail_server
from tests.support.noticed import again, noticed, sent, told, told_inputs
from tests.support.samples import sample_inputs

HRBP = "hrbp2@example.com"
LONGEST = "在手商机与试用转化及渠道收缩" * 8 + "客户推迟签约。。"
LINES = ("R1-1", "R1-2", "R2-1")


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


def _one_partner(inputs: Inputs, person: Person, robots: tuple[Robot, ...] = ()) -> Inputs:
    """A plan in which one HR business partner is responsible for every region."""
    regions = tuple(replace(region, hrbp=person) for region in inputs.plan.regions)
    return replace(inputs, plan=replace(inputs.plan, regions=regions, robots=robots))


@pytest.fixture(scope="module")
def all_objecting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = noticed(tmp_path_factory.mktemp("all"), _one_partner(told_inputs(), Person("hrbp2", HRBP)))
    _declare_far_below(case)
    return case


def _declare_far_below(case: Case, **more: str) -> None:
    for number, line in enumerate(case.inputs.plan.lines):
        declared = round(case.suggested(line.code) * (0.5 + number / 20))
        case.declare(line.region, **{line.code.replace("-", "_"): declared})
        case.type({(line.region, line.code, field): words for field, words in more.items()})


def _told_of(case: Case) -> list[Message]:
    with case.desk() as desk:
        found = (one.message for one in queue(desk.ledger))
        return [message for message in found if message.kind == MessageKind.OBJECTION]


def test_one_lock_tells_an_hr_partner_of_all_it_opens_in_one_message(
    all_objecting: Case, tmp_path: Path, post: Post
) -> None:
    case = again(all_objecting, tmp_path / "plan")
    report = case.run(lock)
    assert len(report.objections) == 3 and [row.state for row in report.announced.messages] == ["sent"]
    [message] = _told_of(case)
    rows = [row for row in message.text.splitlines() if row.startswith("- ")]
    assert len(rows) == 3 and all(REASONS["basis"] in row for row in rows)
    assert [row.split("，")[0] for row in rows] == [
        "- 华东大区 / 华东1组",
        "- 华东大区 / 华南2组",
        "- 华南大区 / 华南1组",
    ]
    assert "（差 51%）" in rows[0] and "（差 40%）" in rows[2], "the farthest off first"
    told(case)
    assert [to for _, to, _ in post.received].count(HRBP) == 1, "nothing of it is told again"
    assert not case.run(verify).problems


def test_an_objection_that_had_a_message_of_its_own_is_not_told_again(
    all_objecting: Case, tmp_path: Path, nowhere: None
) -> None:
    """As older releases wrote them: one for each line."""
    case = again(all_objecting, tmp_path / "plan")
    with case.desk() as desk:
        stock = take_stock(desk)
        old = Message(
            "objection_raised", "R1", "mail", "hrbp2", HRBP, "R1-2 round 1", "旧", "旧\n", stock.head
        )
        stock.settle(*enter(desk.ledger, stock.plan.code, [(old, ())]))
    case.run(lock)
    before, news = _told_of(case)
    assert before == old
    assert ("华东1组" in news.text, "华南2组" in news.text, "华南1组" in news.text) == (True, False, True)


def test_a_message_waits_as_long_as_one_of_its_objections_is_open(
    all_objecting: Case, tmp_path: Path, nowhere: None
) -> None:
    case = again(all_objecting, tmp_path / "plan")
    case.run(lock)
    for line, state in zip(LINES, ("prepared", "prepared", "withdrawn"), strict=True):
        case.run(handle_objection, line[:2], line, **TALK, note="已面谈", hours=1, by="hrbp2")
        found = sent(case).messages
        assert [row.state for row in found if row.kind == MessageKind.OBJECTION] == [state]


def test_what_a_robot_has_no_room_for_is_counted(tmp_path: Path, nowhere: None) -> None:
    plan = _one_partner(sample_inputs((3, 3)), Person("hrbp2", HRBP, "HR"), (Robot("HR", "wecom"),))
    case = noticed(tmp_path / "plan", plan)
    _declare_far_below(case, basis=LONGEST)
    case.run(lock)
    mail, chat = _told_of(case)
    assert mail.channel == "mail" and mail.text.count(LONGEST) == 6
    assert chat.channel == "wecom" and 0 < chat.text.count(LONGEST) < 6 and "另有" in chat.text
    assert [chat.checkpoint.encode() in one for one in _contents(case) if b"msgtype" in one] == [True]


def _contents(case: Case) -> list[bytes]:
    with case.desk() as desk:
        return [desk.ledger.document(one.content) for one in queue(desk.ledger)]


def test_a_long_reason_is_not_quoted_by_half(tmp_path: Path, nowhere: None) -> None:
    case = noticed(tmp_path / "plan")
    _declare_far_below(case, basis=LONGEST + "。")
    case.run(lock)
    assert all(LONGEST not in one.text and "理由：见工作簿" in one.text for one in _told_of(case))


def test_words_that_are_erased_go_from_a_message_about_several_regions(
    all_objecting: Case, tmp_path: Path, nowhere: None
) -> None:
    case = again(all_objecting, tmp_path / "plan")
    case.type({("R1", "R1-1", "basis"): "老郑住院三个月"})
    case.run(lock)
    assert any("老郑住院三个月" in one.text for one in _told_of(case))
    case.run(erase, Wanted(region="R1", line="R1-1"), "老郑来信要求删除", True, by=FINANCE)
    assert not any("老郑住院三个月" in one.text for one in _told_of(case))
    with pytest.raises(Refused, match="document"):
        _contents(case)
    assert case.run(verify).verified
