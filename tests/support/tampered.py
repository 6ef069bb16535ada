"""Books in which everything of a kind was changed at once, so that one look has to name each change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from targetcal_xl.ooxml import BLANK, Cell, Spot, cell_name
from targetcal_xl.problems import Problem
from targetcal_xl.workbook import Owner, Reading, marks
from targetcal_xl.workbook.places import TablePlace
from tests.support.memory import MemoryBook

Change = Callable[[MemoryBook], object]
Batches = Mapping[str, Sequence["Tampering"]]


@dataclass(frozen=True)
class Tampering:
    """What was done to one thing in a book, and what a problem has to say to name it."""

    what: str
    change: Change
    wheres: frozenset[str]
    """Places of which one has to be named."""
    said: str = ""
    """Or what is missing, by its code, name or text."""


def unnamed(tampered: Iterable[Tampering], problems: Sequence[Problem]) -> set[str]:
    """What of this no problem names."""
    wheres = {problem.where for problem in problems}
    said = {str(value) for problem in problems for value in problem.fields.values()}
    return {one.what for one in tampered if one.wheres.isdisjoint(wheres) and one.said not in said - {""}}


def batches(reading: Reading, book: MemoryBook) -> Batches:
    """Kind of change -> every change of it that this book has room for, all of which go together."""
    found: defaultdict[str, list[Tampering]] = defaultdict(list)
    for kind, one in [*_cells(reading, book), *_codes(reading, book), *_shapes(reading, book), *_names(book)]:
        found[kind].append(one)
    return dict(found)


def _cells(reading: Reading, book: MemoryBook) -> Iterator[tuple[str, Tampering]]:
    """Every cell that is no code, and every one that somebody may fill, in whatever way it can change."""
    guide, places = reading.places.tabs["guide"], reading.places.tabs
    typed = {(places[cell.sheet], cell.spot): cell for cell in reading.typed.values()}
    structure = _structure(reading, book)
    labels = {(places[sheet], spot) for sheet, held in reading.labels.items() for spot in held.spots}
    filled = {(tab, spot) for tab, grid in book.grids.items() for spot in grid}
    for number, (tab, spot) in enumerate(sorted((filled | set(typed)) - structure)):
        level = "labels" if (tab, spot) in labels else "typed" if (tab, spot) in typed else "cells"
        said = _text(book, tab, spot) if level == "labels" else ""
        cell, person = book.grids[tab].get(spot, BLANK), typed.get((tab, spot))
        cell = BLANK if cell == Cell("") else cell  # nobody is told anything by either
        for kind, other in others(cell):
            if kind == "formula" and person and person.owner is Owner.FINANCE:
                continue  # free to be computed until it is taken in
            if kind == "text" and tab == guide:
                continue  # a number of a step tells the same as a text
            yield f"{level}: {kind}", _put(tab, spot, other, kind, said)
        if cell != BLANK and spot[0] > 3 and tab != guide:
            yield f"{level} {number % 3 if said else 0}: moved", _moved(book, tab, spot, said)


def _text(book: MemoryBook, tab: str, spot: Spot) -> str:
    value = book.grids[tab][spot].value
    return f"{value:g}" if isinstance(value, float) else str(value)


def others(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """What could stand in a cell's place and look like it."""
    if cell == BLANK:
        yield from (("filled", Cell("x")), ("number", Cell(7.0)), ("formula", Cell(7.0, "3+4")))
        return
    share, plus, tail = (1.01, 1, "x") if cell.formula is None else (1.03, 2, "y")  # no result of the others
    yield "emptied", BLANK
    if isinstance(cell.value, bool):
        yield "changed", Cell(not cell.value, cell.formula, cell.array)
    elif isinstance(cell.value, float):
        yield "changed", Cell(cell.value * share + plus, cell.formula, cell.array)
        yield "text", Cell(f"{cell.value:g}", cell.formula, cell.array)
    else:
        yield "changed", Cell(f"{cell.value or ''}{tail}", cell.formula, cell.array)
        yield "number", Cell(7.0, cell.formula, cell.array)
    yield ("formula", Cell(cell.value, "1+1")) if cell.formula is None else ("value", Cell(cell.value))


def _put(tab: str, spot: Spot, cell: Cell, kind: str, said: str = "") -> Tampering:
    where = f"{tab}!{cell_name(spot)}"
    return Tampering(f"{where} {kind}", partial(put, tab=tab, spot=spot, cell=cell), frozenset({where}), said)


def put(book: MemoryBook, tab: str, spot: Spot, cell: Cell) -> None:
    """Put a cell into a book."""
    book.set(tab, {spot: cell})


def _moved(book: MemoryBook, tab: str, spot: Spot, said: str) -> Tampering:
    """A cell in the first empty one below."""
    row, column = spot
    below = next(r for r in range(row + 1, row + 5000) if (r, column) not in book.grids[tab])
    where = f"{tab}!{cell_name(spot)}"
    change = partial(_replace, tab=tab, cells={spot: BLANK, (below, column): book.grids[tab][spot]})
    return Tampering(f"{where} moved", change, frozenset({where}), said)


def _replace(book: MemoryBook, tab: str, cells: Mapping[Spot, Cell]) -> None:
    book.set(tab, cells)


def _structure(reading: Reading, book: MemoryBook) -> set[tuple[str, Spot]]:
    """The hidden codes of tabs, tables, columns and rows, and the marks of formats."""
    tabs = reading.places.tabs
    found = {(tab, (1, 1)) for tab in tabs.values()} | {(tab, spot) for tab, spot, _ in marks(book)}
    for (sheet, _), place in reading.places.tables.items():
        at = {(place.head - 1, across) for across in (1, *place.columns.values())}
        found |= {(tabs[sheet], spot) for spot in at | {(row, 1) for row in place.rows.values()}}
    return found


def _is_told(book: MemoryBook, tab: str, row: int) -> bool:
    """Whether anything stands in a row beside its code."""
    grid = book.grids[tab]
    return any(r == row and column > 1 and grid[r, column].value not in (None, "") for r, column in grid)


def _codes(reading: Reading, book: MemoryBook) -> Iterator[tuple[str, Tampering]]:
    """Every code emptied, changed, computed; those of a kind at once, so that none hides another."""
    tabs = reading.places.tabs
    for (sheet, table), place in reading.places.tables.items():
        tab, head = tabs[sheet], place.head - 1
        spots = {"tables": {(head, 1): table}}
        spots["columns"] = {(head, across): code for code, across in place.columns.items()}
        spots["rows"] = {(row, 1): code for code, row in place.rows.items() if _is_told(book, tab, row)}
        for level, codes in spots.items():
            for spot, code in codes.items():
                for kind, other in _other_codes(book.grids[tab][spot]):
                    done, across = _put(tab, spot, other, kind, code), place.columns.values()
                    row = {f"{tab}!{cell_name((spot[0], c))}" for c in across if level == "rows"}
                    yield f"{level}: {kind}", replace(done, wheres=done.wheres | row)
    for number, tab in enumerate(tabs.values()):
        for kind, other in _other_codes(book.grids[tab][1, 1]):
            yield f"tabs {number % 2}: {kind}", _put(tab, (1, 1), other, kind, tab)
    for tab, spot, _ in marks(book):
        for kind, other in _other_codes(book.grids[tab][spot]):
            done = _put(tab, spot, other, kind)
            yield f"marks: {kind}", replace(done, wheres=done.wheres | {book.path.name})


def _other_codes(cell: Cell) -> Iterator[tuple[str, Cell]]:
    yield from (("emptied", BLANK), ("changed", Cell(f"{cell.value}x")), ("formula", Cell(cell.value, "1+1")))


def _shapes(reading: Reading, book: MemoryBook) -> Iterator[tuple[str, Tampering]]:
    """Codes, rows and tabs exchanged; twins of columns, tabs lost, doubled, hidden behind a copy."""
    tabs, beside = reading.places.tabs, {tab: 1 + max(c for _, c in grid) for tab, grid in book.grids.items()}
    for (sheet, _), place in reading.places.tables.items():
        tab = tabs[sheet]
        yield from _exchanged(book, tab, place)
        for column in place.columns.values():
            for kind, head in (("code", place.head - 1), ("caption", place.head)):
                yield f"columns: twin by {kind}", _twin(book, tab, column, head, place, beside[tab])
            beside[tab] += 1
    yield from _tabs([*tabs.values()])


def _tabs(tabs: Sequence[str]) -> Iterator[tuple[str, Tampering]]:
    """Tabs exchanged, lost, doubled, hidden behind a copy; of the first two every second one at once."""
    for number, (tab, following) in enumerate(pairwise(tabs)):
        swapped = partial(_exchange_tabs, one=tab, other=following)
        both = frozenset({tab, following})
        yield f"tabs {number % 2}: exchanged", Tampering(f"{tab} for {following}", swapped, both)
    for number, tab in enumerate(tabs):
        lost, twice, hidden = (partial(change, tab=tab) for change in (_delete, _double, _hide))
        yield f"tabs {number % 2}: lost", Tampering(f"{tab} lost", lost, frozenset(), tab)
        yield "tabs: doubled", Tampering(f"{tab} doubled", twice, frozenset({f"{tab} (2)"}))
        yield "tabs: behind a copy", Tampering(f"{tab} hidden", hidden, frozenset({tab}))


def _exchanged(book: MemoryBook, tab: str, place: TablePlace) -> Iterator[tuple[str, Tampering]]:
    """Codes of neighbouring rows and columns exchanged: every second pair at once."""
    head, rows, columns = place.head - 1, sorted(place.rows.values()), sorted(place.columns.values())
    for number, (one, other) in enumerate(pairwise(columns)):
        down = {f"{tab}!{cell_name((row, c))}" for c in (one, other) for row in (*rows, head, head + 1)}
        change = partial(_swap, tab=tab, one=(head, one), other=(head, other))
        yield f"columns {number % 2}: exchanged", Tampering(f"{tab} column {one}", change, frozenset(down))
    for number, (one, other) in enumerate(pairwise(row for row in rows if _is_told(book, tab, row))):
        across = {f"{tab}!{cell_name((row, c))}" for row in (one, other) for c in (1, *columns)}
        change = partial(_swap, tab=tab, one=(one, 1), other=(other, 1))
        yield f"rows {number % 2}: exchanged", Tampering(f"{tab} row {one}", change, frozenset(across))


def moved_rows(reading: Reading, book: MemoryBook) -> Batches:
    """Whole rows, codes and all: each table's turned round, one cut and put far below, one put over another.

    The audit sheet is turned round by itself, as its last row tells where the ledger ended.
    """
    found: defaultdict[str, list[Tampering]] = defaultdict(list)
    for (sheet, _), place in reading.places.tables.items():
        tab, codes = reading.places.tabs[sheet], {row: code for code, row in place.rows.items()}
        rows = [row for row in sorted(codes) if _is_told(book, tab, row)]
        for kind, moves, lost in _moves(rows, 3 + max(row for row, _ in book.grids[tab])):
            change = partial(_move_rows, tab=tab, moves=moves)
            batch = f"{sheet} {kind}" if (sheet, kind) == ("audit", "turned") else kind
            found[batch].append(Tampering(f"{tab} {lost} {kind}", change, frozenset(), codes[lost]))
    return dict(found)


def _moves(rows: Sequence[int], below: int) -> Iterator[tuple[str, Mapping[int, int], int]]:
    """What may be done with a table's rows: from where to where, and the row that may be lost by it."""
    if rows:
        yield "below", {rows[0]: below + rows[0]}, rows[0]
    if len(rows) > 1:
        yield "turned", dict(zip(rows, [*rows[1:], rows[0]], strict=True)), rows[-1]
        yield "over", {rows[0]: rows[1]}, rows[1]


def _move_rows(book: MemoryBook, tab: str, moves: Mapping[int, int]) -> None:
    grid = book.grids[tab]
    gone = {spot: BLANK for spot in grid if spot[0] in {*moves, *moves.values()}}
    book.set(tab, gone | {(moves[row], column): cell for (row, column), cell in grid.items() if row in moves})


def _swap(book: MemoryBook, tab: str, one: Spot, other: Spot) -> None:
    grid = book.grids[tab]
    book.set(tab, {one: grid.get(other, BLANK), other: grid.get(one, BLANK)})


def _twin(book: MemoryBook, tab: str, column: int, head: int, place: TablePlace, beside: int) -> Tampering:
    """A second column with the same code, or caption, and other values, to the right of everything."""
    cells = {(head, beside): book.grids[tab].get((head, column), BLANK)}
    cells |= {(row, beside): Cell(7.0) for row in place.rows.values()}
    where = frozenset({f"{tab}!{cell_name((head, beside))}"})
    return Tampering(f"{tab} twin of {column} at {head}", partial(_replace, tab=tab, cells=cells), where)


def _exchange_tabs(book: MemoryBook, one: str, other: str) -> None:
    """Each says to be the other."""
    first, second = book.grids[one][1, 1], book.grids[other][1, 1]
    book.set(one, {(1, 1): second})
    book.set(other, {(1, 1): first})


def _delete(book: MemoryBook, tab: str) -> None:
    del book.grids[tab]
    book.names = {name: place for name, place in book.names.items() if place[0] != tab}


def _double(book: MemoryBook, tab: str) -> None:
    book.grids[f"{tab} (2)"] = dict(book.grids[tab])


def _hide(book: MemoryBook, tab: str) -> None:
    book.grids[f"{tab} "] = {spot: cell for spot, cell in book.grids[tab].items() if spot != (1, 1)}
    book.hidden |= {tab}


def _names(book: MemoryBook) -> Iterator[tuple[str, Tampering]]:
    """Names lost, and names that point where another one does."""
    names = list(book.names)
    for number, (name, following) in enumerate(zip(names, names[1:] + names[:1], strict=True)):
        lost, moved = partial(_lose, name=name), partial(_point, name=name, place=book.names[following])
        yield f"names {number % 2}: lost", Tampering(f"{name} lost", lost, frozenset(), name)
        yield f"names {number % 2}: elsewhere", Tampering(f"{name} elsewhere", moved, frozenset(), name)


def _lose(book: MemoryBook, name: str) -> None:
    del book.names[name]


def _point(book: MemoryBook, name: str, place: tuple[str, Spot]) -> None:
    book.names[name] = place
