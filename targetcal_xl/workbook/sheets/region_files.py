"""The files that were attached to a region's lines: what they are, from whom, and a link to each."""

from __future__ import annotations

from ...calibration.plan import Plan
from ...calibration.standing import Value
from ...ooxml import BLANK, Cell
from ..facts import Facts
from ..formulas import link
from ..part import Columns
from ..shapes import Column, Owner, Table
from .columns import numbered

FILES = 20
"""Attached files that a region's tab has room for, when it has no more lines than that."""


def files_table(plan: Plan, region: str) -> Table:
    """The table of a region's attached files, newest first."""
    columns = (
        Column("line", Owner.TOOL),
        Column("at", Owner.TOOL, "stamp", span=2),
        Column("by", Owner.TOOL),
        Column("file", Owner.TOOL, "link", span=4),
        Column("kilobytes", Owner.TOOL, "count"),
    )
    return Table("files", columns, numbered("F", room_for_files(plan, region)), region=region, prefix="file.")


def room_for_files(plan: Plan, region: str) -> int:
    """How many attached files a region's tab has room for."""
    return max(FILES, len(plan.lines_of(region)))


def files_columns(facts: Facts, region: str) -> Columns:
    """What stands in the table."""
    rows = files_table(facts.plan, region).rows

    def said(code: str) -> list[Value]:
        return [facts.standing.value(region, row, f"file.{code}") for row in rows]

    lines = (facts.lines[str(code)][1].name if code else None for code in said("line"))
    links = zip(said("target"), said("file"), strict=True)
    return {
        "line": [Cell(name) for name in lines],
        "file": [_linked(str(target), str(name)) if target else BLANK for target, name in links],
        **{code: [Cell(value) for value in said(code)] for code in ("at", "by", "kilobytes")},
    }


def _linked(target: str, name: str) -> Cell:
    """A cell that shows a file's name and leads to it."""
    return Cell(name, str(link(target, name).written))
