"""Why another program was out of reach: by the names that Python and its libraries give, and in words."""

from __future__ import annotations

from collections.abc import Iterator

from .language import text
from .problems import Words

CAUSES = frozenset(
    {
        "AuthenticationException",
        "BadHostKeyException",
        "ConnectionError",
        "ConnectionRefusedError",
        "NoValidConnectionsError",
        "RemoteProtocolError",
        "SMTPNotSupportedError",
        "SMTPServerDisconnected",
        "SSLCertVerificationError",
        "SSLError",
        "TimeoutError",
        "TimeoutException",
        "gaierror",
    }
)
"""Those that the catalogue has words for; they are recorded, so none ever goes."""


class Unreached(Words):
    """Why something was out of reach, by what was recorded of it; what has no words of ours says itself."""

    def said(self, language: str) -> str:
        """The cause in a language."""
        return text(f"telling.unreached.{self.key}", language) if self.key in CAUSES else self.key


def cause_of(error: BaseException) -> Unreached:
    """The cause that a library's error comes from, as far as it is known; else the error's own name."""
    names = [kind.__name__ for one in _down(error) for kind in type(one).__mro__]
    return Unreached(next((name for name in names if name in CAUSES), type(error).__name__))


def _down(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it comes from, the first of all first."""
    if (before := error.__cause__ or error.__context__) is not None:
        yield from _down(before)
    yield error
