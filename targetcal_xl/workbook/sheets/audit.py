"""The audit sheet: the ledger's printed page."""

from __future__ import annotations

from ..shapes import Column, Owner, Sheet, Table
from .columns import stacked


def sheet() -> Sheet:
    """The ledger's entries, row by row."""
    widths = {"actor": 12, "source": 9, "action": 14, "region": 14, "row": 14, "field": 26}
    columns = (
        Column("number", Owner.TOOL, "count", 8),
        Column("at", Owner.TOOL, "stamp", 25),
        *(Column(code, Owner.TOOL, "text", width) for code, width in widths.items()),
        *(Column(code, Owner.TOOL, "long", 26) for code in ("old", "new", "reason")),
        Column("hash", Owner.TOOL, "text", 66),
    )
    return Sheet(
        "audit", (), stacked(5, Table("audit", columns, growing=True, prefix="audit.")), filtered="audit"
    )
