"""Workbooks held in memory, to be spoilt in a thousand ways without a file for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from targetcal_xl.ooxml import BLANK, Cell, Spot
from targetcal_xl.workbook import Book


@dataclass
class MemoryBook:
    """The Book protocol on cells and names alone."""

    path: Path
    grids: dict[str, dict[Spot, Cell]]
    names: dict[str, tuple[str, Spot]]
    hidden: frozenset[str] = frozenset()
    shut: set[str] = field(default_factory=set)
    has_buttons: bool = True

    @classmethod
    def of(cls, book: Book) -> MemoryBook:
        """What a book holds now."""
        shut = {tab for tab in book.sheets if book.is_protected(tab)}
        return cls(
            book.path, {tab: dict(book.grid(tab)) for tab in book.sheets}, dict(book.names), book.hidden, shut
        )

    def copy(self) -> MemoryBook:
        """Another one like it."""
        grids = {tab: dict(grid) for tab, grid in self.grids.items()}
        return MemoryBook(self.path, grids, dict(self.names), self.hidden, set(self.shut), self.has_buttons)

    @property
    def sheets(self) -> Sequence[str]:
        return tuple(self.grids)

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        return self.grids[sheet]

    def set(self, sheet: str, cells: Mapping[Spot, Cell]) -> None:
        held = {**self.grids[sheet], **cells}
        self.grids[sheet] = {spot: cell for spot, cell in held.items() if cell != BLANK}

    def lock_cells(self, sheet: str, spots: Iterable[Spot], locked: bool) -> None:
        pass

    def is_protected(self, sheet: str) -> bool:
        return sheet in self.shut

    def protect(self, sheet: str, password: str | None) -> None:
        self.shut = self.shut | {sheet} if password else self.shut - {sheet}

    def forget(self) -> None:
        pass

    @contextmanager
    def prepared(self) -> Iterator[None]:
        yield

    def save(self) -> None:
        pass
