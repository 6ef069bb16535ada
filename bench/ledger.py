"""Ledgers of up to a million entries: adding to them, proving them as every action does, and one entry.

A PostgreSQL database is measured beside SQLite where TARGETCAL_BENCH_DATABASE names an empty one: on the
wall, as its server works for us, while SQLite's work is all in this process.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from bench.report import Goal, Row, Time, best, main
from targetcal_xl.ledger import Event, Ledger, open_ledger

_WORDS = "在手商机 47 个，预计转化 23%；渠道伙伴两家已签，三月起交付"
_AT = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)
_BATCH = 10_000
"""Entries that are recorded at once: what a lock of some hundred regions takes in."""
_A_SECOND = 10_000
"""Entries that are to be added in a second."""
_PROVED = 100_000
"""Entries that are to be proved in a second."""
_PROOFS = 200
_JUDGED: dict[str, Literal["wall", "process"]] = {"SQLite": "process", "PostgreSQL": "wall"}


def measure(quick: bool) -> Iterator[Row]:
    """Rows for each database: how time grows from a hundredth of the entries to all."""
    last = 20_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        places = {"SQLite": str(Path(folder, "ledger.sqlite"))}
        if url := os.environ.get("TARGETCAL_BENCH_DATABASE"):
            places["PostgreSQL"] = url
        for name, place in places.items():
            yield from _grown(name, place, [last // 100, last // 10, last])


def _grown(name: str, place: str, sizes: list[int]) -> Iterator[Row]:
    before, by = 0, _JUDGED[name]
    for size in sizes:
        with open_ledger(place, create=True) as ledger:
            added = _timed(ledger, size - before)
        goal = Goal("seconds", (size - before) / _A_SECOND)
        yield Row(f"{name}: {before:,} -> {size:,} entries", added, goal, by=by)
        yield Row(f"{name}: prove {size:,} entries", _proving(place), Goal("seconds", size / _PROVED), by=by)
        yield Row(f"{name}: one of {size:,} entries", _one(place, size), Goal("seconds", 0.005), by=by)
        before = size


def _timed(ledger: Ledger, count: int) -> Time:
    """How long it takes to add so many entries."""
    wall, process = 0.0, 0.0
    for begin in range(0, count, _BATCH):
        numbers = range(begin, min(begin + _BATCH, count))
        events = [Event("lock", "HD", f"L{n % 500}", "basis", None, _WORDS, f"{n}") for n in numbers]
        began, worked = time.perf_counter(), time.process_time()
        ledger.record(events, at=_AT, actor="林静", source="bench")
        wall, process = wall + time.perf_counter() - began, process + time.process_time() - worked
    return Time(wall, process)


def _proving(place: str) -> Time:
    def proved() -> None:
        with open_ledger(place) as ledger:
            ledger.prove()

    return Time(*best(proved))


def _one(place: str, size: int) -> Time:
    """How long one proof takes, of many that are written at once, as for a region."""
    chance = random.Random(1)
    numbers = [chance.randint(1, size) for _ in range(_PROOFS)]
    with open_ledger(place) as ledger:
        wall, process = best(lambda: ledger.bundle(numbers, ()))[:2]
    return Time(wall / _PROOFS, process / _PROOFS)


if __name__ == "__main__":
    main("ledger", measure)
