"""Measure both sides, print one table with ratio and goal, and the same figures as JSON."""

from __future__ import annotations

import argparse
import json
import math
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
    """How long something took, in seconds on the wall and of the processor.

    `peak` is the most memory, in MB, that a process of its own had for it.
    """

    wall: float
    process: float
    peak: int | None = None

    def as_json(self) -> dict[str, float]:
        """Seconds to the microsecond."""
        peak = {} if self.peak is None else {"peak_mb": self.peak}
        return {"wall_s": round(self.wall, 6), "process_s": round(self.process, 6), **peak}


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
    """One comparison; without another side there is only the goal.

    What one process does alone is compared `by` its processor's time, which other work disturbs less.
    """

    what: str
    ours: Time
    goal: Goal
    other: str = ""
    theirs: Time | None = None
    by: Literal["wall", "process"] = "wall"

    @property
    def figure(self) -> float:
        """What the goal is about: seconds, or a ratio of the two sides' time."""
        ours: float = getattr(self.ours, self.by)
        if self.theirs is None or self.goal.kind == "seconds":
            return ours
        ratio: float = ours / getattr(self.theirs, self.by)
        return 1 / ratio if self.goal.kind == "faster" else ratio

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return (
            self.figure >= self.goal.bound if self.goal.kind == "faster" else self.figure <= self.goal.bound
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table but for its last column."""
        theirs = _seconds(getattr(self.theirs, self.by)) + _held(self.theirs) if self.theirs else ""
        figure = _seconds(self.figure) if self.goal.kind == "seconds" else f"{self.figure:.2f} x"
        ours = (_seconds(self.ours.wall), _seconds(self.ours.process) + _held(self.ours))
        return (self.what, *ours, self.other, theirs, figure, str(self.goal))

    def as_json(self) -> dict[str, object]:
        """All the figures, seconds to the microsecond."""
        theirs = self.theirs and self.theirs.as_json()
        said: dict[str, object] = {"what": self.what, "ours": self.ours.as_json(), "other": self.other}
        return said | {
            "theirs": theirs,
            "figure": round(self.figure, 4),
            "goal": str(self.goal),
            "ok": self.ok,
        }


@dataclass(frozen=True)
class Range:
    """What a measure other than time must lie in."""

    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        if self.low == -math.inf:
            return "" if self.high == math.inf else f"<= {self.high:g}"
        return f">= {self.low:g}" if self.high == math.inf else f"{self.low:g} - {self.high:g}"


@dataclass(frozen=True)
class Score:
    """A measure that is no time: ours, and what another's was on the same data.

    The goal is about their ratio, or about our own where there is no other. `spread` is the 95 %
    interval of what the goal is about; `took` is how long our side worked.
    """

    what: str
    ours: float
    goal: Range
    took: Time
    other: str = ""
    theirs: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def figure(self) -> float:
        """What the goal is about: the ratio, or our measure."""
        return self.ours if self.theirs is None else self.ours / self.theirs

    @property
    def ok(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.low <= self.figure <= self.goal.high

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table but for its last column."""
        theirs = "" if self.theirs is None else f"{self.theirs:.3f}"
        spread = f" ({self.spread[0]:.3f} - {self.spread[1]:.3f})" if self.spread else ""
        figure = f"{self.figure:.3f}{spread}"
        return (
            self.what,
            f"{self.ours:.3f}",
            _seconds(self.took.process),
            self.other,
            theirs,
            figure,
            str(self.goal),
        )

    def as_json(self) -> dict[str, object]:
        """All the figures."""
        ours = {"value": round(self.ours, 6), **self.took.as_json()}
        said: dict[str, object] = {
            "what": self.what,
            "ours": ours,
            "other": self.other,
            "theirs": self.theirs,
        }
        spread = self.spread and [round(end, 4) for end in self.spread]
        return said | {
            "figure": round(self.figure, 4),
            "spread": spread,
            "goal": str(self.goal),
            "ok": self.ok,
        }


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


def main(name: str, measure: Callable[..., Iterable[Row | Score]], scale: int | None = None) -> None:
    """Run a benchmark from the command line; `measure` is told whether to be quick.

    Where there is a `scale`, it is also told of how many its largest run is to be, which `--scale` changes.
    """
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}")
    parser.add_argument("--quick", action="store_true", help="shrink the work to seconds")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    if scale is not None:
        parser.add_argument("--scale", type=int, default=scale, metavar="N", help="size of the largest run")
    wanted = parser.parse_args()
    told = (wanted.quick,) if scale is None else (wanted.quick, wanted.scale)
    rows = list(_heard(measure(*told)))
    Console(width=None if sys.stdout.isatty() else 130).print(_table(name, rows, wanted.quick))
    if wanted.json:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        said = {"bench": name, "quick": wanted.quick, "machine": machine}
        print(json.dumps(said | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))


def _heard(rows: Iterable[Row | Score]) -> Iterator[Row | Score]:
    """The rows, each told when it comes: some take minutes, and the table stands at the end."""
    for row in rows:
        print(" | ".join(filter(None, row.cells)), file=sys.stderr, flush=True)
        yield row


def _table(name: str, rows: Iterable[Row | Score], quick: bool) -> Table:
    table = Table(title=f"bench.{name}" + (" (quick: too small to judge by)" if quick else ""))
    for heading in ("what", "ours", "cpu", "beside", "theirs", "figure", "goal", ""):
        table.add_column(heading, justify="left" if heading in ("what", "beside", "") else "right")
    for row in rows:
        table.add_row(*row.cells, "" if not str(row.goal) else "ok" if row.ok else "missed")
    return table


def _held(took: Time) -> str:
    return "" if took.peak is None else f", {took.peak:,} MB"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
