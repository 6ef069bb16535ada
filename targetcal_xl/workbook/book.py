"""The Book protocol: what an action may ask of a workbook, whoever has it open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from ..ooxml import Cell, Spot


class Book(Protocol):
    """A workbook that can be read, changed and saved without losing what we did not touch."""

    path: Path

    @property
    def sheets(self) -> Sequence[str]:
        """Sheet names in tab order."""

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the sheets that nobody sees."""

    @property
    def has_buttons(self) -> bool:
        """Whether macros and ribbon are there that a book for `.xlsm` is given."""

    @property
    def names(self) -> Mapping[str, tuple[str, Spot]]:
        """Defined names that point to one cell: name -> (sheet, spot)."""

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        """Every cell of a sheet that holds a value or a formula."""

    def set(self, sheet: str, cells: Mapping[Spot, Cell]) -> None:
        """Write cells, keeping their formats; a formula is written with its cached value."""

    def lock_cells(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        """Set the `locked` format flag of cells, keeping the rest of their formats."""

    def is_protected(self, sheet: str) -> bool:
        """Whether the sheet is protected with a password."""

    def protect(self, sheet: str, password: str | None) -> None:
        """Protect the sheet; without a password the protection is only a courtesy."""

    def forget(self) -> None:
        """Leave nothing in the file of texts that no cell shows any more."""

    def prepared(self) -> AbstractContextManager[None]:
        """While this lasts every change is ready, and only the system can keep `save` from succeeding.

        Raise Refused where it could not: what cannot be shown must not be recorded.
        """

    def save(self) -> None:
        """Write all changes to `path` at once: afterwards either all are there or none."""
