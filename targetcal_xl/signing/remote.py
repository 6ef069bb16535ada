"""A signing service over HTTP: the worked example of an entry point, for services of one's own.

It is asked for the certificates (GET), and to sign a digest (POST); both speak JSON with base64 in it. A
bearer token is the secret. The letter itself never leaves the house: a service sees nothing but its hash.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ..problems import Problem, Refused, Words
from ..unreached import cause_of
from .key import Secret, SigningKey

if TYPE_CHECKING:
    import httpx

_TIMEOUT: Final = 60.0
"""Seconds: some services ask a person on a telephone."""
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class RemoteKey:
    """A key that a service signs with."""

    def __init__(self, address: str, client: httpx.Client) -> None:
        self._address, self._client = address, client
        answer = self._asked("GET")
        self.certificates: Sequence[bytes] = [*map(self._bytes, self._field(answer, "certificates", list))]

    def sign(self, digest: bytes) -> bytes:
        """What the service signs the digest with."""
        said = {"algorithm": "sha256", "digest": base64.b64encode(digest).decode()}
        return self._bytes(self._field(self._asked("POST", said), "signature", str))

    def _asked(self, method: str, said: object = None) -> Any:
        import httpx

        try:
            answer = self._client.request(method, self._address, json=said)
            if answer.status_code != 200:
                raise _refusal(self._address, f"HTTP {answer.status_code}")
            return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _refusal(self._address, cause_of(error)) from error

    def _field(self, answer: Any, name: str, kind: type) -> Any:
        found = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(found, kind):
            raise _refusal(self._address, name)
        return found

    def _bytes(self, said: Any) -> bytes:
        try:
            return base64.b64decode(said, validate=True)
        except (TypeError, ValueError) as error:
            raise _refusal(self._address, "base64") from error


@contextmanager
def opened_remote(said: str, secret: Secret) -> Iterator[SigningKey]:
    """The key at an address; raise Refused where nobody answers, or the way to another computer is open."""
    import httpx

    place = urlsplit(said)
    if place.scheme == "http" and place.hostname not in _LOCAL:
        raise Refused([Problem("key_service_plain", fields={"address": said})])
    token = secret()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    context = ssl.create_default_context()
    with httpx.Client(verify=context, timeout=_TIMEOUT, follow_redirects=False, headers=headers) as client:
        yield RemoteKey(said, client)


def _refusal(address: str, detail: str | Words) -> Refused:
    return Refused([Problem("key_service", fields={"address": address, "detail": detail})])
