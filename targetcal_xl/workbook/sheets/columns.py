"""Columns and tables that several sheets have, and how tables stand on one."""

from __future__ import annotations

from dataclasses import replace

from ...calibration.limits import bounded
from ...calibration.plan import Plan
from ..shapes import ROW_HEIGHT, Column, Kind, Owner, Table

REGION = Column("region", Owner.LABEL, width=14)
NAME = Column("name", Owner.LABEL, width=16)


def stacked(start: int, *tables: Table) -> tuple[Table, ...]:
    """Tables one below the other, each with room for a section title above its captions."""
    placed, top = [], start
    for table in tables:
        placed.append(replace(table, top=top))
        top = placed[-1].bottom + 4
    return tuple(placed)


def of_lines(
    code: str, columns: tuple[Column, ...], plan: Plan, prefix: str, height: float = ROW_HEIGHT
) -> Table:
    """A table with a row for each line of the plan."""
    region_of = {line.code: line.region for line in plan.lines}
    return Table(code, columns, tuple(region_of), prefix=prefix, region_of=region_of, height=height)


def of_regions(code: str, columns: tuple[Column, ...], plan: Plan, prefix: str) -> Table:
    """A table with a row for each region."""
    rows = tuple(region.code for region in plan.regions)
    return Table(code, columns, rows, prefix=prefix, of_regions=True)


def new_page(table: Table) -> Table:
    """The same table, at the top of a page where its sheet is printed."""
    return replace(table, on_new_page=True)


def numbered(letter: str, count: int) -> tuple[str, ...]:
    """Codes of rows that have no other: S01, S02, ..."""
    return tuple(f"{letter}{k:02d}" for k in range(1, count + 1))


def volume_column(plan: Plan) -> tuple[Column, ...]:
    """What the lines weigh in a total, where they do not weigh the same."""
    return (Column("volume", Owner.TOOL, "count", 10),) if plan.is_weighed else ()


def limits_table(plan: Plan, codes: tuple[str, ...], prefix: str) -> tuple[Table, ...]:
    """The table of groups and of what has limits; none where there is neither."""
    kinds: dict[str, Kind] = {"parent": "text", "locked": "flag", "side": "choice", "capacity": "amount"}
    codes = (*codes, "capacity") if plan.posts else codes
    columns = (NAME, *(Column(code, Owner.TOOL, kinds.get(code, "number")) for code in codes))
    rows = tuple(one.code for one in bounded(plan))
    return (Table("limits", columns, rows, prefix=prefix),) if rows else ()
