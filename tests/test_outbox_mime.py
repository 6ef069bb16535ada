"""Mails that real parsers read as they were meant: odd names and addresses, and nothing smuggled in."""

from __future__ import annotations

import datetime as dt
import email
import hashlib
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.outbox import Attachment, Message, content_of, mail_content, message_code
from targetcal_xl.outbox.mime import signed_off
from targetcal_xl.problems import Refused

_NOW = dt.datetime(2025, 1, 6, 9, tzinfo=dt.UTC)


def _message(**said: object) -> Message:
    usual: dict[str, object] = {
        "kind": "reminder",
        "region": "HD",
        "channel": "mail",
        "name": "顾明远",
        "address": "gu@example.com",
        "occasion": "round 1",
        "subject": "华东大区：目标填报还剩 3 天",
        "text": "您好：\n\n请提交。\n",
        "checkpoint": "ab" * 32,
    }
    return Message(**{**usual, **said})  # type: ignore[arg-type]


def _parsed(message: Message, *files: bytes, plan: str = "2025Q1") -> EmailMessage:
    raw = signed_off(mail_content(message, plan, files), "财务部", "finance@example.com", _NOW)
    return email.message_from_bytes(raw, policy=default.clone(utf8=True))


@given(st.text(max_size=120), st.text(max_size=300), st.text(max_size=60))
def test_whatever_names_and_subjects_are_they_add_no_header(name: str, subject: str, plan: str) -> None:
    try:
        mail = _parsed(_message(name=name, subject=subject), plan=plan)
    except (Refused, UnicodeEncodeError):
        assert any(0xD800 <= ord(sign) < 0xE000 for sign in name + subject + plan)
        return
    written = ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version"]
    written += ["Message-ID", "Subject", "To", "X-Checkpoint", "X-Targetcal-Plan"]
    assert sorted(mail.keys()) == written
    assert [one.addr_spec for one in mail["To"].addresses] == ["gu@example.com"]


@pytest.mark.parametrize(
    "name", ["顾明远\r\nBcc: all@example.com", "a\nX-Evil: 1", "b\x00c\r", "d\u2028e\x85f"]
)
def test_a_name_with_line_breaks_stays_a_name(name: str) -> None:
    mail = _parsed(_message(name=name))
    assert mail["Bcc"] is None and mail["X-Evil"] is None
    assert [one.addr_spec for one in mail["To"].addresses] == ["gu@example.com"]


@pytest.mark.parametrize("name", ['顾"明远"', "Gu, Mingyuan (HD)", "Ü <b@c.de>", "顾明远" * 30, ""])
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    raw = email.message_from_bytes(mail_content(_message(name=name), "P", ()))["To"]
    assert str(make_header(decode_header(parseaddr(raw)[0]))) == name


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("gu@例子.中国", "gu@xn--fsqu00a.xn--fiqs8s"),
        ("gu@bücher.example", "gu@xn--bcher-kva.example"),
        ("顾@example.com", "顾@example.com"),
        ("a+b.c@example.com", "a+b.c@example.com"),
    ],
)
def test_an_address_in_any_script_is_written_as_servers_know_it(address: str, read: str) -> None:
    found = _parsed(_message(address=address))["To"].addresses[0].addr_spec
    assert found.encode("utf-8", "surrogateescape").decode() == read


def test_files_with_chinese_names_arrive_byte_by_byte() -> None:
    content = bytes(range(256)) * 40
    names = ("华东大区 2025Q1 目标.xlsx", "a\r\nb.pdf", "长" * 90 + ".xlsx")
    digest = hashlib.sha256(content).hexdigest()
    files = tuple(Attachment(name, digest) for name in names)
    parts = list(_parsed(_message(attachments=files), content, content, content).iter_attachments())
    assert [part.get_filename() for part in parts] == [names[0], "a b.pdf", names[2]]
    assert {cast(bytes, part.get_content()) for part in parts} == {content}
    assert parts[0].get_content_type() == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_equal_messages_are_equal_bytes_and_their_id_follows_the_content() -> None:
    files = (Attachment("a.xlsx", "00"),)
    one, other = (mail_content(_message(attachments=files), "P", (b"x",)) for _ in range(2))
    assert one == other
    changed = mail_content(_message(text="anders\n"), "P", ())
    assert email.message_from_bytes(one)["Message-ID"] != email.message_from_bytes(changed)["Message-ID"]


def test_a_message_is_the_same_for_the_same_person_and_occasion_only() -> None:
    first = message_code("P", _message())
    assert first == message_code("P", _message(subject="in other words", checkpoint="cd"))
    others = [_message(name="x"), _message(address="x@y"), _message(occasion="round 2")]
    others += [_message(kind="overdue")]
    assert len({first, message_code("Q", _message()), *(message_code("P", one) for one in others)}) == 6


def test_an_address_that_none_could_write_to_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        content_of(_message(address=f"gu@{'ä' * 80}.de"), "P")
    assert refused.value.problems[0].where == "顾明远"
