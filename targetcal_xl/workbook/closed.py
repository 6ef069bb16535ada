"""A workbook file that nobody has open: read, edited in place and put back at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from targetcal_xl.problems import Problem, Refused

from .book import BLANK, Cell, Spot
from .cells import cell_xml, check_cell, one_cell, reference, same, text_of
from .disk import laid_beside, put_in_place, read_file, refuse_taken, replace_file
from .markup import shared_strings
from .package import Package
from .protection import has_password, opens, protecting
from .sheet import Sheet
from .splice import Element, attribute_edit, insertion, outline, splice, with_attribute
from .styles import Styles

_STRICT = "http://purl.oclc.org/ooxml/"
_BEFORE_CALCULATION = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames",
)  # fmt: skip


def open_closed(path: Path) -> ClosedBook:
    """The workbook in a file; raise Refused for what we cannot read."""
    return ClosedBook(path, Package(read_file(path), path.name))


class ClosedBook:
    """The Book protocol on a file; every method raises Refused for damaged or impossible content."""

    def __init__(self, path: Path, package: Package) -> None:
        self.path = path
        self._package = package
        self._salt = os.urandom(16)
        self._recalculated = False
        self._ready: tuple[Path, bytes] | None = None
        self._main = main_part(package)
        self._targets = package.relationships(self._main)
        self._parts = worksheet_parts(package)
        self._sheets: dict[str, Sheet] = {}
        self._edited: set[str] = set()
        self._grids: dict[str, Mapping[Spot, Cell]] = {}

    @property
    def sheets(self) -> Sequence[str]:
        """Worksheet names in tab order."""
        return tuple(self._parts)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names of the sheets that nobody sees."""
        listed = self._outline().child("sheets")
        marks = [element.attributes for element in listed.children] if listed else []
        return frozenset(mark["name"] for mark in marks if mark.get("state", "visible") != "visible")

    @property
    def has_buttons(self) -> bool:
        """Whether macros and ribbon are there that a book for `.xlsm` is given."""
        ribbon = [
            one.target for one in self._package.relationships("").values() if one.kind == "extensibility"
        ]
        parts = [self._part_of_kind("vbaProject"), *ribbon]
        return len(parts) > 1 and all(part is not None and part in self._package for part in parts)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, Spot]]:
        """Names for the whole workbook that point to one cell: name -> (sheet, spot)."""
        data, names, found = self._package.read(self._main), self._outline().child("definedNames"), {}
        for element in names.children if names else ():
            # A copied tab brings copies of its names along, which hold for that tab alone.
            place = one_cell(text_of(data[element.inside : element.close]))
            if place and place[0] in self._parts and "localSheetId" not in element.attributes:
                found[element.attributes["name"]] = place
        return found

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        """Every cell of a sheet that holds a value or a formula, as it stands now."""
        if sheet not in self._grids:
            self._grids[sheet] = self._sheet(sheet).cells(self._strings)
        return self._grids[sheet]

    def set(self, sheet: str, cells: Mapping[Spot, Cell]) -> None:
        """Write cells, keeping their formats; what the sheet holds already stays as it is."""
        before = self.grid(sheet)
        changes = {spot: cell for spot, cell in cells.items() if not same(cell, before.get(spot, BLANK))}
        if not changes:
            return
        part = self._sheet(sheet)
        _refuse_impossible(sheet, part, changes)
        # A shared formula that loses a cell is written out: every other member gets its own text.
        written = {spot: before[spot] for spot in part.sharing(changes)} | changes

        def write(spot: Spot, style: str, present: bytes) -> bytes:
            cell = written[spot]
            if not present and cell == BLANK:
                return b""
            return cell_xml(part.prefix, reference(spot), style, cell).encode()

        self._put(sheet, part.edited(written, write))
        after = {spot: cell for spot, cell in {**before, **changes}.items() if cell != BLANK}
        self._grids[sheet] = after
        self._recalculate()
        if any(_calculates(before, spot) != _calculates(after, spot) for spot in changes):
            self._forget_chain()

    def lock_cells(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        """Set the `locked` format flag of cells, keeping the rest of their formats."""
        part, styles = self._sheet(sheet), self._styles

        def write(spot: Spot, style: str, present: bytes) -> bytes:
            index = str(styles.locking(int(style), locked))
            if index == style:
                return present
            cell = present or cell_xml(part.prefix, reference(spot), style, BLANK).encode()
            return with_attribute(cell, "s", index)

        self._put(sheet, part.edited(set(spots), write))

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
        self._put(sheet, self._sheet(sheet).protected(protecting(present, password, self._salt)))

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

    def _composed(self) -> bytes | None:
        """The file with all changes, every edited part proven well-formed; None when there are none."""
        for sheet in self._edited:
            self._package.write(self._parts[sheet], self._sheets[sheet].data)
        if "_styles" in vars(self):
            self._package.write(self._styles_part, self._styles.data)
        self._edited.clear()
        return self._package.packed() if self._package.changed else None

    def _outline(self) -> Element:
        return outline(self._package.read(self._main), self._package.place(self._main))

    def _part_of_kind(self, kind: str) -> str | None:
        return next((one.target for one in self._targets.values() if one.kind == kind), None)

    @cached_property
    def _strings(self) -> list[str]:
        part = self._part_of_kind("sharedStrings")
        return shared_strings(self._package.read(part), self._package.place(part)) if part else []

    @cached_property
    def _styles(self) -> Styles:
        part = self._styles_part
        return Styles(self._package.read(part), self._package.place(part))

    @property
    def _styles_part(self) -> str:
        return self._part_of_kind("styles") or "xl/styles.xml"

    def _sheet(self, sheet: str) -> Sheet:
        if sheet not in self._parts:
            raise Refused([Problem("file_no_sheet", self.path.name, {"sheet": sheet})])
        if sheet not in self._sheets:
            part = self._parts[sheet]
            self._sheets[sheet] = Sheet(self._package.read(part), self._package.place(part))
        return self._sheets[sheet]

    def _put(self, sheet: str, changed: Sheet) -> None:
        if changed is not self._sheets[sheet]:
            self._sheets[sheet] = changed
            self._edited.add(sheet)

    def _recalculate(self) -> None:
        """Have the application compute every formula when it opens the file."""
        if self._recalculated:
            return
        data, root = self._package.read(self._main), self._outline()
        present = root.child("calcPr")
        if present:
            edit = attribute_edit(data, present, "fullCalcOnLoad", "1")
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
    roots = package.relationships("").values()
    main = next((one.target for one in roots if one.kind == "officeDocument"), "")
    if main not in package or not main.endswith(".xml"):
        raise Refused([Problem("file_not_workbook", package.name)])
    root = outline(package.read(main), package.place(main))
    if root.name != "workbook":
        raise Refused([Problem("file_not_workbook", package.name)])
    if any(value.startswith(_STRICT) for value in root.attributes.values()):
        raise Refused([Problem("file_strict", package.name)])
    properties = root.child("workbookPr")
    if properties and properties.attributes.get("date1904") in ("1", "true"):
        raise Refused([Problem("file_dates_1904", package.name)])
    return main


def worksheet_parts(package: Package) -> dict[str, str]:
    """The part of each worksheet, by name in tab order."""
    main = main_part(package)
    listed = outline(package.read(main), package.place(main)).child("sheets")
    targets, found = package.relationships(main), {}
    for element in listed.children if listed else ():
        ids = [value for name, value in element.attributes.items() if name.endswith(":id")]
        target = targets.get(ids[0]) if ids else None
        if target and target.kind == "worksheet":
            found[element.attributes["name"]] = target.target
    return found


def _refuse_impossible(sheet: str, part: Sheet, cells: Mapping[Spot, Cell]) -> None:
    problems = [problem for spot, cell in cells.items() for problem in check_cell(sheet, spot, cell)]
    problems += [
        Problem("file_cell_in_array", f"{sheet}!{reference(spot)}") for spot in part.cut_arrays(cells)
    ]
    if problems:
        raise Refused(problems)


def _calculates(cells: Mapping[Spot, Cell], spot: Spot) -> bool:
    return spot in cells and cells[spot].formula is not None
