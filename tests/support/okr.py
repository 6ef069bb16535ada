"""OKR systems that enforce what they document: one of the company's own, and Feishu's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema

from tests.support.mailing import certified

_TEXT = files("targetcal_xl.templates").joinpath("okr/okr.schema.json").read_text("utf-8")
SCHEMA: dict[str, Any] = json.loads(_TEXT)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
APP, WORD = "cli_app1", "app secret"
Told = tuple[int, object]


@dataclass
class OkrSystem:
    """What arrived at an OKR system, by the rules of both."""

    token: str = "t0ken"
    documents: list[Any] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    answers: list[tuple[int, object, dict[str, str]]] = field(default_factory=list)
    """What is answered to the next requests but those for tokens, whatever they are."""
    asked: int = 0
    """How many requests there were, but those for tokens."""
    tokens: list[str] = field(default_factory=list)
    listed: list[Any] = field(default_factory=list)
    """What a batch of OKRs holds."""
    heard: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    """Every request: its method, target, headers and what its JSON says."""
    hangs_up: bool = False
    """Whether the line breaks once something was taken, before that is said."""

    def answer(
        self, method: str, target: str, headers: dict[str, str], raw: bytes
    ) -> tuple[int, object, dict[str, str]]:
        """What the documented rules make of a request."""
        parts = urlsplit(target)
        self.heard.append((method, target, headers, json.loads(raw) if raw else None))
        if parts.path == "/open-apis/auth/v3/tenant_access_token/internal":
            return (*self._tenant(json.loads(raw)), {})
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        if parts.path.startswith("/open-apis/"):
            return (*self._feishu(method, parts.path, parse_qs(parts.query), headers, raw), {})
        return (*self._own(method, headers, raw), {})

    def _own(self, method: str, headers: dict[str, str], raw: bytes) -> Told:
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": "token"}
        if method == "GET":
            return 200, self.documents[-1]
        key = headers.get("idempotency-key", "")
        if not key or not headers.get("content-type", "").startswith("application/json"):
            return 400, {"error": "no key"}
        if key in self.keys:
            return (201, {}) if self.keys[key] == raw else (422, {"error": "another body"})
        VALIDATOR.validate(json.loads(raw))
        self.keys[key] = raw
        self.documents.append(json.loads(raw))
        return 201, {}

    def _tenant(self, body: dict[str, str]) -> Told:
        if set(body) != {"app_id", "app_secret"} or body["app_id"] != APP:
            return 200, {"code": 10003, "msg": "invalid param"}
        if body["app_secret"] != WORD:
            return 200, {"code": 10014, "msg": "app secret invalid"}
        self.tokens.append(f"t-{len(self.tokens)}")
        return 200, {"code": 0, "msg": "ok", "tenant_access_token": self.tokens[-1], "expire": 7200}

    def _feishu(
        self, method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], raw: bytes
    ) -> Told:
        """What is asked with a token that is in force."""
        if headers.get("authorization") != f"Bearer {self.tokens[-1] if self.tokens else ''}":
            return 400, {"code": 99991663, "msg": "Invalid access token for authorization"}
        if method == "GET" and path == "/open-apis/okr/v1/okrs/batch_get":
            return self._batch(query["okr_ids"])
        if method != "POST" or path != "/open-apis/okr/v1/progress_records":
            return 404, "404 page not found"
        return self._record(json.loads(raw))

    def _batch(self, ids: list[str]) -> Told:
        if not 0 < len(ids) <= 10:
            return 400, {"code": 1001001, "msg": "invalid parameters"}
        wanted = [okr for okr in self.listed if okr["id"] in ids]
        return 200, {"code": 0, "msg": "success", "data": {"okr_list": wanted}}

    def _record(self, body: dict[str, Any]) -> Told:
        if faults := [*feishu_faults(body)]:
            return 400, {"code": 1001001, "msg": f"invalid parameters {faults}"}
        if not str(body["target_id"]).startswith("7"):
            return 400, {"code": 1001004, "msg": "okr data not found"}
        self.records.append(body)
        record = {"progress_id": str(7_000 + len(self.records)), "modify_time": "1640675837810"}
        return 200, {"code": 0, "msg": "success", "data": {**record, "content": body["content"]}}


_REQUIRED = {"source_title": str, "source_url": str, "target_id": str, "target_type": int, "content": dict}
_ALLOWED = {*_REQUIRED, "source_url_pc", "source_url_mobile", "progress_rate"}


def feishu_faults(body: dict[str, Any]) -> Iterator[str]:
    """What the documentation of a progress record does not allow in one."""
    yield from (name for name, kind in _REQUIRED.items() if not isinstance(body.get(name), kind))
    yield from (name for name in body if name not in _ALLOWED)
    if not str(body.get("source_url")).startswith(("http://", "https://")):
        yield "source_url"
    if body.get("target_type") not in (2, 3):
        yield "target_type"
    for block in body.get("content", {}).get("blocks", []):
        elements = block.get("paragraph", {}).get("elements", [])
        if block.get("type") != "paragraph" or not elements:
            yield "blocks"
        yield from ("elements" for one in elements if one["type"] != "textRun" or not one["textRun"]["text"])
    rate = body.get("progress_rate", {})
    if rate.get("status", 0) not in (-1, 0, 1, 2) or set(rate) > {"percent", "status"}:
        yield "progress_rate"
    if round(rate.get("percent", 0.0), 2) != rate.get("percent", 0.0):
        yield "percent"


@contextmanager
def okr_system(folder: Path) -> Iterator[tuple[OkrSystem, str, dict[str, str]]]:
    """A running OKR system, where it is, and the environment in which it is used."""
    system = OkrSystem()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said, more = system.answer(self.command, self.path, headers, raw)
            if system.hangs_up:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.encode() if isinstance(said, str) else json.dumps(said).encode())

        do_GET = do_POST = _serve

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    context, trusted = certified(folder)
    server = ThreadingHTTPServer(("localhost", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    environment = {"SSL_CERT_FILE": str(trusted), "TARGETCAL_OKR_TOKEN": system.token}
    environment |= {"TARGETCAL_FEISHU_APP": APP, "TARGETCAL_FEISHU_SECRET": WORD}
    try:
        yield system, f"https://localhost:{server.server_port}", environment
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
