"""Delivery: what is about to be sent is recorded first, and then what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..calibration.vocabulary import MessageState
from ..ledger import Event
from .queue import Queued, state_event
from .ways import Attempt, Carrier, Pace

ATTEMPTS = 3
"""How often a message is tried in one run while the other side says to come back later."""
_FIRST_REST = 2.0


_LONGEST_REST = 60.0
"""Nobody waits longer before a terminal: what is to wait longer waits for another run."""


@dataclass(frozen=True)
class Delivery:
    """How messages are sent: the ways there are, the pace, where bytes are, and how it is recorded."""

    ways: Mapping[str, Carrier]
    pace: Pace
    content: Callable[[Queued], bytes]
    begin: Callable[[Queued], Queued]
    """Records that a message is about to be sent; gives it back as it is, where somebody has sent it."""
    record: Callable[[Event], object]
    _weary: set[str] = field(default_factory=set, init=False)
    """Lanes where one message was tried in vain: others are tried once."""
    _closed: set[str] = field(default_factory=set, init=False)

    def send(self, item: Queued) -> Queued:
        """One message, tried until it is clear what came of it or it has to wait for another run."""
        wait, attempts = 0.0, 1 if item.lane in self._weary else ATTEMPTS
        for attempt in range(attempts):
            if item.lane in self._closed:
                return item
            self.pace.rest(wait)
            item, outcome = self._tried(item)
            if outcome.closes or outcome.wait > _LONGEST_REST:
                self._closed.add(item.lane)
            if item.state != MessageState.PREPARED:
                return item
            wait = max(outcome.wait, _FIRST_REST * 4**attempt)
        self._weary.add(item.lane)
        return item

    def _tried(self, item: Queued) -> tuple[Queued, Attempt]:
        way, content = self.ways[item.message.channel], self.content(item)
        self.pace.wait(item.lane, way.limits(item.message))
        item = self.begin(item)
        if item.state != MessageState.SENDING:
            return item, Attempt(item.state, item.reason)
        self.pace.note(item.lane)
        outcome = way.send(item.message, content)
        return self._come(item, outcome), outcome

    def _come(self, item: Queued, outcome: Attempt) -> Queued:
        self.record(state_event(item, outcome.state, outcome.said))
        return replace(item, state=outcome.state, reason=outcome.said)


def deliver(delivery: Delivery, items: Iterable[Queued]) -> Iterator[Queued]:
    """Send what has a way, one after the other; what has none stays prepared."""
    for item in items:
        yield delivery.send(item) if item.message.channel in delivery.ways else item
