"""The benchmarks run, and judge what they measure the right way round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.report import Goal, Row, Time
from tests.support.exploring import few
from tests.support.source import ROOT


def _row(goal: Goal, ours: float, theirs: float = 1.0) -> Row:
    return Row("work", Time(ours, ours), goal, "theirs", Time(theirs, theirs))


@pytest.mark.parametrize(
    ("goal", "ours", "theirs", "figure", "ok"),
    [
        (Goal("seconds", 1.0), 0.9, 9.0, 0.9, True),
        (Goal("seconds", 1.0), 1.1, 9.0, 1.1, False),
        (Goal("slower", 1.5), 1.4, 1.0, 1.4, True),
        (Goal("slower", 1.5), 1.6, 1.0, 1.6, False),
        (Goal("faster", 5.0), 1.0, 6.0, 6.0, True),
        (Goal("faster", 5.0), 1.0, 4.0, 4.0, False),
    ],
)
def test_a_goal_is_judged_by_its_own_kind(
    goal: Goal, ours: float, theirs: float, figure: float, ok: bool
) -> None:
    row = _row(goal, ours, theirs)
    assert row.figure == pytest.approx(figure)
    assert row.ok is ok


BENCHMARKS = [
    path.stem for path in Path(ROOT, "bench").glob("*.py") if "\ndef measure(" in path.read_text("utf-8")
]


@pytest.mark.parametrize("name", few(BENCHMARKS, {"baseline_speed", "totals"}))
def test_every_benchmark_runs_quickly_and_ends_with_its_figures(name: str) -> None:
    command = [sys.executable, "-m", f"bench.{name}", "--quick", "--json"]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, env=env, check=True)
    said = json.loads(run.stdout.splitlines()[-1])
    assert said["bench"] == name and said["quick"]
    assert said["rows"] and all(row["ours"]["wall_s"] > 0 for row in said["rows"])
