"""Proving a ledger, as every action does before it believes one, beside reading its entries and no more."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.report import Goal, Row, Time, best, main
from targetcal_xl.ledger import Event, open_ledger

_GOAL = Goal("seconds", 1.0)
_WORDS = "在手商机 47 个，预计转化 23%；渠道伙伴两家已签，三月起交付"


def measure(quick: bool) -> Iterator[Row]:
    """One row: all entries of a long negotiation, and their document."""
    count = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite")
        events = [Event("lock", "HD", f"L{n % 500}", "basis", None, _WORDS, f"{n}") for n in range(count)]
        with open_ledger(path, create=True) as ledger:
            ledger.record(events, at=dt.datetime(2025, 1, 6, tzinfo=dt.UTC), actor="林静", source="bench")

        def proved() -> None:
            with open_ledger(path) as ledger:
                ledger.prove()

        def read() -> None:
            with closing(sqlite3.connect(path)) as file:
                file.execute("SELECT * FROM entry ORDER BY number").fetchall()

        yield Row(f"prove {count:,} entries", Time(*best(proved)), _GOAL, "read by sqlite3", best(read))


if __name__ == "__main__":
    main("ledger", measure)
