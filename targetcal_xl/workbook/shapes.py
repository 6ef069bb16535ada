"""The words a workbook is described in: sheets, tables, columns, fields and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from ..calibration.standing import Key
from ..ooxml import Spot

Kind = Literal[
    "text", "long", "number", "amount", "decimal", "count", "percent", "date", "choice", "line", "link",
    "flag", "stamp", "effect", "days", "message"
]  # fmt: skip
"""How a value is shown: `number` is in the metric's unit and step, `amount` a part of one, `decimal` any
other number, `line` a line's code shown by its name, `flag` a yes or no, `stamp` a moment as ISO text,
`effect` what more of an indicator does to its driver, `days` the text of a calendar, `message` what somebody
writes to the other side: it may be typed whether or not the rest is locked, and goes once it is taken in."""


TabColour = Literal["brand", "input", "own", "plain"]
"""What a tab's colour tells: the dashboard, finance's to fill, a region's own, or anything else."""

ROW_HEIGHT = 19.0
"""Of a row with a line of text in every cell."""


LONGEST_REMARK = 1_000
"""Signs that a message may have."""


class Owner(Enum):
    """Whose word a cell is. Only people's cells are open; only the others are ever written."""

    LABEL = "label"
    TOOL = "tool"
    FORMULA = "formula"
    MANAGER = "manager"
    SUPERIOR = "superior"
    FINANCE = "finance"

    @property
    def is_person(self) -> bool:
        """Whether people type here."""
        return self in (Owner.MANAGER, Owner.SUPERIOR, Owner.FINANCE)


@dataclass(frozen=True)
class Column:
    """A column of a table, `width` characters wide over `span` merged sheet columns."""

    code: str
    owner: Owner
    kind: Kind = "text"
    width: float = 10
    choices: tuple[str, ...] = ()
    span: int = 1


@dataclass(frozen=True)
class Field:
    """One named cell; its label stands above it in a card, else left of it."""

    code: str
    owner: Owner
    kind: Kind
    spot: Spot
    choices: tuple[str, ...] = ()
    span: int = 1
    card: bool = True


@dataclass(frozen=True)
class Table:
    """Rows by code under their captions, and above those a hidden row of column codes.

    The codes stand in row `top`, the captions one below, the rows after that. A `growing` table has
    whatever rows the book has. `prefix` + column code is the field code of a key; a row's region
    is the row itself (`of_regions`), the one named in `region_of`, or `region`.
    """

    code: str
    columns: tuple[Column, ...]
    rows: tuple[str, ...] = ()
    growing: bool = False
    prefix: str = ""
    region: str | None = None
    region_of: Mapping[str, str] = field(default_factory=dict)
    of_regions: bool = False
    top: int = 0
    hidden: bool = False
    """Whether it is there for a picture only, and out of sight."""
    height: float = ROW_HEIGHT
    """Of each row; more where there are paragraphs."""
    on_new_page: bool = False
    """Whether it begins a page where the sheet is printed."""

    def key(self, row: str, column: str) -> Key:
        """The key under which this cell's value is known."""
        if self.of_regions:
            return (row, None, self.prefix + column)
        return (self.region_of.get(row, self.region), row, self.prefix + column)

    @property
    def spots(self) -> Mapping[str, int]:
        """The sheet column of every column of a new table, by code."""
        found, at = {}, 2
        for column in self.columns:
            found[column.code] = at
            at += column.span
        return found

    @property
    def bottom(self) -> int:
        """The last row of a new table."""
        return self.top + 1 + max(len(self.rows), 1)

    @property
    def cells(self) -> int:
        """How many cells a new table has, marks and captions included."""
        return (len(self.rows) + 2) * (1 + sum(column.span for column in self.columns))


@dataclass(frozen=True)
class Sheet:
    """One tab; `region` is set on a region's own. It has room for one filter, on the table `filtered`."""

    code: str
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    region: str | None = None
    filtered: str | None = None
    colour: TabColour = "plain"
    reach: Spot = (0, 0)
    """The last row and column under a chart that reaches further than the tables."""
    together: bool = False
    """Whether all columns belong on one page, however small it gets."""

    @property
    def cells(self) -> int:
        """How many cells a new tab has, to within a few."""
        labelled = sum(2 * one.span for one in self.fields)
        return labelled + sum(table.cells for table in self.tables)

    def table(self, code: str) -> Table:
        """The table with this code; raise KeyError when there is none."""
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(code)

    def spot(self, field: str) -> Spot:
        """Where the field with this code stands; raise KeyError when there is none."""
        return {one.code: one.spot for one in self.fields}[field]

    def keys(self, owner: Owner) -> Iterator[Key]:
        """What somebody's cells are known by, but for messages and tables that grow."""
        own = (shape for shape in self.fields if shape.owner is owner and shape.kind != "message")
        yield from ((self.region, None, shape.code) for shape in own)
        for table in self.tables:
            codes = [one.code for one in table.columns if one.owner is owner and one.kind != "message"]
            yield from (table.key(row, code) for row in table.rows for code in codes)


def region_sheet(region: str) -> str:
    """The code of a region's own sheet."""
    return f"region:{region}"


def name_of(code: str, region: str | None = None) -> str:
    """The defined name of a field: `tc.hq_target`, `tc.HD.status`; codes of regions are words."""
    return f"tc.{code}" if region is None else f"tc.{region}.{code}"
