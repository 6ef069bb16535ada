"""Bringing a book back to what the ledger says, whatever has become of it; what people typed is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..calibration import Key, Value, same_value
from ..desk import (
    Desk,
    Stock,
    caught_up,
    composed_book,
    erased_cells,
    finish_erasure,
    keep_aside,
    look,
    post,
    standing_of,
    where,
)
from ..language import listed, text
from ..ooxml import write_file
from ..problems import MOST_OF_A_KIND, Problem, Refused
from ..telling import QUESTION, Part, Report, Sentence, noted
from ..workbook import Owner, Typed, nameless, open_damaged
from .check import awaits
from .strays import strays
from .verify import faults

ELSEWHERE = (
    *("file_encrypted", "file_old_xls", "file_strict", "file_dates_1904"),
    *("file_unreadable", "file_open_elsewhere", "file_open_unknown", "book_newer"),
)
"""Why a file cannot be read though nothing of it is lost: its people can mend that, and lose nothing."""

PENDING = ("not_taken_in", "grant_waits")
"""What disagrees because somebody has typed it and it waits to be recorded."""

IN_PLACE = (
    *("book_behind", "audit_row_missing", "letters_row_missing", "label_changed"),
    *("readonly_changed", "formula_overwritten", "result_false", "sealed_changed"),
    *("decision_unrecorded", "decision_early", "decision_changed", "grant_unrecorded"),
)
"""What is mended in the book as it is; for all else it is written anew."""


HASH = re.compile("[0-9a-f]{64}")
"""How the ledger writes the hash of an entry."""

HOW = ("book_needs_repair", "book_behind", "audit_row_missing")
"""What says no more than that there is something to mend."""


@dataclass(frozen=True)
class RepairReport(Report):
    """What was mended."""

    rewritten: bool
    """Whether the book has been written anew."""
    caught_up: int
    """Ledger entries that the book had missed."""
    changed: bool
    mended: tuple[Problem, ...] = ()
    """What was found in disorder and is in order now."""
    unread: tuple[Problem, ...] = ()
    """Why some of what people had typed could not be taken over."""
    kept: str = ""
    """The name under which the book was kept as it was, when something of it was replaced."""
    witness: str = ""
    """The hash that the audit sheet ended with, where the ledger holds no such entry."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        outcome = "rewritten" if self.rewritten else "caught_up" if self.changed else "nothing"
        yield Sentence(text(f"telling.repair.{outcome}", language, entries=self.caught_up))
        if self.kept:
            yield Sentence(text("telling.repair.kept", language, file=self.kept))
        if self.witness:
            yield Sentence(text("telling.repair.witness", language, head=self.witness), QUESTION)
        if places := list(dict.fromkeys(_place(one, language) for one in self.mended)):
            some = listed(places[:MOST_OF_A_KIND], language) + (" …" if len(places) > MOST_OF_A_KIND else "")
            yield Sentence(text("telling.repair.mended", language, count=len(places), places=some))
        yield from noted(self.unread, text("telling.repair.unread", language), language)


def _place(problem: Problem, language: str) -> str:
    """Where something was amiss, or what was, when it had no place left."""
    return problem.where or listed(problem.fields.values(), language)


def repair(desk: Desk) -> RepairReport:
    """Bring a book that was left behind, damaged or lost to what the ledger says; typed input stays.

    A book that has to be written anew, or gets back what was recorded of a person's cell, is kept as it
    was under another name. Raise Refused where the ledger itself is broken, for a book of another
    plan, and for a file that only its people can open.
    """
    standing_of(desk.ledger)
    finish_erasure(desk)
    if not desk.path.exists():
        write_file(desk.path, composed_book(desk, desk.ledger))
        return RepairReport(True, sum(1 for _ in desk.ledger.entries()), True)
    try:
        stock = look(desk)
    except Refused as refused:
        if is_elsewhere(refused):
            raise
        return _written_anew(desk, salvaged(desk), refused.problems)
    if is_of_another_plan(stock):
        raise Refused([Problem("book_of_another_plan", desk.path.name)])
    found = _found(stock)
    in_place = all(problem.code in IN_PLACE for problem in found)
    report = _mended(stock, found) if in_place else _written_anew(desk, still_theirs(stock), found)
    return replace(report, witness=_witness(stock))


def _found(stock: Stock) -> list[Problem]:
    """Everything that is not as it should be, but what somebody has typed and nobody has recorded yet."""
    return [problem for problem in faults(stock, strays(stock)) if problem.code not in PENDING]


def is_elsewhere(refused: Refused) -> bool:
    """Whether a file cannot be read, though nothing of it is lost."""
    return any(problem.code in ELSEWHERE for problem in refused.problems)


def is_of_another_plan(stock: Stock) -> bool:
    """Whether most of what the audit sheet lists was never recorded here."""
    hashes, shown = {entry.hash for entry in stock.desk.ledger.entries()}, _shown_hashes(stock)
    return bool(shown) and 2 * sum(value in hashes for value in shown) < len(shown)


def _witness(stock: Stock) -> str:
    """The audit sheet's last hash, if it is one and the ledger does not hold it: which of both is right?"""
    last = str(next(reversed(_shown_hashes(stock)), ""))
    is_held = any(entry.hash == last for entry in stock.desk.ledger.entries())
    return last if HASH.fullmatch(last) and not is_held else ""


def _shown_hashes(stock: Stock) -> list[Value]:
    """The hashes on the audit sheet, from top to bottom, as far as there are any."""
    place = stock.reading.places.tables.get(("audit", "audit"))
    if place is None or "hash" not in place.columns:
        return []
    grid, column = stock.reading.grids["audit"], place.columns["hash"]
    return [cell.value for row in sorted(place.rows.values()) if (cell := grid.get((row, column)))]


def _mended(stock: Stock, found: Sequence[Problem]) -> RepairReport:
    """The book with what differs put right, all else as it is."""
    desk, restored = stock.desk, _restored(stock)
    changed = post(desk.ledger, stock.standing, stock.book, stock.reading, restored)
    if not changed:
        return RepairReport(False, 0, False)
    with stock.book.prepared():
        kept = keep_aside(desk, "repair").name if restored else ""
        stock.book.save()
    now = look(desk)
    if left := _found(now):
        return _written_anew(desk, still_theirs(now), [*found, *left])
    return RepairReport(False, _missed(stock), True, _told(found), kept=kept)


def _written_anew(desk: Desk, typed: Mapping[Key, Value], found: Sequence[Problem]) -> RepairReport:
    """The book from the ledger and what could be read of it; as it was it is kept under another name."""
    if desk.is_live:
        raise Refused([*found, Problem("repair_closed", desk.path.name)])
    content = composed_book(desk, desk.ledger, typed)
    kept = keep_aside(desk, "repair")
    write_file(desk.path, content)
    caught_up = sum(1 for _ in desk.ledger.entries())
    left = tuple(unread(look(desk), typed)) if typed else _told(found)
    return RepairReport(True, caught_up, True, _told(found), left, kept.name)


def unread(now: Stock, typed: Mapping[Key, Value]) -> Iterator[Problem]:
    """People's cells of the new book of which the old one said nothing that could be found."""
    for key, cell in now.reading.typed.items():
        if key not in typed and _is_theirs(now, cell):
            yield Problem("typed_unread", where(now, cell))


def _told(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """What was mended, without what only says how."""
    return tuple(
        problem for problem in found if problem.code not in ("book_needs_repair", "audit_row_missing")
    )


def _missed(stock: Stock) -> int:
    """How many entries the book had not got."""
    return sum(1 for _ in stock.desk.ledger.entries(after=_applied(stock)))


def still_theirs(stock: Stock) -> dict[Key, Value]:
    """What stands in people's cells that is theirs to say now, brought up to what was recorded since."""
    cells = {**nameless(stock.reading), **stock.reading.typed}
    reading = replace(stock.reading, typed=cells)
    pending = list(stock.desk.ledger.entries(after=_applied(stock)))
    said = {**{key: cell.value for key, cell in cells.items()}, **caught_up(reading, pending)}
    return {key: value for key, value in said.items() if _is_theirs(stock, cells[key])}


def salvaged(desk: Desk) -> dict[Key, Value]:
    """What people's cells say in a damaged book, as far as it can be read and is of this plan."""
    try:
        book = open_damaged(desk.path)
        stock = look(replace(desk, opening=lambda _path: book))
    except Refused:
        return {}
    typed, tabs = stock.reading.typed, stock.reading.places.tabs
    lost = {key for key, cell in typed.items() if (tabs[cell.sheet], cell.spot) in book.lost}
    said = {} if is_of_another_plan(stock) else still_theirs(stock)
    return {key: value for key, value in said.items() if key not in lost}


def _applied(stock: Stock) -> int:
    """Number of the last entry that the book has got, without a gap before it."""
    place = stock.reading.places.tables.get(("audit", "audit"))
    number = 0
    while place and str(number + 1) in place.rows:
        number += 1
    return number


def _restored(stock: Stock) -> dict[Key, Value]:
    """People's cells that say something else than was recorded of them, and what that was.

    What was erased since is not kept for anybody.
    """
    values = stock.standing.values
    erased = erased_cells(stock.desk.ledger, stock.standing, stock.reading)
    return {
        key: values.get(key)
        for key, cell in stock.reading.typed.items()
        if key not in erased
        and not _is_theirs(stock, cell)
        and (cell.has_formula or not same_value(cell.value, values.get(key)))
    }


def _is_theirs(stock: Stock, cell: Typed) -> bool:
    """Whether a cell is somebody's to fill now: what stands there is not recorded yet."""
    if cell.owner is Owner.FINANCE or cell.kind == "message":
        return True
    side = stock.table(stock.plan.region(str(cell.key[0])))
    if cell.owner is Owner.SUPERIOR:
        return awaits(side, cell.key)
    return not side.is_sealed(cell.key)
