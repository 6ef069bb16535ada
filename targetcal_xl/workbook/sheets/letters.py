"""The letters that were issued."""

from __future__ import annotations

from ..shapes import Column, Owner, Sheet, Table
from .columns import stacked


def sheet() -> Sheet:
    """Every letter, with its version, its files' hashes and what became of it."""
    columns = (
        Column("number", Owner.TOOL, width=28),
        Column("region", Owner.TOOL, width=14),
        Column("version", Owner.TOOL, "count", 8),
        Column("letter_state", Owner.TOOL, width=18),
        Column("file", Owner.TOOL, "link", 38),
        Column("sha256", Owner.TOOL, "link", 76),
        Column("issued_at", Owner.TOOL, "stamp", 26),
        Column("signed", Owner.TOOL, "flag", 9),
        Column("signed_by", Owner.TOOL, "link", 60),
        Column("questions", Owner.TOOL, "link", 60),
        Column("mailed", Owner.TOOL, "link", 60),
        Column("archived", Owner.TOOL, "link", 60),
        Column("replaces", Owner.TOOL, width=28),
        Column("replaced_by", Owner.TOOL, width=28),
    )
    return Sheet(
        "letters",
        (),
        stacked(5, Table("letters", columns, growing=True, prefix="letter.")),
        filtered="letters",
    )
