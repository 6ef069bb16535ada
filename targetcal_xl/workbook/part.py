"""What a sheet's own module says of it: a column of every table, and the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..ooxml import Cell
from .formulas import Expression

Columns = Mapping[str, Expression | Iterable[Cell | None]]
"""Column code -> its cells, in the order of the table's rows in the layout; None where one is lost."""
Fields = Mapping[str, Expression | Cell]
"""Field code -> its cell."""


@dataclass(frozen=True)
class SheetPart:
    """Some of what a sheet holds that is nobody's to type; a sheet may have several."""

    sheet: str
    tables: Mapping[str, Callable[[], Columns]]
    fields: Callable[[], Fields] = dict
    region: str | None = None
    explains: bool = False
    """Whether it tells where suggestions come from, which nothing that is said of a region changes."""
