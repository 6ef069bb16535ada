"""Where an archive is: an address without secrets, which may be recorded and shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from ..outbox import secret
from ..problems import Problem, Refused

_VARIABLE: Final = "TARGETCAL_ARCHIVE_PASSWORD"
_SCHEMES: Final = ("file", "sftp", "webdav", "webdavs", "s3")
_HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Location:
    """An archive's address in parts; who reaches it by a password has that from elsewhere."""

    scheme: str
    path: str
    """The folder, or what names of objects begin with."""
    host: str = ""
    """The computer, or the bucket."""
    port: int | None = None
    user: str = ""
    password: str = field(default="", repr=False, compare=False)

    @property
    def address(self) -> str:
        """The address as it is recorded and shown: never with a password."""
        who = f"{quote(self.user, safe='')}@" if self.user else ""
        at = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{who}{self.host}{at}{quote(self.path)}"


def parse_place(said: str, environment: Mapping[str, str] = os.environ) -> Location:
    """An address, or a folder of this computer, as a place; raise Refused for what is none, or not safe."""
    if "://" not in said:
        return Location("file", Path(said).resolve().as_posix())
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError as error:
        raise Refused([Problem("archive_address")]) from error
    if problem := _fault(parts):
        raise Refused([Problem(problem, fields={"variable": _VARIABLE, "known": [*_SCHEMES]})])
    path, user = "/" + unquote(parts.path).strip("/"), unquote(parts.username or "")
    if parts.scheme == "file":
        return Location("file", path)
    host = parts.hostname or ""
    if parts.scheme == "s3":
        return Location("s3", path.rstrip("/"), host)
    password = secret(_VARIABLE, f"{user}@{host}", environment) if user else ""
    return Location(parts.scheme, path, host, port, user, password)


def _fault(parts: SplitResult) -> str:
    """The code of what is wrong with an address; empty where nothing is. The address itself is never told."""
    if parts.password is not None or parts.query or parts.fragment:
        return "archive_secret"
    if parts.scheme not in _SCHEMES or ".." in unquote(parts.path).split("/"):
        return "archive_address"
    if (parts.scheme == "file") != (not parts.hostname):
        return "archive_address"
    return "archive_plain" if parts.scheme == "webdav" and parts.hostname not in _HERE else ""
