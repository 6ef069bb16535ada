"""A ledger as it will be once something is recorded: for making ready what will show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from ..calibration import Key, Value
from ..formats import Format
from .chain import reference
from .entry import Entry, Event
from .erasure import erased_by, without
from .ledger import Ledger


class Log(Protocol):
    """What can be read of a ledger, whether it is recorded or about to be."""

    @property
    def place(self) -> str:
        """The path or URL as a person gave it."""

    @property
    def head(self) -> str:
        """The hash of the newest entry."""

    @property
    def secret(self) -> str:
        """A random word that whoever reaches the ledger knows."""

    @property
    def language(self) -> str:
        """The language of the plan, in which marks of erasures are."""

    def prove(self) -> None:
        """Raise Refused unless all that is recorded is as it was recorded."""

    def entries(
        self,
        *,
        after: int = 0,
        region: str | None = None,
        action: str | None = None,
        field: str | None = None,
    ) -> Iterator[Entry]:
        """Entries in order, those after a number, of a region, action and field, where given."""

    def values(self, until: int | None = None) -> Mapping[Key, Value]:
        """The last value of every field that has one, up to an entry's number where given."""

    def document(self, named: str) -> bytes:
        """The content that a reference names."""


class Draft:
    """A ledger with events that are still to be recorded; reads as the ledger will read.

    Raise DataProblems, as recording would, for values that cannot be kept.
    """

    def __init__(
        self,
        ledger: Ledger,
        events: Sequence[Event],
        *,
        at: dt.datetime,
        actor: str,
        source: str,
        documents: Iterable[bytes] = (),
    ) -> None:
        """Put the events behind the ledger's newest entry, as they would be recorded now."""
        self.place, self._ledger = ledger.place, ledger
        self.onto = ledger.head
        """The head of what is recorded already."""
        self._events, self._at, self._actor, self._source = events, at, actor, source
        self._contents, self._salts = tuple(documents), ledger.salts
        self._ready = ledger.chained(
            events, at=at, actor=actor, source=source, documents=self._contents, salts=self._salts
        )
        self.drafted = self._ready.entries
        """The entries that are still to be recorded."""
        given = {reference(content): content for content in self._contents}
        pairs = zip(events, self.drafted, strict=True)
        self._documents = {str(e.new): given[str(was.new)] for was, e in pairs if str(was.new) in given}
        self._erased = erased_by(self.drafted, ledger.language)

    @property
    def head(self) -> str:
        """The hash of the newest entry."""
        return self.drafted[-1].hash if self.drafted else self.onto

    @property
    def secret(self) -> str:
        """A random word that whoever reaches the ledger knows."""
        return self._ledger.secret

    @property
    def language(self) -> str:
        """The language of the plan, in which marks of erasures are."""
        return self._ledger.language

    def prove(self) -> None:
        """Raise Refused unless all that is recorded is as it was recorded."""
        self._ledger.prove()

    def entries(
        self,
        *,
        after: int = 0,
        region: str | None = None,
        action: str | None = None,
        field: str | None = None,
    ) -> Iterator[Entry]:
        """Entries in order, those after a number, of a region, action and field, where given."""
        for entry in self._ledger.entries(after=after, region=region, action=action, field=field):
            yield without(entry, self._erased) if self._erased else entry
        for entry in self.drafted:
            wanted = ((region, entry.region), (action, entry.action), (field, entry.field))
            if entry.number > after and all(code in (None, own) for code, own in wanted):
                yield entry

    def values(self, until: int | None = None) -> Mapping[Key, Value]:
        """The last value of every field that has one, up to an entry's number where given."""
        if self._erased:
            return {
                entry.key: entry.new for entry in self.entries() if entry.number <= (until or entry.number)
            }
        drafted = (entry for entry in self.drafted if until is None or entry.number <= until)
        return {**self._ledger.values(until), **{entry.key: entry.new for entry in drafted}}

    def document(self, named: str) -> bytes:
        """The content that a reference names."""
        if named in self._documents:
            return self._documents[named]
        return self._ledger.document(named, self._erased)

    def record(self, formats: Mapping[str, Format] | None = None) -> tuple[Entry, ...]:
        """Record what was drafted, and the formats of ledger or book that change with it.

        Raise Refused when somebody has recorded since.
        """
        return self._ledger.record(
            self._events,
            at=self._at,
            actor=self._actor,
            source=self._source,
            documents=self._contents,
            onto=self.onto,
            formats=formats,
            salts=self._salts,
            ready=self._ready,
        )
