"""Time both sides, print one table with ratio and goal, and the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.console import Console
from rich.table import Table


class Time(NamedTuple):
    """How long something took, in seconds on the wall and of the processor."""

    wall: float
    process: float


@dataclass(frozen=True)
class Goal:
    """What a figure must reach: at most `bound` seconds, at most `bound` times the other side's
    time (`slower`), or at least `bound` times its speed (`faster`)."""

    kind: Literal["seconds", "slower", "faster"]
    bound: float

    def __str__(self) -> str:
        shape = {"seconds": "<= {:g} s", "slower": "<= {:g} x", "faster": ">= {:g} x faster"}
        return shape[self.kind].format(self.bound)


@dataclass(frozen=True)
class Row:
    """One comparison; without another side there is only the goal."""

    what: str
    ours: Time
    goal: Goal
    other: str = ""
    theirs: Time | None = None

    @property
    def figure(self) -> float:
        """What the goal is about: seconds, or a ratio of the two sides' wall time."""
        if self.theirs is None or self.goal.kind == "seconds":
            return self.ours.wall
        ratio = self.ours.wall / self.theirs.wall
        return 1 / ratio if self.goal.kind == "faster" else ratio

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return (
            self.figure >= self.goal.bound if self.goal.kind == "faster" else self.figure <= self.goal.bound
        )

    def as_json(self) -> dict[str, object]:
        """All the figures, seconds to the microsecond."""
        theirs = self.theirs and {
            "wall_s": round(self.theirs.wall, 6),
            "process_s": round(self.theirs.process, 6),
        }
        ours = {"wall_s": round(self.ours.wall, 6), "process_s": round(self.ours.process, 6)}
        said: dict[str, object] = {"what": self.what, "ours": ours, "other": self.other, "theirs": theirs}
        return said | {"figure": round(self.figure, 4), "goal": str(self.goal), "ok": self.ok}


@contextmanager
def stopwatch() -> Iterator[list[Time]]:
    """Time a block; the list holds its time afterwards."""
    times: list[Time] = []
    wall, process = time.perf_counter(), time.process_time()
    yield times
    times.append(Time(time.perf_counter() - wall, time.process_time() - process))


def best(run: Callable[[], object], repeats: int = 5) -> Time:
    """The fastest of some runs: the one that other work on the machine disturbed least."""
    return min((_once(run) for _ in range(repeats)), key=lambda took: took.wall)


def _once(run: Callable[[], object]) -> Time:
    with stopwatch() as times:
        run()
    return times[0]


def main(name: str, measure: Callable[[bool], Iterable[Row]]) -> None:
    """Run a benchmark from the command line; `measure` is told whether to be quick."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}")
    parser.add_argument("--quick", action="store_true", help="shrink the work to seconds")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    rows = list(measure(wanted.quick))
    Console(width=None if sys.stdout.isatty() else 130).print(_table(name, rows, wanted.quick))
    if wanted.json:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        said = {"bench": name, "quick": wanted.quick, "machine": machine}
        print(json.dumps(said | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))


def _table(name: str, rows: Iterable[Row], quick: bool) -> Table:
    table = Table(title=f"bench.{name}" + (" (quick: too small to judge by)" if quick else ""))
    for heading in ("what", "ours", "cpu", "beside", "theirs", "figure", "goal", ""):
        table.add_column(heading, justify="left" if heading in ("what", "beside", "") else "right")
    for row in rows:
        theirs = _seconds(row.theirs.wall) if row.theirs else ""
        figure = _seconds(row.figure) if row.goal.kind == "seconds" else f"{row.figure:.2f} x"
        ours = (row.what, _seconds(row.ours.wall), _seconds(row.ours.process))
        table.add_row(*ours, row.other, theirs, figure, str(row.goal), "ok" if row.ok else "missed")
    return table


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
