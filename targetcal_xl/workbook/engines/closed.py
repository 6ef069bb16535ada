"""A workbook file that nobody has open: read, edited in place and put back at once."""

from __future__ import annotations

import logging
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from ...log import step
from ...ooxml import (
    BLANK,
    MAIN,
    NO_STYLES,
    STRICT,
    Cell,
    Counted,
    Element,
    Package,
    Spot,
    Styles,
    Worksheet,
    attribute_edit,
    blanked,
    cell_name,
    check_cell,
    damaged,
    has_password,
    insertion,
    laid_beside,
    one_cell,
    opens,
    outline,
    protecting,
    put_in_place,
    read_file,
    refuse_taken,
    replace_file,
    resolved,
    same_cell,
    shared_strings,
    splice,
    strings_used,
    twice,
)
from ...problems import Problem, Refused

_LOG = logging.getLogger(__name__)

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_BEFORE_CALCULATION = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames",
)  # fmt: skip


class _Outlined(NamedTuple):
    """A part, and where its elements stand."""

    data: bytes
    root: Element


@step(_LOG, "open a closed book")
def open_closed(path: Path) -> ClosedBook:
    """The workbook in a file; raise Refused for what we cannot read."""
    return ClosedBook(path, Package(read_file(path), path.name))


def book_from(content: bytes, path: Path) -> ClosedBook:
    """The workbook that these bytes are, as a file of that name; raise Refused for what is none."""
    return ClosedBook(path, Package(content, path.name))


class ClosedBook:
    """The Book protocol on a file; every method raises Refused for damaged or impossible content."""

    def __init__(self, path: Path, package: Package) -> None:
        self.path = path
        self._package = package
        self._salt = os.urandom(16)
        self._recalculated = self._forgetting = False
        self._ready: tuple[Path, bytes] | None = None
        self._main, self._outlined = _main_of(package)
        self._parts = _worksheets(package, self._main, self._outlined.root)
        self._sheets: dict[str, Worksheet] = {}
        self._grids: dict[str, Mapping[Spot, Cell]] = {}
        self._counted = Counted()

    @property
    def sheets(self) -> Sequence[str]:
        """Worksheet names in tab order."""
        return tuple(self._parts)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names of the sheets that nobody sees."""
        listed = self._outline().child("sheets")
        marks = [element.attributes for element in listed.all("sheet")] if listed else []
        return frozenset(mark["name"] for mark in marks if mark.get("state", "visible") != "visible")

    @property
    def has_buttons(self) -> bool:
        """Whether macros and ribbon are there that a book for `.xlsm` is given."""
        ribbon = [
            one.target for one in self._package.relationships("").values() if one.kind == "extensibility"
        ]
        parts = [self._part_of_kind("vbaProject"), *ribbon]
        return len(parts) > 1 and all(part is not None and part in self._package for part in parts)

    @property
    def has_macros(self) -> bool:
        """Whether it brings a program along."""
        return self._part_of_kind("vbaProject") is not None

    @property
    def saved_by(self) -> str:
        """Whom the file names as who saved it last; empty where it names nobody that can be read."""
        kinds = self._package.relationships("").values()
        for part in (one.target for one in kinds if one.kind == "core-properties"):
            with suppress(Refused):
                root = outline(self._package.read(part), self._package.place(part))
                return next((one.text for one in root.children if one.name == "lastModifiedBy"), "")
        return ""

    @cached_property
    def names(self) -> Mapping[str, tuple[str, Spot]]:
        """The names that point to one cell: name -> (sheet, spot); raise Refused where one stands twice."""
        names, tabs = self._outline().child("definedNames"), {tab.lower(): tab for tab in self._parts}
        seen, found = set[str](), dict[str, tuple[str, Spot]]()
        for element in names.all("definedName") if names else ():
            # A copied tab brings copies of its names along, which hold for that tab alone.
            name = element.attributes.get("name", "")
            if "localSheetId" in element.attributes:
                continue
            if name.lower() in seen:
                raise twice(element.part, name)
            seen.add(name.lower())
            place = one_cell(resolved(element.text))
            # To a formula a tab's name is the same in any case.
            if place and (tab := tabs.get(place[0].lower())):
                found[name] = tab, place[1]
        return found

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        """Every cell of a sheet that holds a value or a formula, as it stands now."""
        if sheet not in self._grids:
            self._grids[sheet] = self._sheet(sheet).grid
        return self._grids[sheet]

    def set(self, sheet: str, cells: Mapping[Spot, Cell]) -> None:
        """Write cells, keeping their formats; what the sheet holds already stays as it is."""
        before = self.grid(sheet)
        changes = {
            spot: cell
            for spot, cell in cells.items()
            if cell != (was := before.get(spot, BLANK)) or not same_cell(cell, was)
        }
        if not changes:
            return
        part = self._sheet(sheet)
        _refuse_impossible(sheet, part, changes)
        self._count(part.part, before, changes)
        # A shared formula that loses a cell is written out: every other member gets its own text.
        part.write({spot: before[spot] for spot in part.sharing(changes)} | changes)
        after = {**before, **changes}
        for spot in [spot for spot, cell in changes.items() if cell == BLANK]:
            del after[spot]
        self._grids[sheet] = after
        self._recalculate()
        if any(
            (cell.formula is None) != (before.get(spot, BLANK).formula is None)
            for spot, cell in changes.items()
        ):
            self._forget_chain()

    def _count(self, part: str, before: Mapping[Spot, Cell], changes: Mapping[Spot, Cell]) -> None:
        """Refuse to write what could not be read again, as it is more than a plan could need."""
        text = sum(len(cell.value) for cell in changes.values() if isinstance(cell.value, str))
        text += sum(len(cell.formula) for cell in changes.values() if cell.formula)
        self._counted.add(part, len(changes.keys() - before.keys()), text)

    def lock_cells(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        """Set the `locked` format flag of cells, keeping the rest of their formats."""
        styles = self._styles
        self._sheet(sheet).restyle(spots, lambda style: styles.locking(style, locked))

    def is_protected(self, sheet: str) -> bool:
        """Whether the sheet is protected with a password."""
        return has_password(self._sheet(sheet).protection)

    def verify_password(self, sheet: str, password: str) -> bool:
        """Whether the sheet is protected with this very password."""
        return self.is_protected(sheet) and opens(password, self._sheet(sheet).protection)

    def protect(self, sheet: str, password: str | None) -> None:
        """Protect the sheet; without a password the protection is only a courtesy."""
        present = self._sheet(sheet).protection
        if password is not None and self.verify_password(sheet, password):
            return
        self._sheet(sheet).protect(protecting(present, password, self._salt))

    def forget(self) -> None:
        """Leave no shared string in the file that no cell shows any more."""
        self._forgetting = True

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """While this lasts the changed file lies beside the old one; raise Refused where it cannot."""
        refuse_taken(self.path, self._package.raw)
        after = self._composed()
        if after is None:
            yield
            return
        with laid_beside(self.path, after) as new:
            self._ready = new, after
            try:
                yield
            finally:
                self._ready = None

    @step(_LOG, "save a closed book")
    def save(self) -> None:
        """Write all changes to `path` at once; without changes nothing is written."""
        if self._ready:
            new, after = self._ready
            refuse_taken(self.path, self._package.raw)
            put_in_place(new, self.path)
            self._package = Package(after, self.path.name)
        elif (composed := self._composed()) is not None:
            replace_file(self.path, self._package.raw, composed)
            self._package = Package(composed, self.path.name)

    def composed(self) -> bytes:
        """The file with all changes, as `save` would write it."""
        return self._composed() or self._package.raw

    def _composed(self) -> bytes | None:
        """The file with all changes, every edited part proven well-formed; None when there are none."""
        self._compose()
        return self._package.packed() if self._package.changed else None

    def _compose(self) -> None:
        """Write every changed sheet into the package, and the formats; later changes start from there."""
        for sheet in [sheet for sheet, part in self._sheets.items() if part.edited]:
            self._package.write(self._parts[sheet], self._sheets.pop(sheet).composed())
        if "_styles" in vars(self):
            self._write_styles(self._styles.data)
        if self._forgetting and (part := self._part_of_kind("sharedStrings")):
            self._package.write(part, self._without_unused(part))

    def _without_unused(self, part: str) -> bytes:
        """The shared strings with nothing in those that no sheet's cell shows."""
        sheets = [(self._package.read(sheet), self._package.place(sheet)) for sheet in self._parts.values()]
        used = set[int]().union(*(strings_used(*sheet) for sheet in sheets))
        return blanked(self._package.read(part), self._package.place(part), used)

    def _write_styles(self, data: bytes) -> None:
        part = self._part_of_kind("styles")
        if part is not None:
            self._package.write(part, data)
        elif data != NO_STYLES:
            part = posixpath.join(posixpath.dirname(self._main), "styles.xml")
            self._package.add(part, data, "styles", _STYLES_TYPE, self._main)

    def _outline(self) -> Element:
        """The main part, taken apart once for as long as it is the same."""
        data = self._package.read(self._main)
        if self._outlined.data != data:
            self._outlined = _Outlined(data, outline(data, self._package.place(self._main)))
        return self._outlined.root

    def _part_of_kind(self, kind: str) -> str | None:
        """The part that the workbook has for something; raise Refused where it has two."""
        found = {one.target for one in self._package.relationships(self._main).values() if one.kind == kind}
        if len(found) > 1:
            raise twice(self._package.place(self._main), kind)
        return next(iter(found), None)

    @cached_property
    def _strings(self) -> list[str]:
        part = self._part_of_kind("sharedStrings")
        if part is None:
            return []
        return shared_strings(self._package.read(part), self._package.place(part), self._counted)

    @cached_property
    def _styles(self) -> Styles:
        part = self._part_of_kind("styles")
        data = NO_STYLES if part is None else self._package.read(part)
        return Styles(data, self._package.place(part or self._main))

    def _sheet(self, sheet: str) -> Worksheet:
        if sheet not in self._parts:
            raise Refused([Problem("file_no_sheet", self.path.name, {"sheet": sheet})])
        if sheet not in self._sheets:
            part = self._parts[sheet]
            # A sheet that was read before, and changed since, is counted once.
            counted = Counted() if sheet in self._grids else self._counted
            read, place = partial(self._package.read, part), self._package.place(part)
            self._sheets[sheet] = Worksheet(read, place, self._strings, counted)
        return self._sheets[sheet]

    def _recalculate(self) -> None:
        """Have the application compute every formula when it opens the file."""
        if self._recalculated:
            return
        data, root = self._package.read(self._main), self._outline()
        present = root.child("calcPr")
        if present:
            edit = attribute_edit(present, fullCalcOnLoad="1")
        else:
            before = [child for child in root.children if child.name in _BEFORE_CALCULATION]
            edit = insertion(root, before[-1].end, f'<{root.prefix}calcPr fullCalcOnLoad="1"/>'.encode())
        self._package.write(self._main, splice(data, [edit]))
        self._recalculated = True

    def _forget_chain(self) -> None:
        """Drop the calculation chain, which names every formula cell; applications build it anew."""
        chain = self._part_of_kind("calcChain")
        if chain and chain in self._package:
            self._package.drop(chain, self._main)


def main_part(package: Package) -> str:
    """The workbook's main part; raise Refused where there is none, or one that we read wrongly."""
    return _main_of(package)[0]


def _main_of(package: Package) -> tuple[str, _Outlined]:
    roots = {one.target for one in package.relationships("").values() if one.kind == "officeDocument"}
    if len(roots) > 1:
        raise twice(package.name, "officeDocument")
    main = next(iter(roots), "")
    if main not in package or "binary" in package.content_type(main):
        raise Refused([Problem("file_not_workbook", package.name)])
    data = package.read(main)
    root = outline(data, package.place(main))
    if root.space == STRICT:
        raise Refused([Problem("file_strict", package.name)])
    if root.name != "workbook" or root.space != MAIN:
        raise Refused([Problem("file_not_workbook", package.name)])
    properties = root.child("workbookPr")
    if properties and properties.attributes.get("date1904") in ("1", "true"):
        raise Refused([Problem("file_dates_1904", package.name)])
    return main, _Outlined(data, root)


def worksheet_parts(package: Package) -> dict[str, str]:
    """The part of each worksheet, by name in tab order; raise Refused where one is lost or stands twice."""
    main, outlined = _main_of(package)
    return _worksheets(package, main, outlined.root)


def _worksheets(package: Package, main: str, root: Element) -> dict[str, str]:
    place, targets, listed = package.place(main), package.relationships(main), root.child("sheets")
    found, seen = dict[str, str](), set[str]()
    for element in listed.all("sheet") if listed else ():
        name, link = element.attributes.get("name", ""), element.of_space("id", _RELATIONSHIPS)
        if not name or link is None or link not in targets:
            raise damaged(place, f"sheet {name}")
        if not seen.isdisjoint(both := (name.lower(), f"/{targets[link].target}")):
            raise twice(place, f"sheet {name}")
        seen.update(both)
        if targets[link].kind == "worksheet":
            found[name] = targets[link].target
    return found


def _refuse_impossible(sheet: str, part: Worksheet, cells: Mapping[Spot, Cell]) -> None:
    problems = [problem for spot, cell in cells.items() for problem in check_cell(sheet, spot, cell)]
    problems += [
        Problem("file_cell_in_array", f"{sheet}!{cell_name(spot)}") for spot in part.cut_arrays(cells)
    ]
    if problems:
        raise Refused(problems)
