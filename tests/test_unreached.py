"""Whatever library finds another program out of reach, a person reads why in words."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from targetcal_xl.language import LANGUAGES, catalogue
from targetcal_xl.problems import Problem
from targetcal_xl.unreached import CAUSES, Unreached, cause_of


def _closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def rude() -> Iterator[int]:
    """The port of a server that speaks nobody's language."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            with closing(server.accept()[0]) as heard:
                heard.recv(2000)
                heard.sendall(b"good day\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


def _cause(act: Callable[[], object]) -> Unreached:
    with pytest.raises((httpx.HTTPError, smtplib.SMTPException, OSError)) as found:
        act()
    return cause_of(found.value)


def test_a_port_where_nobody_listens_is_told_alike_whoever_asked() -> None:
    port = _closed_port()
    causes = [
        _cause(lambda: httpx.get(f"http://127.0.0.1:{port}")),
        _cause(lambda: smtplib.SMTP("127.0.0.1", port)),
    ]
    assert {cause.said("en") for cause in causes} == {"nothing answers at this address and port"}


def test_a_name_that_is_none_is_told_as_that() -> None:
    assert _cause(lambda: httpx.get("http://nowhere.invalid")).key == "gaierror"


def test_an_answer_that_is_none_is_told_as_that(rude: int) -> None:
    assert _cause(lambda: httpx.get(f"http://127.0.0.1:{rude}")).key == "RemoteProtocolError"


def test_a_port_that_does_not_encrypt_is_told_as_that(rude: int) -> None:
    assert _cause(lambda: httpx.get(f"https://127.0.0.1:{rude}")).key == "SSLError"


def test_a_server_that_is_silent_is_told_as_that() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        for act in (
            lambda: httpx.get(f"http://127.0.0.1:{port}", timeout=0.05),
            lambda: smtplib.SMTP("127.0.0.1", port, "here", timeout=0.05),
        ):
            assert _cause(act).said("en") == "no answer in time"


def test_every_cause_has_its_words_and_no_words_are_without_one() -> None:
    for language in LANGUAGES:
        told = {key.removeprefix(_WORDS) for key in catalogue(language) if key.startswith(_WORDS)}
        assert told == CAUSES


_WORDS = "telling.unreached."


def test_what_nobody_foresaw_says_its_own_name_in_the_sentence() -> None:
    problem = Problem("source_failed", "crm", {"said": cause_of(ArithmeticError())})
    assert "(ArithmeticError)" in problem.sentence("en")
    assert "（ArithmeticError）" in problem.sentence("zh-CN")
