"""A real mail server with a certificate of its own, and robots that enforce the documented rules."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "finance@example.com", "correct horse"


@dataclass
class Post:
    """What arrived at a mail server, and how it answers."""

    port: int = 0
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Sender and recipient of the envelope, and the mail."""
    answers: list[str] = field(default_factory=list)
    """What is answered to the next mails; after them all is well."""
    refused: dict[str, str] = field(default_factory=dict)
    """Recipients that are refused, with the answer."""
    hangs_up: bool = False
    """Whether the line breaks once a mail was taken, before that is said."""

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for _, _, raw in self.received]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        said = self.answers.pop(0) if self.answers else "250 taken"
        if said.startswith("250"):
            content = cast(bytes, envelope.original_content)
            self.received.append((str(envelope.mail_from), envelope.rcpt_tos[0], content))
        if self.hangs_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(0)
        return said


class _Door(Controller):
    """A server at a port that the system chooses."""

    @property
    def reached_at(self) -> int:
        assert isinstance(self.server, asyncio.Server)
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        """What the library waits for: somebody at the door."""
        socket.create_connection(("localhost", self.reached_at)).close()


def _login(_server: SMTP, _session: Session, _envelope: Envelope, _kind: str, said: Any) -> AuthResult:
    assert isinstance(said, LoginPassword)
    known = (said.login, said.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this computer, and the file of the authority that vouches for it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return context, trusted


@contextmanager
def mail_server(folder: Path, at_once: bool = False) -> Iterator[tuple[Post, dict[str, str]]]:
    """A running mail server, and the environment in which it is used."""
    context, trusted = certified(folder)
    post = Post()
    secured: dict[str, Any] = {"authenticator": _login, "auth_required": True, "enable_SMTPUTF8": True}
    secured["server_hostname"] = "localhost"
    if at_once:
        # The library takes a line for bare that it has not encrypted by STARTTLS itself.
        secured |= {"ssl_context": context, "auth_require_tls": False}
    else:
        secured |= {"tls_context": context, "require_starttls": True}
    door = _Door(post, "localhost", 0, **secured)
    door.start()
    try:
        post.port = door.reached_at
        scheme = "smtps" if at_once else "smtp"
        yield (
            post,
            {
                "TARGETCAL_SMTP": f"{scheme}://finance%40example.com@localhost:{post.port}",
                "TARGETCAL_MAIL_FROM": "财务部 <finance@example.com>",
                "TARGETCAL_SMTP_PASSWORD": PASSWORD,
                "SSL_CERT_FILE": str(trusted),
            },
        )
    finally:
        door.stop(no_assert=True)


@dataclass
class Group:
    """A robot's group: what was said in it, by the rules of one of the three."""

    kind: str
    secret: str = "SECabc"
    said: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    """What is answered to the next requests, whatever they are."""
    hangs_up: bool = False
    now: Callable[[], float] = time.time
    """Whose minutes count; the time of a signature is the world's."""

    def answer(self, query: dict[str, list[str]], raw: bytes) -> tuple[int, str]:
        """What the documented rules make of a request."""
        if self.answers:
            return self.answers.pop(0)
        kinds = {"feishu": self._feishu, "dingtalk": self._dingtalk, "wecom": self._wecom}
        return kinds[self.kind](query, raw)

    def _too_often(self, most: int, seconds: float = 60.0) -> bool:
        self.at.append(self.now())
        return sum(at > self.at[-1] - seconds for at in self.at) > most

    def _feishu(self, _query: dict[str, list[str]], raw: bytes) -> tuple[int, str]:
        body = json.loads(raw)
        if len(raw) > 20 * 1024:
            return 200, json.dumps({"code": 9499, "msg": "Bad Request"})
        signed = base64.b64encode(
            hmac.new(f"{body.get('timestamp')}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
        ).decode()
        if body.get("sign") != signed or abs(time.time() - int(body["timestamp"])) > 3600:
            said = "sign match fail or timestamp is not within one hour from current time"
            return 200, json.dumps({"code": 19021, "msg": said, "data": {}})
        if self._too_often(100) or self._too_often(2 * 5, 1.0):
            return 200, json.dumps({"code": 11232, "msg": "frequency limited"})
        assert body["msg_type"] == "text"
        self.said.append(body["content"]["text"])
        return 200, json.dumps({"code": 0, "msg": "success", "data": {}})

    def _dingtalk(self, query: dict[str, list[str]], raw: bytes) -> tuple[int, str]:
        at = query.get("timestamp", [""])[0]
        signed = hmac.new(self.secret.encode(), f"{at}\n{self.secret}".encode(), hashlib.sha256).digest()
        fresh = at.isdecimal() and abs(time.time() * 1000 - int(at)) < 3_600_000
        if query.get("sign", [""])[0] != base64.b64encode(signed).decode() or not fresh:
            return 200, json.dumps({"errcode": 310000, "errmsg": "sign not match"})
        if self._too_often(20):
            return 200, json.dumps({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
        body = json.loads(raw)
        assert body["msgtype"] == "text" and len(raw) <= 20_000
        self.said.append(body["text"]["content"])
        return 200, json.dumps({"errcode": 0, "errmsg": "ok"})

    def _wecom(self, query: dict[str, list[str]], raw: bytes) -> tuple[int, str]:
        if query.get("key") != ["k1"]:
            return 200, json.dumps({"errcode": 93000, "errmsg": "invalid webhook url"})
        body = json.loads(raw)
        if len(body["text"]["content"].encode()) > 2048:
            return 200, json.dumps({"errcode": 40058, "errmsg": "text.content exceed max length 2048"})
        if self._too_often(20):
            return 200, json.dumps({"errcode": 45009, "errmsg": "api freq out of limit"})
        self.said.append(body["text"]["content"])
        return 200, json.dumps({"errcode": 0, "errmsg": "ok"})


@contextmanager
def chat_server(folder: Path, group: Group) -> Iterator[dict[str, str]]:
    """A running chat with one group, and the environment in which its robot R1 is reached."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"].startswith("application/json")
            status, said = group.answer(parse_qs(urlsplit(self.path).query), raw)
            if group.hangs_up:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    context, trusted = certified(folder)
    server = HTTPServer(("localhost", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    address = f"https://localhost:{server.server_port}/hook"
    address += {"feishu": "", "dingtalk": "?access_token=t1", "wecom": "?key=k1"}[group.kind]
    said = {"TARGETCAL_ROBOT_R1": address, "SSL_CERT_FILE": str(trusted)}
    try:
        yield said | ({} if group.kind == "wecom" else {"TARGETCAL_ROBOT_R1_SECRET": group.secret})
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
