"""A question to an address, which answers JSON or CSV."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

from ...problems import DataProblems, Problem, Refused
from ...unreached import cause_of
from ..decoding import MOST_BYTES, too_big
from .answer import written_out
from .named import DataSource

_TIMEOUT: Final = 60.0
"""For so many seconds an address may be silent."""


def asks_address(source: DataSource, token: str) -> FromWeb:
    """What asks an address; a token only goes where nobody listens: raise Refused elsewhere."""
    if token and source.scheme != "https":
        raise Refused([Problem("source_unsafe", source.name)])
    return FromWeb(source, token)


class FromWeb:
    """A question to an address."""

    def __init__(self, source: DataSource, token: str) -> None:
        import httpx

        head = {
            "Accept": "application/json, text/csv",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        self._source, self._client = source, httpx.Client(headers=head, timeout=_TIMEOUT)
        self._line: socket.socket | None = None

    def said(self) -> bytes:
        """The answer; raise DataProblems for what is none."""
        import httpx

        source = self._source
        try:
            with (
                self._client as client,
                client.stream("GET", source.said, extensions={"trace": self._trace}) as said,
            ):
                content = _limited(source, said.iter_bytes(), said.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DataProblems([Problem("source_failed", source.name, {"said": cause_of(error)})]) from error
        finally:
            if self._line:
                self._line.close()
        return _as_csv(source, content)

    def _trace(self, event: str, told: Mapping[str, Any]) -> None:
        """Keep a hold of the line, which a handshake takes out of everybody's hands."""
        if event == "connection.connect_tcp.complete":
            self._line = told["return_value"].get_extra_info("socket").dup()

    def stop(self) -> None:
        """Hang up: each byte that comes would be waited for anew."""
        if self._line:
            self._line.shutdown(socket.SHUT_RDWR)


def _limited(source: DataSource, parts: Iterable[bytes], status: int) -> bytes:
    """What came, if that is what was asked for and no more than is read."""
    if status != 200:
        raise DataProblems([Problem("source_status", source.name, {"status": status})])
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > MOST_BYTES:
            raise DataProblems([too_big(source.name)])
    return bytes(content)


def _as_csv(source: DataSource, content: bytes) -> bytes:
    """JSON as CSV; a page that asks to sign in is neither, and all else is left to those who read tables."""
    begins = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if begins == b"<":
        raise DataProblems([Problem("source_page", source.name)])
    if begins not in (b"[", b"{"):
        return content
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataProblems([Problem("source_json", source.name, {"said": error})]) from error
    rows = _rows(found)
    if rows is None:
        raise DataProblems([Problem("source_shape", source.name)])
    titles = tuple(dict.fromkeys(chain.from_iterable(rows)))
    return written_out(source, titles, ([row.get(title) for title in titles] for row in rows))


def _rows(found: Any) -> list[Mapping[str, Any]] | None:
    """The only list of records in an answer, which may lie in an envelope; None where there is none."""
    inside = [found] if isinstance(found, list) else found.values()
    lists = [each for each in inside if isinstance(each, list)]
    records = [each for each in lists if all(isinstance(row, dict) for row in each)]
    plain = [each for each in records if not any(_nested(value) for row in each for value in row.values())]
    return plain[0] if len(plain) == 1 else None


def _nested(value: Any) -> bool:
    return isinstance(value, list | dict)
