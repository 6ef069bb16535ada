"""A damaged workbook file, read as far as it can be: for what people typed and would have to type again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...ooxml import Cell, Package, Spot, read_file, readable_cells
from ...problems import Refused
from .closed import ClosedBook


def open_damaged(path: Path) -> DamagedBook:
    """The workbook in a file that is not sound; raise Refused where not even its tabs can be found."""
    return DamagedBook(path, Package(read_file(path), path.name))


class DamagedBook(ClosedBook):
    """A book to be read only: a cell or a tab that has no clear meaning is blank, and said to be lost."""

    def __init__(self, path: Path, package: Package) -> None:
        super().__init__(path, package)
        self.lost: set[tuple[str, Spot]] = set()
        """Tab and spot of every cell that cannot be read; of a tab that cannot be, none is known."""

    @property
    def names(self) -> Mapping[str, tuple[str, Spot]]:
        """The names that point to one cell, if they can be told."""
        try:
            return super().names
        except Refused:
            return {}

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        """The cells of a sheet that can be read."""
        try:
            return super().grid(sheet)
        except Refused:
            self._grids[sheet] = self._readable(sheet)
            return self._grids[sheet]

    def _readable(self, sheet: str) -> Mapping[Spot, Cell]:
        part = self._parts[sheet]
        try:
            cells, lost = readable_cells(self._package.read(part), self._package.place(part), self._strings)
        except Refused:
            return {}
        self.lost |= {(sheet, spot) for spot in lost}
        return cells
