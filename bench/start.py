"""How long a start takes: commands, and the server of worksheet functions, beside importing numpy.

Everything is started in turn, in a Python of its own with its bytecode at hand, as after an installation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.report import Goal, Row, Time, main
from bench.workbook import submit
from targetcal_xl import actions
from targetcal_xl.connect import plan_template, read_plan
from tests.support.desks import Case

_REPEATS, _QUICK_REPEATS = 15, 1
_GOALS = {"--version": 2, "--help": 2, "check, the worked case": 5, "first worksheet function": 2}
_NUMPY = ("-c", "import numpy")
_RUN = ("-c", "from targetcal_xl.cli import run; run()")
_HISTORY = [["line", "2024Q1", "2024Q2", "2024Q3", "2024Q4"], ["East", 90.0, 95.0, 99.0, 104.0]]
_ASKED = json.dumps({"function": "TC_BASELINE", "cells": [[["2025Q1"]], _HISTORY]}) + "\n"


def measure(quick: bool) -> Iterator[Row]:
    """One row for each start; the fastest of some, as every other was disturbed."""
    with tempfile.TemporaryDirectory() as folder:
        book = _case(Path(folder))
        environment = _environment(Path(folder, "bytecode"))
        ours: dict[str, Callable[[], Time]] = {
            "--version": lambda: _run((*_RUN, "--version"), environment),
            "--help": lambda: _run((*_RUN, "--help"), environment),
            "check, the worked case": lambda: _run((*_RUN, "check", str(book)), environment),
            "first worksheet function": lambda: _answer(environment),
        }
        everything = {"numpy": lambda: _run(_NUMPY, environment), **ours}
        best = _best(everything, _QUICK_REPEATS if quick else _REPEATS)
        for what, bound in _GOALS.items():
            yield Row(what, best[what], Goal("slower", bound), "import numpy", best["numpy"])


def _case(folder: Path) -> Path:
    """The worked case's book, with what every region declares."""
    case = Case(folder, read_plan(plan_template("saas")))
    with case.desk(create=True) as desk:
        actions.new(desk, case.inputs, "zh-CN")
    submit(case.path, case.inputs)
    return case.path


def _environment(bytecode: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode), "TARGETCAL_DEBUG": ""}


def _best(starts: Mapping[str, Callable[[], Time]], repeats: int) -> dict[str, Time]:
    """The fastest of each, after one that writes the bytecode; all in turn, so that they fare alike."""
    rounds = [{what: start() for what, start in starts.items()} for _ in range(repeats + 1)][1:]
    return {what: min((each[what] for each in rounds), key=lambda took: took.wall) for what in starts}


def _run(words: Sequence[str], environment: Mapping[str, str]) -> Time:
    wall, process = time.perf_counter(), _of_children()
    subprocess.run([sys.executable, *words], env=environment, stdout=subprocess.DEVNULL, check=False)
    return Time(time.perf_counter() - wall, _of_children() - process)


def _answer(environment: Mapping[str, str]) -> Time:
    """From the start of the server to its first answer; raise RuntimeError when that is an error value."""
    command = [sys.executable, "-m", "targetcal_xl.libreoffice.server"]
    wall, process = time.perf_counter(), _of_children()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, encoding="utf-8", stdin=pipe, stdout=pipe) as server:
        assert server.stdin and server.stdout
        server.stdin.write(_ASKED)
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
        wall = time.perf_counter() - wall
    if not isinstance(answer[0][0], float):
        raise RuntimeError(f"the server answered {answer}")
    return Time(wall, _of_children() - process)


def _of_children() -> float:
    """What ended children have taken of the processor."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main("start", measure)
