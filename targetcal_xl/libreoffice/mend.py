"""What LibreOffice loses when it saves an .xlsx, put back by our own editor.

LibreOffice 7.4 keeps cells, formulas, names, validations, conditional formats, hidden rows, print set-up
and password hashes. It drops the colours of tabs and the protection of the workbook's structure, and
of a sheet that nobody looked at the frozen panes and the grid that was switched off. Charts it writes
anew, some of them against the schema.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..ooxml import (
    MOST_DEPTH,
    Edit,
    Element,
    Package,
    attribute_edit,
    empty_tag,
    insertion,
    laid_beside,
    outline,
    put_in_place,
    read_file,
    splice,
)
from ..workbook.engines.closed import main_part, worksheet_parts


@contextmanager
def mended(path: Path) -> Iterator[None]:
    """The time of a save by LibreOffice, which afterwards finds its file as old as it left it."""
    before = Package(read_file(path), path.name)
    yield
    after = Package(read_file(path), path.name)
    put_back(before, after)
    if after.changed:
        saved = path.stat()
        with laid_beside(path, after.packed()) as new:
            put_in_place(new, path)
        os.utime(path, ns=(saved.st_atime_ns, saved.st_mtime_ns))


def put_back(before: Package, after: Package) -> None:
    """Give the parts of a saved workbook what they had before and have lost."""
    old, new = worksheet_parts(before), worksheet_parts(after)
    _amend(before, main_part(before), after, main_part(after), _structure)
    for sheet in old.keys() & new.keys():
        _amend(before, old[sheet], after, new[sheet], _sheet)
        _charts(before, old[sheet], after, new[sheet])


_Lost = Callable[[bytes, Element, bytes, Element], Iterator[Edit]]
"""(part before, its outline, part after, its outline) -> the edits that put back what is lost."""


def _amend(before: Package, old: str, after: Package, new: str, lost: _Lost) -> None:
    was, now = before.read(old), after.read(new)
    edits = lost(was, _frame(was, old), now, _frame(now, new))
    after.write(new, splice(now, list(edits)))


def _frame(data: bytes, part: str) -> Element:
    """A part's outline, of a worksheet without its rows."""
    return outline(data, part, without=("sheetData",))


def _structure(_was: bytes, old: Element, now: bytes, new: Element) -> Iterator[Edit]:
    """The protection against moving, adding and deleting tabs."""
    lock, place = old.child("workbookProtection"), new.child("workbookProtection")
    if lock and place and "lockStructure" not in place.attributes:
        yield place.start, place.end, empty_tag(new.prefix + lock.name, lock.attributes)


def _sheet(was: bytes, old: Element, now: bytes, new: Element) -> Iterator[Edit]:
    yield from _tab_colour(old, new)
    views = [_view(root) for root in (old, new)]
    if views[0] and views[1]:
        yield from _panes(was, views[0], now, views[1])


def _tab_colour(old: Element, new: Element) -> Iterator[Edit]:
    had, has = old.child("sheetPr"), new.child("sheetPr")
    colour = had.child("tabColor") if had else None
    if colour and has and not has.child("tabColor"):
        yield insertion(has, has.inside, empty_tag(new.prefix + colour.name, colour.attributes))


def _view(root: Element) -> Element | None:
    views = root.child("sheetViews")
    return views.child("sheetView") if views else None


def _panes(was: bytes, old: Element, now: bytes, new: Element) -> Iterator[Edit]:
    """Frozen panes, with the selection in each, and the grid that is not shown."""
    if old.attributes.get("showGridLines") in ("0", "false"):
        yield attribute_edit(new, showGridLines="0")
    inner = was[old.inside : old.close]
    if b"<pane " in inner and b"<pane " not in now[new.inside : new.close]:
        yield new.inside, new.close, inner


def _charts(before: Package, old: str, after: Package, new: str) -> None:
    """The charts of a protected sheet, which nobody can have touched, where they show the same cells."""
    lock = _frame(before.read(old), old).child("sheetProtection")
    if lock is None or lock.attributes.get("objects") not in ("1", "true"):
        return
    drawn = {_cells(before.read(part), part): before.read(part) for part in _chart_parts(before, old)}
    for part in _chart_parts(after, new):
        known = drawn.get(_cells(after.read(part), part))
        if known is not None:
            after.write(part, known)


def _chart_parts(package: Package, sheet: str) -> list[str]:
    """The charts of a sheet that stand for themselves, without further parts."""
    drawings = [one.target for one in package.relationships(sheet).values() if one.kind == "drawing"]
    found = [one for drawing in drawings for one in package.relationships(drawing).values()]
    return [one.target for one in found if one.kind == "chart" and not package.relationships(one.target)]


def _cells(chart: bytes, part: str) -> tuple[str, ...]:
    """The cells that a chart shows, in its order."""
    elements = [outline(chart, part, MOST_DEPTH)]
    for element in elements:
        elements += element.children
    formulas = sorted((element.start, element.text) for element in elements if element.name == "f")
    return tuple(said.replace("'", "") for _, said in formulas)
