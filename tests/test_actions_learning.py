"""Recalibrating learns the drivers' weights from closed quarters, shows why, and can be undone."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import RecalibrateReport, go_back, new, recalibrate, repair, verify
from targetcal_xl.calibration import Inputs, Key, Value, compute_baseline, relearn
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Rows
from tests.support.desks import Case
from tests.support.recalculated import differences
from tests.support.samples import sample_inputs
from tests.support.validator import sound

SETTING: Key = (None, None, "weights")


def _inputs(worth: float = 0.9, lines: int = 14, quarters: int = 12) -> Inputs:
    """Lines whose first driver really is worth so much, with its readings of every closed quarter."""
    inputs = sample_inputs((lines // 2, lines - lines // 2), quarters)
    random = np.random.default_rng(7)
    n, k = len(inputs.plan.lines), len(inputs.plan.indicators)
    moved = random.normal(0, 0.15, (quarters, n, k))
    signal = 0.6 * moved[:, :, 0] + 0.4 * moved[:, :, 1]
    growth = worth * signal.T
    base = np.linspace(200, 900, n)[:, None] * np.exp(random.normal(0, 0.01, (n, quarters)))
    values = np.round(base * np.exp(growth))
    readings = replace(
        inputs.readings,
        past_now=100 * np.exp(moved),
        past_reference=np.full((quarters, n, k), 100.0),
    )
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    return replace(inputs, history=history, readings=readings)


@pytest.fixture(scope="module")
def learnable() -> Inputs:
    return _inputs()


@pytest.fixture
def case(tmp_path: Path, learnable: Inputs) -> Case:
    case = Case(tmp_path, learnable)
    with case.desk(create=True) as desk:
        new(desk, learnable, "zh-CN")
    return case


def _shown(case: Case, region: str | None, row: str, field: str) -> Value:
    reading = case.reading()
    sheet, spot = reading.places.find((region, row, field))
    cell = reading.grids[sheet].get(spot)
    return cell.value if cell else None


def test_the_book_shows_old_and_new_weight_the_evidence_and_what_it_does_to_each_line(case: Case) -> None:
    inputs = case.inputs
    found = relearn(inputs)
    assert found.readings > 100
    assert not np.allclose(found.weights, found.prior)
    before = {line.code: case.suggested(line.code) for line in inputs.plan.lines}
    report = case.run(recalibrate, "季度复盘")
    for row, driver in enumerate(inputs.plan.drivers):
        assert _shown(case, None, driver.code, "driver.before") == pytest.approx(driver.weight)
        assert _shown(case, None, driver.code, "driver.used") == pytest.approx(found.weights[row])
        assert _shown(case, None, driver.code, "driver.standard_error") == pytest.approx(found.error[row])
        assert str(found.readings) in str(_shown(case, None, driver.code, "driver.evidence"))
        assert report.weights[row].after == pytest.approx(found.weights[row])
    after = compute_baseline(inputs, found.weights).suggested.tolist()
    assert after != list(before.values())
    for line, suggested in zip(inputs.plan.lines, after, strict=True):
        assert case.suggested(line.code) == suggested
        assert _shown(case, line.region, line.code, "baseline.at_old_weights") == before[line.code]
        assert _shown(case, line.region, line.code, "baseline.suggested") == suggested
    assert case.run(verify).problems == ()


def test_recalibrating_again_learns_nothing_new(case: Case) -> None:
    case.run(recalibrate, "季度复盘")
    before, shown = case.entries(), _shown(case, None, "market", "driver.before")
    case.run(recalibrate, "季度复盘")
    assert case.entries() == before
    assert _shown(case, None, "market", "driver.before") == shown


def test_a_plan_can_keep_the_experts_weights(case: Case) -> None:
    case.type({SETTING: "fixed"})
    report = case.run(recalibrate, "沿用专家权重")
    assert [weight.after for weight in report.weights] == [weight.expert for weight in report.weights]
    assert [change.new for change in report.changes] == ["fixed"]
    assert not [entry for entry in case.entries("recalibrate") if entry.field == "driver.used"]
    assert case.run(verify).problems == ()


def test_going_back_brings_the_experts_weights_and_an_empty_table_back(case: Case) -> None:
    suggested = [case.suggested(line.code) for line in case.inputs.plan.lines]
    case.run(recalibrate, "季度复盘")
    learned = [case.suggested(line.code) for line in case.inputs.plan.lines]
    case.run(go_back, 0, "样本太少")
    assert [case.suggested(line.code) for line in case.inputs.plan.lines] == suggested
    assert _shown(case, None, "market", "driver.used") == case.inputs.plan.drivers[0].weight
    assert _shown(case, None, "market", "driver.evidence") is None
    assert case.run(verify).problems == ()
    case.run(go_back, 1, "恢复学习结果")
    assert [case.suggested(line.code) for line in case.inputs.plan.lines] == learned
    assert case.run(verify).problems == ()


def test_libreoffice_computes_what_was_learned_to_the_values_that_we_cached(case: Case) -> None:
    case.run(recalibrate, "季度复盘")
    assert differences([case.path]) == []
    assert sound(case.path)


def test_a_lost_book_comes_back_with_its_weights(case: Case) -> None:
    case.run(recalibrate, "季度复盘")
    used = _shown(case, None, "market", "driver.used")
    case.path.unlink()
    case.run(repair)
    assert _shown(case, None, "market", "driver.used") == used
    assert case.run(verify).problems == ()


def test_whoever_recalibrates_is_told_of_every_weight(case: Case) -> None:
    report = case.run(recalibrate, "季度复盘")
    assert isinstance(report, RecalibrateReport)
    for language in LANGUAGES:
        tables = [part for part in report.tell(language) if isinstance(part, Rows)]
        assert [row[0] for row in tables[-1].rows] == [driver.name for driver in case.inputs.plan.drivers]
        assert all(math.isfinite(float(cell)) for row in tables[-1].rows for cell in row[1:5])
