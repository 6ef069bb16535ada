"""Group robots, by the documented rules of the three: signatures, limits, lengths and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from targetcal_xl.calibration.vocabulary import MessageState, RobotKind
from targetcal_xl.outbox import Attempt, Message, Robots, chat_content
from tests.support.exploring import few
from tests.support.mailing import Group, chat_server
from tests.support.noticed import noticed, sent, told, told_inputs

KINDS: tuple[RobotKind, ...] = ("feishu", "dingtalk", "wecom")
TOO_FAST = {
    "feishu": (200, '{"code":11232,"msg":"frequency limited psm"}'),
    "dingtalk": (200, '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'),
    "wecom": (200, '{"errcode":45009,"errmsg":"api freq out of limit"}'),
}


@pytest.fixture(params=KINDS)
def group(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    group = Group(request.param)
    with chat_server(tmp_path, group) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield group


def _message(kind: str, text: str = "请提交。") -> Message:
    return Message("reminder", "HD", kind, "顾明远", "R1", "round 1", "华东大区", text, "ab")


def _send(group: Group, text: str = "请提交。", **environment: str) -> Attempt:
    import os

    message = _message(group.kind, text)
    return Robots({**os.environ, **environment}).send(message, chat_content(message))


def test_a_robot_says_what_it_was_told(group: Group) -> None:
    assert _send(group).state == MessageState.SENT
    assert group.said == ["华东大区\n请提交。"]


@pytest.mark.parametrize("text", ["长" * 30_000, "a" * 60_000, "😀" * 9_000, '"\\\n' * 20_000])
def test_a_text_that_is_too_long_is_cut_between_characters(group: Group, text: str) -> None:
    assert _send(group, text).state == MessageState.SENT
    assert group.said[0].endswith("…") and "\ufffd" not in group.said[0]


def test_a_wrong_signature_or_address_is_for_somebody_to_mend(group: Group) -> None:
    wrong = {"TARGETCAL_ROBOT_R1_SECRET": "other"}
    if group.kind == "wecom":
        wrong = {"TARGETCAL_ROBOT_R1": "https://localhost:1/hook?key=none"}
    outcome = _send(group, **wrong)
    assert outcome.state == MessageState.PREPARED and group.said == []


@pytest.mark.parametrize("address", ["", "http://localhost:1/", "ftp://x", "https://[", "not an address"])
def test_an_address_that_is_none_or_not_encrypted_gets_nothing(group: Group, address: str) -> None:
    outcome = _send(group, TARGETCAL_ROBOT_R1=address)
    assert outcome.state == MessageState.PREPARED and group.said == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, "<html>gateway</html>"), MessageState.DOUBTFUL),
        ((200, '{"errcode": "x"}'), MessageState.DOUBTFUL),
        ((200, "[]"), MessageState.DOUBTFUL),
        ((502, "bad gateway"), MessageState.DOUBTFUL),
        ((302, ""), MessageState.FAILED),
        ((404, "not here"), MessageState.FAILED),
        ((429, "slow down"), MessageState.PREPARED),
        ((200, '{"errcode":40058,"code":40058,"errmsg":"too long"}'), MessageState.FAILED),
    ],
)
def test_only_a_clear_answer_is_believed(group: Group, answer: tuple[int, str], state: MessageState) -> None:
    group.answers = [answer]
    assert _send(group).state == state


def test_a_line_that_breaks_before_the_answer_leaves_the_message_in_doubt(group: Group) -> None:
    group.hangs_up = True
    assert _send(group).state == MessageState.DOUBTFUL


def test_who_is_told_to_wait_waits(group: Group) -> None:
    group.answers = [TOO_FAST[group.kind]]
    outcome = _send(group)
    assert outcome.state == MessageState.PREPARED and outcome.wait > 1


@pytest.mark.parametrize("group", few(KINDS, {"dingtalk"}), indirect=True)
def test_a_plan_tells_its_heads_through_a_robot_no_faster_than_it_may(tmp_path: Path, group: Group) -> None:
    assert group.kind in KINDS
    case = noticed(tmp_path / "plan", told_inputs(robot=group.kind, mail=False))
    group.now = lambda: case.clock().timestamp()
    report = told(case)
    by_robot = [row for row in report.messages if row.channel == group.kind]
    assert [row.state for row in by_robot] == ["sent"] * 4 and len(group.said) == 4
    assert all(not any(sign in said for sign in "<>@") for said in group.said), "a group sees no addresses"
    for _ in range(6):
        sent(case, resend=[row.number for row in by_robot])
    times = [entry.at for entry in case.entries("outbox") if entry.new == MessageState.SENDING]
    most = 100 if group.kind == "feishu" else 20
    apart = [(later - sooner).total_seconds() for sooner, later in zip(times, times[most:], strict=False)]
    assert len(times) == 28 and all(seconds >= 60 for seconds in apart)


@pytest.mark.parametrize("group", few(KINDS, {"feishu", "wecom"}), indirect=True)
def test_no_secret_is_recorded_or_told(tmp_path: Path, group: Group) -> None:
    case = noticed(tmp_path / "plan", told_inputs(robot=group.kind, mail=False))  # type: ignore[arg-type]
    group.answers = [(200, "<html>"), (404, "no")]
    report = told(case)
    recorded = json.dumps([[str(entry.new), entry.reason] for entry in case.entries()])
    for secret in ("SECabc", "hook", "access_token", "key=k1"):
        assert secret not in recorded and secret not in repr(report)
