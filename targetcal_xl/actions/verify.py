"""The proof that the book shows what the ledger recorded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from ..calibration import Value, same_value
from ..connect import trusted_roots
from ..desk import (
    Desk,
    Stamp,
    Stock,
    audit_rows,
    has_macros,
    look,
    lost_files,
    misfits,
    not_taken_in,
    plan_of,
    printed_heads,
    register_rows,
    said,
    stamps,
)
from ..ledger import plain_head
from ..ooxml import BLANK, cell_name
from ..problems import Problem, Refused
from ..workbook import BUTTONS_TAB, marks, region_sheet, shown
from .audit import AuditReport
from .check import broken_seals, changed_cells, unrecorded
from .letters_held import changed_files, outdated, unfaithful
from .stamp import held_stamps
from .strays import Stray, mislabelled, strays

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def verify(desk: Desk, heads: Sequence[str] = ()) -> AuditReport:
    """Prove the chain, and everything that the book shows; `heads` were noted elsewhere."""
    noted = [plain_head(head) for head in heads]
    notes: tuple[Problem, ...] = ()
    printed = _printed_heads(desk)
    stamped = _stamps(desk)
    problems = desk.ledger.verify((*printed, *noted, *(plain_head(one.checkpoint) for one in stamped)))
    held, wrong = held_stamps(stamped, _roots(desk) if stamped else ())
    checkpoint = "" if problems else desk.ledger.checkpoint.mark
    if not problems:
        stock = look(desk)
        found = list(strays(stock))
        problems = [
            *faults(stock, found),
            *lost_files(desk),
            *unfaithful(stock),
            *changed_files(stock),
            *wrong,
        ]
        unheld = [Problem("stamps_unheld", fields={"count": len(stamped)})]
        notes = (
            *oddities(stock, found),
            *outdated(stock),
            *(unheld if stamped and not (held or wrong) else ()),
        )
    return AuditReport(
        tuple(desk.ledger.entries()),
        checkpoint,
        tuple(problems),
        verified=not problems,
        heads=() if problems else (checkpoint, *printed, *noted),
        notes=notes,
        stamps=held,
    )


def _printed_heads(desk: Desk) -> list[str]:
    """The heads that left the house; none where the ledger is broken, which is told of itself."""
    try:
        return list(printed_heads(desk.ledger))
    except Refused:
        return []


def _stamps(desk: Desk) -> list[Stamp]:
    """The time stamps; none where the ledger is broken, which is told of itself."""
    try:
        return [*stamps(desk.ledger)]
    except Refused:
        return []


def _roots(desk: Desk) -> tuple[Certificate, ...]:
    """The certificates that the plan trusts, or the environment; where the ledger is broken the latter's."""
    try:
        return trusted_roots(trust=plan_of(desk).trust)
    except Refused:
        return trusted_roots()


def faults(stock: Stock, found: Iterable[Stray]) -> list[Problem]:
    """Everything that does not agree; a book that is behind, or outdated, is told no more than that."""
    misfit = misfits(stock)
    behind = any(problem.code in ("book_behind", "book_outdated") for problem in misfit)
    return misfit if behind else [*misfit, *disagreements(stock, found)]


def disagreements(stock: Stock, found: Iterable[Stray]) -> Iterator[Problem]:
    """Every cell that shows something else than the ledger says, as far as the book can be read."""
    entries = audit_rows(stock.standing, stock.desk.ledger.entries())
    yield from _log(stock, "audit", {str(row["number"]): row for row in entries})
    letters = register_rows(stock.desk.ledger, stock.standing.language)
    yield from _log(stock, "letters", {str(row["number"]): row for row in letters})
    yield from changed_cells(stock, stock.wanted, results=True)
    for region in stock.plan.regions:
        yield from broken_seals(stock, region)
        yield from unrecorded(stock, region)
    yield from not_taken_in(stock)
    yield from mislabelled(stock, "label_changed")  # a value is what its caption calls it
    yield from _marks_changed(stock)
    if stock.desk.macros and has_macros(stock.desk.path) and not stock.book.has_buttons:
        yield Problem("buttons_lost", stock.desk.path.name)
    yield from (problem for sheet, problem in found if _is_false(stock, sheet, problem))


def oddities(stock: Stock, found: Iterable[Stray]) -> Iterator[Problem]:
    """What shows nothing false: somebody's own tabs and texts, tabs hidden, protection taken off."""
    places, book = stock.reading.places, stock.book
    ours = set(places.tabs.values())
    others = (tab for tab in book.sheets if tab not in ours and not _is_for_buttons(stock, tab))
    yield from (Problem("tab_of_others", tab) for tab in others)
    yield from (Problem("tab_hidden", tab) for tab in book.sheets if tab in ours & book.hidden)
    for region in stock.plan.regions:
        tab = places.tabs.get(region_sheet(region.code))
        if tab and not stock.table(region).is_open and not book.is_protected(tab):
            yield Problem("protection_off", tab)
    yield from (problem for sheet, problem in found if not _is_false(stock, sheet, problem))


def _is_for_buttons(stock: Stock, tab: str) -> bool:
    """Whether a tab is the one that buttons look into, and says what it was made with."""
    desk = stock.desk
    if tab != BUTTONS_TAB or desk.macros is None:
        return False
    wanted = desk.macros(stock.standing.language).settings.items()
    grid = stock.book.grid(tab)
    return [grid[spot].value for spot in sorted(grid)] == [*chain.from_iterable(wanted)]


def _log(stock: Stock, sheet: str, wanted: Mapping[str, Mapping[str, Value]]) -> Iterator[Problem]:
    """Rows of a sheet that only grows which are missing, were never recorded, or say something else."""
    places = stock.reading.places
    place = places.tables.get((sheet, sheet))
    if place is None:
        return
    tab, grid = places.tabs[sheet], stock.reading.grids[sheet]
    kinds = {column.code: column.kind for column in places.sheets[sheet].table(sheet).columns}
    for code in wanted.keys() - place.rows.keys():
        yield Problem(f"{sheet}_row_missing", tab, {"number": code})
    for code, at in place.rows.items():
        if code not in wanted:
            yield Problem(f"{sheet}_row_unknown", f"{tab}!A{at}", {"number": code})
            continue
        for column, across in place.columns.items():
            found = grid.get((at, across), BLANK)
            expected = shown(wanted[code][column], kinds[column], places.language)
            if found.formula is not None or not same_value(found.value, expected):
                where = f"{tab}!{cell_name((at, across))}"
                yield Problem(f"{sheet}_row_changed", where, {"number": code, "found": said(found.value)})


def _marks_changed(stock: Stock) -> Iterator[Problem]:
    """Marks of another format, or of another program's, than is recorded of the book."""
    recorded = stock.desk.ledger.formats["book"]
    for tab, spot, found in marks(stock.book):
        if found != recorded:
            programs = {"found": found.program, "recorded": recorded.program}
            yield Problem("mark_changed", f"{tab}!{cell_name(spot)}", programs)


def _is_false(stock: Stock, sheet: str, stray: Problem) -> bool:
    """Whether a stray cell could be taken for ours: by a label, in a table, or where nobody types."""
    shapes = stock.reading.places.sheets[sheet]
    owners = [shape.owner for shape in shapes.fields]
    owners += [column.owner for table in shapes.tables for column in table.columns]
    return stray.code != "cell_stray" or not any(owner.is_person for owner in owners)
