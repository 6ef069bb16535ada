"""Bringing a book and its ledger to the formats of this program: copies first, and no typed word is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..calibration import Key, Value
from ..desk import (
    Desk,
    Stock,
    composed_book,
    ledger_beside,
    look,
    name_aside,
    show_recorded,
    standing_of,
    where,
)
from ..formats import BOOK, LEDGER, SINCE, Format
from ..language import listed, text
from ..ledger import Event
from ..ooxml import laid_beside, put_in_place, read_file, refuse_open, refuse_taken
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, noted
from ..workbook import book_format
from .check import broken_seals, unrecorded
from .repair import is_elsewhere, is_of_another_plan, salvaged, still_theirs, unread

NOW = {"ledger": LEDGER, "book": BOOK}
"""The formats that a plan has after it was upgraded."""


@dataclass(frozen=True)
class UpgradeReport(Report):
    """From which formats a plan came to those of this program, and what its people should know of it."""

    upgraded: bool
    book: int
    """The format that the book had."""
    ledger: int
    """The format that the ledger had."""
    copies: tuple[str, ...] = ()
    """The names under which book and ledger were kept as they were."""
    database: str = ""
    """Where the ledger is, when a database keeps it and no copy was made."""
    restored: tuple[Problem, ...] = ()
    """Cells that had been changed after they were recorded, and say again what was."""
    own: tuple[Problem, ...] = ()
    """Tabs of people's own, which only the copy has."""
    unread: tuple[Problem, ...] = ()
    """Why some of what people had typed could not be taken over."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if not self.upgraded:
            facts = {"book": BOOK.number, "ledger": LEDGER.number}
            yield Sentence(text("telling.upgrade.nothing", language, **facts), QUIET)
            return
        both = (("book", self.book, BOOK), ("ledger", self.ledger, LEDGER))
        risen = [
            text(f"telling.upgrade.{what}", language, before=before, now=now.number)
            for what, before, now in both
            if before < now.number
        ]
        yield Sentence(text("telling.upgrade.done", language, risen=listed(risen, language)), DONE)
        if self.copies:
            yield Sentence(text("telling.upgrade.copies", language, files=listed(self.copies, language)))
        if self.database:
            yield Sentence(text("telling.upgrade.database", language, place=self.database))
        yield from noted(self.restored, text("telling.upgrade.restored", language), language)
        yield from noted(self.own, text("telling.upgrade.own", language), language)
        yield from noted(self.unread, text("telling.repair.unread", language), language)


@dataclass(frozen=True)
class _Found:
    """What a book of before says that no entry does: what people typed, and what is left in its copy."""

    format: int
    typed: Mapping[Key, Value]
    stock: Stock | None = None
    unread: tuple[Problem, ...] = ()


class _Copies(NamedTuple):
    """The names of what was kept as it was, and the database that was not copied."""

    names: tuple[str, ...]
    database: str


def upgrade(desk: Desk) -> UpgradeReport:
    """Write book and ledger in the formats of this program, if they are not; typed input stays.

    Raise Refused where the ledger is broken, for a book of another plan or of a newer program, and for a
    file that only its people can open or have open now.
    """
    standing_of(desk.ledger)
    before, found = desk.ledger.formats, _found(desk)
    risen = {kind: one for kind, one in NOW.items() if before[kind].number < one.number}
    if not risen and found.format >= BOOK.number:
        return UpgradeReport(False, found.format, before["ledger"].number)
    if desk.is_live:
        raise Refused([Problem("upgrade_closed", desk.path.name, {"book": desk.path.name})])
    copies = _written(desk, found.typed, risen)
    left = (*found.unread, *_lost(desk, found))
    restored, own = (tuple(_restored(found.stock)), tuple(_own(found.stock))) if found.stock else ((), ())
    return UpgradeReport(True, found.format, before["ledger"].number, *copies, restored, own, left)


def _found(desk: Desk) -> _Found:
    """What the book says, as far as it can be read; raise Refused where its people have to act."""
    oldest = desk.ledger.formats["book"].number
    if not desk.path.exists() and oldest < BOOK.number:
        return _Found(oldest, {})
    try:
        stock = look(desk)
    except Refused as refused:
        if is_elsewhere(refused) or oldest >= BOOK.number:
            raise
        return _Found(oldest, salvaged(desk), unread=refused.problems)
    if is_of_another_plan(stock):
        raise Refused([Problem("book_of_another_plan", desk.path.name)])
    return _Found(book_format(stock.book).number, still_theirs(stock), stock)


def _written(desk: Desk, typed: Mapping[Key, Value], risen: Mapping[str, Format]) -> _Copies:
    """Make the book anew and record that; what was kept of before."""
    old = read_file(desk.path) if desk.path.exists() else None
    if old is not None:
        refuse_open(desk.path)
    draft = desk.draft(list(_events(desk, risen)))
    with laid_beside(desk.path, composed_book(desk, draft, typed, risen.get("book"))) as new:
        copies = _copied(desk, old, bool(risen))
        if old is not None:
            refuse_taken(desk.path, old)
        if risen:
            draft.record(risen)
            show_recorded(draft, desk.path, lambda: put_in_place(new, desk.path))
        else:
            put_in_place(new, desk.path)
    return copies


def _events(desk: Desk, risen: Mapping[str, Format]) -> Iterator[Event]:
    for kind, now in risen.items():
        old = desk.ledger.formats[kind].number
        yield Event("upgrade", None, None, f"format.{kind}", old, now.number, f"targetcal {now.program}")


def _copied(desk: Desk, book: bytes | None, ledger: bool) -> _Copies:
    """Keep the book and, where it is to change, the ledger beside each other as they were."""
    content = desk.ledger.copied() if ledger else None
    aside = name_aside(desk, "upgrade")
    kept = {aside: book, ledger_beside(aside): content}
    for path, held in kept.items():
        if held is not None:
            with laid_beside(desk.path, held) as copy:
                put_in_place(copy, path)
    names = tuple(path.name for path, held in kept.items() if held is not None)
    return _Copies(names, desk.ledger.place if ledger and content is None else "")


def _lost(desk: Desk, found: _Found) -> Iterator[Problem]:
    """What of the typed words has no place in the new book, or could not be read in the old one."""
    now = look(desk)
    if found.stock:
        typed = found.stock.reading.typed
        lost = (typed[key] for key in found.typed if key not in now.reading.typed)
        yield from (Problem("typed_left", where(found.stock, cell)) for cell in lost)
    elif found.typed:
        yield from unread(now, {**_unheard_of(found, now), **found.typed})


def _unheard_of(found: _Found, now: Stock) -> dict[Key, Value]:
    """The cells that the old book's format had not yet, of which it could say nothing."""
    return {key: None for key in now.reading.typed if found.format < SINCE.get(key[2], 0)}


def _restored(stock: Stock) -> Iterator[Problem]:
    for region in stock.plan.regions:
        yield from broken_seals(stock, region)
        yield from unrecorded(stock, region)


def _own(stock: Stock) -> Iterator[Problem]:
    ours = set(stock.reading.places.tabs.values()) | stock.book.hidden
    return (Problem("tab_in_copy", tab) for tab in stock.book.sheets if tab not in ours)
