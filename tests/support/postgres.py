"""A real PostgreSQL server for one test run: its own cluster, on a Unix socket, thrown away after."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PASSWORD = "a secret: @/?%"


@dataclass(frozen=True)
class Server:
    """A running server; who connects must know the password."""

    folder: Path
    user: str

    def database(self, name: str) -> str:
        """The URL, without password, of a new empty database, with the least convenient defaults."""
        with psycopg.connect(
            host=str(self.folder), user=self.user, password=PASSWORD, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{name}" ENCODING UTF8 TEMPLATE template0')
            connection.execute(
                f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'"
            )
        return f"postgresql://{self.user}@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server, started for the session; fails with the remedy when PostgreSQL is not installed."""
    with _cluster() as server:
        yield server


@contextmanager
def _cluster() -> Iterator[Server]:
    programs, user = _programs(), "postgres" if os.geteuid() == 0 else getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="tc-pg-"))
    data, secret = folder / "data", folder / "secret"
    secret.write_text(PASSWORD, encoding="utf-8")
    if os.geteuid() == 0:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
    control = [str(programs / "pg_ctl"), "--pgdata", str(data), "--wait"]
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    try:
        _run(
            user,
            str(programs / "initdb"),
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            str(data),
        )
        _run(user, *control, "-o", options, "-l", str(folder / "log"), "start")
        yield Server(folder, user)
    finally:
        if (data / "postmaster.pid").exists():
            _run(user, *control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where initdb and pg_ctl are; the newest of several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    known = shutil.which("initdb") or (found and found[-1])
    if not known:
        pytest.fail("These tests need a PostgreSQL server: apt-get install postgresql")
    return Path(known).parent


def _run(user: str, *command: str) -> None:
    """Run a program of the server's, which never runs as root."""
    change = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    subprocess.run([*change, *command], cwd="/", check=True, stdout=subprocess.DEVNULL)
