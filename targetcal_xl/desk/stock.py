"""Taking stock before an action, and settling it afterwards: ledger first, then the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..calibration import Key, Plan, Region, Standing, Value
from ..formats import BOOK
from ..ledger import Draft, Event, reference
from ..outbox import ACTION as OUTBOX
from ..problems import Problem, Refused
from ..workbook import (
    MARKED,
    Book,
    Content,
    Known,
    Owner,
    Reading,
    book_format,
    content,
    read,
    region_sheet,
)
from .desk import Desk, newer, older
from .post import applied_number, post
from .recalibrated import recorded
from .records import standing_of
from .side import Side


@dataclass(frozen=True)
class Stock:
    """An action's view: the ledger's standing and what is in the book, at one moment."""

    desk: Desk
    head: str
    standing: Standing
    book: Book
    reading: Reading
    elsewhere: Mapping[Key, Value] = field(default_factory=dict)
    """What people's cells say that are not in the reading, where that is of one tab."""

    @property
    def values(self) -> Mapping[Key, Value]:
        """What people have typed; no key for an empty cell."""
        return {**self.elsewhere, **self.reading.values}

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.standing.inputs.plan

    @cached_property
    def counted(self) -> Mapping[Key, Value]:
        """What people say as far as it counts, whatever stands in their cells now.

        Of what is sealed that is what was recorded, of finance's cells what was taken in.
        """
        said, sheets = self.standing.values, self.reading.places.sheets
        finance = [key for sheet in sheets.values() for key in sheet.keys(Owner.FINANCE)]
        values = {**self.values, **dict.fromkeys(finance), **recorded(self.standing, finance)}
        for region in self.plan.regions:
            side, keys = self.table(region), sheets[region_sheet(region.code)].keys(Owner.MANAGER)
            values |= {key: said.get(key) for key in keys if side.is_sealed(key)}
        return {key: value for key, value in values.items() if value is not None}

    @cached_property
    def wanted(self) -> Content:
        """What every cell of ours should hold."""
        return content(self.standing, self.values, self.reading.places, None, self.known)

    @cached_property
    def known(self) -> Known:
        """What has been computed of the suggestions and what is declared."""
        return Known()

    @property
    def checkpoint(self) -> str:
        """What whatever leaves the house says of the ledger: its checkpoint, as a person can copy it."""
        return self.desk.ledger.checkpoint.mark

    def table(self, region: Region) -> Side:
        """A region's side of the standing."""
        return Side(self.standing, region)

    def typed(self, key: Key) -> Value:
        """What a person has typed in a cell; None when it is empty or lost."""
        cell = self.reading.typed.get(key)
        return cell.value if cell else None

    def settle(
        self,
        events: Sequence[Event],
        documents: Iterable[bytes] = (),
        entered: Mapping[Key, Value] | None = None,
    ) -> Standing:
        """Record what happened and show it in the book; return where the plan stands now.

        `entered` is what goes into people's cells, whatever stands there.

        The book is made ready first: what cannot be shown is refused before anything is recorded. Raise
        Refused, saying what is recorded, when the system then keeps the book from being saved.
        """
        draft = self.desk.draft(events, documents)
        if draft.onto != self.head:
            raise Refused([Problem("ledger_moved")])
        now = standing_of(draft)
        grounded = all(event.region is not None for event in events)
        post(draft, now, self.book, self.reading, entered, self.known if grounded else None)
        vars(self).pop("known", None)
        with self.book.prepared():
            draft.record()
            show_recorded(draft, self.desk.path, self.book.save)
        return now


def show_recorded(draft: Draft, path: Path, show: Callable[[], None]) -> None:
    """Have a file show what has just been recorded; raise Refused, saying so, when it cannot be."""
    try:
        show()
    except Refused as refused:
        if not draft.drafted:
            raise
        numbers = [entry.number for entry in draft.drafted]
        fields = {"first": numbers[0], "last": numbers[-1], "book": path.name}
        raise Refused([Problem("recorded_not_shown", path.name, fields), *refused.problems]) from refused


def look(desk: Desk) -> Stock:
    """Read ledger and book, whatever they say of each other.

    Raise Refused when there is no book, or when it is a newer program's.
    """
    if not desk.path.is_file():
        raise Refused([Problem("book_missing", str(desk.path))])
    head, standing = desk.ledger.head, standing_of(desk.ledger)
    book = desk.book()
    if (found := book_format(book)).number > BOOK.number:
        raise Refused([newer(desk.path, found)])
    return Stock(desk, head, standing, book, read(book, standing.inputs, standing.language))


def take_stock(desk: Desk) -> Stock:
    """Read ledger and book; raise Refused for a book that lacks something, or shows other entries."""
    stock = look(desk)
    if problems := unfit(stock):
        raise Refused(problems)
    return stock


def unfit(stock: Stock) -> list[Problem]:
    """Why nobody can work on a book before it is mended: its `misfits`.

    What the outbox records while it sends is none: it comes to the book with whatever is settled next.
    """
    problems = misfits(stock)
    is_behind = [problem.code for problem in problems] == ["book_behind"]
    return [] if is_behind and _lacks_messages_only(stock) else problems


def _lacks_messages_only(stock: Stock) -> bool:
    applied = applied_number(stock.reading)
    shown, *missed = stock.desk.ledger.entries(after=applied - 1)
    return shown.hash == last_hash(stock.reading) and all(entry.action == OUTBOX for entry in missed)


def misfits(stock: Stock) -> list[Problem]:
    """Why book and ledger are not of one piece: an old format, what the book has lost, or other entries."""
    name, found = stock.desk.path.name, book_format(stock.book)
    if found.number < BOOK.number and MARKED in stock.reading.places.tabs:
        return [older(stock.desk.path, found)]
    if lost := list(stock.reading.places.problems):
        return [*lost, Problem("book_needs_repair", name, {"book": name})]
    last = stock.desk.ledger.last
    applied, recorded = applied_number(stock.reading), last.number if last else 0
    if applied == recorded and last_hash(stock.reading) == stock.head:
        return []
    code = "book_behind" if applied < recorded else "book_of_another_ledger"
    return [Problem(code, name, {"applied": applied, "recorded": recorded, "book": name})]


def last_hash(reading: Reading) -> Value:
    """The hash that the audit sheet's last row carries."""
    place = reading.places.table("audit", "audit")
    last = max(place.rows.values(), default=place.head)
    cell = reading.grids["audit"].get((last, place.columns["hash"]))
    return cell.value if cell else None


def keep(stock: Stock, action: str, key: Key, content: bytes) -> None:
    """Record a document as the last of its kind, where it says something new."""
    old = stock.standing.values.get(key)
    if old is None or stock.desk.ledger.document(str(old)) != content:
        stock.settle([Event(action, *key, old, reference(content))], [content])
