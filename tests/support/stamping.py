"""A time stamping authority on this computer: openssl behind a small server, with certificates of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.serving import Quiet, serving

_CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
"""


@dataclass
class Authority:
    """Who stamps, and how the next requests are answered."""

    folder: Path
    port: int = 0
    answers: list[bytes | int] = field(default_factory=list)
    """What is answered to the next requests in place of a stamp: these bytes, or this status."""
    asked: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/stamps"

    @property
    def root(self) -> Path:
        """The certificate that its stamps go back to."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """What openssl answers to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def found(self) -> Authority:
        """Make keys and certificates, as an authority has them."""
        self.folder.mkdir()
        (self.folder / "tsa.cnf").write_text(_CONFIG.format(folder=self.folder), encoding="utf-8")
        (self.folder / "serial").write_text("01\n", encoding="utf-8")
        key = ("-newkey", "rsa:2048", "-nodes", "-keyout")
        self._openssl(
            "req", "-x509", *key, "root.key", "-out", "root.pem", "-subj", "/CN=A root", "-days", "3650"
        )
        self._openssl("req", "-new", *key, "tsa.key", "-out", "tsa.csr", "-subj", "/CN=An authority")
        signing = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "7", "-days", "3650")
        extended = ("-extfile", "tsa.cnf", "-extensions", "stamping")
        self._openssl("x509", "-req", "-in", "tsa.csr", *signing, *extended, "-out", "tsa.pem")
        return self

    def _openssl(self, *words: str) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise RuntimeError("install openssl: apt-get install -y --no-install-recommends openssl")
        subprocess.run([program, *words], cwd=self.folder, capture_output=True, check=True, timeout=60)


@contextmanager
def stamping(folder: Path) -> Iterator[Authority]:
    """An authority that answers as long as it lasts."""
    authority = Authority(folder).found()

    class _Desk(Quiet):
        def do_POST(self) -> None:
            request = self.asked()
            assert self.headers["Content-Type"] == "application/timestamp-query"
            authority.asked += 1
            said = authority.answers.pop(0) if authority.answers else authority.stamp(request)
            status, content = (200, said) if isinstance(said, bytes) else (said, b"")
            self.answer(status, "application/timestamp-reply", content)

    with serving(_Desk) as port:
        authority.port = port
        yield authority
