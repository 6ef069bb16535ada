"""Posting the ledger to the book: idempotent, and blind to who last typed what elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

from ..calibration import Key, Standing, Value
from ..calibration.vocabulary import Stage
from ..ledger import ERASE, Entry, Log, places_in
from ..ooxml import BLANK, Cell, Spot
from ..workbook import (
    GROUND,
    Book,
    Content,
    Known,
    Owner,
    Reading,
    Typed,
    Wording,
    as_typed,
    content,
    differing,
    region_sheet,
    rows_below,
    same_shown,
    shown,
)
from .import_keys import RESULTS
from .register import CHANGING, LIFE, register_rows
from .secret import sheet_password
from .side import Side
from .threads import TEXT, words_of


def applied_number(reading: Reading) -> int:
    """Number of the last ledger entry that the book has got."""
    rows = reading.places.table("audit", "audit").rows
    return max((int(number) for number in rows if number.isdecimal()), default=0)


def post(
    ledger: Log,
    standing: Standing,
    book: Book,
    reading: Reading,
    restored: Mapping[Key, Value] | None = None,
    known: Known | None = None,
) -> bool:
    """Bring the book to what the ledger says, without saving it; whether anything had to change.

    `restored` are people's cells that are to say again what was recorded of them; `known` is what was
    computed of the same suggestions before.
    """
    reading = replace(reading, places=replace(reading.places, inputs=standing.inputs))
    pending = list(ledger.entries(after=applied_number(reading)))
    # Without an entry there is something amiss to mend, anywhere; one about a region, or of daily results,
    # changes no suggestion.
    grounds = not pending or any(entry.region is None and entry.key != RESULTS for entry in pending)
    concerned = reading.places.tabs.keys() - (() if grounds else set(GROUND))
    gone = _gone(ledger, pending)
    hidden = _hidden(standing, reading, gone)
    handed = {**caught_up(reading, pending), **hidden, **(restored or {})}
    cells = _entered(reading, handed)
    wanted = content(standing, {**reading.values, **handed}, reading.places, concerned, known, grounds)
    for sheet, spots in differing(reading, wanted).items():
        cells[sheet].update(spots)
    for sheet in concerned:
        cells[sheet].update({wrong.spot: Cell(wrong.expected) for wrong in reading.labels[sheet].wrong})
    cells["audit"].update(_marked(standing, reading, gone))
    cells["audit"].update(rows_below(reading, "audit", "audit", audit_rows(standing, pending)))
    cells["letters"].update(_registered(ledger, standing.language, reading, pending))
    for sheet, spots in cells.items():
        if spots and sheet in reading.places.tabs:
            book.set(reading.places.tabs[sheet], spots)
    if gone:
        book.forget()
    typed = {**reading.values, **handed}
    moved = _protect(ledger, standing, book, reading, typed, pending)
    return moved or any(cells.values())


def caught_up(reading: Reading, pending: Collection[Entry]) -> dict[Key, Value]:
    """What pending entries say in people's cells, as long as nobody has typed over the value before."""
    caught: dict[Key, Value] = {}
    for entry in pending:
        cell = reading.typed.get(entry.key)
        if cell and caught.get(entry.key, cell.value) == entry.old:
            caught[entry.key] = entry.new
    news = {key: value for key, value in caught.items() if value != reading.typed[key].value}
    return news | _taken_up(reading, pending)


def _taken_up(reading: Reading, pending: Iterable[Entry]) -> dict[Key, Value]:
    """The cells in which somebody wrote what is a remark now: they are empty again."""
    taken = {(one.region, one.row, one.new) for one in pending if one.field == TEXT}
    found = (cell for cell in reading.typed.values() if cell.kind == "message") if taken else ()
    return {one.key: None for one in found if (*one.key[:2], words_of(one)) in taken}


def enter(book: Book, reading: Reading, values: Mapping[Key, Value]) -> None:
    """Type into people's cells for them."""
    for sheet, spots in _entered(reading, values).items():
        book.set(reading.places.tabs[sheet], spots)


def _entered(reading: Reading, values: Mapping[Key, Value]) -> Content:
    """The cells that hold these values of people's."""
    cells: Content = defaultdict(dict)
    for key, value in values.items():
        typed = reading.typed[key]
        cells[typed.sheet][typed.spot] = Cell(as_typed(typed, value, reading.places))
    return cells


def audit_rows(standing: Standing, entries: Iterable[Entry]) -> Iterator[Mapping[str, Value]]:
    """Entries as the audit sheet prints them: in words, as far as there are any."""
    words = Wording(standing)
    action, region, field = map(cache, (words.action, words.region, words.field))
    time = cache(partial(dt.datetime.isoformat, timespec="seconds"))
    for entry in entries:
        yield {
            "number": entry.number,
            "at": time(entry.at),
            "actor": entry.actor,
            "source": entry.source,
            "action": action(entry.action),
            "region": region(entry.region),
            "row": words.row(entry.region, entry.row, entry.field),
            "field": field(entry.field),
            "old": words.value(entry.field, entry.old),
            "new": words.value(entry.field, entry.new),
            "reason": entry.reason or None,
            "hash": entry.hash,
        }


def _registered(
    ledger: Log, language: str, reading: Reading, pending: Collection[Entry]
) -> Mapping[Spot, Cell]:
    """The register's lines of new letters, and what of others has changed since the book was posted.

    Without an entry all lines are looked at, as something is to be mended.
    """
    news = {entry.region for entry in pending if entry.field in LIFE}
    if pending and not news:
        return {}
    place = reading.places.table("letters", "letters")
    columns = reading.places.sheets["letters"].table("letters").columns
    kinds = {column.code: column.kind for column in columns}
    grid = reading.grids["letters"]
    rows = [*register_rows(ledger, language, news if pending else None)]
    cells = rows_below(
        reading, "letters", "letters", (row for row in rows if row["number"] not in place.rows)
    )
    for row in (row for row in rows if row["number"] in place.rows):
        at = place.rows[str(row["number"])]
        said = {code: shown(row[code], kinds[code], reading.places.language) for code in CHANGING}
        told = {(at, place.columns[code]): Cell(value) for code, value in said.items()}
        cells |= {spot: cell for spot, cell in told.items() if not same_shown(grid.get(spot, BLANK), cell)}
    return cells


def erased_cells(ledger: Log, standing: Standing, reading: Reading) -> dict[Key, Value]:
    """People's cells that still say what was erased since the book was posted, with what they are to say."""
    pending = ledger.entries(after=applied_number(reading))
    return _hidden(standing, reading, _gone(ledger, pending))


def _gone(ledger: Log, pending: Iterable[Entry]) -> dict[int, tuple[Entry, set[str]]]:
    """The earlier entries that these ones say words were erased from, by number, with the parts."""
    parts: dict[int, set[str]] = defaultdict(set)
    for entry in pending:
        if entry.action == ERASE:
            for where, part in places_in(entry.new):
                if isinstance(where, int):
                    parts[where].add(part)
    return {entry.number: (entry, parts[entry.number]) for entry in _named(ledger, parts)}


def _named(ledger: Log, numbers: Collection[int]) -> Iterator[Entry]:
    if numbers:
        yield from (one for one in ledger.entries(after=min(numbers) - 1) if one.number in numbers)


def _marked(
    standing: Standing, reading: Reading, gone: Mapping[int, tuple[Entry, set[str]]]
) -> Mapping[Spot, Cell]:
    """The audit sheet's cells in which words stood that were erased."""
    place = reading.places.table("audit", "audit")
    told = audit_rows(standing, (entry for entry, _ in gone.values()))
    return {
        (place.rows[str(number)], place.columns[part]): Cell(said[part])
        for (number, (_, parts)), said in zip(gone.items(), told, strict=True)
        for part in parts
        if str(number) in place.rows
    }


def _hidden(
    standing: Standing, reading: Reading, gone: Mapping[int, tuple[Entry, set[str]]]
) -> dict[Key, Value]:
    """People's cells that still say what was erased, by the audit sheet, with what they are to say."""
    place, grid, words = reading.places.table("audit", "audit"), reading.grids["audit"], Wording(standing)
    found: dict[Key, Value] = {}
    for number, (entry, parts) in gone.items():
        cell, row = reading.typed.get(entry.key), place.rows.get(str(number))
        shown = grid.get((row, place.columns["new"])) if row else None
        if "new" in parts and cell and shown and words.value(entry.field, cell.value) == shown.value:
            found[entry.key] = entry.new
    return found


def _protect(
    ledger: Log,
    standing: Standing,
    book: Book,
    reading: Reading,
    typed: Mapping[Key, Value],
    pending: Iterable[Entry],
) -> bool:
    """Lock what was submitted and open what was handed back; whether any tab changed.

    What a superior typed beside the recorded decision stays open, so that it can be put back.
    """
    changed, moved = False, {entry.region for entry in pending if entry.field == "state"}
    password = cache(lambda: sheet_password(ledger))
    for region in standing.inputs.plan.regions:
        side, tab = Side(standing, region), reading.places.tabs.get(region_sheet(region.code))
        closed = not side.is_open
        if tab is None or (book.is_protected(tab) == closed and region.code not in moved):
            continue
        owners = (Owner.MANAGER, Owner.SUPERIOR)
        cells = [cell for owner in owners for cell in reading.of_region(region.code, owner)]
        messages = [cell.spot for cell in reading.messages(region.code)]
        free = [
            cell.spot
            for cell in cells
            if side.is_free(cell.key, cell.owner)
            or (side.stage == Stage.ACCEPTED and _is_other(standing, cell, typed))
        ]
        free += [] if side.is_confirmed else messages
        book.lock_cells(tab, [*messages, *(cell.spot for cell in cells)], True)
        book.lock_cells(tab, free, False)
        book.protect(tab, password() if closed else None)
        changed = True
    return changed


def _is_other(standing: Standing, cell: Typed, typed: Mapping[Key, Value]) -> bool:
    """Whether a superior's cell says something else than what was recorded of it."""
    return cell.owner is Owner.SUPERIOR and typed.get(cell.key) != standing.values.get(cell.key)
