"""The worked case, played to its end once in a run, however many workers and tests look at it."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from targetcal_xl.demo import DemoReport, demo

STAGES: Mapping[str, Mapping[int, str]] = {
    "zh-CN": {1: "new", 7: "locked", 21: "decided", 30: "confirmed", 35: "followed", 45: "evaluated"},
    "en": {7: "locked", 45: "evaluated"},
}
"""How many acts have been played when a copy of the workbook is kept, by language."""


@dataclass(frozen=True)
class Worked:
    """What came of it; whoever changes something takes a copy."""

    report: DemoReport
    kept: tuple[Path, ...]
    """Its workbook at each of `STAGES`."""

    def copy(self, folder: Path) -> Path:
        """Its files in another folder."""
        return Path(shutil.copytree(self.report.directory, folder))


def worked(language: str, factory: pytest.TempPathFactory) -> Worked:
    """The case in a language, in a folder with an awkward name: played by the first that asks."""
    base = factory.getbasetemp()
    of_the_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    house = of_the_run / f"worked-{language}"
    with FileLock(f"{house}.lock"):
        if not (house / "worked").exists():
            shutil.rmtree(house, ignore_errors=True)
            house.mkdir()
            (house / "worked").write_bytes(pickle.dumps(_play(language, house)))
        found: Worked = pickle.loads((house / "worked").read_bytes())
    return found


def _play(language: str, house: Path) -> Worked:
    folder, kept, stages = house / "演示 案例 (2025)", list[Path](), STAGES[language]

    def keep(_what: str, done: int, _all: int) -> None:
        if done in stages:
            kept.append(house / f"{language}-{stages[done]}.xlsx")
            shutil.copy(folder / "targets.xlsx", kept[-1])

    report = demo(folder, language, progress=keep)
    assert len(kept) == len(stages)
    return Worked(report, tuple(kept))
