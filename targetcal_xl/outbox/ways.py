"""A way that messages go, what comes of one, and how fast they may follow each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ..calibration.vocabulary import MessageState
from .message import Message


@dataclass(frozen=True)
class Limit:
    """No more than `most` messages in so many seconds."""

    most: int
    seconds: float


@dataclass(frozen=True)
class Attempt:
    """What came of sending: `sent`, `failed` for good, `doubtful`, or `prepared` to be tried again."""

    state: MessageState
    said: str = ""
    """What the other side answered."""
    wait: float = 0.0
    """How many seconds it asked to be left alone, where it did."""
    closes: bool = False
    """Whether nothing else will go this way before somebody has mended something."""


class Carrier(Protocol):
    """Mail, or the robots of a chat."""

    def limits(self, message: Message) -> tuple[Limit, ...]:
        """How fast messages like this one may go."""

    def send(self, message: Message, content: bytes) -> Attempt:
        """Try once; never raises for what the other side does."""


class Pace:
    """Keeps limits: what was sent lately, also by an earlier run, counts."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._now, self._sleep = now, sleep
        self._sent: dict[str, deque[float]] = {}

    def note(self, lane: str, at: float | None = None) -> None:
        """A message went down a lane."""
        self._sent.setdefault(lane, deque(maxlen=1000)).append(self._now() if at is None else at)

    def wait(self, lane: str, limits: Iterable[Limit]) -> None:
        """Wait until the next one may."""
        sent = self._sent.get(lane, deque())
        for limit in limits:
            if len(sent) >= limit.most and (left := sent[-limit.most] + limit.seconds - self._now()) > 0:
                self._sleep(min(left, limit.seconds))

    def rest(self, seconds: float) -> None:
        """Wait before trying again."""
        if seconds:
            self._sleep(seconds)
