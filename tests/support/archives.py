"""Real places for archives: a folder, OpenSSH's sftp, a WebDAV server, and S3 as moto serves it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from cheroot import wsgi
from moto.server import ThreadedMotoServer
from wsgidav.wsgidav_app import WsgiDAVApp

Reached = tuple[str, dict[str, str]]
"""An archive's address, and the environment in which it is reached."""
PASSWORD = "battery staple"


@contextmanager
def local(folder: Path) -> Iterator[Reached]:
    """A folder."""
    yield str(folder / "archive"), {}


@contextmanager
def webdav(folder: Path) -> Iterator[Reached]:
    """A WebDAV server that wants name and password."""
    root = folder / "dav"
    root.mkdir()
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {"hr": {"password": PASSWORD}}}},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        address = f"webdav://hr@localhost:{server.bind_addr[1]}/archive"
        yield address, {"TARGETCAL_ARCHIVE_PASSWORD": PASSWORD}
    finally:
        server.stop()
        thread.join()


@contextmanager
def s3(_folder: Path) -> Iterator[Reached]:
    """An object store with one bucket."""
    import boto3

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    said = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    address = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()
    try:
        boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket="letters")
        yield "s3://letters/2025", {**said, "AWS_ENDPOINT_URL": address}
    finally:
        server.stop()


@contextmanager
def sftp(folder: Path) -> Iterator[Reached]:
    """OpenSSH's own server, on this computer, for whoever runs it, by key."""
    home = folder / "ssh"
    (home / ".ssh").mkdir(parents=True)
    for key in ("host", ".ssh/id_ed25519"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / key)], check=True, cwd=home
        )
    port = _free_port()
    shutil.copy(home / ".ssh/id_ed25519.pub", home / "authorized")
    host = (home / "host.pub").read_text("utf-8").split()[:2]
    (home / ".ssh/known_hosts").write_text(f"[localhost]:{port} {' '.join(host)}\n", "utf-8")
    settings = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {home / 'host'}",
        f"AuthorizedKeysFile {home / 'authorized'}",
        "PasswordAuthentication no",
        "StrictModes no",
        "UsePAM no",
        f"PidFile {home / 'pid'}",
        "Subsystem sftp internal-sftp",
    ]
    (home / "sshd_config").write_text("\n".join(settings) + "\n", "utf-8")
    Path("/run/sshd").mkdir(exist_ok=True) if os.geteuid() == 0 else None
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    server = subprocess.Popen(
        [program, "-D", "-e", "-f", str(home / "sshd_config")], stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"sftp://{getpass.getuser()}@localhost:{port}{folder / 'sftp'}", {"HOME": str(home)}
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server does not answer")


ARCHIVES: dict[str, Callable[[Path], AbstractContextManager[Reached]]] = {
    "local": local,
    "webdav": webdav,
    "s3": s3,
    "sftp": sftp,
}
