"""What a person names as a source of data, and what may be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

WEB: Final = ("http", "https")
_SECRETS: Final = frozenset(
    ("password", "passwd", "pwd", "token", "access_token", "auth_token", "api_key", "apikey", "secret")
)
"""How secrets are called in addresses."""


@dataclass(frozen=True)
class DataSource:
    """What a person names: a path, or an address with, for a database, the question to it."""

    said: str
    query: str = ""

    @property
    def scheme(self) -> str:
        """How its address begins; empty for a path."""
        return urlsplit(self.said).scheme if "://" in self.said else ""

    @property
    def name(self) -> str:
        """What it is called where something is told of it: never with what stands before an @."""
        if not self.scheme:
            return Path(self.said).name
        parts = urlsplit(self.said)
        return f"{parts.hostname or parts.scheme}{parts.path}"

    @property
    def is_database(self) -> bool:
        """Whether it has to be asked a question."""
        return self.scheme not in ("", *WEB)

    @property
    def holds_secret(self) -> bool:
        """Whether a password or a token stands in its address, for everybody who reads that."""
        parts = urlsplit(self.said)
        named = {name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        return bool(self.scheme and (parts.password or named & _SECRETS))

    @property
    def secret_name(self) -> str:
        """What its password or token is kept under."""
        parts = urlsplit(self.said)
        user = f"{parts.username}@" if parts.username else ""
        return f"source {user}{parts.hostname or parts.path}"
