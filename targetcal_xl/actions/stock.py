"""Taking stock before an action, and settling it afterwards: ledger first, then the book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..calibration import Key, Plan, Region, Standing, Value
from ..ledger import Draft, Event
from ..problems import Problem, Refused
from ..workbook import Book, Reading, read
from .desk import Desk
from .post import applied_number, post
from .records import standing_of
from .table import Table


@dataclass(frozen=True)
class Stock:
    """An action's view: the ledger's standing and what is in the book, at one moment."""

    desk: Desk
    head: str
    standing: Standing
    book: Book
    reading: Reading

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.standing.inputs.plan

    def table(self, region: Region) -> Table:
        """A region's side of the standing."""
        return Table(self.standing, region)

    def typed(self, key: Key) -> Value:
        """What a person has typed in a cell; None when it is empty or lost."""
        cell = self.reading.typed.get(key)
        return cell.value if cell else None

    def settle(self, events: Sequence[Event], documents: Iterable[bytes] = ()) -> Standing:
        """Record what happened and show it in the book; return where the plan stands now.

        The book is made ready first: what cannot be shown is refused before anything is recorded. Raise
        Refused, saying what is recorded, when the system then keeps the book from being saved.
        """
        desk = self.desk
        draft = Draft(
            desk.ledger, events, at=desk.clock(), actor=desk.actor, source=desk.source, documents=documents
        )
        if draft.onto != self.head:
            raise Refused([Problem("ledger_moved")])
        now = standing_of(draft)
        post(draft, now, self.book, self.reading)
        with self.book.prepared():
            draft.record()
            show_recorded(self.book, draft)
        return now


def show_recorded(book: Book, draft: Draft) -> None:
    """Save a book that shows what has just been recorded; raise Refused, saying so, when it cannot be."""
    try:
        book.save()
    except Refused as refused:
        numbers = [entry.number for entry in draft.drafted]
        fields = {"first": numbers[0], "last": numbers[-1], "book": book.path.name}
        raise Refused([Problem("recorded_not_shown", book.path.name, fields), *refused.problems]) from refused


def look(desk: Desk) -> Stock:
    """Read ledger and book, whatever they say of each other."""
    if not desk.path.is_file():
        raise Refused([Problem("book_missing", str(desk.path))])
    head, standing = desk.ledger.head, standing_of(desk.ledger)
    book = desk.book()
    return Stock(desk, head, standing, book, read(book, standing.inputs))


def take_stock(desk: Desk) -> Stock:
    """Read ledger and book; refuse a book that has missed entries or belongs to another ledger."""
    stock = look(desk)
    if problem := misfit(stock):
        raise Refused([problem])
    return stock


def misfit(stock: Stock) -> Problem | None:
    """Why book and ledger are not of one piece; None when they are."""
    sheet = stock.reading.places.tabs.get("audit")
    if sheet is None or ("audit", "audit") not in stock.reading.places.tables:
        return Problem("audit_sheet_missing", stock.desk.path.name)
    last = stock.desk.ledger.last
    applied, recorded = applied_number(stock.reading), last.number if last else 0
    if applied == recorded and _last_hash(stock.reading) == stock.head:
        return None
    code = "book_behind" if applied < recorded else "book_of_another_ledger"
    fields = {"applied": applied, "recorded": recorded, "book": stock.desk.path.name}
    return Problem(code, stock.desk.path.name, fields)


def _last_hash(reading: Reading) -> Value:
    """The hash that the audit sheet's last row carries."""
    place = reading.places.table("audit", "audit")
    last = max(place.rows.values(), default=place.head)
    cell = reading.grids["audit"].get((last, place.columns["hash"]))
    return cell.value if cell else None
