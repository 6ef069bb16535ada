"""Whatever is changed in a book that shows recorded things is found by name, and mended by `repair`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import settings

from targetcal_xl.actions import AuditReport, issue_letters, repair, verify
from targetcal_xl.actions.repair import PENDING
from targetcal_xl.ooxml import BLANK, Cell, Spot
from targetcal_xl.problems import Problem
from targetcal_xl.workbook import Owner, open_book
from tests.support.desks import Case, confirmed, decided, locked
from tests.support.memory import MemoryBook

Change = Callable[[MemoryBook], object]

STAGES = {"locked": locked, "decided": decided, "issued": confirmed}
EVERY_DETECTED, EVERY_SEALED, EVERY_MENDED = (101, 31, 881) if settings().derandomize else (7, 1, 97)
"""Of all changes, one in so many is tried here; primes, so that every kind and place has its turn.

Of those to what was sealed, registered, set, decided or granted it is more; `make explore` tries each.
Each stage begins at another one, so that together they try what no stage tries alone.
"""
pytestmark = pytest.mark.hypothesis


@pytest.fixture(scope="module", params=STAGES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A plan in which every region's word is recorded."""
    case = STAGES[request.param](tmp_path_factory.mktemp("tampered"))
    if request.param == "issued":
        case.run(issue_letters, case.folder / "letters", "docx")
    return case


def _changes(case: Case, book: MemoryBook) -> Iterator[tuple[str, Change]]:
    """Every cell altered, emptied, made a formula, moved; every name and tab lost, doubled, exchanged."""
    reading = case.reading()
    free = {
        (reading.places.tabs[c.sheet], c.spot) for c in reading.typed.values() if c.owner is Owner.FINANCE
    }
    guide = reading.places.tabs["guide"]
    for tab, grid in book.grids.items():
        for spot, cell in sorted(grid.items()):
            if _is_code_of_nothing(grid, spot):
                continue
            for what, other in _others(cell):
                if (what == "formula" and (tab, spot) in free) or (what == "text" and tab == guide):
                    continue
                yield f"{tab}!{spot} {what}", partial(_put, tab=tab, spot=spot, cell=other)
            if spot[0] > 3 and tab != guide:
                yield f"{tab}!{spot} moved", partial(_move, tab=tab, spot=spot)
        yield f"{tab} deleted", partial(_delete, tab=tab)
        yield f"{tab} doubled", partial(_double, tab=tab)
        yield f"{tab} copied and hidden", partial(_hide, tab=tab)
    yield from _shape_changes(case, book)
    names = list(book.names)
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        yield f"{name} lost", partial(_lose, name=name)
        yield f"{name} points to {following}", partial(_point, name=name, to=following)


def _shape_changes(case: Case, book: MemoryBook) -> Iterator[tuple[str, Change]]:
    """Codes of rows, columns and tabs exchanged; columns that claim to be ours a second time."""
    places = case.reading().places
    for (sheet, table), place in places.tables.items():
        tab, head = places.tabs[sheet], place.head - 1
        rows, columns = sorted(place.rows.values()), sorted(place.columns.values())
        held = book.grid(tab)
        said = {row for row, column in held if column > 1 and held[row, column].value not in (None, "")}
        for one, other in pairwise(rows):
            if said.isdisjoint((one, other)):
                continue  # rows in which nothing stands say the same, whatever they are called
            yield f"{tab}!{one} exchanged", partial(_exchange, tab=tab, one=(one, 1), other=(other, 1))
        for one, other in pairwise(columns):
            swap = partial(_exchange, tab=tab, one=(head, one), other=(head, other))
            yield f"{tab} {table} column {one} exchanged", swap
        for column in columns:
            for above in (head, place.head):
                twin = partial(_double_column, tab=tab, column=column, head=above, rows=rows)
                yield f"{tab} {table} column {column} doubled at {above}", twin
    for tab, following in pairwise(places.tabs.values()):
        yield f"{tab} exchanged for {following}", partial(_exchange_tabs, one=tab, other=following)


def _exchange(book: MemoryBook, tab: str, one: Spot, other: Spot) -> None:
    grid = book.grids[tab]
    book.set(tab, {one: grid.get(other, BLANK), other: grid.get(one, BLANK)})


def _exchange_tabs(book: MemoryBook, one: str, other: str) -> None:
    """Each says to be the other."""
    first, second = book.grids[one][1, 1], book.grids[other][1, 1]
    book.set(one, {(1, 1): second})
    book.set(other, {(1, 1): first})


def _double_column(book: MemoryBook, tab: str, column: int, head: int, rows: Sequence[int]) -> None:
    """A second column with the same code, or caption, and other values, to the right of everything."""
    grid = book.grids[tab]
    beside = max(across for _, across in grid) + 1
    book.set(
        tab, {(head, beside): grid.get((head, column), BLANK)} | {(row, beside): Cell(7.0) for row in rows}
    )


def _sealed(case: Case) -> Iterator[str]:
    """Where what was sealed, registered, set, decided or granted stands: how changes to it begin."""
    reading = case.reading()
    for cell in reading.typed.values():
        yield f"{reading.places.tabs[cell.sheet]}!{cell.spot} "
    tab, place = reading.places.tabs["letters"], reading.places.table("letters", "letters")
    yield from (f"{tab}!{spot} " for spot in product(place.rows.values(), place.columns.values()))


def _tried(case: Case, book: MemoryBook) -> Iterator[tuple[str, Change]]:
    """The changes that have their turn."""
    sealed, first = tuple(_sealed(case)), len(case.entries())
    for number, (what, change) in enumerate(_changes(case, book), first):
        if number % (EVERY_SEALED if what.startswith(sealed) else EVERY_DETECTED) == 0:
            yield what, change


def _is_code_of_nothing(grid: Mapping[Spot, Cell], spot: Spot) -> bool:
    """Whether a cell is the hidden code of a row in which nothing stands: no one is told anything by it."""
    return spot[1] == 1 and not any(row == spot[0] and column > 1 for row, column in grid)


def _others(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """What could stand in a cell's place and look like it."""
    yield "emptied", BLANK
    if isinstance(cell.value, bool):
        yield "turned", Cell(not cell.value, cell.formula, cell.array)
    elif isinstance(cell.value, float):
        yield "other number", Cell(cell.value * 1.01 + 1, cell.formula, cell.array)
        yield "text", Cell(f"{cell.value:g}", cell.formula, cell.array)
    else:
        yield "other text", Cell(f"{cell.value or ''}x", cell.formula, cell.array)
    if str(cell.value).startswith("format:"):
        yield "another version", Cell(f"{cell.value}.1")
    if cell.formula is None:
        yield "formula", Cell(cell.value, "1+1")
    else:
        yield "value", Cell(cell.value)


def _put(book: MemoryBook, tab: str, spot: Spot, cell: Cell) -> None:
    book.set(tab, {spot: cell})


def _lose(book: MemoryBook, name: str) -> None:
    del book.names[name]


def _point(book: MemoryBook, name: str, to: str) -> None:
    book.names[name] = book.names[to]


def _move(book: MemoryBook, tab: str, spot: Spot) -> None:
    """Put a cell into the first empty one below."""
    row, column = spot
    below = next(r for r in range(row + 1, row + 5000) if (r, column) not in book.grids[tab])
    book.set(tab, {spot: BLANK, (below, column): book.grids[tab][spot]})


def _delete(book: MemoryBook, tab: str) -> None:
    del book.grids[tab]
    book.names = {name: place for name, place in book.names.items() if place[0] != tab}


def _double(book: MemoryBook, tab: str) -> None:
    book.grids[f"{tab} (2)"] = dict(book.grids[tab])


def _hide(book: MemoryBook, tab: str) -> None:
    copy = {spot: cell for spot, cell in book.grids[tab].items() if spot != (1, 1)}
    book.grids[f"{tab} "] = copy
    book.hidden = frozenset({tab})


def _report(case: Case, book: MemoryBook) -> AuditReport:
    with case.desk() as desk:
        return verify(replace(desk, opening=lambda _path: book))


def _verified(case: Case, book: MemoryBook) -> tuple[Problem, ...]:
    return _report(case, book).problems


def test_every_change_is_found_and_named(case: Case) -> None:
    sound = MemoryBook.of(open_book(case.path))
    assert _verified(case, sound) == ()
    missed = []
    for what, change in _tried(case, sound):
        book = sound.copy()
        change(book)
        if not _verified(case, book):
            missed.append(what)
    assert not missed, "\n".join(missed)


def test_protection_that_was_taken_off_is_named_and_hides_nothing(case: Case) -> None:
    sound = MemoryBook.of(open_book(case.path))
    assert sound.shut
    for tab in sound.shut:
        book = sound.copy()
        book.shut = sound.shut - {tab}
        notes = _report(case, book).notes
        assert [(note.code, note.where) for note in notes] == [("protection_off", tab)]
        declared = next(
            c for k, c in case.reading().typed.items() if k[2] == "declared" and case.where(k).startswith(tab)
        )
        _put(book, tab, declared.spot, Cell(7.0))
        assert _verified(case, book)


def test_every_change_is_mended_and_nothing_of_it_is_believed(case: Case) -> None:
    sound, typed = case.path.read_bytes(), case.typed()
    memory = MemoryBook.of(open_book(case.path))
    for number, (what, change) in enumerate(_changes(case, memory), len(case.entries())):
        if number % EVERY_MENDED == 0:
            _tamper_file(case.path, memory, change)
            case.run(repair)
            problems = case.run(verify).problems
            assert [problem for problem in problems if problem.code not in PENDING] == [], what
            assert case.typed() == typed or problems, what
            case.path.write_bytes(sound)


def _tamper_file(path: Path, sound: MemoryBook, change: Change) -> None:
    """Make the change to the file itself."""
    book = sound.copy()
    change(book)
    if book.names != sound.names or book.sheets != sound.sheets or book.hidden:
        _write(path, book)
        return
    file = open_book(path)
    for tab, grid in book.grids.items():
        before = sound.grids[tab]
        file.set(
            tab, {s: grid.get(s, BLANK) for s in grid.keys() | before.keys() if grid.get(s) != before.get(s)}
        )
    file.save()


def _write(path: Path, book: MemoryBook) -> None:
    """A file of these tabs, cells and names."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False}) as written:
        for tab, grid in book.grids.items():
            page = written.add_worksheet(tab)
            for (row, column), cell in grid.items():
                if cell.formula is not None:
                    page.write_formula(
                        row - 1,
                        column - 1,
                        f"={cell.formula}",
                        None,
                        "" if cell.value is None else cell.value,
                    )
                else:
                    page.write(row - 1, column - 1, cell.value)
            if tab in book.hidden:
                page.hide()
        for name, (tab, (row, column)) in book.names.items():
            quoted = tab.replace("'", "''")
            written.define_name(
                name, f"='{quoted}'!{xlsxwriter.utility.xl_rowcol_to_cell(row - 1, column - 1, True, True)}"
            )
