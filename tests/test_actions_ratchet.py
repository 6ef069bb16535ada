"""What last period's over-performance does to suggestions is told, and nothing is changed by telling it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import RatchetReport, ratchet, recalibrate, verify
from targetcal_xl.calibration import Inputs, succeeding
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


def test_where_the_plan_limits_it_the_tab_says_what_the_split_starts_from(tmp_path: Path) -> None:
    inputs = _with_newest(desks.case_inputs(), 1.3)
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, ratchet_limit=0.1)), language="en")
    desks.begin(case)
    report = case.run(ratchet)
    held = {line.line: line.asked for line in report.lines if line.is_held}
    assert held and all(
        (line.asked - line.suggested) * line.surplus < 0 for line in report.lines if line.is_held
    )
    for language in LANGUAGES:
        assert "0.10%" in " ".join(_said(report, language))
    cells = case.reading().grids
    told = [str(cell.value) for sheet in cells for cell in cells[sheet].values() if cell.value]
    assert sum("take over no more than 10%" in said for said in told) == len(held)
    assert case.run(verify).verified
    case.run(recalibrate, "again")
    assert [line.asked for line in case.run(ratchet).lines] == [line.asked for line in report.lines]


def test_a_result_that_was_worse_is_told_where_the_limit_binds_on_it(tmp_path: Path) -> None:
    report = _told(_with_newest(desks.case_inputs(), 0.6), tmp_path)
    limited = replace(
        report, limit=0.1, lines=tuple(replace(one, asked=one.asked + 1) for one in report.lines)
    )
    (rows,) = (part.rows for part in limited.tell("en") if isinstance(part, Rows))
    assert len(rows) == len(report.lines) and all(row[-1] != row[3] for row in rows)
    none, held = _said(limited, "en")
    assert "better than foreseen" in none and f"binds for {len(rows)} lines" in held


def test_the_next_plan_keeps_the_limit() -> None:
    inputs = desks.case_inputs()
    plan = replace(inputs.plan, ratchet_limit=0.25)
    ended = np.full(len(plan.lines), 100.0)
    later = succeeding(replace(inputs, plan=plan), ended, plan.period.shift(1), 400.0, None, None)
    assert later.plan.ratchet_limit == 0.25
