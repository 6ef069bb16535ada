"""What last period's over-performance does to suggestions is told, and nothing is changed by telling it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import RatchetReport, ratchet
from targetcal_xl.calibration import Inputs
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Rows, Sentence
from tests.support import desks
from tests.support.desks import Case


def _told(inputs: Inputs, folder: Path, region: str = "") -> RatchetReport:
    case = Case(folder, inputs)
    desks.begin(case)
    before = case.entries()
    report = case.run(ratchet, region)
    assert case.entries() == before
    return report


def _with_newest(inputs: Inputs, times: float) -> Inputs:
    values = inputs.history.values.copy()
    values[:, -1] *= times
    return replace(inputs, history=replace(inputs.history, values=values))


def _said(report: RatchetReport, language: str) -> list[str]:
    return [part.said for part in report.tell(language) if isinstance(part, Sentence)]


def test_the_burden_of_all_is_that_of_its_lines_the_largest_first(tmp_path: Path) -> None:
    report = _told(_with_newest(desks.case_inputs(), 1.3), tmp_path)
    (rows,) = (part.rows for part in report.tell("en") if isinstance(part, Rows))
    assert len(rows) == len(report.lines) == sum(line.surplus > 0 for line in report.lines)
    assert rows[0][0] == max(report.lines, key=lambda line: line.burden).line
    assert report.burden == pytest.approx(sum(line.burden for line in report.lines)) and report.burden > 0


def test_a_region_is_told_alone(tmp_path: Path) -> None:
    inputs = desks.case_inputs()
    report = _told(_with_newest(inputs, 1.3), tmp_path, "R2")
    assert [line.line for line in report.lines] == [line.name for line in inputs.plan.lines_of("R2")]
    assert 0 < report.suggested < inputs.plan.hq_target


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_surplus_or_without_a_history_it_says_so(language: str, tmp_path: Path) -> None:
    report = _told(_with_newest(desks.case_inputs(), 0.6), tmp_path)
    unknown = tuple(replace(line, foreseen=None) for line in report.lines)
    (none,), (untold,) = _said(report, language), _said(replace(report, lines=unknown), language)
    assert "2024Q4" in none and none != untold
